"""One rule, one verdict: every rule as an Excel formula, recalculated by LibreOffice, against the pipeline.

The workbook's cached verdicts are poisoned (all 9) and must come back replaced, or nothing was recalculated.
"""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from helpers import office, party_building
from python_calamine import CalamineWorkbook

from workbook.checks.rules import Judge
from workbook.computed import stored_refs
from workbook.expression.excel import Live, Operand
from workbook.expression.parse import parse
from workbook.expression.tree import Node, Ref, TextRef, texts, walk
from workbook.figures import figures_frame
from workbook.layout import letters
from workbook.model import Rule, State
from workbook.sheets import open_book
from workbook.values import Table

PACK = party_building()
CASES = 40
STATES = {"不适用": State.NOT_APPLICABLE, "未统计": State.NOT_COUNTED, "": State.BLANK, "约三十": State.UNREADABLE}
Drawn = dict[Ref | TextRef, Fraction | str | int]
KNOWN, READABLE = "ISNUMBER({c})", 'OR(ISNUMBER({c}),{c}="",{c}="不适用",{c}="未统计")'
FILLABLE = 'OR(ISNUMBER({c}),{c}="",{c}="不适用")'


def stored(tree: Node) -> list[Ref]:
    refs = list(stored_refs(tree, PACK.indicators))
    return refs + [
        n for n in walk(tree) if isinstance(n, Ref) and n.measure == "value" and present(n) and n not in refs
    ]


def present(ref: Ref) -> bool:
    return not PACK.indicators[ref.code].computed


def draw(rng: random.Random, rule: Rule) -> Drawn:
    """Return one unit's operands: the six states, both sides of its constants, ties, decimals, negatives."""
    tree = parse(rule.expression)
    quiet = rng.random() < 0.2
    case: Drawn = {}
    for ref in stored(tree):
        item = PACK.indicators[ref.code]
        scale = 10**item.decimals
        roll = rng.random()
        if roll < 0.12:
            case[ref] = rng.choice(list(STATES))
        elif quiet or roll < 0.35:
            case[ref] = Fraction(rng.choice([0, 0, 1, 2]))
        elif roll < 0.55:
            case[ref] = Fraction(rng.randint(-3 * scale, 60 * scale), scale)
        else:
            case[ref] = Fraction(rng.choice([3, 4, 5, 8, 10, 11, 12, 50, 55, 90, 100, 110, 120, 1000, 1100, 10000]))
    return case | {TextRef(t): rng.choice([0, 0, 1, 2, 3, 4, 6]) for t in texts(tree)}


def operand(columns: dict[Ref | TextRef, int], row: int, ref: Ref | TextRef, zero: bool) -> Operand:
    cell = f"${letters(columns[ref])}{row + 1}"
    fill = zero and isinstance(ref, Ref) and ref.measure == "value"
    known = (FILLABLE if fill else KNOWN).format(c=cell)
    return Operand(f"N({cell})", known, READABLE.format(c=cell))


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[Drawn]], dict[str, list[object]]]:
    """Write all rules with their cases into one workbook, a sheet per rule; return cases and recalculated verdicts."""
    folder = tmp_path_factory.mktemp("agreement")
    rng = random.Random(3)
    book = open_book(folder / "rules.xlsx")
    cases: dict[str, list[Drawn]] = {}
    for rule in PACK.rules.values():
        tree = parse(rule.expression)
        cases[rule.id] = [draw(rng, rule) for _ in range(CASES)]
        columns = {ref: 1 + i for i, ref in enumerate(cases[rule.id][0])}
        sheet = book.add_worksheet(rule.id)
        for row, case in enumerate(cases[rule.id]):
            for ref, value in case.items():
                sheet.write(row, columns[ref], float(value) if isinstance(value, Fraction) else value)
            live = Live(
                lambda r, z, row=row, c=columns: operand(c, row, r, z),
                PACK.indicators,
                row % 3 == 0,
                rule.tiers[0],
                "2020",
            )
            sheet.write_formula(row, 0, "=" + live.verdict(tree, rule.missing), None, 9)
    book.close()
    opened = folder / "rules.ods"  # a detour through ODS makes LibreOffice compute every cell anew
    office(folder / "rules.xlsx", "ods", folder)
    fresh = CalamineWorkbook.from_path(office(opened, "xlsx:Calc MS Excel 2007 XML", folder / "fresh"))
    verdicts = {
        n: [r[0] for r in fresh.get_sheet_by_name(n).to_python(skip_empty_area=False)] for n in fresh.sheet_names
    }
    return cases, verdicts


@pytest.mark.parametrize("rule", list(PACK.rules.values()), ids=lambda r: r.id)
def test_the_form_and_the_pipeline_come_to_the_same_verdict(rule, sheets) -> None:
    cases, verdicts = sheets[0][rule.id], sheets[1][rule.id]
    assert 9 not in verdicts, "nothing was recalculated"
    names = [str(i) for i in range(CASES)]
    records = []
    for name, case in zip(names, cases, strict=True):
        for ref, value in case.items():
            if isinstance(ref, Ref):
                records.append((name, ref.code, ref.measure, *_stored(value, ref.code)))
    table = Table(
        names,
        figures_frame(records),
        tiers=[rule.tiers[0]] * CASES,
        umbrella=[i % 3 == 0 for i in range(CASES)],
        period="2020",
        rows={t: [int(case[TextRef(t)]) for case in cases] for t in texts(parse(rule.expression))},
    )
    pipeline = [{1: 1.0, 0: 0.0, -1: 0.5}[v] for v in Judge(table, PACK.indicators).verdicts(rule).tolist()]
    assert [float(v) for v in verdicts] == pipeline, rule.expression


def _stored(value: Fraction | str | int, code: str) -> tuple[int, int]:
    if isinstance(value, str):
        return int(STATES[value]), 0
    scaled = int(value * 10 ** PACK.indicators[code].decimals)
    return int(State.NUMBER if scaled else State.ZERO), scaled
