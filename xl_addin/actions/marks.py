"""Marks on the cells of the open form: colours and notes, and what was there before, to be put back exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import xlwings as xw

from exporters.returned.notes import COLOURS, SEVERITIES, concerns_unit, note_of
from workbook.layout import MARKS_SHEET
from workbook.messages import say
from workbook.model import Finding
from xl_addin.actions.sheets import delete_sheets, own_sheet
from xl_addin.front import Front
from xl_addin.program import Locked

Found = Mapping[str, Mapping[str, Sequence[Finding]]]  # what is to be said, by sheet and cell


class Kept(NamedTuple):
    """A cell as it was before it was marked: its colour as #RRGGBB, its note; "" where it had none."""

    sheet: str
    cell: str
    colour: str
    note: str


def put_marks(front: Front, findings: Iterable[Finding]) -> list[str]:
    """Colour and annotate every cell the unit has to look at; return the sheets that are locked with a password.

    Marks of an earlier time have to be taken off before.
    """
    kept: list[Kept] = []
    locked = []
    for name, cells in _by_cell(findings, front.book.sheet_names).items():
        sheet = front.book.sheets[name]
        try:
            with front.program.unprotected(sheet):
                kept += [_mark(sheet, cell, found) for cell, found in cells.items()]
        except Locked:
            locked.append(name)
    if kept:
        keep = own_sheet(front.book, MARKS_SHEET)
        keep.range("A:D").number_format = "@"  # a note may begin with =
        keep.range("A1").value = [list(one) for one in kept]
        keep.visible = False
    else:
        _delete(front, MARKS_SHEET)
    return locked


def _by_cell(findings: Iterable[Finding], sheets: Sequence[str]) -> Found:
    """Return what is to be said of each cell; what the unit has explained is not."""
    found: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for f in findings:
        if f.sheet in sheets and f.cell and not f.reason and concerns_unit(f):
            found[f.sheet][f.cell].append(f)
    return found


def _mark(sheet: xw.Sheet, cell: str, findings: Sequence[Finding]) -> Kept:
    """Mark a cell by the worst that is found there; return what it was."""
    at = sheet.range(cell)
    colour, note = at.color, at.note
    kept = Kept(sheet.name, cell, _hex(colour), note.text if note is not None else "")
    at.color = COLOURS[min((f.severity for f in findings), key=SEVERITIES.index)]
    said = [*dict.fromkeys(map(note_of, findings)), *([kept.note] if kept.note else [])]
    _annotate(at, "\n\n".join(said))
    return kept


def take_marks_off(front: Front) -> int:
    """Put every marked cell back as it was and take the list away; return how many cells there were."""
    cells = put_cells_back(front)
    _delete(front, MARKS_SHEET, say("result.sheet"))
    return cells


def put_cells_back(front: Front) -> int:
    """Put every marked cell back as it was; return how many there were. What is noted of them stays."""
    book = front.book
    names = book.sheet_names
    kept = _kept(book) if MARKS_SHEET in names else []
    by_sheet: dict[str, list[Kept]] = defaultdict(list)
    for one in kept:
        by_sheet[one.sheet].append(one)
    for name in [name for name in names if name in by_sheet]:
        sheet = book.sheets[name]
        try:
            with front.program.unprotected(sheet):
                for one in by_sheet[name]:
                    at = sheet.range(one.cell)
                    at.color = one.colour or None
                    _annotate(at, one.note)
        except Locked:  # somebody has locked it since, marks and all
            continue
    return len(kept)


def _delete(front: Front, *names: str) -> None:
    there = front.book.sheet_names
    delete_sheets(front.app, front.book, [name for name in names if name in there])


def _kept(book: xw.Book) -> list[Kept]:
    rows = book.sheets[MARKS_SHEET].used_range.options(ndim=2, empty="").value
    filled = [[str(value) for value in row[: len(Kept._fields)]] for row in rows]
    return [Kept(*row, *[""] * (len(Kept._fields) - len(row))) for row in filled if row[0] and row[1]]


def _annotate(at: xw.Range, text: str) -> None:
    if at.note is not None:
        at.note.delete()
    if text:
        at.add_note(text)


def _hex(colour: tuple[int, int, int] | None) -> str:
    return "" if colour is None else "#{:02X}{:02X}{:02X}".format(*colour)
