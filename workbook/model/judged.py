"""What the office makes of it: findings, receipts, decisions, a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from workbook.model.asked import Pack, Severity
from workbook.model.sent import Switch, Unit

Outcome = Literal["pass", "fail", "undecided", "broken"]
FileState = Literal["used", "rejected", "superseded", "duplicate", "attached", "unrecognised"]
UnitState = Literal["accepted", "returned", "missing"]
DecisionKind = Literal["accept", "return", "waive"]

FILE_STATES: tuple[FileState, ...] = (
    "used",
    "rejected",
    "superseded",
    "duplicate",
    "attached",
    "unrecognised",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at in one unit's data. `unit` is a scope name for findings on totals."""

    rule: str
    severity: Severity
    outcome: Outcome
    unit: str
    indicator: str
    sheet: str
    cell: str
    values: Mapping[str, str]
    message: str
    remedy: str
    trial: bool = False
    reason: str = ""  # written reason that closes a confirm finding
    operands: tuple[str, ...] = ()
    waived: bool = False  # by a decision of the office, whose reason then stands in `reason`

    @property
    def open(self) -> bool:
        """True when the unit still owes something: an error, or a confirm finding without a reason."""
        if self.trial or self.waived or self.outcome == "broken":
            return False
        return self.severity == "error" or (self.severity == "confirm" and not self.reason)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one received file, in words its sender understands."""

    file: str
    sha256: str
    unit: str
    state: FileState
    received: datetime
    note: str
    remedy: str = ""
    order: int = 0  # run that saw it first
    judged: bool = False  # a form of this round, held against its rules

    @property
    def came(self) -> tuple[int, datetime, str]:
        """When the file came in, to sort by."""
        return self.order, self.received, self.file


@dataclass(frozen=True, slots=True)
class Decision:
    """What the office decided about a unit's form or one of its findings, by its own responsibility."""

    unit: str
    kind: DecisionKind
    sha256: str  # the form that is accepted or returned, "" for a waiver
    rule: str  # the rule that is waived
    why: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value the office hands down to all units; `code` may name an indicator it fills."""

    name: str
    code: str
    value: str
    basis: str


@dataclass(frozen=True, slots=True)
class Round:
    """One period's folder."""

    path: Path
    pack: Pack
    period: str
    office: str
    deadline: datetime | None
    previous: Path | None
    modules: tuple[str, ...]
    basis: str  # "units" or "umbrella": which side stands for an umbrella's tier
    return_on_error: bool
    switches: tuple[Switch, ...]
    parameters: tuple[Parameter, ...]
    units: tuple[Unit, ...] = field(default=())  # those that report in this period
    others: tuple[Unit, ...] = ()  # of the list, but closed or yet to come
    upward: Unit | None = None  # this office in the list of the tier above, if there is one
    above: str = ""  # the office there
    layout: Mapping[str, str | bool] = field(default_factory=dict)  # how this office lays its reports out
    store: str = ""  # fsspec URL of where what came in lies and originals are kept, "" for the folder itself

    def unit(self, code: str) -> Unit | None:
        """Return the unit of this period with this code, or None."""
        return next((u for u in self.units if u.code == code), None)
