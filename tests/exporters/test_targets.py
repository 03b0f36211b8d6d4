"""目标对账: what units set themselves beside what they have, this round's plans and the last one's."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from helpers import a_round, collected, party_building, submission
from sheets import assert_alive, rows, written

from workbook.collection import Collection
from workbook.model import Unit
from workbook.pack_check import check_pack
from workbook.round import RESULTS, TARGETS
from workbook.targets import Target, targets_of, write_targets

EVIL = '=HYPERLINK("http://x","点我")'
UNITS = [Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county")]
FIGURES = {
    "ORG_DEVELOPED": 80,
    "IDE_MAJOR_OPINION": 1,
    "BASE_MEMBERS": 500,
    "THE_XXQG_REGISTERED": 9,
    "BASE_INSERVICE": 10,
    "CAD_SUSPENDED": 3,
    "CAD_PROMOTED": "未统计",
}


def plan(code: str, value: str, title: str = "打算") -> list[str]:
    return [title, "具体内容", "基层组织与党员队伍", code, value, "2021-06-30"]


def planned(folder: Path, *plans: list[str], previous: Path | None = None) -> Collection:
    round_ = a_round(folder, UNITS, return_on_error=False, previous=previous)
    return collected(round_, submission(FIGURES, unit="X1", texts={"TXT_PLANS": plans}), submission({}, unit="X2"))


def told(path: Path) -> list[tuple[object, ...]]:
    """Return indicator, target, value, difference, verdict."""
    return [(r[3], *r[5:8], r[9]) for r in rows(path, "目标对账") if r[0] == "甲县"]


def test_the_direction_of_an_indicator_decides_what_is_met(tmp_path: Path) -> None:
    plans = [plan("ORG_DEVELOPED", "80"), plan("ORG_DEVELOPED", "90.5"), plan("IDE_MAJOR_OPINION", "0")]
    path = written(planned(tmp_path, *plans, plan("BASE_MEMBERS", "600")), tmp_path)
    developed, opinion, members = (
        party_building().indicators[p[3]] for p in (plans[0], plans[2], plan("BASE_MEMBERS", ""))
    )
    assert (developed.direction, opinion.direction, members.direction) == ("neutral", "lower", "neutral")
    assert told(path) == [
        (developed.name, 80, 80, 0, "不分好坏"),
        (developed.name, 90.5, 80, -10.5, "不分好坏"),
        (opinion.name, 0, 1, 1, "否"),
        (members.name, 600, 500, -100, "不分好坏"),
    ]
    assert_alive(path, "目标对账", tmp_path)


def test_a_target_is_compared_with_what_was_achieved_never_with_itself(tmp_path: Path) -> None:
    plans = [plan("PLN_XXQG_REG_RATE", "90"), plan("PLN_COLL_VILLAGES", "5")]
    assert told(written(planned(tmp_path, *plans), tmp_path)) == [
        ("学习强国注册率目标（比“学习强国注册率”）", 90, 90, 0, "是"),
        ("集体经济一档目标村数", 5, "", "", "没有实绩可比"),
    ]


def test_what_cannot_be_compared_says_why(tmp_path: Path) -> None:
    plans = [
        plan("NO_SUCH", "3"),
        plan("ORG_DEVELOPED", "多发展"),
        plan("ORG_DEVELOPED", ""),
        plan("CAD_PROMOTED", "2"),
    ]
    found = told(written(planned(tmp_path, *plans), tmp_path))
    assert [r[4] for r in found] == ["目标指标不在本期指标中", "目标值不是数字", "没有填目标值", "未统计"]
    assert [r[3] for r in found] == [""] * 4


def test_what_units_typed_stays_text(tmp_path: Path) -> None:
    path = written(planned(tmp_path, plan(EVIL, EVIL, EVIL)), tmp_path)
    cells = [c for row in openpyxl.load_workbook(path)["目标对账"].iter_rows() for c in row if c.value == EVIL]
    assert len(cells) == 3
    assert all(c.data_type == "s" for c in cells)


def test_targets_on_restricted_items_are_only_in_the_office_copy(tmp_path: Path) -> None:
    collection = planned(tmp_path, plan("CAD_SUSPENDED", "2"))
    assert len(told(written(collection, tmp_path))) == 1
    shared = written(collection, tmp_path, frozenset({"CAD_SUSPENDED"}))
    assert "目标对账" not in openpyxl.load_workbook(shared).sheetnames


def test_the_last_rounds_targets_come_first_beside_this_rounds_values(tmp_path: Path) -> None:
    before = tmp_path / "2019"
    (before / RESULTS).mkdir(parents=True)
    (before / "round.toml").write_text('period = "2019"\n', encoding="utf-8")
    kept = targets_of(party_building(), planned(tmp_path, plan("IDE_MAJOR_OPINION", "1")).submissions)
    assert kept == (Target("X1", "TXT_PLANS", "打算", "IDE_MAJOR_OPINION", "1", "2021-06-30"),)
    write_targets(before / RESULTS / TARGETS, kept)
    path = written(planned(tmp_path, plan("IDE_MAJOR_OPINION", "0"), previous=before), tmp_path)
    assert [(r[1], r[5], r[6], r[9]) for r in rows(path, "目标对账") if r[0] == "甲县"] == [
        ("2019年", 1, 1, "是"),
        ("2020年", 0, 1, "否"),
    ]
    write_targets(before / RESULTS / TARGETS, ())
    assert len(told(written(planned(tmp_path, plan("BASE_MEMBERS", "1"), previous=before), tmp_path))) == 1


def test_a_target_and_its_achievement_must_be_alike(tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "pack"
    shutil.copytree(party_building().root, copy)
    head = (copy / "pack.toml").read_text(encoding="utf-8")
    (copy / "pack.toml").write_text(head.replace('"THE_XXQG_REG_RATE"', '"BASE_MEMBERS"'), encoding="utf-8")
    _, defects = check_pack(copy)
    assert ["actual_of" in d.problem for d in defects] == [True]
