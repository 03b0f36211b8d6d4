"""What lies in 收件: every file gets a receipt, every unit a state; nothing lost, nothing counted twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from workbook.messages import say
from workbook.model import FileState, Finding, Receipt, Round, Submission, UnitState
from workbook.period import parse_period
from workbook.reading.submission import Unreadable, read_submission
from workbook.round import IN

_ATTACHED = ("pdf", "image")


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


def received_files(round_: Round) -> list[Path]:
    """Return every file under 收件, by path."""
    folder = round_.path / IN
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))


def read_incoming(round_: Round) -> Incoming:
    """Read every received file once; one bad file never stops the run."""
    submissions: dict[str, Submission] = {}
    receipts: list[Receipt] = []
    seen: dict[str, str] = {}
    for path in received_files(round_):
        key = path.relative_to(round_.path / IN).as_posix()
        try:
            data = path.read_bytes()
            received = datetime.fromtimestamp(path.stat().st_mtime)
        except OSError:
            receipts.append(_receipt(key, "", "", "unrecognised", datetime.min, "unopened"))
            continue
        digest = hashlib.sha256(data).hexdigest()
        first = seen.setdefault(digest, key)
        try:
            if path.name.startswith("~$"):
                raise Unreadable("temporary")
            submission = read_submission(path, round_.pack)
        except Unreadable as error:
            state: FileState = "attached" if error.reason in _ATTACHED else "unrecognised"
            if error.reason in ("old_form", "other_pack"):
                state = "rejected"
            unit = _unit_in_name(round_, path.name)
            receipts.append(_receipt(key, digest, unit, state, received, error.reason))
            continue
        misfit = _misfit(round_, submission)
        if first != key:
            receipts.append(
                _receipt(key, digest, submission.unit.code, "duplicate", received, "duplicate", first=first)
            )
        elif misfit:
            period = parse_period(submission.period).title
            name = submission.unit.name
            receipts.append(
                _receipt(key, digest, submission.unit.code, "rejected", received, misfit, period=period, name=name)
            )
        else:
            unit_here = round_.unit(submission.unit.code) or submission.unit
            submissions[key] = replace(submission, file=key, unit=unit_here)
    return Incoming(submissions, tuple(receipts))


def _misfit(round_: Round, submission: Submission) -> str:
    unit = round_.unit(submission.unit.code)
    if submission.period != round_.period:
        return "other_period"
    if unit is None:
        return "unknown_unit"
    return "" if unit.tier == submission.unit.tier else "other_tier"


def _receipt(
    file: str, digest: str, unit: str, state: FileState, received: datetime, why: str, **values: str
) -> Receipt:
    return Receipt(
        file,
        digest,
        unit,
        state,
        received,
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
            receipt = _receipt(key, submission.sha256, unit, state, submission.received, why, n=str(errors))
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
