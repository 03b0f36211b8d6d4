"""What can one do with a range? Read and write it, walk from it, change the sheet around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import XlwingsError

from workbook.messages import say
from xl_addin.libreoffice.engine import links, values
from xl_addin.libreoffice.engine.addresses import quoted
from xl_addin.libreoffice.engine.bridge import enum
from xl_addin.libreoffice.engine.formulas import typed
from xl_addin.libreoffice.engine.looks import Looks
from xl_addin.libreoffice.engine.notes import Note, notes_kept

if TYPE_CHECKING:
    from xl_addin.libreoffice.engine.names import Name

# com.sun.star.sheet.CellFlags
_CONTENTS = 1 | 2 | 4 | 16  # values, dates, texts, formulas
_NOTES = 8
_FORMATS = 32 | 64  # hard attributes and styles
_STEPS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


class Range(Looks):
    """A block of cells with everything in it."""

    has_array = False  # array formulas are read and written like others; `expand` asks for nothing else
    table = None  # LibreOffice has no such thing

    # What stands in it

    @property
    def raw_value(self) -> Any:
        """The value of one cell, or rows of values, as COM gives them."""
        book = self.sheet.book
        rows = values.read(self.api, book.formats, book.epoch)
        return rows[0][0] if len(self) == 1 else tuple(map(tuple, rows))

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        self.claim()
        if isinstance(value, list | tuple):
            rows = value if isinstance(value[0], list | tuple) else [value]
            self._write(rows)
        elif values.is_formula(value):
            self.sheet.book.formulas.fill(self.api, value, *self.shape)
        else:
            self._write([[value] * self.shape[1]] * self.shape[0])

    def _write(self, rows: values.Rows) -> None:
        shape = (len(rows), len(rows[0]))
        target = self if shape == self.shape else self.at(self.row, self.column, shape)
        book = self.sheet.book
        with notes_kept(self.sheet.api, target.api):
            values.write(target.api, rows, book.formats, book.formulas, book.epoch)

    @property
    def formula(self) -> Any:
        """The formula of one cell, or rows of formulas; of a cell without one its value as text."""
        rows = self.sheet.book.formulas.read(self.api)
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, value: Any) -> None:
        if isinstance(value, list | tuple):
            rows = value if isinstance(value[0], list | tuple) else [value]
            self.raw_value = [[typed(v) for v in row] for row in rows]
        else:
            self.raw_value = typed(value)

    formula2 = formula

    def clear_contents(self) -> None:
        """Empty the cells."""
        self.claim()
        self.api.clearContents(_CONTENTS)

    def clear_formats(self) -> None:
        """Take their formats away."""
        self.claim()
        self.api.clearContents(_FORMATS)

    def clear(self) -> None:
        """Empty them and take formats and notes away."""
        self.claim()
        self.api.merge(False)
        self.api.clearContents(_CONTENTS | _NOTES | _FORMATS)

    @property
    def note(self) -> Note | None:
        """The note on a single cell, if it has one."""
        if len(self) != 1 or not self.first.getAnnotation().getString():
            return None
        return Note(self)

    def add_note(self, text: str) -> Note:
        """Put a note on a single cell; xlwings has seen to it that there is none."""
        self.claim()
        self.sheet.api.getAnnotations().insertNew(self.first.getCellAddress(), text)
        return Note(self)

    @property
    def hyperlink(self) -> str:
        """Where the link in a single cell leads."""
        address = links.target(self.first)
        if address is None:
            raise XlwingsError(say("engine.no_link", cell=self.get_address(False, False)))
        return address

    def add_hyperlink(self, address: str, text_to_display: str | None = None, screen_tip: str | None = None) -> None:
        """Put a link into a single cell; LibreOffice shows its address instead of a tip."""
        self.claim()
        links.put(self.sheet.book.api, self.first, address, text_to_display or address)

    @property
    def name(self) -> Name | None:
        """The name for exactly these cells, if there is one."""
        mine = self.api.getRangeAddress()
        return next((n for n in self.sheet.book.names if n.cells() == mine), None)

    @name.setter
    def name(self, name: str) -> None:
        self.sheet.book.names.add(name, f"={quoted('', self.sheet.name)}!{self.address}")

    # Where one gets from it

    def end(self, direction: str) -> Range:
        """Return where Ctrl and an arrow lead from its first cell: to the edge of a block, or on to the next one."""
        down, right = _STEPS[direction]
        used_row, used_column = self.sheet.used_range.last
        last_row, last_column = self.sheet.size
        # Formulas, not values: a formula whose result is "" is something, an empty cell is nothing.
        if down:
            line = [texts[0] for texts in self.at(1, self.column, (used_row, 1)).api.getFormulaArray()]
            return self.at(_edge(line, self.row, down, last_row), self.column)
        line = list(self.at(self.row, 1, (1, used_column)).api.getFormulaArray()[0])
        return self.at(self.row, _edge(line, self.column, right, last_column))

    @property
    def last(self) -> tuple[int, int]:
        """Its last row and column."""
        return self.row + self.shape[0] - 1, self.column + self.shape[1] - 1

    @property
    def current_region(self) -> Range:
        """The cells around it up to the next empty row and column."""
        cursor = self.sheet.api.createCursorByRange(self.api)
        cursor.collapseToCurrentRegion()
        return self.sheet.book.range_at(cursor.getRangeAddress())

    def select(self) -> None:
        """Select it on its sheet, which comes in front."""
        self.sheet.activate()
        self.sheet.book.api.getCurrentController().select(self.api)

    # What it does to the sheet

    @property
    def merge_area(self) -> Range:
        """The joined cells that its first cell is part of, or that cell."""
        return self.at(self.row, self.column)._with_joined()

    @property
    def merge_cells(self) -> bool:
        """Whether there are joined cells in it."""
        return bool(self._with_joined().api.getIsMerged())

    def _with_joined(self) -> Range:
        cursor = self.sheet.api.createCursorByRange(self.api)
        cursor.collapseToMergedArea()
        return self.sheet.book.range_at(cursor.getRangeAddress())

    def merge(self, across: bool = False) -> None:
        """Join the cells, or those of each row. As in Excel the first value stays and the others go."""
        self.claim_sheet()
        rows, columns = self.shape
        for part in [self.at(self.row + r, self.column, (1, columns)) for r in range(rows)] if across else [self]:
            values_of = part.api.getDataArray()
            if any(value != "" for n, value in enumerate(v for row in values_of for v in row) if n):
                part._keep_first()
            part.api.merge(True)

    def _keep_first(self) -> None:
        """Empty all cells but the first one: LibreOffice would keep them, out of sight."""
        rows, columns = self.shape
        if columns > 1:
            self.at(self.row, self.column + 1, (rows, columns - 1)).clear_contents()
        if rows > 1:
            self.at(self.row + 1, self.column, (rows - 1, 1)).clear_contents()

    def unmerge(self) -> None:
        """Take joined cells apart."""
        self.claim_sheet()
        self._with_joined().api.merge(False)

    def insert(self, shift: str = "down", copy_origin: str | None = None) -> None:
        """Put in cells of its size; what stands there moves "right" or "down"."""
        self.claim_sheet()
        mode = enum("sheet.CellInsertMode", shift.upper())
        self.sheet.api.insertCells(self.api.getRangeAddress(), mode)

    def delete(self, shift: str | None = None) -> None:
        """Take the cells out; others move "left" or "up", without a word the shorter way, as in Excel."""
        self.claim_sheet()
        rows, columns = self.shape
        mode = enum("sheet.CellDeleteMode", (shift or ("left" if rows > columns else "up")).upper())
        self.sheet.api.removeRange(self.api.getRangeAddress(), mode)


def _edge(line: list[str], start: int, step: int, last: int) -> int:
    """Return where a jump along a line of texts ends, all places from 1; nothing more to come: at 1 or `last`."""

    def filled(place: int) -> bool:
        return 1 <= place <= len(line) and line[place - 1] != ""

    place = start + step
    if filled(start) and filled(place):
        while filled(place + step):
            place += step
        return place
    if step < 0:
        place = min(place, len(line))  # nothing stands beyond
    while 1 <= place <= len(line) and not filled(place):
        place += step
    return place if filled(place) else 1 if step < 0 else last
