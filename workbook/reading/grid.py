"""What sheets does a file hold, and what stands in their cells."""

from __future__ import annotations

import io
from collections.abc import Container, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, cast

from python_calamine import CalamineError, CalamineWorkbook

from workbook.layout import RULES_SHEET
from workbook.reading.kind import FileKind, Unreadable
from workbook.reading.merges import Area, merged_in_ods
from workbook.reading.values import Raw

Grid: TypeAlias = list[list[Raw]]
NOWHERE = 10_000  # column or row of what is not there
_MOST_MERGED = 5_000  # areas of a sheet that are looked at; a form has less than a hundred


@dataclass(frozen=True)
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

    @cached_property
    def texts(self) -> Sequence[tuple[int, int, str]]:
        """Row, column and text, without any blanks, of every cell with a text in it."""
        return [
            (number, column, "".join(raw.split()))
            for number, row in enumerate(self.grid)
            for column, raw in enumerate(row)
            if raw and isinstance(raw, str)
        ]

    def joined(self, row: int, column: int) -> tuple[int, int] | None:
        """Return the cell that shows instead of this one because both are joined; None for a cell of its own."""
        if not self.has_joined(row):
            return None
        if row not in self._joined_in:
            self._joined_in[row] = [area for area in self.merged if area[0][0] <= row <= area[1][0]]
        for first, (_, right) in self._joined_in[row]:
            if first[1] <= column <= right and (row, column) != first:
                return first
        return None

    def has_joined(self, row: int) -> bool:
        """Return whether any cells of a row are joined to others."""
        return row in self._joined_rows

    @cached_property
    def _joined_rows(self) -> Container[int]:
        rows: set[int] = set()
        beyond = 0  # the row behind all areas so far: whatever overlaps, no row is gone over twice
        for (first, _), (last, _) in sorted(self.merged):
            rows.update(range(max(first, beyond), min(last + 1, len(self.grid))))
            beyond = max(beyond, last + 1)
        return rows

    @cached_property
    def _joined_in(self) -> dict[int, list[Area]]:
        """Joined areas by the rows they reach over, as far as they were asked for."""
        return {}


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
