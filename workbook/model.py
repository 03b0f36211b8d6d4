"""The records everything else speaks in. Imports nothing of ours; every record is immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from pathlib import Path
from typing import Literal

Severity = Literal["error", "confirm", "warning"]
Outcome = Literal["pass", "fail", "undecided", "broken"]
Measure = Literal["value", "prior", "opening", "half"]
FileState = Literal["used", "rejected", "superseded", "duplicate", "attached", "unrecognised"]
UnitState = Literal["accepted", "returned", "missing"]
DecisionKind = Literal["accept", "return", "waive"]
Kind = Literal["year", "half", "quarter", "month"]

MEASURES: tuple[Measure, ...] = ("value", "prior", "opening", "half")
FILE_STATES: tuple[FileState, ...] = (
    "used",
    "rejected",
    "superseded",
    "duplicate",
    "attached",
    "unrecognised",
)


class State(IntEnum):
    """What stands in a cell. 1 and 2 are known, the rest are missing; missing is never zero."""

    NUMBER = 1
    ZERO = 2
    NOT_APPLICABLE = 3  # does not exist for this unit
    NOT_COUNTED = 4  # exists, was not counted
    BLANK = 5
    UNREADABLE = 6  # text where a number goes

    @property
    def known(self) -> bool:
        """True for a number, zero included."""
        return self <= State.ZERO


@dataclass(frozen=True, slots=True)
class Tier:
    """A level of units; comparisons stay inside its group.

    Where `of` names other tiers, its units are offices that consolidate units of those and report their totals.
    """

    code: str
    name: str
    group: str
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Module:
    """A group of indicators that a round switches on or off."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure a unit reports or the form computes. Values are stored as integers × 10**decimals."""

    code: str
    name: str
    definition: str
    section: str
    module: str
    dimension: str
    measure_word: str
    value_type: str
    decimals: int
    scale: str
    display_scale: str
    aggregation: str  # sum | ratio | mean_weighted | min | none
    weight: str  # code, for mean_weighted
    numerator: str
    denominator: str
    calc: str
    tiers: tuple[str, ...]
    genres: tuple[str, ...]
    required: bool
    prior_year: bool
    half: bool
    minimum: Decimal | None
    maximum: Decimal | None
    nature: str
    direction: str
    rankable: bool
    standard: tuple[tuple[str, str], ...]  # (period kind or "all", ">=2" or ">=CODE")
    zero_phrase: str
    sensitive: str  # none | internal | restricted
    approx: bool
    since: int | None
    until: int | None
    successor: str
    definition_version: str
    notes: str
    line: int

    @property
    def computed(self) -> bool:
        """True when the form computes it from other cells."""
        return bool(self.calc or self.denominator)

    @property
    def percent(self) -> bool:
        """True when stored in percent, so that changes are given in percentage points."""
        return self.dimension == "percent"


@dataclass(frozen=True, slots=True)
class Subfield:
    """A column of a list or table text input: `title<=24`, `section:section`, `kind:enum(A/B)`."""

    name: str
    label: str
    kind: str  # text | section | level | date | year | integer | number | code | rule | yn | enum | ...
    limit: int | None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextInput:
    """A text, list, table or record that a unit writes."""

    code: str
    name: str
    kind: str  # text | list | table | record
    subfields: tuple[Subfield, ...]
    max_length: int
    max_items: int
    tiers: tuple[str, ...]
    genres: tuple[str, ...]
    required: bool
    merge: str
    order: str
    sensitive: str
    editor: bool
    place: str  # texts | cover | notes (reasons for findings) | definitions | office (handed down)
    notes: str
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One audit rule; `expression` is compiled once and judged everywhere the same."""

    id: str
    severity: Severity
    status: str  # in_force | trial | off
    scope: str  # unit | total | both
    missing: str  # any | all | zero
    period: str  # all | half | year
    tiers: tuple[str, ...]
    category: str
    expression: str
    message: str
    remedy: str
    rationale: str
    owner: str
    line: int


@dataclass(frozen=True, slots=True)
class Genre:
    """A kind of narrative report the pack can write."""

    id: str
    name: str
    tiers: tuple[str, ...]  # empty: written from a whole round
    periods: tuple[str, ...]
    template: str  # path inside the pack
    output: str  # file name of the report, without ending


@dataclass(frozen=True, slots=True)
class Pack:
    """Content of one field of work: data only."""

    id: str
    title: str
    whole: str  # what the units make up together, such as 全市
    version: str
    form_version: str
    accepted_forms: tuple[str, ...]
    root: Path
    hash: str  # first 12 hex digits of the sha256 over the content files
    tiers: tuple[Tier, ...]
    modules: tuple[Module, ...]
    sections: tuple[str, ...]
    levels: tuple[str, ...]
    labels: Mapping[str, str]  # subfield name -> heading on the form
    section_of: Mapping[str, str]  # practice text -> section it belongs to
    indicators: Mapping[str, Indicator]
    texts: Mapping[str, TextInput]
    rules: Mapping[str, Rule]
    genres: Mapping[str, Genre]

    def tier(self, code: str) -> Tier:
        """Return the tier named `code`; KeyError if the pack has none."""
        return next(t for t in self.tiers if t.code == code)

    @property
    def groups(self) -> tuple[str, ...]:
        """Comparison groups in the order their tiers appear."""
        return tuple(dict.fromkeys(t.group for t in self.tiers))


@dataclass(frozen=True, slots=True)
class Defect:
    """A fault in a pack or round file: where, what, what to do."""

    file: str
    line: int
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Who must report. An umbrella unit reports the total of all units of its tier."""

    code: str
    name: str
    tier: str
    umbrella: bool = False
    changed: str = ""  # merged, split or new: left out of year-on-year
    since: str = ""  # first period it reports, "" from ever
    until: str = ""  # last period it reports, "" for good
    before: tuple[str, ...] = ()  # units it came from
    contact: str = ""  # whom to call


@dataclass(frozen=True, slots=True)
class Cell:
    """What a unit put where a number goes. `scaled` = value × 10**decimals, None unless known."""

    state: State
    scaled: int | None
    raw: str
    digits: int  # decimal places as typed
    sheet: str
    address: str
    typed: str | None = None  # what the form itself takes the cell for, where that is something else than `raw`

    @property
    def understood(self) -> bool:
        """True when `raw` is what the words in the cell mean, which the form itself does not know."""
        return self.typed is not None and self.state != State.UNREADABLE

    @property
    def doubtful(self) -> bool:
        """True where it cannot be told what the unit put; a Doubt says why."""
        return self.state == State.UNREADABLE and not self.raw


@dataclass(frozen=True, slots=True)
class TextRow:
    """One item of a text input: its subfield values in the order of the pack, where each stands, its number."""

    values: tuple[str, ...]
    sheet: str
    cells: tuple[str, ...]
    number: int = 1  # as printed beside it in the form


@dataclass(frozen=True, slots=True)
class Repair:
    """What stood in a form otherwise than it was handed out or meant, and how it was understood."""

    kind: str  # names the message under [repair]
    sheet: str
    cell: str  # "" where a whole sheet or file is meant
    indicator: str  # or text input, "" where none is concerned
    message: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a total is made of, exact, so that a total of totals is exact too: `above` ÷ `below`.

    Sums and minima have 1 below. n of `units` lower units are in it; with n = 0 nothing is known.
    """

    above: Fraction
    below: Fraction
    n: int
    units: int

    @property
    def value(self) -> Fraction | None:
        """The total; None where nothing is known or it is undefined."""
        return self.above / self.below if self.n and self.below else None


@dataclass(frozen=True, slots=True)
class Seal:
    """What a form held when it was sealed. What was blank is left out."""

    moment: datetime
    code: str  # check code, 1234 5678
    figures: Mapping[tuple[str, Measure], str]  # number, or the state's word
    texts: Mapping[tuple[str, int], str]  # text input and number of the item -> fingerprint of its words


@dataclass(frozen=True, slots=True)
class Doubt:
    """What cannot be told for certain of a mangled form: asked back as a finding, never guessed."""

    kind: str  # names the message under [check]
    sheet: str
    cell: str  # "" where a whole sheet is meant
    indicator: str  # or text input, "" where none is concerned
    values: Mapping[str, str]  # what the message is filled with


@dataclass(frozen=True, slots=True)
class Submission:
    """A filled form as read. `cells` has (code, measure); computed items hold what the file showed."""

    file: str
    sha256: str
    pack: str
    pack_hash: str
    form_version: str
    unit: Unit
    period: str
    modules: tuple[str, ...]
    received: datetime
    cells: Mapping[tuple[str, Measure], Cell]
    texts: Mapping[str, tuple[TextRow, ...]]
    reasons: Mapping[str, str]  # rule id -> written reason
    handed: Mapping[tuple[str, Measure], str] = field(default_factory=dict)  # what the form came with: carried figures
    switches: tuple[Switch, ...] = ()  # rules switched when the form was handed out
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # sheet or text handed out -> where it is now
    repairs: tuple[Repair, ...] = ()
    prefilled: Mapping[tuple[str, Measure], str] = field(default_factory=dict)  # totals it was filled with
    parts: Mapping[str, Part] = field(default_factory=dict)  # by code, what the totals that still stand are made of
    seal: Seal | None = None
    doubts: tuple[Doubt, ...] = ()


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
class Switch:
    """A rule softened or switched for one round, with its reason."""

    rule: str
    to: str  # error | confirm | warning | off | in_force | trial
    reason: str


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

    def unit(self, code: str) -> Unit | None:
        """Return the unit of this period with this code, or None."""
        return next((u for u in self.units if u.code == code), None)
