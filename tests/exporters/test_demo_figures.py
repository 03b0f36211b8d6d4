"""The fictional city: its figures are the same every time, hold together, and pass every check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from helpers import NAMES, NOTHING, Value, all_modules, party_building, submission

from exporters.demo.figures import city_figures
from exporters.demo.plans import read_plans, read_sizes
from exporters.demo.texts import Texts, load_texts
from workbook.checks.check import Checked, check
from workbook.history import earlier_periods
from workbook.layout import collected, make_layout
from workbook.messages import say
from workbook.model import State, Submission, Unit
from workbook.period import Period, parse_period
from workbook.round import read_units
from workbook.values import keys_of

PERIODS = ("2019H1", "2019", "2020H1", "2020")
BURDENS = ("DIS_DOCS", "DIS_MEETINGS", "DIS_INSPECTIONS", "DIS_ASSESSMENTS")
FOLDER = party_building().root / "demo"


@cache
def units() -> tuple[Unit, ...]:
    found, defects = read_units(FOLDER / "units.csv", party_building())
    assert defects == []
    return found


@cache
def texts() -> Texts:
    return load_texts(party_building(), FOLDER)


def city(seed: int = 2020) -> Callable[[Period], dict[str, dict[str, int | float | str]]]:
    return city_figures(party_building(), FOLDER, units(), texts().rows_of, seed)


@cache
def figures(period: str) -> dict[str, dict[str, int | float | str]]:
    return TYPED(parse_period(period))


TYPED = city()


def form(unit: Unit, text: str, known: dict[tuple[str, str, str], float]) -> Submission:
    """Return the unit's form; `known` has what earlier rounds computed and the form does not recompute."""
    period = parse_period(text)
    values: dict[str, Value] = {}
    times = {"value": period, **earlier_periods(period)}
    for name, measure in NAMES.items():
        if measure in times:
            then = str(times[measure])
            entries = {
                **figures(then)[unit.code],
                **{c: x for (u, c, p), x in known.items() if (u, p) == (unit.code, then)},
            }
            values |= {f"{name}({code})" if name else code: x for code, x in entries.items()}
    layout = make_layout(party_building(), unit.tier, period, all_modules(party_building()))
    for code, item in layout.indicators.items():
        if item.computed:
            values.pop(code, None)
    cover = next(t for t in party_building().texts.values() if t.place == "cover")
    made = submission(values, tier=unit.tier, period=text, unit=unit.code, texts=texts().texts_of(unit.code, period))
    row = replace(next(r for rows in made.texts.values() for r in rows), values=("字",) * len(cover.subfields))
    return replace(made, unit=unit, texts={**made.texts, cover.code: (row,)})


@cache
def rounds() -> dict[str, Checked]:
    pack = party_building()
    known: dict[tuple[str, str, str], float] = {}
    checked: dict[str, Checked] = {}
    for period in PERIODS:
        forms = {u.code: form(u, period, known) for u in units()}
        checked[period] = check(pack, forms, NOTHING, period=period, modules=all_modules(pack))
        keys, senders = keys_of(pack.indicators), [*forms]
        for owner, key, state, scaled in zip(*checked[period].figures, strict=True):
            code, measure = keys[key]
            if measure == "value" and pack.indicators[code].computed and state <= State.ZERO:
                known[senders[owner], code, period] = scaled / 10 ** pack.indicators[code].decimals
    return checked


def numbers(period: str, unit: str) -> dict[str, int | float]:
    return {code: x for code, x in figures(period)[unit].items() if not isinstance(x, str)}


def test_the_same_seed_gives_the_same_figures_in_whatever_order_they_are_asked_for() -> None:
    again = city()
    for period in reversed(PERIODS):
        assert again(parse_period(period)) == figures(period)


def test_another_seed_gives_another_city() -> None:
    assert city(seed=7)(parse_period("2020")) != figures("2020")


def test_a_figure_drawn_once_stays_what_it_was() -> None:
    assert {code: figures("2020")["X01"][code] for code in ("BASE_VILLAGES", "BASE_MEMBERS", "DIS_DOCS")} == {
        "BASE_VILLAGES": 236,
        "BASE_MEMBERS": 27450,
        "DIS_DOCS": 302,
    }


@pytest.mark.parametrize("period", PERIODS)
def test_no_unit_has_any_finding(period: str) -> None:
    found = [(f.rule, f.unit, f.message) for v in rounds()[period].findings.values() for f in v]
    assert found == []


@pytest.mark.parametrize("period", PERIODS)
def test_rules_pass_rather_than_stay_undecided(period: str) -> None:
    tallies = rounds()[period].tallies
    assert sum(t.broken for t in tallies) == 0
    assert all(t.passed > t.undecided for t in tallies)
    assert sum(t.undecided for t in tallies) < 0.01 * sum(t.passed for t in tallies)


@pytest.mark.parametrize("year", ["2018", "2019", "2020"])
def test_the_year_holds_its_first_half(year: str) -> None:
    for unit in units():
        half, whole = numbers(f"{year}H1", unit.code), numbers(year, unit.code)
        flows = [c for c in whole if party_building().indicators[c].nature == "flow"]
        assert [(unit.code, c) for c in flows if half[c] > whole[c]] == []


@pytest.mark.parametrize("period", PERIODS)
def test_burdens_never_rise(period: str) -> None:
    before = str(parse_period(period).prior)
    for unit in units():
        assert all(figures(period)[unit.code][c] <= figures(before)[unit.code][c] for c in BURDENS)


@pytest.mark.parametrize("period", PERIODS)
def test_the_umbrella_reports_the_total_of_its_tier(period: str) -> None:
    umbrella = next(u for u in units() if u.umbrella)
    parts = [numbers(period, u.code) for u in units() if u.tier == umbrella.tier and u != umbrella]
    for code, total in numbers(period, umbrella.code).items():
        item = party_building().indicators[code]
        if item.aggregation == "sum" and item.nature != "target":
            assert sum(p.get(code, 0) for p in parts) == pytest.approx(total)
        if item.aggregation == "min":
            assert min(p[code] for p in parts if code in p) == total


@pytest.mark.parametrize("period", PERIODS)
def test_figures_agree_with_what_units_write(period: str) -> None:
    for unit in units():
        written = texts().texts_of(unit.code, parse_period(period))
        rules = sum("规范性文件" in row for row in written["TXT_DOCS_ISSUED"])
        for plan in written["TXT_PLANS"]:
            assert not plan[3] or figures(period)[unit.code][plan[3]] == float(plan[4])
        if not unit.umbrella:
            pending = len(written.get("TXT_REC_PENDING", ()))
            assert figures(period)[unit.code]["POL_NORM_DOCS"] == rules
            assert numbers(period, unit.code)["REC_PROBLEMS"] - numbers(period, unit.code)["REC_DONE"] == pending


def test_words_stand_for_few_optional_figures_and_the_same_ones_every_year() -> None:
    words = (say("word.not_applicable"), say("word.not_counted"))
    stated = {
        period: Counter((u, c) for u, row in figures(period).items() for c, x in row.items() if isinstance(x, str))
        for period in PERIODS
    }
    assert stated["2019"] == stated["2019H1"]
    assert stated["2020"] >= stated["2019"]
    assert not [c for _, c in stated["2020"] if party_building().indicators[c].required]
    assert {x for row in figures("2020").values() for x in row.values() if isinstance(x, str)} == set(words)
    optional = [c for row in figures("2020").values() for c in row if not party_building().indicators[c].required]
    assert 0.01 < len(stated["2020"]) / len(optional) < 0.02


def test_every_typed_indicator_has_a_plan_and_every_unit_its_sizes() -> None:
    pack = party_building()
    plans = read_plans(FOLDER / "figures.csv", pack)
    wanted = {(i.code, t) for i in pack.indicators.values() if not i.computed for t in i.tiers}
    assert wanted == set(plans)
    assert {u.code for u in units()} == set(read_sizes(FOLDER / "sizes.csv"))


def test_what_is_dated_after_mid_year_is_not_in_the_half_year_round() -> None:
    whole = texts().texts_of("X01", parse_period("2020"))["TXT_DOCS_ISSUED"]
    half = texts().texts_of("X01", parse_period("2020H1"))["TXT_DOCS_ISSUED"]
    assert half == [row for row in whole if row[2] <= "2020-06-30"]
    assert 0 < len(half) < len(whole)
    assert {len(row) for row in whole} == {5}


def test_years_in_texts_follow_the_report_year() -> None:
    for period in ("2019", "2020"):
        plans = texts().texts_of("X01", parse_period(period))["TXT_PLANS"]
        assert {row[5][:4] for row in plans if row[5]} == {str(int(period) + 1)}


def test_a_line_holds_only_for_its_periods() -> None:
    titles = [{row[0] for row in texts().texts_of("Q01", parse_period(p))["TXT_DOCS_ISSUED"]} for p in ("2019", "2020")]
    assert "城南区楼院党支部工作细则" in titles[0] - titles[1]


def test_collected_figures_only() -> None:
    for period in PERIODS:
        for unit in units():
            items = collected(party_building(), unit.tier, parse_period(period).year, all_modules(party_building()))
            assert set(figures(period)[unit.code]) <= {c for c, i in items.items() if not i.computed}
