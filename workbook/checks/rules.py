"""The rules of a pack over many submissions at once, and over totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt

from workbook.checks.builtin import start_of
from workbook.expression.evaluate import FALSE, TRUE, UNKNOWN, Evaluator
from workbook.expression.functions import round_half_up
from workbook.expression.parse import parse
from workbook.expression.tree import Call, Node, Ref, TextRef, mentioned, texts, walk
from workbook.layout import Layout, below, collected
from workbook.messages import say
from workbook.model import Finding, Indicator, Pack, Rule, Severity, Submission, Switch
from workbook.pack_check import PLACE
from workbook.period import Period
from workbook.reading.values import show
from workbook.values import Table

BROKEN, NOT_CONCERNED = 2, -2  # beside TRUE, FALSE and UNKNOWN
Outcomes = Mapping[str, npt.NDArray[np.int8]]  # of every rule, a number per submission


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one rule passed, failed, stayed undecided or could not run."""

    rule: str
    passed: int
    failed: int
    undecided: int
    broken: int


def tallies_of(outcomes: Outcomes) -> tuple[Tally, ...]:
    """Return how often each rule came out how."""
    return tuple(
        Tally(rule, *(int((found == v).sum()) for v in (TRUE, FALSE, UNKNOWN, BROKEN)))
        for rule, found in outcomes.items()
    )


def active_rules(
    pack: Pack, period: Period, modules: tuple[str, ...], switches: Sequence[Switch] = ()
) -> dict[str, Rule]:
    """Return the rules that run in a round: its period kind, every operand collected, switches applied.

    What holds for totals holds for the tiers above too: they are among its tiers.
    """
    by_tier = {t.code: set(collected(pack, t.code, period.year, modules)) for t in pack.tiers}
    items = set().union(*by_tier.values())
    by_rule = {s.rule: s.to for s in switches}
    active = {}
    for rule in pack.rules.values():
        if rule.period not in ("all", period.kind):
            continue
        if any(code not in items for code in mentioned(parse(rule.expression))):
            continue
        switched = _switched(rule, by_rule.get(rule.id))
        if switched.status != "off":
            active[rule.id] = replace(switched, tiers=rule.tiers + _above(pack, rule, by_tier))
    return active


def _above(pack: Pack, rule: Rule, by_tier: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Return the tiers a rule on totals holds for without naming them: above its own, with all it looks at."""
    node = parse(rule.expression)
    return tuple(
        t.code
        for t in pack.tiers
        if rule.scope != "unit"
        and t.code not in rule.tiers
        and set(below(pack, t.code)) & set(rule.tiers)
        and by_tier[t.code].issuperset(mentioned(node))
        and all(t.code in pack.texts[code].tiers for code in texts(node))
    )


def _switched(rule: Rule, to: str | None) -> Rule:
    if to in ("error", "confirm", "warning"):
        return replace(rule, severity=cast("Severity", to))
    return replace(rule, status=to) if to else rule


class Judge:
    """Judges rules over one table of values under each missing policy."""

    def __init__(self, table: Table, indicators: Mapping[str, Indicator]) -> None:
        self.table, self.indicators = table, indicators
        self.plain = Evaluator(table, indicators)
        self.filled = Evaluator(table, indicators, zero_fill=True)
        self._shown: dict[tuple[Node, int], str] = {}

    def verdicts(self, rule: Rule) -> npt.NDArray[np.int8]:
        """Return 1 pass, 0 fail, -1 undecided, 2 broken per submission."""
        evaluator = self.filled if rule.missing == "zero" else self.plain
        try:
            return evaluator.verdict(parse(rule.expression), rule.missing)
        except (ArithmeticError, TypeError, KeyError, ValueError):
            return np.full(self.table.size, BROKEN, dtype=np.int8)

    def value(self, node: Node, i: int) -> str:
        """Return an operand of submission i as people write it, （缺） where missing."""
        if (node, i) not in self._shown:  # asked for in the message, and in the values beside it
            self._shown[node, i] = self._show(node, i)
        return self._shown[node, i]

    def _show(self, node: Node, i: int) -> str:
        numbers = self.plain.number(node)
        if not numbers.known[i]:
            return say("word.missing")
        exact = numbers.exact(i)
        decimals = self.indicators[node.code].decimals if isinstance(node, Ref) else 4
        return show(float(exact if exact.denominator == 1 else round_half_up(exact, decimals)))

    def worded(self, rule: Rule, i: int) -> str:
        """Return the rule's message with its places filled from submission i."""
        return PLACE.sub(lambda m: self.value(parse(m[1], "number"), i), rule.message)

    def values(self, rule: Rule, i: int) -> dict[str, str]:
        """Return the value of every figure and count the rule looks at."""
        values = {}
        for node in _operands(rule.expression):
            if isinstance(node, Ref):
                name = node.code if node.measure == "value" else f"{_TIME[node.measure]}({node.code})"
                values[name] = self.value(node, i)
            elif not node.column:
                values[f"rows({node.code})"] = str(max(0, int(self.table.rows(node.code)[i])))
            else:
                values[f"total({node.code}, {node.column})"] = self.value(Call("total", (node,)), i)
        return values


@lru_cache(maxsize=1024)
def _operands(expression: str) -> tuple[Ref | TextRef, ...]:
    """Return every figure and text of an expression, as it names them."""
    return tuple(node for node in walk(parse(expression)) if isinstance(node, Ref | TextRef))


_TIME = {"prior": "prev", "opening": "opening", "half": "half"}


def rule_findings(
    rules: Mapping[str, Rule],
    judge: Judge,
    submissions: Mapping[str, Submission],
    layouts: Mapping[str, Layout],
) -> tuple[list[Finding], Outcomes]:
    """Return the findings of all rules on all submissions, and how each rule came out on each.

    A rule of scope `total` does not run on units; one of scope `unit` not on an umbrella, which is a total, and on
    other totals only where it names their tier.
    """
    findings: list[Finding] = []
    outcomes = {}
    keys = list(submissions)
    umbrella = np.array([s.unit.umbrella for s in submissions.values()], dtype=np.bool_)
    for rule in rules.values():
        concerned = judge.table.of_tiers(rule.tiers)
        if rule.scope == "unit":
            concerned = concerned & ~umbrella
        if rule.scope == "total":
            concerned = concerned & judge.table.umbrella
        verdicts = np.where(concerned, judge.verdicts(rule), NOT_CONCERNED).astype(np.int8)
        outcomes[rule.id] = verdicts
        failing = np.flatnonzero((verdicts == FALSE) | (verdicts == BROKEN))
        findings += [
            _finding(rule, judge, i, submissions[keys[i]], layouts, broken=verdicts[i] == BROKEN)
            for i in failing.tolist()
        ]
    return findings, outcomes


def _finding(
    rule: Rule, judge: Judge, i: int, submission: Submission, layouts: Mapping[str, Layout], *, broken: bool
) -> Finding:
    codes = mentioned(parse(rule.expression))
    sheet, cell, code = next(
        _places(rule, submission, layouts[submission.unit.tier]), ("", "", codes[0] if codes else "")
    )
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        outcome="broken" if broken else "fail",
        unit=judge.table.units[i],
        indicator=code,
        sheet=sheet,
        cell=cell,
        values={} if broken else judge.values(rule, i),
        message=say("check.broken", rule=rule.id) if broken else judge.worded(rule, i),
        remedy=say("check.broken_remedy") if broken else rule.remedy,
        trial=rule.status == "trial",
        operands=codes,
    )


def _places(rule: Rule, submission: Submission, layout: Layout) -> Iterator[tuple[str, str, str]]:
    """Yield where the rule's operands stand, as the expression names them: figures, and the first line of texts."""
    for node in _operands(rule.expression):
        if isinstance(node, Ref) and (cell := submission.cells.get((node.code, "value"))):
            yield cell.sheet, cell.address, node.code
        if isinstance(node, TextRef) and (block := layout.blocks.get(node.code)):
            yield *start_of(submission, block), node.code
