"""Figures as they stand in running text: value, change, mean, standing; every one marked with its tag."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, cast

from exporters.word.prose import DROP, change, digits, join, mark, scaled
from workbook.collection import ALL, Collection
from workbook.computed import carries
from workbook.messages import say
from workbook.model import Indicator
from workbook.totals import Total

ZERO_OPEN, ZERO_CLOSE = "\ufdd6", "\ufdd7"  # around a zero phrase that takes the place of its clause
_DIRECTION = {"yoy": "dir", "yoy_reported": "dir_reported"}  # measure of a change -> of the word before it
MEASURES = ("value", "yoy", "yoy_reported", "mean", "met", "top", "share", "n", "units", "prior", "prior_reported")


@dataclass
class Lost:
    """A figure that could not be printed, and why."""

    code: str
    scope: str
    measure: str
    reason: str


@dataclass
class Figures:
    """Looks figures up in a collection; what is missing leaves a DROP mark and a note in `lost`."""

    collection: Collection
    forbidden: frozenset[str]  # sensitivities this genre must not print
    lost: list[Lost] = field(default_factory=list)

    def item(self, code: str) -> Indicator:
        """Return the indicator; KeyError names a template's fault, which pack check reports first."""
        return self.collection.round.pack.indicators[code]

    def tag(self, code: str, scope: str, measure: str) -> str:
        """Return the content control tag of the design's contract."""
        return f"hb:{code}@{scope}.{measure}"

    def figure(self, code: str, scope: str = ALL, measure: str = "value") -> str:
        """Return one figure as marked text with its measure word, or DROP."""
        scope = self.scope(scope)
        if self.item(code).sensitive in self.forbidden:
            return self._drop(code, scope, measure, "report.forbidden")
        total = self.collection.totals.get((scope, code))
        if total is None or (total.value is None and measure not in ("n", "units")):
            return self._drop(code, scope, measure, self._why(code, scope, total))
        told = {
            "value": self._value,
            "yoy": self._yoy,
            "yoy_reported": self._yoy_reported,
            "mean": self._mean,
            "met": self._met,
            "top": self._top,
            "share": self._share,
            "n": lambda c, s, t: mark(self.tag(c, s, "n"), str(t.n)),
            "units": lambda c, s, t: mark(self.tag(c, s, "units"), str(t.units)),
            "prior": self._prior,
            "prior_reported": self._prior_reported,
        }[measure]
        return told(code, scope, total)

    def scope(self, name: str) -> str:
        """Return the scope's code for a code or a Chinese tier name."""
        return next((t.code for t in self.collection.round.pack.tiers if t.name == name), name)

    def _drop(self, code: str, scope: str, measure: str, reason: str) -> str:
        self.lost.append(Lost(code, scope, measure, say(reason)))
        return DROP

    def _why(self, code: str, scope: str, total: Total | None) -> str:
        if code not in self.collection.indicators:
            return "report.not_collected"
        if total is None:
            return "report.not_in_scope"
        return "report.undefined" if total.n else "report.nobody"

    def written(self, item: Indicator, value: Fraction) -> tuple[str, str]:
        """Return (digits, what stands behind them) for a value in the indicator's stored unit."""
        if item.percent:
            return percent_digits(value), "%"
        scale = "万" if item.display_scale == say("word.wan") else ""
        number, word = scaled(value, cast('Literal["", "万"]', scale), min(item.decimals, 2))
        return number, word + item.measure_word

    def of_units(self, code: str, scope: str, total: Total, known: int | None = None) -> str:
        """Return （n/N） where a unit whose form was accepted has no known value, else "".

        Units that did not report at all are named once, at the head of the report; N is who should report the item.
        """
        n = total.n if known is None else known
        inside = [u for u in self.collection.scope_units(scope) if code in self.collection.collected[u.tier]]
        accepted = sum(u.code in self.collection.submissions for u in inside)
        absent = len(inside) - total.units  # 不适用: neither reported nor missing
        if n >= accepted - absent:
            return ""
        tag = "n" if known is None else "met_n"
        marks = (mark(self.tag(code, scope, k), str(v)) for k, v in ((tag, n), ("units", total.units)))
        return say("report.n_of", n=next(marks), units=next(marks))

    def _value(self, code: str, scope: str, total: Total) -> str:
        item = self.item(code)
        assert total.value is not None
        if total.value == 0 and item.zero_phrase:
            if item.zero_phrase == "drop":
                return self._drop(code, scope, "value", "report.zero")
            phrase = item.zero_phrase + self.of_units(code, scope, total)
            return f"{ZERO_OPEN}{phrase}{ZERO_CLOSE}"
        number, word = self.written(item, total.value)
        return mark(self.tag(code, scope, "value"), number) + word + self.of_units(code, scope, total)

    def _prior(self, code: str, scope: str, total: Total) -> str:
        return self._before(code, scope, "prior", _years(total, "yoy")[1])

    def _prior_reported(self, code: str, scope: str, total: Total) -> str:
        return self._before(code, scope, "prior_reported", _years(total, "yoy_reported")[1])

    def _before(self, code: str, scope: str, measure: str, value: Fraction | None) -> str:
        if value is None:
            return self._drop(code, scope, measure, "report.no_prior")
        number, word = self.written(self.item(code), value)
        return mark(self.tag(code, scope, measure), number) + word

    def _yoy(self, code: str, scope: str, total: Total) -> str:
        """Return the change over the same units; how many they are where more are wanting than the changed ones."""
        known = self.collection.by_unit(code, scope)
        covered = ""
        if total.matched < total.n - sum(u in known for u in self.collection.changed):
            covered = say(
                "report.same_of", **self._coverage(code, scope, ("yoy_n", "yoy_units"), total.matched, total.units)
            )
        return self._change(code, scope, "yoy", total, covered)

    def _yoy_reported(self, code: str, scope: str, total: Total) -> str:
        """Return the change from last year's total as reported then, its coverage told where it was not full."""
        then, covered = total.reported, ""
        if then is not None and then.n < then.units:
            covered = say(
                "report.then_of", **self._coverage(code, scope, ("prior_n", "prior_units"), then.n, then.units)
            )
        return self._change(code, scope, "yoy_reported", total, covered)

    def _coverage(self, code: str, scope: str, measures: tuple[str, str], n: int, units: int) -> dict[str, str]:
        first, second = (self.tag(code, scope, m) for m in measures)
        return {"n": mark(first, str(n)), "units": mark(second, str(units))}

    def _change(self, code: str, scope: str, measure: str, total: Total, covered: str) -> str:
        item = self.item(code)
        if total.value == 0:
            return self._drop(code, scope, measure, "report.zero")
        told = change(*_years(total, measure), percent_points=item.percent)
        if told is None:
            return self._drop(code, scope, measure, "report.no_prior")
        direction, number, unit = told
        words = {
            "direction": mark(self.tag(code, scope, _DIRECTION[measure]), direction),
            "change": mark(self.tag(code, scope, measure), number) + (unit or item.measure_word) if number else "",
        }
        return say(f"report.{measure}", **words, covered=covered)

    def _mean(self, code: str, scope: str, total: Total) -> str:
        """Mean per unit with a known value (semantics: means per unit divide by n)."""
        item = self.item(code)
        assert total.value is not None
        if item.aggregation != "sum" or total.n < 2 or total.value == 0:
            return self._drop(code, scope, "mean", "report.no_mean")
        places = 1 if item.decimals == 0 else min(item.decimals, 2)
        number = digits(total.value / total.n, places)
        return mark(self.tag(code, scope, "mean"), number) + item.measure_word

    def _met(self, code: str, scope: str, total: Total) -> str:
        met = self.collection.met(code, scope)
        if met is None or not met[1]:
            return self._drop(code, scope, "met", "report.no_standard")
        word = mark(self.tag(code, scope, "met"), str(met[0])) + say("report.units_word")
        return word + self.of_units(code, scope, total, known=met[1])

    def _top(self, code: str, scope: str, total: Total) -> str:
        """Return the best three of a comparison group, ties included; only for items that may be ranked."""
        item = self.item(code)
        ranked = [(r, u, v) for r, u, v in self.collection.ranking(code, scope) if r <= 3 and v != 0]
        best = sum(r == 1 for r, _, _ in ranked)
        if len(self.collection.ranking(code, scope)) <= 3 or not ranked or best > 3:
            return self._drop(code, scope, "top", "report.not_ranked")
        told = []
        for _, unit, value in ranked:
            number, word = self.written(item, value)
            record = self.collection.round.unit(unit)
            name = record.name if record else unit
            told.append(say("report.with_value", name=name, value=mark(self.tag(code, unit, "value"), number) + word))
        return join(told, last="、")

    def _share(self, code: str, scope: str, total: Total) -> str:
        whole = self.collection.totals.get((ALL, code))
        if whole is None or not whole.value or total.value is None or self.item(code).aggregation != "sum":
            return self._drop(code, scope, "share", "report.nobody")
        return mark(self.tag(code, scope, "share"), percent_digits(total.value * 100 / whole.value)) + "%"

    def cell(self, code: str, scope: str = ALL, measure: str = "value") -> str:
        """Return a figure for a table: digits in the stored unit without measure word, — where missing."""
        scope = self.scope(scope)
        item = self.item(code)
        total = self.collection.totals.get((scope, code))
        dash = say("word.dash")
        if total is None or item.sensitive in self.forbidden:
            return dash
        if measure == "n":
            return say("report.slash", **self._coverage(code, scope, ("n", "units"), total.n, total.units))
        if measure == "yoy_n":
            told = say(
                "report.slash", **self._coverage(code, scope, ("yoy_n", "yoy_units"), total.matched, total.units)
            )
            return told if carries(item, "prior") else dash
        if measure in ("yoy", "yoy_reported"):
            direction, number, unit = change(*_years(total, measure), percent_points=item.percent) or (dash, "", "")
            word = mark(self.tag(code, scope, _DIRECTION[measure]), direction) if direction != dash else dash
            return word + (mark(self.tag(code, scope, measure), number) + unit if number else "")
        value = {"prior": _years(total, "yoy")[1], "prior_reported": _years(total, "yoy_reported")[1]}.get(
            measure, total.value
        )
        if value is None:
            return dash
        number = percent_digits(value, trim=False) if item.percent else digits(value, item.decimals)
        return mark(self.tag(code, scope, measure), number)

    def unit_cell(self, code: str, unit: str) -> str:
        """Return one unit's figure for a table."""
        value = self.collection.by_unit(code, unit).get(unit)
        item = self.item(code)
        if value is None or item.sensitive in self.forbidden:
            return say("word.dash")
        number = percent_digits(value, trim=False) if item.percent else digits(value, item.decimals)
        return mark(self.tag(code, unit, "value"), number)


def _years(total: Total, measure: str) -> tuple[Fraction | None, Fraction | None]:
    """Return this year's and last year's value: of the same units, or of all units of either year."""
    if measure == "yoy":
        return total.matched_value, total.matched_prior
    return total.value, total.reported.value if total.reported else None


def percent_digits(value: Fraction, *, trim: bool = True) -> str:
    """Return a percentage with one decimal; 100 only where it is exactly 100."""
    number = digits(value, 1, trim=trim)
    if number in ("100", "100.0") and value != 100:
        hundredths = int(value * 100)
        return digits(Fraction(hundredths, 100), 2)
    return number
