"""What a consolidation leaves: the workbook shown, the report offered, the run told in a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exporters.consolidated.status import balance_lines, run_lines
from exporters.results import Results
from exporters.upward import upward_lines
from workbook.collection import Collection
from workbook.messages import say
from workbook.round import RESULTS
from xl_addin.front import Front, Left

_MOST_LINES = 12


def close_books(front: Front, round_path: Path) -> None:
    """Save and close the round's result workbooks that are open, if the person agrees: they are written anew."""
    results = (round_path / RESULTS).resolve()
    there = [book for book in front.app.books if Path(book.fullname).parent.resolve() == results]
    if not there:
        return
    if not front.program.agree(say("macro.close_results", files="、".join(book.name for book in there))):
        raise Left
    if any(book.name == front.book.name for book in there) and len(front.app.books) == len(there):
        front.book = front.app.books.add()  # the program would end with its last workbook
    for book in there:
        book.save()
        book.close()


def run_summary(collection: Collection, results: Results) -> str:
    """Return the run in a few lines."""
    lines = [*balance_lines(collection), *run_lines(collection), *upward_lines(collection), *results.told]
    if results.dropped:
        lines.append(say("cli.dropped", n=len(results.dropped)))
    return "\n".join(lines[:_MOST_LINES])


def open_results(front: Front, outputs: Sequence[Path], summary: str) -> None:
    """Open the consolidated workbook, tell the run, and show the report if the person wants it."""
    books = (say("folder.office_copy"), say("folder.consolidated"))
    book = next((path for path in outputs if path.name in books), None)
    report = next((path for path in outputs if path.suffix == ".docx"), None)
    if book is not None:
        front.app.books.open(str(book))
    if report is None:
        front.program.tell(summary)
    elif front.program.agree(f"{summary}\n\n{say('macro.show_report', file=report.name)}"):
        front.program.show(report)
