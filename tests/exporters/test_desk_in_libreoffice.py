"""A working day at the office: choices, wording and notes typed in LibreOffice, a late resubmission, the next run."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import docx
import openpyxl
import pytest
from desk import Desk
from docx.oxml.ns import qn
from sealing import a_small_round, filled
from test_cli import huibao

from workbook.layout import address
from workbook.model import Round
from workbook.round import IN, RESULTS, write_round

BOOK = "汇总表.xlsx"
NEW = "把党委书记抓党建责任拆成四张季节清单，逐张销号，年底交账。"
WORDING = "按农时排定责任清单，逐项看现场、当天反馈。"
NOTE = "与农业农村局核过，数没有错。"


class Shown:
    """One sheet as LibreOffice shows it: rows by a text in them, columns by heading."""

    def __init__(self, desk: Desk, sheet: str) -> None:
        self.desk, self.sheet = desk, sheet
        self.rows = desk.read(sheet, "A1:Z400")
        self.head = next(n for n, row in enumerate(self.rows) if {"采用", "本室备注"} & set(row))

    def cell(self, found: str, heading: str) -> str:
        row = next(n for n, row in enumerate(self.rows) if n > self.head and found in row)
        return address(row, self.rows[self.head].index(heading))

    def get(self, found: str, heading: str) -> object:
        (value,) = self.desk.get(self.sheet, [self.cell(found, heading)])
        return value

    def put(self, found: str, heading: str, value: str | float | None) -> None:
        self.desk.put(self.sheet, self.cell(found, heading), value)


@pytest.fixture
def round_(tmp_path: Path) -> Round:
    """Return a round of two units on the disk, both forms in 收件."""
    made = a_small_round(tmp_path / "2020H1")
    write_round(made)
    lines = ["单位代码,单位名称,层级", *(f"{u.code},{u.name},{u.tier}" for u in made.units)]
    (made.path / "units.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    for path in filled(made):
        os.utime(path.rename(made.path / IN / path.name), (1.59e9, 1.59e9))
    return made


def resubmit(round_: Round, title: str, body: str) -> None:
    """Have X01 send its form again with other words under one title."""
    source = next((round_.path / IN).glob("X01_*.xlsx"))
    book = openpyxl.load_workbook(source)
    (cell,) = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row if c.value == title]
    cell.parent.cell(cell.row, cell.column + 1).value = body
    target = source.with_name("X01 更正.xlsx")
    book.save(target)
    moment = datetime(2020, 7, 9).timestamp()
    os.utime(target, (moment, moment))


def text_of(round_: Round) -> str:
    document = docx.Document(str(round_.path / RESULTS / "全市汇总报告.docx"))
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body)


def test_a_working_day_at_the_office(round_: Round, desk: Desk, tmp_path: Path) -> None:
    assert huibao("consolidate", round_.path).returncode == 0
    book = round_.path / RESULTS / BOOK
    desk.open(book)
    sheet = Shown(desk, "选材")
    sheet.put("责任清单按农时排定", "采用", "是")
    sheet.put("责任清单按农时排定", "顺序", 1)
    sheet.put("责任清单按农时排定", "改写后的文字", WORDING)
    sheet.put("常委包联大堤险段", "采用", "是")
    sheet.put("常委包联大堤险段", "署名", "青禾县委")
    figures = Shown(desk, "分级汇总")
    figures.put("党员总数", "本室备注", NOTE)
    units = Shown(desk, "基本情况")
    units.put("青禾县", "本室备注", "已电话核实")
    desk.save_as(tmp_path / "saved.xlsx")
    desk.close()
    os.replace(tmp_path / "saved.xlsx", book)

    resubmit(round_, "责任清单按农时排定", NEW)
    done = huibao("consolidate", round_.path, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["told"]
    assert any("1 条单位重报时改过" in line for line in told)
    assert "重报时改过" in done.stderr

    desk.open(book)
    sheet = Shown(desk, "选材")
    heads = ("提示", "采用", "顺序", "改写后的文字", "内容")
    assert [sheet.get("责任清单按农时排定", h) for h in heads] == ["原文已改", "是", 1, WORDING, NEW]
    assert "三张季节清单" in str(sheet.get("责任清单按农时排定", "改动前的原文"))
    assert [sheet.get("常委包联大堤险段", h) for h in ("提示", "采用", "署名")] == ["", "是", "青禾县委"]
    assert Shown(desk, "分级汇总").get("党员总数", "本室备注") == NOTE
    assert Shown(desk, "基本情况").get("青禾县", "本室备注") == "已电话核实"
    desk.close()

    text = text_of(round_)
    assert WORDING in text
    assert "青禾县委实行县委常委包堤联村" in text
    assert "逐张销号" not in text
