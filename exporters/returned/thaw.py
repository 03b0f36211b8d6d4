"""A sealed form that is returned: its seal taken off, the cells a unit fills opened again."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Protection

from workbook.form.styles import COLOURS
from workbook.layout import CODE, STAMP_SHEET
from workbook.seal import SEALED

_INPUT = COLOURS["input"].removeprefix("#")


def thaw(book: Any) -> None:
    """Take the seal off a book. What a unit fills has its colour, by which the unit knows it too, in a coded row."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row if row[CODE].value else ():
                if str(cell.fill.fgColor.rgb).endswith(_INPUT):
                    cell.protection = Protection(locked=False)
    for row in book[STAMP_SHEET].iter_rows(max_col=2):
        if str(row[0].value).startswith(SEALED):
            for cell in row:
                cell.value = None
