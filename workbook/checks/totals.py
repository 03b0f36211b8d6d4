"""Rules judged on totals: each operand summed over the units of the rule's tiers that have all operands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


def total_findings(
    rules: Mapping[str, Rule], table: Table, indicators: Mapping[str, Indicator], scopes: Sequence[Scope]
) -> list[Finding]:
    """Return the rules of scope `total` or `both` that a total breaks. Unit-only norms and bounds do not apply.

    A rule over texts, or over figures that are never added, has no total to be judged on.
    """
    findings: list[Finding] = []
    for rule in rules.values():
        tree = parse(rule.expression)
        refs = stored_refs(tree, indicators)
        if rule.scope == "unit" or texts(tree) or any(indicators[r.code].aggregation != "sum" for r in refs):
            continue
        for scope in scopes:
            findings += _judge(rule, table, indicators, scope, refs)
    return findings


def _judge(
    rule: Rule, table: Table, indicators: Mapping[str, Indicator], scope: Scope, refs: tuple[Ref, ...]
) -> Iterator[Finding]:
    asked = {u.code for u in scope.units if u.tier in rule.tiers}
    inside = np.array([u in asked for u in table.units], dtype=np.bool_)
    for ref in refs:
        inside &= _countable(table, ref, rule)
    if not inside.any():
        return
    records = []
    for ref in refs:
        total = int(table.figures(ref.code, ref.measure)[0][inside].sum())
        records.append((scope.name, ref.code, ref.measure, State.NUMBER if total else State.ZERO, total))
    frame = figures_frame(records)
    one = Table([scope.name], frame, tiers=[rule.tiers[0]], umbrella=[True], period=table.period, rows={})
    judge = Judge(one, indicators)
    if judge.verdicts(rule)[0] == FALSE:
        yield Finding(
            rule=rule.id,
            severity=rule.severity,
            outcome="fail",
            unit=scope.name,
            indicator=refs[0].code,
            sheet="",
            cell="",
            values=judge.values(rule, 0),
            message=say(
                "book.on_total",
                scope=scope.title,
                n=int(inside.sum()),
                units=len(asked),
                message=judge.worded(rule, 0),
            ),
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
