"""Reading back: by stamp and code, the same data as was written, whatever program saved the file since."""

from __future__ import annotations

import random
import struct
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from helpers import NOTHING, a_round, judged, office, party_building, plan
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.cell import MergedCell

from workbook.computed import definition
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.model import Cell, Measure, State, Submission, Unit
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_submission
from workbook.reading.values import read_figure, show

UNIT = Unit("X01", "青禾县", "county")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blank")
    round_ = a_round(folder, [UNIT], "2020H1")
    path = folder / "form.xlsx"
    write_form(path, round_, plan(round_, UNIT), blank_contents(round_, NOTHING)["X01"])
    return path


def filled_by_hand(blank: Path, target: Path) -> Path:
    """Fill the form as a clerk would: some numbers, words, texts, an unreadable cell."""
    book = openpyxl.load_workbook(blank)
    entries = {"BASE_COMMITTEES": 0, "BASE_BRANCHES": 51, "BASE_MEMBERS": "不适用", "BASE_INSERVICE": " 未统计 "}
    entries |= {"BASE_VILLAGES": "约三十", "BASE_ENT_ABOVE": "136"}
    for row in book["基本情况"].iter_rows(min_row=5):
        if row[0].value in entries:
            row[4].value = entries[row[0].value]
    for row in book["文字材料"].iter_rows():
        if row[0].value == "TXT_DOCS_ISSUED.1":
            row[3].value, row[4].value, row[5].value = "青发〔2020〕3号", "关于春耕的通知", datetime(2020, 3, 1)
        if row[0].value == "TXT_OPENING.1":
            row[3].value = "全县党建工作紧扣产粮大县这个县情。"
    for row in book["变动说明"].iter_rows():
        if row[0].value == "TXT_CHANGE_NOTES.1":
            row[3].value, row[4].value, row[5].value = "r105", "乡镇合并划转党员关系", "BASE_MEMBERS"
        if row[0].value == "TXT_CHANGE_NOTES.2":
            row[3].value, row[4].value = "R107", "太短"
    book.save(target)
    return target


def expected(path: Path) -> None:
    s = read_submission(path, party_building())
    assert (s.unit, s.period) == (UNIT, "2020H1")
    states = {c: s.cells[c, "value"].state for c, m in s.cells if m == "value"}
    assert states["BASE_COMMITTEES"] == State.ZERO
    assert states["BASE_BRANCHES"] == State.NUMBER
    assert states["BASE_MEMBERS"] == State.NOT_APPLICABLE
    assert states["BASE_INSERVICE"] == State.NOT_COUNTED
    assert states["BASE_KEY_PROJECTS"] == State.BLANK
    assert states["BASE_VILLAGES"] == State.UNREADABLE
    assert s.cells["BASE_ENT_ABOVE", "value"].scaled == 136
    assert s.cells["BASE_VILLAGES", "value"].raw == "约三十"
    assert (s.cells["BASE_BRANCHES", "value"].sheet, s.cells["BASE_BRANCHES", "value"].address) == ("基本情况", "E7")
    assert s.texts["TXT_DOCS_ISSUED"][0].values == ("关于春耕的通知", "青发〔2020〕3号", "2020-03-01", "", "")
    assert s.texts["TXT_PLANS"] == ()
    assert s.reasons == {"R105": "乡镇合并划转党员关系"}


def test_a_filled_form_is_read_back_by_its_codes(blank: Path, tmp_path: Path) -> None:
    expected(filled_by_hand(blank, tmp_path / "filled.xlsx"))


def test_a_form_saved_again_by_libreoffice_is_read_the_same(blank: Path, tmp_path: Path) -> None:
    path = filled_by_hand(blank, tmp_path / "filled.xlsx")
    expected(office(path, "xlsx:Calc MS Excel 2007 XML", tmp_path / "lo"))


def typed(s: Submission) -> dict[tuple[str, Measure], Cell]:
    """Return what was filled in; what a program caches for a blank formula differs and is never trusted."""
    indicators = party_building().indicators
    return {(c, m): cell for (c, m), cell in s.cells.items() if definition(indicators[c], m, indicators) is None}


@pytest.mark.parametrize("to", ["xls", "ods"])
def test_a_form_saved_as_xls_or_ods_is_read_as_if_it_were_xlsx(to: str, blank: Path, tmp_path: Path) -> None:
    path = filled_by_hand(blank, tmp_path / "filled.xlsx")
    other = office(path, to, tmp_path / "lo")
    expected(other)
    one, two = read_submission(path, party_building()), read_submission(other, party_building())
    assert typed(one) == typed(two)
    for same in ("unit", "period", "modules", "texts", "reasons", "handed", "switches", "places"):
        assert getattr(one, same) == getattr(two, same), same
    whole = {r: [f.cell for f in judged(s).findings[s.unit.code]] for r, s in (("xlsx", one), (to, two))}
    assert whole["xlsx"] == whole[to]


def test_an_xls_with_a_password_is_told_from_its_records(blank: Path, tmp_path: Path) -> None:
    path = office(blank, "xls", tmp_path)
    data = path.read_bytes()
    country = struct.pack("<HH", 0x008C, 4)  # records without meaning for us become the mark of a password
    path.write_bytes(data.replace(country, struct.pack("<HH", 0x002F, 4)))
    with pytest.raises(Unreadable) as caught:
        read_submission(path)
    assert caught.value.reason == "encrypted"


def test_a_moved_row_is_found_by_its_code(blank: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(blank)
    sheet = book["基本情况"]
    sheet.insert_rows(5, 3)
    for row in sheet.iter_rows(min_row=5):
        if row[0].value == "BASE_MEMBERS":
            row[4].value = 77
            row[4].data_type = "n"
    sheet.title = "改了名"
    book.save(tmp_path / "moved.xlsx")
    cell = read_submission(tmp_path / "moved.xlsx", party_building()).cells["BASE_MEMBERS", "value"]
    assert (cell.scaled, cell.sheet) == (77, "改了名")


FOREIGN = {
    "empty": b"",
    "pdf": b"%PDF-1.7 scan",
    "image": b"\xff\xd8\xff\xe0 photo",
    "rar": b"Rar!\x1a\x07\x01\x00",
    "encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    "other": b"PK\x03\x04 broken zip",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_form_is_told_by_its_content(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "报表.xlsx"
    path.write_bytes(FOREIGN[kind])
    with pytest.raises(Unreadable) as caught:
        read_submission(path)
    assert caught.value.reason == kind


def test_a_workbook_of_somebody_elses_making_has_no_stamp(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "own.xlsx")
    with pytest.raises(Unreadable) as caught:
        read_submission(tmp_path / "own.xlsx")
    assert caught.value.reason == "no_stamp"


def test_a_damaged_copy_is_told_apart_from_a_form_wherever_it_breaks(blank: Path, tmp_path: Path) -> None:
    data = blank.read_bytes()
    for cut in range(1, 10):
        path = tmp_path / f"cut{cut}.xlsx"
        path.write_bytes(data[: len(data) * cut // 10] + bytes(50))
        with pytest.raises(Unreadable):
            read_submission(path)


@given(st.integers(-(10**11), 10**11), st.integers(0, 4))
def test_a_number_is_read_exactly_as_shown(scaled: int, decimals: int) -> None:
    cell = read_figure(scaled / 10**decimals, decimals, "", "")
    assert cell.scaled == scaled
    assert cell.digits <= decimals


@given(st.text())
def test_no_text_becomes_a_number_by_accident(text: str) -> None:
    cell = read_figure(text, 2, "", "")
    if cell.state.known:
        assert show(text).lstrip("+-").replace(".", "", 1).isdigit()


def test_floating_point_noise_is_not_too_many_decimals() -> None:
    assert read_figure(0.1 + 0.2, 2, "", "").digits == 1


ODD: list[object] = [
    *(
        True,
        datetime(2020, 5, 1),
        1e300,
        -1e-300,
        10**14,
        "#REF!",
        "=1/0",
        "＝",
        "１２",
        "12 ",
        "-",
        "\n",
        "0.1.2",
        "不适用 ",
    ),
    *("x" * 5000, "<w:t>", "{{ x }}", "=HYPERLINK(1)", -5, 3.14159, "1e5", "∞", "٣", "二十"),
]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_stands_in_cells_is_read_and_judged_without_a_crash(seed: int, blank: Path, tmp_path: Path) -> None:
    rng = random.Random(seed)
    book = openpyxl.load_workbook(blank)
    for sheet in book.worksheets[1:-1]:
        for row in sheet.iter_rows():
            for cell in row[1:]:
                if rng.random() < 0.3 and not isinstance(cell, MergedCell):
                    cell.value = rng.choice(ODD)
    book.save(tmp_path / "odd.xlsx")
    s = read_submission(tmp_path / "odd.xlsx", party_building())
    assert judged(s).findings[s.unit.code]


def restamped(blank: Path, target: Path, key: str, value: str) -> Path:
    book = openpyxl.load_workbook(blank)
    for row in book["huibao"].iter_rows():
        if row[0].value == key:
            row[1].value = value
    book.save(target)
    return target


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("period", "9999X", "no_stamp"),
        ("tier", "planet", "no_stamp"),
        ("unit", "", "no_stamp"),
        ("pack", "../etc", "other_pack"),
        ("form_version", "0", "old_form"),
    ],
)
def test_a_tampered_stamp_is_refused(key: str, value: str, reason: str, blank: Path, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        read_submission(restamped(blank, tmp_path / "stamp.xlsx", key, value))
    assert caught.value.reason == reason


def test_a_stamp_with_unknown_modules_is_a_form_without_indicators(blank: Path, tmp_path: Path) -> None:
    assert read_submission(restamped(blank, tmp_path / "stamp.xlsx", "modules", "z")).cells == {}


def test_a_form_handed_out_before_a_module_was_switched_off_is_still_read(blank: Path) -> None:
    from workbook.checks.check import check

    s = read_submission(blank, party_building())
    checked = check(party_building(), {"a": s}, NOTHING, period=s.period, modules=("core",))
    assert not [f for f in checked.findings["a"] if f.indicator == "ORG_WEAK_IDENTIFIED"]
