"""Totals: missing is not zero, ratios come from parts, years are compared on equal terms, nobody counts twice."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from helpers import a_round, by_measure, collected, submission
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.collection import Collection
from workbook.kept_figures import figures_to_keep
from workbook.model import Unit
from workbook.values import exact_sum, exact_sums

COUNTIES = [Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county"), Unit("Q1", "丙区", "district")]
ORGANS = [Unit("S1", "一局", "organ"), Unit("S2", "二局", "organ"), Unit("S0", "工委汇总", "organ", umbrella=True)]
HERE = Path("nowhere")


def gathered(values: dict[str, dict[str, object]], units: list[Unit] = COUNTIES, **settings_: object) -> Collection:
    """Return the collection of units that report these values; errors don't return a form here."""
    notes = settings_.pop("notes", {})
    stored = settings_.pop("stored", None)
    round_ = a_round(HERE, units, **({"return_on_error": False} | settings_))
    forms = [
        submission(v, tier=u.tier, unit=u.code, umbrella=u.umbrella, texts=notes.get(u.code))
        for u in units
        if (v := values.get(u.code)) is not None
    ]
    return collected(
        round_, *(replace(f, unit=u) for f in forms for u in units if u.code == f.unit.code), stored=stored
    )


def test_a_sum_adds_what_is_known_and_says_of_how_many() -> None:
    c = gathered({"X1": {"POL_TOPICS": 3}, "X2": {"POL_TOPICS": 0}, "Q1": {}})
    total = c.totals["all", "POL_TOPICS"]
    assert (total.value, total.n, total.units) == (3, 2, 3)


def test_nobody_known_is_not_zero() -> None:
    total = gathered({"X1": {}, "X2": {"POL_TOPICS": "未统计"}}).totals["all", "POL_TOPICS"]
    assert (total.value, total.n, total.units) == (None, 0, 3)


def test_not_applicable_units_are_not_expected() -> None:
    total = gathered({"X1": {"POL_TOPICS": 3}, "X2": {"POL_TOPICS": "不适用"}}).totals["all", "POL_TOPICS"]
    assert (total.n, total.units) == (1, 2)


def test_a_unit_that_did_not_report_is_missing_not_gone() -> None:
    c = gathered({"X1": {"POL_TOPICS": 3}})
    assert (c.totals["all", "POL_TOPICS"].n, c.totals["all", "POL_TOPICS"].units) == (1, 3)
    assert c.states == {"X1": "accepted", "X2": "missing", "Q1": "missing"}


def test_a_ratio_is_recomputed_from_its_parts_never_averaged() -> None:
    values = {"X1": {"REC_DONE": 1, "REC_PROBLEMS": 1}, "X2": {"REC_DONE": 0, "REC_PROBLEMS": 9}, "Q1": {"REC_DONE": 5}}
    total = gathered(values).totals["all", "REC_RATE"]
    assert (total.value, total.n) == (Fraction(10), 2)


def test_a_ratio_over_nothing_is_undefined() -> None:
    total = gathered({"X1": {"REC_DONE": 0, "REC_PROBLEMS": 0}}).totals["all", "REC_RATE"]
    assert (total.value, total.n) == (None, 1)


def test_a_cut_is_recomputed_from_both_years_counts() -> None:
    values = {"X1": {"DIS_DOCS": 90, "prev(DIS_DOCS)": 100}, "X2": {"DIS_DOCS": 60, "prev(DIS_DOCS)": 50}}
    assert gathered(values).totals["all", "DIS_DOCS_CUT"].value == 0


def test_a_computed_sum_runs_over_units_with_all_parts() -> None:
    values = {
        "X1": {"CAD_PROMOTED": 1, "CAD_REUSED": 2, "CAD_EXCHANGED": 3},
        "X2": {"CAD_PROMOTED": 5, "CAD_REUSED": 5},
    }
    total = gathered(values).totals["all", "CAD_ADJUST_TOTAL"]
    assert (total.value, total.n) == (6, 1)


def test_a_weighted_mean_weighs() -> None:
    values = {
        "X1": {"THE_XXQG_AVG_SCORE": 100.0, "THE_XXQG_REGISTERED": 1},
        "X2": {"THE_XXQG_AVG_SCORE": 200.0, "THE_XXQG_REGISTERED": 3},
        "Q1": {"THE_XXQG_AVG_SCORE": 900.0},
    }
    assert gathered(values).totals["all", "THE_XXQG_AVG_SCORE"].value == 175


def test_the_best_rank_is_the_smallest_and_parameters_are_never_added() -> None:
    values = {"X1": {"IDE_ACCOUNT_RANK": 7, "REC_ASPECTS": 3}, "X2": {"IDE_ACCOUNT_RANK": 3, "REC_ASPECTS": 4}}
    c = gathered(values)
    assert c.totals["all", "IDE_ACCOUNT_RANK"].value == 3
    assert c.totals["all", "REC_ASPECTS"].value is None
    assert c.totals["all", "REC_ASPECTS"].n == 2


YEARS = {
    "X1": {"ORG_DEVELOPED": 12, "prev(ORG_DEVELOPED)": 10},
    "X2": {"ORG_DEVELOPED": 40},
    "Q1": {"ORG_DEVELOPED": 30, "prev(ORG_DEVELOPED)": 20},
}


def test_years_are_compared_on_units_that_have_both() -> None:
    total = gathered(YEARS).totals["all", "ORG_DEVELOPED"]
    assert (total.value, total.matched_value, total.matched_prior, total.matched) == (82, 42, 30, 2)


def test_a_note_on_definitions_takes_a_unit_out_of_the_comparison() -> None:
    notes = {"Q1": {"TXT_CALIBER_NOTES": [["ORG_DEVELOPED", "含代管园区"]]}}
    total = gathered(YEARS, notes=notes).totals["all", "ORG_DEVELOPED"]
    assert (total.matched_value, total.matched_prior, total.excluded) == (12, 10, ("Q1",))


def test_a_merged_unit_is_left_out_of_the_comparison() -> None:
    units = [*COUNTIES[:2], replace(COUNTIES[2], changed="合并")]
    total = gathered(YEARS, units).totals["all", "ORG_DEVELOPED"]
    assert (total.value, total.matched, total.excluded) == (82, 1, ("Q1",))


def test_what_an_earlier_round_stored_stands_against_what_is_typed() -> None:
    row = {"unit": "X1", "code": "ORG_DEVELOPED", "measure": "prior", "state": 1, "scaled": 8, "definition": "1"}
    total = gathered({"X1": YEARS["X1"]}, stored=by_measure([row])).totals["all", "ORG_DEVELOPED"]
    assert total.matched_prior == 8


def test_what_is_stored_of_an_indicator_that_the_pack_no_longer_has_counts_for_nothing() -> None:
    row = {"unit": "X1", "code": "GONE", "measure": "prior", "state": 1, "scaled": 8, "definition": "1"}
    before, after = gathered({"X1": YEARS["X1"]}), gathered({"X1": YEARS["X1"]}, stored=by_measure([row]))
    assert figures_to_keep(after).equals(figures_to_keep(before))
    assert after.totals == before.totals


def test_a_changed_definition_is_not_compared() -> None:
    row = {"unit": "X1", "code": "ORG_DEVELOPED", "measure": "prior", "state": 1, "scaled": 8, "definition": "0"}
    total = gathered({"X1": YEARS["X1"]}, stored=by_measure([row])).totals["all", "ORG_DEVELOPED"]
    assert (total.matched, total.excluded) == (0, ("X1",))


def test_an_umbrella_never_stands_beside_its_units() -> None:
    values = {"S1": {"CAD_PROMOTED": 2}, "S2": {"CAD_PROMOTED": 3}, "S0": {"CAD_PROMOTED": 9}}
    by_units = gathered(values, ORGANS)
    by_umbrella = gathered(values, ORGANS, basis="umbrella")
    assert (by_units.totals["市直", "CAD_PROMOTED"].value, by_units.totals["市直", "CAD_PROMOTED"].units) == (5, 2)
    assert (by_umbrella.totals["all", "CAD_PROMOTED"].value, by_umbrella.totals["all", "CAD_PROMOTED"].units) == (9, 1)
    (control,) = [c for c in by_units.controls if c.code == "CAD_PROMOTED"]
    assert control.difference == 4


def test_a_control_difference_is_told_only_on_equal_coverage() -> None:
    (control,) = [
        c
        for c in gathered({"S1": {"CAD_PROMOTED": 2}, "S0": {"CAD_PROMOTED": 9}}, ORGANS).controls
        if c.code == "CAD_PROMOTED"
    ]
    assert (control.units, control.umbrella, control.n, control.expected, control.difference) == (2, 9, 1, 2, None)


def test_ties_share_a_rank_and_small_denominators_have_none() -> None:
    values = {
        "X1": {"REC_DONE": 5, "REC_PROBLEMS": 10},
        "X2": {"REC_DONE": 4, "REC_PROBLEMS": 8},
        "Q1": {"REC_DONE": 4, "REC_PROBLEMS": 4},
    }
    assert gathered(values).ranking("REC_RATE", "县区") == [(1, "X1"), (1, "X2")]
    assert gathered(values).ranking("REC_DONE", "县区") == []


def test_standards_are_counted_against_a_number_or_the_units_own_figure() -> None:
    values = {
        "X1": {"THE_CENTER_SESSIONS": 4, "THE_SECRETARY_LECTURES": 10, "BASE_BRANCHES": 10},
        "X2": {"THE_CENTER_SESSIONS": 3, "THE_SECRETARY_LECTURES": 9, "BASE_BRANCHES": 10},
    }
    c = gathered(values)
    assert c.met("THE_CENTER_SESSIONS", "县区") == (1, 2)
    assert c.met("THE_SECRETARY_LECTURES", "县区") == (1, 2)
    assert c.met("CAD_PROMOTED", "县区") is None


figures = st.one_of(
    st.none(), st.sampled_from(["不适用", "未统计"]), st.integers(0, 200).map(lambda n: n / 100), st.integers(0, 900)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(figures, figures, figures), min_size=3, max_size=3), st.permutations(range(3)))
def test_any_order_and_any_grouping_give_the_same_total(rows: list[tuple[object, ...]], order: list[int]) -> None:
    codes = ("ORG_COLL_FUND", "CAD_TALENT_FUND", "MIL_SETTLEMENT_FUND")
    values = {u.code: dict(zip(codes, row, strict=True)) for u, row in zip(COUNTIES, rows, strict=True)}
    one = gathered(values)
    other = gathered({COUNTIES[i].code: values[COUNTIES[i].code] for i in order})
    for code in codes:
        whole = one.totals["all", code]
        assert whole == other.totals["all", code]
        parts = [one.totals[t, code].value or Fraction(0) for t in ("county", "district")]
        assert (whole.value or 0) == sum(parts)
        assert whole.n == sum(one.totals[t, code].n for t in ("county", "district"))


def test_sums_read_from_the_files_equal_the_sums_merged() -> None:
    balance = gathered(YEARS).balance
    assert balance.sums_compared > 50
    assert balance.sums_differ == ()


def test_a_round_nobody_answered_has_no_totals_but_stands() -> None:
    c = gathered({})
    assert c.totals["all", "ORG_DEVELOPED"].value is None
    assert set(c.states.values()) == {"missing"}


def test_a_rule_is_judged_on_totals_over_units_that_have_all_operands() -> None:
    """丙区 has no 党员总数, so it stays out of both sums."""
    values = {
        "X1": {"BASE_INSERVICE": 90, "BASE_MEMBERS": 10},
        "X2": {"BASE_INSERVICE": 20, "BASE_MEMBERS": 50},
        "Q1": {"BASE_INSERVICE": 900},
    }
    found = [f for f in gathered(values).total_findings if f.rule == "R001"]
    assert [f.unit for f in found] == ["all", "县区"]
    assert found[0].message == "全市合计（2/3）：在职党员 110 名，多于党员总数 60 名"


def test_unit_only_norms_do_not_apply_to_totals() -> None:
    values = {u.code: {"POL_DEMOCRATIC_LIFE": 3} for u in COUNTIES}
    assert "R092" not in {f.rule for f in gathered(values).total_findings}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-(2**63), 2**63 - 1))))
def test_sums_are_exact_beyond_what_an_integer_of_the_machine_holds(numbers: list[tuple[int, int]]) -> None:
    groups = np.array([group for group, _ in numbers], dtype=np.uint16)
    scaled = np.array([number for _, number in numbers], dtype=np.int64)
    expected = {group: sum(n for g, n in numbers if g == group) for group in {g for g, _ in numbers}}
    assert dict(exact_sums(groups, scaled)) == expected
    assert exact_sum(scaled) == sum(expected.values())
