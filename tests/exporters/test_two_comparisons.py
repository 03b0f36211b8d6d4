"""Two comparisons with last year: in the workbook and in prose, each saying what it covers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from helpers import a_round, by_measure, collected, submission

from exporters.consolidated.book import write_book
from exporters.narrative.facts import OfRound
from exporters.narrative.figures import Figures
from exporters.narrative.measures import HOW
from exporters.narrative.report import of_round
from exporters.narrative.told import plain_text
from exporters.narrative.writer import Writer
from exporters.prose.marks import DROP, MISSING, readable
from workbook.collection import Collection
from workbook.model import Round, Unit

OLD = [Unit("A", "甲县", "county", until="2019"), Unit("B", "乙县", "county", until="2019")]
UNITS = [
    Unit("C", "丙县", "county", since="2020", before=("A", "B")),
    Unit("D", "丁县", "county"),
    Unit("E", "戊县", "county"),
]
NOW = {"C": 36, "D": 12, "E": 30}
THEN = {"A": 10, "B": 20, "D": 10, "E": 20}


def city(now: dict[str, int], then: dict[str, int], code: str = "ORG_DEVELOPED") -> Collection:
    round_: Round = a_round(Path("nowhere"), UNITS, others=tuple(OLD), return_on_error=False)
    forms = [replace(submission({code: v}, unit=u.code), unit=u) for u in UNITS if (v := now.get(u.code)) is not None]
    rows = [
        {"unit": u, "code": code, "measure": "prior", "state": 1, "scaled": v, "definition": "1"}
        for u, v in then.items()
    ]
    return collected(round_, *forms, stored=by_measure(rows))


def figures(collection: Collection) -> Figures:
    return Figures(OfRound(collection), frozenset(), HOW)


def row_of(path: Path, name: str) -> dict[str, object]:
    """Return what 分级汇总 shows of an indicator by heading, the first of those that repeat."""
    sheet = openpyxl.load_workbook(path, data_only=True)["分级汇总"]
    heads = [str(c.value).replace("\n", "") for c in sheet[3]]
    values = next(r for r in sheet.iter_rows(min_row=4, values_only=True) if r[1] == name)
    return dict(zip(heads[::-1], values[::-1], strict=True))


def test_the_workbook_shows_both_with_their_coverage(tmp_path: Path) -> None:
    write_book(tmp_path / "x.xlsx", city(NOW, THEN), frozenset())
    row = row_of(tmp_path / "x.xlsx", "发展党员数")
    assert (row["全市"], row["有数/应报"]) == (78, "3/3")
    assert (row["上年同期（当时口径）"], row["上年有数/应报"], row["同比（当时口径）"]) == (60, "4/4", 30)
    assert (row["可比/应报"], row["可比口径本期"], row["可比口径上年同期"]) == ("2/3", 42, 30)
    assert row["同比（可比口径）"] == 40


def test_last_years_figures_that_nobody_stored_are_told_apart(tmp_path: Path) -> None:
    write_book(tmp_path / "x.xlsx", city(NOW, {}), frozenset())
    assert row_of(tmp_path / "x.xlsx", "发展党员数")["上年有数/应报"] == "0/3 自报"


def test_what_the_two_differ_by_has_a_sheet(tmp_path: Path) -> None:
    write_book(tmp_path / "x.xlsx", city(NOW, THEN), frozenset())
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    rows = [[c.value for c in r][1:] for r in book["两年不可比"].iter_rows(min_row=5)]
    assert rows == [
        ["C", "丙县", "县", "全部指标", "由甲县、乙县合并、分设或改设", "不参加可比口径的同比"],
        ["A", "甲县", "县", "全部指标", "报到 2019 为止，本期不再填报", "上年数计入当时口径"],
        ["B", "乙县", "县", "全部指标", "报到 2019 为止，本期不再填报", "上年数计入当时口径"],
    ]


def test_a_round_without_changes_has_no_such_sheet(tmp_path: Path) -> None:
    round_ = a_round(tmp_path, [UNITS[1]], return_on_error=False)
    write_book(tmp_path / "x.xlsx", collected(round_, submission({}, unit="D")), frozenset())
    assert "两年不可比" not in openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames


@pytest.mark.parametrize(
    ("now", "then", "measure", "words"),
    [
        (NOW, THEN, "yoy", "同比增长40%"),  # 丙县 is named at the head of the report
        (NOW, {k: v for k, v in THEN.items() if k != "E"}, "yoy", "同比增长20%（可比1/3）"),
        (NOW, THEN, "yoy_reported", "同比（当时口径）增长30%"),
        (NOW, {k: v for k, v in THEN.items() if k != "E"}, "yoy_reported", "同比（当时口径，上年3/4）增长95%"),
        (NOW | {"C": 18}, THEN, "yoy_reported", "同比（当时口径）持平"),
        (NOW, THEN, "prior", "30名"),
        (NOW, THEN, "prior_reported", "60名"),
        (NOW, {}, "prior_reported", DROP),
        (NOW, {}, "yoy_reported", DROP),
    ],
)
def test_prose_says_what_a_comparison_covers(
    now: dict[str, int], then: dict[str, int], measure: str, words: str
) -> None:
    told = figures(city(now, then)).figure("ORG_DEVELOPED", "all", measure)
    assert readable(told) == (MISSING if words == DROP else words)


@pytest.mark.parametrize(
    ("measure", "words"),
    [("yoy", "增长40%"), ("yoy_reported", "增长30%"), ("yoy_n", "2/3"), ("prior", "30"), ("prior_reported", "60")],
)
def test_tables_show_both(measure: str, words: str) -> None:
    assert readable(figures(city(NOW, THEN)).cell("ORG_DEVELOPED", "all", measure)) == words


def test_every_measure_has_a_title_for_its_figure() -> None:
    ours = figures(city(NOW, {"A": 10, "D": 10}))
    writer = Writer(document=None, names={"ORG_DEVELOPED": "发展党员数", "all": "全市"})  # type: ignore[arg-type]
    told = "".join(ours.figure("ORG_DEVELOPED", "all", m) for m in ("yoy", "yoy_reported", "prior_reported"))
    titles = [piece.alias for piece in writer.pieces(told) if piece.tag]
    assert "发展党员数（全市）同比（当时口径）" in titles
    assert "发展党员数（全市）上年有数单位数" in titles


def test_the_report_names_the_units_that_changed() -> None:
    collection = city(NOW, THEN)
    text = plain_text(of_round(collection, collection.round.pack.genres["city_merge"]).lines)
    assert "丙县是新设或合并、分设的单位，不参加比较，甲县、乙县本期不再填报" in text
    assert "发展党员78名，同比增长40%" in text
    assert "按上年当时的全部单位计算，发展党员同比（当时口径）增长30%。" in text
