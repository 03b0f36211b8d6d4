"""催报: the units that owe a form, a correction or an explanation, how overdue it is and what they are asked to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from exporters.chasing import NOTICE, Owed, ask, due, situation
from exporters.consolidated.listing import Column, Listing, Value, write_list
from exporters.consolidated.styles import Styles
from workbook.collection import Collection
from workbook.messages import say
from workbook.round import RESULTS


def write_chasing(
    book: Any,
    styles: Styles,
    collection: Collection,
    owed: Sequence[Owed],
    hidden: frozenset[str],
    *,
    office_copy: bool,
) -> None:
    """Add the sheet, if anybody owes anything. Whom to call stands in the office copy only."""
    if not owed:
        return
    contacts = office_copy and any(o.unit.contact for o in owed)
    columns = [
        *(Column("unit_code", 10, "centre"), Column("unit", 22), Column("owing", 14, "state")),
        *(Column("overdue", 12, "centre"), *([Column("contact", 20)] if contacts else [])),
        *(Column("received", 17, "centre"), Column("situation", 66), Column("asked", 32)),
    ]
    notes = [say("chasing.sheet_note", path=f"{RESULTS}/{NOTICE}")]
    listing = Listing(say("book.chasing_sheet"), collection.period.title, columns, notes)
    write_list(book, styles, listing, _rows(owed, hidden, contacts=contacts))


def _rows(owed: Sequence[Owed], hidden: frozenset[str], *, contacts: bool) -> Iterator[list[Value]]:
    for o in owed:
        call = [o.unit.contact] if contacts else []
        head = [o.unit.code, o.unit.name, say(f"owing.{o.state}"), due(o.days) or say("word.dash")]
        yield [*head, *call, o.came, "\n".join(situation(o, hidden)), ask(o)]
