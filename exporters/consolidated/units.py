"""Sheets with one row per unit and one column per indicator: what every total is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from exporters.consolidated.listing import AT_ONCE, Linked, linked, write_note
from exporters.consolidated.places import (
    CODE,
    CODE_ROW,
    FIRST_FIGURE,
    HEAD_ROW,
    NAME,
    STATE,
    TIER,
    WORD_ROW,
    Places,
)
from exporters.consolidated.styles import Styles
from exporters.consolidated.tiers import NOTE_WIDTH
from exporters.consolidated.trace import Trace
from workbook.collection import Collection
from workbook.columns import Content, Formula, Mixed
from workbook.figures import plain
from workbook.form.content import state_word
from workbook.form.styles import PROTECT, width_of
from workbook.messages import say
from workbook.model import Measure, State, Unit

ONE_PAGE = 60  # rows that are still readable on one page
NOTE_COLUMNS = 6  # of figures that the note above goes across: as many as a printed page has at least
LOCKED = PROTECT | {"autofilter": True}  # sorting one sheet would part its rows from those of the others
Shown = tuple[str, Sequence[str], Measure]  # a sheet, its indicators, the time it shows
Figures = dict[tuple[str, str, str], tuple[int, int]]  # (unit, code, measure) -> (state, scaled)


def figures_of(collection: Collection, codes: Iterable[str]) -> Figures:
    """Return what accepted units reported for this period for quick look-up, of some indicators."""
    table, known, found = collection.engine.table, collection.indicators, {}
    for code in (c for c in codes if c in known):
        scaled, states = (column.tolist() for column in table.figures(code, "value"))
        for unit, state, number in zip(table.units, states, scaled, strict=True):
            found[unit, code, "value"] = state, number
    return found


def write_unit_sheets(
    book: Any, styles: Styles, places: Places, trace: Trace, notes: Mapping[str, Mapping[str, str]]
) -> None:
    """Add a sheet per section and one with last year's figures, each figure linked to where it was read.

    `notes` are what the office typed beside units, by sheet and unit.
    """
    prior = tuple(c for (c, m) in places.columns if m == "prior")
    sheets: list[Shown] = [(s, codes, "value") for s, codes in places.sections.items()]
    for name, codes, measure in [*sheets, (say("book.prior_sheet"), prior, "prior")]:
        _write_sheet(book, styles, places, (name, codes, measure), (trace, notes.get(name, {})))


def _write_sheet(
    book: Any, styles: Styles, places: Places, what: Shown, beside: tuple[Trace, Mapping[str, str]]
) -> None:
    """Add one sheet; `beside` are where its figures lead to and what the office typed."""
    (name, codes, _), (trace, notes) = what, beside
    collection, sheet = trace.collection, book.add_worksheet(name)
    _head(sheet, styles, trace, places, name, codes)
    for units in _groups(places):
        words = [say(f"state.{collection.states[unit.code]}") for unit in units]
        named = linked([Linked(unit.name, trace.unit(unit)) for unit in units], styles.leads, styles.label)
        columns = [
            ([unit.code for unit in units], styles.centre),
            named,
            ([collection.round.pack.tier(unit.tier).name for unit in units], styles.centre),
            (words, [styles.state(word) for word in words]),
            *_figures(sheet, styles, places, units, (trace, what)),
            ([notes.get(unit.code, "") for unit in units], styles.typed),
        ]
        sheet.write_columns(places.rows[units[0].code], CODE, *zip(*columns, strict=True))
    sheet.protect("", LOCKED)
    if places.apart:
        first = min(places.rows[u.code] for u in places.apart) - 1
        sheet.merge_range(first, CODE, first, FIRST_FIGURE + 3, say("book.apart"), styles.note)


def _groups(places: Places) -> Iterator[Sequence[Unit]]:
    """Yield the units by stretches of rows, as many at once as are written together."""
    for units in (places.counted, places.apart):
        yield from (units[first : first + AT_ONCE] for first in range(0, len(units), AT_ONCE))


def _head(sheet: Any, styles: Styles, trace: Trace, places: Places, title: str, codes: Sequence[str]) -> None:
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, f"{title}　{trace.collection.period.title}", styles.title)
    sheet.set_row(0, 26)
    across = min(len(codes), NOTE_COLUMNS)
    write_note(sheet, styles, 1, (CODE, STATE + across), say("book.units_note"), 10 + 16 + 20 + int(10.5 * across))
    heads = ("unit_code", "unit", "tier", "state")
    for column, key in enumerate(heads):
        sheet.merge_range(HEAD_ROW, column, WORD_ROW, column, say(f"book.{key}"), styles.heading)
    for column, code in enumerate(codes, FIRST_FIGURE):
        item = places.indicators[code]
        sheet.write_string(CODE_ROW, column, code)
        (name,), _ = linked([Linked(item.name, trace.total(code))], styles.heading, styles.heading)
        if isinstance(name, Formula):
            sheet.write_formula(HEAD_ROW, column, name.text, styles.heading, name.value)
        else:
            sheet.write_string(HEAD_ROW, column, name, styles.heading)
        sheet.write_string(WORD_ROW, column, item.measure_word, styles.heading)
    note = FIRST_FIGURE + len(codes)  # where the office types
    sheet.merge_range(HEAD_ROW, note, WORD_ROW, note, say("book.office_note"), styles.heading)
    sheet.set_column(note, note, NOTE_WIDTH)
    sheet.set_row(CODE_ROW, None, None, {"hidden": True})
    sheet.set_row(HEAD_ROW, 62)
    sheet.set_column(CODE, CODE, 10)
    sheet.set_column(
        NAME, NAME, min(24, 2 + max((width_of(u.name) for u in (*places.counted, *places.apart)), default=10))
    )
    sheet.set_column(TIER, STATE, 10)
    sheet.set_column(FIRST_FIGURE, FIRST_FIGURE + max(0, len(codes) - 1), 10.5)
    sheet.freeze_panes(WORD_ROW + 1, STATE + 1)
    last = max(places.rows.values(), default=WORD_ROW)
    sheet.autofilter(WORD_ROW, 0, last, FIRST_FIGURE + len(codes))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(HEAD_ROW, WORD_ROW)
    sheet.repeat_columns(CODE, STATE)
    if len(places.rows) <= ONE_PAGE:
        sheet.fit_to_pages(0, 1)
    sheet.set_footer(f"&L&A&C{say('form.page')}")


def _figures(
    sheet: Any, styles: Styles, places: Places, units: Sequence[Unit], what: tuple[Trace, Shown]
) -> Iterator[tuple[list[float | int], Mixed]]:
    """Yield the cells of each figure and their looks, after linking them where they lead somewhere."""
    trace, (name, codes, measure) = what
    collection, table = trace.collection, trace.collection.engine.table
    at = {unit: n for n, unit in enumerate(table.units)}
    rows = np.array([at.get(unit.code, -1) for unit in units], dtype=np.int64)  # -1: no form that counts
    words = {int(s): state_word(s) for s in State if not s.known}
    told: dict[int, tuple[Content, Any]] = {
        state: (word, styles.word) if word else ("", styles.label) for state, word in words.items()
    }
    told[State.UNREADABLE] = (say("book.unreadable"), styles.bad)
    for column, code in enumerate(codes, FIRST_FIGURE):
        item, (scaled, states) = places.indicators[code], table.figures(code, measure)
        asking = {tier for tier, items in collection.collected.items() if code in items}
        states = np.where(rows < 0, State.BLANK, np.append(states, State.BLANK)[rows])
        numbers = [plain(n, item.decimals) for n in np.append(scaled, 0)[rows].tolist()]
        others = {n: told[states[n]] for n in np.flatnonzero(states > State.ZERO).tolist()}
        others |= {n: ("", styles.absent) for n, unit in enumerate(units) if unit.tier not in asking}
        for n, unit in enumerate(units if name not in trace.bare else ()):
            if link := trace.figure(name, unit.code, code, measure):
                sheet.write_link(places.rows[unit.code], column, link)
                if n not in others:
                    others[n] = numbers[n], styles.figure(item.decimals, leads=True)
        yield numbers, Mixed(styles.figure(item.decimals), others)
