"""溯源: from a total to its units, from a unit's figure to the file, sheet and cell it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.consolidated.finder import (
    Finder,
    make_finder,
    names_range,
    open_figure,
    place_figure,
    write_places,
)
from exporters.consolidated.listing import Column, Linked, Listing, Value, write_list
from exporters.consolidated.places import Places
from exporters.consolidated.received import Received, place_of, sure
from exporters.consolidated.repairs import shown_repairs
from exporters.consolidated.status import time_of
from exporters.consolidated.styles import Styles
from exporters.consolidated.tiers import NAME
from workbook.collection import Collection
from workbook.computed import definition
from workbook.layout import address, letters, quote
from workbook.messages import say
from workbook.model import MEASURES, Measure, State, Submission, Unit
from workbook.reading.values import clean
from workbook.round import FIGURES, RESULTS
from workbook.sheets import MOST_LINKS, Link
from workbook.values import among, keys_of

MOST_UNITS = 100  # of a round whose every figure is linked: LibreOffice 7.4 takes a minute to open 300 units' links
Origin = tuple[str, str, bool]  # sheet, cell, whether another round's figure counts instead; plain, there are many
PLACE = 10  # column of 溯源 in which the chosen indicator's place stands
LONGEST_TIP = 255  # UTF-16 units, as Excel counts


@dataclass(frozen=True, slots=True)
class Trace:
    """What a click on a unit or on one of its figures leads to."""

    collection: Collection
    received: Received
    totals: Mapping[str, int]  # row of each indicator on 分级汇总
    rows: Mapping[str, int]  # of the units on 溯源
    origins: Mapping[tuple[str, str, str], Origin]
    bare: frozenset[str]  # sheets with too many figures for a link each

    def total(self, code: str) -> str:
        """Return where an indicator's name leads: back to its total."""
        return f"#{place_of(say('book.tiers_sheet'), address(self.totals[code], NAME))}"

    def unit(self, unit: Unit) -> str:
        """Return where a unit's name leads: to its file, or to its line on 溯源; "" without a form that counts."""
        form = self.collection.submissions.get(unit.code)
        return (self.received.target(form.file) or f"#{self._row_of(unit.code)}") if form else ""

    def figure(self, sheet: str, unit: str, code: str, measure: Measure) -> Link | None:
        """Return the link of a figure on one of the unit sheets; None for what is computed or not linked."""
        origin = self.origins.get((unit, code, measure))
        if origin is None or sheet in self.bare:
            return None
        place, cell, carried = origin
        if carried:
            tip = say("trace.carried", period=self.collection.period.prior.title)
            return Link("", self._row_of(unit), tip)
        return self._link(self.collection.submissions[unit], place, cell)

    def _link(self, form: Submission, sheet: str, cell: str) -> Link:
        target, tip = self.received.target(form.file), _tip(form.file, sheet, cell)
        if not target or not sure(sheet):
            return Link("", self._row_of(form.unit.code), tip)
        return Link(target.replace(" ", "%20"), place_of(sheet, cell), tip)

    def _row_of(self, unit: str) -> str:
        return place_of(say("book.trace_sheet"), f"A{self.rows[unit] + 1}")


def _tip(file: str, sheet: str, cell: str) -> str:
    """Return where a figure stands, in words: the end of it, which says most, where it is too long for a tip."""
    text = f"{_path(file, sheet)} {cell}"
    while len(text.encode("utf-16-le")) > 2 * LONGEST_TIP:
        text = "…" + text[2:]
    return text


@cache
def _path(file: str, sheet: str) -> str:
    return clean(f"{file} › {sheet} ›")


def make_trace(collection: Collection, places: Places, received: Received, totals: Mapping[str, int]) -> Trace:
    """Return what leads where in a workbook that shows these places."""
    units = [u.code for u in (*places.counted, *places.apart) if u.code in collection.submissions]
    first = len(_notes(collection, frozenset())) + 3  # as many notes whatever they say
    rows = {unit: first + n for n, unit in enumerate(units)}
    bare = _bare_sheets(collection, places)
    return Trace(collection, received, totals, rows, _origins(collection, places, bare), bare)


def _bare_sheets(collection: Collection, places: Places) -> frozenset[str]:
    sheets: dict[str, int] = {}
    for sheet, _ in places.columns.values():
        sheets[sheet] = sheets.get(sheet, 0) + 1
    many = len(collection.round.units) > MOST_UNITS
    return frozenset(s for s, columns in sheets.items() if many or len(places.rows) * columns > MOST_LINKS)


def _shown(collection: Collection, places: Places, *measures: Measure) -> NDArray[np.bool_]:
    """Return which cells hold shown figures of these times that are as the units gave them, not blank nor computed."""
    indicators = collection.round.pack.indicators  # what an item is computed of may be hidden here
    columns = [(code, measure) for code, measure in places.columns if measure in measures]
    typed = {(c, m) for c, m in columns if definition(indicators[c], m, indicators) is None}
    found: NDArray[np.bool_] = among(indicators, typed)[collection.cells.key] & (collection.cells.state != State.BLANK)
    return found


def _origins(collection: Collection, places: Places, bare: frozenset[str]) -> dict[tuple[str, str, str], Origin]:
    if {sheet for sheet, _ in places.columns.values()} <= bare:
        return {}
    cells, units, keys = collection.cells, list(collection.submissions), keys_of(collection.round.pack.indicators)
    sheet, address = cells.texts["sheet"], cells.texts["cell"]
    origins: dict[tuple[str, str, str], Origin] = {}
    for row in np.flatnonzero(_shown(collection, places, *MEASURES)).tolist():
        key = (units[cells.owner[row]], *keys[cells.key[row]])
        origins[key] = sheet.at(row), address.at(row), key in collection.carried
    return origins


def write_trace(book: Any, styles: Styles, trace: Trace, places: Places, hidden: frozenset[str]) -> None:
    """Add 溯源: how to click from total to cell, what the book shows, what only the Parquet holds, a line per unit."""
    columns = [
        *(Column("unit_code", 10, "centre"), Column("unit", 24), Column("file", 40), Column("received", 17, "centre")),
        *(Column("trace_read", 10, "centre"), Column("trace_words", 10, "centre")),
        *(Column("trace_unread", 10, "centre"), Column("trace_repairs", 11, "centre"), Column("sha", 15, "centre")),
        *(Column("trace_place", 32), Column("trace_open", 10, "leads_centre")),
    ]
    notes = _notes(trace.collection, trace.bare)
    listing = Listing(say("book.trace_sheet"), trace.collection.period.title, columns, notes)
    finder = make_finder(trace.collection, places)
    sheet = write_list(book, styles, listing, _rows(trace, places, hidden, finder))
    if finder.codes and trace.rows:
        at = (0, len(columns) - 1, 0, len(columns))
        sheet.write_string(0, len(columns) - 2, say("trace.choose"), styles.note_right)
        sheet.merge_range(*at, finder.names[0], styles.typed)
        sheet.data_validation(*at, {"validate": "list", "source": names_range(finder), "show_error": False})
        chosen = f"{quote(listing.title)}!${letters(len(columns) - 1)}$1"
        write_places(book, finder, chosen)


def _notes(collection: Collection, bare: frozenset[str]) -> Sequence[str]:
    if len(collection.round.units) > MOST_UNITS:
        figures = say("trace.no_figures", most=MOST_UNITS)
    elif bare:
        figures = say("trace.some_figures", most=MOST_LINKS, sheets="、".join(sorted(bare)))
    else:
        figures = say("trace.figures")
    parquet = say("trace.parquet", path=f"{RESULTS}/{FIGURES}")
    return [say("trace.totals"), figures, say("trace.finder"), say("trace.computed"), parquet, say("trace.links")]


def _rows(trace: Trace, places: Places, hidden: frozenset[str], finder: Finder) -> Iterator[list[Value]]:
    """Yield a line per unit whose form counts. `hidden` items are in no number here."""
    collection = trace.collection
    units, counts = {u.code: u for u in collection.round.units}, _counts(collection, places)
    for unit, row in trace.rows.items():
        form = collection.submissions[unit]
        file = Linked(form.file, trace.received.target(form.file))
        repaired = sum(1 for _ in shown_repairs(collection, form, hidden))
        numbers = [*counts[unit], repaired]
        found: list[Value] = ["", ""]
        if finder.codes:
            tier, place = units[unit].tier, f"{letters(PLACE)}{row + 1}"
            found = [place_figure(finder, tier, unit), open_figure(finder, tier, unit, file.target, place)]
        yield [unit, units[unit].name, file, time_of(form.received), *numbers, form.sha256[:12], *found]


def _counts(collection: Collection, places: Places) -> dict[str, list[int]]:
    """Return by unit how many of the shown figures, computed ones left out, are numbers, words, and unreadable."""
    cells, units, shown = collection.cells, list(collection.submissions), _shown(collection, places, "value")
    known = np.isin(cells.state, [State.NUMBER, State.ZERO])
    words = np.isin(cells.state, [State.NOT_APPLICABLE, State.NOT_COUNTED])
    kinds = known, words, ~known & ~words
    counts = [np.bincount(cells.owner[shown & kind], minlength=len(units)).tolist() for kind in kinds]
    return {unit: [*told] for unit, *told in zip(units, *counts, strict=True)}
