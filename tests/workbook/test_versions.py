"""What a unit changed between two versions of its form: every figure and item, once, and nothing that stayed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import Value, party_building, submission

from workbook.model import TextRow
from workbook.versions import Difference, differences


def between(then: dict[str, Value], now: dict[str, Value]) -> list[tuple[str, str, str]]:
    found = differences([submission(then), submission(now)], party_building().indicators)
    return [(d.code, d.then, d.now) for d in found]


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        (3, 3, []),
        (3, 4, [("BASE_MEMBERS", "3", "4")]),
        (0, None, [("BASE_MEMBERS", "0", "")]),
        ("未统计", 0, [("BASE_MEMBERS", "未统计", "0")]),
        ("约三十", "约三十", []),
        ("约三十", "约四十", [("BASE_MEMBERS", "约三十", "约四十")]),
        ("约三十", 30, [("BASE_MEMBERS", "约三十", "30")]),
    ],
)
def test_a_figure_is_told_when_it_means_something_else(
    then: Value, now: Value, told: list[tuple[str, str, str]]
) -> None:
    assert between({"BASE_MEMBERS": then}, {"BASE_MEMBERS": now}) == told


def test_of_two_items_with_one_number_neither_is_lost() -> None:
    form = submission({})
    rows = [TextRow((word, "", "", "", ""), "文字材料", ("D9",), 1) for word in ("甲", "乙")]
    then, now = (replace(form, texts={"TXT_PLANS": tuple(r)}) for r in (rows, rows[1:]))
    (found,) = differences([then, now], party_building().indicators)
    assert isinstance(found, Difference)
    assert (found.code, found.number, found.then, found.now) == ("TXT_PLANS", 1, "甲\n乙", "乙")
