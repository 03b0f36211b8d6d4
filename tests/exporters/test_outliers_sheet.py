"""离群值: a sheet of its own, folded by indicator, discreet in the book that is passed on."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from helpers import a_round, collected, submission
from openxml_audit import OpenXmlValidator

from exporters.consolidated.book import write_book
from workbook.collection import Collection
from workbook.model import Unit

STEADY = [(100, 95), (80, 84), (60, 60), (50, 56), (40, 38), (90, 99), (70, 68), (30, 33), (20, 21)]
FAR = (40, 400)
RESTRICTED = "CAD_SUSPENDED"


def jumping(codes: list[str], folder: Path) -> Collection:
    """Return a round in which the tenth county has ten times last year's figure of every code."""
    units = [Unit(f"X{n}", f"第{n}县", "county") for n in range(10)]
    forms = [
        submission({k: v for c in codes for k, v in ((c, now), (f"prev({c})", before))}, unit=u.code)
        for u, (before, now) in zip(units, [*STEADY, FAR], strict=True)
    ]
    return collected(a_round(folder, units, return_on_error=False), *forms)


def written(collection: Collection, folder: Path, hidden: frozenset[str] = frozenset()) -> openpyxl.Workbook:
    path = folder / "book.xlsx"
    write_book(path, collection, hidden)
    assert OpenXmlValidator().validate(path).errors == []
    return openpyxl.load_workbook(path)


def words(sheet: object) -> list[str]:
    return [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]  # type: ignore[attr-defined]


def test_outliers_stand_after_the_findings_and_say_what_they_are_not(tmp_path: Path) -> None:
    book = written(jumping(["ORG_DEVELOPED"], tmp_path), tmp_path)
    names = book.sheetnames
    assert names.index("离群值") == names.index("修复记录") + 1 == names.index("审核情况") + 2
    line = "离群值 1 处（只供核实，不代表错误，不作退回依据）。"
    assert line in words(book["离群值"])
    assert line in words(book["说明"])
    assert "离群值" in words(book["说明"])


def test_an_outlier_has_its_unit_peers_and_place(tmp_path: Path) -> None:
    sheet = written(jumping(["ORG_DEVELOPED"], tmp_path), tmp_path)["离群值"]
    head, row = list(sheet.iter_rows(min_row=sheet.max_row - 1, min_col=2, values_only=True))
    assert head[0] == "发展党员数（名）：1 处"
    assert row[:5] == ("第9县", "县区", "变动", 400, 40)
    assert row[5] > 3.5
    assert "为上年的 1000%" in str(row[6])
    assert (row[7], row[8]) == ("X9.xlsx", "基层组织与党员队伍")
    assert str(row[9])[0] == "E"


@pytest.mark.parametrize(("many", "folded"), [(5, False), (6, True)])
def test_outliers_fold_under_their_indicator_and_start_folded_when_there_are_many(
    many: int, folded: bool, tmp_path: Path
) -> None:
    codes = ["ORG_DEVELOPED", "ORG_CONVERTED", "CAD_PROMOTED", "CAD_REUSED", "DIS_FILED_CASES", "DIS_PUNISHED"][:many]
    sheet = written(jumping(codes, tmp_path), tmp_path)["离群值"]
    heads = [r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 2).value).endswith("：1 处")]
    assert len(heads) >= many
    for row in heads:
        assert sheet.row_dimensions[row].outlineLevel == 0
        assert sheet.row_dimensions[row].collapsed is folded
        assert sheet.row_dimensions[row + 1].outlineLevel == 1
        assert sheet.row_dimensions[row + 1].hidden is folded
    assert sheet.sheet_properties.outlinePr.summaryBelow is False


def test_restricted_outliers_are_only_in_the_office_copy(tmp_path: Path) -> None:
    collection = jumping([RESTRICTED], tmp_path)
    office = written(collection, tmp_path)
    assert any("暂缓使用干部数" in w for w in words(office["离群值"]))
    shared = written(collection, tmp_path, frozenset({RESTRICTED}))
    assert not any("暂缓使用干部数" in w for w in words(shared["离群值"]))
    assert "离群值 0 处（只供核实，不代表错误，不作退回依据）。" in words(shared["说明"])


def test_what_is_computed_from_a_restricted_item_is_restricted_too(tmp_path: Path) -> None:
    collection = jumping(["CAD_PROMOTED", "CAD_REUSED", "CAD_EXCHANGED"], tmp_path)
    assert any("调整干部合计" in w for w in words(written(collection, tmp_path)["离群值"]))
    shared = written(collection, tmp_path, frozenset({"CAD_REUSED"}))
    assert not any("调整干部合计" in w for w in words(shared["离群值"]))


def test_a_round_without_outliers_says_none(tmp_path: Path) -> None:
    units = [Unit("X1", "甲县", "county")]
    collection = collected(a_round(tmp_path, units, return_on_error=False), submission({}, unit="X1"))
    assert "（无）" in words(written(collection, tmp_path)["离群值"])
