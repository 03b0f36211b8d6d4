"""What a person sees on the screen of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporters.chasing import Owed, due, situation
from exporters.console import complain, table
from exporters.consolidated.status import balance_lines, run_lines
from exporters.reports import Written
from exporters.results import Results
from exporters.upward import upward_lines
from workbook.collection import Collection
from workbook.messages import say

_MOST_REPORTS = 12
_MOST_CHASED = 30  # units on the screen; the workbook lists all


@dataclass(frozen=True, slots=True)
class ScreenTable:
    """A table on the screen."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def tell_run(collection: Collection, results: Results, owed: Sequence[Owed]) -> None:
    """Show the books, what to mind among the files, whom to chase, what became of choices, and what was written."""
    show(run_shown(collection, results, owed))


def show(shown: Iterable[str | ScreenTable]) -> None:
    """Show sentences and tables."""
    for part in shown:
        if isinstance(part, ScreenTable):
            table(part.title, part.columns, part.rows)
        else:
            complain(part)


def run_shown(collection: Collection, results: Results, owed: Sequence[Owed]) -> Iterator[str | ScreenTable]:
    """Yield what `tell_run` shows, to be shown here or by another machine."""
    yield from (*balance_lines(collection), *run_lines(collection), *upward_lines(collection))
    rows = [(r.file, r.unit, say(f"file.{r.state}"), r.note, r.remedy) for r in collection.receipts if _telling(r)]
    if rows:
        columns = [say(f"book.{k}") for k in ("file", "unit_code", "file_state", "fate", "what_to_do")]
        yield ScreenTable(say("cli.other_files"), columns, rows)
    yield from _owed_shown(owed)
    if results.dropped:
        yield say("cli.dropped", n=len(results.dropped))
    yield from results.told
    for path in results.outputs:
        yield say("cli.written", path=path)


def _owed_shown(owed: Sequence[Owed]) -> Iterator[str | ScreenTable]:
    if not owed:
        return
    rows = [
        (o.unit.name, say(f"owing.{o.state}"), due(o.days), o.unit.contact, situation(o, frozenset())[0])
        for o in owed[:_MOST_CHASED]
    ]
    columns = [say(f"book.{k}") for k in ("unit", "owing", "overdue", "contact", "situation")]
    yield ScreenTable(say("cli.chasing", n=len(owed)), columns, rows)
    if len(owed) > len(rows):
        yield say("cli.chasing_more", n=len(owed) - len(rows))


def _telling(receipt: Any) -> bool:
    return receipt.state != "used" or say("receipt.late") in receipt.note


def tell_reports(written: Written, made: Sequence[Path], left_out: Path | None) -> None:
    """Show where reports were written and, for a single one, every clause that was left out with why."""
    paths = [*written.paths, *made]
    for path in paths[:_MOST_REPORTS]:
        complain(say("cli.written", path=path))
    if len(paths) > _MOST_REPORTS:
        complain(say("cli.written_more", n=len(paths) - _MOST_REPORTS))
    if len(written.paths) == 1:
        for clause in written.dropped:
            complain(say("cli.dropped_clause", where=clause.where, clause=clause.clause, reason=clause.reason))
    elif written.dropped:
        complain(say("cli.dropped_many", n=len(written.dropped), path=left_out))
