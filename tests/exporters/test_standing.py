"""进展比较 and 达标情况: ranked inside a group, ties shared, nobody dropped without a word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from helpers import a_round, collected, submission
from sheets import Rows, assert_alive, rows, written

from workbook.collection import Collection
from workbook.model import Unit

RATES = {  # done, problems
    **{"X1": (3, 6), "X2": (9, 10), "X3": (18, 20), "X4": (2, 3), "X5": ("未统计", 10), "X6": (0, 8)},
    **{"Y1": (1, 10), "Y2": (2, 10)},
}
UMBRELLA = Unit("Z", "市直汇总", "organ", umbrella=True)


def ranked(folder: Path, basis: str = "units", changed: str = "") -> Collection:
    """Return counties X1 to X6 that differ in REC_RATE, X7 that sent nothing, organs Y1, Y2 and their umbrella."""
    names = {f"X{n}": f"第{n}县" for n in range(1, 8)} | {"Y1": "甲局", "Y2": "乙局"}
    units = [Unit(c, n, "county" if c[0] == "X" else "organ") for c, n in names.items()]
    units = [replace(u, changed="新设" if u.code == changed else "") for u in units] + [UMBRELLA]
    forms = [
        submission(
            {"REC_DONE": done, "REC_PROBLEMS": all_, "DIS_DOCS": 9, "prev(DIS_DOCS)": 10, "CAD_PROMOTED": 4},
            unit=code,
            tier="county" if code[0] == "X" else "organ",
        )
        for code, (done, all_) in RATES.items()
    ]
    forms.append(submission({"REC_DONE": 12, "REC_PROBLEMS": 20}, unit="Z", tier="organ", umbrella=True))
    return collected(a_round(folder, units, return_on_error=False, basis=basis), *forms)


def stretch(found: Rows, indicator: str, group: str) -> dict[str, tuple[object, ...]]:
    return {str(r[2]): r[3:] for r in found if r[:2] == (indicator, group)}


def test_units_are_ranked_in_their_group_and_those_left_out_are_named(tmp_path: Path) -> None:
    found = rows(written(ranked(tmp_path), tmp_path), "进展比较")
    assert stretch(found, "反馈问题整改完成率", "县区") == {
        "组内合计": ("", pytest.approx(3200 / 47), "", ""),  # 32 of the 47 problems of units with both
        "中位数": ("", 70.0, "", ""),
        "最高": ("", 90, "", ""),
        "最低": ("", 0, "", ""),
        "极差": ("", 90, "", ""),
        "第2县": (1, 90, 10, ""),
        "第3县": (1, 90, 20, ""),
        "第1县": (3, 50, 6, ""),
        "第6县": (4, 0, 8, ""),
        "第4县": ("—", 66.67, 3, "分母不足 5"),
        "第5县": ("—", "", 10, "未统计"),
        "第7县": ("—", "", "", "未报送"),
    }
    assert ("反馈问题整改完成率（%）　县区：4 个单位排名，3 个未排") in {r[0] for r in found}


@pytest.mark.parametrize("basis", ["units", "umbrella"])
def test_an_umbrella_is_never_ranked_and_groups_never_mix(basis: str, tmp_path: Path) -> None:
    found = rows(written(ranked(tmp_path, basis), tmp_path), "进展比较")
    organs = stretch(found, "反馈问题整改完成率", "市直")
    assert {k: v[:2] for k, v in organs.items() if v[0]} == {"乙局": (1, 20), "甲局": (2, 10)}
    assert organs["组内合计"][1] == (15 if basis == "units" else 60)
    assert "市直汇总" not in {r[2] for r in found}


def test_a_unit_that_is_not_what_it_was_is_in_no_ranking_of_cuts(tmp_path: Path) -> None:
    found = rows(written(ranked(tmp_path, changed="X2"), tmp_path), "进展比较")
    cuts = stretch(found, "文件同比减少率", "县区")
    assert cuts["第2县"] == ("—", 10, 10, "两年不可比")
    assert cuts["第1县"][:2] == (1, 10)
    assert stretch(found, "反馈问题整改完成率", "县区")["第2县"][0] == 1


def test_only_rankable_items_are_ranked_internal_ones_marked_restricted_ones_never(tmp_path: Path) -> None:
    collection = ranked(tmp_path)
    found = {str(r[0]) for r in rows(written(collection, tmp_path), "进展比较")}
    assert not any(r.startswith("提拔干部数") for r in found)
    assert any(r.startswith("来信来电来访办结率（%，内部）") for r in found)
    pack = collection.round.pack
    item = replace(pack.indicators["REC_RATE"], sensitive="restricted")
    secret = replace(collection.round, pack=replace(pack, indicators={**pack.indicators, "REC_RATE": item}))
    tiers = {t: {**items, "REC_RATE": item} for t, items in collection.collected.items()}
    path = written(replace(collection, round=secret, collected=tiers), tmp_path)
    for title in ("进展比较", "达标情况"):
        assert not any("反馈问题整改完成率" in str(r[0]) for r in rows(path, title))


def test_values_are_linked_and_libreoffice_agrees(tmp_path: Path) -> None:
    path = written(ranked(tmp_path), tmp_path)
    assert_alive(path, "进展比较", tmp_path)
    sheet = openpyxl.load_workbook(path)["进展比较"]
    value = next(r[5].value for r in sheet.iter_rows() if r[3].value == "第1县" and r[1].value == "反馈问题整改完成率")
    assert str(value).startswith("='巡视巡察整改'!$")
    assert sheet.freeze_panes
    assert sheet.auto_filter.ref
    assert sheet.print_title_rows


def test_standards_name_who_does_not_hold_them_and_whom_nothing_is_known_of(tmp_path: Path) -> None:
    units = [Unit(f"X{n}", f"第{n}县", "county") for n in range(1, 7)]
    numbers = {"X1": 4, "X2": 3, "X3": 0, "X4": "未统计", "X5": "不适用"}
    forms = [
        submission({"THE_CENTER_SESSIONS": n, "THE_SECRETARY_LECTURES": 7, "BASE_BRANCHES": b}, unit=u)
        for (u, n), b in zip(numbers.items(), (7, 8, None, 1, 1), strict=True)
    ]
    collection = collected(a_round(tmp_path, units, return_on_error=False), *forms)
    found = {r[0]: r[1:] for r in rows(written(collection, tmp_path), "达标情况")}
    assert found["理论学习中心组学习次数"] == ("县区", "≥ 4 次", 1, 3, 5, "第2县、第3县", "第4县、第6县")
    assert found["党组织书记讲党课次数"] == ("县区", "≥ 党支部数", 3, 4, 6, "第2县", "第3县、第6县")
    hidden = written(collection, tmp_path, frozenset({"BASE_BRANCHES"}))
    assert "党组织书记讲党课次数" not in {r[0] for r in rows(hidden, "达标情况")}
