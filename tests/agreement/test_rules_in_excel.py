"""One rule, one verdict: rules as Excel formulas, recalculated by LibreOffice, against the pipeline.

Every rule of the pack, and more than a hundred random ones.

The workbook's cached verdicts are poisoned (all 9) and must come back replaced, or nothing was recalculated.
"""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from helpers import office, party_building
from python_calamine import CalamineWorkbook

from workbook.checks.rules import Judge
from workbook.computed import stored_refs
from workbook.expression.excel import Live, Operand
from workbook.expression.parse import parse
from workbook.expression.tree import Node, Ref, TextRef, texts, walk
from workbook.layout import letters
from workbook.model import Rule, State
from workbook.sheets import open_book
from workbook.values import Table, columns_of

PACK = party_building()
CASES = 40
CODES = ("BASE_MEMBERS", "BASE_BRANCHES", "CAD_TRAIN_PT", "REC_RATE", "ORG_COLL_FUND", "DIS_DOCS")


def number(rng: random.Random, depth: int) -> str:
    """Return a random number expression of the language."""
    if depth == 0 or rng.random() < 0.35:
        code = rng.choice(CODES)
        return rng.choice([code, code, f"prev({code})", str(rng.choice([0, 1, 2, 3, 10, 0.5, 100])), "rows(TXT_PLANS)"])
    a, b = number(rng, depth - 1), number(rng, depth - 1)
    forms = (
        f"({a} + {b})",
        f"({a} - {b})",
        f"{a} * {b}",
        f"{a} / {b}",
        f"abs({a} - {b})",
        f"min({a}, {b})",
        f"max({a}, {b})",
    )
    return rng.choice(forms)


def condition(rng: random.Random, depth: int) -> str:
    """Return a random condition of the language."""
    if depth == 0 or rng.random() < 0.25:
        sign = rng.choice(["<", "<=", ">", ">=", "==", "!="])
        plain = f"{number(rng, 2)} {sign} {number(rng, 1)}"
        return rng.choice([plain, plain, plain, f"present({rng.choice(CODES)})", "filled(TXT_PLANS)", "UMBRELLA"])
    a, b = condition(rng, depth - 1), condition(rng, depth - 1)
    forms = (
        f"({a}) and ({b})",
        f"({a}) or ({b})",
        f"not ({a})",
        f"implies({a}, {b})",
        f"({a}) == ({b})",
        f"({a}) != ({b})",
    )
    return rng.choice(forms)


def random_rules(count: int) -> list[Rule]:
    """Return well-formed rules nobody thought of, under every missing policy."""
    rng = random.Random(11)
    base = PACK.rules["R001"]
    policies = ("any", "all", "zero")
    return [replace(base, id=f"Z{i}", expression=condition(rng, 2), missing=policies[i % 3]) for i in range(count)]


RULES = [*PACK.rules.values(), *random_rules(120)]
STATES = {"不适用": State.NOT_APPLICABLE, "未统计": State.NOT_COUNTED, "": State.BLANK, "约三十": State.UNREADABLE}
Drawn = dict[Ref | TextRef, Fraction | str | int]
KNOWN, READABLE = "ISNUMBER({c})", 'OR(ISNUMBER({c}),{c}="",{c}="不适用",{c}="未统计")'
FILLABLE = 'OR(ISNUMBER({c}),{c}="",{c}="不适用")'


def stored(tree: Node) -> list[Ref]:
    """Return every stored figure an expression rests on, arguments of present() included."""
    refs = [leaf for n in walk(tree) if isinstance(n, Ref) for leaf in stored_refs(n, PACK.indicators)]
    return list(dict.fromkeys(refs))


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
    for rule in RULES:
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


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
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
        columns_of(names, records),
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
