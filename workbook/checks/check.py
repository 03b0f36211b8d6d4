"""One verdict for one or many submissions of a period: the function behind the desk, the button and the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from string import ascii_uppercase

from workbook.checks.builtin import computed_findings, figure_findings, lost_findings, text_findings
from workbook.checks.carried import carried_findings
from workbook.checks.doubts import doubt_findings
from workbook.checks.rules import Judge, Outcomes, Tally, active_rules, rule_findings, tallies_of
from workbook.checks.sealed import seal_findings
from workbook.checks.table import make_table, outline_of, typed_figures, with_computed
from workbook.layout import Layout, make_layout
from workbook.model import Finding, Outline, Pack, Submission, Switch
from workbook.period import parse_period
from workbook.values import Earlier, Flat, Table, keys_of, spread

STATED_MISSING = "STATED-MISSING"  # the one built-in check that a reason can close
RANK = {"error": 0, "confirm": 1, "warning": 2}


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking found: findings by submission key, what came out of every rule, and the figures that count.

    The owners of `figures` are the submissions, in their order; computed items are recomputed.
    """

    findings: Mapping[str, tuple[Finding, ...]]
    outcomes: Outcomes
    outlines: Mapping[str, Outline]
    table: Table
    figures: Flat

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """How often each rule came out how."""
        return tallies_of(self.outcomes)


def check(
    pack: Pack,
    submissions: Mapping[str, Submission],
    earlier: Earlier,
    *,
    period: str,
    modules: tuple[str, ...],
    switches: Sequence[Switch] = (),
) -> Checked:
    """Judge submissions of one period. `earlier` holds earlier rounds' figures (may be empty), see history.by_unit."""
    figures = typed_figures(submissions, pack, earlier)
    outlines = {key: outline_of(pack, s) for key, s in submissions.items()}
    senders = {key: s.unit for key, s in submissions.items()}
    columns = spread([figures], keys_of(pack.indicators), len(submissions))
    table = make_table(senders, list(outlines.values()), columns, pack, period)
    when = parse_period(period)
    layouts = {t.code: make_layout(pack, t.code, when, modules) for t in pack.tiers}
    found: list[Finding] = []
    for key, submission in submissions.items():
        layout = layouts[submission.unit.tier]
        found += doubt_findings(key, submission)
        found += lost_findings(key, submission, layout)
        found += figure_findings(key, submission, layout)
        found += text_findings(key, submission, layout)
        found += seal_findings(key, submission, pack)
        found += carried_findings(key, submission, pack.indicators, earlier.get(submission.unit.code, {}))
    judge = Judge(table, pack.indicators)
    by_rules, outcomes = rule_findings(active_rules(pack, when, modules, switches), judge, submissions, layouts)
    fired = {(f.unit, code) for f in by_rules for code in f.operands}
    found += by_rules
    found += computed_findings(submissions, layouts, judge.plain, fired)
    by_key: dict[str, list[Finding]] = {key: [] for key in submissions}
    for f in found:
        submission = submissions[f.unit]
        reason = _reason(f, submission)
        named = f.unit == submission.unit.code and not reason
        by_key[f.unit].append(f if named else replace(f, reason=reason, unit=submission.unit.code))
    for key, submission in submissions.items():
        by_key[key].sort(key=partial(_order, layout=layouts[submission.unit.tier]))
    return Checked(
        {k: tuple(v) for k, v in by_key.items()},
        outcomes,
        outlines,
        table,
        with_computed(table, figures, pack),
    )


def _reason(finding: Finding, submission: Submission) -> str:
    """Return the written reason that closes a confirm finding: by its rule id, for a built-in check by its item."""
    if finding.severity != "confirm":
        return ""
    return submission.reasons.get(finding.indicator if finding.rule == STATED_MISSING else finding.rule, "")


def _order(finding: Finding, layout: Layout) -> tuple[bool, int, int, int, str]:
    """Order findings as their unit goes through them: what blocks first, then sheet by sheet from the top."""
    sheets = layout.sheets
    sheet = sheets.index(finding.sheet) if finding.sheet in sheets else len(sheets)
    row = int(finding.cell.lstrip(ascii_uppercase) or 0)
    return (finding.trial, RANK[finding.severity], sheet, row, finding.rule)
