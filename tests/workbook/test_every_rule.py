"""Every rule of the pack, judged on thousands of operand states, against a plain reference that shares no code."""

from __future__ import annotations

import ast
import random
from fractions import Fraction

import pytest
from helpers import party_building

from workbook.checks.rules import Judge
from workbook.computed import definition
from workbook.expression.parse import parse
from workbook.expression.tree import Node, Ref, texts, walk
from workbook.model import State
from workbook.values import Table, columns_of

PACK = party_building()
NUMBERS = [0, 0, 1, 1, 2, 3, 4, 5, 7, 10, 12, 30, 59, 61, 100, 101, 150, 500, 2000, 60000]
EARLIER = {"prev": "prior", "opening": "opening", "half": "half"}
States = dict[tuple[str, str], Fraction | str]  # (code, measure) -> number, or the word of a missing state


def leaves(node: Node) -> list[tuple[str, str]]:
    """Return the stored figures an expression rests on, computed items taken apart."""
    found: list[tuple[str, str]] = []
    for ref in (n for n in walk(node) if isinstance(n, Ref)):
        tree = definition(PACK.indicators[ref.code], ref.measure, PACK.indicators)
        found += leaves(tree) if tree is not None else [(ref.code, ref.measure)]
    return list(dict.fromkeys(found))


def draw(rng: random.Random, code: str) -> Fraction | str:
    if rng.random() < 0.14:
        return rng.choice(["na", "nc", "blank", "unreadable"])
    item = PACK.indicators[code]
    if rng.random() < 0.25:
        return Fraction(rng.randint(0, 40 * 10**item.decimals), 10**item.decimals)
    return Fraction(rng.choice(NUMBERS))


def draw_case(
    rng: random.Random, stored: list[tuple[str, str]], lists: tuple[str, ...]
) -> tuple[States, dict[str, int]]:
    """Return figures and list lengths of one unit; now and then nothing has happened, or a sheet is missing (-1)."""
    quiet = rng.random() < 0.15
    states = {k: Fraction(rng.choice([0, 0, 0, 1])) if quiet else draw(rng, k[0]) for k in stored}
    return states, {t: rng.choice([-1, 0, 0, 1, 2, 3, 4, 6]) for t in lists}


class Reference:
    """Evaluates one rule on one unit with Python's own ast and plain fractions; None is U."""

    def __init__(self, states: States, rows: dict[str, int], policy: str, tier: str, *, umbrella: bool) -> None:
        self.states, self.rows, self.policy, self.tier, self.umbrella = states, rows, policy, tier, umbrella

    def figure(self, code: str, measure: str = "value") -> Fraction | None:
        item = PACK.indicators[code]
        if item.computed and definition(item, measure, PACK.indicators) is not None:
            shift = next((k for k, m in EARLIER.items() if m == measure), None)
            source = item.calc or f"({item.numerator}) / ({item.denominator})"
            value = self.at(ast.parse(source, mode="eval").body, shift)
            return value * 100 if value is not None and item.dimension == "percent" else value
        state = self.states[code, measure]
        if isinstance(state, Fraction):
            return state
        return Fraction(0) if self.policy == "zero" and measure == "value" and state in ("blank", "na") else None

    def at(self, node: ast.expr, shift: str | None) -> Fraction | None:
        if isinstance(node, ast.Name) and shift:
            return self.figure(node.id, EARLIER[shift])
        return self.number(node, shift)

    def number(self, node: ast.expr, shift: str | None = None) -> Fraction | None:
        match node:
            case ast.Constant(value=value):
                return Fraction(str(value))
            case ast.Name(id=code):
                return self.figure(code)
            case ast.Call(func=ast.Name(id="rows"), args=[ast.Name(id=code)]):
                return None if self.rows[code] < 0 else Fraction(self.rows[code])
            case ast.Call(func=ast.Name(id="abs"), args=[inner]):
                value = self.at(inner, shift)
                return None if value is None else abs(value)
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=code)]):
                return self.figure(code, EARLIER[name])
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.at(left, shift), self.at(right, shift)
                if a is None or b is None:
                    return None
                if isinstance(op, ast.Div):
                    return None if b == 0 else a / b
                return a + b if isinstance(op, ast.Add) else a - b if isinstance(op, ast.Sub) else a * b
        raise AssertionError(ast.dump(node))

    def condition(self, node: ast.expr) -> bool | None:
        match node:
            case ast.Name(id="UMBRELLA"):
                return self.umbrella
            case ast.UnaryOp(operand=inner):
                value = self.condition(inner)
                return None if value is None else not value
            case ast.BoolOp(op=op, values=values):
                parts = [self.condition(v) for v in values]
                stop = isinstance(op, ast.Or)
                return stop if stop in parts else None if None in parts else not stop
            case ast.Call(func=ast.Name(id="implies"), args=[a, b]):
                first, second = self.condition(a), self.condition(b)
                return True if first is False or second is True else None if None in (first, second) else False
            case ast.Call(func=ast.Name(id="filled"), args=[ast.Name(id=code)]):
                return None if self.rows[code] < 0 else self.rows[code] > 0
            case ast.Call(func=ast.Name(id="present"), args=[ast.Name(id=code)]):
                state = self.states[code, "value"]
                return None if state == "unreadable" else isinstance(state, Fraction)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [left, *comparators]
                parts = [self.pair(sides[i], op, sides[i + 1]) for i, op in enumerate(ops)]
                return False if False in parts else None if None in parts else True
        raise AssertionError(ast.dump(node))

    def pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        if isinstance(left, ast.Compare):
            a, b = self.condition(left), self.condition(right)
            return None if None in (a, b) else a == b
        x, y = self.number(left), self.number(right)
        if x is None or y is None:
            return None
        return {ast.LtE: x <= y, ast.GtE: x >= y, ast.Lt: x < y, ast.Gt: x > y, ast.Eq: x == y}[type(op)]

    def verdict(self, node: ast.expr, refs: list[tuple[str, str]]) -> bool | None:
        known = [self.figure(*ref) is not None for ref in refs]
        if (self.policy == "any" and not all(known)) or (self.policy == "all" and known and not any(known)):
            return None
        return self.condition(node)


CASES = 600
SCALED = {"na": State.NOT_APPLICABLE, "nc": State.NOT_COUNTED, "blank": State.BLANK, "unreadable": State.UNREADABLE}


@pytest.mark.parametrize("rule", list(PACK.rules.values()), ids=lambda r: r.id)
def test_rule_passes_fails_and_is_undecided_as_the_reference_says(rule) -> None:
    rng = random.Random(rule.id)
    tree = parse(rule.expression)
    stored = leaves(tree)
    refs = [(n.code, n.measure) for n in walk(tree) if isinstance(n, Ref)]
    if "present(" in rule.expression:
        refs = []
    tier = rule.tiers[0]
    drawn = [draw_case(rng, stored, texts(tree)) for _ in range(CASES)]
    flags = [rng.random() < 0.3 for _ in range(CASES)]
    records = [
        (str(i), code, measure, *_stored(value, code))
        for i, (states, _) in enumerate(drawn)
        for (code, measure), value in states.items()
    ]
    names = [str(i) for i in range(CASES)]
    table = Table(
        names,
        columns_of(names, records),
        tiers=[tier] * CASES,
        umbrella=flags,
        period="2020",
        rows={t: [rows[t] for _, rows in drawn] for t in texts(tree)},
    )
    verdicts = Judge(table, PACK.indicators).verdicts(rule)
    body = ast.parse(rule.expression, mode="eval").body
    words = {True: 1, False: 0, None: -1}
    for i, (states, rows) in enumerate(drawn):
        expected = Reference(states, rows, rule.missing, tier, umbrella=flags[i]).verdict(body, refs)
        assert verdicts[i] == words[expected], (rule.expression, states, rows)
    assert set(verdicts.tolist()) == {0, 1, -1}


def _stored(value: Fraction | str, code: str) -> tuple[int, int]:
    if isinstance(value, str):
        return int(SCALED[value]), 0
    scaled = value * 10 ** PACK.indicators[code].decimals
    assert scaled.denominator == 1
    return int(State.NUMBER if scaled else State.ZERO), int(scaled)
