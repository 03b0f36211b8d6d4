"""The collection: all accepted submissions of a round as data, with totals, states, findings and the books' balance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from workbook.checks.rules import Tally
from workbook.checks.totals import TotalVerdict
from workbook.computed import definition
from workbook.expression.evaluate import TRUE, UNKNOWN, Numbers
from workbook.expression.tree import Compare, Number, Ref, operands
from workbook.history import Stored, carried_figures
from workbook.lots.cells import Cells
from workbook.lots.lots import Lots, Submissions
from workbook.model import (
    FILE_STATES,
    Decision,
    FileState,
    Finding,
    Form,
    Indicator,
    Measure,
    Receipt,
    Round,
    Submission,
    Unit,
    UnitState,
)
from workbook.period import Period, parse_period
from workbook.ranking import at_least, ranked
from workbook.totals import Total, Totals, standard_of
from workbook.versions import Difference

if TYPE_CHECKING:
    pass

ALL = "all"
SMALL = 5  # a rate over fewer cases than this says nothing about its unit


@dataclass(frozen=True, slots=True)
class Balance:
    """The books of a run. They balance when every unit and file is accounted for once and the sums agree."""

    expected: int
    units: Mapping[UnitState, int]
    received: int
    files: Mapping[FileState, int]
    sums_compared: int
    sums_differ: tuple[str, ...]

    @property
    def balanced(self) -> bool:
        """True when units, files and control totals all agree."""
        return (
            self.expected == sum(self.units.values())
            and self.received == sum(self.files[s] for s in FILE_STATES)
            and not self.sums_differ
        )


@dataclass(frozen=True, slots=True)
class Control:
    """An umbrella's figure beside the sum of its units; `difference` only where every unit reported."""

    code: str
    umbrella: Fraction
    units: Fraction
    n: int
    expected: int
    difference: Fraction | None


@dataclass(frozen=True)
class Collection:
    """What a round amounts to."""

    round: Round
    period: Period
    forms: Mapping[str, Form]  # accepted, by unit code
    receipts: tuple[Receipt, ...]
    states: Mapping[str, UnitState]
    differences: tuple[Difference, ...]  # from one version of a unit's form to the next
    findings: tuple[tuple[Receipt, Finding], ...]  # of every form read, with the file it came in
    total_verdicts: tuple[TotalVerdict, ...]  # of the rules that hold for totals, by rule and scope
    tallies: tuple[Tally, ...]
    lots: Lots
    stored: Stored
    totals: Mapping[tuple[str, str], Total]  # (scope, code)
    controls: tuple[Control, ...]
    balance: Balance
    decisions: tuple[Decision, ...]  # of the office, in the order they were made
    taken_out: tuple[str, ...]  # files that came in once and lie in 收件 no more
    collected: Mapping[str, Mapping[str, Indicator]]  # tier -> code -> indicator
    unknown: Mapping[Measure, Period]  # earlier periods that no accepted figure is stored of
    changed: Mapping[str, str]  # units that are not what they were last year, with why: in no comparison of same units
    gone: tuple[Unit, ...]  # counted last year, report no longer
    engine: Totals

    def __getstate__(self) -> dict[str, object]:
        """For another process: what was worked out since is worked out there, as far as it is wanted."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @cached_property
    def submissions(self) -> Mapping[str, Submission]:
        """The accepted forms, by unit code; each is unpacked when it is wanted."""
        return Submissions(self.lots, self.forms)

    @cached_property
    def cells(self) -> Cells:
        """Where the figures stand in them (`sheet`, `cell`); owners are in the order of `submissions`."""
        return self.lots.cells([form.sha256 for form in self.forms.values()], "sheet", "cell")

    @cached_property
    def carried(self) -> frozenset[tuple[str, str, Measure]]:
        """The figures (unit, code, measure) that count as an earlier round accepted them, whatever the form says."""
        known = ((measure, carried_figures(figures)) for measure, figures in self.stored.items())
        return frozenset((unit, code, m) for m, f in known for unit, code in zip(f["unit"], f["code"], strict=True))

    @property
    def total_findings(self) -> tuple[Finding, ...]:
        """The rules that a total breaks; `unit` is the scope."""
        return tuple(v.finding for v in self.total_verdicts if v.finding is not None)

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator some unit of the round reports, in catalog order."""
        codes = {c for items in self.collected.values() for c in items}
        return {c: i for c, i in self.round.pack.indicators.items() if c in codes}

    @property
    def counted(self) -> tuple[Unit, ...]:
        """The expected units that make up the totals: an umbrella or its units, never both."""
        return counted_units(self.round)

    def scope_units(self, scope: str) -> tuple[Unit, ...]:
        """Return the counted units of 'all', a tier, a comparison group or one unit code."""
        return self._members.get(scope, ())

    @cached_property
    def _members(self) -> Mapping[str, tuple[Unit, ...]]:
        """The counted units of every scope: asked for every figure of every total, so gone through once."""
        members: dict[str, list[Unit]] = {}
        for unit in self.counted:
            for scope in dict.fromkeys(self.scopes_of(unit)):
                members.setdefault(scope, []).append(unit)
        return {scope: tuple(units) for scope, units in members.items()}

    def asked(self, code: str, scope: str) -> tuple[int, int]:
        """Return how many counted units of a scope are asked for an item, and of how many the form was accepted."""
        asking = [counts for tier, counts in self._tiers.get(scope, {}).items() if code in self.collected[tier]]
        return sum(units for units, _ in asking), sum(accepted for _, accepted in asking)

    @cached_property
    def _tiers(self) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """How many counted units of each tier every scope has, and how many accepted forms."""
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for scope, members in self._members.items():
            tiers = found[scope] = {}
            for unit in members:
                units, accepted = tiers.get(unit.tier, (0, 0))
                tiers[unit.tier] = units + 1, accepted + (unit.code in self.forms)
        return found

    def scopes_of(self, unit: Unit) -> tuple[str, ...]:
        """Return every scope a unit belongs to."""
        return (ALL, self.round.pack.tier(unit.tier).group, unit.tier, unit.code)

    def peers(self, scope: str) -> tuple[Unit, ...]:
        """Return the units of a scope that are compared with each other: on either basis, never an umbrella."""
        return tuple(u for u in self.round.units if scope in self.scopes_of(u) and not u.umbrella)

    def number(self, code: str) -> Numbers:
        """Return an indicator's exact current value per accepted unit (order of `engine.table.units`)."""
        return self.engine.evaluator.number(Ref(code))

    def by_unit(self, code: str, scope: str) -> dict[str, Fraction]:
        """Return the known values of an indicator by unit code, inside a scope, in the order of the list."""
        return self.values(code, self.scope_units(scope))

    def values(self, code: str, units: Iterable[Unit]) -> dict[str, Fraction]:
        """Return the known values of an indicator by unit code, of some units, in their order."""
        numbers, place = self.number(code), self._place
        inside = [u.code for u in units if u.code in place]
        return {u: numbers.exact(place[u]) for u in inside if numbers.known[place[u]]}

    @cached_property
    def _place(self) -> Mapping[str, int]:
        """The row of each accepted unit in the table."""
        return {unit: row for row, unit in enumerate(self.engine.table.units)}

    def denominators(self, code: str) -> Mapping[str, int | Fraction] | None:
        """Return what an indicator's known values are measured against, by unit code; None for one without."""
        below = self.engine.denominators(code)
        if below is None:
            return None
        units, rows = self.engine.table.units, np.flatnonzero(below.known).tolist()
        if below.ints is not None and below.over == 1:
            whole = below.ints.tolist()
            return {units[row]: whole[row] for row in rows}
        return {units[row]: below.exact(row) for row in rows}

    def uneven(self, code: str) -> frozenset[str]:
        """Return the units an indicator that rests on last year's figures cannot be compared over: merged, say."""
        tree = definition(self.round.pack.indicators[code], "value", self.engine.indicators)
        earlier = {r.code for r in operands(tree) if r.measure != "value"} if tree is not None else set()
        return frozenset(u for u, c in self.engine.not_comparable if c in earlier)

    def met(self, code: str, scope: str) -> tuple[int, int] | None:
        """Return (units at or above the standard in force, units with a known value), None without standard."""
        item = self.round.pack.indicators[code]
        bound = standard_of(item, self.period)
        if not bound:
            return None
        held = self.held(code, bound, self.scope_units(scope))
        return sum(held.values()), len(held)

    def held(self, code: str, bound: str, units: Iterable[Unit]) -> dict[str, bool]:
        """Return by unit code whether a standard such as '>=2' or '>=CODE' is held, of units where that is known."""
        name = bound.lstrip("<>=")
        limit = Ref(name) if name in self.round.pack.indicators else Number(Fraction(name))
        compared = Compare(bound.removesuffix(name), Ref(code), limit)
        verdicts, place = self.engine.evaluator.condition(compared), self._place
        known = [(u.code, verdicts[place[u.code]]) for u in units if u.code in place]
        return {unit: bool(verdict == TRUE) for unit, verdict in known if verdict != UNKNOWN}

    def ranking(self, code: str, group: str) -> list[tuple[int, str]]:
        """Return (rank, unit) inside a comparison group, best first; ties share a rank.

        Only rankable items are ranked, only units whose denominator is at least SMALL, none that was another unit or
        counted otherwise when last year's figures come into it, and no umbrella.
        """
        item, place = self.round.pack.indicators[code], self._place
        if not item.rankable:
            return []
        numbers, below, uneven = self.number(code), self.engine.denominators(code), self.uneven(code)
        known = numbers.known if below is None else numbers.known & at_least(below, SMALL)
        inside = [place[u.code] for u in self.peers(group) if u.code in place and u.code not in uneven]
        rows = np.array([row for row in inside if known[row]], dtype=np.int64)
        units = self.engine.table.units
        return [(rank, units[row]) for rank, row in ranked(numbers, rows, lower=item.direction == "lower")]


def counted_units(round_: Round) -> tuple[Unit, ...]:
    """Return the units that make up the totals, by the round's basis; the other side is the control total."""
    umbrella_tiers = {u.tier for u in round_.units if u.umbrella}
    by_umbrella = round_.basis == "umbrella"
    return tuple(u for u in round_.units if u.tier not in umbrella_tiers or u.umbrella == by_umbrella)


def mask_of(engine: Totals, units: tuple[Unit, ...]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return where the table's rows are among `units`."""
    codes = {u.code for u in units}
    return np.array([u in codes for u in engine.table.units], dtype=np.bool_)


def round_period(round_: Round) -> Period:
    """Return the round's period as a record."""
    return parse_period(round_.period)
