"""Outliers: named beside enough peers, silent where a group says nothing, never findings."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import a_round, collected, submission

from workbook.checks.outliers import Outlier, outliers_of
from workbook.collection import Collection
from workbook.model import Unit

RATES = [88, 90, 91, 92, 93, 94, 95, 96, 97]  # of nine peers that differ as units do
Rows = Sequence[Mapping[str, object]]


def gathered(rows: Rows, *, tier: str = "county", more: Sequence[tuple[Unit, Mapping[str, object]]] = ()) -> Collection:
    """Return the collection of units U00, U01 … that report these values; errors don't return a form here."""
    forms = [(Unit(f"U{n:02}", f"第{n}家", tier), row) for n, row in enumerate(rows)] + list(more)
    round_ = a_round(Path("nowhere"), [u for u, _ in forms], return_on_error=False)
    read = [replace(submission(v, tier=u.tier, unit=u.code, umbrella=u.umbrella), unit=u) for u, v in forms]
    return collected(round_, *read)


def rates(*percents: int, of: int = 100) -> list[dict[str, object]]:
    return [{"REC_DONE": p, "REC_PROBLEMS": of} for p in percents]


def changes(*pairs: tuple[object, object]) -> list[dict[str, object]]:
    return [{"ORG_DEVELOPED": now, "prev(ORG_DEVELOPED)": before} for before, now in pairs]


def named(collection: Collection, code: str) -> list[tuple[str, str]]:
    return [(o.unit, o.kind) for o in outliers_of(collection) if o.code == code]


def test_a_unit_far_from_its_peers_is_named_with_its_place() -> None:
    (found,) = [o for o in outliers_of(gathered(rates(*RATES, 30))) if o.code == "REC_RATE"]
    assert (found.unit, found.group, found.kind) == ("U09", "县区", "level")
    assert (found.value, found.median) == (30, 92.5)
    assert found.z == pytest.approx(0.6745 * (30 - 92.5) / 2.5)
    assert found.message == "反馈问题整改完成率为 30%，县区 10 个单位的中位数为 92.5%，明显偏低，请核实。"
    assert found.sheet == "巡视巡察整改"
    assert found.cell[0] == "E"


def test_a_value_that_differs_as_its_peers_do_is_not_named() -> None:
    assert named(gathered(rates(*RATES, 86)), "REC_RATE") == []


def test_fewer_than_eight_units_with_a_value_name_nobody() -> None:
    assert named(gathered(rates(*RATES[:6], 30)), "REC_RATE") == []
    assert named(gathered(rates(*RATES[:7], 30)), "REC_RATE") == [("U07", "level")]


def test_units_of_another_group_are_no_peers() -> None:
    organs = [(Unit(f"S{n}", f"{n}局", "organ"), row) for n, row in enumerate(rates(*RATES[4:]))]
    assert named(gathered(rates(*RATES[:4], 30), more=organs), "REC_RATE") == []


def test_where_most_are_alike_nobody_is_named() -> None:
    assert named(gathered(rates(*[100] * 8, 99, 30)), "REC_RATE") == []


def test_rates_that_are_alike_but_for_rounding_are_alike() -> None:
    """0.1/7 and 0.3/21 are the same; as floats they differ in the last bit."""
    rows = [{"ORG_COLL_FUND": n / 10, "ORG_COLL_FUND_VILLAGES": n * 7} for n in range(1, 12)]
    assert named(gathered([*rows, {"ORG_COLL_FUND": 9, "ORG_COLL_FUND_VILLAGES": 9}]), "ORG_COLL_FUND_AVG") == []


def test_small_denominators_are_not_judged_and_do_not_count_as_peers() -> None:
    few: Rows = [{"REC_DONE": 0, "REC_PROBLEMS": 4}]
    assert named(gathered([*rates(*RATES), *few]), "REC_RATE") == []
    assert named(gathered([*rates(*RATES[:6], 30), *few]), "REC_RATE") == []


def test_what_is_missing_is_no_zero_and_counts_for_nobody() -> None:
    blank: Rows = [{"REC_DONE": 40}, {"REC_PROBLEMS": 90}, {"REC_DONE": "未统计", "REC_PROBLEMS": 90}, {}]
    assert named(gathered([*rates(*RATES), *blank]), "REC_RATE") == []
    assert named(gathered([*rates(*RATES[:6], 30), *blank]), "REC_RATE") == []


def test_an_umbrella_is_nobodys_peer() -> None:
    umbrella = Unit("S0", "工委汇总", "organ", umbrella=True)
    c = gathered(rates(*RATES), tier="organ", more=[(umbrella, rates(10)[0])])
    assert named(c, "REC_RATE") == []
    c = gathered(rates(*RATES[:6], 30), tier="organ", more=[(umbrella, rates(95)[0])])
    assert named(c, "REC_RATE") == []


STEADY = [(100, 95), (80, 84), (60, 60), (50, 56), (40, 38), (90, 99), (70, 68), (30, 33)]


def test_a_large_change_on_last_year_is_named_with_both_years() -> None:
    (found,) = [o for o in outliers_of(gathered(changes(*STEADY, (40, 160)))) if o.code == "ORG_DEVELOPED"]
    assert (found.unit, found.kind, found.value, found.prior) == ("U08", "change", 160, 40)
    assert found.z > 3.5
    assert found.median == pytest.approx(85 / 81)  # one added on either side
    assert found.message == (
        "发展党员数本期 160 名，上年同期 40 名，为上年的 400%；县区 9 个单位的中位数为 105%，请核实。"
    )


def test_a_fall_to_nothing_is_a_large_change() -> None:
    assert named(gathered(changes(*STEADY, (40, 0))), "ORG_DEVELOPED") == [("U08", "change")]


def test_doubling_alone_is_not_enough_when_everybody_doubled() -> None:
    doubled = [(before, 2 * now) for before, now in STEADY]
    assert named(gathered(changes(*doubled, (40, 84))), "ORG_DEVELOPED") == []
    assert named(gathered(changes(*doubled, (40, 400))), "ORG_DEVELOPED") == [("U08", "change")]


def test_far_from_the_others_is_not_enough_without_doubling_or_halving() -> None:
    calm = [(1000, 1000 + n) for n in range(9)]
    assert named(gathered(changes(*calm, (1000, 1990))), "ORG_DEVELOPED") == []
    assert named(gathered(changes(*calm, (1000, 2000))), "ORG_DEVELOPED") == [("U09", "change")]


def test_years_that_are_blank_or_began_at_zero_are_not_compared() -> None:
    others = [(None, 900), (0, 900), (900, None), ("未统计", 900)]
    assert named(gathered(changes(*STEADY, *others)), "ORG_DEVELOPED") == []
    assert named(gathered(changes(*STEADY[:6], (40, 160), *others)), "ORG_DEVELOPED") == []


def test_a_unit_that_cannot_be_compared_with_last_year_is_not_named() -> None:
    merged = Unit("X9", "合并县", "county", changed="合并")
    assert named(gathered(changes(*STEADY), more=[(merged, changes((40, 160))[0])]), "ORG_DEVELOPED") == []


def test_outliers_are_no_findings_and_return_nothing() -> None:
    c = gathered(rates(*RATES, 30))
    assert outliers_of(c)
    assert not {f.rule for _, f in c.findings if f.indicator == "REC_RATE"}
    assert not hasattr(Outlier, "severity")


def test_outliers_stand_in_catalog_order_the_farthest_first() -> None:
    rows = [a | b for a, b in zip(rates(*RATES, 30, 10), changes(*STEADY, (40, 39), (40, 160), (40, 400)), strict=True)]
    found = outliers_of(gathered(rows))
    codes = list(gathered(rows).indicators)
    assert [codes.index(o.code) for o in found] == sorted(codes.index(o.code) for o in found)
    assert [o.unit for o in found if o.code == "REC_RATE"] == ["U10", "U09"]
    assert [o.unit for o in found if o.code == "ORG_DEVELOPED"] == ["U10", "U09"]


def test_the_order_of_units_changes_nothing() -> None:
    rows = [a | b for a, b in zip(rates(*RATES, 30, 30), changes(*STEADY, (40, 39), (40, 160), (40, 400)), strict=True)]
    forms = [(Unit(f"X{n:02}", f"第{n}家", "county"), row) for n, row in enumerate(rows)]
    one = outliers_of(gathered([], more=forms))
    random.Random(7).shuffle(forms)
    assert one == outliers_of(gathered([], more=forms))
    assert len(one) >= 4
