"""考核得分: off unless the pack says what for; every point can be worked out again; what is missing costs nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from helpers import a_round, collected, party_building, submission
from sheets import assert_alive, rows, written

from workbook.collection import Collection
from workbook.model import Pack, Unit
from workbook.pack import load_pack
from workbook.pack_check import check_pack

GOOD = "REC_RATE,60,linear,50,100,\nTHE_CENTER_SESSIONS,30,threshold,,4,\nIDE_MAJOR_OPINION,10,linear,2,0,\n"


def with_table(folder: Path, lines: str) -> Path:
    """Return a copy of the first pack that gives points."""
    copy = folder / "pack"
    shutil.copytree(party_building().root, copy)
    (copy / "assessment.csv").write_text("code,weight,method,floor,full,groups\n" + lines, encoding="utf-8")
    return copy


def loaded(folder: Path) -> Pack:
    pack, defects = check_pack(folder)
    assert defects == ()
    assert pack is not None
    return pack


def scored(folder: Path, pack: Pack) -> Collection:
    units = [Unit(f"X{n}", f"第{n}县", "county") for n in range(1, 5)]
    units += [Unit("Y1", "甲局", "organ"), Unit("Z", "市直汇总", "organ", umbrella=True)]
    given = {
        "X1": {"REC_DONE": 7, "REC_PROBLEMS": 9, "THE_CENTER_SESSIONS": 4, "IDE_MAJOR_OPINION": 1},
        "X2": {"REC_DONE": 1, "REC_PROBLEMS": 9, "THE_CENTER_SESSIONS": 3, "IDE_MAJOR_OPINION": 0},
        "X3": {"REC_DONE": "未统计", "REC_PROBLEMS": 9, "THE_CENTER_SESSIONS": 0, "IDE_MAJOR_OPINION": 5},
        "Y1": {"REC_DONE": 9, "REC_PROBLEMS": 9, "THE_CENTER_SESSIONS": 5, "IDE_MAJOR_OPINION": 0},
        "Z": {"REC_DONE": 9, "REC_PROBLEMS": 9},
    }
    forms = [
        submission(v, unit=u, tier="county" if u[0] == "X" else "organ", umbrella=u == "Z") for u, v in given.items()
    ]
    return collected(replace(a_round(folder, units, return_on_error=False), pack=pack), *forms)


def test_a_pack_without_the_table_gives_no_points(tmp_path: Path) -> None:
    assert party_building().assessment == ()
    path = written(scored(tmp_path, party_building()), tmp_path)
    book = openpyxl.load_workbook(path)
    assert "考核得分" not in book.sheetnames
    assert "考核得分" not in {str(c.value) for row in book["说明"] for c in row}


def test_every_point_is_told_and_what_is_missing_is_not_scored(tmp_path: Path) -> None:
    path = written(scored(tmp_path, loaded(with_table(tmp_path, GOOD))), tmp_path)
    found = rows(path, "考核得分")
    first = next(i for i, r in enumerate(found) if r[0] == "第1县")
    assert found[first:] == [
        ("第1县", "县区", "合计", "", 100, 68.34, ""),
        ("第1县", "县区", "反馈问题整改完成率", 77.78, 60, 33.34, "60 ×（77.78 − 50）÷（100 − 50）= 33.34 分"),
        ("第1县", "县区", "理论学习中心组学习次数", 4, 30, 30, "4，达到满分线 4，得 30 分"),
        ("第1县", "县区", "重大舆情事件数", 1, 10, 5, "10 ×（1 − 2）÷（0 − 2）= 5 分"),
        ("第2县", "县区", "合计", "", 100, 10, ""),
        ("第2县", "县区", "反馈问题整改完成率", 11.11, 60, 0, "11.11，没有好于起点 50，得 0 分"),
        ("第2县", "县区", "理论学习中心组学习次数", 3, 30, 0, "3，未达到满分线 4，得 0 分"),
        ("第2县", "县区", "重大舆情事件数", 0, 10, 10, "0，达到满分线 0，得 10 分"),
        ("第3县", "县区", "合计", "", 40, 0, "未评 1 项（满分 60 分），不计入满分"),
        ("第3县", "县区", "反馈问题整改完成率", "", "", "", "没有数（未统计），未评；该项满分 60 分"),
        ("第3县", "县区", "理论学习中心组学习次数", 0, 30, 0, "0，未达到满分线 4，得 0 分"),
        ("第3县", "县区", "重大舆情事件数", 5, 10, 0, "5，没有好于起点 2，得 0 分"),
        ("第4县", "县区", "合计", "", "", "", "未报送"),
        ("甲局", "市直", "合计", "", 100, 100, ""),
        ("甲局", "市直", "反馈问题整改完成率", 100, 60, 60, "100，达到满分线 100，得 60 分"),
        ("甲局", "市直", "理论学习中心组学习次数", 5, 30, 30, "5，达到满分线 4，得 30 分"),
        ("甲局", "市直", "重大舆情事件数", 0, 10, 10, "0，达到满分线 0，得 10 分"),
    ]
    assert_alive(path, "考核得分", tmp_path)
    assert "考核得分" in {str(c.value) for row in openpyxl.load_workbook(path)["说明"] for c in row}


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ("NO_SUCH,100,linear,0,100,\n", "NO_SUCH"),
        ("REC_RATE,99,linear,0,100,\n", "不是 100"),
        ("REC_RATE,40,linear,0,100,县区\nTHE_XXQG_REG_RATE,100,linear,0,100,市直\n", "县区"),
        ("REC_RATE,100,ranked,0,100,\n", "method"),
        ("REC_RATE,100,linear,0,100,外地\n", "groups"),
        ("REC_RATE,100,linear,50,50,\n", "没有意义"),
        ("REC_RATE,100,linear,100,50,\n", "方向"),
        ("BASE_MEMBERS,100,linear,0,50,\n", "方向"),
        ("REC_RATE,100,linear,,50,\n", "floor"),
        ("REC_RATE,50,linear,0,100,\nREC_RATE,50,linear,0,100,\n", "重复"),
        ("DIS_DOCS_CUT,100,linear,0,100,\n", "不得用于评分"),
        ("CAD_LETTERS_RATE,100,linear,0,100,县区\n", "不得用于评分"),
        ("CAD_SUSPENDED,100,threshold,,1,\n", "不得用于评分"),
    ],
)
def test_what_is_wrong_with_the_table_is_told(lines: str, word: str, tmp_path: Path) -> None:
    _, defects = check_pack(with_table(tmp_path, lines))
    assert any(d.file == "assessment.csv" and word in d.problem for d in defects), defects


def test_what_must_not_be_scored_is_not_whatever_the_table_says(tmp_path: Path) -> None:
    pack, _ = load_pack(with_table(tmp_path, "DIS_DOCS_CUT,50,linear,0,100,\nCAD_SUSPENDED,50,threshold,,1,\n"))
    assert pack is not None
    assert "考核得分" not in openpyxl.load_workbook(written(scored(tmp_path, pack), tmp_path)).sheetnames


def test_the_table_changes_no_form(tmp_path: Path) -> None:
    assert loaded(with_table(tmp_path, GOOD)).hash == party_building().hash
