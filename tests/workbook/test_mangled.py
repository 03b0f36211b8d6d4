"""Mangled forms: what is certain is read and said, what is not is asked back, nothing is guessed or lost in silence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from corpus import OTHER, UNIT, found, small_pack, small_round, typed
from corpus import filled as fill

from exporters.consolidated.book import Beside, write_consolidated
from exporters.consolidated.repairs import repair_rows
from workbook.collect import collect
from workbook.model import Submission
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_form
from workbook.receive import take_in
from workbook.round import IN

BASE, TEXTS = "基本情况", "文字材料"
Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("form"), UNIT, "2020H1", 100)


def read(path: Path) -> Submission:
    return read_form(path.read_bytes(), path.name, datetime(2020, 7, 1), small_pack(), small_round(path.parent))


def changed(form: Path, target: Path, change: Change) -> Submission:
    book = openpyxl.load_workbook(form)
    change(book)
    book.save(target)
    return read(target)


def told(submission: Submission) -> set[tuple[str, str, str, str]]:
    """Return kind, sheet, cell and indicator of everything noted."""
    return {(n.kind, n.sheet, n.cell, n.indicator) for n in (*submission.repairs, *submission.doubts)}


def test_an_untouched_form_needs_no_repair(form: Path) -> None:
    submission = read(form)
    assert submission.repairs == ()
    assert submission.doubts == ()


def test_a_doubtful_figure_is_missing_and_asked_back_once(form: Path, tmp_path: Path) -> None:
    def swap_names(book: Any) -> None:
        book[BASE]["C6"].value, book[BASE]["C7"].value = book[BASE]["C7"].value, book[BASE]["C6"].value

    submission = changed(form, tmp_path / "a.xlsx", swap_names)
    codes = [openpyxl.load_workbook(form)[BASE].cell(row, 1).value for row in (6, 7)]
    assert {d.indicator for d in submission.doubts} == set(codes)
    for code in codes:
        assert submission.cells[code, "value"].doubtful
        assert [f.rule for f in found(submission) if f.indicator == code] == ["MISMATCH"]


def test_two_different_values_of_one_figure_are_told_with_both_places(form: Path, tmp_path: Path) -> None:
    def copy(book: Any) -> None:
        book.copy_worksheet(book[BASE]).title = "备份"
        book["备份"]["E6"].value = 9999

    submission = changed(form, tmp_path / "a.xlsx", copy)
    (error,) = [f for f in found(submission) if f.rule == "TWICE"]
    assert (error.sheet, error.cell) == (BASE, "E6")
    assert "备份 E6" in error.message
    assert "9999" in error.message


def test_a_copy_that_was_left_blank_says_nothing(form: Path, tmp_path: Path) -> None:
    def copy(book: Any) -> None:
        book.copy_worksheet(book[BASE]).title = "备份"
        for row in book["备份"].iter_rows(min_row=5, min_col=5, max_col=7):
            for cell in row:
                cell.value = None

    submission = changed(form, tmp_path / "a.xlsx", copy)
    assert submission.doubts == ()
    assert typed(submission) == typed(read(form))
    assert ("copied", "备份", "", "") in told(submission)


def test_an_original_left_blank_beside_a_filled_copy_is_asked_back(form: Path, tmp_path: Path) -> None:
    def copy(book: Any) -> None:
        book.copy_worksheet(book[BASE]).title = "备份"
        book[BASE]["E6"].value = None

    assert [d.kind for d in changed(form, tmp_path / "a.xlsx", copy).doubts] == ["twice"]


def test_a_lost_line_of_headings_and_hints_is_asked_back_not_read_as_blank(form: Path, tmp_path: Path) -> None:
    submission = changed(form, tmp_path / "a.xlsx", lambda book: book[BASE].delete_rows(3, 2))
    assert [(d.kind, d.sheet) for d in submission.doubts] == [("no_column", BASE)]
    assert all(c.doubtful for (code, _), c in typed(submission).items() if code.startswith("BASE_"))
    assert "缺行" not in {f.message for f in found(submission)}


def test_numbers_where_nothing_is_asked_are_never_dropped_in_silence(form: Path, tmp_path: Path) -> None:
    def add(book: Any) -> None:
        sheet = book[BASE]
        end = sheet.max_row + 1
        sheet.cell(end, 3, "流动党员数")
        sheet.cell(end, 5, 77)
        sheet["M6"].value = "核对过"
        book["巡视巡察整改"]["F5"].value = 88
        book.create_sheet("底稿")["A1"].value = 1

    kinds = {(kind, sheet) for kind, sheet, _, _ in told(changed(form, tmp_path / "a.xlsx", add))}
    assert kinds == {
        *(("unknown_row", BASE), ("unknown_column", BASE), ("not_asked", "巡视巡察整改")),
        ("extra_sheet", "底稿"),
    }


def test_a_label_on_a_sheet_of_ones_own_does_not_compete_with_the_code(form: Path, tmp_path: Path) -> None:
    def add(book: Any) -> None:
        sheet = book.create_sheet("底稿")
        sheet.append(["指标名称", "本期数"])
        sheet.append([book[BASE]["C6"].value, 4])

    submission = changed(form, tmp_path / "a.xlsx", add)
    assert typed(submission) == typed(read(form))
    assert ("by_code_elsewhere", "底稿", "A2", "") in told(submission)


def test_an_inserted_row_of_a_list_is_an_item(form: Path, tmp_path: Path) -> None:
    def insert(book: Any) -> None:
        sheet = book[TEXTS]
        row = next(r[0].row for r in sheet.iter_rows() if r[0].value == "TXT_PLANS.2")
        sheet.insert_rows(row)
        sheet.cell(row, 4, "插入的打算")

    submission = changed(form, tmp_path / "a.xlsx", insert)
    assert [r.values[0] for r in submission.texts["TXT_PLANS"]][1] == "插入的打算"
    assert "list_row" in {r.kind for r in submission.repairs}


def test_a_list_with_too_many_rows_is_told_as_ever(form: Path, tmp_path: Path) -> None:
    def insert(book: Any) -> None:
        sheet = book[TEXTS]
        row = next(r[0].row for r in sheet.iter_rows() if r[0].value == "TXT_PLANS.2")
        sheet.insert_rows(row, 5)
        for n in range(5):
            sheet.cell(row + n, 4, f"插入的打算{n}")

    assert "TEXT-ITEMS" in {f.rule for f in found(changed(form, tmp_path / "a.xlsx", insert))}


def unstamped(book: Any) -> None:
    del book["huibao"]


def bare(book: Any) -> None:
    unstamped(book)
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]


@pytest.mark.parametrize("change", [unstamped, bare])
def test_a_form_without_its_stamp_is_the_same_form(change: Change, form: Path, tmp_path: Path) -> None:
    submission, whole = changed(form, tmp_path / "a.xlsx", change), read(form)
    for same in ("unit", "period", "modules", "form_version", "cells", "texts"):
        assert getattr(submission, same) == getattr(whole, same), same
    assert {r.kind for r in submission.repairs} <= {"stamp_properties", "stamp_cover"}
    assert len(submission.repairs) == 1


def cover_of_another(book: Any) -> None:
    bare(book)
    book["封面"]["C5"].value = OTHER.name


def unit_not_in_the_round(book: Any) -> None:
    bare(book)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace(UNIT.name, "外县")


def last_year(book: Any) -> None:
    bare(book)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("2020年", "2019年")


def code_of_an_organ(book: Any) -> None:
    bare(book)
    book[BASE]["A40"].value = next(c for c, i in small_pack().indicators.items() if "county" not in i.tiers)


@pytest.mark.parametrize("change", [cover_of_another, unit_not_in_the_round, last_year, code_of_an_organ])
def test_without_a_stamp_what_disagrees_is_no_form(change: Change, form: Path, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        changed(form, tmp_path / "a.xlsx", change)
    assert caught.value.reason == "no_stamp"


def test_at_the_desk_a_form_without_any_stamp_is_none(form: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(form)
    bare(book)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(Unreadable):
        read_form((tmp_path / "a.xlsx").read_bytes(), "a", datetime(2020, 7, 1), small_pack())


def test_an_emptied_or_second_stamp_of_the_same_form_does_no_harm(form: Path, tmp_path: Path) -> None:
    def empty(book: Any) -> None:
        book["huibao"].delete_rows(1, 100)

    def double(book: Any) -> None:
        book.copy_worksheet(book["huibao"])

    for change in (empty, double):
        assert changed(form, tmp_path / "a.xlsx", change).unit == UNIT


def test_two_units_in_one_file_get_a_receipt_that_names_both(form: Path, tmp_path: Path) -> None:
    def second(book: Any) -> None:
        sheet = book.copy_worksheet(book["huibao"])
        for row in sheet.iter_rows():
            row[1].value = {UNIT.code: OTHER.code, UNIT.name: OTHER.name}.get(row[1].value, row[1].value)

    with pytest.raises(Unreadable):
        changed(form, tmp_path / "两份.xlsx", second)
    (tmp_path / IN).mkdir()
    shutil.move(tmp_path / "两份.xlsx", tmp_path / IN)
    (receipt,) = take_in(small_round(tmp_path)).receipts
    assert receipt.state == "unrecognised"
    assert UNIT.name in receipt.note
    assert OTHER.name in receipt.note


def test_repairs_of_used_forms_stand_in_the_consolidated_book(form: Path, tmp_path: Path) -> None:
    def mangle(book: Any) -> None:
        bare(book)
        book[BASE].title = "改了名"
        book["巡视巡察整改"]["F5"].value = 88

    (tmp_path / IN).mkdir()
    changed(form, tmp_path / IN / "a.xlsx", mangle)
    collection, _ = collect(replace(small_round(tmp_path), return_on_error=False))
    assert collection is not None
    (tmp_path / "成果").mkdir()
    shown = openpyxl.load_workbook(write_consolidated(collection, Beside())[0])["修复记录"]
    rows = {(r[3].value, r[4].value) for r in shown.iter_rows(min_row=5)}
    assert {("改了名", None), ("巡视巡察整改", "F5")} <= rows
    hidden = frozenset(r.indicator for r in collection.submissions[UNIT.code].repairs if r.indicator)
    assert "F5" not in {row[3] for row in repair_rows(collection, hidden)}
