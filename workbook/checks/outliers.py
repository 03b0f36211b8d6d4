"""Figures far from those of their peers, or far more changed than theirs: hints for a second look, never findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from workbook.collection import SMALL, Collection, mask_of
from workbook.computed import carries, definition
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Ref, operands
from workbook.messages import say
from workbook.model import Indicator
from workbook.reading.values import show

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEWEST = 8  # units that must have a value before any of them is called far off
FAR = 3.5  # robust z beyond which a value is named (Iglewicz and Hoaglin, 1993)
NORMAL = 0.6745  # makes a median absolute deviation comparable with a standard deviation
NOISE = 1e-9  # a spread below this, relative to the median, is rounding: the values are alike


@dataclass(frozen=True, slots=True)
class Outlier:
    """A figure far from its group's. It has no severity: it returns nothing and is counted with no findings.

    `median` is the group's: of the values, or of this year over last year. `z` is above 0 above the median.
    """

    unit: str
    code: str
    group: str
    kind: Literal["level", "change"]
    value: Fraction
    prior: Fraction | None  # last year's figure beside a change
    median: float
    z: float
    message: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class _Series:
    """What units are compared by: a number per unit, whom it is known of, and who may be named."""

    kind: Literal["level", "change"]
    numbers: Floats
    compared: Bools
    nameable: Bools


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where one unit stands among the `n` compared in its group; `middle` is their median, of logs for a change."""

    kind: Literal["level", "change"]
    group: str
    n: int
    middle: float
    z: float


def outliers_of(collection: Collection) -> tuple[Outlier, ...]:
    """Return the outliers among accepted units, by indicator in catalog order, the farthest first.

    Judged in floats: a robust z is a hint that nothing else is computed from, and no order of units changes it.
    """
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for unit, code in collection.engine.not_comparable:
        apart[code].add(unit)
    found: list[Outlier] = []
    asked = _asked(collection)
    for item in collection.indicators.values():
        of_item = [
            outlier
            for series in _series(collection, item, apart)
            for group, tiers in asked.items()
            for outlier in _far(collection, item, series, group, _inside(collection, item, tiers))
        ]
        found += sorted(of_item, key=lambda o: (-abs(o.z), o.unit, o.kind))
    return tuple(found)


def _asked(collection: Collection) -> dict[str, dict[str, Bools]]:
    """Return where the counted units of each comparison group stand in the table, by tier."""
    asked: dict[str, dict[str, Bools]] = {}
    for group in collection.round.pack.groups:
        units = collection.scope_units(group)
        asked[group] = {
            tier: mask_of(collection.engine, tuple(u for u in units if u.tier == tier)) for tier in collection.collected
        }
    return asked


def _inside(collection: Collection, item: Indicator, tiers: Mapping[str, Bools]) -> Bools:
    """Return the units of a group that are asked for the item; an organ may have parts of a county's rate."""
    inside: Bools = np.zeros(collection.engine.table.size, dtype=np.bool_)
    for tier, mask in tiers.items():
        if item.code in collection.collected[tier]:
            inside = inside | mask
    return inside


def _series(collection: Collection, item: Indicator, apart: Mapping[str, set[str]]) -> Iterator[_Series]:
    """Yield what an item's units are compared by: a ratio its level, a sum its change on last year."""
    engine = collection.engine
    now = engine.evaluator.number(Ref(item.code))
    tree = definition(item, "value", engine.indicators)
    if item.aggregation == "ratio" and item.denominator and tree is not None:
        below = engine.denominators(item.code)
        assert below is not None
        earlier = [ref.code for ref in operands(tree) if ref.measure != "value"]  # of a cut on last year, say
        compared = now.known & below.known & (below.approx >= SMALL) & _comparable(collection, earlier, apart)
        yield _Series("level", now.approx, compared, compared)
    elif item.aggregation == "sum" and carries(item, "prior"):
        before = engine.evaluator.number(Ref(item.code, "prior"))
        compared = now.known & before.known & (now.approx >= 0) & (before.approx > 0)
        compared = compared & _comparable(collection, [item.code], apart)
        # one more on either side keeps a fall to 0 finite and a step from 1 to 2 small
        change = np.log(np.where(compared, now.approx + 1, 1.0) / np.where(compared, before.approx + 1, 1.0))
        large = (now.approx >= 2 * before.approx) | (2 * now.approx <= before.approx)
        yield _Series("change", change, compared, compared & large)


def _comparable(collection: Collection, codes: list[str], apart: Mapping[str, set[str]]) -> Bools:
    """Return the units whose figures of these indicators may be compared with last year's, as in totals."""
    out = {unit for code in codes for unit in apart.get(code, ())}
    return np.array([u not in out for u in collection.engine.table.units], dtype=np.bool_)


def _far(collection: Collection, item: Indicator, series: _Series, group: str, inside: Bools) -> Iterator[Outlier]:
    """Yield the units of one group that are far off; none where too few are compared or most are alike."""
    at = np.flatnonzero(series.compared & inside)
    if len(at) < FEWEST:
        return
    numbers = series.numbers[at]
    middle = float(np.median(numbers))
    spread = float(np.median(np.abs(numbers - middle)))
    if spread <= NOISE * max(1.0, abs(middle)):
        return
    z = NORMAL * (numbers - middle) / spread
    for place in np.flatnonzero((np.abs(z) > FAR) & series.nameable[at]):
        standing = _Standing(series.kind, group, len(at), middle, float(z[place]))
        yield _outlier(collection, item, int(at[place]), standing)


def _outlier(collection: Collection, item: Indicator, i: int, standing: _Standing) -> Outlier:
    evaluator = collection.engine.evaluator
    unit = collection.engine.table.units[i]
    value, prior, median = evaluator.number(Ref(item.code)).exact(i), None, standing.middle
    cell = collection.submissions[unit].cells.get((item.code, "value"))
    words = {"name": item.name, "group": standing.group, "n": standing.n, "value": _amount(value, item)}
    if standing.kind == "change":
        prior, median = evaluator.number(Ref(item.code, "prior")).exact(i), float(np.exp(standing.middle))
        words |= {"prior": _amount(prior, item), "share": _percent(value / prior)}
        message = say("outlier.changed", **words, median=_percent(Fraction(median)))
    else:
        key = "outlier.high" if standing.z > 0 else "outlier.low"
        message = say(key, **words, median=_amount(Fraction(median), item))
    return Outlier(
        unit=unit,
        code=item.code,
        group=standing.group,
        kind=standing.kind,
        value=value,
        prior=prior,
        median=median,
        z=standing.z,
        message=message,
        sheet=cell.sheet if cell else "",
        cell=cell.address if cell else "",
    )


def _amount(value: Fraction, item: Indicator) -> str:
    number = show(float(round_half_up(value, item.decimals)))
    return f"{number}{item.measure_word}" if item.percent else f"{number} {item.measure_word}"


def _percent(share: Fraction) -> str:
    return show(float(round_half_up(share * 100, 0)))
