"""Rules judged on totals: each operand summed over the units of the rule's tiers that have all operands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbook.checks.rules import BROKEN, Judge
from workbook.computed import stored_refs
from workbook.expression.evaluate import FALSE, TRUE
from workbook.expression.parse import parse
from workbook.expression.tree import Ref, mentioned, texts
from workbook.messages import say
from workbook.model import Finding, Indicator, Outcome, Rule, State, Unit
from workbook.values import Table, columns_of


@dataclass(frozen=True, slots=True)
class Scope:
    """A group whose total is judged, and the units that make it up."""

    name: str
    title: str
    units: tuple[Unit, ...]


class _Within(NamedTuple):
    """Where the units of a scope stand in the table, and how many there are of each tier."""

    scope: Scope
    rows: npt.NDArray[np.bool_]
    tiers: Counter[str]


@dataclass(frozen=True, slots=True)
class Case:
    """A rule on the total of a scope: its operands added over the n of the scope's units that have all of them."""

    rule: Rule
    scope: Scope
    sums: Mapping[Ref, int]
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class TotalVerdict:
    """How a rule came out on the total of a scope, over the n of the scope's units that have all it looks at."""

    rule: Rule
    title: str  # of the scope
    n: int
    of: int
    outcome: Outcome
    finding: Finding | None  # where the total breaks the rule


def total_verdicts(
    rules: Mapping[str, Rule], table: Table, indicators: Mapping[str, Indicator], scopes: Sequence[Scope]
) -> list[TotalVerdict]:
    """Return how the rules of scope `total` or `both` came out, by rule, on every scope whose units they are for.

    Unit-only norms and bounds do not apply. A rule over texts, or over figures that are never added, has no total to
    be judged on.
    """
    cases: list[Case] = []
    within = [_within(scope, table) for scope in scopes]
    for rule in rules.values():
        tree = parse(rule.expression)
        refs = stored_refs(tree, indicators)
        if rule.scope == "unit" or texts(tree) or any(indicators[r.code].aggregation != "sum" for r in refs):
            continue
        cases += [case for group in within if (case := _case(rule, table, group, refs)).of]
    judged = [case for case in cases if case.n]
    judge = Judge(_as_units(judged, table.period), indicators)
    found = {id(case): _verdict(case, judge, i, indicators) for i, case in enumerate(judged)}
    return [found.get(id(c)) or TotalVerdict(c.rule, c.scope.title, c.n, c.of, "undecided", None) for c in cases]


def _within(scope: Scope, table: Table) -> _Within:
    inside = {u.code for u in scope.units}
    rows = np.array([unit in inside for unit in table.units], dtype=np.bool_)
    return _Within(scope, rows, Counter(u.tier for u in scope.units))


def _verdict(case: Case, judge: Judge, i: int, indicators: Mapping[str, Indicator]) -> TotalVerdict:
    outcomes: dict[int, Outcome] = {TRUE: "pass", FALSE: "fail", BROKEN: "broken"}
    outcome = outcomes.get(int(judge.verdicts(case.rule)[i]), "undecided")
    code = stored_refs(parse(case.rule.expression), indicators)[0].code
    finding = _finding(case, judge, i, code) if outcome == "fail" else None
    return TotalVerdict(case.rule, case.scope.title, case.n, case.of, outcome, finding)


def _case(rule: Rule, table: Table, within: _Within, refs: tuple[Ref, ...]) -> Case:
    """Return what a rule is judged on in a scope: nothing where no unit has all operands."""
    inside = within.rows & table.of_tiers(rule.tiers)
    for ref in refs:
        inside &= _countable(table, ref, rule)
    sums = {ref: int(table.figures(ref.code, ref.measure)[0][inside].sum()) for ref in refs}
    return Case(rule, within.scope, sums, int(inside.sum()), sum(within.tiers[tier] for tier in set(rule.tiers)))


def _as_units(cases: Sequence[Case], period: str) -> Table:
    """Return the cases as a table, one row each: every rule adds up other units, so totals are not shared."""
    records = [
        (str(i), ref.code, ref.measure, State.NUMBER if total else State.ZERO, total)
        for i, case in enumerate(cases)
        for ref, total in case.sums.items()
    ]
    tiers = [case.rule.tiers[0] for case in cases]
    names, umbrella = [str(i) for i in range(len(cases))], [True] * len(cases)
    return Table(names, columns_of(names, records), tiers=tiers, umbrella=umbrella, period=period, rows={})


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
