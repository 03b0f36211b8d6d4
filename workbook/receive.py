"""What lies in 收件: every file gets a receipt, every unit a state; nothing lost, nothing counted twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from workbook.arrivals import Arrival, arrivals
from workbook.decisions import standing
from workbook.ledger import Ledger
from workbook.messages import say
from workbook.model import Decision, FileState, Finding, Receipt, Round, Submission, UnitState
from workbook.originals import original
from workbook.period import parse_period
from workbook.reading.contained import contained
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_form
from workbook.units import begun

_ATTACHED = ("pdf", "image", "archive")


@dataclass(frozen=True, slots=True)
class Incoming:
    """Everything found: forms of this round by file key, receipts for the rest."""

    submissions: Mapping[str, Submission]
    receipts: tuple[Receipt, ...]
    order: Mapping[str, int] = field(default_factory=dict)  # run that saw a form first, by file key
    received: int = 0  # files that came in, counted by the ledger
    taken_out: tuple[str, ...] = ()  # files that came in once and lie in 收件 no more
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """Which file stands for which unit, what became of every file, and every unit's state."""

    used: Mapping[str, str]  # unit code -> file key
    receipts: tuple[Receipt, ...]
    units: Mapping[str, UnitState]


def take_in(round_: Round) -> Incoming:
    """Register what lies in 收件 and read it.

    sqlite3.DatabaseError when the ledger is damaged, OSError from the disk.
    """
    ledger = Ledger(round_.path)
    came_in = ledger.register(list(arrivals(round_)))
    incoming = read_incoming(round_, came_in)
    return replace(incoming, received=len(came_in), taken_out=ledger.taken_out(), decisions=ledger.decisions())


def read_incoming(round_: Round, came_in: Iterable[Arrival]) -> Incoming:
    """Read everything that came in once, in the order it came; one bad file never stops the run."""
    submissions: dict[str, Submission] = {}
    order: dict[str, int] = {}
    receipts: list[Receipt] = []
    seen: dict[str, str] = {}
    for came, submission in contained(partial(_read, round_), came_in):
        first = seen.setdefault(came.digest, came.key)
        if isinstance(submission, Unreadable):
            why = submission.reason
            state: FileState = "attached" if why in _ATTACHED else "unrecognised"
            if why in ("old_form", "other_pack"):
                state = "rejected"
            unit = "" if why == "archive" else _unit_in_name(round_, came.key.rpartition("/")[2])
            receipts.append(_receipt(came, unit, state, why, **submission.values))
            continue
        misfit, told = _misfit(round_, submission)
        if first != came.key:
            receipts.append(_receipt(came, submission.unit.code, "duplicate", "duplicate", first=first))
        elif misfit:
            receipts.append(_receipt(came, submission.unit.code, "rejected", misfit, **told))
        else:
            unit_here = round_.unit(submission.unit.code) or submission.unit
            submissions[came.key] = replace(submission, unit=unit_here)
            order[came.key] = came.order
    return Incoming(submissions, tuple(receipts), order)


def _read(round_: Round, came: Arrival) -> Submission:
    if came.problem is not None:
        raise came.problem
    data = original(round_.path, came.digest).read_bytes()
    return read_form(data, came.key, came.received, round_.pack, round_)


def _misfit(round_: Round, submission: Submission) -> tuple[str, dict[str, str]]:
    """Return why a form is none of this round's, "" when it is, and what the receipt's words are filled with."""
    told = {"period": parse_period(submission.period).title, "name": submission.unit.name}
    unit = round_.unit(submission.unit.code)
    if submission.period != round_.period:
        return "other_period", told
    if unit is None:
        resting = next((u for u in round_.others if u.code == submission.unit.code), None)
        if resting is None:
            return "unknown_unit", told
        closed = begun(resting, parse_period(round_.period))
        return ("closed" if closed else "not_yet"), told | {"since": resting.since, "until": resting.until}
    return ("" if unit.tier == submission.unit.tier else "other_tier"), told


def _receipt(came: Arrival, unit: str, state: FileState, reason: str, /, **values: str) -> Receipt:
    return Receipt(
        came.key,
        came.digest,
        unit,
        state,
        came.received,
        say(f"receipt.{reason}", **values),
        say(f"receipt.{reason}_remedy", **values),
        came.order,
    )


def _unit_in_name(round_: Round, name: str) -> str:
    """Return the unit a file that cannot tell itself seems to come from, "" when its name does not say."""
    codes = [u.code for u in round_.units if name.upper().startswith(u.code.upper() + "_")]
    names = [u.code for u in sorted(round_.units, key=lambda u: -len(u.name)) if u.name in name]
    return next(iter([*codes, *names]), "")


def settle(round_: Round, incoming: Incoming, findings: Mapping[str, tuple[Finding, ...]]) -> Settled:
    """Settle which version counts: the latest valid one; a later invalid one never displaces it.

    A form is valid when nothing blocks it, or when the office decided so; the office may return any.
    """
    receipts = list(incoming.receipts)
    used: dict[str, str] = {}
    decided = standing(incoming.decisions)
    for forms in versions(incoming):
        unit = forms[0].unit.code
        said = {f.file: decided.get((unit, f.sha256)) for f in forms}
        valid = [f.file for f in forms if _valid(round_, findings[f.file], said[f.file])]
        if valid:
            used[unit] = valid[-1]
        for submission in forms:
            key = submission.file
            state = _fate(key, valid)
            errors = len(blocking(findings[key]))
            reason, values = _reason(state, errors, said[key])
            came = Arrival(key, submission.received, submission.sha256, order=incoming.order.get(key, 0))
            receipt = _receipt(came, unit, state, reason, **values)
            late = round_.deadline is not None and submission.received > round_.deadline
            note = receipt.note + (say("receipt.late") if late else "")
            receipts.append(replace(receipt, note=note, judged=True))
    states: dict[str, UnitState] = {}
    rejected = {r.unit for r in receipts if r.state == "rejected"}
    for u in round_.units:
        states[u.code] = "accepted" if u.code in used else "returned" if u.code in rejected else "missing"
    return Settled(used, tuple(sorted(receipts, key=lambda r: r.file)), states)


def blocking(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return the findings that make an office return the file."""
    return [f for f in findings if f.severity == "error" and f.open]


def versions(incoming: Incoming) -> Iterator[list[Submission]]:
    """Yield the forms of each unit in the order they came in."""
    units: dict[str, list[Submission]] = {}
    for submission in incoming.submissions.values():
        units.setdefault(submission.unit.code, []).append(submission)
    for forms in units.values():
        yield sorted(forms, key=lambda f: (incoming.order.get(f.file, 0), f.received, f.file))


def _valid(round_: Round, findings: tuple[Finding, ...], decision: Decision | None) -> bool:
    if decision is not None:
        return decision.kind == "accept"
    return not (round_.return_on_error and blocking(findings))


def _fate(key: str, valid: list[str]) -> FileState:
    if key not in valid:
        return "rejected"
    return "used" if key == valid[-1] else "superseded"


def _reason(state: FileState, errors: int, decision: Decision | None) -> tuple[str, dict[str, str]]:
    """Return what a receipt says of a judged form, and the values it speaks of."""
    values = {"n": str(errors)}
    if decision is not None and state != "superseded":
        values |= {"why": decision.why, "who": decision.who, "at": f"{decision.at:%Y-%m-%d}"}
        return ("decided_accept" if decision.kind == "accept" else "decided_return"), values
    if state == "used" and errors:
        return "used_with_errors", values
    return ("errors" if state == "rejected" else state), values
