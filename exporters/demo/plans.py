"""How the figures of the fictional city come about: `demo/figures.csv` and `demo/sizes.csv`, read.

figures.csv, a line per typed indicator, or one per tier:
of                      expression in indicators, sizes and rows(…); blank is 1
where                   count only the rows that have this cell, instead of taking `of` rows
low, high               range of the level
trend_low, trend_high   range of its change from one year to the next, 0.05 being 5 %
half_low, half_high     flow: share of the annual value reached by mid-year, blank where `of` carries it;
                        stock: how far it has moved from one year's end to the next, blank being about half-way
step                    figures are multiples of it, blank being the last stored digit
zero                    share of units that have none, unless at_least says otherwise
at_least, at_most       expressions that bound it, separated by `;`, at_most being stronger
applies                 expression that is 0 for units to which the indicator does not apply
not_applicable          share of units that state 不适用
not_counted             share of units that state 未统计

sizes.csv, a line per unit: its sizes in the year named by the column YEAR.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from workbook.expression.parse import parse
from workbook.expression.tree import Node, Number
from workbook.model import Indicator, Pack
from workbook.tables import Row, read_table

Range = tuple[float, float]

_ONE = Number(Fraction(1))
_HALF_WAY = (0.35, 0.65)


@dataclass(frozen=True, slots=True)
class Plan:
    """One line of figures.csv."""

    of: Node
    where: str
    level: Range
    trend: Range
    half: Range
    step: Fraction
    zero: float
    at_least: tuple[Node, ...]
    at_most: tuple[Node, ...]
    applies: Node
    not_applicable: float
    not_counted: float


def read_sizes(path: Path) -> dict[str, dict[str, Fraction]]:
    """Return the sizes of each unit; ValueError tells what cannot be read."""
    return {
        row["code"]: {name: Fraction(value or 0) for name, value in row.fields.items() if name.isupper()}
        for row in _lines(path, ("code", "YEAR"))
    }


def read_plans(path: Path, pack: Pack) -> dict[tuple[str, str], Plan]:
    """Return the plan for each indicator and tier; ValueError tells what cannot be read."""
    plans = {}
    for row in _lines(path, ("code", "tiers", "of", "low", "high")):
        item = pack.indicators[row["code"]]
        for tier in [t.strip() for t in row["tiers"].split(";") if t.strip()] or item.tiers:
            plans[item.code, tier] = _plan(row, item)
    return plans


def _plan(row: Row, item: Indicator) -> Plan:
    return Plan(
        of=parse(row["of"], "number") if row["of"] else _ONE,
        where=row["where"],
        level=_range(row, "low", "high", (1.0, 1.0)),
        trend=_range(row, "trend_low", "trend_high", (0.0, 0.0)),
        half=_range(row, "half_low", "half_high", (1.0, 1.0) if item.nature == "flow" else _HALF_WAY),
        step=Fraction(row["step"] or Fraction(1, 10**item.decimals)),
        zero=float(row["zero"] or 0),
        at_least=tuple(parse(e, "number") for e in row["at_least"].split(";") if e.strip()),
        at_most=tuple(parse(e, "number") for e in row["at_most"].split(";") if e.strip()),
        applies=parse(row["applies"], "number") if row["applies"] else _ONE,
        not_applicable=float(row["not_applicable"] or 0),
        not_counted=float(row["not_counted"] or 0),
    )


def _range(row: Row, low: str, high: str, default: Range) -> Range:
    return (float(row[low]), float(row[high] or row[low])) if row[low] else default


def _lines(path: Path, columns: tuple[str, ...]) -> list[Row]:
    rows, defects = read_table(path, columns)
    if defects:
        raise ValueError(f"{path}: {defects[0].problem}")
    return rows
