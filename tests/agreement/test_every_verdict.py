"""Every rule and built-in check in real forms: filled, recalculated by LibreOffice, equal to the pipeline.

Forms are written with poisoned cached results that say nothing is wrong. Each form is packed with states that make
some rules pass, fail and stay undecided; the cells no rule needs take the six states and both sides of each bound.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from desk import Desk
from helpers import a_round, judged
from live import KINDS, Shown, agreed, poisoned, round_of, shown, told

from exporters.desk import as_json, check_files
from exporters.returned.book import Job, mark_form
from exporters.returned.opinion import Letter
from workbook.checks.builtin import rule_name
from workbook.checks.rules import Judge
from workbook.computed import definition, stored_refs
from workbook.expression.parse import parse
from workbook.expression.tree import Ref, TextRef, texts, walk
from workbook.form.content import Figure
from workbook.form.parts import in_form
from workbook.form.plan import Plan
from workbook.layout import Layout
from workbook.model import Indicator, Rule, State, Submission, Unit
from workbook.values import Table, columns_of

DRAWS = 500
NUMBERS = [0, 0, 1, 1, 2, 3, 4, 5, 7, 10, 11, 12, 30, 50, 59, 61, 99, 100, 101, 110, 120, 500, 2000, 60000]
WORDS = {"不适用": State.NOT_APPLICABLE, "未统计": State.NOT_COUNTED, "": State.BLANK, "约三十": State.UNREADABLE}
NOTHING_WRONG = "错误 0 · 待说明 0 · 提示 0"
Case = dict[Ref | TextRef, Figure]


def states(item: Indicator) -> list[Figure]:
    """Return what a cell is filled with in turn: the six states, both sides of its bounds, signs, decimals, text."""
    step = 1 / 10**item.decimals
    bounds = [float(b) for b in (item.minimum, item.maximum) if b is not None]
    around = [x for b in bounds for x in (b - step, b, b + step)]
    digits = [2.5, 3 + step / 2, 1.23456]
    return ["", *WORDS, 0, 7, -1, "36", "1O2", " 未统计 ", "12尺", *around, *digits]


def draw(rng: random.Random, rule: Rule, indicators: dict[str, Indicator]) -> Case:
    """Return one unit's operands of a rule."""
    tree = parse(rule.expression)
    quiet = rng.random() < 0.15
    case: Case = {}
    for ref in (leaf for n in walk(tree) if isinstance(n, Ref) for leaf in stored_refs(n, indicators)):
        item = indicators[ref.code]
        if rng.random() < 0.12:
            case[ref] = rng.choice(list(WORDS))
        elif rng.random() < 0.2:
            case[ref] = rng.randint(0, 40 * 10**item.decimals) / 10**item.decimals
        else:
            case[ref] = rng.choice([0, 0, 0, 1]) if quiet else rng.choice(NUMBERS)
    return case | {TextRef(t): rng.choice([0, 0, 1, 2, 3, 4, 6]) for t in texts(tree)}


def stored(value: Figure, item: Indicator) -> tuple[int, int]:
    if isinstance(value, str):
        return int(WORDS[value]), 0
    scaled = round(value * 10**item.decimals)
    return int(State.NUMBER if scaled else State.ZERO), scaled


def decided(rule: Rule, unit: Unit, layout: Layout) -> dict[int, list[Case]]:
    """Return cases in which a rule passes (1), fails (0) and is undecided (-1)."""
    rng = random.Random(rule.id)
    indicators = dict(layout.pack.indicators)
    drawn = [draw(rng, rule, indicators) for _ in range(DRAWS)]
    cases: list[Case] = [{in_form(part, layout): value for part, value in case.items()} for case in drawn]
    records = []
    for i, case in enumerate(cases):
        for ref, value in case.items():
            if isinstance(ref, Ref):
                records.append((str(i), ref.code, ref.measure, *stored(value, indicators[ref.code])))
                if ref.measure == "prior" and indicators[ref.code].nature == "stock":
                    records.append((str(i), ref.code, "opening", *stored(value, indicators[ref.code])))
    names = [str(i) for i in range(DRAWS)]
    lists = texts(parse(rule.expression))
    table = Table(
        names,
        columns_of(names, records),
        tiers=[unit.tier] * DRAWS,
        umbrella=[unit.umbrella] * DRAWS,
        period=str(layout.period),
        rows={t: [int(case[TextRef(t)]) for case in cases] for t in lists},
    )
    verdicts = Judge(table, indicators).verdicts(rule)
    return {v: [c for c, found in zip(cases, verdicts, strict=True) if found == v][:40] for v in (1, 0, -1)}


def packed(rules: list[Rule], unit: Unit, layout: Layout) -> Iterator[Case]:
    """Yield fillings of the form until every rule has passed, failed and been undecided in one of them."""
    owed = [(rule.id, v, cases) for rule in rules for v, cases in decided(rule, unit, layout).items() if cases]
    while owed:
        filling: Case = {}
        left = []
        for name, verdict, cases in owed:
            fits = (c for c in cases if all(filling.get(part, value) == value for part, value in c.items()))
            case = next(fits, None)
            if case is None:
                left.append((name, verdict, cases))
            else:
                filling |= case
        assert len(left) < len(owed)
        owed = left
        yield filling


def turns_of(layout: Layout) -> dict[Ref, list[Figure]]:
    """Return what every cell that is filled by hand still has to be seen with, each cell beginning elsewhere."""
    turns = {}
    for place, item in enumerate(layout.indicators.values()):
        for measure in layout.measures(item):
            if definition(item, measure, layout.pack.indicators) is None:
                turn = states(item)
                start = place % len(turn)
                turns[Ref(item.code, measure)] = turn[start:] + turn[:start]
    return turns


def filled(layout: Layout, filling: Case, turns: dict[Ref, list[Figure]], blank: dict) -> tuple[dict, dict]:
    """Return entries and texts of one form: the filling, and for every other cell the next state it is owed."""
    entries, rows = dict(blank), {}
    for ref, owed in turns.items():
        entries[ref.code, ref.measure] = filling[ref] if ref in filling else owed.pop(0) if owed else 3
    for code, block in layout.blocks.items():
        n = min(int(filling.get(TextRef(code), 0)), block.text.max_items)
        rows[code] = [["字"] + [""] * (len(block.text.subfields) - 1)] * n
    return entries, rows


def tell_the_same(form: Shown, submission: Submission, path: Path) -> None:
    """Hold `check --json` and the returned form against the list in the form: same words, same cells."""
    all_found = judged(submission).findings[submission.unit.code]
    assert {told(f) for f in all_found} == form.findings
    (result,), _, _ = check_files([path])
    assert result["findings"] == [as_json(f) for f in all_found]
    found = [f for f in all_found if not f.trial]
    returned = path.with_name(f"returned_{path.name}")
    letter = Letter(submission.unit, "", "", path.name, submission.received, "", tuple(found))
    round_ = a_round(path.parent, [submission.unit], submission.period)
    assert mark_form(round_, Job("", returned, letter, path))
    book = openpyxl.load_workbook(returned)
    rows = list(book["审核意见"].iter_rows(values_only=True))
    head = next(i for i, row in enumerate(rows) if "序号" in row)
    lines = {(row[3], row[5], row[6], row[4]) for row in rows[head + 1 :] if row[1]}
    assert lines == {(rule_name(f.rule), f.message, f.remedy, f"{f.sheet} {f.cell}".strip()) for f in found}
    for finding in found:
        if finding.cell and not finding.reason:
            assert finding.message in str(book[finding.sheet][finding.cell].comment.text)


@pytest.mark.parametrize("kind", KINDS)
def test_form_and_pipeline_agree_on_every_rule_and_check(kind: str, desk: Desk, tmp_path: Path) -> None:
    round_, blank = round_of(tmp_path, kind)
    plan = Plan(round_, blank.unit)
    seen: dict[str, set[float]] = {rule.id: set() for rule in plan.rules}
    checks: set[str] = set()
    turns = turns_of(plan.layout)
    fillings = list(packed(plan.rules, blank.unit, plan.layout))
    number = -1
    while fillings or any(turns.values()):
        number += 1
        entries, rows = filled(plan.layout, fillings.pop() if fillings else {}, turns, dict(blank.entries))
        path = poisoned(tmp_path / f"{number}.xlsx", round_, replace(blank, entries=entries, texts=rows))
        desk.open(path)
        if number == 0:
            assert shown(desk, blank.unit, round_.period).cover == NOTHING_WRONG, "the poison shows until recalculated"
        desk.recalculate()
        form, submission = agreed(desk, tmp_path / f"saved{number}.xlsx")
        failing = {f[0] for f in form.findings}
        if failing - checks:
            tell_the_same(form, submission, tmp_path / f"saved{number}.xlsx")
        for rule, verdict in form.verdicts.items():
            seen[rule].add(verdict)
        checks |= failing
    desk.delete_sheet("文字材料")  # what was not delivered leaves rules on lists undecided
    desk.recalculate()
    form, _ = agreed(desk, tmp_path / "no_texts.xlsx")
    for rule, verdict in form.verdicts.items():
        seen[rule].add(verdict)
    assert {rule: v for rule, v in seen.items() if v != {0.0, 0.5, 1.0}} == {}
    assert {"非数字", "必填", "缺数说明", "应为整数", "小数位", "低于下限", "高于上限", "必写"} - checks == (
        {"低于下限", "高于上限"} if kind == "umbrella" else set()
    )
