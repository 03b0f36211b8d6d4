"""What figures a form holds, wherever their rows and columns have gone.

What stands in one place only is read; what stands in two must be the same. Where it cannot be told what the unit put,
the figure is doubtful: unreadable, without a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook.layout import Layout, address
from workbook.messages import say
from workbook.model import Cell, Indicator, Measure, State
from workbook.reading.cells import read_cell, read_computed
from workbook.reading.grid import Sheet, squeezed
from workbook.reading.locate import Row, Table, find_table, labels_of
from workbook.reading.marks import Marks
from workbook.reading.notes import Notes

Key = tuple[str, Measure]
Spot = tuple[Table, Row]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a form, the tables they were read from, and what their sheets are called now."""

    cells: Mapping[Key, Cell]
    tables: Sequence[Table]
    now: Mapping[str, str]  # sheet handed out -> its name in this file


def read_figures(
    sheets: Sequence[Sheet], layout: Layout, who: str, texts: frozenset[str], notes: Notes, marks: Marks
) -> Figures:
    """Return every figure of the form; one whose row is gone is blank and has no address.

    `who` is the line with unit and period above every table of this form; `texts` names the sheets with text inputs.
    """
    labels = labels_of(layout)
    found = [find_table(sheet, labels, texts=sheet.name in texts) for sheet in sheets]
    tables = [table for table in found if table is not None]
    foreign = {t.sheet.name: other for t in tables if (other := _other_form(t.sheet, who))}
    for name, other in foreign.items():
        notes.doubt("foreign_sheet", name, other=other, who=who)
    tables.sort(key=lambda t: (t.sheet.name in foreign, t.sheet.name != t.section.sheet))
    spots: dict[str, list[Spot]] = {}
    for table in tables:
        for row in table.rows:
            spots.setdefault(row.code, []).append((table, row))
    codeless = any(not row.coded for table in tables for row in table.rows)
    reader = _Reader(layout, notes, frozenset(foreign), marks, codeless=codeless)
    cells: dict[Key, Cell] = {}
    for section in layout.sections:
        for code in section.rows:
            if code in spots:
                cells |= reader.read(layout.indicators[code], _certain(spots[code]))
    _tell_missing_columns(tables, reader.unread, notes)
    now: dict[str, str] = {}
    for table in tables:
        now.setdefault(table.section.sheet, table.sheet.name)
    return Figures(cells | _lost(cells, layout, now), tables, now)


def _other_form(sheet: Sheet, who: str) -> str:
    """Return the line with unit and period where it is of another form than `who`, else ""."""
    start = squeezed(who.partition("：")[0]) + "：" if who else "\0"
    mine = squeezed(who)
    for number, column, text in sheet.texts:
        if number >= 20:
            break
        if text.startswith(start) and text != mine:
            return re.sub(r"\s+", " ", str(sheet.at(number, column)))
    return ""


def _certain(spots: Sequence[Spot]) -> list[Spot]:
    """Return where an indicator stands: by its code, and by its name only where its code is nowhere."""
    coded = [spot for spot in spots if spot[1].coded]
    return coded or list(spots)


class _Reader:
    """Reads the figures of one indicator after the other."""

    def __init__(self, layout: Layout, notes: Notes, foreign: frozenset[str], marks: Marks, *, codeless: bool) -> None:
        self.unread: dict[str, dict[Measure, int]] = {}  # sheet -> figures whose column cannot be told
        self._layout, self._notes, self._foreign = layout, notes, foreign
        self._codeless, self._marks = codeless, marks
        self._copies: set[tuple[str, str]] = set()
        self._misplaced: set[str] = set()

    def read(self, item: Indicator, spots: Sequence[Spot]) -> dict[Key, Cell]:
        """Return an indicator's figures from the rows it stands in."""
        return {(item.code, m): self._figure(item, m, spots) for m in self._layout.measures(item)}

    def _figure(self, item: Indicator, measure: Measure, spots: Sequence[Spot]) -> Cell:
        places = [(t, r, c) for t, r in spots for c in t.columns(r.number, measure)]
        if not places:
            table = spots[0][0]
            counted = self.unread.setdefault(table.sheet.name, {})
            counted[measure] = counted.get(measure, 0) + 1
            return _doubtful(table.sheet.name, "")
        table, row, column = places[0]
        raw, place = table.sheet.at(row.number, column), (table.sheet.name, row.number, column)
        if (item.code, measure) in self._layout.computed:
            cell, repairs = read_computed(raw, item, place, self._marks)
            self._notes.repairs.extend(repairs)
            return self._shown(cell)
        cell, repairs = read_cell(raw, item, place, self._marks)
        doubtful = table.sheet.has_joined(row.number) and self._swallowed(item, table, row, column)
        if row.other:
            doubtful |= self._misnamed(item, row, cell)
        for t, r, c in places[1:]:
            other, _ = read_cell(t.sheet.at(r.number, c), item, (t.sheet.name, r.number, c), self._marks)
            doubtful |= self._differs(item, cell, other)
        if doubtful or cell.sheet in self._foreign:
            return _doubtful(cell.sheet, cell.address)
        self._notes.repairs.extend(repairs)
        return cell

    def _shown(self, cell: Cell) -> Cell:
        """Return what a computed cell shows; without codes its formula finds nothing, and it says nothing."""
        return _blank(cell.sheet, cell.address) if self._codeless else cell

    def _swallowed(self, item: Indicator, table: Table, row: Row, column: int) -> bool:
        """Return whether the cell is joined to another, which shows instead of it."""
        shown = table.sheet.joined(row.number, column)
        if shown is None:
            return False
        cell = address(row.number, column)
        self._notes.doubt("merged", table.sheet.name, cell, item.code, name=item.name, shown=address(*shown))
        return True

    def _misnamed(self, item: Indicator, row: Row, cell: Cell) -> bool:
        """Note that the name of another indicator stands beside the code of this one; return that it is so."""
        if item.code not in self._misplaced:
            self._misplaced.add(item.code)
            self._notes.doubt("mismatch", cell.sheet, cell.address, item.code, name=item.name)
        return True

    def _differs(self, item: Indicator, cell: Cell, other: Cell) -> bool:
        """Return whether a figure that stands a second time is another one; a blank copy says nothing."""
        if other.sheet in self._foreign and cell.sheet not in self._foreign:
            return False
        if other.state in (cell.state, State.BLANK) and other.raw in (cell.raw, ""):
            if (cell.sheet, other.sheet) not in self._copies:
                self._copies.add((cell.sheet, other.sheet))
                place = "" if cell.sheet != other.sheet else other.address
                self._notes.repair("copied", other.sheet, place, item.code if place else "", first=cell.sheet)
            return False
        values = {"name": item.name, "raw": cell.raw or say("word.blank"), "other": other.raw or say("word.blank")}
        there = f"{other.sheet} {other.address}"
        self._notes.doubt("twice", cell.sheet, cell.address, item.code, **values, there=there)
        return True


def _doubtful(sheet: str, place: str) -> Cell:
    return Cell(State.UNREADABLE, None, "", 0, sheet, place)


def _blank(sheet: str, place: str) -> Cell:
    return Cell(State.BLANK, None, "", 0, sheet, place)


def _tell_missing_columns(tables: Sequence[Table], unread: Mapping[str, Mapping[Measure, int]], notes: Notes) -> None:
    for table in tables:
        counted = unread.get(table.sheet.name, {})
        if counted:
            heads = "、".join(say(f"form.head_{m}") for m in counted)
            notes.doubt("no_column", table.sheet.name, heads=heads, n=str(sum(counted.values())))


def _lost(cells: Mapping[Key, Cell], layout: Layout, now: Mapping[str, str]) -> dict[Key, Cell]:
    """Return the figures whose row is gone: blank, on their sheet, without an address."""
    return {
        (code, measure): _blank(now.get(section.sheet, section.sheet), "")
        for section in layout.sections
        for code in section.rows
        for measure in layout.measures(layout.indicators[code])
        if (code, measure) not in cells
    }
