"""What the office's decisions do: a finding waived, a form accepted with its errors or returned without any."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from workbook.ledger import Ledger, damaged
from workbook.lock import myself
from workbook.messages import catalogue, say
from workbook.model import Decision, DecisionKind, Defect, Finding, Form, Round
from workbook.reading.submission import SHORTEST_REASON
from workbook.reading.values import length

# The state a form is in before, and what is said when there is none.
_BEFORE = {"accept": ("rejected", "no_accept"), "return": ("used", "no_return"), "waive": ("", "")}


def decide(
    round_: Round, unit: str, kind: DecisionKind, rule: str, why: str
) -> tuple[Decision | None, str, tuple[Defect, ...]]:
    """Write a decision into the round's ledger; return it and the file it is about, or what stops it.

    A form that is accepted is the unit's latest returned one, one that is returned is the one in use. OSError from the
    disk.
    """
    try:
        return _decide(round_, Decision(unit, kind, "", rule, why, myself(), datetime.now()))
    except sqlite3.DatabaseError:
        return None, "", (damaged(),)


def _decide(round_: Round, wanted: Decision) -> tuple[Decision | None, str, tuple[Defect, ...]]:
    unit, kind, rule = wanted.unit, wanted.kind, wanted.rule
    ledger = Ledger(round_.path)
    before, none = _BEFORE[kind]
    forms = [(path, digest) for path, digest, state in ledger.forms_of(unit) if state == before]
    path, digest = forms[0] if forms else ("", "")
    problem = ""
    if round_.unit(unit) is None:
        problem = "no_unit"
    elif length(wanted.why) < SHORTEST_REASON:
        problem = "no_reason"
    elif kind == "waive" and rule not in round_.pack.rules and rule not in _builtin():
        problem = "no_rule"
    elif kind != "waive" and not forms:
        problem = none
    if problem:
        values = {"unit": unit, "rule": rule, "n": str(SHORTEST_REASON)}
        say_it, remedy = (say(f"decision.{problem}{end}", **values) for end in ("", "_remedy"))
        return None, "", (Defect("decide", 0, say_it, remedy),)
    decision = replace(wanted, sha256=digest)
    ledger.decide(decision)
    return decision, path, ()


def _builtin() -> set[str]:
    return {name.upper().replace("_", "-") for name in catalogue()["builtin"]}


def waived(
    findings: Mapping[str, tuple[Finding, ...]], forms: Mapping[str, Form], decisions: Iterable[Decision]
) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of every form, those closed that the office waived for its unit."""
    waivers = {(d.unit, d.rule): d for d in decisions if d.kind == "waive"}
    return {
        key: tuple(_closed(f, waivers.get((forms[key].unit.code, f.rule))) for f in found)
        for key, found in findings.items()
    }


def _closed(finding: Finding, waiver: Decision | None) -> Finding:
    if waiver is None:
        return finding
    return replace(finding, waived=True, reason=say("decision.waived", why=waiver.why))


def standing(decisions: Sequence[Decision]) -> dict[tuple[str, str], Decision]:
    """Return the decision in force on each form, by unit and sha256: the last one made."""
    return {(d.unit, d.sha256): d for d in decisions if d.kind != "waive"}


def decision_line(decision: Decision, name: str) -> str:
    """Return a decision about the unit called `name` in words."""
    what = say(f"decision.{decision.kind}", rule=decision.rule)
    return say("decision.line", name=name, what=what, why=decision.why, who=decision.who, at=f"{decision.at:%Y-%m-%d}")
