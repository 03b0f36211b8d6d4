"""A pack of five tiers, village to province, a dozen indicators of every kind: ground for tests of tiers above."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from helpers import NOTHING

from exporters.rounds import NewRound, create_round, write_books
from workbook.form.content import blank_contents, with_computed
from workbook.model import Pack, Round, Unit
from workbook.pack import INDICATOR_COLUMNS, RULE_COLUMNS, TEXT_COLUMNS
from workbook.pack_check import check_pack
from workbook.round import IN, RESULTS, load_round
from workbook.tables import write_table

TIERS = ("village", "town", "county", "city", "province")
_HEAD = """
id = "ladder"
title = "五级试验"
whole = "全境"
version = "1.0"
form_version = "1"
accepted_forms = ["1"]
levels = ["省级"]
sections = ["基本情况", "工作情况"]
[[tier]]
code = "village"
name = "村"
group = "村"
[[tier]]
code = "town"
name = "乡镇"
group = "乡镇"
of = ["village"]
[[tier]]
code = "county"
name = "县"
group = "县"
of = ["town"]
[[tier]]
code = "city"
name = "市"
group = "市"
of = ["county"]
[[tier]]
code = "province"
name = "省"
group = "省"
of = ["city"]
[[module]]
code = "core"
name = "基础指标"
[labels]
unit_code = "单位代码"
unit_name = "单位名称"
tier = "层级"
period = "报告期"
filler = "填报人"
text = "内容"
title = "标题"
body = "内容"
"""
_COUNT = {"dimension": "count", "measure_word": "个", "value_type": "integer", "aggregation": "sum"}
_DECIMAL = {"value_type": "decimal", "decimals": "2", "aggregation": "sum"}
_RATIO = {"nature": "ratio", "value_type": "decimal", "decimals": "1", "required": "n", "aggregation": "ratio"}
_PERCENT = _RATIO | {"dimension": "percent", "measure_word": "%", "value_type": "percent"}
_MEAN = {"nature": "ratio", "aggregation": "mean_weighted:PEOPLE"}
INDICATORS: dict[str, Mapping[str, str]] = {
    "PEOPLE": _COUNT | {"name_zh": "人口", "required": "y", "max": "5000", "nature": "stock", "prior_year": "y"},
    "PARTY": _COUNT | {"name_zh": "党员数", "nature": "stock"},
    "AREA": _DECIMAL | {"name_zh": "耕地面积", "dimension": "area", "measure_word": "亩"},
    "INCOME": _DECIMAL | {"name_zh": "集体收入", "dimension": "money", "measure_word": "万元"},
    "ISSUES": _COUNT | {"name_zh": "问题数", "section": "工作情况", "prior_year": "y"},
    "SOLVED": _COUNT | {"name_zh": "已解决数", "section": "工作情况"},
    "SOLVED_RATE": _PERCENT | {"name_zh": "解决率", "numerator": "SOLVED", "denominator": "ISSUES"},
    "ISSUES_CUT": _PERCENT
    | {"name_zh": "问题压减率", "numerator": "prev(ISSUES) - ISSUES", "denominator": "prev(ISSUES)"},
    "PER_HEAD": _RATIO
    | {"name_zh": "人均集体收入", "dimension": "money_per_unit", "measure_word": "万元/人", "numerator": "INCOME"}
    | {"denominator": "PEOPLE", "decimals": "3"},
    "BOTH": _COUNT | {"name_zh": "党员与已解决合计", "calc": "PARTY + SOLVED", "required": "n"},
    "SCORE": _MEAN
    | {"name_zh": "平均得分", "dimension": "score", "value_type": "decimal", "decimals": "2", "max": "100"},
    "COVER": _MEAN | {"name_zh": "参保率", "dimension": "percent", "measure_word": "%", "value_type": "percent"},
    "RANK": _COUNT
    | {"name_zh": "最好位次", "dimension": "rank", "measure_word": "位", "aggregation": "min", "min": "1"},
    "GOAL": _COUNT | {"name_zh": "目标", "aggregation": "none", "nature": "target"},
    "SESSIONS": _COUNT | {"name_zh": "乡镇党委会次数", "section": "工作情况", "tiers": "town", "max": "60"},
}
_DEFAULTS = {
    "section": "基本情况",
    "module": "core",
    "decimals": "0",
    "tiers": "village",
    "nature": "flow",
    "direction": "neutral",
    "measure_word": "分",
    "sensitive": "none",
    "definition": "年初至期末累计。",
    "display_scale": "none",
} | dict.fromkeys(("required", "prior_year", "half", "rankable", "approx"), "n")
_RULE = {"status": "in_force", "missing": "any", "period": "all", "tiers": "village", "remedy_zh": "请核对。"}
_RULES: dict[str, Mapping[str, str]] = {
    "PARTS": {"severity": "error", "scope": "both", "expression": "PARTY <= PEOPLE", "message_zh": "党员多于人口"},
    "SMALL": {
        "severity": "error",
        "scope": "unit",
        "expression": "PARTY <= 300",
        "message_zh": "一个村不会有这么多党员",
    },
    "SLOW": {"severity": "warning", "scope": "both", "message_zh": "解决率 {SOLVED_RATE}% 偏低"}
    | {"expression": "SOLVED_RATE >= 30"},
    "MEET": {"severity": "warning", "scope": "unit", "expression": "SESSIONS >= 2", "message_zh": "会议太少"}
    | {"tiers": "town"},
}
_ALL = ";".join(TIERS)
_TEXTS = (
    ("COVER_LINES", "封面", "record", "unit_code:unit;unit_name;tier:tier;period:period;filler<=20", "1", "n", "cover"),
    ("TXT_WORK", "主要做法", "list", "title<=20;body<=200", "5", "y", "texts"),
)


def ladder(folder: Path) -> Pack:
    """Write the pack and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text(_HEAD, encoding="utf-8")
    rows = [{"code": c} | _DEFAULTS | given for c, given in INDICATORS.items()]
    write_table(folder / "indicators.csv", INDICATOR_COLUMNS, [[r.get(k, "") for k in INDICATOR_COLUMNS] for r in rows])
    rules = [{"id": c} | _RULE | given for c, given in _RULES.items()]
    write_table(folder / "rules.csv", RULE_COLUMNS, [[r.get(k, "") for k in RULE_COLUMNS] for r in rules])
    keys = ("code", "name", "kind", "subfields", "max_items", "editor", "place")
    texts = [
        dict(zip(keys, t, strict=True)) | {"max_length": "250", "sensitive": "none", "tiers": _ALL, "required": "n"}
        for t in _TEXTS
    ]
    write_table(folder / "texts.csv", TEXT_COLUMNS, [[t.get(k, "") for k in TEXT_COLUMNS] for t in texts])
    pack, defects = check_pack(folder)
    assert pack is not None
    assert defects == ()
    return pack


def office_round(pack: Pack, path: Path, units: Sequence[Unit], upward: Unit | None = None) -> Round:
    """Return the round of an office that hands on to the tier above; errors don't return a form here."""
    return Round(
        path=path,
        pack=pack,
        period="2020H1",
        office="本级",
        deadline=datetime(2020, 7, 10),
        previous=None,
        modules=("core",),
        basis="units",
        return_on_error=False,
        switches=(),
        parameters=(),
        units=tuple(units),
        upward=upward,
        above="上级",
    )


VILLAGES: dict[str, Mapping[str, Any]] = {
    "V1": {"PEOPLE": 1200, "PARTY": 61, "AREA": 310.25, "INCOME": 18.06, "ISSUES": 7, "SOLVED": 4, "SCORE": 88.25}
    | {"prev(PEOPLE)": 1210, "prev(ISSUES)": 9, "RANK": 4, "COVER": 97},
    "V2": {
        "PEOPLE": 431,
        "PARTY": 17,
        "AREA": 99.99,
        "INCOME": "未统计",
        "ISSUES": "未统计",
        "SOLVED": 2,
        "SCORE": 91.1,
    }
    | {"prev(PEOPLE)": 440, "RANK": "不适用", "COVER": 91},
    "V3": {"PEOPLE": 77, "PARTY": 5, "AREA": 0, "INCOME": 3.1, "ISSUES": 1, "SOLVED": 1, "prev(ISSUES)": 3, "RANK": 9},
    "V4": {"PEOPLE": 2999, "PARTY": 120, "AREA": "不适用", "INCOME": 240.5, "ISSUES": 31, "SOLVED": 10, "SCORE": 79.33}
    | {"prev(PEOPLE)": 3001, "prev(ISSUES)": 40, "COVER": 88, "RANK": 2},
}


@dataclass
class Ladder:
    """Offices of all tiers, each with a round's folder of its own."""

    pack: Pack
    root: Path

    def round(self, name: str, units: Mapping[str, str], upward: str = "", office: str = "上级机关") -> Path:
        """Set up a round as `huibao new` and a clerk with an editor do; units by code with their tier."""
        path = self.root / name
        listed = self.root / f"{name}.csv"
        lines = [f"{code},{code}级单位,{tier}" for code, tier in units.items()]
        listed.write_text("\n".join(["单位代码,单位名称,层级", *lines]), encoding="utf-8")
        assert create_round(NewRound(path, self.pack, "2020H1", listed, None, f"{name}机关", None)) == ()
        if upward:
            text = f'\n[upward]\ncode = "{name}"\nname = "{name}级单位"\ntier = "{upward}"\noffice = "{office}"\n'
            with (path / "round.toml").open("a", encoding="utf-8") as file:
                file.write(text)
        return path

    def report(self, path: Path, units: Mapping[str, Mapping[str, Any]]) -> None:
        """Put what villages fill in into 收件."""
        round_, _ = load_round(path)
        assert round_ is not None
        blank = blank_contents(round_, NOTHING)
        filled = {}
        for code, values in units.items():
            entries = {
                (k.removeprefix("prev(").rstrip(")"), "prior" if "(" in k else "value"): v for k, v in values.items()
            }
            filled[code] = replace(blank[code], entries=blank[code].entries | entries)
        write_books(round_, {path / IN / f"{c}.xlsx": v for c, v in with_computed(round_, filled).items()})

    def hand_on(self, source: Path, target: Path, change: Callable[[Any], None] | None = None) -> None:
        """Send an office's form to the tier above, as it is or changed."""
        form = target / IN / f"{source.name}.xlsx"
        if change is None:
            shutil.copyfile(own_form(source), form)
        else:
            book = openpyxl.load_workbook(own_form(source))
            change(book)
            book.save(form)


def own_form(path: Path) -> Path:
    return path / RESULTS / "上报表.xlsx"
