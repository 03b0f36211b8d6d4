"""What is a Note? An annotation on a cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

if TYPE_CHECKING:
    from xl_addin.libreoffice.engine.ranges import Range


@contextmanager
def notes_kept(sheet: Any, cells: Any) -> Iterator[None]:
    """Keep the notes on a block while it is written: LibreOffice throws them away with the values."""
    notes, area = sheet.getAnnotations(), cells.getRangeAddress()
    there = [notes.getByIndex(number) for number in range(notes.getCount())]
    kept = [(note.getPosition(), note.getString()) for note in there if _inside(note.getPosition(), area)]
    yield
    for position, text in kept:
        notes.insertNew(position, text)


def _inside(position: Any, area: Any) -> bool:
    columns, rows = (area.StartColumn, area.EndColumn), (area.StartRow, area.EndRow)
    return bool(columns[0] <= position.Column <= columns[1] and rows[0] <= position.Row <= rows[1])


class Note(base_classes.Note):
    """The note on a cell."""

    def __init__(self, cell: Range) -> None:
        self._cell = cell

    @property
    def api(self) -> Any:
        """The annotation."""
        return self._cell.first.getAnnotation()

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.api.getString())

    @text.setter
    def text(self, text: str) -> None:
        self._cell.claim()
        self.api.setString(text)

    @property
    def author(self) -> str:
        """Who wrote it."""
        return str(self.api.getAuthor())

    @property
    def location(self) -> Range:
        """The cell it is on."""
        return self._cell

    def delete(self) -> None:
        """Take it away."""
        self._cell.claim()
        notes = self._cell.sheet.api.getAnnotations()
        here = (self._cell.row - 1, self._cell.column - 1)
        for number in range(notes.getCount()):
            position = notes.getByIndex(number).getPosition()
            if (position.Row, position.Column) == here:
                notes.removeByIndex(number)
                return
