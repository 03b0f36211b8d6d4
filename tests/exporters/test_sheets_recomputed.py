"""The numbers of the sheets that list, counted and added up again from the filled files: no product code in between."""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import openpyxl
import pytest
from plain import CATALOG, SCOPES, TIERS, Plain, catalog, filled

from exporters.demo.run import DemoRound
from workbook.round import IN, RESULTS

OFFICE = "汇总表（本室留存）.xlsx"
PERIODS = ["2020H1", "2020"]
Rows = list[tuple[Any, ...]]


@cache
def book(path: Path) -> Any:
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(params=PERIODS)
def folder(request: pytest.FixtureRequest, demo: dict[str, DemoRound]) -> Path:
    return demo[request.param].collection.round.path


def rows(folder: Path, title: str, first: str) -> Rows:
    """Return the rows of a sheet under the heading whose first word is `first`, "" for nothing."""
    found = [
        tuple("" if v is None else v for v in row)
        for row in book(folder / RESULTS / OFFICE)[title].iter_rows(min_col=2, values_only=True)
    ]
    heads = [r[0] for r in found]
    return found[heads.index(first) + 1 :]


def units(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["单位代码"]: row for row in csv.DictReader(file)}


def plain(folder: Path) -> Plain:
    """Return the forms in use, by the list of files."""
    used = {r[1]: r[0] for r in rows(folder, "收到的文件", "文件") if r[2] == "采用"}
    return Plain({u: filled(folder / IN / used[u]) for u in units(folder) if u in used})


def names() -> dict[str, str]:
    return {row["name_zh"]: code for code, row in catalog().items()}


def words(folder: Path) -> str:
    sheet = book(folder / RESULTS / OFFICE)["说明"]
    return "\n".join(str(c) for row in sheet.iter_rows(values_only=True) for c in row if c)


def test_units_and_files_are_counted(folder: Path) -> None:
    listed = {r[0]: r for r in rows(folder, "报送情况", "单位代码")}
    files = {r[0]: r for r in rows(folder, "收到的文件", "文件")}
    assert set(listed) == set(units(folder))
    lying = {p.relative_to(folder / IN).as_posix(): p for p in (folder / IN).rglob("*") if p.is_file()}
    assert set(files) == set(lying)
    for name, row in files.items():
        assert hashlib.sha256(lying[name].read_bytes()).hexdigest().startswith(row[6]), name
    states, fates = Counter(r[3] for r in listed.values()), Counter(r[2] for r in files.values())
    told = words(folder)
    order = [states[s] for s in ("已采用", "已退回", "未报送")]
    assert f"应报 {len(listed)} = 已采用 {order[0]} + 已退回 {order[1]} + 未报送 {order[2]}" in told
    kinds = ("采用", "退回", "已替换", "重复", "仅存档", "无法识别")
    assert f"收到 {len(files)} = " + " + ".join(f"{k} {fates[k]}" for k in kinds) in told
    assert {r[0] for r in listed.values() if r[3] == "已采用"} == {r[1] for r in files.values() if r[2] == "采用"}


def test_the_mishaps_of_the_demo_are_what_the_sheets_say(demo: dict[str, DemoRound]) -> None:
    folder = demo["2020H1"].collection.round.path
    story = tomllib.loads((CATALOG.parent / "demo" / "demo.toml").read_text(encoding="utf-8"))
    mishaps = story["mishaps"]
    silent = {*mishaps["silent"], *mishaps["word"], *mishaps["scan"]}
    wrong = {"X04", "S13", *mishaps["old_form"]}
    states = {r[0]: r[3] for r in rows(folder, "报送情况", "单位代码")}
    assert {u for u, s in states.items() if s == "未报送"} == silent
    assert {u for u, s in states.items() if s == "已退回"} == wrong
    chased = {r[0]: r for r in rows(folder, "催报", "单位代码")}
    assert set(chased) >= silent | wrong
    late = (demo["2020H1"].now.date() - story["round"][2]["deadline"].date()).days
    assert {chased[u][3] for u in silent | wrong} == {f"逾期 {late} 天"}
    assert {u for u, r in chased.items() if "没有收到报表" in r[6]} == set(mishaps["silent"])
    for unit in ("X04", "S13"):
        errors = [r for r in rows(folder, "审核情况", "单位") if unit in r[8] and r[2] == "必须改正"]
        assert f"必须改正 {len(errors)} 处" in chased[unit][6] or len(errors) == 1
    versions = {(r[0], r[1]): r[3:5] for r in rows(folder, "版本差异", "单位")}
    named = {u: row["单位名称"] for u, row in units(folder).items()}
    slips = {s["unit"]: s for s in story["slip"] if s.get("first")}
    assert set(versions) == {(named[u], catalog()[s["code"]]["name_zh"]) for u, s in slips.items()}
    for unit, slip in slips.items():
        then, now = versions[named[unit], catalog()[slip["code"]]["name_zh"]]
        assert int(then) - int(now) == slip["add"]


def test_control_totals_are_added_up(folder: Path) -> None:
    again, seen = plain(folder), 0
    assert "S00" in again.forms
    organs = [u for u in units(folder) if u[0] == "S" and u != "S00"]
    shown = {r[0]: r for r in rows(folder, "控制数核对", "指标")}
    for code, item in catalog().items():
        own = again.value("S00", code) if item["aggregation"] == "sum" and "organ" in item["tiers"] else None
        parts = [v for u in organs if u in again.forms and (v := again.value(u, code)) is not None]
        if item["calc"].startswith("rows") or own is None or not parts:
            continue
        row = shown.pop(item["name_zh"])
        due = [u for u in organs if u not in again.forms or again.forms[u].get((code, "value")) != "不适用"]
        assert (row[2], row[3], row[4]) == (float(own), float(sum(parts)), f"{len(parts)}/{len(due)}"), code
        assert row[5] == (float(own - sum(parts)) if len(parts) == len(due) else "—"), code
        assert bool(row[6]) == (len(parts) == len(due) and own != sum(parts))
        seen += 1
    assert all(catalog()[names()[n]]["calc"].startswith("rows") for n in shown)
    assert seen > 80


def comparisons() -> Iterator[tuple[dict[str, str], str, str, str]]:
    """Yield the rules that compare two figures of the same time, with both and the sign between them."""
    with (CATALOG.parent / "rules.csv").open(encoding="utf-8-sig", newline="") as file:
        for rule in csv.DictReader(file):
            found = re.fullmatch(r"([A-Z_]+) (<=|>=|==) ([A-Z_]+)", rule["expression"])
            if found and rule["missing"] == "any" and rule["status"] != "off":
                yield rule, found[1], found[2], found[3]


def test_rules_that_compare_two_figures_are_judged_again(folder: Path) -> None:
    """Counts of 规则运行 over all forms read, and the lines of 审核情况 they lead to."""
    files = rows(folder, "收到的文件", "文件")
    judged = [r for r in files if r[0].endswith(".xlsx") and r[2] in ("采用", "退回", "已替换") and "S18" not in r[0]]
    judged += [r for r in files if "S18" in r[0] and r[2] == "采用"]  # once it sent a form of the year before
    runs = {r[0]: r for r in rows(folder, "规则运行", "规则")}
    findings = Counter((r[1], r[8]) for r in rows(folder, "审核情况", "单位") if r[8])
    seen = failed = 0
    for rule, left, sign, right in comparisons():
        if rule["id"] not in runs:
            continue
        counts: Counter[object] = Counter()
        for path, unit, state, *_ in judged:
            if TIERS[unit[0]] not in rule["tiers"].split(";") or (unit == "S00" and rule["scope"] == "unit"):
                continue
            sent = Plain({unit: filled(folder / IN / path)})
            a, b = sent.value(unit, left), sent.value(unit, right)
            known = a is not None and b is not None
            holds = {"<=": a <= b, ">=": a >= b, "==": a == b}[sign] if known else None
            counts[holds] += 1
            assert findings[rule["id"], path] == (holds is False and state != "已替换"), (rule["id"], path)
        assert runs[rule["id"]][3:5] == (counts[True], counts[False]), rule["id"]
        assert runs[rule["id"]][6] == counts[None], rule["id"]
        seen, failed = seen + sum(counts.values()), failed + counts[False]
    assert seen > 1000
    assert failed or folder.name != "2020H1"


def test_last_years_figures_are_those_in_the_files(folder: Path) -> None:
    again, seen = plain(folder), 0
    sheet = book(folder / RESULTS / OFFICE)["上年同期"]
    codes = [c.value for c in sheet[3]]
    for row in sheet.iter_rows(min_row=6, values_only=True):
        for code, shown in zip(codes, row, strict=True):
            if code in catalog() and str(row[0]) in again.forms:
                expected, decimals = again.value(str(row[0]), str(code), "prior"), int(catalog()[str(code)]["decimals"])
                if catalog()[str(code)]["calc"].startswith("rows"):
                    continue
                assert isinstance(shown, int | float) == (expected is not None), (row[0], code)
                if expected is not None:
                    assert abs(Fraction(str(shown)) - expected) <= Fraction(1, 2 * 10**decimals), (row[0], code)
                seen += 1
    assert seen > 1000


def test_standards_are_counted_again(folder: Path) -> None:
    again, due = plain(folder), units(folder)
    shown = rows(folder, "达标情况", "指标")
    for name, group, bound, met, known, asked, short, unknown in shown:
        code, number = names()[name], re.search(r"[\d.]+", bound)
        tiers = [t for t in SCOPES[group] if t in catalog()[code]["tiers"].split(";")]
        inside = [u for u in due if TIERS[u[0]] in tiers and u != "S00"]
        values = {u: again.value(u, code) for u in inside if u in again.forms}
        limits = {u: Fraction(number[0]) if number else again.value(u, limit_of(bound)) for u in values}
        judged = {u: (v, limits[u]) for u, v in values.items() if v is not None and limits[u] is not None}
        holds = {u for u, (v, limit) in judged.items() if (v >= limit if "≥" in bound else v <= limit)}
        assert (met, known) == (len(holds), len(judged)), (name, group)
        inapplicable = [u for u in inside if u in again.forms and again.forms[u].get((code, "value")) == "不适用"]
        assert asked == len(inside) - len(inapplicable), (name, group)
        assert short == "、".join(due[u]["单位名称"] for u in judged if u not in holds), (name, group)
        assert len([w for w in unknown.split("、") if w]) == asked - known, (name, group)
    assert len(shown) > 10


def limit_of(bound: str) -> str:
    return names()[bound.split(maxsplit=1)[1]]


def test_rankings_are_ranked_again(folder: Path) -> None:
    again, ranked = plain(folder), 0
    named = {row["单位名称"]: u for u, row in units(folder).items()}
    found: dict[tuple[str, str], Rows] = {}
    for row in rows(folder, "进展比较", "指标"):
        if row[0] in names():
            found.setdefault((row[0], row[1]), []).append(row)
    for (name, _), lines in found.items():
        code = names()[name]
        places = {named[r[2]]: r[3] for r in lines if r[2] in named and isinstance(r[3], int)}
        values = {u: value for u in places if (value := again.value(u, code)) is not None}
        assert len(values) == len(places), name
        better = (lambda a, b: a < b) if catalog()[code]["direction"] == "lower" else (lambda a, b: a > b)
        for unit, place in places.items():
            assert place == 1 + sum(better(v, values[unit]) for v in values.values()), (name, unit)
        told = {r[2]: r[4] for r in lines}
        if values:
            assert abs(told["中位数"] - float(median(values.values()))) <= 0.5 / 10 ** int(catalog()[code]["decimals"])
            ends = (max(values.values()), min(values.values()))
            for word, end in zip(("最高", "最低"), ends, strict=True):
                assert abs(told[word] - float(end)) <= 0.5 / 10 ** int(catalog()[code]["decimals"]), (name, word)
        ranked += len(places)
    assert ranked > 100
