"""huibao trace --feeds: what changes if a unit corrects a cell, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from helpers import a_round, collected, party_building, submission

from exporters.demo.run import DemoRound
from exporters.figures.document import open_document
from exporters.tracing.asked import NotTraced, figure_of, figures_in
from exporters.tracing.basis import Figure, Within
from exporters.tracing.feeds import feeds_of, rests_on
from exporters.tracing.page import write_feeds_page
from exporters.tracing.worded import told
from exporters.tracing.words import feeds_json, feeds_lines
from exporters.word.official import OfficialDocument
from exporters.word.pieces import Piece
from workbook.collection import Collection
from workbook.expression.tree import Ref
from workbook.history import Stored, stored_figures
from workbook.model import Unit
from workbook.round import RESULTS

JIA, YI, SOME, ALL = (
    *(Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county")),
    *(Unit("S1", "某局", "organ"), Unit("S0", "市直汇总", "organ", umbrella=True)),
)
DONE, PROBLEMS, RATE = "REC_DONE", "REC_PROBLEMS", "REC_RATE"
HERE = Ref(DONE)


def city(path: Path = Path("nowhere"), **settings: object) -> Collection:
    forms = [
        replace(submission({DONE: 4, PROBLEMS: 5}, unit=u.code, tier=u.tier, umbrella=u.umbrella), unit=u)
        for u in (JIA, YI, SOME, ALL)
    ]
    return collected(a_round(path, (JIA, YI, SOME, ALL), return_on_error=False, **settings), *forms)


def fed(collection: Collection, unit: Unit, tag: str, ref: Ref = HERE) -> bool:
    return rests_on(figure_of(tag), unit, ref, collection)


@pytest.mark.parametrize(
    "measure",
    ["value", "yoy", "dir", "mean", "share", "part", "rank", "met", "n", "units", "over", "top", "short", "full"],
)
def test_every_way_to_tell_a_figure_rests_on_this_periods_cell(measure: str) -> None:
    scope = {"rank": "X1", "top": "县区"}.get(measure, "all")
    assert rests_on(Figure("CAD_PROMOTED", scope, measure), JIA, Ref("CAD_PROMOTED"), city())


@pytest.mark.parametrize("measure", ["prior", "prior_reported", "opening", "half"])
def test_what_is_told_of_earlier_times_does_not(measure: str) -> None:
    assert not rests_on(Figure(DONE, "all", measure), JIA, Ref(DONE), city())


def test_a_cell_counts_in_its_scopes_and_in_what_is_computed_from_it() -> None:
    collection = city()
    for scope, feeds in (("all", True), ("县区", True), ("county", True), ("X1", True), ("district", False)):
        assert fed(collection, JIA, f"hb:{RATE}@{scope}.value") == feeds
    assert not fed(collection, JIA, f"hb:{RATE}@市直.value")
    assert not fed(collection, JIA, f"hb:{RATE}@X2.value")
    assert not fed(collection, JIA, f"hb:{PROBLEMS}@all.value")
    assert [t.code for t in feeds_of(collection, "甲县", DONE).through] == [RATE]


def test_a_place_or_share_moves_with_anyone_of_the_group() -> None:
    collection = city()
    assert fed(collection, JIA, f"hb:{RATE}@X2.rank")
    assert not fed(collection, JIA, f"hb:{RATE}@S1.rank")
    assert fed(collection, JIA, f"hb:{DONE}@市直.share")


def test_a_part_moves_the_share_of_the_other_parts() -> None:
    collection = city()
    assert fed(collection, JIA, "hb:CAD_REUSED@all.part", Ref("CAD_PROMOTED"))
    assert not fed(collection, JIA, "hb:CAD_REUSED@all.value", Ref("CAD_PROMOTED"))


def test_the_word_all_rests_on_the_part_and_on_the_whole() -> None:
    collection = city()
    for code in (DONE, PROBLEMS):
        assert fed(collection, JIA, f"hb:{DONE}@X1.full", Ref(code))
    assert not fed(collection, JIA, f"hb:{DONE}@X1.standard")


def test_an_umbrella_feeds_its_own_report_only_unless_it_stands_for_its_units() -> None:
    collection = city()
    assert fed(collection, ALL, f"hb:{DONE}@S0.value")
    assert not any(fed(collection, ALL, f"hb:{DONE}@{scope}.value") for scope in ("all", "市直", "organ", "S1"))
    assert any("汇总单位" in note for note in feeds_of(collection, "S0", DONE).notes)
    other_side = city(basis="umbrella")
    assert fed(other_side, ALL, f"hb:{DONE}@市直.value")
    assert not fed(other_side, SOME, f"hb:{DONE}@市直.value")


def test_a_total_its_tier_does_not_report_is_not_fed() -> None:
    assert "county" not in party_building().indicators["THE_GROUP_STUDY_TOTAL"].tiers
    study = Ref("THE_CENTER_SESSIONS")
    assert not fed(city(), JIA, "hb:THE_GROUP_STUDY_TOTAL@all.value", study)
    assert fed(city(), SOME, "hb:THE_GROUP_STUDY_TOTAL@all.value", study)


def test_a_cell_may_be_named_by_its_place_on_the_form() -> None:
    collection = city()
    cell = collection.submissions["X1"].cells[DONE, "value"]
    for place in (f"{cell.sheet}!{cell.address}", f"{cell.sheet}！${cell.address[0].lower()}{cell.address[1:]}"):
        assert feeds_of(collection, "X1", place).ref == Ref(DONE)
    before = collection.submissions["X1"].cells[DONE, "prior"]
    assert feeds_of(collection, "X1", f"{before.sheet}!{before.address}").ref == Ref(DONE, "prior")


@pytest.mark.parametrize(
    ("unit", "what", "said"),
    [
        ("丁县", DONE, "没有“丁县”"),
        ("X1", "没有的", "没有叫"),
        ("X1", RATE, "计算出来的"),
        ("X1", "巡视巡察整改!A1", "不是填指标数的格子"),
        ("S1", "ORG_COLL_FUND", "某局不填报"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_sentence(unit: str, what: str, said: str) -> None:
    with pytest.raises(NotTraced, match=said):
        feeds_of(city(), unit, what)


def test_every_report_in_the_results_is_looked_through(tmp_path: Path) -> None:
    collection = city(tmp_path)
    folder = tmp_path / RESULTS
    (folder / "报告").mkdir(parents=True)
    document = OfficialDocument("x", datetime(2021, 1, 5))
    document.body(
        [Piece("整改"), Piece("12", f"hb:{DONE}@all.value"), Piece("个，问题"), Piece("15", f"hb:{PROBLEMS}@all.value")]
    )
    (folder / "报告" / "甲.docx").write_bytes(document.to_bytes())
    (folder / "坏.docx").write_bytes(b"PK nothing")
    (folder / "~$甲.docx").write_bytes(b"open in Word")
    found = feeds_of(collection, "甲县", DONE)
    assert [(f.report.as_posix(), f.tag, f.said, f.sentence) for f in found.figures] == [
        ("报告/甲.docx", f"hb:{DONE}@all.value", "12", "整改12个，问题15")
    ]
    assert found.reports == 1
    assert any("坏.docx" in note for note in found.notes)
    write_feeds_page(tmp_path / "页.xlsx", found, collection)
    words = [c.value for row in openpyxl.load_workbook(tmp_path / "页.xlsx").active.iter_rows() for c in row]
    assert '=HYPERLINK("成果/报告/甲.docx","报告/甲.docx")' in words
    assert feeds_json(found, "2020")["figures"][0]["tag"] == f"hb:{DONE}@all.value"
    assert any("1 份报告里的 1 个数" in line for line in feeds_lines(found))


@pytest.mark.parametrize(("unit", "code"), [("X01", "BASE_MEMBERS"), ("Q02", DONE), ("S01", "THE_CENTER_SESSIONS")])
def test_whatever_a_correction_moves_was_foretold(demo: dict[str, DemoRound], unit: str, code: str) -> None:
    """Correct a cell for good and merge again: no figure of the merged report moves that was not named."""
    collection = demo["2020H1"].collection
    stored, _ = stored_figures(collection.round)
    before = _merged(collection, stored)
    form = collection.submissions[unit]
    cell = form.cells[code, "value"]
    assert cell.scaled is not None
    other = replace(cell, scaled=cell.scaled * 3 + 7, raw=str(cell.scaled * 3 + 7))
    after = _merged(collection, stored, replace(form, cells={**form.cells, (code, "value"): other}))
    report = open_document(collection.round.path / RESULTS / "全市汇总报告.docx")
    figures = {figure_of(f.tag) for f in figures_in(report)}
    figures = {f for f in figures if f.code in party_building().indicators and f.measure != "standard"}
    moved = {f for f in figures if _told(before, f) != _told(after, f)}
    named = {figure_of(f.tag) for f in feeds_of(collection, unit, code).figures if f.report.name == "全市汇总报告.docx"}
    assert moved <= named
    assert {f for f in named if f.measure == "value" and f.code == code} <= moved
    assert len(moved) > 5


def _merged(collection: Collection, stored: Stored, *corrected: object) -> Collection:
    forms = {s.file: s for s in (*collection.submissions.values(), *corrected)}
    return collected(replace(collection.round, return_on_error=False), *forms.values(), stored=stored)


def _told(collection: Collection, figure: Figure) -> str:
    total = Within(collection).total(figure.code, figure.scope)
    return "" if total is None else told(collection, figure, total)
