"""Figures as they stand in running text and in tables; every one marked with its tag, a missing one noted with why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import cast

from exporters.narrative.facts import Facts
from exporters.narrative.template import CELL
from exporters.prose.marks import mark, missing, missing_in
from exporters.prose.numbers import Scale, change, digits, scaled
from exporters.prose.polish import zero
from workbook.blank import tag
from workbook.computed import carries
from workbook.messages import say
from workbook.model import Indicator
from workbook.totals import Total

DIRECTION = {"yoy": "dir", "yoy_reported": "dir_reported"}  # measure of a change -> of the word before it
SAME, THEN = ("yoy_n", "yoy_units"), ("prior_n", "prior_units")  # what the coverage of either change is marked as


@dataclass
class Figures:
    """Tells figures of some facts; `told` has how each measure is told, `lost` why a figure is missing, by its tag."""

    facts: Facts
    forbidden: frozenset[str]  # sensitivities this genre must not print
    told: Mapping[str, Callable[[Figures, Indicator, str, Total], str]]
    lost: dict[str, str] = field(default_factory=dict)
    wholes: dict[str, str] = field(default_factory=dict)  # what 全部 is said of, by its tag
    _totals: dict[tuple[str, str], Total | None] = field(default_factory=dict)

    def item(self, code: str) -> Indicator:
        """Return the indicator; KeyError names a template's fault, which pack check reports first."""
        return self.facts.pack.indicators[code]

    def figure(self, code: str, scope: str = "", measure: str = "value", bare: bool = False) -> str:
        """Return one figure as marked text with its measure word (none if `bare`), or the mark of a missing one."""
        scope, item = self.scope(scope), self.item(code)
        if item.sensitive in self.forbidden:
            return self.drop(code, scope, measure, "report.forbidden")
        total = self.total(code, scope)
        if total is None or (total.value is None and measure not in ("n", "units")):
            return self.drop(code, scope, measure, self.facts.absence(code, scope))
        text = self.told[measure](self, item, scope, total)
        return text.removesuffix(item.measure_word) if bare else text

    def value(self, code: str, scope: str = "") -> Fraction | None:
        """Return the exact value a template may ask about, None where it is missing or must not be told."""
        total = self.total(code, self.scope(scope))
        return None if total is None or self.item(code).sensitive in self.forbidden else total.value

    def total(self, code: str, scope: str) -> Total | None:
        """Return what is known of a figure; asked once."""
        key = (code, scope)
        if key not in self._totals:
            self._totals[key] = self.facts.total(code, scope)
        return self._totals[key]

    def scope(self, name: str) -> str:
        """Return the scope's code for a code or a Chinese tier name; the report's own for none."""
        return self._tiers.get(name, name) if name else self.facts.scope

    @cached_property
    def _tiers(self) -> Mapping[str, str]:
        """The codes of tiers by their names."""
        return {t.name: t.code for t in self.facts.pack.tiers}

    def drop(self, code: str, scope: str, measure: str, reason: str) -> str:
        """Return the mark of a missing figure and note why it is missing."""
        name = tag(code, scope, measure)
        self.lost[name] = say("report.lost", name=self.item(code).name, why=say(reason))
        return missing(name)

    def written(self, item: Indicator, value: Fraction) -> tuple[str, str]:
        """Return (digits, what stands behind them) for a value in the indicator's stored unit."""
        if item.percent:
            return percent_digits(value), "%"
        number, word = scaled(value, scale_of(item), min(item.decimals, 2))
        return number, word + item.measure_word

    def covered(self, code: str, scope: str, measures: tuple[str, str], n: int, units: int) -> dict[str, str]:
        """Return n and N as marked figures."""
        first, second = (tag(code, scope, m) for m in measures)
        return {"n": mark(first, str(n)), "units": mark(second, str(units))}

    def cell(self, code: str, scope: str = "", measure: str = "value") -> str:
        """Return a figure for a table: digits in the stored unit without measure word; one that is missing reads —."""
        scope, item = self.scope(scope), self.item(code)
        total, nothing = self.total(code, scope), missing(tag(code, scope, DIRECTION.get(measure, measure)))
        if total is None or item.sensitive in self.forbidden:
            return nothing
        if measure == "n":
            return say("report.slash", **self.covered(code, scope, ("n", "units"), total.n, total.units))
        if measure == "yoy_n":
            told = say("report.slash", **self.covered(code, scope, SAME, total.matched, total.units))
            return told if carries(item, "prior") else nothing
        if measure in ("share", "part"):
            return self.figure(code, scope, measure)
        if measure in DIRECTION:
            changed = change(*years(total, measure), percent_points=item.percent)
            if changed is None:
                return nothing
            direction, number, unit = changed
            word = mark(tag(code, scope, DIRECTION[measure]), direction)
            return word + (mark(tag(code, scope, measure), number) + unit if number else "")
        value = total.value
        if measure in ("prior", "same"):  # last year's and this year's figure of the same units
            value = years(total, "yoy")[measure == "prior"]
        elif measure == "prior_reported":
            value = years(total, "yoy_reported")[1]
        return nothing if value is None else mark(tag(code, scope, measure), table_digits(item, value))

    def has(self, code: str, scope: str = "", measure: str = "value") -> bool:
        """Return whether a cell has something to tell."""
        return not missing_in(self.cell(code, scope, measure))

    def row(self, code: str, *measures: str, scope: str = "") -> str:
        """Return the cells of a table row: the indicator's name, its measure word, and a figure per measure."""
        item = self.item(code)
        return CELL.join([item.name, item.measure_word, *(self.cell(code, scope, m) for m in measures)])

    def phrase(self, item: Indicator, note: str = "") -> str:
        """Return the phrase that tells a zero, in place of the clause."""
        return zero(item.zero_phrase + note)


def years(total: Total, measure: str) -> tuple[Fraction | None, Fraction | None]:
    """Return this year's and last year's value: of the same units, or of all units of either year."""
    if measure == "yoy":
        return total.matched_value, total.matched_prior
    return total.value, total.reported.value if total.reported else None


def scale_of(item: Indicator) -> Scale:
    """Return the unit word large values of an item are told in."""
    return cast(Scale, say("word.wan") if item.display_scale == say("word.wan") else "")


def table_digits(item: Indicator, value: Fraction) -> str:
    """Return a value as tables print it, in the stored unit."""
    return percent_digits(value, trim=False) if item.percent else digits(value, item.decimals)


def percent_digits(value: Fraction, *, trim: bool = True) -> str:
    """Return a percentage with one decimal; 100 only where it is exactly 100."""
    number = digits(value, 1, trim=trim)
    if number in ("100", "100.0") and value != 100:
        hundredths = int(value * 100)
        return digits(Fraction(hundredths, 100), 2)
    return number
