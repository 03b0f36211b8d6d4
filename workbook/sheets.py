"""XlsxWriter as we use it: one way to open a book, safe against text that looks like formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import CellBlankTuple, CellFormulaTuple, CellNumberTuple, CellStringTuple, RowInfo, Worksheet

from workbook.columns import LETTERS, Columns, Content, Looks, Texts
from workbook.form.pieces import archive
from workbook.packing import Deflater, PartPackager, Piece

MOST_LINKS = 65_530  # on one sheet; Excel repairs a workbook that has more
_SPAN = 16  # rows that XlsxWriter tells the width of together


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click on a cell leads: a file as written in a URL, "" for this one; a place in it; what is said of it."""

    file: str
    place: str  # 'sheet'!A1, "" for the file as it opens
    tip: str


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas use only functions of Excel 2010, and whose links leave the cells what they are.

    XlsxWriter searches every formula for some eighty newer functions and for dynamic arrays; ours have none, and
    skipping the searches makes a form four times as fast. Values are addressed by numbers only, and cells written out
    by the column: 汇总表 of 3,000 units has millions of them. What is written is the same, to the byte but for the
    order in which texts are numbered and for `spans`, a hint that large rows are left without (ECMA-376 18.3.1.73:
    "optimization only, and not required"). Should the methods or the table they fill be renamed one day, every test of
    a form says so.
    """

    fh: Any
    # without XlsxWriter's look at every call whether a value is addressed as "A1"
    write_string, write_number, write_blank = Worksheet._write_string, Worksheet._write_number, Worksheet._write_blank

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[tuple[int, int], tuple[str, str, str]] = {}
        self._looks = Looks()
        self._row_looks: dict[int, str] = {}
        self._rows_like: dict[Any, tuple[RowInfo, list[Any]]] = {}
        self._done: dict[int, tuple[int, Piece]] = {}  # by the first of rows that are written: how many, what they are
        self.deflater: Deflater

    def _initialize(self, init_data: Mapping[str, Any]) -> None:
        super()._initialize(init_data)
        self._columns = Columns(self.str_table, self._looks)

    def write_columns(
        self,
        row: int,
        column: int,
        contents: Sequence[Sequence[Content]],
        looks: Sequence[Any],
        heights: Sequence[float | None] = (),
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Write rows one below the other, given by column: many times as fast as cell by cell.

        A look is the format of a whole column, which may be Bare or Mixed, or a list of its cells' formats. The rows
        are done with: nothing else is written to them or set for them, and a sheet that has them has no notes.
        `heights` and `options` are those of set_row.
        """
        if not contents or self._check_dimensions(row, column):
            return
        many = min(len(contents[0]), self.xls_rowmax - row)
        if self._check_dimensions(row + many - 1, column + len(contents) - 1):
            return
        looks_of_rows = self._looks_of_rows(row, heights[:many] or [None] * many, options)
        cells = self._columns.rows(row, column, contents, looks)
        numbers = range(row + 1, row + many + 1)
        lines = [
            f'<row r="{number}"{look}{line}</row>'
            for number, look, line in zip(numbers, looks_of_rows, cells, strict=False)
        ]
        self._done[row] = many, self.deflater.piece("".join(lines))

    def _looks_of_rows(
        self, first: int, heights: Sequence[float | None], options: Mapping[str, Any] | None
    ) -> list[str]:
        """Return how the tags of rows go on after their numbers."""
        if options is None and set(heights) == {None}:
            return [self._row_look(None)] * len(heights)
        begun: dict[float | None, str] = {}
        for height in dict.fromkeys(heights):
            row = first + heights.index(height)
            self.set_row(row, height, None, options)
            begun[height] = self._row_look(self.row_info[row])
        return [begun[height] for height in heights]

    def _calculate_spans(self) -> None:
        if self.comments:
            super()._calculate_spans()
            return
        spans: dict[int, tuple[int, int]] = {}
        for row, cells in self.table.items():
            if cells:
                first, last = spans.get(row // _SPAN, (self.xls_colmax, 0))
                spans[row // _SPAN] = (min(first, *cells), max(last, *cells))
        self.row_spans = {block: f"{first + 1}:{last + 1}" for block, (first, last) in spans.items()}

    def _write_rows(self) -> None:
        if self.comments and not self._done:
            super()._write_rows()
            return
        self._calculate_spans()
        row = self.dim_rowmin
        while row <= self.dim_rowmax:
            many, piece = self._done.pop(row, (1, None))
            if piece is None:
                self._write_one_row(row)
            elif any(at in self.table for at in range(row, row + many)):
                raise ValueError(f"written twice: some of the rows {row} to {row + many - 1} of {self.name}")
            else:
                self.fh.put(piece)
            row += many

    def _write_one_row(self, row: int) -> None:
        cells, about, span = self.table.get(row), self.row_info.get(row), self.row_spans.get(row // _SPAN)
        if cells:
            spans = f' spans="{span}"' if span else ""
            self.fh.write(f'<row r="{row + 1}"{spans}{self._row_look(about)}')
            self._write_cells(row, cells)
            self.fh.write("</row>")
        elif about is not None:
            self._write_empty_row(row, span, about)

    def _row_look(self, about: RowInfo | None) -> str:
        """Return how a row's tag goes on after number and columns, as XlsxWriter ends it."""
        look = self._row_looks.get(id(about))  # rows that look alike have one and the same record, which stays
        if look is None:
            whole, self.fh = self.fh, StringIO()
            self._write_row(0, None, about)
            look = self._row_looks[id(about)] = self.fh.getvalue().removeprefix('<row r="1"')
            self.fh = whole
        return look

    def set_row(self, row: int, height: float | None = None, look: Any = None, options: Any = None) -> None:
        """Set height and the like of a row: as XlsxWriter does, which works it out anew for every row."""
        key = (height, look, *(options or {}).items())
        if key in self._rows_like:
            if not self._check_dimensions(row, self.dim_colmin or 0):
                self.row_info[row], self.row_sizes[row] = self._rows_like[key]
        elif not super().set_row(row, height, look, options):
            self._rows_like[key] = self.row_info[row], self.row_sizes[row]

    def _write_cells(self, row: int, cells: Mapping[int, Any]) -> None:
        """Write the cells of a row; what is rare as XlsxWriter does."""
        write, looks, end = self.fh.write, self._looks, f'{row + 1}" s="'
        for column in sorted(cells):
            cell = cells[column]
            kind, look = type(cell), cell.format
            if look is None:
                self._write_cell(row, column, cell)
                continue
            start = f'<c r="{LETTERS[column]}{end}{looks[look]}"'
            if kind is CellNumberTuple:
                write(f"{start}><v>{cell.number:.16G}</v></c>")
            elif kind is CellStringTuple:
                write(f'{start} t="s"><v>{cell.string}</v></c>')
            elif kind is CellBlankTuple:
                write(f"{start}/>")
            elif kind is CellFormulaTuple and not isinstance(cell.value, bool) and not str(cell.value).startswith("#"):
                text = ' t="str"' if isinstance(cell.value, str) and cell.value else ""
                formula, value = self._escape_data(cell.formula), self._escape_data(cell.value)
                write(f"{start}{text}><f>{formula}</f><v>{value}</v></c>")
            else:
                self._write_cell(row, column, cell)

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
    filename: Any

    def __init__(self, target: Path | BinaryIO) -> None:
        options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        super().__init__(str(target) if isinstance(target, Path) else target, options | {"in_memory": True})
        self.str_table.string_table = Texts()
        self._deflater = Deflater()

    def add_worksheet(self, name: str | None = None, worksheet_class: Any = None) -> Any:
        """Add a sheet."""
        sheet = super().add_worksheet(name, worksheet_class)
        sheet.deflater = self._deflater
        return sheet

    def _get_packager(self) -> PartPackager:
        self._packager = PartPackager(self._deflater)
        return self._packager

    def _store_workbook(self) -> None:
        target, self.filename = self.filename, BytesIO()  # what XlsxWriter itself packs: nothing is left to it
        super()._store_workbook()
        content = archive(self._packager.packed())
        self._deflater.end()
        if isinstance(target, str):
            Path(target).write_bytes(content)
        else:
            target.write(content)


def open_book(target: Path | BinaryIO) -> Any:
    """Return a new workbook to be written to a path or an open file when it is closed."""
    return Book(target)
