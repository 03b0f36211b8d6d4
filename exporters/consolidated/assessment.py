"""考核得分: points per unit, where the pack gives any, each with how it came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from exporters.consolidated.listing import Column, Figure, Listing, Row, Value, write_list
from exporters.consolidated.places import Places
from exporters.consolidated.standing import missing_word
from exporters.consolidated.styles import Styles
from exporters.consolidated.units import Figures, figures_of
from workbook.assessment import DECIMALS, Score, criteria, reached, scores
from workbook.collection import Collection
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Ref
from workbook.figures import plain
from workbook.layout import address
from workbook.messages import say
from workbook.model import Indicator, State, Unit
from workbook.reading.values import show

FULL, POINTS = 5, 6  # columns of what could be had and what was


def assessed(collection: Collection) -> bool:
    """Return whether any unit of the round may get points."""
    return any(criteria(collection, group) for group in collection.round.pack.groups)


def write_assessment(book: Any, styles: Styles, collection: Collection, places: Places) -> None:
    """Add the sheet: a unit's points summed up, under that a line per indicator."""
    columns = [
        *(Column("unit", 28), Column("group", 9, "centre"), Column("indicator", 28), Column("value", 12, "number")),
        *(Column("full_points", 9, "number"), Column("points", 9, "number"), Column("how", 50)),
    ]
    notes = [say("book.assessment_note"), say("book.assessment_missing")]
    listing = Listing(say("book.assessment_sheet"), collection.period.title, columns, notes)
    write_list(book, styles, listing, _rows(collection, places, listing.first))


def _rows(collection: Collection, places: Places, row: int) -> Iterator[Row]:
    figures = figures_of(collection, [c.code for c in collection.round.pack.assessment])
    for group in collection.round.pack.groups:
        for unit, got in scores(collection, group):
            if got:
                yield _summed(collection, unit, group, got, row)
                row += 1
            for score in got if unit.code in collection.submissions else ():
                item = collection.indicators[score.criterion.code]
                value = _value(places, unit, item, score, figures)
                had: list[Value] = ["", ""]
                if score.points is not None:
                    had = [_points(Fraction(score.criterion.weight)), _points(score.points)]
                yield Row(
                    [unit.name, group, item.name, value, *had, _how(collection, item, score, (unit, figures))], "part"
                )
                row += 1


def _summed(collection: Collection, unit: Unit, group: str, got: Sequence[Score], row: int) -> Row:
    """Return the row that sums up a unit's points, out of how many; it stands at `row`, its parts right below."""
    if unit.code not in collection.submissions:
        why = say(f"state.{collection.states[unit.code]}")
        return Row([unit.name, group, say("book.all_points"), "", "", "", why], "summary")
    told = [s for s in got if s.points is not None]
    sums = (
        (FULL, sum((Fraction(s.criterion.weight) for s in told), Fraction(0))),
        (POINTS, sum((s.points for s in told if s.points is not None), Fraction(0))),
    )
    cells = [
        Figure(float(value), DECIMALS, f"=ROUND(SUM({address(row + 1, c)}:{address(row + len(got), c)}),{DECIMALS})")
        for c, value in sums
    ]
    out = len(got) - len(told)
    words = say("book.out_of_all", n=out, points=_amount(sum(s.criterion.weight for s in got if s.points is None)))
    return Row([unit.name, group, say("book.all_points"), "", *cells, words if out else ""], "summary")


def _value(places: Places, unit: Unit, item: Indicator, score: Score, figures: Figures) -> Value:
    if score.value is None:
        return ""
    scaled = figures[unit.code, item.code, "value"][1]
    return Figure(plain(scaled, item.decimals), item.decimals, f"={places.cell(unit.code, Ref(item.code))}")


def _points(value: Fraction) -> Figure:
    return Figure(float(value), DECIMALS)


def _how(collection: Collection, item: Indicator, score: Score, of: tuple[Unit, Figures]) -> str:
    """Return in words how the points came about, so that anybody can work them out again."""
    criterion, (unit, figures) = score.criterion, of
    words = {"weight": _amount(criterion.weight), "floor": _amount(criterion.floor), "full": _amount(criterion.full)}
    if score.value is None or score.points is None:
        state, _ = figures.get((unit.code, item.code, "value"), (State.BLANK, 0))
        return say("book.how_missing", why=missing_word(state), **words)
    words |= {"value": show(float(round_half_up(score.value, item.decimals))), "points": show(float(score.points))}
    if reached(collection, criterion, score.value):
        return say("book.how_full", **words)
    if criterion.method == "threshold":
        return say("book.how_short", **words)
    if score.points == 0:
        return say("book.how_none", **words)
    return say("book.how_linear", **words)


def _amount(value: Decimal | int) -> str:
    return show(float(value))
