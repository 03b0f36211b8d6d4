"""Macros written for Excel in LibreOffice: what stands in cells, how it looks, where one gets from it."""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlwings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FORM = "一 组织"
LOCKED = "受保护"


def saved(sheet: xlwings.Sheet, path: Path) -> openpyxl.Workbook:
    """Save the workbook, and return what another program reads in it."""
    sheet.book.save(path)
    return openpyxl.load_workbook(path)


# Values


@pytest.mark.parametrize(
    "value",
    [
        5.0,
        -0.125,
        1e300,
        True,
        False,
        "发展党员",
        "001",
        "1.5",
        "2024-01-31",
        "TRUE",
        "'引号",
        "#N/A",
        "=",
        "第一行\n第二行",
        "长" * 30_000,
        datetime(2024, 2, 29),
        datetime(1999, 12, 31, 23, 59, 58),
        None,
    ],
)
def test_a_value_comes_back_as_it_was_written(sheet: xlwings.Sheet, value: object) -> None:
    sheet["B2"].value = value
    back = sheet["B2"].value
    assert back == value
    assert type(back) is type(value)


def test_other_numbers_dates_and_gaps_come_back_as_excel_gives_them(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [
        7,
        date(2024, 2, 29),
        np.int64(3),
        np.float64(1.5),
        np.bool_(True),
        float("nan"),
        pd.NaT,
        pd.NA,
    ]
    assert sheet["A1:H1"].value == [7.0, datetime(2024, 2, 29), 3.0, 1.5, True, None, None, None]
    assert sheet["A1"].options(numbers=int).value == 7
    assert sheet["B1"].options(dates=date).value == date(2024, 2, 29)
    assert sheet["H1"].options(empty="无").value == "无"


def test_shapes_are_those_of_excel(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    assert sheet["A1:B2"].value == [[1, 2], [3, 4]]
    assert sheet["A1:B1"].value == [1, 2]
    assert sheet["A1:A2"].value == [1, 3]
    assert sheet["A1"].options(ndim=2).value == [[1]]
    assert sheet["A1:B2"].raw_value == ((1, 2), (3, 4))
    assert sheet["A1"].raw_value == 1
    sheet["D1"].options(transpose=True).value = [1, 2, 3]
    assert sheet["D1:D3"].value == [1, 2, 3]
    sheet["D1:D3"].value = "同"
    assert sheet["D1:D3"].value == ["同"] * 3
    sheet["F1:G2"].raw_value = ((1.0, 2.0), (3.0, 4.0))
    assert sheet["F1:G2"].value == [[1, 2], [3, 4]]
    sheet["F3"].raw_value = [5.0, 6.0]
    assert sheet["F3:G3"].value == [5, 6]


def test_a_frame_comes_back(sheet: xlwings.Sheet) -> None:
    days = pd.to_datetime(["2025-01-01", "2025-02-02"])
    frame = pd.DataFrame({"县区": ["甲县", "乙区"], "数": [1, np.nan], "日期": days, "是": [True, False]})
    sheet["B2"].options(index=False).value = frame
    back = sheet["B2"].options(pd.DataFrame, expand="table", index=False).value
    assert list(back.columns) == ["县区", "数", "日期", "是"]
    assert back["县区"].tolist() == ["甲县", "乙区"]
    assert back["数"].isna().tolist() == [False, True]
    assert back["日期"].tolist() == list(days)
    assert back["是"].tolist() == [True, False]


def test_a_cell_forgets_what_it_was(sheet: xlwings.Sheet) -> None:
    cell = sheet["A1"]
    for value in (True, 5.0, "字", 1.0, False, None, 2.0):
        cell.value = value
        assert cell.value == value
        assert type(cell.value) is type(value)


def test_a_date_keeps_the_format_it_finds(sheet: xlwings.Sheet) -> None:
    sheet["A1"].number_format = "yyyy/m"
    sheet["A1:A2"].value = datetime(2024, 5, 1)
    assert sheet["A1"].number_format == "yyyy/m"
    assert sheet["A2"].number_format == "yyyy-mm-dd"
    sheet["A3"].value = datetime(2024, 5, 1, 8, 30)
    assert sheet["A3"].number_format == "yyyy-mm-dd hh:mm:ss"


def test_errors_are_nothing_or_what_they_are_called(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = ["=1/0", "=NA()", "=NOSUCH()", '=VALUE("x")', "=1E300*1E300", '=""']
    cells = sheet["A1:F1"]
    assert cells.value == [None] * 6
    names = ["#DIV/0!", "#N/A", "#NAME?", "#VALUE!", "#NUM!", None]
    assert cells.options(err_to_str=True).value == names


TEXTS = st.text(string.ascii_letters + string.digits + " .,-+'=\"#@$%发展党员、。（）", max_size=12)
TIMES = st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1)).map(lambda t: t.replace(microsecond=0))
NUMBERS = st.floats(-1e12, 1e12).map(lambda x: round(x, 4) + 0.0)
CELLS = st.one_of(st.none(), st.booleans(), NUMBERS, TIMES, TEXTS.filter(lambda t: t != "" and not t.startswith("=")))
BLOCKS = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=5))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BLOCKS)
def test_any_block_comes_back_as_it_was_written(sheet: xlwings.Sheet, block: Sequence[Sequence[object]]) -> None:
    sheet["B2:E6"].clear_formats()  # as in Excel a number is a date where a date stood
    sheet["B2"].value = block
    back = sheet["B2"].resize(len(block), len(block[0])).options(ndim=2).value
    assert back == block
    assert [[type(v) for v in row] for row in back] == [[type(v) for v in row] for row in block]


def test_another_program_reads_the_same(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    sheet["A1"].value = [[1.5, "001", True], [datetime(2024, 2, 29), None, "=SUM(A1,1)"]]
    read = saved(sheet, tmp_path / "a.xlsx")["填报"]
    assert [[c.value for c in row] for row in read["A1:C2"]] == [
        [1.5, "001", True],
        [datetime(2024, 2, 29), None, "=SUM(A1,1)"],
    ]


def test_what_another_program_wrote_is_read(app: xlwings.App, tmp_path: Path) -> None:
    written = openpyxl.Workbook()
    written.active.append([1, "001", True, datetime(2024, 2, 29, 8), "=1>0", "=DATE(2024,5,1)", "=NA()", None, "#N/A"])
    written.save(tmp_path / "a.xlsx")
    with app.books.open(tmp_path / "a.xlsx") as book:
        values = book.sheets[0]["A1:H1"].value
    assert values == [1, "001", True, datetime(2024, 2, 29, 8), True, datetime(2024, 5, 1), None, None]


# Formulas


@pytest.mark.parametrize(
    "formula",
    [
        "=SUM(C2,C5)",
        "=C2+$C$3+C$4+$C5",
        "=SUM('一 组织'!$A$1:B2)",
        "=填报!A1",
        "=SUM(A:A)+SUM(1:3)",
        '=IF(A1="、",1,"TRUE ""是""")',
        '=IFERROR(A1/B1,"")&"%"',
        '=SUMIFS(C:C,A:A,">0",B:B,"*县*")',
        "=总数*2",
        "=SUM({1,2;3,4})",
        "=INDEX($A$1:$C$3,MATCH(A1,B:B,0),2)",
    ],
)
def test_a_formula_is_said_as_excel_says_it(sheet: xlwings.Sheet, formula: str) -> None:
    sheet.book.names.add("总数", "=填报!$A$1")
    sheet["F7"].formula = formula
    assert sheet["F7"].formula == formula
    sheet["G8"].value = formula
    assert sheet["G8"].formula == sheet["G8"].formula2 == formula


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1,A2)", 4),
        ("=SUM({1,2;3,4})", 10),
        ('=IF(A1>0,"、;",PI())', "、;"),
        ('=SUMIFS(A:A,B:B,">2")', 3),
        ('=IFERROR(A1/0,"—")', "—"),
        ("=STDEV.S(A1,A2)", 2**0.5),
        ("=CEILING(1.2,1)", 2),
        ("=A1=1", True),
        ("=COUNTIFS(A:A,1,B:B,2)", 1),
        ("=INDEX(A1:B2,2,1)", 3),
        ("=ROUND(-A1/3,2)", -0.33),
        ("=50%*4", 2),
    ],
)
def test_a_formula_counts_what_excel_counts(sheet: xlwings.Sheet, formula: str, value: object) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    sheet["F7"].formula = formula
    assert sheet["F7"].formula == formula
    assert sheet["F7"].value == value


def test_a_formula_over_another_sheet_counts(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    sheet.book.sheets[FORM]["A1:B2"].value = [[1, 2], [3, 4]]
    sheet["F7"].formula = f"=SUM('{FORM}'!$A$1:B2)"
    assert sheet["F7"].value == 10
    assert saved(sheet, tmp_path / "a.xlsx")["填报"]["F7"].value == "=SUM('一 组织'!$A$1:B2)"


def test_true_stays_true(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    sheet["A1"].formula = '=IF(1>0,TRUE,"FALSE")'
    assert sheet["A1"].value is True
    assert sheet["A1"].formula == '=IF(1>0,TRUE(),"FALSE")'
    sheet["A2"].formula = "=1>0"
    assert sheet["A2"].value is True


@pytest.mark.parametrize("formula", ["=#N/A", "=IF(A1,#DIV/0!,2)", "=#REF!+1"])
def test_an_error_written_out_is_said(app: xlwings.App, tmp_path: Path, formula: str) -> None:
    written = openpyxl.Workbook()
    written.active["A2"] = formula
    written.save(tmp_path / "a.xlsx")
    with app.books.open(tmp_path / "a.xlsx") as book:
        assert book.sheets[0]["A2"].formula == formula


def test_what_a_formula_lost_it_says(sheet: xlwings.Sheet) -> None:
    sheet["C5"].formula = "=A2+1"
    sheet["D5"].formula = "=SUM(A2:A3,$B$2)"
    sheet["2:2"].delete()
    assert sheet["C4:D4"].formula == (("=#REF!+1", "=SUM(A2:A2,#REF!)"),)
    assert sheet["C4:D4"].options(err_to_str=True).value == ["#REF!", "#REF!"]
    sheet["E1"].formula = f"='{FORM}'!A1+1"
    sheet.book.names.add("部分", f"='{FORM}'!$A$1")
    sheet.book.sheets[FORM].delete()
    assert sheet["E1"].formula == "=#REF!+1"
    assert sheet.book.names["部分"].refers_to == "=#REF!"


def test_an_apostrophe_in_a_sheets_name_is_doubled(sheet: xlwings.Sheet) -> None:
    sheet.book.sheets[FORM].name = "小李's"
    sheet["A1"].formula = "='小李''s'!B2"
    assert sheet["A1"].formula == "='小李''s'!B2"
    sheet.book.sheets["小李's"]["B2:B3"].name = "他的"
    assert sheet.book.names["他的"].refers_to == "='小李''s'!$B$2:$B$3"


def test_one_formula_fills_a_block_and_moves_along(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    sheet["C1:D2"].formula = "=A1*$A$1"
    assert sheet["C1:D2"].formula == (("=A1*$A$1", "=B1*$A$1"), ("=A2*$A$1", "=B2*$A$1"))
    assert sheet["C1:D2"].value == [[1, 2], [3, 4]]


def test_formulas_of_a_block_are_written_back(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [[1.5, "字", "=A1*2"], [datetime(2024, 1, 1), None, "= 1"]]
    sheet["A2"].value = datetime(2024, 1, 1)
    formulas = sheet["A1:C2"].formula
    assert formulas == (("1.5", "字", "=A1*2"), ("45292", "", "=1"))
    sheet["A1:C2"].formula = formulas
    assert sheet["A1:C2"].value == [[1.5, "字", 3.0], [datetime(2024, 1, 1), None, 1.0]]
    sheet["D1"].formula = "5"
    assert sheet["D1"].value == 5


# Looks


def test_colours_are_set_and_taken_away(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    cell = sheet["A1"]
    assert cell.color is None
    cell.color = (255, 199, 206)
    assert cell.color == (255, 199, 206)
    cell.color = "#00ff10"
    assert cell.color == (0, 255, 16)
    cell.color = 255  # Excel's constant for red
    assert cell.color == (255, 0, 0)
    assert sheet["A1:A2"].color is None
    assert saved(sheet, tmp_path / "a.xlsx")["填报"]["A1"].fill.fgColor.rgb == "FFFF0000"
    cell.color = None
    assert cell.color is None
    with pytest.raises(ValueError, match="red"):
        cell.color = "red"


def test_a_font_is_set_for_chinese_and_latin_letters(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    font = sheet["A1"].font
    assert (font.bold, font.italic, font.color) == (False, False, (0, 0, 0))
    font.bold, font.italic, font.size, font.name, font.color = True, True, 16, "仿宋", (192, 0, 0)
    assert (font.bold, font.italic, font.size, font.name, font.color) == (True, True, 16, "仿宋", (192, 0, 0))
    assert sheet["A1"].api.CharWeightAsian == sheet["A1"].api.CharWeight
    assert sheet["A1"].api.CharFontNameAsian == "仿宋"
    assert font.api.CharHeight == 16
    mixed = sheet["A1:A2"].font
    assert (mixed.bold, mixed.italic, mixed.size, mixed.name, mixed.color) == (None,) * 5
    sheet["A1"].value = "字"
    read = saved(sheet, tmp_path / "a.xlsx")["填报"]["A1"].font
    assert (read.b, read.i, read.sz, read.name, read.color.rgb) == (True, True, 16, "仿宋", "FFC00000")
    font.color, font.bold, font.italic = None, False, False
    assert (font.color, font.bold, font.italic) == ((0, 0, 0), False, False)


@pytest.mark.parametrize(
    "code", ["General", "0", "0.00", "#,##0.00", "0%", "yyyy-mm-dd", "@", '0.0"万元"', "[Red]0;-0"]
)
def test_number_formats_are_excels(sheet: xlwings.Sheet, tmp_path: Path, code: str) -> None:
    sheet["A1"].value = 1234.5
    assert sheet["A1"].number_format == "General"
    sheet["A1"].number_format = code
    assert sheet["A1"].number_format.upper() == code.upper()
    assert sheet["A1:A2"].number_format == (None if code != "General" else "General")
    written = saved(sheet, tmp_path / "a.xlsx")["填报"]["A1"].number_format
    assert written.replace("\\", "").upper() == code.upper()


def test_a_boolean_has_no_format_in_excel(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = True
    assert sheet["A1"].number_format == "General"


def test_text_wraps_and_cells_have_a_size(sheet: xlwings.Sheet) -> None:
    cells = sheet["A1:B2"]
    assert cells.wrap_text is False
    sheet["A1"].wrap_text = True
    assert (sheet["A1"].wrap_text, cells.wrap_text) == (True, None)
    cells.row_height, cells.column_width = 30, 20
    assert cells.row_height == pytest.approx(30, abs=0.05)
    assert cells.column_width == pytest.approx(20, abs=0.05)


# Notes, links, names


def test_texts_stand_where_they_are_put_in_a_high_row(sheet: xlwings.Sheet) -> None:
    sheet["A1:B2"].vertical_alignment = "center"
    assert sheet["B2"].vertical_alignment == "center"
    assert sheet["C3"].vertical_alignment == "bottom"
    assert sheet["A1:C3"].vertical_alignment is None


def test_a_note_stays_when_its_cell_is_written(sheet: xlwings.Sheet) -> None:
    sheet["B2"].add_note("看附件")
    sheet["A1:C3"].value = 7
    sheet["B2"].value = "改了"
    assert sheet["B2"].note.text == "看附件"
    assert [sheet[other].note for other in ("A1", "C3")] == [None, None]


def test_a_note_is_put_changed_and_taken_away(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    cell = sheet["C3"]
    assert cell.note is None
    note = cell.add_note("应为非负整数")
    assert note.text == cell.note.text == "应为非负整数"
    assert note.location == cell
    assert note.author == ""
    assert note.api.getString() == "应为非负整数"
    with pytest.raises(ValueError, match="already"):
        cell.add_note("再")
    cell.note.text = "改了"
    assert [n.text for n in sheet.notes] == ["改了"]
    assert saved(sheet, tmp_path / "a.xlsx")["填报"]["C3"].comment.text == "改了"
    sheet["B2"].add_note("别的")
    cell.note.delete()
    assert cell.note is None
    assert [n.text for n in sheet.book.notes] == ["别的"]
    assert sheet["A1:B2"].note is None


def test_a_link_leads_somewhere(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    cell = sheet["A1"]
    cell.add_hyperlink("www.example.org/a", "说明")
    assert cell.value == "说明"
    assert cell.hyperlink == "http://www.example.org/a"
    assert saved(sheet, tmp_path / "a.xlsx")["填报"]["A1"].hyperlink.target == "http://www.example.org/a"
    with pytest.raises(xlwings.XlwingsError, match="A2"):
        _ = sheet["A2"].hyperlink


def test_a_name_that_is_there_refers_to_something_else_then(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    names = sheet.book.names
    names.add("issues", "=填报!$B$3")
    sheet["B3"].value, sheet["B4"].value = 3, 4
    sheet["A1"].formula = "=issues*2"
    names.add("issues", f"='{FORM}'!$B$4:$C$5")
    assert names["issues"].refers_to == "='一 组织'!$B$4:$C$5"
    assert names["ISSUES"].refers_to_range == sheet.book.sheets[FORM]["B4:C5"]
    names["issues"].refers_to = "=填报!$B$4"
    assert sheet["A1"].value == 8
    assert len(names) == 1
    assert saved(sheet, tmp_path / "a.xlsx").defined_names["issues"].attr_text == "填报!$B$4"


def test_names_are_found_renamed_and_deleted(sheet: xlwings.Sheet) -> None:
    names = sheet.book.names
    sheet["B2:C3"].name = "块"
    assert "块" in names
    assert names.contains("块")
    assert not names.contains("没有")
    assert sheet["块"].address == "$B$2:$C$3"
    assert sheet["B2:C3"].name.name == "块"
    assert sheet["B2"].name is None
    names["块"].name = "区"
    assert [n.name for n in names] == [names[0].name] == ["区"]
    assert names(1).api.getName() == "区"
    names["区"].delete()
    assert len(names) == 0
    with pytest.raises(KeyError):
        names("区")


def test_a_name_may_stand_for_a_number_or_a_formula(sheet: xlwings.Sheet) -> None:
    names = sheet.book.names
    names.add("税率", "=0.05")
    names.add("合计", "=SUM(填报!$A$1:$A$3)")
    assert (names["税率"].refers_to, names["合计"].refers_to) == ("=0.05", "=SUM(填报!$A$1:$A$3)")
    with pytest.raises(xlwings.NoSuchObjectError, match="税率"):
        _ = names["税率"].refers_to_range
    sheet["A1"].value = 4
    sheet["B1"].value = "=合计*税率"
    assert sheet["B1"].value == 0.2


def test_a_name_may_belong_to_one_sheet(sheet: xlwings.Sheet) -> None:
    sheet.book.names.add(f"'{FORM}'!部分", f"='{FORM}'!$A$1")
    other = sheet.book.sheets[FORM]
    assert [n.name for n in other.names] == [n.name for n in sheet.book.names] == [f"'{FORM}'!部分"]
    assert len(sheet.names) == 0
    assert other["部分"].address == "$A$1"
    sheet.book.names[f"'{FORM}'!部分"].delete()
    assert len(sheet.book.names) == 0


# Where one gets


def test_a_range_says_where_it_is(sheet: xlwings.Sheet) -> None:
    cells = sheet["B2:D5"]
    assert (cells.address, cells.row, cells.column) == ("$B$2:$D$5", 2, 2)
    assert (cells.shape, cells.size, cells.count, len(cells)) == ((4, 3), 12, 12, 12)
    assert cells.get_address(False, False) == "B2:D5"
    assert cells.get_address(True, False, include_sheetname=True) == "'填报'!B$2:D$5"
    assert sheet.book.sheets[FORM]["A1"].get_address(include_sheetname=True) == "'一 组织'!$A$1"
    assert sheet["AA1"].get_address(external=True) == f"'[{sheet.book.name}]填报'!$AA$1"
    assert cells.last_cell.address == "$D$5"
    assert cells.sheet == sheet
    assert cells.api.supportsService("com.sun.star.sheet.SheetCellRange")


def test_ranges_are_found_in_every_way_of_saying(sheet: xlwings.Sheet) -> None:
    assert sheet.range("$B$2:C3") == sheet["C3:B2"] == sheet.range((2, 2), (3, 3)) == sheet[1:3, 1:3]
    assert sheet.range("B2", "C3") == sheet.range(sheet["C3"], sheet["B2"]) == sheet["b2:c3"]
    assert sheet.range((2, 3)) == sheet["C2"] == sheet[1, 2] == xlwings.Range("C2")
    assert sheet["B:C"].shape == (1_048_576, 2)
    assert sheet["2:3"].shape == (2, 16_384)
    assert sheet["B2:D5"](2, 3).address == "$D$3"
    assert sheet["B2:D5"](4).address == "$B$3"
    assert sheet["B2:D5"].rows[1].address == "$B$3:$D$3"
    assert sheet["B2:D5"].columns[-1].address == "$D$2:$D$5"
    with pytest.raises(IndexError):
        sheet.range((0, 1))
    with pytest.raises(xlwings.NoSuchObjectError, match="没有"):
        sheet.range("没有")


def test_ranges_are_moved_and_resized(sheet: xlwings.Sheet) -> None:
    assert sheet["B2:C3"].offset(1, 2).address == "$D$3:$E$4"
    assert sheet["B2:C3"].resize(1, 4).address == "$B$2:$E$2"
    assert sheet["D4"].offset(-3, -3).address == "$A$1"


def test_ctrl_and_arrows_lead_where_they_lead_in_excel(sheet: xlwings.Sheet) -> None:
    sheet["B2"].value = [[1, 2, '=""'], [3, None, None], [4, None, 5]]
    ends = {d: sheet["B2"].end(d).address for d in ("up", "down", "left", "right")}
    assert ends == {"up": "$B$1", "down": "$B$4", "left": "$A$2", "right": "$D$2"}
    assert sheet["B4"].end("right").address == "$D$4"
    assert sheet["C2"].end("down").address == "$C$1048576"
    assert sheet["D4"].end("right").address == "$XFD$4"
    assert sheet["C1048576"].end("up").address == "$C$2"
    assert sheet["XFD2"].end("left").address == "$D$2"
    assert sheet["F9"].end("up").address == "$F$1"


def test_a_table_is_seen_from_its_corner(sheet: xlwings.Sheet) -> None:
    sheet["B2"].value = [["代码", "数"], ["A", 1], ["B", 2]]
    sheet["B6"].value = "别的"
    assert sheet["B2"].expand().address == "$B$2:$C$4"
    assert sheet["B2"].expand("down").address == "$B$2:$B$4"
    assert sheet["B2"].expand("right").address == "$B$2:$C$2"
    assert sheet["B6"].expand().address == "$B$6"
    assert sheet["C3"].current_region.address == "$B$2:$C$4"
    assert sheet.used_range.address == "$B$2:$C$6"


# What changes the sheet


def test_joined_cells_keep_the_first_value(sheet: xlwings.Sheet, tmp_path: Path) -> None:
    cells = sheet["B2:C3"]
    cells.value = [[1, 2], [3, 4]]
    cells.merge()
    assert cells.value == [[1, None], [None, None]]
    assert sheet["C3"].merge_area == cells
    assert (sheet["C3"].merge_cells, sheet["A1"].merge_cells, sheet["A1:C3"].merge_cells) == (True, False, True)
    assert sheet["A1"].merge_area.address == "$A$1"
    assert [str(r) for r in saved(sheet, tmp_path / "a.xlsx")["填报"].merged_cells.ranges] == ["B2:C3"]
    sheet["C3"].unmerge()
    assert not cells.merge_cells
    cells.merge(across=True)
    assert sheet["C3"].merge_area.address == "$B$3:$C$3"
    sheet.clear()
    assert not cells.merge_cells


def test_cells_are_put_in_and_taken_out(sheet: xlwings.Sheet) -> None:
    def fresh() -> xlwings.Sheet:
        sheet.clear()
        sheet["A1"].value = [[1, 2], [3, 4]]
        return sheet

    fresh()["A1"].insert("down")
    assert sheet["A1:C3"].value == [[None, 2, None], [1, 4, None], [3, None, None]]
    fresh()["A1"].insert("right")
    assert sheet["A1:C2"].value == [[None, 1, 2], [3, 4, None]]
    fresh()["A1"].delete("left")
    assert sheet["A1:B2"].value == [[2, None], [3, 4]]
    fresh()["1:1"].delete()
    assert sheet["A1:B2"].value == [[3, 4], [None, None]]
    fresh()["A1:A2"].delete()
    assert sheet["A1:B2"].value == [[2, None], [4, None]]


def test_cells_are_cleared_in_parts(sheet: xlwings.Sheet) -> None:
    cell = sheet["A1"]
    cell.value, cell.color = True, "#ffff00"
    cell.add_note("看")
    cell.clear_contents()
    assert (cell.value, cell.color) == (None, (255, 255, 0))
    cell.clear_formats()
    assert (cell.color, cell.note.text) == (None, "看")
    cell.clear()
    assert cell.note is None


# Protection


@pytest.fixture
def protected(sheet: xlwings.Sheet) -> xlwings.Sheet:
    """Return a protected sheet on which B1 alone is open."""
    open_cell = sheet["B1"].api
    protection = open_cell.CellProtection
    protection.IsLocked = False
    open_cell.CellProtection = protection
    sheet["A1"].value = "原值"
    sheet.api.protect("")
    return sheet


CHANGES = {
    "value": lambda c: setattr(c, "value", 1),
    "formula": lambda c: setattr(c, "formula", "=1"),
    "block": lambda c: setattr(c, "value", [[1, "=1"]]),
    "colour": lambda c: setattr(c, "color", (1, 2, 3)),
    "format": lambda c: setattr(c, "number_format", "0.00"),
    "bold": lambda c: setattr(c.font, "bold", True),
    "font colour": lambda c: setattr(c.font, "color", (1, 2, 3)),
    "wrap": lambda c: setattr(c, "wrap_text", True),
    "note": lambda c: c.add_note("注"),
    "link": lambda c: c.add_hyperlink("http://example.org"),
    "clear": lambda c: c.clear(),
    "contents": lambda c: c.clear_contents(),
    "formats": lambda c: c.clear_formats(),
    "merge": lambda c: c.resize(1, 2).merge(),
    "unmerge": lambda c: c.unmerge(),
    "insert": lambda c: c.insert("down"),
    "delete": lambda c: c.delete("up"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_protected_sheet_forbids_is_not_lost_but_said(protected: xlwings.Sheet, change: str) -> None:
    with pytest.raises(xlwings.XlwingsError, match=LOCKED):
        CHANGES[change](protected["A1"])
    assert protected["A1:B2"].formula == (("原值", ""), ("", ""))


def test_open_cells_of_a_protected_sheet_take_values(protected: xlwings.Sheet) -> None:
    protected["B1"].value = 5
    assert protected["B1"].value == 5
    with pytest.raises(xlwings.XlwingsError, match="A1:B1"):
        protected["A1:B1"].value = 6
    assert protected["A1:B1"].value == ["原值", 5]
