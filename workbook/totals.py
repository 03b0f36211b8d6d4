"""Totals over groups of units: stored integers summed, ratios recomputed from parts, years on matched units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from workbook.computed import HUNDRED, at_time, carries, definition
from workbook.expression.evaluate import Evaluator, Numbers
from workbook.expression.parse import parse
from workbook.expression.tree import Ref
from workbook.model import Indicator, Measure, State
from workbook.period import Period
from workbook.values import Table

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reported:
    """Last year's total as it was reported then, over n of the N units of that time.

    `stored` is False where no earlier round kept the figure: it is then what this year's units say of last year.
    """

    value: Fraction | None
    n: int
    units: int
    stored: bool


@dataclass(frozen=True, slots=True)
class Total:
    """One total: `value` is exact, None where nothing is known or the denominator is 0.

    n of N units have a known value. `matched_value` and `matched_prior` are over the `matched` units that have
    both years on the same definition; `excluded` names those known in both years but not comparable. `reported` is
    last year's total as reported then, None for an item without last year's figure.
    """

    value: Fraction | None
    n: int
    units: int
    matched_value: Fraction | None
    matched_prior: Fraction | None
    matched: int
    excluded: tuple[str, ...] = ()
    reported: Reported | None = None


class Totals:
    """Computes totals over one table of accepted figures. `comparable` says (unit, code) may be compared in time."""

    def __init__(
        self, table: Table, indicators: Mapping[str, Indicator], not_comparable: frozenset[tuple[str, str]]
    ) -> None:
        self.table, self.indicators = table, indicators
        self.evaluator = Evaluator(table, indicators)
        self.not_comparable = not_comparable

    def total(self, code: str, inside: Mask, expected: int) -> Total:
        """Return the total of one indicator over the units of `inside`, of `expected` that should report it."""
        item = self.indicators[code]
        known = inside & self.known(item, "value")
        absent = inside & self._not_applicable(code)
        matched: Mask = np.zeros(self.table.size, dtype=np.bool_)
        excluded: tuple[str, ...] = ()
        if carries(item, "prior"):
            both = known & self.known(item, "prior")
            comparable = np.array([(u, code) not in self.not_comparable for u in self.table.units], dtype=np.bool_)
            matched = both & comparable
            excluded = tuple(self.table.units[i] for i in np.flatnonzero(both & ~comparable))
        return Total(
            value=self.aggregate(item, known, "value"),
            n=int(known.sum()),
            units=expected - int(absent.sum()),
            matched_value=self.aggregate(item, matched, "value"),
            matched_prior=self.aggregate(item, matched, "prior"),
            matched=int(matched.sum()),
            excluded=excluded,
        )

    def _not_applicable(self, code: str) -> Mask:
        return np.asarray(self.table.figures(code, "value")[1] == State.NOT_APPLICABLE, dtype=np.bool_)

    def known(self, item: Indicator, measure: Measure) -> Mask:
        """Return where the indicator counts towards a total at `measure`: both parts of a ratio are known."""
        if item.aggregation == "ratio" and definition(item, measure, self.indicators) is not None:
            above, below = self._parts(item, measure)
            return above.known & below.known
        known = self.evaluator.number(Ref(item.code, measure)).known
        if item.aggregation == "mean_weighted":
            known = known & self.evaluator.number(Ref(item.weight, measure)).known
        return known

    def _parts(self, item: Indicator, measure: Measure) -> tuple[Numbers, Numbers]:
        above, below = (parse(text, "number") for text in (item.numerator, item.denominator))
        if measure != "value":
            above, below = at_time(above, measure), at_time(below, measure)
        return self.evaluator.number(above), self.evaluator.number(below)

    def aggregate(self, item: Indicator, over: Mask, measure: Measure) -> Fraction | None:
        """Return the exact aggregate over units where `known` holds; None if there is none or it is undefined."""
        at = [int(i) for i in np.flatnonzero(over)]
        if not at or item.aggregation == "none":
            return None
        if item.aggregation == "ratio" and definition(item, measure, self.indicators) is not None:
            above, below = self._parts(item, measure)
            denominator = sum((below.exact(i) for i in at), Fraction(0))
            numerator = sum((above.exact(i) for i in at), Fraction(0))
            factor = HUNDRED.value if item.percent else 1
            return numerator * factor / denominator if denominator else None
        number = self.evaluator.number(Ref(item.code, measure))
        if item.aggregation == "mean_weighted":
            weight = self.evaluator.number(Ref(item.weight, measure))
            weights = sum((weight.exact(i) for i in at), Fraction(0))
            return sum((number.exact(i) * weight.exact(i) for i in at), Fraction(0)) / weights if weights else None
        if item.aggregation == "min":
            return min(number.exact(i) for i in at)
        return sum((number.exact(i) for i in at), Fraction(0))

    def denominators(self, code: str) -> Numbers | None:
        """Return the denominator per unit of a ratio, the weight of a weighted mean, None for other items."""
        item = self.indicators[code]
        if item.aggregation == "ratio":
            return self._parts(item, "value")[1]
        return self.evaluator.number(Ref(item.weight)) if item.weight else None


def standard_of(item: Indicator, period: Period) -> str:
    """Return the standard in force for a period, such as '>=4', or "" where there is none."""
    for kind, bound in item.standard:
        if kind in ("all", period.kind):
            return bound
    return ""
