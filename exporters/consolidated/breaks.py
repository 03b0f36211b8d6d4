"""两年不可比: what the two comparisons with last year differ by: units changed or gone, definitions changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exporters.consolidated.listing import Column, Listing, Value, write_list
from exporters.consolidated.styles import Styles
from workbook.collection import ALL, Collection
from workbook.messages import say


def broken_years(collection: Collection, hidden: frozenset[str] = frozenset()) -> Iterator[list[Value]]:
    """Yield a row per unit, or unit and indicator, that is not compared with last year; `hidden` items are left out."""
    tiers = {t.code: t.name for t in collection.round.pack.tiers}
    units = {u.code: u for u in collection.round.units}
    for code, why in collection.changed.items():
        unit = units[code]
        yield [unit.code, unit.name, tiers[unit.tier], say("book.every_item"), why, say("book.out_of_same")]
    for unit in collection.gone:
        why = say("book.gone_until", until=unit.until) if unit.until else say("book.gone")
        yield [unit.code, unit.name, tiers[unit.tier], say("book.every_item"), why, say("book.in_reported")]
    for code, item in collection.indicators.items():
        total = collection.totals.get((ALL, code))
        for name in total.excluded if total and code not in hidden else ():
            if name not in collection.changed:
                unit = units[name]
                told = (say("book.redefined"), say("book.out_of_same"))
                yield [unit.code, unit.name, tiers[unit.tier], item.name, *told]


def write_breaks(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str]) -> None:
    """Add the sheet; none where every unit and definition is what it was."""
    rows = list(broken_years(collection, hidden))
    if rows:
        columns = [
            *(Column("unit_code", 12, "centre"), Column("unit", 26), Column("tier", 12, "centre")),
            *(Column("indicator", 30), Column("why", 40), Column("consequence", 40)),
        ]
        notes = [say("book.breaks_note")]
        write_list(book, styles, Listing(say("book.breaks_sheet"), collection.period.title, columns, notes), rows)
