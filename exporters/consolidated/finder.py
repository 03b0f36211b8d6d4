"""查数 on 溯源: choose an indicator, and every unit's line says where in its form it stands, and opens it there.

However many units there are this takes one link each: units of a tier have the same form, so a hidden sheet holds one
place per tier and indicator, and those of the forms that were changed apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from exporters.consolidated.listing import Figure, quoted
from exporters.consolidated.places import Places
from exporters.consolidated.received import place_of, sure
from workbook.collection import Collection
from workbook.computed import definition
from workbook.layout import letters, quote
from workbook.messages import say

_NAME, _CODE, _TIERS = range(3)  # columns of the hidden sheet: a tier's places each, then what was changed, then chosen
_FIRST = 1  # its first row of indicators, counted from 0


@dataclass(frozen=True, slots=True)
class Finder:
    """Where the figures of a workbook stand in the forms: by tier and indicator, and by unit where it is elsewhere."""

    codes: tuple[str, ...]
    names: tuple[str, ...]  # no two the same
    tiers: tuple[str, ...]
    usual: Mapping[tuple[str, str], str]  # (tier, code) -> place
    elsewhere: Mapping[tuple[str, str], str]  # (unit, code) -> place
    moved: frozenset[str]  # units with a figure elsewhere

    def place(self, tier: str, unit: str, code: str) -> str:
        """Return where a unit's figure stands, "" for none."""
        return self.elsewhere.get((unit, code), self.usual.get((tier, code), ""))


def make_finder(collection: Collection, places: Places) -> Finder:
    """Return where every figure stands that units gave; what is computed stands nowhere that counts."""
    indicators = collection.round.pack.indicators
    given = [c for c in places.indicators if definition(indicators[c], "value", indicators) is None]
    cells = collection.cells
    cells = cells[(cells["measure"] == "value") & cells["code"].isin(given)]
    tiers = {u.code: u.tier for u in (*places.counted, *places.apart)}
    cells = cells.assign(tier=cells["unit"].map(tiers)).dropna(subset="tier")
    seen: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    kinds = cells.groupby(["tier", "code", "sheet", "cell"], sort=False).size().reset_index(name="many")
    for tier, code, sheet, cell, many in kinds.itertuples(index=False):
        seen[tier, code][_place(sheet, cell)] += many
    usual = {key: counts.most_common(1)[0][0] for key, counts in seen.items()}
    moved = {key for key, counts in seen.items() if len(counts) > 1}
    apart = cells[pd.MultiIndex.from_frame(cells[["tier", "code"]]).isin(moved)] if moved else cells[:0]
    columns = (apart[name].tolist() for name in ("unit", "tier", "code", "sheet", "cell"))
    found = {(unit, code): (tier, _place(sheet, cell)) for unit, tier, code, sheet, cell in zip(*columns, strict=True)}
    elsewhere = {key: place for key, (tier, place) in found.items() if place != usual[tier, key[1]]}
    codes = tuple(c for c in given if any((t, c) in usual for t in set(tiers.values())))
    seen_tiers = tuple(dict.fromkeys(tiers.values()))
    return Finder(codes, _names(places, codes), seen_tiers, usual, elsewhere, frozenset(unit for unit, _ in elsewhere))


@cache
def _place(sheet: str, cell: str) -> str:
    return place_of(sheet, cell) if cell and sure(sheet) else ""


def _names(places: Places, codes: tuple[str, ...]) -> tuple[str, ...]:
    names = Counter(places.indicators[c].name for c in codes)
    items = [places.indicators[c] for c in codes]
    return tuple(i.name if names[i.name] == 1 else f"{i.name}（{i.code}）" for i in items)


def write_places(book: Any, finder: Finder, chosen: str) -> None:
    """Add the hidden sheet; `chosen` is the cell in which people choose, the first indicator at first."""
    sheet = book.add_worksheet(say("trace.places_sheet"))
    sheet.hide()
    for row, (code, name) in enumerate(zip(finder.codes, finder.names, strict=True), _FIRST):
        sheet.write_string(row, _NAME, name)
        sheet.write_string(row, _CODE, code)
        for column, tier in enumerate(finder.tiers, _TIERS):
            sheet.write_string(row, column, finder.usual.get((tier, code), ""))
    key = _TIERS + len(finder.tiers)
    for row, ((unit, code), place) in enumerate(finder.elsewhere.items(), _FIRST):
        sheet.write_string(row, key, f"{unit}|{code}")
        sheet.write_string(row, key + 1, place)
    sheet.write_formula(0, key + 2, f"=MATCH({chosen},{_column(finder, _NAME)},0)", None, 1)
    code = f"=INDEX({_column(finder, _CODE)},{_cell(finder, 2)})"
    sheet.write_formula(0, key + 3, code, None, finder.codes[0])


def names_range(finder: Finder) -> str:
    """Return the range of names to choose from."""
    return f"={_column(finder, _NAME)}"


def place_figure(finder: Finder, tier: str, unit: str) -> Figure:
    """Return the formula that says where a unit's figure stands, with its value for the first indicator."""
    usual = f'INDEX({_column(finder, _TIERS + finder.tiers.index(tier))},{_cell(finder, 2)})&""'
    formula = f"={usual}"
    if unit in finder.moved:
        keys, found = (_column(finder, _TIERS + len(finder.tiers) + n, len(finder.elsewhere)) for n in (0, 1))
        match = f"MATCH({quoted(unit + '|')}&{_cell(finder, 3)},{keys},0)"
        formula = f'=IF(ISNA({match}),{usual},INDEX({found},{match})&"")'
    return Figure(finder.place(tier, unit, finder.codes[0]), 0, formula)


def open_figure(finder: Finder, tier: str, unit: str, target: str, place: str) -> Figure | str:
    """Return the formula of the link to the place in cell `place` of a form; "" for a file that cannot be linked."""
    if not target:
        return ""
    link = f"HYPERLINK({quoted(target + '#')}&{place},{quoted(say('trace.open'))})"
    there = finder.place(tier, unit, finder.codes[0])
    return Figure(say("trace.open") if there else "", 0, f'=IF({place}="","",{link})')


def _column(finder: Finder, column: int, rows: int | None = None) -> str:
    last = _FIRST + (len(finder.codes) if rows is None else rows)
    letter = letters(column)
    return f"{quote(say('trace.places_sheet'))}!${letter}${_FIRST + 1}:${letter}${last}"


def _cell(finder: Finder, after: int) -> str:
    """Return one of the cells behind the places: the row of the chosen indicator, its code."""
    return f"{quote(say('trace.places_sheet'))}!${letters(_TIERS + len(finder.tiers) + after)}$1"
