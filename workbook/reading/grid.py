"""What sheets does a file hold, and what stands in their cells."""

from __future__ import annotations

import io
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import TypeAlias, cast

from python_calamine import CalamineError, CalamineWorkbook

from workbook.layout import RULES_SHEET
from workbook.reading.kind import FileKind, Unreadable
from workbook.reading.merges import Area, merged_in_ods
from workbook.reading.values import Raw

Grid: TypeAlias = list[list[Raw]]
NOWHERE = 10_000  # column or row of what is not there
_MOST_MERGED = 5_000  # areas of a sheet that are looked at; a form has less than a hundred


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its cells from A1 on, and which of them are joined into one."""

    name: str
    grid: Grid
    merged: tuple[Area, ...] = ()

    def at(self, row: int, column: int) -> Raw:
        """Return what stands in a cell, None beyond the last one."""
        if row >= len(self.grid) or column >= len(self.grid[row]):
            return None
        return self.grid[row][column]

    def texts(self) -> Iterator[tuple[int, int, str]]:
        """Yield row, column and text, without any blanks, of every cell with a text in it."""
        for number, row in enumerate(self.grid):
            for column, raw in enumerate(row):
                if raw and isinstance(raw, str):
                    yield number, column, "".join(raw.split())

    def joined(self, row: int, column: int) -> tuple[int, int] | None:
        """Return the cell that shows instead of this one because both are joined; None for a cell of its own."""
        for (top, left), (bottom, right) in self.merged:
            if top <= row <= bottom and left <= column <= right and (row, column) != (top, left):
                return top, left
        return None


def squeezed(raw: Raw) -> str:
    """Return a text without any blanks, "" for what is no text: so labels are compared."""
    return "".join(raw.split()) if isinstance(raw, str) else ""


def open_book(data: bytes, kind: FileKind, wanted: Set[str] | None = None) -> list[Sheet]:
    """Return the sheets but the hidden one of rules, or only those `wanted`.

    A parser's crash is the file's fault, not ours.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        joined: dict[str, list[Area]] = merged_in_ods(data) if kind == "ods" else {}
        sheets = []
        for name in book.sheet_names:
            if name != RULES_SHEET and (wanted is None or name in wanted):
                sheet = book.get_sheet_by_name(name)
                grid = cast("Grid", sheet.to_python(skip_empty_area=False))
                merged = sheet.merged_cell_ranges or joined.get(name, [])
                sheets.append(Sheet(name, grid, tuple(merged[:_MOST_MERGED])))
        return sheets
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except CalamineError:
        raise Unreadable("other") from None
    except BaseException as error:  # a Rust panic arrives as BaseException
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Unreadable("other") from None
        raise
