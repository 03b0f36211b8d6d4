"""XlsxWriter as we use it: one way to open a book, safe against text that looks like formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import CellFormulaTuple, Worksheet


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas use only functions of Excel 2010.

    XlsxWriter searches every formula for some eighty newer functions and for dynamic arrays; ours have none, and
    skipping the searches makes a form four times as fast. Should the method or the table it fills be renamed one day,
    every test of a form says so.
    """

    def _write_formula(self, row: int, col: int, formula: str, cell_format: Any = None, value: Any = 0) -> int:
        if self._check_dimensions(row, col):
            return -1
        self.table[row][col] = CellFormulaTuple(formula.removeprefix("="), cell_format, value)
        return 0

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class Book(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook in which text stays text: no string becomes a formula, link or number."""

    worksheet_class = PlainSheet


def open_book(path: Path) -> Any:
    """Return a new workbook to be written to `path` when it is closed."""
    return Book(
        str(path),
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True},
    )
