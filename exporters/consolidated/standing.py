"""进展比较: rates and figures per head unit by unit, ranked inside each comparison group; who is left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import median
from typing import Any

from exporters.consolidated.listing import Column, Figure, Listing, Row, Value, write_list
from exporters.consolidated.places import Places
from exporters.consolidated.styles import Styles
from exporters.consolidated.tiers import total_figure
from exporters.consolidated.units import Figures, figures_of
from workbook.collection import SMALL, Collection
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Ref
from workbook.figures import plain
from workbook.form.content import state_word
from workbook.layout import address
from workbook.messages import say
from workbook.model import Indicator, State, Unit

VALUE = 5  # the column of the values
LeftOut = tuple[Mapping[str, int | Fraction], frozenset[str]]  # denominators by unit, units nobody can compare


def ranked_items(collection: Collection, places: Places) -> tuple[Indicator, ...]:
    """Return what this workbook may rank, in catalog order: rankable and shown in it."""
    return tuple(i for i in places.indicators.values() if i.rankable and i.sensitive != "restricted")


def write_standing(book: Any, styles: Styles, collection: Collection, places: Places) -> None:
    """Add the sheet: a stretch per indicator and comparison group, values linked to the sheets of units."""
    columns = [
        *(Column("indicator", 28), Column("group", 9, "centre"), Column("unit", 28), Column("rank", 9, "centre")),
        *(Column("value", 12, "number"), Column("below", 12, "number"), Column("remark", 34)),
    ]
    notes = [say("book.standing_note", small=SMALL), say("book.standing_total")]
    listing = Listing(say("book.standing_sheet"), collection.period.title, columns, notes)
    write_list(book, styles, listing, _rows(collection, places, listing.first))


def _rows(collection: Collection, places: Places, row: int) -> Iterator[Row]:
    """Yield the rows of the sheet, the first of which stands at `row`."""
    items = ranked_items(collection, places)
    figures = figures_of(collection, [i.code for i in items])
    peers = {group: collection.peers(group) for group in collection.round.pack.groups}
    for item in items:
        left_out = collection.denominators(item.code) or {}, collection.uneven(item.code)
        for group, all_units in peers.items():
            units = [u for u in all_units if item.code in collection.collected[u.tier]]
            if units:
                stretch = list(_stretch(collection, places, (item, group, units, figures), left_out, row))
                row += len(stretch)
                yield from stretch


def _stretch(
    collection: Collection,
    places: Places,
    what: tuple[Indicator, str, Sequence[Unit], Figures],
    of_item: LeftOut,
    row: int,
) -> Iterator[Row]:
    """Yield one indicator in one group: heading, what sums it up, the ranked units, the others with the reason."""
    item, group, units, figures = what
    ranks, (below, _) = {unit: rank for rank, unit in collection.ranking(item.code, group)}, of_item
    key = "book.standing_of" if item.sensitive == "none" else "book.standing_internal"
    words = {"name": item.name, "word": item.measure_word, "group": group}
    yield Row([say(key, **words, n=len(ranks), out=len(units) - len(ranks))], "head")
    shown = {u: plain(figures[u, item.code, "value"][1], item.decimals) for u in ranks}
    summary = list(_summary(collection, places, (item, group), list(shown.values()), row + 1))
    for name, figure in summary:
        yield Row([item.name, group, name, "", figure, "", ""], "summary")
    names = {u.code: u for u in units}
    for code, rank in ranks.items():
        figure = Figure(shown[code], item.decimals, f"={places.cell(code, Ref(item.code))}")
        yield Row([item.name, group, names[code].name, rank, figure, _below(below.get(code)), ""])
    for unit in units:
        if unit.code not in ranks:
            state, _ = figures.get((unit.code, item.code, "value"), (State.BLANK, 0))
            why, value = _why(collection, unit, state, of_item), _left_out(places, item, unit, figures)
            yield Row([item.name, group, unit.name, say("word.dash"), value, _below(below.get(unit.code)), why])


def _summary(
    collection: Collection, places: Places, what: tuple[Indicator, str], values: Sequence[float], row: int
) -> Iterator[tuple[str, Figure]]:
    """Yield the group's total and, of the ranked values that stand right below, middle, ends and spread."""
    item, group = what
    if (group, item.code) in collection.totals and collection.scope_units(group) and item.aggregation != "none":
        yield say("book.group_total"), total_figure(collection, places, item, group)
        row += 1
    if not values:
        return
    first = row + 4  # four rows of what sums up stand above
    column = f"{address(first, VALUE)}:{address(first + len(values) - 1, VALUE)}"
    low, high = min(values), max(values)
    yield say("book.median"), Figure(median(values), item.decimals + 1, f"=MEDIAN({column})")
    yield say("book.highest"), Figure(high, item.decimals, f"=MAX({column})")
    yield say("book.lowest"), Figure(low, item.decimals, f"=MIN({column})")
    formula = f"=ROUND(MAX({column})-MIN({column}),{item.decimals})"
    yield say("book.spread"), Figure(round(high - low, item.decimals), item.decimals, formula)


def _below(value: int | Fraction | None) -> Value:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    rounded = value if value.denominator == 1 else round_half_up(value, 2)
    return rounded.numerator if rounded.denominator == 1 else float(rounded)


def _left_out(places: Places, item: Indicator, unit: Unit, figures: Figures) -> Value:
    """Return the value of a unit that is not ranked, "" where it has none."""
    state, scaled = figures.get((unit.code, item.code, "value"), (State.BLANK, 0))
    if not State(state).known:
        return ""
    return Figure(plain(scaled, item.decimals), item.decimals, f"={places.cell(unit.code, Ref(item.code))}")


def _why(collection: Collection, unit: Unit, state: int, of_item: LeftOut) -> str:
    """Return why a unit whose figure is in this state is not ranked."""
    below, uneven = of_item
    if unit.code not in collection.submissions:
        return say(f"state.{collection.states[unit.code]}")
    if below.get(unit.code, SMALL) < SMALL:
        return say("book.small", small=SMALL)
    if not State(state).known:
        return missing_word(state)
    return say("book.uneven" if unit.code in uneven else "book.no_denominator")


def missing_word(state: int) -> str:
    """Return in words what stands where a number is missing."""
    return say("book.unreadable") if state == State.UNREADABLE else state_word(int(state)) or say("word.blank")
