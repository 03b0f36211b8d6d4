"""Where every unit and every figure stands in the consolidated workbook: the addresses its formulas use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbook.collection import Collection
from workbook.computed import carries
from workbook.expression.tree import Ref
from workbook.layout import letters, quote, sheet_name
from workbook.messages import say
from workbook.model import Indicator, Measure, Unit

CODE, NAME, TIER, STATE, FIRST_FIGURE = range(5)
CODE_ROW, HEAD_ROW, WORD_ROW, FIRST_ROW = 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Places:
    """Row of each unit (the same on every sheet), sheet and column of each (code, measure)."""

    rows: Mapping[str, int]
    counted: tuple[Unit, ...]  # in row order
    apart: tuple[Unit, ...]  # the other side of an umbrella: shown below, in no total
    columns: Mapping[tuple[str, Measure], tuple[str, int]]
    sections: Mapping[str, tuple[str, ...]]  # sheet -> codes
    indicators: Mapping[str, Indicator]
    _asked: dict[tuple[str, frozenset[str]], tuple[Unit, ...]] = field(default_factory=dict)
    _stretches: dict[int, tuple[tuple[Unit, ...], list[tuple[int, int]]]] = field(default_factory=dict)

    def asked(self, collection: Collection, item: Indicator, scope: str) -> tuple[Unit, ...]:
        """Return the units of a scope that report an indicator: one and the same tuple for the same units."""
        tiers = frozenset(tier for tier, items in collection.collected.items() if item.code in items)
        if (scope, tiers) not in self._asked:
            self._asked[scope, tiers] = tuple(u for u in collection.scope_units(scope) if u.tier in tiers)
        return self._asked[scope, tiers]

    def cell(self, unit: str, ref: Ref) -> str:
        """Return the address of one unit's figure."""
        sheet, column = self.columns[ref.code, ref.measure]
        return f"{quote(sheet)}!${letters(column)}${self.rows[unit] + 1}"

    def top(self, units: tuple[Unit, ...], ref: Ref) -> str:
        """Return where the figures of these units begin, as a link within the book writes it."""
        sheet, column = self.columns[ref.code, ref.measure]
        return f"#{quote(sheet)}!{letters(column)}{self._rows_of(units)[0][0] + 1}"

    def ranges(self, units: tuple[Unit, ...], ref: Ref) -> list[str]:
        """Return the column stretches that hold the figures of these units."""
        sheet, column = self.columns[ref.code, ref.measure]
        letter = letters(column)
        return [f"{quote(sheet)}!${letter}${a + 1}:${letter}${b + 1}" for a, b in self._rows_of(units)]

    def _rows_of(self, units: tuple[Unit, ...]) -> list[tuple[int, int]]:
        """Return the first and last rows of the stretches that units stand in.

        Many totals run over the same thousands of units: looked up by the tuple's id, which stays as the tuple is kept.
        """
        if id(units) not in self._stretches:
            stretches: list[tuple[int, int]] = []
            for row in sorted(self.rows[u.code] for u in units):
                if stretches and stretches[-1][1] == row - 1:
                    stretches[-1] = (stretches[-1][0], row)
                else:
                    stretches.append((row, row))
            self._stretches[id(units)] = (units, stretches)
        return self._stretches[id(units)][1]


def make_places(collection: Collection, indicators: Mapping[str, Indicator]) -> Places:
    """Return the places of a workbook that shows `indicators`."""
    order = [t.code for t in collection.round.pack.tiers]
    counted = tuple(sorted(collection.counted, key=lambda u: order.index(u.tier)))
    among = {u.code for u in counted}
    apart = tuple(u for u in collection.round.units if u.code not in among)
    rows = {u.code: FIRST_ROW + i for i, u in enumerate(counted)}
    rows |= {u.code: FIRST_ROW + len(counted) + 1 + i for i, u in enumerate(apart)}
    columns: dict[tuple[str, Measure], tuple[str, int]] = {}
    sections: dict[str, tuple[str, ...]] = {}
    for title in collection.round.pack.sections:
        codes = tuple(c for c, i in indicators.items() if i.section == title)
        if codes:
            sheet = sheet_name(title)
            sections[sheet] = codes
            columns |= {(c, "value"): (sheet, FIRST_FIGURE + n) for n, c in enumerate(codes)}
    prior = say("book.prior_sheet")
    carried = [c for c, i in indicators.items() if carries(i, "prior")]
    columns |= {(c, "prior"): (prior, FIRST_FIGURE + n) for n, c in enumerate(carried)}
    return Places(rows, counted, apart, columns, sections, indicators)
