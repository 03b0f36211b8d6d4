"""修复记录: what in the used forms was not as handed out, and how it was understood all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exporters.consolidated.listing import Column, Listing, Value, write_list
from exporters.consolidated.styles import Styles
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import Repair, Submission


def write_repairs(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str]) -> None:
    """Add the sheet, also when there is nothing to say. `hidden` items are not mentioned."""
    columns = [
        *(Column("unit", 26), Column("file", 40), Column("sheet", 22), Column("cell", 8, "centre")),
        *(Column("indicator", 30), Column("understood", 60)),
    ]
    listing = Listing(say("book.repairs_sheet"), collection.period.title, columns, [say("book.repairs_note")])
    write_list(book, styles, listing, repair_rows(collection, hidden))


def repair_rows(collection: Collection, hidden: frozenset[str]) -> Iterator[list[Value]]:
    """Yield a row per repair in the forms that count; `hidden` items are not mentioned."""
    pack = collection.round.pack
    names = {c: i.name for c, i in pack.indicators.items()} | {c: t.name for c, t in pack.texts.items()}
    for submission in collection.submissions.values():
        for r in shown_repairs(collection, submission, hidden):
            name = names.get(r.indicator, "")
            yield [submission.unit.name, submission.file, r.sheet, r.cell, name, r.message]


def shown_repairs(collection: Collection, submission: Submission, hidden: frozenset[str]) -> Iterator[Repair]:
    """Yield the repairs of a form but those of `hidden` items and, where anything is hidden, of restricted texts."""
    texts = collection.round.pack.texts.items()
    kept_back = hidden | {c for c, t in texts if hidden and t.sensitive == "restricted"}
    yield from (r for r in submission.repairs if r.indicator not in kept_back)
