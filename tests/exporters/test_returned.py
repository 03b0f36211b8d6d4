"""Returned forms: the unit's own workbook, bad cells marked and noted, nothing else changed, nothing from outside."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import office, party_building
from openpyxl.comments import Comment
from returns import AGAIN, SHEET, Office, changed, corrected, everything, faults, marks, notes, put, rows_of, told
from xlsb import grids_of

from exporters import cores
from exporters.demo.run import DemoRound
from exporters.returned.book import returned_name
from exporters.returned.notes import shortened
from workbook.layout import RULES_SHEET
from workbook.reading.submission import read_submission
from workbook.round import RESULTS

EVIL = '=HYPERLINK("http://x","点我")'
LONG = "长" * 30_000


@pytest.fixture
def desk(tmp_path: Path, demo: dict[str, DemoRound]) -> Office:
    return Office(tmp_path / "round", demo["2020H1"])


def test_the_demo_returns_the_forms_that_were_rejected(demo: dict[str, DemoRound]) -> None:
    entry = demo["2020H1"]
    folder = entry.collection.round.path / RESULTS / "退回"
    assert sorted(p.name for p in folder.iterdir()) == ["S13_市民政局.xlsx", "X04_白湖县.xlsx"]
    assert set(folder.iterdir()) <= set(entry.outputs)
    assert not (demo["2020"].collection.round.path / RESULTS / "退回").exists()


def test_marks_and_notes_stand_on_exactly_the_bad_cells(desk: Office) -> None:
    path = desk.receive(desk.form("X04"))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    collection, (target,) = desk.run()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    book, found = openpyxl.load_workbook(target), told(collection, path.name)
    assert [f.severity for f in found] == ["error", "warning"]
    assert set(notes(book)) == {(f.sheet, f.cell) for f in found}
    assert {m[:2] for m in marks(book)} == {(f.sheet, f.cell) for f in found}
    assert len({m[2] for m in marks(book)}) == 2
    for f in found:
        assert f.message in notes(book)[f.sheet, f.cell]
        assert f.remedy in notes(book)[f.sheet, f.cell]


def test_marks_of_errors_come_before_the_live_colours_of_the_form_and_others_behind(desk: Office) -> None:
    path = desk.receive(desk.form("X04"))
    collection, (target,) = desk.run()
    error, hint = told(collection, path.name)
    rules = [
        (str(p.sqref), r) for p in openpyxl.load_workbook(target)[error.sheet].conditional_formatting for r in p.rules
    ]
    assert len({r.priority for _, r in rules}) == len(rules)
    ours = {at: r.priority for at, r in rules if "Huibao" in r.formula[0]}
    live = [r.priority for _, r in rules if "Huibao" not in r.formula[0]]
    assert ours[error.cell] < min(live) <= max(live) < ours[hint.cell]


def test_styles_validations_and_protection_stay(desk: Office) -> None:
    path = desk.receive(desk.form("X04"))
    _, (target,) = desk.run()
    own, back = openpyxl.load_workbook(path), openpyxl.load_workbook(target)
    assert back.sheetnames == [SHEET, *own.sheetnames]
    for sheet in own.worksheets:
        other = back[sheet.title]
        assert (other.protection.sheet, other.sheet_state) == (sheet.protection.sheet, sheet.sheet_state)
        assert other.data_validations.count == sheet.data_validations.count
        pairs = {(a.style_id, other[a.coordinate].style_id): a.coordinate for r in sheet.iter_rows() for a in r}
        for at in pairs.values():
            looks = [repr((c.fill, c.border, c.number_format, c.protection, c.font)) for c in (sheet[at], other[at])]
            assert looks[0] == looks[1], (sheet.title, at)


def test_the_first_sheet_lists_what_blocks_first_with_links_to_the_cells(desk: Office) -> None:
    path = desk.receive(desk.form("X04"))
    collection, (target,) = desk.run()
    book = openpyxl.load_workbook(target)
    assert book.active.title == SHEET == book.sheetnames[0]
    assert [s.title for s in book.worksheets if s.sheet_view.tabSelected] == [SHEET]
    assert book[SHEET].protection.sheet
    rows, found = rows_of(book), told(collection, path.name)
    assert [r["程度"].value for r in rows] == ["必须改正", "提示"]
    assert [(r["问题"].value, r["怎么办"].value) for r in rows] == [(f.message, f.remedy) for f in found]
    for row, f in zip(rows, found, strict=True):
        link = row["哪里"].hyperlink
        sheet, cell = re.fullmatch(r"'(.+)'!([A-Z]+\d+)", link.location).groups()
        assert link.target is None
        assert (sheet, cell) == (f.sheet, f.cell)
        assert book[sheet][cell].comment is not None
    words = [str(c.value) for r in book[SHEET].iter_rows() for c in r if c.value]
    assert any("白湖县" in w and "2020年上半年" in w for w in words)
    assert any("必须改正 1 处，须说明 0 处，提示 1 处" in w for w in words)
    assert any(collection.round.office in w for w in words)
    assert not [c for r in book[SHEET].iter_rows() for c in r if c.data_type == "f"]


def test_every_cell_shows_and_computes_what_it_did(desk: Office) -> None:
    """openpyxl alone would drop the results of formulas; Protected View and LibreOffice show them."""
    path = desk.receive(desk.form("X04"))
    _, (target,) = desk.run()
    seen = 0
    for data_only in (True, False):
        own, back = (openpyxl.load_workbook(p, data_only=data_only) for p in (path, target))
        for sheet in own.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    other = back[sheet.title][cell.coordinate]
                    assert (other.value, other.data_type) == (cell.value, cell.data_type), (
                        sheet.title,
                        cell.coordinate,
                    )
                    seen += cell.data_type == "f"
    assert seen > 5000


def test_a_returned_form_is_valid_ooxml_and_libreoffice_opens_it(desk: Office, tmp_path: Path) -> None:
    desk.receive(desk.form("X04"))
    _, (target,) = desk.run()
    assert faults(target) == []
    assert office(target, "pdf", tmp_path / "pdf").stat().st_size > 50_000


@pytest.mark.parametrize("program", ["as it is", "saved by LibreOffice"])
def test_a_returned_form_sent_again_reads_as_the_one_before(program: str, desk: Office, tmp_path: Path) -> None:
    path = desk.receive(desk.form("X04"))
    _, (target,) = desk.run()
    again = target if program == "as it is" else office(target, AGAIN, tmp_path / "lo")
    assert everything(read_submission(again)) == everything(read_submission(path))


def test_a_corrected_returned_form_is_accepted_and_the_stale_one_goes(desk: Office) -> None:
    desk.receive(desk.form("X04"))
    desk.receive(desk.form("X01"))
    collection, (target,) = desk.run()
    assert collection.states == {"X01": "accepted", "X04": "returned"}
    desk.receive(target, "X04 改.xlsx", corrected)
    collection, paths = desk.run()
    assert collection.states == {"X01": "accepted", "X04": "accepted"}
    assert paths == []
    assert not target.exists()


@pytest.mark.parametrize("program", ["openpyxl", "LibreOffice"])
def test_marks_of_an_earlier_return_are_replaced(program: str, desk: Office, tmp_path: Path) -> None:
    def another_slip(book: Any) -> None:
        corrected(book)
        put(book, "DIS_TALK_PT", "约八十")

    desk.receive(desk.form("X04"))
    _, (target,) = desk.run()
    source = target if program == "openpyxl" else office(target, AGAIN, tmp_path / "lo")
    second = desk.receive(source, "第二次.xlsx", another_slip)
    collection, (target,) = desk.run()
    book, found = openpyxl.load_workbook(target), told(collection, second.name)
    assert [f.rule for f in found if f.severity == "error"] == ["UNREADABLE"]
    assert [s for s in book.sheetnames if s.startswith(SHEET)] == [SHEET]
    assert {m[:2] for m in marks(book)} == {(f.sheet, f.cell) for f in found if f.cell}
    assert set(notes(book)) == {(f.sheet, f.cell) for f in found if f.cell}
    assert [r["问题"].value for r in rows_of(book)] == [f.message for f in found]


def test_a_version_that_stays_in_use_is_named(desk: Office) -> None:
    first = desk.receive(desk.form("X04"), "第一次.xlsx", corrected)
    second = desk.receive(desk.form("X04"), "第二次.xlsx")
    collection, (target,) = desk.run()
    assert collection.submissions["X04"].file == first.name
    words = [str(c.value) for r in openpyxl.load_workbook(target)[SHEET].iter_rows() for c in r if c.value]
    assert any("采用" in w and first.name in w for w in words)
    assert any("退回" in w and second.name in w for w in words)


def test_an_explained_finding_is_listed_with_its_reason_and_leaves_no_mark(desk: Office) -> None:
    def explained(book: Any) -> None:
        put(book, "DIS_TALK_PT", "未统计")
        for row in book["变动说明"].iter_rows():
            if str(row[0].value).startswith("TXT_CHANGE_NOTES") and row[2].value == 1:
                row[4].value, row[5].value = "台账在途，八月补报", party_building().indicators["DIS_TALK_PT"].name

    path = desk.receive(desk.form("X04"), change=explained)
    collection, (target,) = desk.run()
    f = next(f for f in told(collection, path.name) if f.rule == "STATED-MISSING")
    assert f.reason == "台账在途，八月补报"
    book = openpyxl.load_workbook(target)
    row = next(r for r in rows_of(book) if r["规则"].value == "缺数说明")
    assert (row["程度"].value, row["单位的说明"].value) == ("已说明", f.reason)
    assert (f.sheet, f.cell) not in notes(book)


def test_a_mark_goes_when_the_cell_is_changed(desk: Office, tmp_path: Path) -> None:
    """Every condition is true in the form as sent; LibreOffice says which are after each cell was changed."""

    def slips(book: Any) -> None:
        for code, value in {"DIS_TALK_PT": "约八十", "DIS_FILED_CASES": None, "DIS_DETAINED": '说"不清"'}.items():
            put(book, code, value)
        put(book, "TXT_OPENING.1", "长\n文" * 300, 4)

    desk.receive(desk.form("X04"), change=slips)
    _, (target,) = desk.run()
    book = openpyxl.load_workbook(target)
    found = marks(book)
    assert len(found) >= 6
    assert any(sheet == "文字材料" for sheet, *_ in found)

    def verdicts(name: str) -> list[object]:
        sheet = book.create_sheet(name)
        for row, (place, _, _, condition) in enumerate(found, 1):
            sheet.cell(row, 1).value = "=" + re.sub(r"\$[A-Z]+\$\d+", lambda m, p=place: f"'{p}'!{m[0]}", condition)
        book.save(tmp_path / f"{name}.xlsx")
        again = openpyxl.load_workbook(office(tmp_path / f"{name}.xlsx", AGAIN, tmp_path / "lo"), data_only=True)
        return [again[name].cell(row, 1).value for row in range(1, len(found) + 1)]

    assert verdicts("before") == [True] * len(found)
    for sheet, cell, _, _ in found:
        book[sheet][cell].value = 9
    assert verdicts("after") == [False] * len(found)


def test_hostile_text_stays_text(desk: Office) -> None:
    def hostile(book: Any) -> None:
        put(book, "DIS_TALK_PT", EVIL)
        put(book, "DIS_FILED_CASES", "<b>&amp;</b>")
        put(book, "DIS_DETAINED", LONG)

    path = desk.receive(desk.form("X04"), change=hostile)
    collection, (target,) = desk.run()
    book, found = openpyxl.load_workbook(target), told(collection, path.name)
    assert sum(f.rule == "UNREADABLE" for f in found) == 3
    cells = [c for s in book.worksheets for r in s.iter_rows() for c in r if isinstance(c.value, str)]
    assert [c for c in cells if c.data_type == "s" and EVIL in c.value]
    assert not [c for c in cells if c.data_type == "f" and "http" in c.value]
    rows = rows_of(book)
    assert [r["问题"].value for r in rows] == [shortened(f.message) for f in found]
    assert max(len(r["问题"].value) for r in rows) <= 240
    assert any("<b>&amp;</b>" in note for note in notes(book).values())
    assert everything(read_submission(target)) == everything(read_submission(path))
    assert faults(target) == []


@pytest.mark.parametrize("sheet", ["填报说明", RULES_SHEET])
def test_nothing_in_a_returned_form_runs_or_leads_outside(sheet: str, desk: Office, tmp_path: Path) -> None:
    outside = ["=[1]Sheet1!A1", "=cmd|'/C calc'!A0", '=WEBSERVICE("http://x")', EVIL]

    def lures(book: Any) -> None:
        for row, formula in enumerate(outside, 1):
            book[sheet].cell(row, 20).value = formula
        book[sheet]["T9"].hyperlink = "http://x.example"
        book[sheet]["S9"].comment = Comment("自己的话", "填报人")
        book.defined_names["lure"] = openpyxl.workbook.defined_name.DefinedName("lure", attr_text="[1]Sheet1!$A$1")

    hostile = changed(desk.form("X04"), tmp_path / "hostile.xlsx", lures)
    with zipfile.ZipFile(hostile, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
        archive.writestr("xl/embeddings/oleObject1.bin", b"object")
    desk.receive(hostile)
    _, (target,) = desk.run()
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        rels = b"".join(archive.read(n) for n in names if n.endswith(".rels"))
        whole = b"".join(archive.read(n) for n in names if n.endswith(".xml"))
    assert not [n for n in names if "vba" in n or "embedding" in n or "externalLink" in n]
    assert b"External" not in rels
    assert b"lure" not in whole
    book = openpyxl.load_workbook(target)
    assert not [f for f in outside if f in [c.value for c in book[sheet]["T"]]]
    assert notes(book)[sheet, "S9"] == "自己的话"
    own, back = openpyxl.load_workbook(desk.form("X04")), openpyxl.load_workbook(target)
    kept = [c for s in own.worksheets for r in s.iter_rows() for c in r if c.data_type == "f"]
    assert all(back[c.parent.title][c.coordinate].value == c.value for c in kept)  # the form's own formulas


def test_many_forms_are_marked_on_all_cores_as_one_is(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.receive(desk.form("X04"))
    desk.receive(desk.form("X01"), change=lambda book: put(book, "DIS_TALK_PT", "约八十"))
    _, one_by_one = desk.run()
    monkeypatch.setattr(cores, "_WORTH_A_POOL", 1)
    alone = [marks(openpyxl.load_workbook(p)) for p in one_by_one]
    _, together = desk.run()
    assert [p.name for p in together] == ["X01_青禾县.xlsx", "X04_白湖县.xlsx"]
    assert [marks(openpyxl.load_workbook(p)) for p in together] == alone


def test_the_file_is_named_by_code_and_name(desk: Office) -> None:
    unit = replace(desk.round.units[0], name="甲/乙 局")
    assert returned_name(unit, desk.round) == "X01_甲乙局.xlsx"


def test_a_form_that_came_in_an_archive_is_marked_like_any_other(desk: Office, tmp_path: Path) -> None:
    form = desk.form("X04")
    with zipfile.ZipFile(tmp_path / "上报.zip", "w") as archive:
        archive.write(form, "白湖县/报表.xlsx")
    desk.receive(tmp_path / "上报.zip")
    collection, (target,) = desk.run()
    assert collection.balance.files["attached"] == collection.balance.files["rejected"] == 1
    assert collection.balance.balanced
    book = openpyxl.load_workbook(target)
    assert set(notes(book)) == {(f.sheet, f.cell) for f in told(collection, "上报.zip/白湖县/报表.xlsx")}
    assert not any("这是一份新表" in str(c.value) for r in book[SHEET].iter_rows() for c in r)
    assert everything(read_submission(target)) == everything(read_submission(form))


def test_a_returned_form_that_would_read_the_same_is_not_written_again(desk: Office) -> None:
    desk.receive(desk.form("X04"))
    _, (target,) = desk.run()
    first, content = target.stat().st_mtime_ns, target.read_bytes()
    assert desk.run()[1] == [target]
    assert target.stat().st_mtime_ns == first
    there, desk.round = desk.round, replace(desk.round, path=Path(os.path.relpath(desk.round.path)))
    assert [path.resolve() for path in desk.run()[1]] == [target]  # the same round, named from where one stands
    assert target.stat().st_mtime_ns == first
    desk.round = there
    for spoil in (lambda: target.write_bytes(content + b" "), target.unlink):
        spoil()
        assert desk.run()[1] == [target]
        assert grids_of(target) == grids_of_bytes(content, target)
    last = target.stat().st_mtime_ns
    desk.round = replace(desk.round, office="另一个办公室")
    desk.run()
    assert target.stat().st_mtime_ns > last


def grids_of_bytes(content: bytes, beside: Path) -> object:
    path = beside.parent.parent / "was.xlsx"
    path.write_bytes(content)
    return grids_of(path)
