"""XlsxWriter as we use it: one way to open a book, safe against text that looks like formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas use only functions of Excel 2010.

    XlsxWriter searches every formula for some eighty newer functions to prefix; ours have none, and skipping the
    search makes a form three times as fast. Should the method be renamed one day, forms are merely slower again.
    """

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
