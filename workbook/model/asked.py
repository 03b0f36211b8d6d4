"""What a pack asks for: tiers, indicators, texts, rules, reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "confirm", "warning"]
Measure = Literal["value", "prior", "opening", "half"]
Kind = Literal["year", "half", "quarter", "month"]

MEASURES: tuple[Measure, ...] = ("value", "prior", "opening", "half")


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
class Criterion:
    """What an assessment gives points for: 0 at `floor` to `weight` at `full`, or all or nothing at a threshold."""

    code: str
    weight: Decimal
    method: str  # linear | threshold
    floor: Decimal  # of no use to a threshold
    full: Decimal
    groups: tuple[str, ...]  # comparison groups it is for, empty for all
    line: int


@dataclass(frozen=True, slots=True)
class Genre:
    """A kind of narrative report the pack can write: from the form of one unit, or from a whole round."""

    id: str
    name: str
    tiers: tuple[str, ...]  # empty: written from a whole round
    umbrella: bool  # only by a unit that reports the total of its tier; other genres only by units that do not
    periods: tuple[Kind, ...]
    withheld: tuple[str, ...]  # sensitivities it must not print
    folder: str  # of its text and its style document, inside the pack
    output: str  # file name of the report, or folder of the units' reports
    layout: Mapping[str, Any]  # how it deviates from the usual layout, see exporters/word

    @property
    def template(self) -> str:
        """Path of its text inside the pack."""
        return f"{self.folder}/report.txt"

    @property
    def word_template(self) -> str:
        """Path of its Word file with Jinja in it, inside the pack: what it is written from where it has no text."""
        return f"{self.folder}/report.docx"

    @property
    def style(self) -> str:
        """Path of its style document inside the pack."""
        return f"{self.folder}/style.docx"


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
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # how reports speak of an indicator
    headline: tuple[str, ...] = ()  # indicators that stand first on the consolidated workbook, in this order
    assessment: tuple[Criterion, ...] = ()  # empty: no points are given
    actual_of: Mapping[str, str] = field(default_factory=dict)  # indicator of a target -> of what was achieved
    unscored: tuple[str, ...] = ()  # sections no points may be given for

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
