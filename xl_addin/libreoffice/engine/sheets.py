"""What are Sheets? The sheets of a workbook, and how one gets from a sheet to its cells."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xlwings import NoSuchObjectError, base_classes

from workbook.messages import say
from xl_addin.libreoffice.engine.addresses import parse
from xl_addin.libreoffice.engine.names import Names
from xl_addin.libreoffice.engine.notes import Note
from xl_addin.libreoffice.engine.ranges import Range

if TYPE_CHECKING:
    from xl_addin.libreoffice.engine.books import Book

Corner = str | tuple[int, ...] | Range


class Sheets(base_classes.Sheets):
    """The sheets of a workbook, hidden ones too."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @cached_property
    def api(self) -> Any:
        """The sheets of the document."""
        return self._book.api.getSheets()

    @property
    def active(self) -> Sheet:
        """The sheet in front."""
        return Sheet(self._book, self._book.api.getCurrentController().getActiveSheet())

    def __len__(self) -> int:
        return int(self.api.getCount())

    def __iter__(self) -> Iterator[Sheet]:
        return (Sheet(self._book, name=name) for name in self.api.getElementNames())

    def __contains__(self, name: object) -> bool:
        return self._find(str(name)) is not None

    def __call__(self, key: int | str) -> Sheet:
        """Return a sheet by number, or by name, in capitals or not."""
        if isinstance(key, int):
            if not 1 <= key <= len(self):
                raise IndexError(key)
            return Sheet(self._book, self.api.getByIndex(key - 1))
        name = self._find(key)
        if name is None:
            raise NoSuchObjectError(say("engine.no_sheet", name=key))
        return Sheet(self._book, self.api.getByName(name))

    def _find(self, name: str) -> str | None:
        return next((n for n in self.api.getElementNames() if n.lower() == name.lower()), None)

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """Add an empty sheet, before the one in front when no place is given, and bring it in front."""
        position = after.index if after else (before or self.active).index - 1
        name = name or next(n for n in (f"Sheet{i}" for i in range(1, len(self) + 2)) if n not in self)
        self.api.insertNewByName(name, position)
        sheet = self(name)
        sheet.activate()
        return sheet


class Sheet(base_classes.Sheet):
    """A sheet."""

    def __init__(self, book: Book, sheet: Any = None, name: str = "") -> None:
        """One that is only listed is asked for when it is needed: that takes a millisecond each."""
        self._book = book
        self._listed = name
        self._sheet = sheet

    @property
    def api(self) -> Any:
        """The sheet of the document."""
        if self._sheet is None:
            self._sheet = self._book.api.getSheets().getByName(self._listed)
        return self._sheet

    @property
    def book(self) -> Book:
        """The workbook it is in."""
        return self._book

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._sheet.getName()) if self._sheet is not None else self._listed

    @name.setter
    def name(self, name: str) -> None:
        self.api.setName(name)

    @property
    def index(self) -> int:
        """Its place among the sheets, from 1."""
        return int(self.api.getRangeAddress().Sheet) + 1

    @property
    def visible(self) -> bool:
        """Whether it is shown."""
        return bool(self.api.IsVisible)

    @visible.setter
    def visible(self, visible: bool) -> None:
        self.api.IsVisible = bool(visible)

    @property
    def names(self) -> Names:
        """The names that belong to this sheet alone."""
        return Names(self._book, self)

    @property
    def notes(self) -> list[Note]:
        """The notes on its cells."""
        notes = self.api.getAnnotations()
        places = [notes.getByIndex(number).getPosition() for number in range(notes.getCount())]
        return [Note(Range(self, place.Row + 1, place.Column + 1)) for place in places]

    @cached_property
    def size(self) -> tuple[int, int]:
        """How many rows and columns a sheet can have."""
        edge = self.api.getRangeAddress()
        return edge.EndRow + 1, edge.EndColumn + 1

    @property
    def cells(self) -> Range:
        """All its cells."""
        return Range(self, 1, 1, self.size)

    @property
    def used_range(self) -> Range:
        """The block in which anything stands."""
        cursor = self.api.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return self._book.range_at(cursor.getRangeAddress())

    def range(self, first: Corner, second: Corner | None = None) -> Range:
        """Return cells by address, name, place or corners: "A1:C3", "total", (1, 2), (row, column, rows, columns)."""
        if second is not None:
            return self._between(self.range(first), self.range(second))
        if isinstance(first, Range):
            return first
        if isinstance(first, tuple):
            return Range(self, first[0], first[1], (first[2], first[3]) if first[2:] else (1, 1))
        box = parse(first)
        if box is not None:
            rows, columns = box.last_row or self.size[0], box.last_column or self.size[1]
            return Range(self, box.row, box.column, (rows - box.row + 1, columns - box.column + 1))
        name = self.names.find(first) or self._book.names.find(first)
        if name is None:
            raise NoSuchObjectError(say("engine.no_cells", address=first))
        return name.refers_to_range

    def _between(self, one: Range, other: Range) -> Range:
        row, column = min(one.row, other.row), min(one.column, other.column)
        last_row, last_column = max(one.last[0], other.last[0]), max(one.last[1], other.last[1])
        return Range(self, row, column, (last_row - row + 1, last_column - column + 1))

    def activate(self) -> None:
        """Bring it in front of the other sheets of its workbook."""
        self._book.api.getCurrentController().setActiveSheet(self.api)

    def select(self) -> None:
        """Bring it in front."""
        self.activate()

    def delete(self) -> None:
        """Take it out of the workbook."""
        self._book.api.getSheets().removeByName(self.name)

    def clear(self) -> None:
        """Empty it and take formats and notes away."""
        self.cells.clear()

    def clear_contents(self) -> None:
        """Empty it."""
        self.cells.clear_contents()

    def clear_formats(self) -> None:
        """Take its formats away."""
        self.cells.clear_formats()

    def autofit(self, axis: str | None = None) -> None:
        """Make columns ("c", "columns"), rows ("r", "rows") or both as large as what stands in them."""
        self.used_range.autofit(axis)
