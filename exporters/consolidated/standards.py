"""达标情况: how many units of each comparison group hold a standard of the catalog, and who does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from exporters.consolidated.listing import Column, Listing, Value, write_list
from exporters.consolidated.places import Places
from exporters.consolidated.styles import Styles
from exporters.consolidated.units import figures_of
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import Indicator, State, Unit
from workbook.totals import standard_of

SIGNS = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜"}


def bound_items(collection: Collection, places: Places) -> dict[str, str]:
    """Return the standards in force that this workbook may show: code -> bound."""
    bounds = {code: standard_of(item, collection.period) for code, item in places.indicators.items()}
    pack = collection.round.pack.indicators
    return {c: b for c, b in bounds.items() if b and (_name(b) in places.indicators or _name(b) not in pack)}


def write_standards(book: Any, styles: Styles, collection: Collection, places: Places) -> None:
    """Add the sheet: a line per standard and comparison group."""
    columns = [
        *(Column("indicator", 28), Column("group", 9, "centre"), Column("standard", 18, "centre")),
        *(Column("met", 8, "number"), Column("known", 8, "number"), Column("should", 8, "number")),
        *(Column("short_of", 42), Column("undecided_units", 38)),
    ]
    notes = [say("book.standards_note")]
    listing = Listing(say("book.standards_sheet"), collection.period.title, columns, notes)
    write_list(book, styles, listing, _rows(collection, places))


def _rows(collection: Collection, places: Places) -> Iterator[list[Value]]:
    bounds = bound_items(collection, places)
    figures = figures_of(collection, bounds)
    for code, bound in bounds.items():
        item = places.indicators[code]
        for group in collection.round.pack.groups:
            asked = [u for u in collection.peers(group) if code in collection.collected[u.tier]]
            have = [u for u in asked if figures.get((u.code, code, "value"), (0, 0))[0] != State.NOT_APPLICABLE]
            if not have:
                continue
            held = collection.held(code, bound, have)
            short = _names([u for u in have if held.get(u.code) is False])
            open_ = _names([u for u in have if u.code not in held])
            counts = (sum(held.values()), len(held), len(have))
            yield [item.name, group, standard_words(collection, item, bound), *counts, short, open_]


def standard_words(collection: Collection, item: Indicator, bound: str) -> str:
    """Return a standard as people write it: ≥ 4 次, ≥ 党支部数."""
    name = _name(bound)
    other = collection.round.pack.indicators.get(name)
    sign = SIGNS[bound.removesuffix(name)]
    return f"{sign} {other.name}" if other else f"{sign} {name}{'' if item.percent else ' '}{item.measure_word}"


def _name(bound: str) -> str:
    return re.sub("^[<>=]+", "", bound)


def _names(units: list[Unit]) -> str:
    return "、".join(u.name for u in units)
