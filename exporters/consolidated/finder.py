"""查数 on 溯源: choose an indicator, and every unit's line says where in its form it stands, and opens it there.

However many units there are this takes one link each: units of a tier have the same form, so a hidden sheet holds one
place per tier and indicator, and those of the forms that were changed apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from exporters.consolidated.listing import Figure, quoted
from exporters.consolidated.places import Places
from exporters.consolidated.received import place_of, sure
from workbook.collection import Collection
from workbook.computed import definition
from workbook.layout import letters, quote
from workbook.messages import say
from workbook.values import among, keys_of

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
    tier_of = {u.code: u.tier for u in (*places.counted, *places.apart)}
    tiers = tuple(dict.fromkeys(tier_of.values()))
    cells = _Given(collection, given, {unit: tiers.index(tier) for unit, tier in tier_of.items()})
    seen: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for row, many in cells.kinds():
        seen[cells.kind(row)][cells.place(row)] += many
    usual = {kind: counts.most_common(1)[0][0] for kind, counts in seen.items()}
    apart = cells.rows_of([kind for kind, counts in seen.items() if len(counts) > 1])
    others = [row for row in apart if cells.place(row) != usual[cells.kind(row)]]
    elsewhere = {(cells.unit(row), cells.code(row)): cells.place(row) for row in others}
    named = {(tiers[tier], cells.codes[key]): place for (tier, key), place in usual.items()}
    codes = tuple(c for c in given if any((t, c) in named for t in tiers))
    return Finder(codes, _names(places, codes), tiers, named, elsewhere, frozenset(unit for unit, _ in elsewhere))


class _Given:
    """The cells of some indicators in the forms of units that have a tier here; a kind is a tier with an indicator."""

    def __init__(self, collection: Collection, codes: Sequence[str], tiers: Mapping[str, int]) -> None:
        self._cells, self._units = collection.cells, list(collection.submissions)
        keys = keys_of(collection.round.pack.indicators)
        self.codes = [code for code, _ in keys]
        wanted = among(collection.round.pack.indicators, {(code, "value") for code in codes})
        self._tiers = np.array([tiers.get(unit, -1) for unit in self._units], dtype=np.int64)
        self._rows = np.flatnonzero(wanted[self._cells.key] & (self._tiers[self._cells.owner] >= 0))
        self._kinds = self._tiers[self._cells.owner[self._rows]] * len(keys) + self._cells.key[self._rows]

    def kinds(self) -> list[tuple[int, int]]:
        """Return the first cell of every kind that stands in a place of its own, and how many stand there."""
        sheets, addresses = self._cells.texts["sheet"], self._cells.texts["cell"]
        whole = self._kinds * len(sheets.texts) + sheets.numbers[self._rows]
        whole = whole * len(addresses.texts) + addresses.numbers[self._rows]
        _, first, many = np.unique(whole, return_index=True, return_counts=True)
        return sorted(zip(self._rows[first].tolist(), many.tolist(), strict=True))

    def kind(self, row: int) -> tuple[int, int]:
        """Return the numbers of tier and figure of a cell."""
        return int(self._tiers[self._cells.owner[row]]), int(self._cells.key[row])

    def rows_of(self, kinds: Sequence[tuple[int, int]]) -> list[int]:
        """Return the cells of some kinds."""
        wanted = [tier * len(self.codes) + key for tier, key in kinds]
        return self._rows[np.isin(self._kinds, wanted)].tolist() if wanted else []

    def unit(self, row: int) -> str:
        """Return the unit whose form a cell is in."""
        return self._units[int(self._cells.owner[row])]

    def code(self, row: int) -> str:
        """Return the indicator of a cell."""
        return self.codes[int(self._cells.key[row])]

    def place(self, row: int) -> str:
        """Return where a cell stands, as links say it; "" where no link leads."""
        return _place(self._cells.texts["sheet"].at(row), self._cells.texts["cell"].at(row))


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
