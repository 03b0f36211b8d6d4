"""Lengths of texts, sums of lists, results pasted over: the form in LibreOffice against the pipeline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from desk import Desk
from helpers import NOTHING, party_building, plan
from live import agreed, poisoned, round_of, shown

from workbook.computed import definition
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Ref
from workbook.form.content import blank_contents, with_computed
from workbook.layout import Block
from workbook.model import Pack, Rule, Submission

PACK = party_building()


def items(block: Block, turn: int) -> list[list[str]]:
    """Fill a list: items at a limit, one over it, with blanks and line breaks that do not count, empty ones."""
    rows = []
    for number in range(min(block.text.max_items, 6)):
        row = []
        for place, field in enumerate(block.text.subfields):
            over = (number + place + turn) % 5 == 0
            text = "字" * ((field.limit or 3) + over)
            if (number + turn) % 3 == 0:
                text = "\n 　\u00a0" + text[:2] + "\n" + text[2:] + " 　"
            row.append(text if field.limit else "")
        rows.append([""] * len(row) if (number + turn) % 4 == 3 else row)
    return rows


@pytest.mark.parametrize("turn", range(4))
def test_texts_are_as_long_in_the_form_as_in_the_pipeline(turn: int, desk: Desk, tmp_path: Path) -> None:
    round_, blank = round_of(tmp_path, "county")
    layout = plan(round_, blank.unit).layout
    texts = {code: items(block, turn) for code, block in layout.blocks.items() if block.text.place != "office"}
    desk.open(poisoned(tmp_path / "form.xlsx", round_, replace(blank, texts=texts)))
    desk.recalculate()
    form, _ = agreed(desk, tmp_path / "saved.xlsx")
    long = [f for f in form.findings if f[0] == "字数"]
    assert len(long) > 20


def test_more_items_than_there_is_room_for_are_told(desk: Desk, tmp_path: Path) -> None:
    """A row copied with its hidden code is one item more."""
    round_, blank = round_of(tmp_path, "county")
    desk.open(poisoned(tmp_path / "form.xlsx", round_, replace(blank, texts={"TXT_OPENING": [["全县概况"]]})))
    desk.unprotect("文字材料")
    row = next(n for n, r in enumerate(desk.read("文字材料", "A1:A20"), 1) if r[0] == "TXT_OPENING.1")
    desk.insert_rows("文字材料", row + 1)
    desk.copy("文字材料", f"A{row}:L{row}", "文字材料", f"A{row + 1}")
    desk.recalculate()
    form, submission = agreed(desk, tmp_path / "saved.xlsx")
    assert len(submission.texts["TXT_OPENING"]) == 2
    assert "条数" in {f[0] for f in form.findings}


VARIANTS = (
    "right",
    "half a digit off",
    "just over it",
    "as integer",
    "one off",
    "text",
    "blank",
    "不适用",
)


def variant(exact, decimals: int, which: str) -> float | str | None:
    """Return what is pasted over a result."""
    coarse = max(decimals - 1, 0)
    step = 1 / 10**coarse
    shown_coarse = float(round_half_up(exact, coarse))
    return {
        "right": float(round_half_up(exact, decimals)),
        "half a digit off": shown_coarse,
        "just over it": round(shown_coarse + step, coarse),
        "as integer": float(round(exact)),
        "one off": round(float(exact) + 1, decimals),
        "text": "约三十",
        "blank": None,
        "不适用": "不适用",
    }[which]


@pytest.mark.parametrize("kind", ["county", "organ"])
def test_a_result_pasted_over_is_held_against_its_parts(kind: str, desk: Desk, tmp_path: Path) -> None:
    round_, blank = round_of(tmp_path, kind)
    layout = plan(round_, blank.unit).layout
    entries = {
        (item.code, m): [7, 12, 16, 31, 45, 8][place % 6] + (0.25 if item.decimals > 1 else 0)
        for place, item in enumerate(layout.indicators.values())
        for m in layout.measures(item)
        if definition(item, m, PACK.indicators) is None
    }
    content = with_computed(round_, {blank.unit.code: replace(blank, entries=entries)})[blank.unit.code]
    desk.open(poisoned(tmp_path / "form.xlsx", round_, content))
    for sheet in layout.sections:
        desk.unprotect(sheet.sheet)
    numbers = [key for key, value in content.computed.items() if not isinstance(value, str)]
    assert len(numbers) > 15
    places = plan(round_, blank.unit)
    told = set()
    for turn in range(len(VARIANTS)):
        for number, (code, measure) in enumerate(numbers):
            item = PACK.indicators[code]
            exact = exact_result(round_, content, code, measure)
            sheet, cell = places.place(Ref(code, measure))
            desk.put(sheet, cell, variant(exact, item.decimals, VARIANTS[(number + turn) % len(VARIANTS)]))
        desk.recalculate()
        form, _ = agreed(desk, tmp_path / f"saved{turn}.xlsx")
        told |= {f[3] for f in form.findings if f[0] == "自动计算"}
    assert len(told) == len(numbers), "every result was seen wrong once"


def exact_result(round_, content, code: str, measure: str):
    """Return a result as its parts give it, unrounded."""
    from workbook.checks.check import check
    from workbook.expression.evaluate import Evaluator
    from workbook.form.verdicts import as_submission

    layout = plan(round_, content.unit).layout
    one: dict[str, Submission] = {"": as_submission(round_, layout, content)}
    table = check(PACK, one, NOTHING, period=round_.period, modules=round_.modules).table
    return Evaluator(table, PACK.indicators).number(Ref(code, measure)).exact(0)  # type: ignore[arg-type]


def with_rule(expression: str) -> Pack:
    rule: Rule = replace(
        PACK.rules["R001"],
        id="R900",
        expression=expression,
        message="重点媒体篇数 {total(TXT_MEDIA_LIST, pieces)}，共 {rows(TXT_MEDIA_LIST)} 家",
        severity="error",
    )
    return replace(PACK, rules={**PACK.rules, "R900": rule})


@pytest.mark.parametrize(
    ("pieces", "verdict"),
    [
        ([1, 2], 1.0),
        ([6, 5], 0.0),
        (["6", "5"], 0.0),
        ([2.5, 8], 0.0),
        ([], 1.0),
        ([None, None], 1.0),
        (["约三十", 5], 0.5),
        (["012"], 0.5),
        ([" 5　"], 1.0),
    ],
)
def test_a_rule_may_add_up_a_column_of_a_list(pieces: list, verdict: float, desk: Desk, tmp_path: Path) -> None:
    from workbook.checks.check import check
    from workbook.reading.submission import read_submission

    round_, _ = round_of(tmp_path, "county")
    pack = with_rule("total(TXT_MEDIA_LIST, pieces) <= 10")
    round_ = replace(round_, pack=pack)
    blank = blank_contents(round_, NOTHING)["X1"]
    desk.open(poisoned(tmp_path / "form.xlsx", round_, blank))
    block = plan(round_, blank.unit).layout.blocks["TXT_MEDIA_LIST"]
    for number, value in enumerate(pieces):
        row = block.first_row + 1 + number
        desk.put(block.sheet, f"{'ABCDEFGHI'[block.column('media')]}{row}", "日报")
        desk.put(block.sheet, f"{'ABCDEFGHI'[block.column('pieces')]}{row}", value)
    desk.recalculate()
    form = shown(desk, blank.unit, round_.period)
    assert form.verdicts["R900"] == verdict
    desk.save_as(tmp_path / "saved.xlsx")
    read = read_submission(tmp_path / "saved.xlsx", pack)
    found = check(pack, {"": read}, NOTHING, period=round_.period, modules=round_.modules)
    assert {0.0: (0, 1, 0), 1.0: (1, 0, 0), 0.5: (0, 0, 1)}[verdict] == next(
        (t.passed, t.failed, t.undecided) for t in found.tallies if t.rule == "R900"
    )
    if verdict == 0:
        (message,) = (f.message for f in found.findings[""] if f.rule == "R900")
        assert message in {f[1] for f in form.findings}


REASONS = [
    ("R105", "", "乡镇合并划转党员关系"),
    (" r107 ", "", "情 况 属 实 ， 已 核 对"),
    ("R167", "", "太 短 了 　 　 吧"),
    ("", " 党员总数 ", "台账刚刚移交，尚未统计"),
    ("", "BASE_BRANCHES", "台账刚刚移交，尚未统计"),
    ("R105", "BASE_COMMITTEES", "只说明规则，不说明指标"),
    ("STATED-MISSING", "", "想一次说明所有缺数"),
]


def test_a_reason_explains_the_same_in_the_form_and_in_the_pipeline(desk: Desk, tmp_path: Path) -> None:
    round_, blank = round_of(tmp_path, "county")
    entries = dict(blank.entries)
    for code in ("BASE_MEMBERS", "BASE_BRANCHES", "BASE_COMMITTEES"):
        entries[code, "value"] = "未统计"
    desk.open(poisoned(tmp_path / "form.xlsx", round_, replace(blank, entries=entries)))
    block = plan(round_, blank.unit).layout.blocks["TXT_CHANGE_NOTES"]
    for number, reason in enumerate(REASONS):
        for name, text in zip(("rule", "code", "reason"), reason, strict=True):
            desk.put(block.sheet, f"{'ABCDEFGHI'[block.column(name)]}{block.first_row + 1 + number}", text or None)
    desk.recalculate()
    form, _ = agreed(desk, tmp_path / "saved.xlsx")
    explained = {f[1].split("是必填项")[0] for f in form.findings if f[0] == "缺数说明" and f[4]}
    assert explained == {"党员总数", "党支部数"}
