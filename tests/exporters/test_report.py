"""The merged report: every figure in it worked out again from the filled files, and no clause about nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from helpers import a_round, chosen, collected, party_building, submission
from openxml_audit import OpenXmlValidator
from plain import SCOPES, Plain, catalog, filled, rounded

from exporters.demo.run import DemoRound
from exporters.narrative.report import of_round
from exporters.narrative.template import TemplateFault, classify, render
from exporters.narrative.told import plain_text
from workbook.blank import blanks_in
from workbook.model import Unit
from workbook.round import IN, RESULTS

TAG = re.compile(r"hb:([A-Z0-9_]+)@([\w\-]{1,16})\.([a-z_]+)")
COUNT = re.compile(r"hb:units@([\w\-]{1,16})\.([a-z_]+)")
OF_TEXTS = re.compile(r"hb:TXT_PROBLEMS@(\w{1,16})\.(raised|behind_\d)")


@pytest.fixture(scope="session", params=["2019H1", "2020H1", "2020"])
def entry(request: pytest.FixtureRequest, demo: dict[str, DemoRound]) -> DemoRound:
    return demo[request.param]


def report_of(entry: DemoRound) -> Path:
    return entry.collection.round.path / RESULTS / "全市汇总报告.docx"


def controls(path: Path) -> list[tuple[str, str]]:
    """Return (tag, text) of every content control."""
    found = []
    for sdt in docx.Document(str(path)).element.body.iter(qn("w:sdt")):
        tag = sdt.find(qn("w:sdtPr")).find(qn("w:tag")).get(qn("w:val"))
        found.append((tag, "".join(t.text or "" for t in sdt.iter(qn("w:t")))))
    return found


def text_of(path: Path) -> str:
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in docx.Document(str(path)).element.body)


class Again:
    """The report's figures recomputed from the filled files."""

    def __init__(self, entry: DemoRound) -> None:
        used = {r.unit: r.file for r in entry.collection.receipts if r.state == "used"}
        folder = entry.collection.round.path / IN
        self.units = [u.code for u in entry.collection.round.units if not u.umbrella]
        self.kind = "half" if "H" in entry.collection.round.period else "year"
        self.plain = Plain({u: filled(folder / f) for u, f in used.items()})
        self.names = {u.code: u.name for u in entry.collection.round.units}

    def written(self, code: str, value: Fraction) -> set[str]:
        """Return the ways a value may be printed, in prose and in tables."""
        row = catalog()[code]
        decimals = int(row["decimals"])
        if row["dimension"] == "percent":
            one = rounded(value, 1)
            one = one if one != "100" or value == 100 else rounded(value, 2)
            return {one, one if "." in one else one + ".0"}
        ways = {rounded(value, min(decimals, 2)), rounded(value, decimals)}
        if row["display_scale"] == "万" and value >= 10000:
            ways.add(rounded(value / 10000, 2))
        return ways

    def asked(self, code: str, scope: str) -> list[str]:
        tiers = [t for t in SCOPES[scope] if t in catalog()[code]["tiers"].split(";")]
        names = {"X": "county", "Q": "district", "S": "organ"}
        return [u for u in self.units if names[u[0]] in tiers]

    def expected(self, code: str, scope: str, measure: str) -> set[str]:
        if scope not in SCOPES:
            value = self.plain.value(scope, code) if scope in self.plain.forms else None
            if value is None:
                return {"—"}
            return {str(self.rank(code, scope))} if measure == "rank" else self.written(code, value)
        if measure in ("standard", "short", "negative", "top", "mean", "met", "share"):
            told = getattr(self, measure)(code, scope)
            return told if isinstance(told, set) else {str(told)}
        if measure in ("n", "units", "met_n", "yoy_n", "yoy_units"):
            number = self.number(code, scope, measure)
            return {str(number)} if number or measure != "yoy_n" else {"0", "—"}  # —: last year's is not asked for
        if measure == "value":
            total = self.plain.total(code, scope)
            return {"—"} if total is None else self.written(code, total)
        return self.change(code, scope, measure)

    def number(self, code: str, scope: str, measure: str) -> int:
        """Return how many units know a figure, or should."""
        if measure in ("units", "yoy_units"):
            forms = self.plain.forms
            absent = [u for u in self.asked(code, scope) if forms.get(u, {}).get((code, "value")) == "不适用"]
            return len(self.asked(code, scope)) - len(absent)
        return len(self.plain.counted(code, scope, both=measure == "yoy_n"))

    def mean(self, code: str, scope: str) -> str:
        total, decimals = self.plain.total(code, scope), int(catalog()[code]["decimals"])
        assert total is not None
        return rounded(total / len(self.plain.counted(code, scope)), min(decimals, 2) if decimals else 1)

    def bound(self, code: str) -> tuple[str, str]:
        """Return sign and limit of the standard in force."""
        pairs = dict(part.split(":") for part in catalog()[code]["standard"].split(";"))
        found = re.match(r"([<>]=?)(.*)", pairs.get(self.kind, pairs.get("all", "")))
        assert found is not None
        return found[1], found[2]

    def standard(self, code: str, scope: str) -> set[str]:
        return {self.bound(code)[1]}

    def short(self, code: str, scope: str) -> set[str]:
        sign, name = self.bound(code)
        judged = [(self.plain.value(u, code), self.limit(name, u)) for u in self.plain.counted(code, scope)]
        known = [(v, limit) for v, limit in judged if v is not None and limit is not None]
        return {str(sum(v < limit if sign == ">=" else v > limit for v, limit in known))}

    def limit(self, name: str, unit: str) -> Fraction | None:
        return self.plain.value(unit, name) if name in catalog() else Fraction(name)

    def negative(self, code: str, scope: str) -> set[str]:
        values = [self.plain.value(u, code) for u in self.plain.counted(code, scope)]
        return {str(sum(v < 0 for v in values if v is not None))}

    def top(self, code: str, group: str) -> set[str]:
        """Return the best three with ties, as they are printed: 甲县（98%）、乙县（97%）."""
        row = catalog()[code]
        ranked = []
        for unit in self.plain.counted(code, group):
            below = self.plain.expression(unit, row["denominator"], "value")
            if below is not None and below >= 5:
                ranked.append((self.plain.value(unit, code), unit))
        best = [(v, u) for v, u in ranked if v and 1 + sum(other > v for other, _ in ranked) <= 3]
        told = []
        for value, unit in sorted(best, key=lambda p: (-p[0], self.units.index(p[1]))):
            one = rounded(value, 1)
            told.append(f"{self.names[unit]}（{one if one != '100' or value == 100 else rounded(value, 2)}%）")
        return {"、".join(told)}

    def share(self, code: str, scope: str) -> str:
        """Return a group's share in tenths of a percent, what rounding leaves over given to the largest remainders."""
        parts = {g: self.plain.total(code, g) * 1000 for g in ("县区", "市直")}
        whole = sum(parts.values()) / 1000
        floors = {g: v // whole for g, v in parts.items()}
        over = sorted(parts, key=lambda g: floors[g] - parts[g] / whole)[: int(1000 - sum(floors.values()))]
        return rounded(Fraction(floors[scope] + (scope in over), 10), 1)

    def change(self, code: str, scope: str, measure: str) -> set[str]:
        now = self.plain.total(code, scope, both=True)
        before = self.plain.total(code, scope, "prior", both=True)
        if now is None or before is None:
            return {"—"}
        if measure in ("prior", "same"):
            return self.written(code, before if measure == "prior" else now)
        points = catalog()[code]["dimension"] == "percent"
        by = now - before if points else (now - before) / before * 100 if before else now
        if measure == "yoy":
            return {rounded(abs(by), 1), rounded(abs(by) / 100, 1)} if before or points else {rounded(now, 2)}
        if now == before:
            return {"持平"}
        words = ("提高", "降低") if points else ("增长", "下降") if before else ("新增", "新增")
        return {words[by < 0], "基本持平" if abs(by) < Fraction(1, 20) else words[by < 0]}

    def met(self, code: str, scope: str) -> int:
        pairs = dict(part.split(":") for part in catalog()[code]["standard"].split(";"))
        bound = pairs.get(self.kind, pairs.get("all", ""))
        sign, name = re.match(r"([<>]=?)(.*)", bound).groups()
        count = 0
        for unit in self.plain.counted(code, scope):
            value = self.plain.value(unit, code)
            limit = self.plain.value(unit, name) if name in catalog() else Fraction(name)
            assert value is not None
            count += limit is not None and (value >= limit if sign == ">=" else value <= limit)
        return count

    def rank(self, code: str, unit: str) -> int:
        group = "市直" if unit[0] == "S" else "县区"
        row = catalog()[code]
        values = []
        for other in self.plain.counted(code, group):
            below = self.plain.expression(other, row["denominator"], "value")
            if below is not None and below >= 5:
                values.append(self.plain.value(other, code))
        mine = self.plain.value(unit, code)
        return 1 + sum(v > mine for v in values)


class Counts:
    """Counts of units and files, gone through one by one."""

    def __init__(self, entry: DemoRound) -> None:
        self.entry, self.c = entry, entry.collection
        self.units = {u.code: u for u in self.c.round.units}

    def expected(self, scope: str, measure: str) -> str:
        if scope in self.units:
            return self.of_unit(scope, measure)
        tiers = SCOPES[scope]
        inside = [u for u in self.units.values() if u.tier in tiers and (scope == "all" or not u.umbrella)]
        wanted = {
            "expected": lambda u: True,
            "accepted": lambda u: self.states(u) & {"used"},
            "counted": lambda u: self.states(u) & {"used"} and not u.umbrella,
            "returned": lambda u: self.states(u) & {"rejected"} and not self.states(u) & {"used"},
            "missing": lambda u: not self.states(u) & {"rejected", "used"},
            "umbrellas": lambda u: u.umbrella,
            "late": lambda u: any(r.received > self.c.round.deadline for r in self.mine(u) if r.state == "used"),
            "changed": lambda u: u.code in self.c.changed,
            "resubmitted": lambda u: self.states(u) & {"used"} and len(self.sent(u)) > 1,
        }[measure.removesuffix("_names")]
        found = [u.name for u in inside if wanted(u)]
        return "、".join(found) if measure.endswith("_names") else str(len(found))

    def of_unit(self, unit: str, measure: str) -> str:
        mine = self.mine(self.units[unit])
        if measure == "sent":
            return str(len(mine))
        if measure == "blank":
            form = self.c.submissions.get(unit)
            told = [c.state.name for (_, m), c in form.cells.items() if m == "value"] if form else []
            return str(sum(state not in ("NUMBER", "ZERO") for state in told)) if form else "—"
        failed = [
            f.severity for r, f in self.c.findings if r.unit == unit and r.state == "used" and f.outcome == "fail"
        ]
        return str(failed.count(measure))

    def raised(self, section: str) -> str:
        """Return how many counted units name a problem of a section."""
        place = [s.name for s in party_building().texts["TXT_PROBLEMS"].subfields].index("section")
        forms = [f for u, f in self.c.submissions.items() if not self.units[u].umbrella]
        return str(sum(any(row.values[place] == section for row in f.texts.get("TXT_PROBLEMS", ())) for f in forms))

    def mine(self, unit: Unit) -> list[Any]:
        return [r for r in self.c.receipts if r.unit == unit.code]

    def sent(self, unit: Unit) -> list[Any]:
        return [r for r in self.mine(unit) if r.state in ("used", "superseded", "rejected")]

    def states(self, unit: Unit) -> set[str]:
        return {r.state for r in self.mine(unit)}


def test_every_figure_equals_a_plain_recomputation_from_the_filled_files(entry: DemoRound) -> None:
    again, counts = Again(entry), Counts(entry)
    found = controls(report_of(entry))
    assert len(found) > 300
    for tag, text in found:
        assert len(tag) <= 64
        if match := COUNT.fullmatch(tag):
            assert text == counts.expected(*match.groups()), tag
        elif match := OF_TEXTS.fullmatch(tag):  # what the office merged is told in test_office_desk
            assert text == counts.raised(match[1]) or match[2] != "raised", tag
        else:
            match = TAG.fullmatch(tag)
            assert match, tag
            assert text in again.expected(*match.groups()), (tag, text, again.expected(*match.groups()))


def test_every_number_about_an_indicator_is_a_control_not_loose_text(entry: DemoRound) -> None:
    """Loose digits are years, counts of units, standards, ordinals or a unit's own words."""
    source = entry.collection.round.pack.root / "reports" / "city_merge" / "report.txt"
    codes = {blank.code for blank in blanks_in(source.read_text(encoding="utf-8"))}
    printed = {tag[3:].split("@")[0] for tag, _ in controls(report_of(entry))}
    assert len(printed & codes) > 30


def test_the_report_is_valid_ooxml(entry: DemoRound) -> None:
    assert OpenXmlValidator().validate(report_of(entry)).errors == []


def test_the_report_reads_without_gaps(entry: DemoRound) -> None:
    text = text_of(report_of(entry))
    assert not re.search("[，；、：][。；，]|。。|（）|（缺）|None|nan|[{}]|，$|看。|方面。|全年末", text, re.MULTILINE)
    assert "\ufdd0" not in text
    for heading in ("总体情况", "分领域情况", "进展比较", "共性问题", "下一步工作"):
        assert heading in text
    period = "上半年" if "H1" in entry.collection.round.period else "全年"
    other = "全年" if period == "上半年" else "上半年末"
    assert period in text
    assert other not in text


def test_restricted_items_are_not_in_the_report(entry: DemoRound) -> None:
    restricted = {c: i for c, i in party_building().indicators.items() if i.sensitive == "restricted"}
    assert not {tag[3:].split("@")[0] for tag, _ in controls(report_of(entry))} & set(restricted)
    assert not [i.name for i in restricted.values() if i.name in text_of(report_of(entry))]


UNITS = [Unit(f"X{n}", f"第{n}县", "county") for n in range(1, 4)]


def lines(tmp_path: Path, values: dict[str, dict[str, object]], texts: dict[str, object] | None = None):
    round_ = a_round(tmp_path, UNITS, return_on_error=False)
    forms = [submission(v, unit=u, texts=(texts or {}).get(u)) for u, v in values.items()]
    forms = [replace(f, unit=u) for f in forms for u in UNITS if u.code == f.unit.code]
    collection = collected(round_, *forms)
    report = of_round(collection, collection.round.pack.genres["city_merge"])
    return plain_text(report.lines), report.dropped, collection


def test_a_missing_figure_takes_its_clause_with_it_and_is_listed(tmp_path: Path) -> None:
    text, dropped, _ = lines(tmp_path, {"X1": {"POL_NORM_DOCS": 4, "prev(POL_NORM_DOCS)": 2}})
    assert "制定党内规范性文件4个（1/3）" not in text, "no accepted unit lacks it: told once at the head"
    assert "制定党内规范性文件4个，同比增长100%，其中县区4个。" in text
    assert "党建会议研究议题" not in text
    lost = [d for d in dropped if "研究议题" in d.clause]
    assert lost
    assert "没有单位报数" in lost[0].reason


def test_zero_is_not_missing_and_prints_its_phrase(tmp_path: Path) -> None:
    text, _, _ = lines(tmp_path, {"X1": {"IDE_MAJOR_OPINION": 0}, "X2": {"IDE_MAJOR_OPINION": 0}})
    assert "未发生重大舆情事件。" in text
    text, _, _ = lines(tmp_path, {"X1": {"IDE_MAJOR_OPINION": "未统计"}, "X2": {}})
    assert "重大舆情" not in text.partition("分级汇总表")[0]


def test_a_total_that_an_accepted_unit_lacks_says_of_how_many(tmp_path: Path) -> None:
    text, _, _ = lines(
        tmp_path, {"X1": {"POL_TOPICS": 4}, "X2": {"POL_TOPICS": "未统计"}, "X3": {"POL_TOPICS": "不适用"}}
    )
    assert "党建会议研究议题4个（1/2）" in text


def test_a_hundred_percent_is_printed_only_where_all_is_done(tmp_path: Path) -> None:
    text, _, _ = lines(
        tmp_path, {"X1": {"REC_PROBLEMS": 1999, "REC_DONE": 1998}, "X2": {"REC_PROBLEMS": 1, "REC_DONE": 1}}
    )
    assert "整改完成率为99.95%" in text
    text, _, _ = lines(tmp_path, {"X1": {"REC_PROBLEMS": 7, "REC_DONE": 7}})
    assert "整改完成率为100%" in text


def test_text_of_units_is_never_template_markup_or_layout(tmp_path: Path) -> None:
    evil = "{{ office }}{% for x in y %}\n# 标题\n| 表格 | 格 |\ufdd3缺\ufdd0a\ufdd1b\ufdd2"
    practice = {"X1": {"TXT_PRACTICE_POL": [["题目", evil]]}}
    _, _, collection = lines(tmp_path, {"X1": {}}, practice)
    report = of_round(collection, collection.round.pack.genres["city_merge"], chosen(collection))
    (line,) = [x for x in report.lines if "典型做法" in x.text]
    assert line.kind == "body"
    assert "{{ office }}" in line.text
    assert "\ufdd3" not in line.text


def test_nothing_of_an_editors_text_is_printed_before_it_is_chosen(tmp_path: Path) -> None:
    practice = {"X1": {"TXT_PRACTICE_POL": [["题目", "把责任清单贴到村口。"]]}}
    text, dropped, _ = lines(tmp_path, {"X1": {}}, practice)
    assert "责任清单" not in text
    assert any("政治建设典型做法" in d.clause and "选材" in d.reason for d in dropped)


def test_a_figures_control_says_in_words_what_it_is(entry: DemoRound) -> None:
    body = docx.Document(str(report_of(entry))).element.body
    aliases = {s.find(qn("w:sdtPr")).find(qn("w:alias")).get(qn("w:val")) for s in body.iter(qn("w:sdt"))}
    period, told = entry.collection.period.title, {a.partition("，")[0]: a for a in aliases}
    n, units = (entry.collection.totals["all", "BASE_MEMBERS"].n, entry.collection.totals["all", "BASE_MEMBERS"].units)
    assert told["党员总数（全市）"] == f"党员总数（全市），{n}/{units}个单位，{period}"
    assert "学习强国注册率（县区）" in told
    assert all(a.endswith(period) for a in aliases)
    assert not [a for a in aliases if "_" in a]


def test_a_faulty_template_is_told_with_its_line() -> None:
    with pytest.raises(TemplateFault) as caught:
        list(render("# 题\n{% if x %}\n没有结尾", {"x": 1}))
    assert caught.value.line >= 2
    with pytest.raises(TemplateFault):
        list(render("{{ nobody_knows }}", {}))
    with pytest.raises(TemplateFault):
        list(render("{{ ''.__class__.__mro__[1].__subclasses__() }}", {}))


def test_a_lines_first_characters_say_what_it_is() -> None:
    kinds = {"# 题": "title", "## 一": "h1", "### 二": "h2", "正文": "body", "| a | b |": "row", "! 注": "note"}
    assert {line: classify(line).kind for line in kinds} == kinds


def test_a_table_or_chart_without_a_row_takes_its_title_heading_and_note_with_it(tmp_path: Path) -> None:
    text, _, _ = lines(tmp_path, {"X1": {}})
    for gone in ("党员分布", "件、次、项", "事项 | 上年同期", "主要比率变化"):
        assert gone not in text
    assert "见图" not in text
