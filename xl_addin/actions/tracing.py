"""From the cell that is selected to where its figure comes from, or to what it feeds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from exporters.figures.document import NotAReport
from exporters.figures.workbook_figures import read_workbook
from exporters.tracing.asked import NotTraced, asked_for
from exporters.tracing.feeds import feeds_of
from exporters.tracing.page import write_feeds_page, write_trace_page
from exporters.tracing.trace import trace_figure
from exporters.tracing.words import feeds_lines, head_lines
from workbook.layout import address
from workbook.lock import at_work
from workbook.messages import say
from workbook.round import RESULTS
from xl_addin.actions.open_form import is_form, judged
from xl_addin.actions.rounds import choose_round, collected, opened
from xl_addin.front import Front, Left, Refused


def trace_selected(front: Front) -> None:
    """Write a page on the selected figure, show it, and tell what it says in short."""
    selected = front.app.selection
    if selected is None:
        raise Refused(say("macro.select_figure"))
    sheet, cell = selected.sheet.name, address(selected.row - 1, selected.column - 1)
    asked = _cell_of_form(front, sheet, cell) if is_form(front) else ("", _figure_of_book(front, sheet, cell))
    folder = choose_round(front, say("macro.which_round"))
    round_ = opened(folder)
    page = folder / RESULTS / f"{say('macro.trace_page')}.xlsx"
    _close(front, page)
    try:
        with at_work(folder):
            collection = collected(front, round_)
            if asked[0]:
                fed = feeds_of(collection, *asked)
                write_feeds_page(page, fed, collection)
                lines = feeds_lines(fed)
            else:
                found = trace_figure(collection, asked_for(asked[1], collection, None, ""))
                write_trace_page(page, found, collection)
                lines = head_lines(found)
    except NotTraced as problem:
        raise Refused(str(problem)) from None
    front.app.books.open(str(page))
    front.program.tell("\n".join(lines))


def _figure_of_book(front: Front, sheet: str, cell: str) -> str:
    """Return the tag of a figure of the consolidated workbook in front."""
    with TemporaryDirectory(prefix="huibao") as folder:
        copy = front.program.write_copy(front.book, Path(folder))
        if copy is None:
            raise Left
        try:
            book = read_workbook(copy, None)
        except NotAReport as problem:
            raise Refused(str(problem)) from None
    tags = [tag for tag, found in book.cells.items() if found.where == f"{sheet}!{cell}"] if book else []
    if not tags:
        raise Refused(say("macro.select_figure"))
    return tags[0]


def _cell_of_form(front: Front, sheet: str, cell: str) -> tuple[str, str]:
    """Return unit and indicator of a figure of the form in front."""
    with judged(front) as (form, _):
        for (code, _measure), figure in form.submission.cells.items():
            if (figure.sheet, figure.address) == (sheet, cell):
                return form.submission.unit.code, code
    raise Refused(say("macro.select_figure"))


def _close(front: Front, page: Path) -> None:
    """Close the page of the last time, which is written anew."""
    for book in list(front.app.books):
        if Path(book.fullname) == page:
            book.close()
