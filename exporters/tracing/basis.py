"""What a figure of a report rests on: which indicators at which times, of which units. Trace and its reverse agree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from exporters.narrative.facts import OfRound
from exporters.narrative.writer import alias_of
from workbook.blank import tag
from workbook.collection import Collection, mask_of
from workbook.computed import definition
from workbook.expression.parse import parse
from workbook.expression.tree import Compare, Ref, operands
from workbook.messages import say
from workbook.model import Indicator, Measure, Pack, Unit
from workbook.period import Period
from workbook.totals import Total, standard_of

_EARLIER: Mapping[str, tuple[Measure, ...]] = {
    **dict.fromkeys(("prior", "prior_reported", "prior_n", "prior_units"), ("prior",)),
    **dict.fromkeys(("yoy", "dir", "yoy_n", "yoy_reported", "dir_reported"), ("value", "prior")),
    "opening": ("opening",),
    "half": ("half",),
}
REPORTED = ("prior_reported", "prior_n", "prior_units", "yoy_reported", "dir_reported")
"""Measures that look at last year as it was reported then, by whoever reported then."""
HELD = ("met", "met_n", "short")
"""Measures that hold every unit against the standard in force."""
RANKED = ("rank", "top")
"""Measures that place the units of a comparison group."""
SAME_UNITS = ("yoy", "dir", "yoy_n", "yoy_units", "prior", "same")
"""Measures over the units that have both years on one definition."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report: an indicator (or text input) in a scope, told one way."""

    code: str
    scope: str
    measure: str

    @property
    def tag(self) -> str:
        """Its tag: hb:CODE@SCOPE.measure."""
        return tag(self.code, self.scope, self.measure)


@dataclass(frozen=True)
class Within(OfRound):
    """What a round's collection knows, of single units too, umbrellas among them."""

    def total(self, code: str, scope: str) -> Total | None:
        """Return the total over a scope; of one unit, the total over it alone."""
        unit = self.collection.round.unit(scope)
        if unit is None:
            return super().total(code, scope)
        if code not in self.collection.collected[unit.tier]:
            return None
        total = self.collection.engine.total(code, mask_of(self.collection.engine, (unit,)), 1)
        own = self.collection.values(code, [unit]).get(unit.code)
        if total.value is None and own is not None:  # not added up over units, yet a figure of this one
            return replace(total, value=own, n=1)
        return total


def times(measure: str) -> tuple[Measure, ...]:
    """Return at which times a figure told this way looks at its indicator: mostly now."""
    return _EARLIER.get(measure, ("value",))


def roots(figure: Figure, pack: Pack, period: Period) -> tuple[Ref, ...]:
    """Return the figures it comes from directly: the indicator itself, its weight, its standard, the sum it is part of.

    Nothing for a text input, which holds no figures.
    """
    item = pack.indicators.get(figure.code)
    if item is None:
        return ()
    if figure.measure == "part" and (whole := whole_of(item, pack.indicators)) is not None:
        tree = definition(whole, "value", pack.indicators)
        return operands(tree) if tree is not None else ()
    if figure.measure == "standard":  # the pack's, nobody reports it
        return ()
    found = [Ref(code, time) for time in times(figure.measure) for code in (item.code, item.weight) if code]
    if figure.measure == "full":  # is said where a part is the whole
        found += [Ref(code) for code in _wholes(figure.code, pack)]
    limit = standard_of(item, period).lstrip("<>=") if figure.measure in HELD else ""
    return tuple(r for r in (*found, Ref(limit)) if r.code in pack.indicators)


def _wholes(part: str, pack: Pack) -> tuple[str, ...]:
    """Return what an indicator may be the whole of: it is divided by it, or a rule keeps it from being more."""
    rates = [i.denominator for i in pack.indicators.values() if i.numerator == part]
    for rule in (r for r in pack.rules.values() if r.category == "part_whole"):
        match parse(rule.expression):
            case Compare(op="<=", left=Ref(code=code, measure="value"), right=Ref(code=whole, measure="value")):
                rates += [whole] if code == part else []
    return tuple(dict.fromkeys(rates))


def whole_of(item: Indicator, indicators: Mapping[str, Indicator]) -> Indicator | None:
    """Return the computed sum an indicator is a part of, as reports tell its share; None for no such sum."""
    for whole in indicators.values():
        tree = definition(whole, "value", indicators) if whole.calc and whole.aggregation == "sum" else None
        if tree is not None and item.code in [ref.code for ref in operands(tree)]:
            return whole
    return None


def units_behind(figure: Figure, collection: Collection) -> tuple[Unit, ...]:
    """Return the units whose figures come into it: a share looks at all groups, a place at everyone compared with."""
    round_, scope = collection.round, figure.scope
    unit = round_.unit(scope)
    if figure.measure == "rank" and unit is not None:
        return collection.peers(round_.pack.tier(unit.tier).group)
    if unit is not None:
        return (unit,)
    if figure.measure == "top":
        return collection.peers(scope)
    return collection.counted if figure.measure == "share" else collection.scope_units(scope)


def names_of(collection: Collection) -> dict[str, str]:
    """Return what indicators, text inputs, scopes and units are called, by code."""
    pack = collection.round.pack
    known = {c: i.name for c, i in pack.indicators.items()} | {c: t.name for c, t in pack.texts.items()}
    return known | dict(OfRound(collection).names())


def alias(tag_: str, names: Mapping[str, str]) -> str:
    """Return a figure in words, such as 党员总数（全市）同比; its tag where nothing has that name here."""
    try:
        return alias_of(tag_, names)
    except KeyError:
        return tag_


def in_words(item: Indicator, names: Mapping[str, str]) -> str:
    """Return how an indicator is computed, with names in place of codes, "" for one that units give."""
    if not item.computed:
        return ""
    text = item.calc or say("traced.divided", above=_bracketed(item.numerator), below=_bracketed(item.denominator))
    return _spelled(text, names) + (say("traced.hundredfold") if item.percent and not item.calc else "")


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text else text


def _spelled(text: str, names: Mapping[str, str]) -> str:
    for function in ("prev", "opening", "half", "rows"):
        shown = say(f"traced.at_{function}", name=r"\1")
        text = re.sub(rf"\b{function}\((\w+)\)", shown, text)
    text = re.sub(r"[A-Z][A-Z0-9_]+", lambda found: names.get(found[0], found[0]), text)
    for sign, shown in (("*", "×"), ("/", "÷"), ("+", "＋"), (" - ", " － "), ("(", "（"), (")", "）")):
        text = text.replace(sign, shown)
    return text.replace(" ", "")
