"""Points for units, where a pack says what for: never a rank, nothing for or against what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from workbook.collection import Collection
from workbook.expression.functions import round_half_up
from workbook.model import Criterion, Unit

DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Score:
    """What a unit gets by one criterion; `points` is rounded once, None where the figure is missing."""

    criterion: Criterion
    value: Fraction | None
    points: Fraction | None


def criteria(collection: Collection, group: str) -> tuple[Criterion, ...]:
    """Return what units of a comparison group get points for in this round; an indicator off gives none."""
    pack = collection.round.pack
    tiers = {t.code for t in pack.tiers if t.group == group}
    asked = {code for tier in tiers for code in collection.collected.get(tier, {})}
    return tuple(
        c
        for c in pack.assessment
        if c.code in asked
        and (not c.groups or group in c.groups)
        and pack.indicators[c.code].sensitive == "none"
        and pack.indicators[c.code].section not in pack.unscored
    )


def scores(collection: Collection, group: str) -> Iterator[tuple[Unit, tuple[Score, ...]]]:
    """Yield every unit of a comparison group, umbrellas apart, with what it gets by each criterion it is asked for."""
    of_group = criteria(collection, group)
    units = collection.peers(group)
    values = {c.code: collection.values(c.code, units) for c in of_group}
    for unit in units:
        asked = collection.collected[unit.tier]
        own = [(c, values[c.code].get(unit.code)) for c in of_group if c.code in asked]
        yield (
            unit,
            tuple(Score(c, v, None if v is None else points(collection, c, v)) for c, v in own),
        )


def points(collection: Collection, criterion: Criterion, value: Fraction) -> Fraction:
    """Return weight × (value − floor) ÷ (full − floor), from 0 to weight; or all or nothing at a threshold.

    Whether all is reached is judged of the exact value; the rest is reckoned from the value as it is shown, so that
    anybody comes to the same points.
    """
    weight, floor, full = (Fraction(n) for n in (criterion.weight, criterion.floor, criterion.full))
    if reached(collection, criterion, value):
        return weight
    if criterion.method == "threshold" or floor == full:
        return Fraction(0)
    shown = round_half_up(value, collection.round.pack.indicators[criterion.code].decimals)
    return round_half_up(max(Fraction(0), min(weight, weight * (shown - floor) / (full - floor))), DECIMALS)


def reached(collection: Collection, criterion: Criterion, value: Fraction) -> bool:
    """Return whether a value is as good as gets all the points."""
    full = Fraction(criterion.full)
    return value <= full if collection.round.pack.indicators[criterion.code].direction == "lower" else value >= full
