"""XlsxWriter as we use it: one way to open a book, safe against text that looks like formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import xlsxwriter
from xlsxwriter.utility import _utf16_truncate, xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import CellBlankTuple, CellFormulaTuple, CellNumberTuple, CellStringTuple, RowInfo, Worksheet

from workbook.form.pieces import archive
from workbook.packing import ThreadPackager

MOST_LINKS = 65_530  # on one sheet; Excel repairs a workbook that has more
_MARKUP = re.compile("[&<>]")
_ROW = "\0"  # stands for a row's number: no XML may hold it
_SPAN = 16  # rows that XlsxWriter tells the width of together
_LONGEST = 32_767  # UTF-16 units of a text in a cell; a character is two at most
_WHOLE = 10**15  # below it an integer is written with all its digits


class Formula(NamedTuple):
    """A formula with its "=", and what it comes to."""

    text: str
    value: str | float


class Bare(NamedTuple):
    """The look of the texts of a column whose empty cells are left out: half of a large sheet may be empty."""

    look: Any


class Mixed(NamedTuple):
    """The look of most cells of a column, and by place what others hold instead, with the look of each."""

    look: Any
    others: Mapping[int, tuple[Content, Any]]


Content = str | float | Formula | None  # of a cell; "" and None leave it empty


class _Letters(dict[int, str]):
    """What each column is called."""

    def __missing__(self, column: int) -> str:
        name: str = xl_col_to_name(column)
        self[column] = name
        return name


class _Looks(dict[Any, int]):
    """The number of each format in its book, which XlsxWriter works out for every cell."""

    def __missing__(self, look: Any) -> int:
        number: int = look._get_xf_index()
        self[look] = number
        return number


class _Texts(dict[str, int]):
    """The texts of a book, numbered as they come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


_LETTERS = _Letters()


def _plain(formulas: Sequence[Formula], start: str) -> list[str]:
    """Return the cells of formulas that come to texts, nothing where a character of one has to be escaped."""
    texts, values = zip(*formulas, strict=True)
    if set(map(type, values)) != {str} or "" in values or _MARKUP.search("".join((*texts, *values))):
        return []
    return [f'{start} t="str"><f>{text[1:]}</f><v>{value}</v></c>' for text, value in formulas]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
    order in which texts are numbered. Should the methods or the table they fill be renamed one day, every test of a
    form says so.
    """

    fh: Any
    # without XlsxWriter's look at every call whether a value is addressed as "A1"
    write_string, write_number, write_blank = Worksheet._write_string, Worksheet._write_number, Worksheet._write_blank

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[tuple[int, int], tuple[str, str, str]] = {}
        self._looks = _Looks()
        self._begun: dict[tuple[str, Any], tuple[str, str]] = {}
        self._row_looks: dict[int, str] = {}
        self._rows_like: dict[Any, tuple[RowInfo, list[Any]]] = {}
        self._whole: dict[int, str] = {}  # rows written at once
        self._spans: dict[int, tuple[int, int]] = {}  # first and last columns of theirs, by block of rows

    def write_cells(self, row: int, column: int, contents: Sequence[Content], looks: Sequence[Any]) -> None:
        """Write all cells of a row, from `column` on, each with its format.

        A row is written at once or cell by cell, and there are no notes on such a sheet.
        """
        self.write_columns(row, column, [(content,) for content in contents], looks)

    def write_columns(self, row: int, column: int, contents: Sequence[Sequence[Content]], looks: Sequence[Any]) -> None:
        """Write rows one below the other, given by column: many times as fast as cell by cell.

        A look is the format of a whole column, which may be Bare or Mixed, or a list of its cells' formats.
        """
        if not contents or self._check_dimensions(row, column):
            return
        places = enumerate(zip(contents, looks, strict=True), column)
        parts = [self._column(_LETTERS[place], cells, look) for place, (cells, look) in places]
        self.str_table.unique_count = len(self.str_table.string_table)
        rows = min(row + len(contents[0]), self.xls_rowmax)
        last = column + len(parts) - 1
        if not self._check_dimensions(rows - 1, last):
            for at, cells in zip(range(row, rows), zip(*parts, strict=True), strict=False):
                self._whole[at] = "".join(cells).replace(_ROW, str(at + 1))
            for block in range(row // _SPAN, (rows - 1) // _SPAN + 1):
                first, end = self._spans.get(block, (column, last))
                self._spans[block] = min(first, column), max(end, last)

    def _column(self, letter: str, contents: Sequence[Content], look: Any) -> list[str]:
        """Return the cells of a column; _ROW is the row's number."""
        if isinstance(look, list):
            starts = {own: self._start(letter, own) for own in dict.fromkeys(look)}
            return [
                f"{starts[own][0]}><v>{content}</v></c>"
                if type(content) is int and -_WHOLE < content < _WHOLE
                else self._cell(content, *starts[own])
                for content, own in zip(contents, look, strict=True)
            ]
        if isinstance(look, Mixed):
            cells = self._column(letter, contents, look.look)
            for place, (content, own) in look.others.items():
                cells[place] = self._cell(content, *self._start(letter, own))
            return cells
        start, empty = self._start(letter, look)
        if contents.count("") == len(contents):
            return [empty] * len(contents)
        kinds = set(map(type, contents))
        if kinds == {int} and max(map(abs, cast(Sequence[int], contents))) < _WHOLE:
            return [f"{start}><v>{content}</v></c>" for content in contents]
        if kinds == {float} and all(map(isfinite, cast(Sequence[float], contents))):
            return [f"{start}><v>{content:.16G}</v></c>" for content in contents]
        if kinds == {Formula} and (plain := _plain(cast(Sequence[Formula], contents), start)):
            return plain
        if kinds != {str} or 2 * max(map(len, contents)) > _LONGEST:  # type: ignore[arg-type]
            return [self._cell(content, start, empty) for content in contents]
        texts, start = self.str_table.string_table, f'{start} t="s"><v>'
        self.str_table.count += len(contents) - contents.count("")
        return [f"{start}{texts[text]}</v></c>" if text else empty for text in contents]

    def _cell(self, content: Content, start: str, empty: str) -> str:
        if content is None or content == "":
            return empty
        if isinstance(content, str):
            text = content if 2 * len(content) <= _LONGEST else _utf16_truncate(content, _LONGEST)
            self.str_table.count += 1
            return f'{start} t="s"><v>{self.str_table.string_table[text]}</v></c>'
        if isinstance(content, Formula):
            mark = ' t="str"' if content.value and isinstance(content.value, str) else ""
            formula, value = _escaped(content.text[1:]), _escaped(str(content.value))
            return f"{start}{mark}><f>{formula}</f><v>{value}</v></c>"
        if isfinite(content):
            return f"{start}><v>{content:.16G}</v></c>"
        raise ValueError(content)

    def _start(self, letter: str, look: Any) -> tuple[str, str]:
        """Return how a cell begins that has something in it, and an empty one."""
        if (letter, look) not in self._begun:
            bare = isinstance(look, Bare)
            start = f'<c r="{letter}{_ROW}" s="{self._looks[look.look if bare else look]}"'
            self._begun[letter, look] = start, "" if bare else f"{start}/>"
        return self._begun[letter, look]

    def _calculate_spans(self) -> None:
        if self.comments:
            super()._calculate_spans()
            return
        spans = self._spans
        for row, cells in self.table.items():
            if cells:
                first, last = spans.get(row // _SPAN, (self.xls_colmax, 0))
                spans[row // _SPAN] = (min(first, *cells), max(last, *cells))
        self.row_spans = {block: f"{first + 1}:{last + 1}" for block, (first, last) in spans.items()}

    def _write_rows(self) -> None:
        if self.comments:
            super()._write_rows()
            return
        self._calculate_spans()
        write, spans = self.fh.write, {block: f' spans="{span}"' for block, span in self.row_spans.items()}
        for row in range(self.dim_rowmin, self.dim_rowmax + 1):
            whole, cells, about = self._whole.pop(row, None), self.table.get(row), self.row_info.get(row)
            if whole or cells:
                look = self._row_looks.get(id(about)) or self._row_look(about)
                start = f'<row r="{row + 1}"{spans.get(row // _SPAN, "")}{look}'
                if whole:
                    write(f"{start}{whole}</row>")
                else:
                    write(start)
                    self._write_cells(row, cells)
                    write("</row>")
            elif about is not None:
                self._write_empty_row(row, self.row_spans.get(row // _SPAN), about)

    def _row_look(self, about: RowInfo | None) -> str:
        """Return how a row's tag goes on after number and columns, as XlsxWriter ends it."""
        whole, self.fh = self.fh, StringIO()
        self._write_row(0, None, about)
        look: str = self.fh.getvalue().removeprefix('<row r="1"')
        self.fh, self._row_looks[id(about)] = (
            whole,
            look,
        )  # rows that look alike have one and the same record, which stays
        return look

    def set_row(self, row: int, height: float | None = None, look: Any = None, options: Any = None) -> None:
        """Set height and the like of a row: as XlsxWriter does, which works it out anew for every row."""
        key = (height, look, *(options or {}).items())
        if key in self._rows_like:
            if not self._check_dimensions(row, self.dim_colmin or 0):
                self.row_info[row], self.row_sizes[row] = self._rows_like[key]
        elif not super().set_row(row, height, look, options):
            self._rows_like[key] = self.row_info[row], self.row_sizes[row]

    def set_rows(self, first: int, heights: Sequence[float], options: Any = None) -> None:
        """Set the heights of rows one below the other."""
        heights = heights[: max(0, self.xls_rowmax - first)]
        for height in dict.fromkeys(heights):
            self.set_row(first + heights.index(height), height, None, options)
        key = tuple((options or {}).items())
        alike = {height: self._rows_like[height, None, *key] for height in set(heights)}
        places = range(first, first + len(heights))
        self.row_info.update(zip(places, (alike[height][0] for height in heights), strict=True))
        self.row_sizes.update(zip(places, (alike[height][1] for height in heights), strict=True))

    def _write_cells(self, row: int, cells: Mapping[int, Any]) -> None:
        """Write the cells of a row; what is rare as XlsxWriter does."""
        write, looks, end = self.fh.write, self._looks, f'{row + 1}" s="'
        for column in sorted(cells):
            cell = cells[column]
            kind, look = type(cell), cell.format
            if look is None:
                self._write_cell(row, column, cell)
                continue
            start = f'<c r="{_LETTERS[column]}{end}{looks[look]}"'
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

    def _get_packager(self) -> ThreadPackager:
        self._packager = ThreadPackager()
        return self._packager

    def _store_workbook(self) -> None:
        target, self.filename = self.filename, BytesIO()  # what XlsxWriter itself packs: nothing is left to it
        super()._store_workbook()
        content = archive(self._packager.packed())
        if isinstance(target, str):
            Path(target).write_bytes(content)
        else:
            target.write(content)


def open_book(target: Path | BinaryIO) -> Any:
    """Return a new workbook to be written to a path or an open file when it is closed."""
    book = Book(
        str(target) if isinstance(target, Path) else target,
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True},
    )
    book.str_table.string_table = _Texts()
    return book
