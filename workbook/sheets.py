"""XlsxWriter as we use it: one way to open a book, safe against text that looks like formulas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

MOST_LINKS = 65_530  # on one sheet; Excel repairs a workbook that has more


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click on a cell leads: a file as written in a URL, "" for this one; a place in it; what is said of it."""

    file: str
    place: str  # 'sheet'!A1, "" for the file as it opens
    tip: str


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas use only functions of Excel 2010, and whose links leave the cells what they are.

    XlsxWriter searches every formula for some eighty newer functions and for dynamic arrays; ours have none, and
    skipping the searches makes a form four times as fast. Should the method or the table it fills be renamed one day,
    every test of a form says so.
    """

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[tuple[int, int], tuple[str, str, str]] = {}

    def write_link(self, row: int, column: int, link: Link) -> None:
        """Put a link on a cell whose value is written apart; a number stays a number, no text is kept beside it.

        XlsxWriter's own links come with a text each, one relationship each, and rewrite the file's name. A sheet has
        these links or XlsxWriter's, not both.
        """
        self._links[row, column] = (link.file, link.place, link.tip)  # plain: the garbage collector skips it

    def _write_hyperlinks(self) -> None:
        if not self._links:
            super()._write_hyperlinks()
            return
        ids: dict[str, str] = {}  # one relationship per file, however many cells lead to it
        self._xml_start_tag("hyperlinks")
        for (row, column), (file, place, tip) in sorted(self._links.items()):
            if file and file not in ids:
                self.rel_count += 1
                ids[file] = f"rId{self.rel_count}"
                self.external_hyper_links.append(["/hyperlink", file, "External"])
            attributes = [("ref", xl_rowcol_to_cell(row, column))]
            attributes += [("r:id", ids[file])] if file else []
            attributes += [(name, text) for name, text in (("location", place), ("tooltip", tip)) if text]
            self._xml_empty_tag("hyperlink", attributes)
        self._xml_end_tag("hyperlinks")

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
