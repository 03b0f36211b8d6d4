"""成果/上报表.xlsx with real files: villages' forms go in, town, county, city and province hand them on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk import Desk
from helpers import NOTHING, a_round, party_building
from ladder import INDICATORS, TIERS, VILLAGES, Ladder, ladder, own_form
from live import shown, told
from returns import faults, put

from exporters.results import write_results
from exporters.upward import upward_lines
from workbook.checks.check import check
from workbook.collect import collect
from workbook.collection import Collection
from workbook.model import Submission, Unit
from workbook.reading.submission import read_submission
from workbook.round import RESULTS, load_round, write_round

NAMES = {"value": "", "prior": "prev"}
NOW = datetime(2020, 7, 1)


def consolidated(path: Path) -> Collection:
    """Consolidate a round as `huibao consolidate` does."""
    round_, defects = load_round(path)
    assert round_ is not None, defects
    collection, stop = collect(round_)
    assert collection is not None, stop
    assert collection.balance.balanced
    assert "missing" not in {collection.states[u] for u in collection.states if u != "V9"}
    assert "returned" not in collection.states.values(), [f.message for _, f in collection.findings]
    results = write_results(collection, NOW)
    assert results.defects == ()
    assert (own_form(path) in results.outputs) == (round_.upward is not None)
    return collection


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Ladder:
    """Return the offices of two towns, a county, a city and a province, all consolidated, upwards."""
    root = tmp_path_factory.mktemp("offices")
    found = Ladder(ladder(root / "pack"), root)
    for town, villages in {"T1": ("V1", "V2"), "T2": ("V3", "V4")}.items():
        units = dict.fromkeys(villages, "村") | ({"V9": "village"} if town == "T2" else {})
        path = found.round(town, units, "town")
        found.report(path, {v: VILLAGES[v] for v in villages})
        consolidated(path)
    below = ["T1", "T2"]
    for name, tier in {"C1": "county", "S1": "city", "P1": ""}.items():
        path = found.round(name, dict.fromkeys(below, TIERS[TIERS.index(tier) - 1] if tier else "city"), tier)
        for lower in below:
            found.hand_on(root / lower, path)
        consolidated(path)
        below = [name]
    return found


@pytest.fixture
def town(rounds: Ladder, tmp_path: Path) -> Path:
    """Return a copy of a town's round that a test may spoil."""
    return Path(shutil.copytree(rounds.root / "T1", tmp_path / "T1"))


def read(rounds: Ladder, path: Path) -> Submission:
    return read_submission(own_form(path), rounds.pack)


def test_the_province_gets_what_the_villages_reported(rounds: Ladder) -> None:
    flat = rounds.round("flat", dict.fromkeys([*VILLAGES, "V9"], "village"))
    rounds.report(flat, VILLAGES)
    right, province = consolidated(flat), consolidated(rounds.root / "P1")
    codes = [c for c in INDICATORS if c not in ("SESSIONS", "GOAL")]
    assert {c: province.totals["all", c].value for c in codes} == {c: right.totals["all", c].value for c in codes}


def test_the_form_shows_the_totals_and_says_which_units_are_in_them(rounds: Ladder) -> None:
    form = read(rounds, rounds.root / "T2")
    raw = {c: form.cells[c, "value"].raw for c in ("PEOPLE", "INCOME", "SOLVED_RATE", "AREA", "SESSIONS")}
    assert raw == {"PEOPLE": "3076", "INCOME": "243.6", "SOLVED_RATE": "34.4", "AREA": "0", "SESSIONS": ""}
    guide = openpyxl.load_workbook(own_form(rounds.root / "T2"))["填报说明"]
    text = "\n".join(str(row[1].value) for row in guide.iter_rows())
    assert "应报 3 个，已汇总 2 个" in text
    assert "未含：V9级单位" in text
    assert "平均得分 1/3" in text
    assert "人口 " not in text
    assert "同比只供参考：人口。" in text


def test_the_form_is_a_good_workbook(rounds: Ladder) -> None:
    assert faults(own_form(rounds.root / "T1")) == []


def test_a_figure_the_office_corrected_counts_and_is_told(rounds: Ladder, tmp_path: Path) -> None:
    county = Path(shutil.copytree(rounds.root / "C1", tmp_path / "C1"))
    rounds.hand_on(rounds.root / "T1", county, lambda book: put(book, "PEOPLE", 2000))
    collection = consolidated(county)
    town = collection.submissions["T1"]
    assert [(r.kind, r.indicator) for r in town.repairs] == [("corrected", "PEOPLE")]
    assert "1631" in town.repairs[0].message
    assert "2000" in town.repairs[0].message
    assert not {"PEOPLE", "SCORE", "PER_HEAD"} & set(town.parts)
    assert collection.totals["all", "PEOPLE"].value == 2000 + 3076
    assert {"SOLVED_RATE", "RANK"} <= set(town.parts)


def test_what_the_office_typed_survives_the_next_run(rounds: Ladder, town: Path) -> None:
    path = own_form(town)
    book = openpyxl.load_workbook(path)
    for code, value in {"SESSIONS": 6, "AREA": 500.5, "RANK": None}.items():
        put(book, code, value)
    put(book, "TXT_WORK.1", "抓实调解", 4)
    put(book, "TXT_WORK.1", "=1+1", 5)
    put(book, "filler", "张三", 3)
    book.save(path)
    rounds.report(town, {"V1": {**VILLAGES["V1"], "PEOPLE": 1300, "AREA": 311}})
    for _ in range(2):
        collection = consolidated(town)
        form = read(rounds, town)
        raw = {c: form.cells[c, "value"].raw for c in ("SESSIONS", "AREA", "RANK", "PEOPLE")}
        assert raw == {"SESSIONS": "6", "AREA": "500.5", "RANK": "", "PEOPLE": "1731"}
        assert form.texts["TXT_WORK"][0].values == ("抓实调解", "=1+1")
        assert "张三" in form.texts["COVER_LINES"][0].values
        assert not {"AREA", "RANK"} & set(form.parts)
        assert form.prefilled["AREA", "value"] == "410.99"
        lines = "\n".join(upward_lines(collection))
        assert "耕地面积：下级汇总为 410.99，表上改成 500.5" in lines
        assert "人口" not in lines


def test_another_file_of_that_name_is_left_alone(rounds: Ladder, town: Path) -> None:
    other = own_form(rounds.root / "T2")
    shutil.copyfile(other, own_form(town))
    round_, _ = load_round(town)
    assert round_ is not None
    collection, _ = collect(round_)
    assert collection is not None
    assert own_form(town) not in write_results(collection, NOW).outputs
    assert own_form(town).read_bytes() == other.read_bytes()
    assert "移走或删除" in upward_lines(collection)[0]


def test_an_office_that_names_no_tier_above_is_told_once_how(rounds: Ladder, tmp_path: Path) -> None:
    collection, _ = collect(replace(loaded(rounds.root / "T1"), upward=None, path=tmp_path))
    assert collection is not None
    assert "[upward]" in upward_lines(collection)[0]
    own, _ = collect(a_round(tmp_path, [Unit("X1", "甲县", "county")]))
    assert own is not None
    assert upward_lines(own) == []


def loaded(path: Path) -> Any:
    round_, defects = load_round(path)
    assert round_ is not None, defects
    return round_


def test_round_toml_keeps_the_tier_above(rounds: Ladder, town: Path) -> None:
    before = loaded(town)
    write_round(before)
    assert loaded(town) == before
    assert before.upward == Unit("T1", "T1级单位", "town")
    assert before.above == "上级机关"
    assert "upward" not in (rounds.root / "P1" / "round.toml").read_text(encoding="utf-8").replace("# [upward]", "")


@pytest.mark.parametrize(
    "line",
    ['code = "不行"\nname = "甲"\ntier = "town"', 'code = "T1"\nname = ""\ntier = "town"', 'code = "T1"\nname = "甲"'],
)
def test_a_tier_above_that_is_told_wrong_stops_the_round(rounds: Ladder, tmp_path: Path, line: str) -> None:
    path = Path(shutil.copytree(rounds.root / "P1", tmp_path / "P1"))
    with (path / "round.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[upward]\n{line}\n")
    round_, (defect,) = load_round(path)
    assert round_ is None
    assert "[upward]" in defect.problem


def test_the_live_checks_agree_with_the_pipeline(rounds: Ladder, town: Path, desk: Desk) -> None:
    path = own_form(town)
    before = read(rounds, town)
    for change in (None, ("PARTY", 99999), ("SOLVED", 1), ("ISSUES", 70)):
        desk.open(path)
        if change:
            cell = before.cells[change[0], "value"]
            desk.put(cell.sheet, cell.address, change[1])
        desk.recalculate()
        saved = path.with_name("重算.xlsx")
        desk.save_as(saved)
        form = read_submission(saved, rounds.pack)
        result = check(rounds.pack, {"": form}, NOTHING, period="2020H1", modules=("core",))
        live = shown(desk, form.unit, form.period)
        assert live.findings == {told(f) for f in result.findings[""]}
        assert ("党员多于人口" in {f[1] for f in live.findings}) == (change is not None and change[0] == "PARTY")
        rates = {c: form.cells[c, "value"].raw for c in ("SOLVED_RATE", "BOTH", "ISSUES_CUT")}
        if change is None:
            assert rates == {c: before.cells[c, "value"].raw for c in rates} == RIGHT
            assert form.parts == before.parts
            assert form.repairs == ()
        elif change[0] == "SOLVED":
            assert rates["SOLVED_RATE"] == "14.3"
            assert not {"SOLVED", "SOLVED_RATE", "BOTH"} & set(form.parts)


RIGHT = {"SOLVED_RATE": "57.1", "BOTH": "84", "ISSUES_CUT": "22.2"}


def test_bounds_and_norms_of_a_village_do_not_bind_a_town(rounds: Ladder, town: Path) -> None:
    book = openpyxl.load_workbook(own_form(town))
    for code, value in {"PEOPLE": 90000, "PARTY": 400, "SESSIONS": 61}.items():
        put(book, code, value)
    book.save(own_form(town))
    form = read(rounds, town)
    found = check(rounds.pack, {"": form}, NOTHING, period="2020H1", modules=("core",)).findings[""]
    assert [(f.rule, f.indicator) for f in found if f.severity == "error"] == [("ABOVE", "SESSIONS")]


def test_the_consolidated_workbook_shows_the_totals_that_count(rounds: Ladder, desk: Desk) -> None:
    """SOLVED_RATE of the county is not Σ已解决 ÷ Σ问题 of its towns' cells: V2 has no 问题数."""
    collection = consolidated(rounds.root / "C1")
    desk.open(rounds.root / "C1" / RESULTS / "汇总表.xlsx")
    cached = desk.read("分级汇总", "A4:N40")
    desk.recalculate()
    anew = desk.read("分级汇总", "A4:N40")
    for before, after in zip(cached, anew, strict=True):
        assert after == [pytest.approx(v) if isinstance(v, float) else v for v in before]
    rows = {row[0]: row for row in cached}
    for code in ("SOLVED_RATE", "SCORE", "PEOPLE", "PER_HEAD"):
        right = collection.totals["all", code].value
        assert right is not None
        assert rows[code][3] == pytest.approx(float(right))


def test_nobody_above_gets_a_form_from_a_pack_without_tiers_above() -> None:
    assert not any(t.of for t in party_building().tiers)
