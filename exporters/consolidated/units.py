"""Sheets with one row per unit and one column per indicator: what every total is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exporters.consolidated.listing import Linked, linked, write_note
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
from workbook.figures import plain
from workbook.form.content import state_word
from workbook.form.styles import PROTECT, width_of
from workbook.messages import say
from workbook.model import Measure, State, Unit
from workbook.sheets import Content, Formula, Link

ONE_PAGE = 60  # rows that are still readable on one page
NOTE_COLUMNS = 6  # of figures that the note above goes across: as many as a printed page has at least
LOCKED = PROTECT | {"autofilter": True}  # sorting one sheet would part its rows from those of the others
Cell = tuple[Content, Any]
Shown = tuple[str, Sequence[str], Measure]  # a sheet, its indicators, the time it shows
Figures = dict[tuple[str, str, str], tuple[int, int]]  # (unit, code, measure) -> (state, scaled)


def figures_of(collection: Collection, codes: Iterable[str]) -> Figures:
    """Return the figures of accepted units for quick look-up, of some indicators."""
    frame = collection.figures
    frame = frame[frame["code"].isin(list(codes))]
    unit, code, measure, state, scaled = (frame[c].tolist() for c in ("unit", "code", "measure", "state", "scaled"))
    return dict(zip(zip(unit, code, measure, strict=True), zip(state, scaled, strict=True), strict=True))


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
    name, codes, measure = what
    trace, notes = beside
    collection, sheet = trace.collection, book.add_worksheet(name)
    _head(sheet, styles, trace, places, name, codes)
    units = (*places.counted, *places.apart)
    for unit, figures in zip(units, _figures(styles, collection, places, units, (codes, measure)), strict=True):
        row = places.rows[unit.code]
        word = say(f"state.{collection.states[unit.code]}")
        links = _links(trace, what, unit)
        cells = [
            (unit.code, styles.centre),
            linked(Linked(unit.name, trace.unit(unit)), (styles.leads, styles.label)),
            (collection.round.pack.tier(unit.tier).name, styles.centre),
            (word, styles.state(word)),
            *(_leading(styles, places, codes, figures, links) if links else figures),
            (notes.get(unit.code, ""), styles.typed),
        ]
        sheet.write_cells(row, CODE, *zip(*cells, strict=True))
        for column, link in links.items():
            sheet.write_link(row, column, link)
    sheet.protect("", LOCKED)
    if places.apart:
        first = min(places.rows[u.code] for u in places.apart) - 1
        sheet.merge_range(first, CODE, first, FIRST_FIGURE + 3, say("book.apart"), styles.note)


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
        name, look = linked(Linked(item.name, trace.total(code)), (styles.heading, styles.heading))
        if isinstance(name, Formula):
            sheet.write_formula(HEAD_ROW, column, name.text, look, name.value)
        else:
            sheet.write_string(HEAD_ROW, column, name, look)
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


def _links(trace: Trace, what: Shown, unit: Unit) -> dict[int, Link]:
    """Return the links of a unit's figures by column."""
    name, codes, measure = what
    if name in trace.bare:
        return {}
    links = {n: trace.figure(name, unit.code, code, measure) for n, code in enumerate(codes, FIRST_FIGURE)}
    return {column: link for column, link in links.items() if link is not None}


def _leading(
    styles: Styles, places: Places, codes: Sequence[str], figures: Sequence[Cell], links: Mapping[int, Link]
) -> list[Cell]:
    """Return a unit's cells, those blue that lead somewhere."""
    return [
        (content, styles.figure(places.indicators[code].decimals, leads=True))
        if column in links and isinstance(content, int | float)
        else (content, look)
        for column, (code, (content, look)) in enumerate(zip(codes, figures, strict=True), FIRST_FIGURE)
    ]


def _figures(
    styles: Styles, collection: Collection, places: Places, units: Sequence[Unit], what: tuple[Sequence[str], Measure]
) -> Iterable[Sequence[Cell]]:
    """Return the cells of each unit's figures: put together by column, as units of a tier differ in little else."""
    codes, measure = what
    table, columns = collection.engine.table, []
    at = {unit: n for n, unit in enumerate(table.units)}
    where = [(at.get(unit.code), unit.tier) for unit in units]
    blank, absent = ("", styles.label), ("", styles.absent)
    told = {int(s): (word, styles.word) if (word := state_word(s)) else blank for s in State if not s.known}
    told[State.UNREADABLE] = (say("book.unreadable"), styles.bad)
    for code in codes:
        item = places.indicators[code]
        asking = {tier for tier, items in collection.collected.items() if code in items}
        scaled, states = (column.tolist() for column in table.figures(code, measure))
        look = styles.figure(item.decimals)
        known = [told.get(s) or (plain(n, item.decimals), look) for n, s in zip(scaled, states, strict=True)]
        columns.append(
            [absent if tier not in asking else blank if place is None else known[place] for place, tier in where]
        )
    return zip(*columns, strict=True) if columns else [()] * len(units)
