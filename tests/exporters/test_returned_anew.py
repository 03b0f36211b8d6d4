"""Returned forms that cannot be marked: a new form with what was understood comes back."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import office
from returns import SHEET, Office, marks, notes, put, rows_of, told
from xlsb import grids_of, write_xlsb

from exporters.demo.run import DemoRound
from exporters.package import sheet_names
from workbook.layout import RULES_SHEET
from workbook.reading.submission import read_submission


@pytest.fixture
def desk(tmp_path: Path, demo: dict[str, DemoRound]) -> Office:
    return Office(tmp_path / "round", demo["2020H1"])


def test_a_mangled_workbook_comes_back_as_a_new_form_with_what_was_understood(desk: Office) -> None:
    def mangled(book: Any) -> None:
        del book["思想理论武装"]
        put(book, "DIS_TALK_PT", "约八十")

    path = desk.receive(desk.form("X04"), change=mangled)
    _, (target,) = desk.run()
    book = openpyxl.load_workbook(target)
    assert "思想理论武装" in book.sheetnames
    own, new = read_submission(path), read_submission(target)
    understood = {k: c.raw for k, c in own.cells.items() if c.address and c.raw}
    assert len(understood) > 200
    assert {k: new.cells[k].raw for k in understood} == understood
    assert {c: [r.values for r in rows] for c, rows in new.texts.items()} == {
        c: [r.values for r in rows] for c, rows in own.texts.items()
    }
    rows = rows_of(book)
    assert {("必须改正", "必填"), ("必须改正", "非数字")} <= {(r["程度"].value, r["规则"].value) for r in rows}
    assert set(notes(book)) == {tuple(re.findall(r"[^'!]+", r["哪里"].hyperlink.location)) for r in rows}
    words = [str(c.value) for r in book[SHEET].iter_rows() for c in r if c.value]
    assert any("这是一份新表" in w for w in words)


def test_a_workbook_openpyxl_cannot_open_comes_back_as_a_new_form(desk: Office, tmp_path: Path) -> None:
    path = desk.receive(desk.form("X04"))
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, b"<broken" if name == "docProps/core.xml" else old.read(name))
    desk.receive(broken, path.name)
    collection, (target,) = desk.run()
    assert [r["问题"].value for r in rows_of(openpyxl.load_workbook(target))] == [
        f.message for f in told(collection, path.name)
    ]


@pytest.mark.parametrize("cell", [b'<c r="A1" s="99999"', b'<c r="1A" s="0"'])
def test_rules_that_no_sheet_can_hold_make_a_new_form(cell: bytes, desk: Office, tmp_path: Path) -> None:
    path = desk.receive(desk.form("X04"))
    odd = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(odd, "w", zipfile.ZIP_DEFLATED) as new:
        rules = next(part for part, name in sheet_names(old).items() if name == RULES_SHEET)
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, re.sub(rb'<c r="\w+"( s="\d+")?', cell, content, count=1) if name == rules else content)
    desk.receive(odd, path.name)
    _, (target,) = desk.run()
    words = [str(c.value) for r in openpyxl.load_workbook(target)[SHEET].iter_rows() for c in r if c.value]
    assert any("这是一份新表" in w for w in words)


@pytest.mark.parametrize("to", ["xls", "ods", "xlsb"])
def test_a_form_in_another_format_is_returned_as_a_new_one(to: str, desk: Office, tmp_path: Path) -> None:
    own = read_submission(desk.form("X04"))
    if to == "xlsb":
        desk.receive(write_xlsb(tmp_path / "form.xlsb", grids_of(desk.form("X04"))))
    else:
        desk.receive(office(desk.form("X04"), to, tmp_path / "lo"))
    collection, (target,) = desk.run()
    assert collection.states["X04"] == "returned"
    assert target.name == "X04_白湖县.xlsx"
    book, back = openpyxl.load_workbook(target), read_submission(target)
    assert any("这是一份新表" in str(c.value) for r in book[SHEET].iter_rows() for c in r)
    assert (back.cells, back.texts) == (own.cells, own.texts)
    assert marks(book)
