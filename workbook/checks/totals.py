"""Rules judged on totals: each operand summed over the units of the rule's tiers that have all operands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbook.checks.rules import Judge
from workbook.computed import stored_refs
from workbook.expression.evaluate import FALSE
from workbook.expression.parse import parse
from workbook.expression.tree import Ref, mentioned, texts
from workbook.figures import figures_frame
from workbook.messages import say
from workbook.model import Finding, Indicator, Rule, State, Unit
from workbook.values import Table


@dataclass(frozen=True, slots=True)
class Scope:
    """A group whose total is judged, and the units that make it up."""

    name: str
    title: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A rule on the total of a scope: its operands added over the n of the scope's units that have all of them."""

    rule: Rule
    scope: Scope
    sums: Mapping[Ref, int]
    n: int
    of: int


def total_findings(
    rules: Mapping[str, Rule], table: Table, indicators: Mapping[str, Indicator], scopes: Sequence[Scope]
) -> list[Finding]:
    """Return the rules of scope `total` or `both` that a total breaks. Unit-only norms and bounds do not apply.

    A rule over texts, or over figures that are never added, has no total to be judged on.
    """
    cases: list[Case] = []
    for rule in rules.values():
        tree = parse(rule.expression)
        refs = stored_refs(tree, indicators)
        if rule.scope == "unit" or texts(tree) or any(indicators[r.code].aggregation != "sum" for r in refs):
            continue
        cases += [case for scope in scopes if (case := _case(rule, table, scope, refs)) is not None]
    judge = Judge(_as_units(cases, table.period), indicators)
    return [
        _finding(case, judge, i, stored_refs(parse(case.rule.expression), indicators)[0].code)
        for i, case in enumerate(cases)
        if judge.verdicts(case.rule)[i] == FALSE
    ]


def _case(rule: Rule, table: Table, scope: Scope, refs: tuple[Ref, ...]) -> Case | None:
    """Return what a rule is judged on in a scope, None where no unit has all operands."""
    asked = {u.code for u in scope.units if u.tier in rule.tiers}
    inside = np.array([u in asked for u in table.units], dtype=np.bool_)
    for ref in refs:
        inside &= _countable(table, ref, rule)
    if not inside.any():
        return None
    sums = {ref: int(table.figures(ref.code, ref.measure)[0][inside].sum()) for ref in refs}
    return Case(rule, scope, sums, int(inside.sum()), len(asked))


def _as_units(cases: Sequence[Case], period: str) -> Table:
    """Return the cases as a table, one row each: every rule adds up other units, so totals are not shared."""
    records = [
        (str(i), ref.code, ref.measure, State.NUMBER if total else State.ZERO, total)
        for i, case in enumerate(cases)
        for ref, total in case.sums.items()
    ]
    tiers = [case.rule.tiers[0] for case in cases]
    names, umbrella = [str(i) for i in range(len(cases))], [True] * len(cases)
    return Table(names, figures_frame(records), tiers=tiers, umbrella=umbrella, period=period, rows={})


def _finding(case: Case, judge: Judge, i: int, code: str) -> Finding:
    rule = case.rule
    words = {"scope": case.scope.title, "n": case.n, "units": case.of, "message": judge.worded(rule, i)}
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        outcome="fail",
        unit=case.scope.name,
        indicator=code,
        sheet="",
        cell="",
        values=judge.values(rule, i),
        message=say("book.on_total", **words),
        remedy=rule.remedy,
        trial=rule.status == "trial",
        operands=mentioned(parse(rule.expression)),
    )


def _countable(table: Table, ref: Ref, rule: Rule) -> npt.NDArray[np.bool_]:
    state = table.figures(ref.code, ref.measure)[1]
    known = state <= State.ZERO
    if rule.missing == "zero" and ref.measure == "value":
        known = known | (state == State.BLANK) | (state == State.NOT_APPLICABLE)
    return np.asarray(known, dtype=np.bool_)
