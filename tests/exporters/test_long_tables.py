"""A merged report of many units leaves tables over units to 汇总表, and says so where they would stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from genres import PACK, full_texts
from helpers import a_round, collected, submission

from exporters.narrative import annexes, elsewhere, merge
from exporters.narrative.facts import OfRound
from exporters.narrative.figures import Figures
from exporters.narrative.measures import HOW
from exporters.narrative.merge import Merge
from exporters.narrative.report import source_of
from exporters.narrative.told import Dropped, plain_text, tell
from workbook.collection import Collection
from workbook.model import Unit

GENRE = PACK.genres["city_merge"]
UNITS = [*(Unit(f"X{n}", f"第{n}县", "county") for n in range(1, 5)), Unit("S1", "第一局", "organ")]


@pytest.fixture(scope="module")
def city() -> Collection:
    texts = full_texts("county_half")
    values = {code: 300 - at for at, code in enumerate(PACK.indicators)}
    forms = [submission(values, tier=u.tier, unit=u.code, texts=texts if u.tier == "county" else {}) for u in UNITS]
    return collected(a_round(Path("nowhere"), UNITS, return_on_error=False), *forms)


def told(city: Collection) -> tuple[str, list[Dropped]]:
    figures = Figures(OfRound(city), frozenset(GENRE.withheld), HOW)
    lines, dropped = tell(source_of(PACK, GENRE), Merge(city, figures, ()).context(), figures, {})
    return plain_text(lines), dropped


def test_up_to_the_limit_every_unit_is_listed(city: Collection) -> None:
    text, dropped = told(city)
    assert "逐一列出" not in text + "".join(d.reason for d in dropped)
    assert "第4县" in text.partition("分单位明细表")[2]


def test_beyond_it_the_report_says_where_the_units_stand(city: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (annexes, merge):
        monkeypatch.setattr(module, "MOST_UNITS", 3)
    text, dropped = told(city)
    lines = text.split("\n")
    own = next(line for line in lines if line.startswith("县区“思想理论武装”分单位明细"))
    assert own == "县区“思想理论武装”分单位明细共4个单位，不在本报告中逐一列出，见汇总表.xlsx的“思想理论武装”工作表。"
    assert any("见汇总表.xlsx的“报送情况”“审核情况”“溯源”工作表。" in line for line in lines)
    assert any("见汇总表.xlsx的“进展比较”工作表。" in line for line in lines)
    assert not any(line.startswith(("第4县|", "注：“报送文件”")) for line in lines)
    assert any(line.startswith("第一局|") for line in lines)  # the other group is short enough
    assert {d.clause for d in dropped} >= {"县区“思想理论武装”分单位明细", "县区分单位的比率和位次", "报送和数据质量"}
    assert elsewhere.MOST_UNITS == 200


def test_a_list_of_too_many_items_is_left_to_the_sheet_of_texts(
    city: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any("条，不在本报告" in line for line in told(city)[0].split("\n"))
    monkeypatch.setattr(annexes, "MOST_ROWS", 3)
    text, dropped = told(city)
    assert "条，不在本报告中逐一列出，见汇总表.xlsx的“文字材料”工作表。" in text
    assert any("文字材料" in d.reason for d in dropped)
