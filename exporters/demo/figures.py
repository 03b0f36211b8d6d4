"""What the units of the fictional city count: `demo/sizes.csv` and `demo/figures.csv` → typed figures.

A figure is a share of a size or of other figures: level × of, between bounds. Levels are drawn once per unit and
drift from year to year; a flow reaches part of its annual value by mid-year, a stock moves from one year's end to the
next. Every draw has its own seed, so that no figure depends on which others are asked for, or in which order.
plans.py tells what the two files hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from random import Random

from exporters.demo.plans import Plan, Range, read_plans, read_sizes
from exporters.demo.texts import load_texts
from workbook.computed import formula
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Arith, Call, Node, Number, Ref, TextRef, texts
from workbook.history import earlier_periods
from workbook.layout import collected
from workbook.messages import say
from workbook.model import Indicator, Pack, Unit
from workbook.period import Period

Figure = int | float | str
Amount = Fraction | str | None  # a number, the word that stands instead of it, or nothing at all


def city_figures(
    pack: Pack,
    folder: Path,
    units: Sequence[Unit],
    text_rows: Callable[[str, Period], Mapping[str, int]],
    seed: int = 2020,
) -> Callable[[Period], dict[str, dict[str, Figure]]]:
    """Return period → unit code → indicator code → what the unit types; the same seed gives the same figures.

    `text_rows` tells how many items of each text a unit fills in; a target named in a text of `folder` is the figure
    of its indicator. The figures of a period are worked out once; treat them as read-only.
    """
    city = _City(pack, folder, units, seed)
    city.text_rows = cache(text_rows)
    return cache(city.figures)


class _City:
    """All figures of all units; each is worked out when it is asked for, and kept."""

    text_rows: Callable[[str, Period], Mapping[str, int]]

    def __init__(self, pack: Pack, folder: Path, units: Sequence[Unit], seed: int) -> None:
        self.pack, self.units, self.seed = pack, units, seed
        self.sizes = read_sizes(folder / "sizes.csv")
        self.plans = read_plans(folder / "figures.csv", pack)
        self.texts_of = cache(load_texts(pack, folder).texts_of)
        self._draws: dict[tuple[str, ...], float] = {}
        self._values: dict[tuple[str, str, Period], Amount] = {}
        self._items: dict[tuple[str, int], Mapping[str, Indicator]] = {}

    def figures(self, period: Period) -> dict[str, dict[str, Figure]]:
        """Return what every unit types in a period."""
        found: dict[str, dict[str, Figure]] = {}
        for unit in self.units:
            found[unit.code] = {}
            for code, item in self.collected(unit.tier, period.year).items():
                amount = None if item.computed else self.value(unit, code, period)
                if isinstance(amount, Fraction):
                    found[unit.code][code] = float(amount) if item.decimals else int(amount)
                elif amount is not None:
                    found[unit.code][code] = amount
        return found

    def collected(self, tier: str, year: int) -> Mapping[str, Indicator]:
        """Return the indicators a tier reports in a year."""
        if (tier, year) not in self._items:
            modules = tuple(m.code for m in self.pack.modules)
            self._items[tier, year] = collected(self.pack, tier, year, modules)
        return self._items[tier, year]

    def value(self, unit: Unit, code: str, period: Period) -> Amount:
        """Return one figure of one unit; None where it reports none."""
        key = unit.code, code, period
        if key not in self._values:
            item = self.collected(unit.tier, period.year).get(code)
            self._values[key] = None if item is None else self._value(unit, item, period)
        return self._values[key]

    def _value(self, unit: Unit, item: Indicator, period: Period) -> Amount:
        tree = formula(item)
        if tree is not None:
            return self.amount(tree, unit, period)
        if unit.umbrella and item.nature != "target":
            return self._total(unit, item, period)
        return self._own(unit, item, period)

    def _total(self, unit: Unit, item: Indicator, period: Period) -> Amount:
        """Return the total of the units under an umbrella that have a number."""
        parts = {u: self.value(u, item.code, period) for u in self.units if u.tier == unit.tier and not u.umbrella}
        known = {u: amount for u, amount in parts.items() if isinstance(amount, Fraction)}
        if not known or item.aggregation == "none":
            return None
        if item.aggregation == "min":
            return min(known.values())
        if item.aggregation != "mean_weighted":
            return sum(known.values(), Fraction(0))
        weights = {u: self.value(u, item.weight, period) for u in known}
        pairs = [(known[u], w) for u, w in weights.items() if isinstance(w, Fraction)]
        weight = sum((w for _, w in pairs), Fraction(0))
        return round_half_up(sum((x * w for x, w in pairs), Fraction(0)) / weight, item.decimals) if weight else None

    def _own(self, unit: Unit, item: Indicator, period: Period) -> Amount:
        """Return what a unit counts itself: what a text of it says, a word, none at all, or a share of something."""
        plan = self.plans.get((item.code, unit.tier))
        if plan is None:  # an indicator the demo's data does not know yet
            return None
        written = self._written(unit, item, period)
        base = self._base(plan, unit, period)
        word = self._word(plan, unit, item, period)
        if written is not None or word is not None or not isinstance(base, Fraction):
            return written if written is not None else word if word is not None else base
        steps = float(base) * self._level(plan, unit, item, period) / float(plan.step)
        none = self.draw(unit, item, "zero") < plan.zero
        amount = Fraction(0) if none else plan.step * floor(steps + self.draw(unit, item, "round"))
        amount = self._bounded(amount, plan, unit, period)
        if item.nature == "flow" and period.kind != "year":
            whole = self.value(unit, item.code, Period(period.year, "year"))
            amount = min(amount, whole) if isinstance(whole, Fraction) else amount
        return amount

    def _written(self, unit: Unit, item: Indicator, period: Period) -> Fraction | None:
        """Return the target that a text of the unit names for this indicator."""
        if item.nature == "target":
            for code, items in self.texts_of(unit.code, period).items():
                kinds = [s.kind for s in self.pack.texts[code].subfields]
                if "code" in kinds and "number" in kinds:
                    for row in items:
                        if row[kinds.index("code")] == item.code:
                            return Fraction(row[kinds.index("number")])
        return None

    def _base(self, plan: Plan, unit: Unit, period: Period) -> Amount:
        if not plan.where:
            return self.amount(plan.of, unit, period)
        listed = [row for code in texts(plan.of) for row in self.texts_of(unit.code, period).get(code, ())]
        return Fraction(sum(plan.where in row for row in listed))

    def _word(self, plan: Plan, unit: Unit, item: Indicator, period: Period) -> str | None:
        """Return what stands instead of a number; a required figure is always counted."""
        if item.required:
            return None
        draw = self.draw(unit, item, "word")
        if self.amount(plan.applies, unit, period) == 0 or draw < plan.not_applicable:
            return say("word.not_applicable")
        return say("word.not_counted") if draw > 1 - plan.not_counted else None

    def _level(self, plan: Plan, unit: Unit, item: Indicator, period: Period) -> float:
        if item.nature == "flow":
            share = 1.0 if period.kind == "year" else self.draw(unit, item, "half", within=plan.half)
            return share * self._grown(plan, unit, item, period.year, period.kind)
        end = self._grown(plan, unit, item, period.year, "year")
        if period.kind == "year":
            return end
        start = self._grown(plan, unit, item, period.year - 1, "year")
        return start + (end - start) * self.draw(unit, item, "half", within=plan.half)

    def _grown(self, plan: Plan, unit: Unit, item: Indicator, year: int, kind: str) -> float:
        """Return the level of a year: each year's change has its own draw."""
        level = self.draw(unit, item, "level", within=plan.level)
        first = int(self.sizes[unit.code]["YEAR"])
        for y in range(first + 1, year + 1):
            level *= 1 + self.draw(unit, item, "trend", kind, str(y), within=plan.trend)
        for y in range(year + 1, first + 1):
            level /= 1 + self.draw(unit, item, "trend", kind, str(y), within=plan.trend)
        return level

    def _bounded(self, amount: Fraction, plan: Plan, unit: Unit, period: Period) -> Fraction:
        """Return the amount within its bounds, on a step; a bound that is not a number does not bind."""
        for node in plan.at_least:
            if isinstance(bound := self.amount(node, unit, period), Fraction):
                amount = max(amount, -floor(-bound / plan.step) * plan.step)
        for node in plan.at_most:
            if isinstance(bound := self.amount(node, unit, period), Fraction):
                amount = min(amount, floor(bound / plan.step) * plan.step)
        return amount

    def amount(self, node: Node, unit: Unit, period: Period) -> Amount:
        """Return what an expression gives; a word or nothing among its parts makes it that, as does x / 0 nothing."""
        match node:
            case Number(value=value):
                return value
            case Ref(code=code, measure=measure):
                if code in self.sizes[unit.code]:
                    return self.sizes[unit.code][code]
                return self.value(unit, code, ({"value": period} | earlier_periods(period))[measure])
            case Arith(op=op, left=left, right=right):
                return _apply(op, [self.amount(left, unit, period), self.amount(right, unit, period)])
            case Call(name="rows", args=(TextRef(code=code),)):
                return Fraction(self.text_rows(unit.code, period).get(code, 0))
            case Call(name=name, args=args):
                return _apply(name, [self.amount(a, unit, period) for a in args])
        raise ValueError(f"not a number: {node}")

    def draw(self, unit: Unit, item: Indicator, *what: str, within: Range = (0.0, 1.0)) -> float:
        """Return the draw for one purpose, even between two bounds; the same on every machine."""
        key = (unit.code, item.code, *what)
        if key not in self._draws:
            self._draws[key] = Random("/".join((str(self.seed), *key))).random()
        return within[0] + (within[1] - within[0]) * self._draws[key]


_OPERATIONS: dict[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "+": lambda a: a[0] + a[1],
    "-": lambda a: a[0] - a[1],
    "*": lambda a: a[0] * a[1],
    "/": lambda a: a[0] / a[1],
    "min": min,
    "max": max,
}


def _apply(name: str, parts: Sequence[Amount]) -> Amount:
    numbers = [p for p in parts if isinstance(p, Fraction)]
    if len(numbers) < len(parts):
        return next((p for p in parts if isinstance(p, str)), None)
    return None if name == "/" and numbers[1] == 0 else _OPERATIONS[name](numbers)
