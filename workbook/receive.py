"""What lies in 收件: every file gets a receipt, every unit a state; nothing lost, nothing counted twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from workbook.arrivals import Arrival, arrivals
from workbook.decisions import standing
from workbook.ledger import Ledger
from workbook.lots.crew import Crew
from workbook.lots.kept import lots_of
from workbook.lots.lots import Lots
from workbook.messages import say
from workbook.misfit import misfit
from workbook.model import Decision, FileState, Finding, Form, Receipt, Round, UnitState
from workbook.reading.contained import contained

_ATTACHED = ("pdf", "image", "archive")


@dataclass(frozen=True, slots=True)
class Incoming:
    """Everything found: forms of this round by file key and all that was read in them, receipts for the rest."""

    forms: Mapping[str, Form]
    lots: Lots
    receipts: tuple[Receipt, ...]
    received: int = 0  # files that came in, counted by the ledger
    taken_out: tuple[str, ...] = ()  # files that came in once and lie in 收件 no more
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """Which file stands for which unit, what became of every file, and every unit's state."""

    used: Mapping[str, str]  # unit code -> file key
    findings: Mapping[str, tuple[Finding, ...]]  # of every form, by file key
    receipts: tuple[Receipt, ...]
    units: Mapping[str, UnitState]


def take_in(round_: Round, crew: Crew = contained, *, far: bool = False) -> Incoming:
    """Register what lies in 收件, read it and have it judged by a crew; one that is far takes it in, too.

    sqlite3.DatabaseError when the ledger is damaged, OSError from the disk.
    """
    ledger, here = Ledger(round_.path), []

    def digests() -> Iterator[str]:  # files are judged while the next ones are still being taken in
        for came in arrivals(round_, crew if far else None):
            here.append(came)
            if came.problem is None:
                yield came.digest

    lots = lots_of(round_, digests(), crew)
    came_in = ledger.register(here)
    if earlier := {came.digest for came in came_in if came.problem is None and came.digest not in lots}:
        lots = lots_of(round_, [*(came.digest for came in here if came.problem is None), *earlier], crew)
    incoming = sort_out(round_, came_in, lots)
    return replace(incoming, received=len(came_in), taken_out=ledger.taken_out(), decisions=ledger.decisions())


def sort_out(round_: Round, came_in: Iterable[Arrival], lots: Lots) -> Incoming:
    """Return everything that came in, in the order it came: forms of this round, and a receipt for all else."""
    forms: dict[str, Form] = {}
    receipts: list[Receipt] = []
    seen: dict[str, str] = {}
    units = {u.code: u for u in round_.units}
    for came in came_in:
        first = seen.setdefault(came.digest, came.key)
        problem = came.problem or lots.problem(came.digest)
        if problem is not None:
            why = problem.reason
            state: FileState = "attached" if why in _ATTACHED else "unrecognised"
            if why in ("old_form", "other_pack"):
                state = "rejected"
            unit = "" if why == "archive" else _unit_in_name(round_, came.key.rpartition("/")[2])
            receipts.append(_receipt(came, unit, state, why, **problem.values))
            continue
        form = lots.outline(came.digest)
        misfits, told = misfit(round_, units, form)
        if first != came.key:
            receipts.append(_receipt(came, form.unit.code, "duplicate", "duplicate", first=first))
        elif misfits:
            receipts.append(_receipt(came, form.unit.code, "rejected", misfits, **told))
        else:
            unit_here = units[form.unit.code]
            forms[came.key] = Form(came.key, came.digest, unit_here, came.received, came.order)
    return Incoming(forms, lots, tuple(receipts))


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
        for form in forms:
            key = form.file
            state = _fate(key, valid)
            errors = len(blocking(findings[key]))
            reason, values = _reason(state, errors, said[key])
            came = Arrival(key, form.received, form.sha256, order=form.order)
            receipt = _receipt(came, unit, state, reason, **values)
            late = round_.deadline is not None and form.received > round_.deadline
            note = receipt.note + (say("receipt.late") if late else "")
            receipts.append(replace(receipt, note=note, judged=True))
    states: dict[str, UnitState] = {}
    rejected = {r.unit for r in receipts if r.state == "rejected"}
    for u in round_.units:
        states[u.code] = "accepted" if u.code in used else "returned" if u.code in rejected else "missing"
    return Settled(used, findings, tuple(sorted(receipts, key=lambda r: r.file)), states)


def blocking(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return the findings that make an office return the file."""
    return [f for f in findings if f.severity == "error" and f.open]


def versions(incoming: Incoming) -> Iterator[list[Form]]:
    """Yield the forms of each unit in the order they came in."""
    units: dict[str, list[Form]] = {}
    for form in incoming.forms.values():
        units.setdefault(form.unit.code, []).append(form)
    for forms in units.values():
        yield sorted(forms, key=lambda f: (f.order, f.received, f.file))


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
