"""A first round says what it could not compare; a round with its figures of last year says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
from helpers import a_round, by_measure, collected, submission

from exporters.consolidated.book import write_book
from exporters.consolidated.status import unjudged_lines
from workbook.checks.rules import Tally
from workbook.collection import Collection
from workbook.history import Stored
from workbook.model import Unit

UNITS = [Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county")]


def gathered(*values: Mapping[str, object], period: str = "2020H1", stored: Stored | None = None) -> Collection:
    round_ = a_round(Path("nowhere"), UNITS, period, return_on_error=False)
    forms = [submission(v, unit=u.code, period=period) for u, v in zip(UNITS, values, strict=True)]
    return collected(round_, *forms, stored=stored)


def stored(*measures: str) -> Stored:
    rows = [{"unit": "X1", "code": "BASE_MEMBERS", "state": 1, "scaled": 90, "definition": "1"} for _ in measures]
    return by_measure(row | {"measure": m} for row, m in zip(rows, measures, strict=True))


def looking_back(collection: Collection) -> list[Tally]:
    """Return the tallies of the rules that look at last year: by prev(), or by a cut that is computed from it."""
    rules = collection.round.pack.rules
    return [t for t in collection.tallies if "prev(" in rules[t.rule].expression or "_CUT" in rules[t.rule].expression]


def test_a_first_round_says_how_often_it_could_not_compare_with_last_year() -> None:
    collection = gathered({"BASE_MEMBERS": 95}, {})
    rules = looking_back(collection)
    n = sum(t.undecided for t in rules)
    assert n > 40
    told = f"没有上年同期（2019年上半年）的已采用数据：与它比较的 {len(rules)} 条规则中，{n} 次未作判断；"
    assert unjudged_lines(collection)[0] == told + "单位自填了的照常判断。"


def test_what_units_typed_for_last_year_is_judged_and_not_complained_of() -> None:
    first = gathered({"BASE_MEMBERS": 95}, {})
    typed = gathered({"BASE_MEMBERS": 95, "prev(BASE_MEMBERS)": 90}, {})
    n = sum(t.undecided for t in looking_back(first))
    assert f"，{n} 次未作判断" in unjudged_lines(first)[0]
    assert f"，{n - 1} 次未作判断" in unjudged_lines(typed)[0]


def test_nothing_is_said_where_the_figures_were_there() -> None:
    assert unjudged_lines(gathered({}, {}, stored=stored("prior", "opening"))) == []
    (line,) = unjudged_lines(gathered({}, {}, stored=stored("prior")))
    assert line.startswith("没有上年末（2019年）的已采用数据")


def test_an_annual_round_names_one_period_once_and_misses_its_half_year() -> None:
    year, half = unjudged_lines(gathered({}, {}, period="2020"))
    assert year.startswith("没有上年同期、上年末（2019年）的已采用数据")
    assert half.startswith("没有上半年（2020年上半年）的已采用数据")


def test_nothing_is_said_where_no_verdict_was_missing() -> None:
    collection = gathered({}, {})
    judged = replace(collection, tallies=tuple(replace(t, undecided=0) for t in collection.tallies))
    assert unjudged_lines(judged) == []


def test_the_cover_and_the_findings_say_it(tmp_path: Path) -> None:
    collection = gathered({}, {})
    (line, *_) = unjudged_lines(collection)
    write_book(tmp_path / "book.xlsx", collection, frozenset())
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    for name in ("说明", "审核情况"):
        assert line in [c.value for row in book[name].iter_rows() for c in row], name
