"""A finished form taken apart into cells, and written again by openpyxl and by XlsxWriter.

Written are values, formulas, formats, merged areas, widths and heights. Left out, because nobody would write them by
hand for a comparison: validations, conditional formats, protection, print settings, names, properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import column_index_from_string


@dataclass(frozen=True)
class Laid:
    """A sheet: its cells by row and column from 0 with value, result and number of the format; what is around them."""

    name: str
    cells: list[tuple[int, int, Any, Any, int]]
    merged: list[tuple[int, int, int, int]]
    widths: dict[int, float]
    heights: dict[int, float]


@dataclass(frozen=True)
class Apart:
    """A workbook: its sheets, and the formats by number, as a cell of openpyxl that has each."""

    sheets: list[Laid]
    formats: dict[int, Any]


def taken_apart(path: Path) -> Apart:
    """Return what is in a form."""
    book, results = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    formats: dict[int, Any] = {}
    sheets = []
    for sheet in book.worksheets:
        shown = results[sheet.title]
        cells = []
        for cell in (c for row in sheet.iter_rows() for c in row if not isinstance(c, MergedCell)):
            if cell.value is not None or cell.has_style:
                formats.setdefault(cell.style_id, cell)
                result = shown.cell(cell.row, cell.column).value
                cells.append((cell.row - 1, cell.column - 1, cell.value, result, cell.style_id))
        merged = [(a.min_row - 1, a.min_col - 1, a.max_row - 1, a.max_col - 1) for a in sheet.merged_cells.ranges]
        widths = {column_index_from_string(c) - 1: d.width for c, d in sheet.column_dimensions.items() if d.width}
        heights = {r - 1: d.height for r, d in sheet.row_dimensions.items() if d.height}
        sheets.append(Laid(sheet.title, cells, merged, widths, heights))
    return Apart(sheets, formats)


def by_openpyxl(form: Apart) -> bytes:
    """Return the form written by openpyxl; results of formulas cannot be written."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    styles: dict[int, Any] = {}
    for laid in form.sheets:
        sheet = book.create_sheet(laid.name)
        for row, column, value, _, style in laid.cells:
            cell = sheet.cell(row + 1, column + 1, value)
            if style not in styles:  # an array of numbers, the same for all cells of a format: the fast way
                like = form.formats[style]
                for part in ("font", "fill", "border", "alignment", "number_format", "protection"):
                    setattr(cell, part, copy(getattr(like, part)))
                styles[style] = cell._style
            cell._style = styles[style]
        for top, left, bottom, right in laid.merged:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
        for column, width in laid.widths.items():
            sheet.column_dimensions[openpyxl.utils.get_column_letter(column + 1)].width = width
        for row, height in laid.heights.items():
            sheet.row_dimensions[row + 1].height = height
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def by_xlsxwriter(form: Apart) -> bytes:
    """Return the form written by XlsxWriter, results of formulas too."""
    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    formats = {number: book.add_format(dict(_format(cell))) for number, cell in form.formats.items()}
    for laid in form.sheets:
        sheet = book.add_worksheet(laid.name)
        for column, width in laid.widths.items():
            sheet.set_column(column, column, width)
        for row, height in laid.heights.items():
            sheet.set_row(row, height)
        for area in laid.merged:
            sheet.merge_range(*area, "")
        for row, column, value, result, style in laid.cells:
            if isinstance(value, str) and value.startswith("="):
                sheet.write_formula(row, column, value, formats[style], "" if result is None else result)
            elif isinstance(value, str):
                sheet.write_string(row, column, value, formats[style])
            elif value is None:
                sheet.write_blank(row, column, None, formats[style])
            else:
                sheet.write_number(row, column, value, formats[style])
    book.close()
    return written.getvalue()


def _format(cell: Any) -> Iterator[tuple[str, Any]]:
    """Yield the format of a cell as XlsxWriter calls its parts."""
    yield "font_name", cell.font.name
    yield "font_size", cell.font.sz
    yield "bold", bool(cell.font.b)
    yield "num_format", cell.number_format
    yield "locked", cell.protection.locked
    yield "text_wrap", bool(cell.alignment.wrap_text)
    if cell.fill.fill_type == "solid":
        yield "bg_color", f"#{cell.fill.fgColor.rgb[-6:]}"
    if cell.alignment.horizontal:
        yield "align", cell.alignment.horizontal
    if cell.border.left.style:
        yield "border", 1
