"""What a unit sends: its form as read, with all that was noted on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from workbook.model.asked import Measure, State


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

    def __reduce__(self) -> tuple[type[Cell], tuple[object, ...]]:
        """Travel between processes as arguments: hundreds come from every form, and field by field takes longer."""
        return Cell, (self.state, self.scaled, self.raw, self.digits, self.sheet, self.address, self.typed)

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
class Switch:
    """A rule softened or switched for one round, with its reason."""

    rule: str
    to: str  # error | confirm | warning | off | in_force | trial
    reason: str


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
class Outline:
    """What is known of a form without its figures and words: whose it says it is, and what totals rest on besides."""

    unit: Unit
    period: str
    rows: tuple[int, ...]  # items of each text input of the pack, -1 where its sheet is gone
    sums: tuple[Fraction | None, ...]  # of the columns that layout.summed_columns names
    otherwise: tuple[str, ...]  # indicators the unit counts by a definition of its own
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Form:
    """A form that came in: what is known of it without opening it."""

    file: str
    sha256: str
    unit: Unit
    received: datetime
    order: int = 0  # run that saw it first


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
