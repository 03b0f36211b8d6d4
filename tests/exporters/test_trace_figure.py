"""huibao trace: every figure of a report leads to the cells it was added up from, and says who is not in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import a_round, collected, party_building, submission

from exporters.demo.run import DemoRound
from exporters.figures.document import Document, open_document, read_document
from exporters.prose.numbers import digits
from exporters.tracing.asked import Asked, NotTraced, asked_for, figure_of, figures_in
from exporters.tracing.basis import Figure
from exporters.tracing.page import write_trace_page
from exporters.tracing.trace import Trace, trace_figure
from exporters.tracing.words import head_lines, trace_json
from exporters.word.official import OfficialDocument
from exporters.word.pieces import Piece
from workbook.collection import Collection
from workbook.model import Decision, Repair, Unit
from workbook.round import IN, RESULTS

ROOT = Path(__file__).parent.parent.parent
UNITS = [
    *(Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county"), Unit("Q1", "丙区", "district")),
    *(Unit("S1", "某局", "organ"), Unit("S0", "市直汇总", "organ", umbrella=True)),
]
STUDY, RATE = "THE_CENTER_SESSIONS", "REC_RATE"
LINK = re.compile(r'=HYPERLINK\("([^"#]+)#\'(.+)\'!([A-Z]+[0-9]+)","(.*)"\)')


def city(path: Path = Path("nowhere"), **figures: Mapping[str, Any]) -> Collection:
    """Return a round in which the named units reported these figures."""
    tiers = {u.code: u for u in UNITS}
    forms = [
        replace(submission(f, unit=u, tier=tiers[u].tier, umbrella=tiers[u].umbrella), unit=tiers[u])
        for u, f in figures.items()
    ]
    return collected(a_round(path, UNITS, return_on_error=False), *forms)


def traced(collection: Collection, text: str, unit: str = "") -> Trace:
    return trace_figure(collection, asked_for(text, collection, None, unit))


def report(*pieces: Piece) -> Document:
    document = OfficialDocument("x", datetime(2021, 1, 5))
    document.body(list(pieces))
    return read_document(document.to_bytes())


def huibao(*args: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(ROOT / "huibao.py"), "trace", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)


def test_a_total_is_the_sum_of_the_cells_it_names() -> None:
    collection = city(X1={STUDY: 5}, X2={STUDY: 7}, S1={STUDY: 3}, S0={STUDY: 99})
    found = traced(collection, f"hb:{STUDY}@all.value")
    assert found.told == "15次"
    assert (found.n, found.units) == (3, 4)
    lines = {line.unit.code: line for line in found.parts[0].lines}
    assert {u: line.value for u, line in lines.items()} == {"X1": 5, "X2": 7, "S1": 3}
    for unit, line in lines.items():
        form = collection.submissions[unit]
        cell = form.cells[STUDY, "value"]
        assert line.place is not None
        assert (line.place.sheet, line.place.cell) == (cell.sheet, cell.address)
        assert (line.place.file, line.place.sha256, line.place.raw) == (form.file, form.sha256, str(line.value))
        assert line.receipt.startswith("已采用")


def test_a_unit_that_did_not_report_is_named_with_why() -> None:
    found = traced(city(X1={STUDY: 5}), STUDY)
    assert {a.unit.name: a.why for a in found.absent} == dict.fromkeys(("乙县", "丙区", "某局"), "未报送：没有收到报表")


@pytest.mark.parametrize(
    ("given", "shown"), [(None, "空白"), ("不适用", "不适用"), ("未统计", "未统计"), ("若干", "若干")]
)
def test_a_cell_without_a_number_is_shown_as_it_is_and_not_counted(given: str | None, shown: str) -> None:
    found = traced(city(X1={STUDY: 5}, X2={STUDY: given}), f"{STUDY}@county")
    lines = {line.unit.code: line for line in found.parts[0].lines}
    assert lines["X1"].counts
    assert not lines["X2"].counts
    assert lines["X2"].shown == shown
    assert lines["X2"].place is not None
    assert any("未计入" in note for note in lines["X2"].notes)


@pytest.mark.parametrize(
    "text", [f"hb:{STUDY}@all.value", f"{STUDY}@all", STUDY, "理论学习中心组学习次数", f"{STUDY}@全市"]
)
def test_a_figure_may_be_asked_for_in_many_ways(text: str) -> None:
    assert traced(city(X1={STUDY: 5}), text).figure == Figure(STUDY, "all", "value")


def test_a_name_and_a_unit_mean_the_units_own_figure() -> None:
    found = traced(city(X1={STUDY: 5}, X2={STUDY: 7}), "理论学习中心组学习次数", unit="乙县")
    assert (found.figure, found.told) == (Figure(STUDY, "X2", "value"), "7次")


def test_one_unit_of_a_total_may_be_looked_at_alone() -> None:
    collection = city(X1={STUDY: 5}, X2={STUDY: 7})
    found = trace_figure(collection, Asked(Figure(STUDY, "all", "value")), UNITS[1])
    assert found.told == "12次"
    assert [line.unit.code for line in found.parts[0].lines] == ["X2"]
    with pytest.raises(NotTraced, match="市直汇总不在"):
        trace_figure(collection, Asked(Figure(STUDY, "all", "value")), UNITS[-1])


def test_a_rate_comes_from_the_sums_of_its_parts_and_each_part_from_its_cells() -> None:
    found = traced(city(X1={"REC_DONE": 9, "REC_PROBLEMS": 10}, X2={"REC_DONE": 1, "REC_PROBLEMS": 10}), RATE)
    assert found.told == "50.0%"
    assert any("10÷20×100" in line for line in found.how)
    assert [(p.code, p.depth) for p in found.parts] == [(RATE, 0), ("REC_DONE", 1), ("REC_PROBLEMS", 1)]
    above, below = (sum(line.value for line in p.lines if line.value is not None) for p in found.parts[1:])
    assert Fraction(above, below) * 100 == 50
    assert all(line.place is None for line in found.parts[0].lines)
    assert all(line.place is not None for p in found.parts[1:] for line in p.lines)


def test_a_unit_whose_denominator_is_missing_is_not_in_the_rate() -> None:
    found = traced(city(X1={"REC_DONE": 9, "REC_PROBLEMS": 10}, X2={"REC_DONE": 1}), RATE)
    assert found.told == "90.0%"
    assert [line.counts for line in found.parts[1].lines] == [True, False]
    assert found.parts[1].total == "9个"


def test_a_change_leads_to_both_years_of_the_same_units() -> None:
    prior = f"prev({STUDY})"
    found = traced(city(X1={STUDY: 6, prior: 5}, X2={STUDY: 9}), f"hb:{STUDY}@all.yoy")
    assert found.told == "增长20%"
    now, then = found.parts
    assert [(line.value, line.counts) for line in now.lines] == [(6, True), (9, False)]
    assert (now.total, then.total) == ("6次", "5次")
    assert any("一年没有数" in note for note in now.lines[1].notes)


def test_an_umbrella_is_traced_by_itself_only() -> None:
    found = traced(city(S1={STUDY: 3}, S0={STUDY: 4}), f"{STUDY}@S0")
    assert [(line.unit.code, line.value) for line in found.parts[0].lines] == [("S0", 4)]
    assert [line.unit.code for line in traced(city(S1={STUDY: 3}, S0={STUDY: 4}), STUDY).parts[0].lines] == ["S1"]


def test_a_rank_names_everyone_it_was_won_against() -> None:
    rates = {"X1": (9, 10), "X2": (10, 10), "Q1": (1, 3)}
    collection = city(**{u: {"REC_DONE": a, "REC_PROBLEMS": b} for u, (a, b) in rates.items()})
    found = traced(collection, f"hb:{RATE}@X1.rank")
    assert found.told == "第2位"
    assert {line.unit.code: line.notes for line in found.parts[0].lines} == {
        "X1": ("第2位",),
        "X2": ("第1位",),
        "Q1": ("不参加排名：没有数、分母太小或两年不可比",),
    }


def test_the_best_of_a_group_and_those_below_the_standard_are_marked() -> None:
    counties = [Unit(f"X{n}", f"第{n}县", "county") for n in range(1, 6)]
    done = dict(zip("12345", (5, 9, 7, 8, 6), strict=True))
    forms = [
        replace(submission({"REC_DONE": done[u.code[1]], "REC_PROBLEMS": 10, STUDY: n}, unit=u.code), unit=u)
        for n, u in enumerate(counties)
    ]
    collection = collected(a_round(Path("nowhere"), counties, return_on_error=False), *forms)
    best = traced(collection, f"hb:{RATE}@县区.top")
    assert best.told == "第2县（90%）、第4县（80%）、第3县（70%）"
    assert [line.notes[0] for line in best.parts[0].lines] == ["第5位", "第1位", "第3位", "第2位", "第4位"]
    below = traced(collection, f"hb:{STUDY}@all.short")
    failing = [line.unit.code for line in below.parts[0].lines if "未达标" in line.notes]
    assert below.told == f"{len(failing)}个"
    assert failing == ["X1", "X2", "X3", "X4"]


def test_how_a_cell_was_read_and_what_the_office_decided_stands_beside_it() -> None:
    collection = city(X1={STUDY: 5}, X2={STUDY: 7})
    form = collection.submissions["X1"]
    cell = form.cells[STUDY, "value"]
    repaired = replace(form, repairs=(Repair("words", cell.sheet, cell.address, STUDY, "“五”按 5 读"),))
    decision = Decision("X2", "accept", "X2", "", "电话核实", "王某", datetime(2021, 1, 5))
    collection = replace(collection, decisions=(decision,))
    vars(collection)["submissions"] = {**collection.submissions, "X1": repaired}
    first, second = traced(collection, STUDY).parts[0].lines
    assert first.notes == ("“五”按 5 读",)
    assert second.notes == ("乙县：采用。理由：电话核实（王某，2021-01-05）",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hb:units@all.accepted", "huibao ledger"),
        ("NO_SUCH_CODE", "没有代码为"),
        ("没有的指标", "没有叫"),
        (f"{STUDY}@火星", "没有“火星”"),
        (f"{STUDY}@all.colour", "没有“colour”"),
        ("ORG_COLL_FUND@organ", "不填报"),
        (f"hb:{STUDY}@all.standard", "不是单位填报的数"),
        ("hb:TXT_PROBLEMS@理论武装.raised", "文字材料"),
    ],
)
def test_what_cannot_be_traced_is_said_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(NotTraced, match=said):
        traced(city(X1={STUDY: 5}), text)


def test_words_of_a_sentence_find_the_figure_inside_them() -> None:
    tag = f"hb:{STUDY}@all.value"
    document = report(Piece("各单位开展学习"), Piece("5", tag), Piece("次，提出意见8条。"))
    found = asked_for("开展 学习5次", city(X1={STUDY: 5}), document, "")
    assert (found.figure.tag, found.said, found.sentence) == (tag, "5", "各单位开展学习5次，提出意见8条")
    for words, said in (("意见8条", "没有由本系统写的数"), ("学习6次", "没有“学习6次”这句话")):
        with pytest.raises(NotTraced, match=said):
            asked_for(words, city(X1={STUDY: 5}), document, "")


def test_several_figures_in_the_words_are_listed_and_one_twice_is_one() -> None:
    value, change, way = (f"hb:{STUDY}@all.{m}" for m in ("value", "yoy", "dir"))
    collection = city(X1={STUDY: 5})
    sentence = (Piece("学习"), Piece("5", value), Piece("次，"), Piece("增长", way), Piece("20", change), Piece("%。"))
    with pytest.raises(NotTraced, match="对得上 2 个数") as several:
        asked_for("学习5次，增长20%", collection, report(*sentence), "")
    assert value in str(several.value)
    assert change in str(several.value)
    assert asked_for("增长20%", collection, report(*sentence), "").figure.tag == change
    twice = report(Piece("学习"), Piece("5", value), Piece("次；学习"), Piece("5", value), Piece("次。"))
    assert asked_for("学习5次", collection, twice, "").figure.tag == value


def test_a_report_that_says_otherwise_is_told() -> None:
    asked = Asked(Figure(STUDY, "all", "value"), "6", "学习6次")
    found = trace_figure(city(X1={STUDY: 5}), asked)
    assert found.differs
    assert any("“6”" in line and "5次" in line for line in head_lines(found))
    assert not trace_figure(city(X1={STUDY: 6}), asked).differs


def test_the_page_opens_the_very_cell_and_says_when_it_stays_in_the_office(tmp_path: Path) -> None:
    (tmp_path / IN).mkdir()
    collection = city(tmp_path, X1={STUDY: 5, "CAD_LETTERS_RECEIVED": 4}, X2={STUDY: 7})
    for form in collection.submissions.values():
        (tmp_path / IN / form.file).write_bytes(b"x")
    path = tmp_path / "elsewhere" / "页.xlsx"
    write_trace_page(path, traced(collection, STUDY), collection)
    sheet = openpyxl.load_workbook(path).active
    links = [LINK.fullmatch(str(c.value)) for row in sheet.iter_rows() for c in row if "HYPERLINK" in str(c.value)]
    assert {(path.parent / m[1]).resolve() for m in links if m} == {tmp_path / IN / f"{u}.xlsx" for u in ("X1", "X2")}
    cell = collection.submissions["X1"].cells[STUDY, "value"]
    assert {(m[2], m[3]) for m in links if m} == {(cell.sheet, cell.address)}
    restricted = next(
        c for c, i in party_building().indicators.items() if i.sensitive == "restricted" and not i.computed
    )
    for code, kept in ((STUDY, False), (restricted, True)):
        write_trace_page(path, traced(collection, code), collection)
        words = [str(c.value) for row in openpyxl.load_workbook(path).active.iter_rows() for c in row if c.value]
        assert any("本室留存" in w for w in words) == kept


@pytest.fixture(scope="module", params=["2020H1", "2020"])
def entry(request: pytest.FixtureRequest, demo: dict[str, DemoRound]) -> DemoRound:
    return demo[request.param]


def test_every_figure_of_the_merged_report_is_traced_to_what_it_says(entry: DemoRound) -> None:
    """A tenth of them, all kinds: each is retold as the report has it, and its lines add up to it."""
    collection, indicators = entry.collection, party_building().indicators
    document = open_document(collection.round.path / RESULTS / "全市汇总报告.docx")
    figures = list({(f.tag, f.said): f for f in figures_in(document)}.values())
    kinds = {figure_of(f.tag).measure: f for f in figures}
    chosen = [*figures[::10], *kinds.values()]
    added = 0
    for at in chosen:
        figure = figure_of(at.tag)
        if at.said == "—" or figure.code not in indicators or figure.measure == "standard":
            continue  # nobody was asked for it, or it is counted from receipts and texts, or laid down
        found = trace_figure(collection, Asked(figure, at.said, at.sentence))
        assert not found.differs, (at, found.told)
        item = indicators[figure.code]
        if figure.measure == "value" and item.aggregation == "sum" and not item.computed:
            total = sum(line.value for line in found.parts[0].lines if line.counts and line.value is not None)
            assert digits(Fraction(total), item.decimals) == digits(Fraction(found.value or 0), item.decimals)
            added += 1
    assert added > 50
    assert {"value", "yoy", "dir", "share", "mean", "n", "rank"} <= set(kinds)


@cache
def opened(path: Path) -> Any:
    return openpyxl.load_workbook(path, data_only=True)


@pytest.mark.parametrize("measure", ["value", "prior", "prior_reported"])
def test_the_cells_it_names_hold_the_numbers_in_the_files(entry: DemoRound, measure: str) -> None:
    collection, added = entry.collection, Fraction(0)
    found = trace_figure(collection, Asked(Figure(STUDY, "县区", measure)))
    part = found.parts[-1]
    for line in part.lines:
        assert line.place is not None
        path = line.place.folder / IN / line.place.file
        assert hashlib.sha256(path.read_bytes()).hexdigest() == line.place.sha256
        held = opened(path)[line.place.sheet][line.place.cell].value
        assert Fraction(str(held)) == line.value
        assert bool(line.place.earlier) == (measure != "value")
        added += Fraction(str(held)) if line.counts else 0
    assert added == found.value
    total = collection.totals["县区", STUDY]
    told = {
        "value": total.value,
        "prior": total.matched_prior,
        "prior_reported": total.reported and total.reported.value,
    }
    assert added == told[measure]


def test_json_says_the_same_with_the_whole_fingerprint(entry: DemoRound) -> None:
    found = trace_figure(entry.collection, Asked(Figure(STUDY, "all", "value")))
    data = json.loads(json.dumps(trace_json(found, "2020")))
    lines = data["parts"][0]["lines"]
    assert sum(line["value"] for line in lines if line["counts"]) == data["value"]
    assert all(re.fullmatch("[0-9a-f]{64}", line["sha256"]) for line in lines)
    assert len(lines) + len(data["absent"]) == data["units"]


def test_the_command_finds_the_round_above_a_report(demo: dict[str, DemoRound], tmp_path: Path) -> None:
    folder = demo["2020H1"].collection.round.path
    city_ = shutil.copytree(folder.parent, tmp_path / "city") / folder.name
    path, page = city_ / RESULTS / "全市汇总报告.docx", tmp_path / "页.xlsx"
    number = digits(Fraction(demo["2020H1"].collection.totals["all", STUDY].value or 0), 0)
    done = huibao(path, f"开展理论学习中心组学习{number}次", "-o", page, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["figure"] == f"hb:{STUDY}@all.value"
    assert page.is_file()
    alone = Path(shutil.copy(path, tmp_path / "alone.docx"))
    assert huibao(alone, STUDY).returncode == 2
    done = huibao(alone, STUDY, "--data", city_)
    assert done.returncode == 0, done.stderr
    assert f"理论学习中心组学习次数（全市）：{number}次" in done.stderr
    for wrong in ([city_], [city_, STUDY, "--feeds", "X01", STUDY], [city_, "?"], [city_, STUDY, "-o", "页.docx"]):
        done = huibao(*wrong)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
