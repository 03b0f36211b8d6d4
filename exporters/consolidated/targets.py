"""目标对账: what units set themselves, this round and the last one, beside what they have now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from exporters.consolidated.listing import Column, Figure, Listing, Row, Value, write_list
from exporters.consolidated.places import Places
from exporters.consolidated.standing import missing_word
from exporters.consolidated.styles import Styles
from exporters.consolidated.units import Figures, figures_of
from workbook.collection import Collection
from workbook.expression.tree import Ref
from workbook.figures import plain
from workbook.layout import address
from workbook.messages import say
from workbook.model import Indicator, State
from workbook.period import Period
from workbook.targets import Target, earlier_targets, targets_of

TARGET, NOW = 6, 7  # columns of what is to be reached and what there is


@dataclass(frozen=True, slots=True)
class Goals:
    """The targets of one round."""

    period: Period
    targets: tuple[Target, ...]


def shown_targets(collection: Collection, hidden: frozenset[str]) -> tuple[Goals, ...]:
    """Return the targets a workbook without the `hidden` indicators and texts may show, the last round's first."""
    rounds = [(collection.period, targets_of(collection.round.pack, collection.submissions))]
    if (earlier := earlier_targets(collection.round)) is not None:
        rounds.insert(0, earlier)
    goals = (Goals(p, tuple(t for t in found if not {t.code, t.text} & hidden)) for p, found in rounds)
    return tuple(g for g in goals if g.targets)


def write_goals(book: Any, styles: Styles, collection: Collection, places: Places, goals: tuple[Goals, ...]) -> None:
    """Add the sheet: a line per target, the last round's first."""
    columns = [
        *(Column("unit", 26), Column("set_in", 14, "centre"), Column("plan", 30), Column("indicator", 26)),
        *(Column("word", 9, "centre"), Column("target", 12, "number"), Column("value", 12, "number")),
        *(Column("difference", 16, "number"), Column("due", 13, "centre"), Column("reached", 16, "centre")),
    ]
    earlier = [g.period.title for g in goals if g.period != collection.period]
    told = say("book.targets_before", period=earlier[0]) if earlier else say("book.targets_without")
    listing = Listing(say("book.targets_sheet"), collection.period.title, columns, [say("book.targets_note"), told])
    write_list(book, styles, listing, _rows(collection, places, goals, listing.first))


def _rows(collection: Collection, places: Places, goals: tuple[Goals, ...], row: int) -> Iterator[Row]:
    actual_of = collection.round.pack.actual_of
    figures = figures_of(collection, {actual_of.get(t.code, t.code) for g in goals for t in g.targets})
    names = {u.code: u.name for u in (*collection.round.others, *collection.round.units)}
    for g in goals:
        for target in g.targets:
            item = places.indicators.get(target.code)
            actual = places.indicators.get(actual_of.get(target.code, target.code))
            name = item.name if item else target.code
            if item and actual and item is not actual:
                name = say("book.target_against", name=name, actual=actual.name)
            told = _told(places, target, item and (actual or item), figures, row)
            word = item.measure_word if item else ""
            who = names.get(target.unit, target.unit)
            yield Row([who, g.period.title, target.title, name, word, *told[:3], target.due, told[3]])
            row += 1


def _told(
    places: Places, target: Target, item: Indicator | None, figures: Figures, row: int
) -> tuple[Value, Value, Value, str]:
    """Return target, value, difference and verdict of the line at `row`; words where one of them is missing."""
    if item is None:
        return target.value, "", "", say("book.target_unknown")
    if item.nature == "target":
        wanted = target.number(item)
        return target.value if wanted is None else _goal(item, wanted), "", "", say("book.target_alone")
    state, scaled = figures.get((target.unit, item.code, "value"), (State.BLANK, 0))
    now = Fraction(scaled, 10**item.decimals) if State(state).known else None
    cell: Value = ""
    if now is not None:
        cell = Figure(plain(scaled, item.decimals), item.decimals, f"={places.cell(target.unit, Ref(item.code))}")
    wanted = target.number(item)
    if wanted is None:
        return target.value, cell, "", say("book.target_unread" if target.value else "book.target_none")
    goal = _goal(item, wanted)
    if now is None:
        return goal, "", "", missing_word(state)
    formula = f"=ROUND({address(row, NOW)}-{address(row, TARGET)},{_DIGITS})"
    difference = Figure(round(float(now - wanted), _DIGITS), _shown(wanted, item), formula)
    return goal, cell, difference, _verdict(item, now, wanted)


def _goal(item: Indicator, wanted: Fraction) -> Figure:
    return Figure(float(wanted), _shown(wanted, item))


def _shown(wanted: Fraction, item: Indicator) -> int:
    """Return how many decimals to show: the indicator's, and two more where a target is no whole number."""
    return item.decimals if wanted.denominator == 1 else max(2, item.decimals)


_DIGITS = 9  # beyond what anybody types, short of what binary fractions add


def _verdict(item: Indicator, now: Fraction, wanted: Fraction) -> str:
    if item.direction == "neutral":
        return say("book.target_neutral")
    met = now <= wanted if item.direction == "lower" else now >= wanted
    return say("word.yes" if met else "word.no")
