"""`huibao seal` on real files: frozen, read back equal, whatever is changed afterwards is noticed."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk import Desk, DeskError
from helpers import party_building
from returns import changed, everything, faults, put
from sealing import a_small_round, filled

from exporters.desk import check_files
from exporters.seal import seal_files
from workbook.check_code import code_of
from workbook.model import Round
from workbook.reading.submission import read_submission
from workbook.reading.values import show
from workbook.seal import seal_state

PACK = party_building()
CODE = "BASE_MEMBERS"


@pytest.fixture(scope="module")
def round_(tmp_path_factory: pytest.TempPathFactory) -> Round:
    return a_small_round(tmp_path_factory.mktemp("round"))


@pytest.fixture(scope="module")
def forms(round_: Round) -> list[Path]:
    return filled(round_)


@pytest.fixture
def form(forms: list[Path], tmp_path: Path) -> Path:
    return Path(shutil.copy(forms[0], tmp_path / "甲县.xlsx"))


@pytest.fixture(scope="module")
def sealed(forms: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seal(Path(shutil.copy(forms[0], tmp_path_factory.mktemp("sealed") / "甲县.xlsx")))


def seal(path: Path) -> Path:
    (result,), _, unusable = seal_files([path])
    assert unusable == []
    assert result["sealed"], result["findings"]
    return Path(result["sealed"])


def state(path: Path) -> str:
    return seal_state(read_submission(path, PACK), PACK)


def told(path: Path) -> list[tuple[str, str, str]]:
    """Return what is told of a form: rule, indicator, message."""
    (result,), _, _ = check_files([path])
    return [(f["rule"], f["indicator"], f["message"]) for f in result["findings"] if f["rule"].startswith("SEAL")]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def values(path: Path) -> dict[tuple[str, str], object]:
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (s.title, c.coordinate): show(c.value)
        for s in book.worksheets
        for row in s.iter_rows()
        for c in row
        if c.value not in (None, "") and not (s.title == "huibao" and str(s.cell(c.row, 1).value).startswith("sealed"))
    }


def open_cells(path: Path) -> list[str]:
    """Return the cells that may be typed into."""
    book = openpyxl.load_workbook(path)
    return [
        f"{s.title}!{c.coordinate}"
        for s in book.worksheets
        for row in s.iter_rows()
        for c in row
        if not (s.protection.sheet and c.protection.locked)
    ]


def test_a_sealed_form_stands_beside_its_file_which_stays_as_it_was(form: Path) -> None:
    before = form.read_bytes()
    target = seal(form)
    assert target == form.with_name("甲县_已封存.xlsx")
    assert form.read_bytes() == before
    assert sorted(p.name for p in form.parent.iterdir()) == ["甲县.xlsx", "甲县_已封存.xlsx"]


def test_a_sealed_form_reads_as_the_form_it_was_made_of_and_is_sound(form: Path) -> None:
    target = seal(form)
    assert everything(read_submission(target)) == everything(read_submission(form))
    assert faults(target) == []
    assert (state(form), state(target)) == ("unsealed", "sealed")
    assert open_cells(form)
    assert open_cells(target) == []


def test_only_stamp_locks_and_the_advice_to_read_change(form: Path) -> None:
    before, after = parts(form), parts(seal(form))
    assert list(after) == list(before)
    differing = [name for name in before if before[name] != after[name]]
    stamp = f"xl/worksheets/sheet{len(openpyxl.load_workbook(form).sheetnames)}.xml"
    assert sorted(differing) == sorted(["xl/styles.xml", "xl/workbook.xml", stamp])


def test_the_check_code_told_is_the_one_on_the_cover(form: Path) -> None:
    (result,), said, _ = seal_files([form])
    cover = {r[1]: r[2] for r in openpyxl.load_workbook(form, data_only=True)["封面"].iter_rows(values_only=True)}
    assert result["code"] == cover["校验码"]
    assert f"校验码 {cover['校验码']}" in "".join(said[str(form)])
    assert read_submission(Path(result["sealed"])).seal.code == cover["校验码"]


def test_libreoffice_shows_a_sealed_form_as_it_was_and_lets_nothing_be_typed(
    sealed: Path, desk: Desk, tmp_path: Path
) -> None:
    own = read_submission(sealed)
    cell = own.cells[CODE, "value"]
    desk.open(sealed)
    assert desk.get(cell.sheet, [cell.address]) == [float(cell.raw)]
    with pytest.raises(DeskError):
        desk.put(cell.sheet, cell.address, 7)
    again = tmp_path / "again.xlsx"
    desk.save_as(again)
    assert open_cells(again) == []
    ours, theirs = values(sealed), values(again)
    assert {place for place in ours if theirs.get(place) != ours[place]} == set()
    assert everything(read_submission(again)) == everything(own)
    assert state(again) == "sealed"


def test_a_form_saved_as_ods_is_still_sealed_but_cannot_be_sealed_itself(
    sealed: Path, forms: list[Path], desk: Desk, tmp_path: Path
) -> None:
    for source, name in ((sealed, "sealed.ods"), (forms[0], "open.ods")):
        desk.open(source)
        desk.save_as(tmp_path / name)
    assert state(tmp_path / "sealed.ods") == "sealed"
    assert told(tmp_path / "sealed.ods") == []
    results, _, (sentence,) = seal_files([tmp_path / "open.ods"])
    assert results == []
    assert "另存为 .xlsx" in sentence
    assert sorted(p.name for p in tmp_path.iterdir()) == ["open.ods", "sealed.ods"]


def test_a_form_that_libreoffice_saved_can_be_sealed(forms: list[Path], desk: Desk, tmp_path: Path) -> None:
    saved = tmp_path / "saved.xlsx"
    desk.open(forms[0])
    desk.save_as(saved)
    target = seal(saved)
    assert everything(read_submission(target)) == everything(read_submission(forms[0]))
    assert open_cells(target) == []
    assert [f for f in faults(target) if "theme" not in f] == []  # which LibreOffice leaves out


def row_of(book: Any, code: str) -> tuple[Any, int]:
    return next((s, r) for s in book.worksheets for r in range(1, s.max_row + 1) if s.cell(r, 1).value == code)


def remove_row(book: Any, code: str) -> None:
    sheet, row = row_of(book, code)
    sheet.delete_rows(row)


def put_text(book: Any, code: str, value: str | None) -> None:
    sheet, row = row_of(book, code)
    for column in range(4, 10):
        if sheet.cell(row, column).value is not None:
            sheet.cell(row, column).value = value


@pytest.mark.parametrize(
    ("change", "rule", "indicator", "message"),
    [
        (lambda b: put(b, CODE, 7), "SEAL", CODE, "党员总数封存时是“{then}”，现在是“7”"),
        (lambda b: put(b, CODE, None), "SEAL", CODE, "党员总数封存时是“{then}”，现在是“空白”"),
        (lambda b: put(b, CODE, "未统计"), "SEAL", CODE, "党员总数封存时是“{then}”，现在是“未统计”"),
        (lambda b: put_text(b, "TXT_PLANS.2", "改"), "SEAL-TEXT", "TXT_PLANS", "{text}第 2 条封存后改写了"),
        (lambda b: put_text(b, "TXT_PLANS.2", None), "SEAL-TEXT", "TXT_PLANS", "{text}第 2 条封存后删去了"),
        (lambda b: remove_row(b, "TXT_PLANS.1"), "SEAL-TEXT", "TXT_PLANS", "{text}第 1 条封存后删去了"),
    ],
    ids=["figure", "blank", "state", "text", "no text", "item"],
)
def test_what_was_changed_after_sealing_is_told(
    change: Callable[[Any], None], rule: str, indicator: str, message: str, sealed: Path, tmp_path: Path
) -> None:
    path = changed(sealed, tmp_path / "changed.xlsx", change)
    then = read_submission(sealed).cells[CODE, "value"].raw
    assert told(path) == [(rule, indicator, message.format(then=then, text=PACK.texts["TXT_PLANS"].name))]
    assert state(path) == "changed"
    (result,), said, _ = check_files([path])
    (finding,) = [f for f in result["findings"] if f["rule"] == rule]
    assert finding["severity"] == "warning"
    assert finding["sheet"]
    assert "封存后有改动" in "".join(said[str(path)])


def test_a_row_deleted_after_sealing_is_told_figure_by_figure(sealed: Path, tmp_path: Path) -> None:
    path = changed(sealed, tmp_path / "deleted.xlsx", lambda book: remove_row(book, CODE))
    then = {m: c.raw for (code, m), c in read_submission(sealed).cells.items() if code == CODE}
    assert told(path) == [
        ("SEAL", CODE, f"党员总数封存时是“{then['value']}”，现在是“空白”"),
        ("SEAL", CODE, f"党员总数上年同期封存时是“{then['prior']}”，现在是“空白”"),
    ]


def test_rows_moved_about_are_no_change(sealed: Path, tmp_path: Path) -> None:
    def moved(book: Any) -> None:
        sheet, row = row_of(book, CODE)
        sheet.insert_rows(row, 2)
        book.move_sheet(sheet, 2)

    assert state(changed(sealed, tmp_path / "moved.xlsx", moved)) == "sealed"


def test_an_altered_stamp_is_told_by_the_check_code(sealed: Path, tmp_path: Path) -> None:
    def other_unit(book: Any) -> None:
        sheet, row = row_of(book, "unit")
        sheet.cell(row, 2).value = "X02"

    path = changed(sealed, tmp_path / "other.xlsx", other_unit)
    was, now = (code_of(read_submission(p), PACK) for p in (sealed, path))
    assert told(path) == [("SEAL", "", f"校验码封存时是“{was}”，现在是“{now}”")]


def test_of_many_changes_some_are_told_and_the_rest_counted(sealed: Path, tmp_path: Path) -> None:
    def cut(book: Any) -> None:
        for code in (CODE, "DIS_TALK_PT", "THE_CENTER_SESSIONS"):
            book.remove(row_of(book, code)[0])

    rules = [rule for rule, _, _ in told(changed(sealed, tmp_path / "cut.xlsx", cut))]
    assert (rules.count("SEAL"), rules.count("SEAL-REST"), len(rules)) == (20, 1, 21)


def test_a_sealed_form_is_not_sealed_twice(sealed: Path) -> None:
    before = sealed.read_bytes()
    (result,), said, _ = seal_files([sealed])
    assert result["sealed"] == str(sealed)
    assert "不用再封存" in said[str(sealed)][0]
    assert sealed.read_bytes() == before
    assert len(list(sealed.parent.iterdir())) == 2


def test_a_form_changed_after_sealing_is_sealed_anew(sealed: Path, tmp_path: Path) -> None:
    path = changed(sealed, tmp_path / "甲县_已封存.xlsx", lambda b: put_text(b, "TXT_PLANS.2", None))
    assert state(path) == "changed"
    again = seal(path)
    assert again == path
    assert state(again) == "sealed"
    assert ("TXT_PLANS", 2) not in read_submission(again).seal.texts
    assert told(again) == []


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda b: put(b, CODE, "约三百"), "error"),
        (lambda b: put(b, CODE, "未统计"), "confirm"),
    ],
)
def test_a_form_that_does_not_pass_is_not_sealed(
    change: Callable[[Any], None], verdict: str, form: Path, tmp_path: Path
) -> None:
    path = changed(form, tmp_path / "乙县.xlsx", change)
    (result,), said, _ = seal_files([path])
    assert (result["verdict"], result["sealed"], result["code"]) == (verdict, "", "")
    assert "没有封存" in said[str(path)][0]
    assert not list(tmp_path.glob("*已封存*"))


def test_macros_are_copied_and_the_name_keeps_its_ending(form: Path, tmp_path: Path) -> None:
    path = tmp_path / "乙县.xlsm"
    shutil.copy(form, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    target = seal(path)
    assert target.name == "乙县_已封存.xlsm"
    assert parts(target)["xl/vbaProject.bin"] == b"macro"


def test_sheets_whose_protection_was_taken_off_are_protected_again(form: Path, tmp_path: Path) -> None:
    def open_up(book: Any) -> None:
        book["封面"].protection.disable()
        sheet, _ = row_of(book, CODE)
        sheet.protection.sheet = False

    path = changed(form, tmp_path / "乙县.xlsx", open_up)
    target = seal(path)
    assert open_cells(target) == []
    assert [f for f in faults(target) if "/fonts[" not in f] == []  # which openpyxl writes in another order


def broken(path: Path, part: str, content: bytes) -> None:
    kept = parts(path) | {part: content}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in kept.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("part", "content"),
    [("xl/styles.xml", b"<styleSheet"), ("xl/media/image1.png", bytes(70 * 1024 * 1024))],
    ids=["broken styles", "too large"],
)
def test_a_workbook_too_odd_to_be_frozen_gets_a_sentence_and_no_file(part: str, content: bytes, form: Path) -> None:
    broken(form, part, content)
    results, _, unusable = seal_files([form])
    assert len(unusable) == 1
    assert results == []
    assert [p.name for p in form.parent.iterdir()] == [form.name]
