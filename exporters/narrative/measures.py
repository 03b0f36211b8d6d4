"""How each measure of a figure is told: now, against earlier, round, as a part, among the units of a round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from exporters.narrative.facts import OfRound
from exporters.narrative.figures import DIRECTION, SAME, THEN, Figures, scale_of, years
from exporters.prose.lists import join
from exporters.prose.marks import mark, plain
from exporters.prose.numbers import Roundness, change, digits, roundly, shares
from exporters.prose.ordinals import counted
from workbook.blank import tag
from workbook.computed import definition
from workbook.expression.tree import operands
from workbook.messages import say
from workbook.model import Indicator
from workbook.totals import Total

Told = Callable[[Figures, Indicator, str, Total], str]


def value(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell the figure itself; a zero as its phrase, or not at all."""
    assert total.value is not None
    note = uncovered(f, item, scope, total)
    if total.value == 0 and item.zero_phrase:
        if item.zero_phrase == "drop":
            return f.drop(item.code, scope, "value", "report.zero")
        return f.phrase(item, note)
    return _told(f, item, scope, "value", total.value) + note


def uncovered(f: Figures, item: Indicator, scope: str, total: Total, known: int | None = None) -> str:
    """Return （n/N） where a unit whose form was accepted has no known value, else "".

    Units that did not report at all are named once, at the head of the report; N is who should report the item.
    """
    n = total.n if known is None else known
    if not isinstance(f.facts, OfRound) or n >= total.units:
        return ""
    asked, accepted = f.facts.collection.asked(item.code, scope)
    absent = asked - total.units  # 不适用: neither reported nor missing
    if n >= accepted - absent:
        return ""
    measures = ("n", "units") if known is None else ("met_n", "units")
    return say("report.n_of", **f.covered(item.code, scope, measures, n, total.units))


def yoy(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell the change over the same units; how many they are where more are wanting than the changed ones."""
    covered = ""
    if isinstance(f.facts, OfRound):
        collection = f.facts.collection
        changed = [u for u in collection.scope_units(scope) if u.code in collection.changed]
        if total.matched < total.n - len(collection.values(item.code, changed)):
            covered = say("report.same_of", **f.covered(item.code, scope, SAME, total.matched, total.units))
    return _change(f, item, scope, total, ("yoy", covered))


def yoy_reported(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell the change from last year's total as reported then, its coverage told where it was not full."""
    then, covered = total.reported, ""
    if then is not None and then.n < then.units:
        covered = say("report.then_of", **f.covered(item.code, scope, THEN, then.n, then.units))
    return _change(f, item, scope, total, ("yoy_reported", covered))


def _change(f: Figures, item: Indicator, scope: str, total: Total, how: tuple[str, str]) -> str:
    measure, covered = how
    if total.value == 0:
        return f.drop(item.code, scope, measure, "report.zero")
    told = change(*years(total, measure), percent_points=item.percent)
    if told is None:
        return f.drop(item.code, scope, measure, "report.no_prior")
    direction, number, unit = told
    by = mark(tag(item.code, scope, measure), number) + (unit or item.measure_word) if number else ""
    word = mark(tag(item.code, scope, DIRECTION[measure]), direction)
    return say(f"report.{measure}", direction=word, change=by, covered=covered)


def prior(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell last year's figure of the same units."""
    return _earlier(f, item, scope, "prior", years(total, "yoy")[1])


def prior_reported(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell last year's figure as reported then."""
    return _earlier(f, item, scope, "prior_reported", years(total, "yoy_reported")[1])


def opening(f: Figures, item: Indicator, scope: str, _: Total) -> str:
    """Tell the stock at the end of last year."""
    return _earlier(f, item, scope, "opening", f.facts.then(item.code, scope, "opening"))


def half(f: Figures, item: Indicator, scope: str, _: Total) -> str:
    """Tell the figure of the first half of the year."""
    return _earlier(f, item, scope, "half", f.facts.then(item.code, scope, "half"))


def _earlier(f: Figures, item: Indicator, scope: str, measure: str, known: Fraction | None) -> str:
    if known is None:
        return f.drop(item.code, scope, measure, f"report.no_{measure.removesuffix('_reported')}")
    return _told(f, item, scope, measure, known)


def since_opening(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell 从…扩大到… against the end of last year; 由…调整为… where it did not grow, 保持… where nothing changed."""
    before, now = f.facts.then(item.code, scope, "opening"), total.value
    if before is None or now is None:
        return f.drop(item.code, scope, "opening", "report.no_opening")
    way = "same" if now == before else "grown" if now > before > 0 else "adjusted"
    first, last = _told(f, item, scope, "opening", before), _told(f, item, scope, "value", now)
    return say(f"report.since_{way}", before=first, now=last)


def round_number(how: Roundness) -> Told:
    """Return how a figure is told in round words: 2800余人次; exactly, where the pack allows no round words."""

    def told(f: Figures, item: Indicator, scope: str, total: Total) -> str:
        if not item.approx or item.percent or total.value == 0:
            return value(f, item, scope, total)
        assert total.value is not None
        before, number, behind = roundly(total.value, item.measure_word, min(item.decimals, 2), scale_of(item), how)
        return before + mark(tag(item.code, scope, how), number) + behind

    return told


def words(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell a small count in Chinese numerals without measure word: 三."""
    number = total.value
    if number is None or number.denominator != 1 or not 1 <= number <= 99:
        return f.drop(item.code, scope, "words", "report.not_in_words")
    return mark(tag(item.code, scope, "words"), counted(int(number)))


def share(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell the share of a comparison group in the whole; the shares of all groups add up to 100."""
    groups = {g: f.facts.total(item.code, g) for g in f.facts.pack.groups}
    known = {g: t.value for g, t in groups.items() if t is not None and t.value is not None}
    if item.aggregation != "sum" or scope not in known:
        return f.drop(item.code, scope, "share", "report.no_share")
    return _shared(f, item, scope, "share", known)


def part(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell the share of an item in the computed sum it is a part of; the shares of all parts add up to 100."""
    indicators = f.facts.pack.indicators
    for whole in indicators.values():
        tree = definition(whole, "value", indicators) if whole.calc and whole.aggregation == "sum" else None
        codes = [o.code for o in operands(tree)] if tree is not None else []
        if item.code not in codes or len(codes) < 2:
            continue
        totals = {c: f.facts.total(c, scope) for c in codes}
        known = {c: t.value for c, t in totals.items() if t is not None and t.value is not None}
        if len(known) == len(codes) and all(indicators[c].sensitive not in f.forbidden for c in codes):
            return _shared(f, item, scope, "part", known)
    return f.drop(item.code, scope, "part", "report.no_share")


def _shared(f: Figures, item: Indicator, scope: str, measure: str, parts: Mapping[str, Fraction]) -> str:
    if min(parts.values()) < 0 or not sum(parts.values()):
        return f.drop(item.code, scope, measure, "report.no_share")
    mine = list(parts).index(item.code if measure == "part" else scope)
    shown = shares(list(parts.values()))[mine]
    return mark(tag(item.code, scope, measure), digits(shown, 1)) + "%"


def mean(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell the mean per unit with a known value (semantics: means per unit divide by n)."""
    assert total.value is not None
    if item.aggregation != "sum" or total.n < 2 or total.value == 0:
        return f.drop(item.code, scope, "mean", "report.no_mean")
    places = 1 if item.decimals == 0 else min(item.decimals, 2)
    return mark(tag(item.code, scope, "mean"), digits(total.value / total.n, places)) + item.measure_word


def met(f: Figures, item: Indicator, scope: str, total: Total) -> str:
    """Tell how many units are at or above the standard in force."""
    found = f.facts.collection.met(item.code, scope) if isinstance(f.facts, OfRound) else None
    if found is None or not found[1]:
        return f.drop(item.code, scope, "met", "report.no_standard")
    word = mark(tag(item.code, scope, "met"), str(found[0])) + say("report.units_word")
    return word + uncovered(f, item, scope, total, known=found[1])


def top(f: Figures, item: Indicator, scope: str, _: Total) -> str:
    """Tell the best three of a comparison group, ties included; only for items that may be ranked."""
    everyone, values = _ranked(f, item, scope)
    best = {unit: rank for rank, unit in everyone if rank <= 3 and values[unit] != 0}
    if len(everyone) <= 3 or not best or sum(rank == 1 for rank in best.values()) > 3:
        return f.drop(item.code, scope, "top", "report.not_ranked")
    names = f.facts.names()
    told = [say("report.with_value", name=plain(names[u]), value="".join(f.written(item, values[u]))) for u in best]
    return mark(tag(item.code, scope, "top"), join(told, last=""))  # one figure: whoever is among them goes together


def _ranked(f: Figures, item: Indicator, scope: str) -> tuple[list[tuple[int, str]], Mapping[str, Fraction]]:
    """Return a comparison group with its ranks, best first, and the values of its units; nobody outside a round."""
    if not isinstance(f.facts, OfRound):
        return [], {}
    collection = f.facts.collection
    return collection.ranking(item.code, scope), collection.values(item.code, collection.peers(scope))


def _count(measure: str) -> Told:
    def told(f: Figures, item: Indicator, scope: str, total: Total) -> str:
        return mark(tag(item.code, scope, measure), str(total.n if measure == "n" else total.units))

    return told


def _told(f: Figures, item: Indicator, scope: str, measure: str, number: Fraction) -> str:
    figure, word = f.written(item, number)
    return mark(tag(item.code, scope, measure), figure) + word


HOW: Mapping[str, Told] = {
    "value": value,
    "prior": prior,
    "opening": opening,
    "half": half,
    "yoy": yoy,
    "yoy_reported": yoy_reported,
    "prior_reported": prior_reported,
    "since_opening": since_opening,
    "share": share,
    "part": part,
    "mean": mean,
    "met": met,
    "top": top,
    "n": _count("n"),
    "units": _count("units"),
    **{how: round_number(how) for how in ("over", "more", "near", "about")},
    "words": words,
}
"""How every measure of workbook.blank.MEASURES is told."""
