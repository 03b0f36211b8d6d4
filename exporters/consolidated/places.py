"""Where every unit and every figure stands in the consolidated workbook: the addresses its formulas use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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

    def cell(self, unit: str, ref: Ref) -> str:
        """Return the address of one unit's figure."""
        sheet, column = self.columns[ref.code, ref.measure]
        return f"{quote(sheet)}!${letters(column)}${self.rows[unit] + 1}"

    def top(self, units: tuple[Unit, ...], ref: Ref) -> str:
        """Return where the figures of these units begin, as a link within the book writes it."""
        sheet, column = self.columns[ref.code, ref.measure]
        return f"#{quote(sheet)}!{letters(column)}{min(self.rows[u.code] for u in units) + 1}"

    def ranges(self, units: tuple[Unit, ...], ref: Ref) -> list[str]:
        """Return the column stretches that hold the figures of these units."""
        sheet, column = self.columns[ref.code, ref.measure]
        rows = sorted(self.rows[u.code] for u in units)
        stretches: list[tuple[int, int]] = []
        for row in rows:
            if stretches and stretches[-1][1] == row - 1:
                stretches[-1] = (stretches[-1][0], row)
            else:
                stretches.append((row, row))
        letter = letters(column)
        return [f"{quote(sheet)}!${letter}${a + 1}:${letter}${b + 1}" for a, b in stretches]


def make_places(collection: Collection, indicators: Mapping[str, Indicator]) -> Places:
    """Return the places of a workbook that shows `indicators`."""
    order = [t.code for t in collection.round.pack.tiers]
    counted = tuple(sorted(collection.counted, key=lambda u: order.index(u.tier)))
    apart = tuple(u for u in collection.round.units if u not in counted)
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
