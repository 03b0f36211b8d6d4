"""Totals over groups of units: stored integers summed, ratios recomputed from parts, years on matched units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from workbook.computed import HUNDRED, at_time, carries, definition
from workbook.expression.evaluate import Evaluator, Numbers, arith
from workbook.expression.parse import parse
from workbook.expression.tree import Ref
from workbook.model import Indicator, Measure, Part, State
from workbook.period import Period
from workbook.values import Table, exact_sum

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
        self._of: dict[tuple[str, Measure], tuple[Numbers, Numbers | None]] = {}
        self._incomparable: dict[str, list[int]] = {}  # rows by code
        place = {unit: row for row, unit in enumerate(table.units)} if not_comparable else {}
        for unit, code in not_comparable:
            if unit in place:
                self._incomparable.setdefault(code, []).append(place[unit])

    def __reduce__(self) -> tuple[type[Totals], tuple[object, ...]]:
        return Totals, (self.table, self.indicators, self.not_comparable)

    def total(self, code: str, inside: Mask, expected: int) -> Total:
        """Return the total of one indicator over the units of `inside`, of `expected` that should report it."""
        item = self.indicators[code]
        known = inside & self.known(item, "value")
        absent = inside & self._not_applicable(code)
        matched: Mask = np.zeros(self.table.size, dtype=np.bool_)
        excluded: tuple[str, ...] = ()
        if carries(item, "prior"):
            both = known & self.known(item, "prior")
            comparable = np.ones(self.table.size, dtype=np.bool_)
            comparable[self._incomparable.get(code, [])] = False
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
        known = self._known(item, measure).copy()
        for i, part in self._passed_up(item, measure).items():
            known[i] = part.n > 0
        return known

    def _passed_up(self, item: Indicator, measure: Measure) -> Mapping[int, Part]:
        """Return the parts that stand for a unit's figure, by row: what its lower units have, not their totals."""
        return self.table.parts.get(item.code, {}) if measure == "value" else {}

    def _known(self, item: Indicator, measure: Measure) -> Mask:
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
        return self.part(item, over, measure).value

    def part(self, item: Indicator, over: Mask, measure: Measure = "value", units: int = 0) -> Part:
        """Return what the aggregate over units where `known` holds is made of; of no value where nothing is added.

        `units` is how many should have a figure.
        """
        without_parts = item.aggregation == "ratio" and definition(item, measure, self.indicators) is None
        n = int(over.sum())
        if not n or item.aggregation == "none" or without_parts:
            return Part(Fraction(0), Fraction(0), 0, units)
        passed_up = {i: part for i, part in self._passed_up(item, measure).items() if over[i]}
        own = over.copy()
        own[list(passed_up)] = False
        above, below = self._sides(item, measure)
        if item.aggregation == "min":
            return Part(min([*_each(above, own), *(p.above for p in passed_up.values())]), Fraction(1), n, units)
        whole = _sum(above, own) + sum((p.above for p in passed_up.values()), Fraction(0))
        if below is None:
            return Part(whole, Fraction(1), n, units)
        return Part(whole, _sum(below, own) + sum((p.below for p in passed_up.values()), Fraction(0)), n, units)

    def _sides(self, item: Indicator, measure: Measure) -> tuple[Numbers, Numbers | None]:
        """Return what each unit adds above and below the line; below a sum or minimum stands 1, which is None."""
        key = (item.code, measure)
        if key not in self._of:
            self._of[key] = self._made_of(item, measure)
        return self._of[key]

    def _made_of(self, item: Indicator, measure: Measure) -> tuple[Numbers, Numbers | None]:
        if item.aggregation == "ratio":
            above, below = self._parts(item, measure)
            return (arith("*", above, self.evaluator.number(HUNDRED)) if item.percent else above), below
        number = self.evaluator.number(Ref(item.code, measure))
        if item.aggregation == "mean_weighted":
            weight = self.evaluator.number(Ref(item.weight, measure))
            return arith("*", number, weight), weight
        return number, None

    def cells_suffice(self, item: Indicator, inside: Mask) -> bool:
        """Return whether the figures of these units alone give the total: no parts passed up say otherwise."""
        passed_up = {i: part for i, part in self._passed_up(item, "value").items() if inside[i]}
        if not passed_up:
            return True
        (above, below), known = self._sides(item, "value"), self._known(item, "value")
        return all(
            known[i] and part.n and (above.exact(i), below.exact(i) if below else 1) == (part.above, part.below)
            for i, part in passed_up.items()
        )

    def denominators(self, code: str) -> Numbers | None:
        """Return the denominator per unit of a ratio, the weight of a weighted mean, None for other items."""
        item = self.indicators[code]
        if item.aggregation == "ratio":
            return self._parts(item, "value")[1]
        return self.evaluator.number(Ref(item.weight)) if item.weight else None


def _each(numbers: Numbers, over: Mask) -> list[Fraction]:
    """Return the numbers of some units, or only the least of them, where integers tell it."""
    if numbers.ints is not None and over.any():
        return [Fraction(int(numbers.ints[over].min()), numbers.over)]
    return [numbers.exact(int(i)) for i in np.flatnonzero(over)]


def _sum(numbers: Numbers, over: Mask) -> Fraction:
    """Return the exact sum over some units."""
    if numbers.ints is not None:
        return Fraction(exact_sum(numbers.ints[over]), numbers.over)
    return sum((numbers.exact(int(i)) for i in np.flatnonzero(over)), Fraction(0))


def standard_of(item: Indicator, period: Period) -> str:
    """Return the standard in force for a period, such as '>=4', or "" where there is none."""
    for kind, bound in item.standard:
        if kind in ("all", period.kind):
            return bound
    return ""
