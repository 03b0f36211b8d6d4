"""What lies in 收件: every file gets a receipt, every unit a state; nothing lost, nothing counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from workbook.arrivals import Arrival, arrivals
from workbook.messages import say
from workbook.model import FileState, Finding, Receipt, Round, Submission, UnitState
from workbook.period import parse_period
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_form

_ATTACHED = ("pdf", "image", "archive")


@dataclass(frozen=True, slots=True)
class Incoming:
    """Everything found: forms of this round by file key, receipts for the rest."""

    submissions: Mapping[str, Submission]
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """Which file stands for which unit, what became of every file, and every unit's state."""

    used: Mapping[str, str]  # unit code -> file key
    receipts: tuple[Receipt, ...]
    units: Mapping[str, UnitState]


def read_incoming(round_: Round) -> Incoming:
    """Read everything that came in once; one bad file never stops the run."""
    submissions: dict[str, Submission] = {}
    receipts: list[Receipt] = []
    seen: dict[str, str] = {}
    for came in arrivals(round_):
        first = seen.setdefault(came.digest, came.key)
        try:
            if came.problem is not None:
                raise came.problem
            submission = read_form(came.data, came.key, came.received, round_.pack, round_)
        except Unreadable as error:
            state: FileState = "attached" if error.reason in _ATTACHED else "unrecognised"
            if error.reason in ("old_form", "other_pack"):
                state = "rejected"
            unit = "" if error.reason == "archive" else _unit_in_name(round_, came.key.rpartition("/")[2])
            receipts.append(_receipt(came, unit, state, error.reason, **error.values))
            continue
        misfit = _misfit(round_, submission)
        if first != came.key:
            receipts.append(_receipt(came, submission.unit.code, "duplicate", "duplicate", first=first))
        elif misfit:
            values = {"period": parse_period(submission.period).title, "name": submission.unit.name}
            receipts.append(_receipt(came, submission.unit.code, "rejected", misfit, **values))
        else:
            unit_here = round_.unit(submission.unit.code) or submission.unit
            submissions[came.key] = replace(submission, unit=unit_here)
    return Incoming(submissions, tuple(receipts))


def _misfit(round_: Round, submission: Submission) -> str:
    unit = round_.unit(submission.unit.code)
    if submission.period != round_.period:
        return "other_period"
    if unit is None:
        return "unknown_unit"
    return "" if unit.tier == submission.unit.tier else "other_tier"


def _receipt(came: Arrival, unit: str, state: FileState, why: str, **values: str) -> Receipt:
    return Receipt(
        came.key,
        came.digest,
        unit,
        state,
        came.received,
        say(f"receipt.{why}", **values),
        say(f"receipt.{why}_remedy", **values),
    )


def _unit_in_name(round_: Round, name: str) -> str:
    """Return the unit a file that cannot tell itself seems to come from, "" when its name does not say."""
    codes = [u.code for u in round_.units if name.upper().startswith(u.code.upper() + "_")]
    names = [u.code for u in sorted(round_.units, key=lambda u: -len(u.name)) if u.name in name]
    return next(iter([*codes, *names]), "")


def settle(round_: Round, incoming: Incoming, findings: Mapping[str, tuple[Finding, ...]]) -> Settled:
    """Decide which version counts: the latest valid one; a later invalid one never displaces it."""
    receipts = list(incoming.receipts)
    used: dict[str, str] = {}
    for unit, versions in _versions(incoming):
        valid = [k for k in versions if not (round_.return_on_error and blocking(findings[k]))]
        if valid:
            used[unit] = valid[-1]
        for key in versions:
            submission = incoming.submissions[key]
            errors = len(blocking(findings[key]))
            why, state = _fate(key, valid)
            if state == "used" and errors:
                why = "used_with_errors"
            late = round_.deadline is not None and submission.received > round_.deadline
            came = Arrival(key, submission.received, digest=submission.sha256)
            receipt = _receipt(came, unit, state, why, n=str(errors))
            receipts.append(replace(receipt, note=receipt.note + (say("receipt.late") if late else "")))
    states: dict[str, UnitState] = {}
    rejected = {r.unit for r in receipts if r.state == "rejected"}
    for u in round_.units:
        states[u.code] = "accepted" if u.code in used else "returned" if u.code in rejected else "missing"
    return Settled(used, tuple(sorted(receipts, key=lambda r: r.file)), states)


def blocking(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return the findings that make an office return the file."""
    return [f for f in findings if f.severity == "error" and f.open]


def _versions(incoming: Incoming) -> Iterator[tuple[str, list[str]]]:
    units: dict[str, list[str]] = {}
    for key, submission in incoming.submissions.items():
        units.setdefault(submission.unit.code, []).append(key)
    for unit, keys in units.items():
        yield unit, sorted(keys, key=lambda k: (incoming.submissions[k].received, k))


def _fate(key: str, valid: list[str]) -> tuple[str, FileState]:
    if key not in valid:
        return "errors", "rejected"
    return ("used", "used") if key == valid[-1] else ("superseded", "superseded")
