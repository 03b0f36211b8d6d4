"""A figure of a round in words: what it amounts to now, and how it comes about."""

from __future__ import annotations

from fractions import Fraction

from exporters.consolidated.standards import standard_words
from exporters.narrative.figures import DIRECTION, Figures, percent_digits, table_digits, years
from exporters.narrative.measures import HOW
from exporters.prose.marks import DROP, readable, stretches
from exporters.prose.numbers import change, digits
from exporters.tracing.basis import HELD, RANKED, Figure, Within, in_words, names_of, units_behind, whole_of
from workbook.collection import Collection, mask_of
from workbook.messages import say
from workbook.model import Indicator
from workbook.totals import Total, standard_of

_COUNTS = {"n": "n", "met_n": "n", "units": "units", "yoy_units": "units", "yoy_n": "matched"}
_BASE = {then: now for now, then in DIRECTION.items()}  # the change that a direction goes with


def told(collection: Collection, figure: Figure, total: Total) -> str:
    """Return what a figure amounts to now, exact where reports round to 万; why it has no value where it has none."""
    item, measure = collection.round.pack.indicators[figure.code], figure.measure
    if measure in _COUNTS:
        return say("traced.with_word", number=getattr(total, _COUNTS[measure]), word=say("report.units_word"))
    if measure in ("prior_n", "prior_units"):
        then = total.reported
        number = (then.n if measure == "prior_n" else then.units) if then else 0
        return say("traced.with_word", number=number, word=say("report.units_word"))
    value = value_of(collection, figure, total)
    if measure in ("short", "negative"):
        return say("traced.with_word", number=_failing(collection, figure), word=say("report.units_word"))
    if measure == "full":
        return say("word.all")
    if value is not None:
        if measure == "rank":
            return say("traced.rank", rank=int(value))
        if measure == "mean":
            return digits(value, 1 if item.decimals == 0 else min(item.decimals, 2)) + item.measure_word
        if measure == "size":
            return percent_digits(abs(value)) + "%"
        return with_word(item, value)
    if measure in ("yoy", "dir", "yoy_reported", "dir_reported"):
        return _change(item, total, reported="reported" in measure)
    return say("report.not_ranked") if measure == "rank" else readable(_marked(collection, figure)[0])


def _change(item: Indicator, total: Total, *, reported: bool) -> str:
    """Return a change in words, also where a report would leave it out because nothing is left."""
    found = change(*years(total, "yoy_reported" if reported else "yoy"), percent_points=item.percent)
    if found is None:
        return say("report.no_prior")
    direction, number, unit = found
    return direction + (number + (unit or item.measure_word) if number else "")


def value_of(collection: Collection, figure: Figure, total: Total) -> Fraction | None:
    """Return the exact number of a figure that is one of the indicator's own; None for changes, shares and counts."""
    item, measure = collection.round.pack.indicators[figure.code], figure.measure
    match measure:
        case "value" | "over" | "more" | "near" | "about" | "words" | "size":
            return total.value
        case "prior" | "same":
            return years(total, "yoy")[measure == "prior"]
        case "prior_reported":
            return years(total, "yoy_reported")[1]
        case "opening" | "half":
            return Within(collection).then(item.code, figure.scope, "opening" if measure == "opening" else "half")
        case "mean":
            return (
                total.value / total.n if total.value is not None and total.n > 1 and item.aggregation == "sum" else None
            )
        case "rank":
            unit = collection.round.unit(figure.scope)
            group = collection.round.pack.tier(unit.tier).group if unit else ""
            ranks = {u: rank for rank, u in collection.ranking(item.code, group)}
            return Fraction(ranks[figure.scope]) if figure.scope in ranks else None
    return None


def said_now(collection: Collection, figure: Figure, total: Total) -> frozenset[str]:
    """Return every way this figure may stand in a report now: in prose, in a table, exact."""
    item, value = collection.round.pack.indicators[figure.code], value_of(collection, figure, total)
    ways = {told(collection, figure, total)}
    if value is not None:
        ways |= {table_digits(item, value), Figures(Within(collection), frozenset(), HOW).written(item, value)[0]}
    if figure.measure in ("short", "negative"):
        ways.add(str(_failing(collection, figure)))
    if figure.measure in _COUNTS and (number := getattr(total, _COUNTS[figure.measure])) is not None:
        ways.add(str(number))
    if figure.measure in ("rank", "size", "mean") and value is not None:
        ways |= {str(value), percent_digits(abs(value)), digits(value, 1), digits(value, 2)}
    marked = "".join(_marked(collection, figure))
    ways |= {words for tag, words in stretches(marked) if tag == figure.tag}
    if DROP in marked:
        ways.add(say("word.dash"))
    return frozenset(ways)


def _failing(collection: Collection, figure: Figure) -> int:
    """Return how many units are below the standard, or below zero."""
    if figure.measure == "negative":
        return sum(v < 0 for v in collection.by_unit(figure.code, figure.scope).values())
    held, known = collection.met(figure.code, figure.scope) or (0, 0)
    return known - held


def _marked(collection: Collection, figure: Figure) -> tuple[str, str]:
    """Return a figure as prose and as a table tell it, marked; why it is missing where it is."""
    measure = _BASE.get(figure.measure, figure.measure)
    figures = Figures(Within(collection), frozenset(), HOW)
    if measure not in HOW:
        cell = figures.cell(figure.code, figure.scope, measure)
        return (say("word.dash") if figure.measure in ("rank", "same", "size") else cell), cell
    prose = figures.figure(figure.code, figure.scope, measure)
    if DROP in prose:
        prefix = say("report.lost", name=figures.item(figure.code).name, why="")
        prose = next(iter(figures.lost.values()), "").removeprefix(prefix)
    return prose, figures.cell(figure.code, figure.scope, measure)


def with_word(item: Indicator, value: Fraction) -> str:
    """Return an exact number with its measure word."""
    return table_digits(item, value) + ("%" if item.percent else item.measure_word)


def how(collection: Collection, figure: Figure, total: Total, counting: frozenset[str]) -> tuple[str, ...]:
    """Return how a figure comes about in sentences: what is added or divided, then what this measure makes of it."""
    item, names = collection.round.pack.indicators[figure.code], names_of(collection)
    lines = [_made(collection, figure, item, counting), _measured(collection, figure, item, total, len(counting))]
    if item.computed:
        lines.insert(0, say("traced.formula", formula=in_words(item, names)))
    return tuple(filter(None, lines))


def _made(collection: Collection, figure: Figure, item: Indicator, counting: frozenset[str]) -> str:
    """Return how the numbers of the units make one."""
    engine = collection.engine
    units = tuple(u for u in units_behind(figure, collection) if u.code in counting)
    if figure.measure in (*HELD, *RANKED) or len(units) < 2:
        return say("traced.how_one", unit=units[0].name) if len(units) == 1 and not item.computed else ""
    if item.aggregation == "sum":
        return say("traced.how_calc" if item.computed else "traced.how_sum", n=len(units))
    if item.aggregation in ("ratio", "mean_weighted"):
        part = engine.part(item, mask_of(engine, units) & engine.known(item, "value"))
        above, below = (digits(x, 2) for x in (part.above / (100 if item.percent else 1), part.below))
        key = "traced.how_ratio" if item.aggregation == "ratio" else "traced.how_weighted"
        weight = collection.round.pack.indicators[item.weight].name if item.weight else ""
        times = say("traced.hundredfold") if item.percent and item.aggregation == "ratio" else ""
        return say(key, n=len(units), above=above, below=below, weight=weight, times=times)
    return say("traced.how_min") if item.aggregation == "min" else ""


def _measured(collection: Collection, figure: Figure, item: Indicator, total: Total, n: int) -> str:
    """Return what a measure makes of the numbers, "" for the number itself."""
    measure = figure.measure
    if measure in ("yoy", "dir", "yoy_n", "prior", "same", "yoy_reported", "dir_reported", "prior_reported"):
        reported = "reported" in measure
        now, then = (
            say("word.dash") if v is None else with_word(item, v)
            for v in years(total, "yoy_reported" if reported else "yoy")
        )
        before = total.reported.n if total.reported else 0
        if reported:
            return say("traced.how_reported", n=total.n, now=now, then=then, before=before)
        return say("traced.how_same", n=n, now=now, then=then)
    if measure == "mean" and total.value is not None:
        return say("traced.how_mean", total=with_word(item, total.value), n=total.n)
    if measure in ("share", "part"):
        return _shared(collection, figure, item)
    if measure in HELD and (bound := standard_of(item, collection.period)):
        held, known = collection.met(item.code, figure.scope) or (0, 0)
        return say("traced.how_met", standard=standard_words(collection, item, bound), n=known, met=held)
    if measure == "full":
        return say("traced.how_full")
    if measure in RANKED:
        unit = collection.round.unit(figure.scope)
        group = collection.round.pack.tier(unit.tier).group if unit else figure.scope
        return say("traced.how_rank_low" if item.direction == "lower" else "traced.how_rank", group=group, n=n)
    if measure in ("over", "more", "near", "about"):
        return say("traced.how_round", exact=with_word(item, total.value) if total.value is not None else "")
    return say("traced.how_size") if measure == "size" else ""


def _shared(collection: Collection, figure: Figure, item: Indicator) -> str:
    """Return the parts a share is worked out from."""
    pack, facts = collection.round.pack, Within(collection)
    if figure.measure == "share":
        parts = [(g, facts.total(item.code, g), item) for g in pack.groups]
    else:
        whole = whole_of(item, pack.indicators)
        inside = [i for i in pack.indicators.values() if whole and whole_of(i, pack.indicators) is whole]
        parts = [(i.name, facts.total(i.code, figure.scope), i) for i in inside]
    told_ = "、".join(f"{name} {with_word(i, t.value)}" for name, t, i in parts if t and t.value is not None)
    return say("traced.how_share", parts=told_)
