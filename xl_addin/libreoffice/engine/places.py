"""Where is a range? Its sheet, corner and shape, its address, and whether it may be changed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from xlwings import XlwingsError, base_classes

from workbook.messages import say
from xl_addin.libreoffice.engine.addresses import quoted, written

if TYPE_CHECKING:
    from xl_addin.libreoffice.engine.sheets import Sheet


class Place(base_classes.Range):
    """A block of cells on a sheet. Rows and columns count from 1."""

    def __init__(self, sheet: Sheet, row: int, column: int, shape: tuple[int, int] = (1, 1)) -> None:
        if row < 1 or column < 1:
            raise IndexError(say("engine.zero_based"))
        self._sheet = sheet
        self._row, self._column, self._shape = row, column, shape
        self.options: dict[str, Any] = {}  # xlwings keeps those of its own range here

    @cached_property
    def api(self) -> Any:
        """The cell range, got once: every question to it goes to another process."""
        first_row, first_column = self._row - 1, self._column - 1
        rows, columns = self._shape
        last_row, last_column = first_row + rows - 1, first_column + columns - 1
        return self._sheet.api.getCellRangeByPosition(first_column, first_row, last_column, last_row)

    @property
    def first(self) -> Any:
        """The cell in its top left corner."""
        return self.api.getCellByPosition(0, 0)

    @property
    def sheet(self) -> Sheet:
        """The sheet it is on."""
        return self._sheet

    @property
    def row(self) -> int:
        """Its first row."""
        return self._row

    @property
    def column(self) -> int:
        """Its first column."""
        return self._column

    @property
    def shape(self) -> tuple[int, int]:
        """Its numbers of rows and columns."""
        return self._shape

    @property
    def coords(self) -> tuple[object, ...]:
        """What makes it the same range as another one."""
        return (self._sheet.book.name, self._sheet.name, self._row, self._column, *self._shape)

    def __len__(self) -> int:
        return self._shape[0] * self._shape[1]

    def __call__(self, row: int, column: int | None = None) -> Self:
        """Return a cell by its place in the range, which may lie outside of it, or by its number, row by row."""
        if column is None:
            row, column = (row - 1) // self._shape[1] + 1, (row - 1) % self._shape[1] + 1
        return self.at(self._row + row - 1, self._column + column - 1)

    def at(self, row: int, column: int, shape: tuple[int, int] = (1, 1)) -> Self:
        """Return other cells of the same sheet."""
        return type(self)(self._sheet, row, column, shape)

    def get_address(self, row_absolute: bool = True, column_absolute: bool = True, external: bool = False) -> str:
        """Return the address, with workbook and sheet when it is to be understood from elsewhere."""
        absolute = {"row_absolute": row_absolute, "column_absolute": column_absolute}
        text = written(self._row, self._column, **absolute)
        if len(self) > 1:
            rows, columns = self._shape
            text += ":" + written(self._row + rows - 1, self._column + columns - 1, **absolute)
        return f"{quoted(f'[{self._sheet.book.name}]', self._sheet.name)}!{text}" if external else text

    @property
    def address(self) -> str:
        """The address, absolute."""
        return self.get_address()

    def claim(self) -> None:
        """Raise when a protected sheet forbids to change these cells, as Excel does.

        LibreOffice writes formulas over a lock without a word, and loses formats and notes without one.
        """
        if self._sheet.api.isProtected() and self._locked():
            raise XlwingsError(say("engine.locked", sheet=self._sheet.name, cells=self.get_address(False, False)))

    def claim_sheet(self) -> None:
        """Raise when the sheet is protected: no cells are put in, taken out or joined on it."""
        if self._sheet.api.isProtected():
            raise XlwingsError(say("engine.locked", sheet=self._sheet.name, cells=self.get_address(False, False)))

    def _locked(self) -> bool:
        if len(self) == 1:
            return bool(self.api.CellProtection.IsLocked)
        groups = self.api.getUniqueCellFormatRanges()
        return any(groups.getByIndex(i).CellProtection.IsLocked for i in range(groups.getCount()))
