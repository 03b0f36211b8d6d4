"""What a report's figures rest on: one unit's form, or a whole round. Both answer the same questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from workbook.collection import ALL, Collection
from workbook.computed import carries
from workbook.expression.evaluate import Evaluator
from workbook.expression.tree import Ref
from workbook.model import Indicator, Measure, Pack, State, Submission, Unit
from workbook.period import Period
from workbook.totals import Total


class Facts(Protocol):
    """What is known of every indicator in every scope."""

    @property
    def pack(self) -> Pack:
        """The pack whose indicators are told."""

    @property
    def period(self) -> Period:
        """The period that is told."""

    @property
    def scope(self) -> str:
        """The scope a blank means that names none."""

    @property
    def submission(self) -> Submission | None:
        """The one form that is told, None for a whole round."""

    def names(self) -> Mapping[str, str]:
        """Return what scopes and units are called, by code."""

    def total(self, code: str, scope: str) -> Total | None:
        """Return the figure with its year on year, None where the scope does not report it."""

    def then(self, code: str, scope: str, measure: Measure) -> Fraction | None:
        """Return an earlier figure of the same units: `prior`, `opening` or `half`."""

    def absence(self, code: str, scope: str) -> str:
        """Return why a figure has no value: the key of a sentence."""


@dataclass(frozen=True)
class OfRound:
    """What a round's collection knows."""

    collection: Collection

    @property
    def pack(self) -> Pack:
        """The round's pack."""
        return self.collection.round.pack

    @property
    def period(self) -> Period:
        """The round's period."""
        return self.collection.period

    @property
    def scope(self) -> str:
        """All units together."""
        return ALL

    @property
    def submission(self) -> None:
        """No single form."""
        return None

    def names(self) -> Mapping[str, str]:
        """Return the names of tiers and units, and of the whole."""
        units = {u.code: u.name for u in self.collection.round.units}
        scopes = {t.code: t.name for t in self.pack.tiers} | {g: g for g in self.pack.groups}
        return scopes | units | {ALL: self.pack.whole}

    def total(self, code: str, scope: str) -> Total | None:
        """Return the total over a scope; what a single unit reports, as the total over one."""
        if (scope, code) in self.collection.totals:
            return self.collection.totals[scope, code]
        inside = self.collection.scope_units(scope)
        value = self.collection.values(code, inside).get(scope) if len(inside) == 1 else None
        return None if value is None else Total(value, 1, 1, matched_value=None, matched_prior=None, matched=0)

    def then(self, code: str, scope: str, measure: Measure) -> Fraction | None:
        """Return the earlier total over the units that know both times."""
        item, engine = self.pack.indicators[code], self.collection.engine
        if not carries(item, measure):
            return None
        inside = {u.code for u in self.collection.scope_units(scope)}
        here = np.array([u in inside for u in engine.table.units], dtype=np.bool_)
        return engine.aggregate(item, here & engine.known(item, "value") & engine.known(item, measure), measure)

    def absence(self, code: str, scope: str) -> str:
        """Return why there is no total."""
        total = self.total(code, scope)
        if code not in self.collection.indicators:
            return "report.not_collected"
        if total is None:
            return "report.not_in_scope"
        return "report.undefined" if total.n else "report.nobody"


@dataclass(frozen=True)
class OfUnit:
    """What one unit's form knows; its row in a table of figures is `place`."""

    pack: Pack
    period: Period
    unit: Unit
    submission: Submission
    asked: Mapping[str, Indicator]
    evaluator: Evaluator
    place: int
    not_comparable: frozenset[str]  # indicators that must not be compared with last year

    @property
    def scope(self) -> str:
        """The unit itself."""
        return self.unit.code

    def names(self) -> Mapping[str, str]:
        """Return no name: in a unit's own report every figure is its own."""
        return {}

    def total(self, code: str, scope: str) -> Total | None:
        """Return the unit's own figure as the total over one unit."""
        if code not in self.asked or scope != self.unit.code:
            return None
        now, before = self.then(code, scope, "value"), self.then(code, scope, "prior")
        both = now is not None and before is not None and code not in self.not_comparable
        return Total(
            value=now,
            n=int(now is not None),
            units=int(self._state(code) != State.NOT_APPLICABLE),
            matched_value=now if both else None,
            matched_prior=before if both else None,
            matched=int(both),
        )

    def then(self, code: str, scope: str, measure: Measure) -> Fraction | None:
        """Return the unit's figure at a time, None where it is missing."""
        if not carries(self.pack.indicators[code], measure):
            return None
        numbers = self.evaluator.number(Ref(code, measure))
        return numbers.exact(self.place) if numbers.known[self.place] else None

    def absence(self, code: str, scope: str) -> str:
        """Return why the unit has no figure."""
        if code not in self.asked or scope != self.unit.code:
            return "report.not_collected"
        if self.pack.indicators[code].computed:
            return "report.part_missing"
        return {
            State.NOT_APPLICABLE: "report.not_applicable",
            State.NOT_COUNTED: "report.not_counted",
            State.UNREADABLE: "report.unreadable",
        }.get(self._state(code), "report.blank")

    def _state(self, code: str) -> State:
        return State(int(self.evaluator.table.figures(code, "value")[1][self.place]))
