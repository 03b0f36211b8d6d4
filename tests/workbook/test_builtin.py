"""Built-in checks: what every form is asked without a rule."""

from __future__ import annotations

from fractions import Fraction

import pytest
from helpers import findings_of, judged, submission

from workbook.checks.builtin import tolerance


def on(code: str, values: dict[str, object], **more: object) -> list[tuple[str, str, str]]:
    found = findings_of(values, **more)
    return [(f.rule, f.severity, f.cell) for f in found if f.indicator == code and not f.rule[1:].isdigit()]


def test_blank_is_not_zero() -> None:
    assert [r for r, *_ in on("POL_NORM_DOCS", {})] == ["REQUIRED"]
    assert on("POL_NORM_DOCS", {"POL_NORM_DOCS": 0}) == []


@pytest.mark.parametrize("word", ["不适用", "未统计"])
def test_a_required_figure_stated_missing_asks_for_a_reason(word: str) -> None:
    ((rule, severity, _),) = on("POL_NORM_DOCS", {"POL_NORM_DOCS": word})
    assert (rule, severity) == ("STATED-MISSING", "confirm")


def test_a_figure_stated_missing_is_explained_by_naming_it() -> None:
    (found,) = [
        f
        for f in findings_of({"POL_NORM_DOCS": "未统计"}, reasons={"POL_NORM_DOCS": "机构新设，台账尚未移交"})
        if f.indicator == "POL_NORM_DOCS"
    ]
    assert not found.open


def test_a_written_reason_closes_a_confirm_finding_and_travels_with_it() -> None:
    values = {"BASE_MEMBERS": 130, "prev(BASE_MEMBERS)": 100}
    (open_one,) = findings_of(values, ["R105"])
    (closed,) = findings_of(values, ["R105"], reasons={"R105": "县直企业党组织关系划入本县"})
    assert open_one.open
    assert not closed.open
    assert closed.reason == "县直企业党组织关系划入本县"


@pytest.mark.parametrize("text", ["约三十", "XX", "12人", "3/4"])
def test_text_where_a_number_goes_is_unreadable_never_zero(text: str) -> None:
    assert [r for r, *_ in on("CAD_PROMOTED", {"CAD_PROMOTED": text})] == ["UNREADABLE"]


def test_bounds_hold_on_both_sides() -> None:
    assert on("POL_DUTY_REPORTS", {"POL_DUTY_REPORTS": 12}) == []
    assert [r for r, *_ in on("POL_DUTY_REPORTS", {"POL_DUTY_REPORTS": 13})] == ["ABOVE"]
    assert [r for r, *_ in on("POL_DUTY_REPORTS", {"POL_DUTY_REPORTS": -1})] == ["BELOW"]


def test_an_umbrella_is_a_total_and_has_no_bounds() -> None:
    assert on("POL_DUTY_REPORTS", {"POL_DUTY_REPORTS": 40}, tier="organ", umbrella=True) == []


def test_a_fraction_in_an_integer_item_is_an_error() -> None:
    assert [(r, s) for r, s, _ in on("CAD_TRAIN_CLASSES", {"CAD_TRAIN_CLASSES": 1.5})] == [("FRACTION", "error")]


def test_too_many_decimals_are_a_warning() -> None:
    assert [(r, s) for r, s, _ in on("ORG_DEMO_FUND", {"ORG_DEMO_FUND": 1.234})] == [("DIGITS", "warning")]


def test_a_computed_cell_must_show_what_its_parts_give() -> None:
    parts = {"BASE_COMMITTEES": 1, "BASE_GENERAL_BRANCHES": 2, "BASE_BRANCHES": 3}
    assert on("BASE_PARTY_ORGS", {**parts, "BASE_PARTY_ORGS": 6}) == []
    assert [r for r, *_ in on("BASE_PARTY_ORGS", {**parts, "BASE_PARTY_ORGS": 7})] == ["COMPUTED"]


def test_bound_of_a_computed_item_is_silent_when_a_rule_on_its_parts_fired() -> None:
    """REC_DONE > REC_PROBLEMS fires R029; the rate above 100 is the same fault told twice."""
    found = {f.rule for f in findings_of({"REC_DONE": 12, "REC_PROBLEMS": 10})}
    assert "R029" in found
    assert "ABOVE" not in found


@pytest.mark.parametrize(
    ("digits", "decimals", "expected"),
    [(1, 2, "0.05"), (2, 2, "0.005"), (0, 2, "0.05"), (0, 0, "0.5"), (1, 1, "0.05"), (0, 1, "0.5")],
)
def test_tolerance_comes_from_declared_decimals(digits: int, decimals: int, expected: str) -> None:
    assert tolerance(digits, decimals) == Fraction(expected)


def test_texts_are_judged_by_length_count_and_presence() -> None:
    long = ["字" * 25, "做" * 201]
    found = judged(submission({}, texts={"TXT_PRACTICE_POL": [long] + [["题", "文"]] * 3})).findings["U1"]
    kinds = [f.rule for f in found if f.indicator == "TXT_PRACTICE_POL"]
    assert sorted(kinds) == ["TEXT-ITEMS", "TEXT-LONG"], "one finding per item: the first limit it exceeds"
    (too_long,) = (f for f in found if f.rule == "TEXT-LONG")
    assert too_long.message == "政治建设典型做法第 1 条的“标题”有 25 字，最多 24 字"
    assert "TEXT-REQUIRED" in {f.rule for f in found if f.indicator == "TXT_OPENING"}


def test_only_the_limited_subfields_count_towards_the_length_of_an_item() -> None:
    plan = ["题" * 20, "文" * 200, "干部与人才", "PLN_XXQG_REG_RATE", "98", "2021-06-30"]
    found = judged(submission({}, texts={"TXT_PLANS": [plan]})).findings["U1"]
    assert not [f for f in found if f.rule == "TEXT-LONG"]


def test_rules_run_only_for_their_tiers_and_period() -> None:
    half = {f.rule for f in findings_of({"THE_CENTER_SESSIONS": 0}, period="2020H1")}
    year = {f.rule for f in findings_of({"THE_CENTER_SESSIONS": 0}, period="2020")}
    assert "R144" in half - year
    assert "R089" in year - half


def test_a_retired_item_takes_its_rules_with_it() -> None:
    """R026 needs CTR_DONORS, collected 2020 to 2022 only."""
    values = {"BASE_MEMBERS": 10, "CTR_DONORS": 11}
    assert findings_of(values, ["R026"], period="2020")
    assert not findings_of(values, ["R026"], period="2019")


def test_a_rule_can_be_softened_or_switched_off_for_a_round() -> None:
    from helpers import NOTHING, all_modules, party_building

    from workbook.checks.check import check
    from workbook.model import Switch

    one = {"U1": submission({"BASE_INSERVICE": 11, "BASE_MEMBERS": 10})}
    pack = party_building()
    for to, expected in (("warning", ["warning"]), ("off", []), ("error", ["error"])):
        checked = check(
            pack, one, NOTHING, period="2020", modules=all_modules(pack), switches=[Switch("R001", to, "试行")]
        )
        assert [f.severity for f in checked.findings["U1"] if f.rule == "R001"] == expected


def test_trial_findings_are_shown_but_owe_nothing() -> None:
    found = findings_of({"CAD_REMIND_PERSONS": 5, "DIS_TALK_PT": 4}, ["R079"])
    assert [f.trial for f in found] == [True]
    assert not found[0].open


def test_a_message_rounds_half_up_as_people_do() -> None:
    """-0.125 % is told as -0.13 %: half of a hundredth goes away from zero, not to the even digit."""
    values = {"DIS_DOCS": 801, "prev(DIS_DOCS)": 800}  # -0.125 %
    (found,) = findings_of(values, ["R099"])
    assert "-0.13%" in found.message
