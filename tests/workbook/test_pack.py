"""Packs: the first one is complete and clean; a broken one tells all its faults at once, each with its line."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from helpers import party_building

from workbook.pack import packs_folder
from workbook.pack_check import check_pack

SOURCE = packs_folder() / "party-building"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    target = tmp_path / "pack"
    shutil.copytree(SOURCE, target)
    return target


def edit(path: Path, key: str, column: str, value: str, *, encoding: str = "utf-8-sig") -> int:
    """Change one field of the row whose first field is `key`; return its line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    line = next(n for n, r in enumerate(rows) if r[0] == key)
    rows[line][rows[0].index(column)] = value
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return line + 1


def test_the_first_pack_has_no_defect_and_lost_nothing() -> None:
    pack, defects = check_pack(SOURCE)
    assert defects == ()
    assert pack is not None
    assert (len(pack.indicators), len(pack.rules), len(pack.texts)) == (204, 162, 35)
    assert {m.code for m in pack.modules} == {"core", "territory", "organ", "special", "local"}


def test_a_file_saved_by_excel_in_gbk_is_read_the_same(copy: Path) -> None:
    edit(copy / "rules.csv", "R001", "owner", "党统", encoding="gbk")
    pack, defects = check_pack(copy)
    assert defects == ()
    assert pack is not None
    assert pack.rules["R001"].message == party_building().rules["R001"].message
    assert pack.hash == party_building().hash


def test_all_defects_are_listed_at_once_with_file_and_line(copy: Path) -> None:
    lines = [
        edit(copy / "indicators.csv", "BASE_MEMBERS", "dimension", "people"),
        edit(copy / "indicators.csv", "BASE_VILLAGES", "min", "many"),
        edit(copy / "indicators.csv", "CAD_PROMOTED", "section", "干部"),
        edit(copy / "rules.csv", "R001", "expression", "BASE_INSERVICE <= BASE_MEMBER"),
        edit(copy / "rules.csv", "R002", "expression", "BASE_BRANCHES +"),
        edit(copy / "rules.csv", "R003", "message_zh", "注册 {THE_XXQG_REGISTRED} 名"),
        edit(copy / "texts.csv", "TXT_PLANS", "subfields", "title<=x"),
    ]
    _, defects = check_pack(copy)
    assert [d.line for d in defects] == [lines[i] for i in (0, 1, 2, 3, 4, 5, 6)]
    assert {d.file for d in defects} == {"indicators.csv", "rules.csv", "texts.csv"}
    assert all(d.problem and d.remedy for d in defects)
    assert any("BASE_MEMBERS" in d.remedy for d in defects), "a near code is offered"


@pytest.mark.parametrize(
    ("file", "key", "column", "value", "word"),
    [
        ("rules.csv", "R018", "tiers", "county;organ", "county"),
        ("rules.csv", "R114", "expression", "ORG_CONVERTED <= prev(CTR_MEDICS)", "prior"),
        ("rules.csv", "R115", "expression", "POL_TOPICS >= opening(POL_TOPICS)", "opening"),
        ("rules.csv", "R010", "expression", "CAD_TALENT_AWARD <= CAD_PROMOTED", "不同种类"),
        ("rules.csv", "R010", "expression", "CAD_TALENT_AWARD + CAD_YOUNG_RATE >= 1", "不同种类"),
        ("rules.csv", "R001", "expression", "BASE_MEMBERS >= 3", "永远不会不通过"),
        ("rules.csv", "R001", "expression", "implies(BASE_MEMBERS > 0, BASE_INSERVICE < 0)", "永远不会通过"),
        ("rules.csv", "R001", "expression", "POL_MEETINGS_TOTAL <= 260 or BASE_MEMBERS > 5", "永远不会不通过"),
        ("indicators.csv", "POL_MEETINGS_TOTAL", "calc", "POL_MEETINGS_TOTAL + 1", "绕回"),
        ("indicators.csv", "CAD_ADJUST_TOTAL", "calc", "CAD_PROMOTED + CAD_SUSPENDED", "受限"),
        ("indicators.csv", "BASE_MEMBERS", "prior_year", "maybe", "prior_year"),
        ("indicators.csv", "BASE_MEMBERS", "standard", "half>=2", "half>=2"),
        ("indicators.csv", "REC_RATE", "denominator", "", "分母"),
        ("texts.csv", "TXT_PLANS", "place", "somewhere", "place"),
    ],
)
def test_each_kind_of_defect_is_found(copy: Path, file: str, key: str, column: str, value: str, word: str) -> None:
    line = edit(copy / file, key, column, value)
    _, defects = check_pack(copy)
    assert any(d.file == file and d.line == line and word in d.problem for d in defects), defects


def test_missing_files_and_columns_are_defects_not_crashes(copy: Path, tmp_path: Path) -> None:
    (copy / "texts.csv").unlink()
    (copy / "rules.csv").write_text("id,severity\nR1,error\n", encoding="utf-8")
    (copy / "indicators.csv").write_bytes(b"\xff\x00\x81\x20" * 9)
    _, defects = check_pack(copy)
    assert {d.file for d in defects} >= {"texts.csv", "rules.csv", "indicators.csv"}
    pack, defects = check_pack(tmp_path)
    assert pack is None
    assert any(d.file == "pack.toml" for d in defects)


def test_broken_toml_names_its_line(copy: Path) -> None:
    (copy / "pack.toml").write_text('id = "x"\ntitle = \n', encoding="utf-8")
    pack, defects = check_pack(copy)
    assert pack is None
    assert any(d.file == "pack.toml" and d.line == 2 for d in defects)


def test_a_template_blank_with_an_unknown_code_is_a_defect(copy: Path) -> None:
    path = copy / "reports" / "city_merge" / "report.txt"
    path.write_text(path.read_text(encoding="utf-8") + "\n多余一句{{BASE_MEMBRS}}。\n", encoding="utf-8")
    _, defects = check_pack(copy)
    assert any("BASE_MEMBRS" in d.problem and d.file.endswith("city_merge/report.txt") for d in defects)


def test_a_code_in_an_expression_of_a_template_is_looked_up_too(copy: Path) -> None:
    path = copy / "reports" / "county_half" / "report.txt"
    path.write_text(path.read_text(encoding="utf-8") + '\n{{ ordered("TXT_PRACTISE_POL") }}\n', encoding="utf-8")
    _, defects = check_pack(copy)
    assert any("TXT_PRACTISE_POL" in d.problem for d in defects)
