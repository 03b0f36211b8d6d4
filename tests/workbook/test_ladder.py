"""Four tiers of offices over villages: totals of totals are the totals of the villages, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from helpers import collected, submission
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ladder import INDICATORS, ladder, office_round

from exporters.upward import filled_content, round_above
from workbook.collection import Collection
from workbook.form.content import layouts_of
from workbook.form.verdicts import as_submission
from workbook.layout import make_layout
from workbook.model import Pack, Part, State, Submission, Unit
from workbook.pack_check import check_pack
from workbook.period import parse_period
from workbook.reading.made_of import standing
from workbook.reading.prefilled import read_part, written

HERE = Path("nowhere")
Values = Mapping[str, object]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return ladder(tmp_path_factory.mktemp("ladder") / "ladder")


def village(pack: Pack, code: str, values: Values) -> Submission:
    return submission(values, tier="village", period="2020H1", unit=code, pack=pack)


def office(pack: Pack, forms: Sequence[Submission], missing: Sequence[Unit] = ()) -> Collection:
    """Return what an office makes of the forms it received; the units `missing` sent none."""
    return collected(office_round(pack, HERE, [*(f.unit for f in forms), *missing], Unit("ME", "本级", "town")), *forms)


def handed_on(pack: Pack, tier: str, code: str, forms: Sequence[Submission]) -> Submission:
    """Return an office's own form for the tier above, as it reads there when nobody has touched it."""
    unit = Unit(code, code, tier)
    collection = collected(office_round(pack, HERE, [f.unit for f in forms], unit), *forms)
    above = round_above(collection.round)
    assert above is not None
    content = filled_content(collection, above, None)
    form = as_submission(above, layouts_of(above)[tier], content)
    return replace(form, file=f"{code}.xlsx", sha256=code)


def towns(pack: Pack, *groups: Mapping[str, Values]) -> list[Submission]:
    """Return the forms of one town per group of villages."""
    return [
        handed_on(pack, "town", f"T{i}", [village(pack, c, v) for c, v in group.items()])
        for i, group in enumerate(groups)
    ]


def test_a_rate_is_passed_on_over_the_villages_that_have_both_parts(pack: Pack) -> None:
    town, other = towns(
        pack,
        {"V1": {"SOLVED": 5, "ISSUES": 10}, "V2": {"ISSUES": 90}},
        {"V3": {"SOLVED": 3, "ISSUES": 6}, "V4": {"SOLVED": 1}},
    )
    shown = {c: town.cells[c, "value"].raw for c in ("SOLVED", "ISSUES", "SOLVED_RATE")}
    assert shown == {"SOLVED": "5", "ISSUES": "100", "SOLVED_RATE": "50"}
    assert town.parts["SOLVED_RATE"] == Part(Fraction(500), Fraction(10), 1, 2)
    county = office(pack, [town, other]).totals["all", "SOLVED_RATE"]
    assert (county.value, county.n, county.units) == (Fraction(800, 16), 2, 2)


def test_parts_in_different_villages_make_no_rate(pack: Pack) -> None:
    (town,) = towns(pack, {"V1": {"SOLVED": 5}, "V2": {"ISSUES": 90}})
    assert town.cells["SOLVED", "value"].raw == "5"
    assert town.cells["SOLVED_RATE", "value"].raw == "—"
    assert office(pack, [town]).totals["all", "SOLVED_RATE"].n == 0


def test_a_mean_that_is_rounded_on_the_form_is_passed_on_exact(pack: Pack) -> None:
    one, two = towns(
        pack, {"V1": {"SCORE": 1, "PEOPLE": 1}, "V2": {"SCORE": 2, "PEOPLE": 2}}, {"V3": {"SCORE": 10, "PEOPLE": 3}}
    )
    assert one.cells["SCORE", "value"].raw == "1.67"
    assert office(pack, [one, two]).totals["all", "SCORE"].value == Fraction(35, 6)


def test_what_exists_nowhere_below_does_not_exist_above(pack: Pack) -> None:
    (town,) = towns(pack, {"V1": {"AREA": "不适用", "PARTY": "不适用"}, "V2": {"AREA": "不适用"}})
    assert town.cells["AREA", "value"].state == State.NOT_APPLICABLE
    assert town.cells["PARTY", "value"].state == State.BLANK


def test_what_nobody_counted_is_left_blank_never_zero(pack: Pack) -> None:
    (town,) = towns(pack, {"V1": {"AREA": "未统计"}, "V2": {}})
    assert town.cells["AREA", "value"].state == State.BLANK
    assert "AREA" not in {code for code, _ in town.prefilled}


def test_figures_that_are_never_added_stay_below(pack: Pack) -> None:
    (town,) = towns(pack, {"V1": {"GOAL": 7}})
    assert ("GOAL", "value") not in town.cells


def test_an_offices_own_figures_are_its_to_write_and_are_added_up_above(pack: Pack) -> None:
    (town,) = towns(pack, {"V1": {"PEOPLE": 3}})
    assert town.cells["SESSIONS", "value"].state == State.BLANK
    assert "SESSIONS" in office(pack, [town]).collected["county"]


def test_last_years_figure_is_the_total_of_last_years(pack: Pack) -> None:
    (town,) = towns(pack, {"V1": {"prev(PEOPLE)": 3}, "V2": {"prev(PEOPLE)": 4, "PEOPLE": 9}})
    assert town.cells["PEOPLE", "prior"].raw == "7"
    assert town.prefilled["PEOPLE", "prior"] == "7"


@pytest.mark.parametrize(
    ("code", "above", "below", "why"),
    [
        ("PEOPLE", "101", "1", "a sum is in its cell to the last digit"),
        ("AREA", "10.001", "1", "rounding is no excuse for a sum"),
        ("PEOPLE", "200", "2", "a sum is divided by nothing"),
        ("SOLVED_RATE", "5000000000", "100000000", "the same rate, weighing more than the form shows"),
        ("SOLVED_RATE", "3000", "50", "another rate"),
        ("SOLVED_RATE", "-2500", "-50", "less than nothing"),
        ("SCORE", "8000", "101", "more weight than people"),
        ("SCORE", "8010", "100", "another mean"),
        ("GOAL", "5", "1", "never added"),
        ("SESSIONS", "5", "1", "the office's own"),
        ("NO_SUCH", "5", "1", "no indicator"),
    ],
)
def test_a_part_that_says_more_than_the_form_is_not_believed(
    pack: Pack, code: str, above: str, below: str, why: str
) -> None:
    values = {"PEOPLE": 100, "AREA": 10.0, "ISSUES": 50, "SOLVED": 25, "SCORE": 80, "RANK": 3}
    (town,) = towns(pack, {"V1": values})
    layout = make_layout(pack, "town", parse_period("2020H1"), ("core",))
    right = standing(town.parts, town.prefilled, town.cells, layout)
    assert right == town.parts
    assert {"PEOPLE", "AREA", "SOLVED_RATE", "SCORE", "RANK"} <= set(right)
    forged = {code: Part(Fraction(above), Fraction(below), 1, 1)}
    assert standing(forged, town.prefilled, town.cells, layout) == {}, why


figure = st.one_of(st.none(), st.sampled_from(["不适用", "未统计"]), st.integers(0, 900))
hundredths = st.one_of(figure, st.integers(0, 10**6).map(lambda n: n / 100))
TYPED = {c: hundredths if i.get("decimals") == "2" else figure for c, i in INDICATORS.items() if c != "SESSIONS"}
TYPED = {c: s for c, s in TYPED.items() if "calc" not in INDICATORS[c] and "denominator" not in INDICATORS[c]}
forms_of = st.fixed_dictionaries(TYPED | {f"prev({c})": figure for c in ("PEOPLE", "ISSUES")})
CODES = [c for c in INDICATORS if c not in ("SESSIONS", "GOAL")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data(), rows=st.lists(forms_of, min_size=1, max_size=6))
def test_four_tiers_give_what_the_villages_give_however_they_are_grouped(
    pack: Pack, data: st.DataObject, rows: list[Values]
) -> None:
    forms = [village(pack, f"V{i}", row) for i, row in enumerate(rows)]
    flat = office(pack, forms)
    for tier in ("town", "county", "city"):
        number = data.draw(st.lists(st.integers(0, 3), min_size=len(forms), max_size=len(forms)), label=tier)
        order = data.draw(st.permutations(range(len(forms))))
        groups = [[forms[i] for i in order if number[i] == g] for g in sorted(set(number))]
        forms = [handed_on(pack, tier, f"{tier}{g}", group) for g, group in enumerate(groups)]
    province = office(pack, forms)
    right = {c: flat.totals["all", c].value for c in CODES}
    assert {c: province.totals["all", c].value for c in CODES} == right
    assert province.balance.sums_differ == ()


amounts = st.fractions(max_denominator=10**6)


@given(amounts, amounts, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_part_is_read_as_it_was_written(above: Fraction, below: Fraction, n: int, units: int) -> None:
    part = Part(above, below, n, units)
    assert read_part(written(part)) == part


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1 2 3",
        "1 2 3 4 5",
        "1 2/0 3 4",
        "1.5 2 3 4",
        "1 2 -3 4",
        "=1 2 3 4",
        "１ 2 3 4",
        "1e9 2 3 4",
        "9" * 999,
    ],
)
def test_what_is_no_part_is_none(text: str) -> None:
    assert read_part(text) is None


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("pack.toml", 'of = ["village"]', 'of = ["county"]', "层级 town 的 of 里写了 county，前面没有这个层级"),
        ("pack.toml", 'of = ["village"]', 'of = ["town"]', "层级 town 的 of 里写了 town，前面没有这个层级"),
        ("indicators.csv", "PARTY + SOLVED", "PARTY + GOAL", "BOTH 由 GOAL 算出，但层级 town 不填 GOAL"),
        ("indicators.csv", "mean_weighted:PEOPLE", "mean_weighted:GOAL", "SCORE 由 GOAL 算出，但层级 city 不填 GOAL"),
        ("texts.csv", "village;town;", "village;", "BOTH 由 TXT_WORK 算出，但层级 town 不填 TXT_WORK"),
    ],
)
def test_pack_check_knows_the_tiers_above(tmp_path: Path, file: str, old: str, new: str, problem: str) -> None:
    ladder(tmp_path)
    if file == "texts.csv":
        path = tmp_path / "indicators.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("PARTY + SOLVED", "rows(TXT_WORK)"), encoding="utf-8")
    path = tmp_path / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    _, defects = check_pack(tmp_path)
    assert problem in {d.problem for d in defects}
