"""Our ways of writing a workbook fast give what XlsxWriter gives, to the byte."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from unicodedata import east_asian_width

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from workbook.columns import Bare, Content, Formula, Mixed
from workbook.form.styles import width_of, widths_of
from workbook.packing import _LONG
from workbook.sheets import open_book

Rows = Sequence[Sequence[Content]]
TEXTS = (
    *(
        "党",
        "a & b < c > d",
        " leading",
        "trailing ",
        "two\nlines",
        "\n",
        "_x0041_",
        "\x01bell",
        "\uffff",
        "<r>rich</r>",
    ),
    *("=1+1", "https://example.org", "x" * 40_000, "😀" * 20_000, '"quoted"', "\t", "1e5"),
)
FORMULAS = (Formula('="a"&"<b>"', "a<b>"), Formula("=1+2", 3), Formula("=1/4", 0.25), Formula('=""', ""))
NUMBERS = (0, -7, 10**14, 0.1, 1 / 3, 1e-9, 123456.789, 2.0)
ROWS: Rows = (
    [*TEXTS, "", None],
    [*FORMULAS, *NUMBERS, "", None],
    [],
    ["", None, ""],
    *([n, f"unit {n}", "", n / 7, Formula(f"=A{n}", n)] for n in range(40)),
)


def at_once(sheet: Any, row: int, contents: Sequence[Content], looks: Sequence[Any], *high: Any) -> None:
    if contents:
        sheet.write_columns(row, 1, [[content] for content in contents], looks, [high[0]], high[2])
    else:
        sheet.set_row(row, *high)


def one_by_one(sheet: Any, row: int, contents: Sequence[Content], looks: Sequence[Any], *high: Any) -> None:
    for column, (content, look) in enumerate(zip(contents, looks, strict=True), 1):
        if content is None or content == "":
            sheet.write_blank(row, column, None, look)
        elif isinstance(content, str):
            sheet.write_string(row, column, content, look)
        elif isinstance(content, Formula):
            sheet.write_formula(row, column, content.text, look, content.value)
        else:
            sheet.write_number(row, column, content, look)
    if high:
        sheet.set_row(row, *high)


def read(out: BytesIO) -> dict[str, bytes]:
    """Return the parts of a book, sheets without the hint how wide rows are."""
    with zipfile.ZipFile(out) as package:
        assert package.testzip() is None
        return {name: re.sub(b' spans="[0-9:]+"', b"", package.read(name)) for name in package.namelist()}


def written(book: Any, out: BytesIO, write: Callable[..., None]) -> dict[str, bytes]:
    """Return the parts of a book with the rows on two sheets, some of them of other heights, among other cells."""
    book.set_properties({"created": datetime(2026, 1, 1)})
    looks = [book.add_format(), *(book.add_format({"bold": True, "num_format": f"0.{'0' * n}"}) for n in range(3))]
    for name in ("甲", "乙"):
        sheet = book.add_worksheet(name)
        sheet.write_string(0, 0, "title", looks[0])
        sheet.set_row(0, 30)
        for row, contents in enumerate(ROWS, 2):
            options = {"level": row % 3, "hidden": row % 5 == 0, "collapsed": row % 7 == 0}
            high = (None, None, options) if row % 4 == 0 else (15 + row % 3 * 9.5, None, None)
            write(sheet, row, contents, [looks[n % len(looks)] for n in range(len(contents))], *high)
        sheet.set_row(60, None, looks[2])
        sheet.merge_range(70, 0, 70, 3, "end", looks[1])
    book.close()
    return read(out)


def test_rows_written_at_once_are_what_xlsxwriter_writes_cell_by_cell() -> None:
    ours, theirs = BytesIO(), BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    found = written(open_book(ours), ours, at_once)
    expected = written(xlsxwriter.Workbook(theirs, options), theirs, one_by_one)
    assert list(found) == list(expected)
    for name, content in expected.items():
        assert found[name] == content, name


def test_cells_written_one_by_one_are_what_xlsxwriter_writes() -> None:
    ours, theirs = BytesIO(), BytesIO()
    found = written(open_book(ours), ours, one_by_one)
    assert found == written(
        xlsxwriter.Workbook(theirs, {"in_memory": True, "strings_to_formulas": False}), theirs, one_by_one
    )


def shown(book: Any, out: BytesIO, write: Callable[[Any, list[Any]], None]) -> dict[str, tuple[str, str]]:
    """Return kind and look, and content, of every cell of a sheet, its texts looked up."""
    sheet = book.add_worksheet("甲")
    write(sheet, [book.add_format(), book.add_format({"bold": True}), book.add_format({"num_format": "0.0"})])
    book.close()
    with zipfile.ZipFile(out) as package:
        texts = re.findall("<si>(.*?)</si>", package.read("xl/sharedStrings.xml").decode(), re.DOTALL)
        cells = re.findall(
            '<c r="([A-Z]+[0-9]+)"(.*?)(?:/>|>(.*?)</c>)', package.read("xl/worksheets/sheet1.xml").decode()
        )
    return {at: (about, texts[int(content[3:-4])] if 't="s"' in about else content) for at, about, content in cells}


def test_rows_given_by_column_are_what_xlsxwriter_writes_cell_by_cell() -> None:
    mixed: list[Content] = [*FORMULAS, *NUMBERS, "", None]
    many = len(mixed)
    texts = [text for text in TEXTS if 2 * len(text) < 32_767][: many - 1]
    columns: list[list[Content]] = [
        *([*texts, *[""] * (many - len(texts))], [""] * many, mixed),
        *([*TEXTS[-5:], *range(many - 5)], [10**15, -(10**15) - 1, 10**20, *[True] * (many - 3)]),
        *([*range(-3, many - 3)], [*range(many - 1), 10**17], [n / 7 - 1 for n in range(many)]),
        [Formula(f'=HYPERLINK("#甲!A{n}","县{n}")', f"县{n}") for n in range(many)],
        [Formula(f'=HYPERLINK("a&b","{n}")', "a<b") for n in range(many)],
        [Formula(f"=A{n}", n) for n in range(many)],
    ]

    def by_column(sheet: Any, looks: list[Any]) -> None:
        each = [looks[n % 3] for n in range(many)]
        sheet.write_columns(2, 1, columns, [looks[0], looks[1], each, looks[2], each, *looks, *looks])

    def cell_by_cell(sheet: Any, looks: list[Any]) -> None:
        for row, contents in enumerate(zip(*columns, strict=True)):
            each = looks[row % 3]
            one_by_one(sheet, row + 2, contents, [looks[0], looks[1], each, looks[2], each, *looks, *looks])

    ours, theirs = BytesIO(), BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    found = shown(open_book(ours), ours, by_column)
    assert len(found) == many * len(columns)
    assert found == shown(xlsxwriter.Workbook(theirs, options), theirs, cell_by_cell)


def test_empty_cells_of_a_bare_column_are_left_out() -> None:
    out = BytesIO()
    found = shown(open_book(out), out, lambda s, looks: s.write_columns(0, 0, [["", "党", "", 7]], [Bare(looks[1])]))
    expected = BytesIO()
    theirs = shown(
        open_book(expected), expected, lambda s, looks: s.write_columns(0, 0, [["", "党", "", 7]], [looks[1]])
    )
    assert found == {at: theirs[at] for at in ("A2", "A4")}


def test_what_differs_in_a_column_stands_among_the_rest() -> None:
    def mixed(sheet: Any, looks: list[Any]) -> None:
        others = {1: ("不适用", looks[1]), 3: ("", looks[2]), 4: (5, looks[2])}
        sheet.write_columns(0, 1, [[0, 1, 2, 3, 4, 5]], [Mixed(looks[0], others)])

    def each(sheet: Any, looks: list[Any]) -> None:
        for row, (content, look) in enumerate(zip([0, "不适用", 2, "", 5, 5], [0, 1, 0, 2, 2, 0], strict=True)):
            one_by_one(sheet, row, [content], [looks[look]])

    first, second = BytesIO(), BytesIO()
    assert shown(open_book(first), first, mixed) == shown(open_book(second), second, each)


def test_a_list_of_thousands_of_rows_is_what_xlsxwriter_writes() -> None:
    heights, fold = [19 + 15 * (n % 3) for n in range(3_000)], {"level": 1, "hidden": True}
    columns = [[f"第{n}县报来的一项工作" for n in range(3_000)], [*range(3_000)], [n / 7 for n in range(3_000)]]

    def by_column(sheet: Any, look: Any) -> None:
        for first in range(0, 3_000, 1_000):
            part = [column[first : first + 1_000] for column in columns]
            sheet.write_columns(2 + first, 1, part, [look] * 3, heights[first : first + 1_000], fold)

    def row_by_row(sheet: Any, look: Any) -> None:
        for n, (contents, height) in enumerate(zip(zip(*columns, strict=True), heights, strict=True), 2):
            one_by_one(sheet, n, contents, [look] * 3, height, None, fold)

    def parts(book: Any, out: BytesIO, write: Callable[[Any, Any], None]) -> dict[str, bytes]:
        book.set_properties({"created": datetime(2026, 1, 1)})
        sheet, look = book.add_worksheet("甲"), book.add_format({"bold": True})
        sheet.write_string(0, 0, "title", look)
        write(sheet, look)
        sheet.write_string(3_010, 0, "end", look)
        book.close()
        return read(out)

    ours, theirs = BytesIO(), BytesIO()
    found = parts(open_book(ours), ours, by_column)
    assert len(found["xl/worksheets/sheet1.xml"]) > 3 * _LONG
    assert found == parts(xlsxwriter.Workbook(theirs, {"in_memory": True}), theirs, row_by_row)


def test_rows_that_are_done_with_are_not_written_again() -> None:
    book = open_book(BytesIO())
    sheet, look = book.add_worksheet("甲"), book.add_format()
    sheet.write_columns(3, 0, [["a", "b", "c"]], [look])
    sheet.write_string(4, 7, "beside", look)
    with pytest.raises(ValueError, match="written twice"):
        book.close()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    book = open_book(BytesIO())
    sheet = book.add_worksheet("甲")
    with pytest.raises(ValueError, match=r"nan|inf"):
        sheet.write_columns(0, 0, [[number]], [book.add_format()])


def test_as_many_looks_as_cells() -> None:
    book = open_book(BytesIO())
    with pytest.raises(ValueError, match="zip"):
        book.add_worksheet("甲").write_columns(0, 0, [["a"], ["b"]], [book.add_format()])


def test_what_lies_outside_a_sheet_is_not_written() -> None:
    out = BytesIO()
    book = open_book(out)
    sheet, look = book.add_worksheet("甲"), book.add_format()
    last = Worksheet().xls_rowmax
    sheet.write_columns(last, 0, [["beyond"]], [look])
    sheet.write_columns(0, Worksheet().xls_colmax - 1, [["beyond"], ["beyond"]], [look, look])
    sheet.write_columns(last - 2, 0, [["last but one", "last", "beyond"]], [look], [20, 30, 40])
    book.close()
    assert re.findall(b'<row r="([0-9]+)".*?<v>([0-9]+)</v>', read(out)["xl/worksheets/sheet1.xml"]) == [
        (b"%d" % (last - 1), b"0"),
        (b"%d" % last, b"1"),
    ]


def test_widths_are_those_of_every_character() -> None:
    every = [chr(n) for n in range(0x30000) if not 0xD800 <= n < 0xE000]
    wide = [c for c in every if east_asian_width(c) in "WF"]
    assert [c for c in every if width_of(c) == 2] == wide
    assert width_of("".join(every[: 0x10000 - 0x800])) == sum(map(width_of, every[: 0x10000 - 0x800]))
    assert width_of("a😀“党”𝐀\n") == 1 + 2 + 1 + 2 + 1 + 1 + 1
    for texts in (["", "a党", "\n", "“”", "党建引领", ""], ["a😀", "", "党𝐀"], [""]):
        assert widths_of(texts).tolist() == [*map(width_of, texts)]
