"""汇总审核: rules on totals, switches, decisions, clauses left out; nothing restricted in what is shared."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from helpers import a_round, collected, party_building, submission
from openxml_audit import OpenXmlValidator
from plain import CATALOG, TIERS, Plain, catalog, filled

from exporters.consolidated.book import Beside, write_book
from exporters.demo.run import DemoRound
from exporters.narrative.told import Dropped
from workbook.collection import Collection
from workbook.expression.parse import parse
from workbook.expression.tree import mentioned
from workbook.model import Decision, Switch, Unit
from workbook.round import IN, RESULTS

HIDDEN = frozenset(c for c, i in party_building().indicators.items() if i.sensitive == "restricted")
NONE: frozenset[str] = frozenset()
UNITS = [Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county"), Unit("S1", "丙局", "organ")]
WHEN = datetime(2020, 7, 12, 9, 30)
Rows = list[tuple[str, ...]]


def city(folder: Path, **more: object) -> Collection:
    """Return a round whose counties together break R001, of whose organs nobody knows."""
    forms = [
        submission({"BASE_INSERVICE": 90, "BASE_MEMBERS": 10}, unit="X1"),
        submission({"BASE_INSERVICE": 20, "BASE_MEMBERS": 50}, unit="X2"),
        submission({"BASE_INSERVICE": 9}, unit="S1", tier="organ"),
    ]
    return collected(a_round(folder, UNITS, return_on_error=False, **more), *forms)


def page(folder: Path, collection: Collection, hidden: frozenset[str] = NONE, **dropped: Sequence[Dropped]) -> Rows:
    path = folder / "book.xlsx"
    write_book(path, collection, hidden, Beside(left_out=dropped))
    return rows_of(path)


def rows_of(path: Path) -> Rows:
    sheet = openpyxl.load_workbook(path)["汇总审核"]
    return [tuple(str(v or "") for v in row) for row in sheet.iter_rows(min_col=2, max_col=6, values_only=True)]


def of(rows: Rows, subject: str) -> Rows:
    return [r for r in rows if re.match(rf"{subject}\b", r[0])]


def test_a_broken_rule_has_a_line_per_total_and_one_nobody_could_be_judged_by_says_so(tmp_path: Path) -> None:
    rows = page(tmp_path, city(tmp_path))
    assert OpenXmlValidator().validate(tmp_path / "book.xlsx").errors == []
    found = [(r[1], r[2]) for r in of(rows, "R001")]
    assert found == [("不通过", "全市 2/3"), ("不通过", "县区 2/2"), ("未判断", "市直 0/1")]
    assert of(rows, "R001")[0][3] == "全市合计（2/3）：在职党员 110 名，多于党员总数 60 名"
    assert of(rows, "R001")[0][4] == party_building().rules["R001"].remedy
    assert rows[0][0].startswith("汇总审核")


def test_a_kept_rule_is_told_with_the_units_it_was_judged_over(demo: dict[str, DemoRound]) -> None:
    """Simple comparisons of two sums, added up again from the filled files."""
    entry, seen = demo["2020H1"], 0
    used = {r.unit: r.file for r in entry.collection.receipts if r.state == "used"}
    folder = entry.collection.round.path / IN
    again = Plain({u: filled(folder / file) for u, file in used.items()})
    rows = rows_of(entry.collection.round.path / RESULTS / "汇总表（本室留存）.xlsx")
    told = {r[0][:4]: r for r in rows if re.fullmatch(r"R\d{3}（.*）", r[0]) and r[1] == "通过"}
    with (CATALOG.parent / "rules.csv").open(encoding="utf-8-sig", newline="") as file:
        rules = list(csv.DictReader(file))
    for rule in rules:
        plain = re.fullmatch(r"([A-Z_]+) <= ([A-Z_]+)", rule["expression"])
        if rule["scope"] == "unit" or not plain or rule["id"] not in told:
            continue
        both = [c for c in plain.groups() if catalog()[c]["aggregation"] == "sum" and not catalog()[c]["calc"]]
        if len(both) < 2 or rule["missing"] == "zero":
            continue
        tiers = rule["tiers"].split(";")
        units = [u for u in again.forms if TIERS[u[0]] in tiers and u != "S00"]
        pairs = [(again.value(u, both[0]), again.value(u, both[1])) for u in units]
        known = [(a, b) for a, b in pairs if a is not None and b is not None]
        assert sum(a for a, _ in known) <= sum(b for _, b in known), rule["id"]
        due = [u for u in entry.collection.round.units if u.tier in tiers and not u.umbrella]
        assert f"全市 {len(known)}/{len(due)}" in told[rule["id"]][2], rule["id"]
        seen += 1
    assert seen > 20
    head = next(r[0] for r in rows if r[0].startswith("一、"))
    assert f"{len(told)} 条" in head


def test_switches_and_decisions_stand_with_who_and_why(tmp_path: Path) -> None:
    switches = (Switch("R002", "warning", "口径调整，先提示"), Switch("R033", "off", "留置人数本期不比"))
    decisions = (
        Decision("X1", "accept", "X1", "", "附件齐全，先行采用", "王科长", WHEN),
        Decision("X2", "waive", "", "R033", "留置情况特殊", "李处长", WHEN),
    )
    collection = replace(city(tmp_path, switches=switches), decisions=decisions)
    rows = page(tmp_path, collection)
    assert next(r for r in of(rows, "R002") if r[1] == "提示")[2::2] == ("原为“必须改正”", "口径调整，先提示")
    assert of(rows, "甲县") == [("甲县", "采用", "王科长，2020-07-12 09:30", "X1.xlsx", "附件齐全，先行采用")]
    assert of(rows, "乙县")[0][1] == "免除规则 R033"
    shared = page(tmp_path, collection, HIDDEN)
    assert "留置" not in str(shared)
    assert "R033" not in str(shared)


def test_what_reports_left_out_is_told_but_not_of_restricted_items(tmp_path: Path) -> None:
    code = next(iter(HIDDEN))
    name = party_building().indicators[code].name
    clauses = [
        Dropped("思想", "举办（缺）期", "培训期数：没有填", frozenset({"BASE_MEMBERS"})),
        Dropped("干部", "其中另有处理", "所说的数略去，此句随之略去", frozenset({"BASE_MEMBERS", code})),
        Dropped("选材.csv", name, "还没有选定"),
    ]
    shared = page(tmp_path, city(tmp_path), HIDDEN, 全市报告=clauses)
    assert [r[2] for r in shared if r[1] == "略去"] == ["思想"]
    assert name not in str(shared)
    assert "四、报告略去的内容：《全市报告》1 处" in [r[0] for r in shared]
    assert len([r for r in page(tmp_path, city(tmp_path), NONE, 全市报告=clauses) if r[1] == "略去"]) == 3
    overview = openpyxl.load_workbook(tmp_path / "book.xlsx")["总览"]
    line = next(row for row in overview.iter_rows(values_only=True) if "全市报告略去之处" in row)
    assert [v for v in line if v is not None][-1] == 3


@pytest.mark.parametrize("period", ["2020H1", "2020"])
def test_the_demo_lists_every_clause_its_report_left_out(period: str, demo: dict[str, DemoRound]) -> None:
    folder = demo[period].collection.round.path / RESULTS
    beside = openpyxl.load_workbook(folder / "全市汇总报告_略去内容.xlsx").worksheets[0]
    clauses = [r[3:] for r in beside.iter_rows(min_row=5, min_col=2, values_only=True)]
    rows = rows_of(folder / "汇总表.xlsx")
    assert [r[2:] for r in rows if r[1] == "略去"] == clauses
    assert clauses


def test_rules_on_restricted_items_are_judged_in_the_office_copy_only(demo: dict[str, DemoRound]) -> None:
    folder = demo["2020H1"].collection.round.path / RESULTS
    rules = party_building().rules
    shared, office = (
        {r[0][:4] for r in rows_of(folder / name) if r[1] in ("通过", "不通过", "未判断")}
        for name in ("汇总表.xlsx", "汇总表（本室留存）.xlsx")
    )
    assert shared < office
    assert all(HIDDEN & set(mentioned(parse(rules[r].expression))) for r in office - shared)
