"""Units over time: founded, closed, merged, split; two year-on-year figures that say what they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from helpers import NOTHING, a_round, by_measure, collected, party_building, plan, submission
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.collect import collect
from workbook.collection import Collection
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.history import Stored, stored_figures, units_then
from workbook.model import Round, State, Unit
from workbook.period import parse_period
from workbook.round import FIGURES, IN, RESULTS, load_round, read_units, write_round
from workbook.totals import Reported, Total
from workbook.units import changes, reports

A, B, C = Unit("A", "甲县", "county"), Unit("B", "乙县", "county"), Unit("C", "丙县", "county")
D = Unit("D", "丁区", "district")
NOW = parse_period("2020")
Years = Mapping[str, tuple[object, int | None]]  # unit -> this year's figure, last year's stored one


def listed(units: list[Unit], period: str = "2020", **more: object) -> Round:
    """Return a round as it is loaded: the list parted into those that report and those that don't."""
    now = parse_period(period)
    active = [u for u in units if reports(u, now)]
    others = tuple(u for u in units if not reports(u, now))
    return a_round(Path("nowhere"), active, period, others=others, **({"return_on_error": False} | more))


def stored(figures: Mapping[tuple[str, str], int | None]) -> Stored:
    return by_measure(
        {"unit": u, "code": c, "measure": "prior", "state": state_of(v), "scaled": v or 0, "definition": "1"}
        for (u, c), v in figures.items()
    )


def state_of(value: int | None) -> int:
    return int(State.BLANK if value is None else State.NUMBER if value else State.ZERO)


def of_years(round_: Round, now: Mapping[str, Mapping[str, object]], then: Stored | None = None) -> Collection:
    units = {u.code: u for u in round_.units}
    forms = [
        replace(submission(v, tier=units[c].tier, unit=c, umbrella=units[c].umbrella), unit=units[c])
        for c, v in now.items()
    ]
    return collected(round_, *forms, stored=then)


def developed(units: list[Unit], years: Years, **more: object) -> Total:
    """Return the total of 发展党员数 from what units report now and what was stored of them last year."""
    round_ = listed(units, **more)
    now = {u: {"ORG_DEVELOPED": value} for u, (value, _) in years.items() if round_.unit(u)}
    then = stored({(u, "ORG_DEVELOPED"): before for u, (_, before) in years.items() if before is not None})
    return of_years(round_, now, then).totals["all", "ORG_DEVELOPED"]


def both(total: Total) -> tuple[object, ...]:
    """Return value and coverage of the two comparisons: as reported, then same units."""
    assert total.reported is not None
    r = total.reported
    return (total.value, r.value, r.n, r.units), (total.matched_value, total.matched_prior, total.matched)


@pytest.mark.parametrize(
    ("since", "until", "period", "expected"),
    [
        ("", "", "2020H1", True),
        ("2020H1", "", "2020H1", True),
        ("2020", "", "2020H1", False),  # 2020 ends after 2020H1
        ("2020H2", "", "2020", True),
        ("", "2020H1", "2020H1", True),
        ("", "2020H1", "2020", False),
        ("", "2020", "2020H2", True),
        ("2019", "2020-06", "2020Q2", True),
        ("2020Q3", "", "2020-08", False),
    ],
)
def test_a_unit_reports_between_its_first_and_last_period(since: str, until: str, period: str, expected: bool) -> None:
    assert reports(replace(A, since=since, until=until), parse_period(period)) is expected


def test_nothing_changed_and_both_comparisons_are_one() -> None:
    assert both(developed([A, B], {"A": (12, 10), "B": (30, 20)})) == ((42, 30, 2, 2), (42, 30, 2))


def test_a_closed_unit_counts_as_reported_but_not_among_same_units() -> None:
    total = developed([A, replace(B, until="2019")], {"A": (12, 10), "B": (None, 20)})
    assert both(total) == ((12, 30, 2, 2), (12, 10, 1))


def test_a_founded_unit_counts_now_and_not_among_same_units() -> None:
    total = developed([A, replace(B, since="2020")], {"A": (12, 10), "B": (30, None)})
    assert both(total) == ((42, 10, 1, 1), (12, 10, 1))


def test_two_units_merged_into_one() -> None:
    units = [replace(A, until="2019"), replace(B, until="2019"), replace(C, since="2020", before=("A", "B")), D]
    total = developed(units, {"A": (None, 10), "B": (None, 20), "C": (36, None), "D": (5, 4)})
    assert both(total) == ((41, 34, 3, 3), (5, 4, 1))


def test_what_a_merged_unit_says_of_its_predecessors_is_not_counted_twice() -> None:
    units = [replace(A, until="2019"), replace(B, until="2019"), replace(C, since="2020", before=("A", "B"))]
    round_ = listed(units)
    then = stored({("A", "ORG_DEVELOPED"): 10, ("B", "ORG_DEVELOPED"): 20})
    c = of_years(round_, {"C": {"ORG_DEVELOPED": 36, "prev(ORG_DEVELOPED)": 30}}, then)
    total = c.totals["all", "ORG_DEVELOPED"]
    assert both(total) == ((36, 30, 2, 2), (None, None, 0))
    assert total.excluded == ("C",)


def test_a_unit_split_in_two() -> None:
    units = [replace(A, until="2019"), *(replace(u, since="2020", before=("A",)) for u in (B, C)), D]
    total = developed(units, {"A": (None, 10), "B": (7, None), "C": (8, None), "D": (5, 4)})
    assert both(total) == ((20, 14, 2, 2), (5, 4, 1))


def test_a_unit_that_gave_part_away_is_not_the_same_unit() -> None:
    units = [A, replace(B, since="2020", before=("A",)), D]
    total = developed(units, {"A": (7, 10), "B": (4, None), "D": (5, 4)})
    assert both(total) == ((16, 14, 2, 2), (5, 4, 1))
    assert total.excluded == ("A",)


def test_a_unit_that_took_another_over_is_not_the_same_unit_for_a_year() -> None:
    units = [replace(A, before=("B",)), replace(B, until="2019"), D]
    total = developed(units, {"A": (33, 10), "B": (None, 20), "D": (5, 4)})
    assert both(total) == ((38, 34, 3, 3), (5, 4, 1))
    assert changes(units, parse_period("2021")) == {}


def test_a_renamed_unit_with_its_old_code_is_the_same_unit() -> None:
    renamed = replace(A, name="甲市")
    assert both(developed([renamed, B], {"A": (12, 10), "B": (30, 20)})) == ((42, 30, 2, 2), (42, 30, 2))


def test_changes_are_told_in_words() -> None:
    units = [
        replace(A, until="2019"),
        replace(B, before=("A",)),
        replace(C, since="2020", before=("D", "X9")),
        D,
        Unit("E", "戊县", "county", since="2020H1"),
        Unit("F", "己县", "county", changed="划入开发区"),
        Unit("G", "庚县", "county", since="2019H2", before=("X8",)),
    ]
    assert changes(units, NOW) == {
        "B": "并入了甲县",
        "C": "由丁区、X9合并、分设或改设",
        "D": "分出了丙县",
        "E": "新设，2020H1 起报",
        "F": "划入开发区",
    }
    assert of_years(listed(units), {}).gone == (units[0],)


def test_who_was_missing_last_year_is_told_by_n_of_n() -> None:
    total = developed([A, B], {"A": (12, 10), "B": (30, None)})
    assert both(total) == ((42, 10, 1, 2), (12, 10, 1))


@pytest.mark.parametrize(
    ("basis", "expected"),
    [("units", ((9, 6, 2, 2), (9, 6, 2))), ("umbrella", ((11, 8, 1, 1), (11, 8, 1)))],
)
def test_both_years_stand_on_the_same_side_of_an_umbrella(basis: str, expected: object) -> None:
    units = [Unit("S1", "一局", "organ"), Unit("S2", "二局", "organ"), Unit("S0", "工委", "organ", umbrella=True)]
    assert both(developed(units, {"S1": (4, 3), "S2": (5, 3), "S0": (11, 8)}, basis=basis)) == expected


def test_an_umbrella_that_is_new_leaves_a_gap_that_is_told() -> None:
    """Its units' figures of last year are the other side, and never stand in for it."""
    units = [A, Unit("S1", "一局", "organ"), Unit("S0", "工委", "organ", umbrella=True, since="2020")]
    total = developed(units, {"A": (12, 10), "S1": (4, 3), "S0": (11, None)}, basis="umbrella")
    assert both(total) == ((23, 10, 1, 2), (12, 10, 1))


def test_a_ratio_of_last_year_comes_from_the_parts_of_all_units_of_then() -> None:
    units = [A, replace(B, until="2019")]
    parts = {("A", "REC_DONE"): 1, ("A", "REC_PROBLEMS"): 3, ("B", "REC_DONE"): 5, ("B", "REC_PROBLEMS"): 7}
    total = of_years(listed(units), {"A": {"REC_DONE": 2, "REC_PROBLEMS": 3}}, stored(parts)).totals["all", "REC_RATE"]
    assert total.reported == Reported(Fraction(600, 10), 2, 2, stored=True)
    assert (total.matched_value, total.matched_prior) == (Fraction(200, 3), Fraction(100, 3))


def test_figures_nobody_stored_are_what_this_years_units_say_of_last_year() -> None:
    values = {"A": {"ORG_DEVELOPED": 12, "prev(ORG_DEVELOPED)": 10}, "B": {"prev(ORG_DEVELOPED)": 20}}
    total = of_years(listed([A, B]), values).totals["all", "ORG_DEVELOPED"]
    assert total.reported == Reported(Fraction(30), 2, 2, stored=False)


def test_an_item_without_last_years_figure_has_no_comparison() -> None:
    item = next(c for c, i in party_building().indicators.items() if not i.prior_year and "county" in i.tiers)
    assert of_years(listed([A]), {"A": {item: 1}}).totals["all", item].reported is None


known = st.integers(0, 900)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(known, known), min_size=4, max_size=4))
def test_with_the_same_units_all_known_both_comparisons_are_equal(rows: list[tuple[int, int]]) -> None:
    codes = ("ORG_DEVELOPED", "REC_DONE", "REC_PROBLEMS")
    units = [A, B, C, D]
    now = {u.code: dict.fromkeys(codes, n) for u, (n, _) in zip(units, rows, strict=True)}
    then = stored({(u.code, c): p for u, (_, p) in zip(units, rows, strict=True) for c in codes})
    totals = of_years(listed(units), now, then).totals
    for scope in ("all", "县区", "county", "district"):
        for code in (*codes, "REC_RATE"):
            total = totals[scope, code]
            assert total.reported is not None
            assert (total.value, total.reported.value) == (total.matched_value, total.matched_prior)
            assert total.n == total.matched == total.reported.n == total.reported.units


HEAD = "单位代码,单位名称,层级,汇总单位,机构变动,起报期,止报期,前身,联系方式\n"


def read(folder: Path, *lines: str, head: str = HEAD) -> tuple[tuple[Unit, ...], list[str]]:
    path = folder / "units.csv"
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    units, defects = read_units(path, party_building())
    return units, [f"{d.line} {d.problem}" for d in defects]


def test_the_list_tells_when_units_report_and_whom_to_call(tmp_path: Path) -> None:
    units, defects = read(tmp_path, "A,甲县,县,,,,2019,,", "C,丙县,县,,,2020,,A；X9 X8,张三 0000-1234567")
    assert defects == []
    assert units == (
        replace(A, until="2019"),
        replace(C, since="2020", before=("A", "X9", "X8"), contact="张三 0000-1234567"),
    )


def test_a_list_without_the_newer_columns_still_loads(tmp_path: Path) -> None:
    assert read(tmp_path, "A,甲县,县", head="单位代码,单位名称,层级\n") == ((A,), [])


@pytest.mark.parametrize(
    ("lines", "defect"),
    [
        (["A,甲县,县,,,二零二零,,,"], "2 报告期“二零二零”不认识"),
        (["A,甲县,县,,,,2020年,,"], "2 报告期“2020年”不认识"),
        (["A,甲县,县,,,2020,2020H1,,"], "2 起报期 2020 晚于止报期 2020H1"),
        (["A,甲县,县,,,,,A,"], "2 单位 A 的前身写成了它自己"),
        (["A,甲县,县,,,,,乙县,"], "2 前身“乙县”不是单位代码"),
        (["A,甲县,县,,,,,B,", "B,乙县,县,,,,,C,", "C,丙县,县,,,,,A,"], "2 单位 A 与 B 互为前身"),
    ],
)
def test_what_is_wrong_in_the_list_is_told_with_its_line(tmp_path: Path, lines: list[str], defect: str) -> None:
    assert read(tmp_path, *lines)[1][0] == defect


def a_folder(path: Path, period: str, *lines: str, previous: Path | None = None) -> Round:
    """Return a round as it stands on disk."""
    path.mkdir()
    read(path, *lines)
    write_round(a_round(path, [], period, previous=previous, return_on_error=False))
    round_, defects = load_round(path)
    assert round_ is not None, defects
    return round_


def test_one_list_serves_all_rounds(tmp_path: Path) -> None:
    lines = ["A,甲县,县,,,,2019,,", "B,乙县,县,,,,,,", "C,丙县,县,,,2020,,A,"]
    before = a_folder(tmp_path / "2019", "2019", *lines)
    now = a_folder(tmp_path / "2020", "2020", *lines, previous=before.path)
    assert [u.code for u in before.units] == ["A", "B"]
    assert [u.code for u in now.units] == ["B", "C"]
    assert [u.code for u in now.others] == ["A"]
    assert set(blank_contents(now, NOTHING)) == {"B", "C"}


def test_a_list_on_which_nobody_reports_is_told(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    read(tmp_path / "r", "A,甲县,县,,,2021,,,")
    write_round(a_round(tmp_path / "r", [], "2020"))
    assert [d.problem for d in load_round(tmp_path / "r")[1]] == ["单位名单里没有一个单位填报 2020"]


def test_last_years_list_tells_who_counted_then(tmp_path: Path) -> None:
    """A unit may be gone from this year's list; a figure of a unit that no list knows stops the run."""
    before = a_folder(tmp_path / "2019", "2019", "A,甲县,县", "D,丁区,区")
    now = a_folder(tmp_path / "2020", "2020", "A,甲县,县", previous=before.path)
    kept = stored({("A", "ORG_DEVELOPED"): 10, ("D", "ORG_DEVELOPED"): 4})["prior"]
    kept.to_parquet(before.path / RESULTS / FIGURES)
    figures, _ = stored_figures(now)
    assert units_then(now, figures) == ((A, D), ())
    collection, _ = collect(now)
    assert collection is not None
    assert collection.totals["all", "ORG_DEVELOPED"].reported == Reported(Fraction(14), 2, 2, stored=True)
    read(before.path, "A,甲县,县")
    _, (defect,) = units_then(now, figures)
    assert defect.problem.endswith("名单外的单位：D")


def test_a_file_from_a_unit_that_does_not_report_has_a_receipt_of_its_own(tmp_path: Path) -> None:
    lines = ["A,甲县,县,,,,2019,,", "B,乙县,县,,,,,,", "C,丙县,县,,,2021,,,"]
    round_ = a_folder(tmp_path / "2020", "2020", *lines)
    for unit in (A, C):
        asked = replace(round_, units=(unit,))
        path = round_.path / IN / f"{unit.code}.xlsx"
        write_form(path, asked, plan(asked, unit), blank_contents(asked, NOTHING)[unit.code])
    collection, _ = collect(round_)
    assert collection is not None
    assert [(r.state, r.note) for r in collection.receipts] == [
        ("rejected", "甲县报到 2019 为止，本期不再填报"),
        ("rejected", "丙县从 2021 起填报，本期还不用报"),
    ]
    assert collection.balance.balanced
    assert collection.states == {"B": "missing"}
