"""A line per unit under a figure: its number, the cell it stands in, the file and its receipt, what to know of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cached_property

from exporters.narrative.figures import table_digits
from exporters.tracing.places import Place, Places
from workbook.collection import Collection
from workbook.computed import definition
from workbook.decisions import decision_line
from workbook.expression.tree import Ref
from workbook.messages import say
from workbook.model import Receipt, State, Unit
from workbook.totals import Totals
from workbook.versions import Difference

_WORDS = {State.NOT_APPLICABLE: "word.not_applicable", State.NOT_COUNTED: "word.not_counted", State.BLANK: "word.blank"}


@dataclass(frozen=True, slots=True)
class Line:
    """What one unit adds: `value` is None where it has none; `counts` whether it is in the figure."""

    unit: Unit
    value: Fraction | None
    shown: str
    counts: bool
    place: Place | None  # None for what is computed
    received: datetime | None
    receipt: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """A unit of the scope whose form does not count, with why."""

    unit: Unit
    why: str


@dataclass(frozen=True)
class Lines:
    """Makes the lines of one collection."""

    collection: Collection
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        """Open the places."""
        object.__setattr__(self, "places", Places(self.collection))

    def of(
        self, ref: Ref, units: Iterable[Unit], counting: frozenset[str], engine: Totals, remark: Callable[[str], str]
    ) -> tuple[Line, ...]:
        """Return a line per unit that `engine` knows; `remark` says what the figure makes of a unit's number."""
        row = {unit: n for n, unit in enumerate(engine.table.units)}
        item = self.collection.round.pack.indicators[ref.code]
        computed = definition(item, ref.measure, self.collection.round.pack.indicators) is not None
        numbers = engine.evaluator.number(ref)
        states = engine.table.figures(ref.code, ref.measure)[1]
        found = []
        for unit in (u for u in units if u.code in row):
            at, counts = row[unit.code], unit.code in counting
            value = numbers.exact(at) if numbers.known[at] else None
            place = None if computed else self.places.of(unit.code, ref)
            state = State(int(states[at]))
            shown = table_digits(item, value) if value is not None else self._absence(state, place, computed=computed)
            notes = [said] if (said := remark(unit.code)) else []
            found.append(self._line(unit, value, shown, counts, place, [*notes, *self._notes(unit, ref, place)]))
        return tuple(found)

    def of_text(self, code: str, units: Iterable[Unit]) -> tuple[Line, ...]:
        """Return a line per unit that filled in a text input: how many items, and from where to where they stand."""
        found = []
        for unit in units:
            form = self.collection.submissions.get(unit.code)
            rows = form.texts.get(code) if form else None
            if form is None or rows is None:
                continue
            cells = [row.cells[0] for row in rows if row.cells]
            where = "–".join(dict.fromkeys((cells[0], cells[-1]))) if cells else ""
            sheet = rows[0].sheet if rows else ""
            place = Place("", form.file, form.sha256, sheet, where, self.collection.round.path) if rows else None
            found.append(self._line(unit, Fraction(len(rows)), str(len(rows)), True, place, []))
        return tuple(found)

    def absent(self, units: Iterable[Unit]) -> tuple[Absent, ...]:
        """Return the units without a form that counts, each with what became of what it sent."""
        return tuple(Absent(u, self._why_absent(u)) for u in units if u.code not in self.collection.submissions)

    def _line(
        self, unit: Unit, value: Fraction | None, shown: str, counts: bool, place: Place | None, notes: Sequence[str]
    ) -> Line:
        if place is not None and place.earlier:
            return Line(unit, value, shown, counts, place, None, say("traced.carried", period=place.earlier), (*notes,))
        receipt = self._receipts.get(unit.code)
        if place is None or receipt is None:
            return Line(unit, value, shown, counts, place, None, "", (*notes,))
        return Line(unit, value, shown, counts, place, receipt.received, receipt.note, (*notes,))

    def _absence(self, state: State, place: Place | None, *, computed: bool) -> str:
        if state.known or computed:  # known, yet not with what it is divided by
            return say("word.dash")
        if state == State.UNREADABLE:
            return say("traced.unreadable") if place is None or not place.raw else place.raw
        return say(_WORDS[state])

    def _notes(self, unit: Unit, ref: Ref, place: Place | None) -> list[str]:
        """Return what to know of a unit's cell: how it was read, what it was before, what was found and decided."""
        if place is None or place.earlier:
            return []
        form = self.collection.submissions[unit.code]
        here = (place.sheet, place.cell)
        notes = [r.message for r in form.repairs if r.indicator == ref.code and r.cell and (r.sheet, r.cell) == here]
        notes += [
            say("traced.was", then=d.then or say("word.blank"), file=d.earlier)
            for d in self._changed.get((unit.code, form.file, ref.code), ())
            if d.measure == ref.measure
        ]
        if ref.measure == "value":
            part = form.parts.get(ref.code)
            notes += [say("traced.passed_up", n=part.n, units=part.units)] if part else []
            notes += [say("traced.explained", reason=reason) for reason in self._reasons.get((unit.code, ref.code), ())]
            notes += [line for code, line in self._decided.get(unit.code, ()) if code in ("", ref.code)]
        return notes

    @cached_property
    def _changed(self) -> Mapping[tuple[str, str, str], Sequence[Difference]]:
        """What units changed from one form to the next, by unit, the later file and indicator."""
        found: dict[tuple[str, str, str], list[Difference]] = {}
        for d in self.collection.differences:
            found.setdefault((d.unit, d.later, d.code), []).append(d)
        return found

    @cached_property
    def _sent(self) -> Mapping[str, Sequence[Receipt]]:
        """What came from each unit, in order."""
        found: dict[str, list[Receipt]] = {}
        for receipt in sorted(self.collection.receipts, key=lambda r: r.came):
            found.setdefault(receipt.unit, []).append(receipt)
        return found

    @cached_property
    def _receipts(self) -> Mapping[str, Receipt]:
        """The receipt of the form that counts, by unit."""
        forms = {(u, s.file): u for u, s in self.collection.submissions.items()}
        return {r.unit: r for r in self.collection.receipts if (r.unit, r.file) in forms and r.state == "used"}

    @cached_property
    def _reasons(self) -> Mapping[tuple[str, str], Sequence[str]]:
        """What units wrote to explain a figure, by unit and indicator."""
        found: dict[tuple[str, str], list[str]] = {}
        for receipt, f in self.collection.findings:
            if receipt.state == "used" and f.reason and not f.waived and f.outcome == "fail":
                for code in dict.fromkeys((f.indicator, *f.operands)):
                    found.setdefault((receipt.unit, code), []).append(f.reason)
        return {key: tuple(dict.fromkeys(reasons)) for key, reasons in found.items()}

    @cached_property
    def _decided(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """The office's decisions on the forms that count, by unit, with the indicators a waived rule looks at."""
        names = {u.code: u.name for u in self.collection.round.units}
        faults: dict[tuple[str, str], dict[str, None]] = {}
        for receipt, f in self.collection.findings:
            faults.setdefault((receipt.unit, f.rule), {}).update(dict.fromkeys((f.indicator, *f.operands)))
        found: dict[str, list[tuple[str, str]]] = {}
        for d in self.collection.decisions:
            form, line = self.collection.submissions.get(d.unit), decision_line(d, names.get(d.unit, d.unit))
            if d.kind == "waive":
                found.setdefault(d.unit, []).extend((code, line) for code in faults.get((d.unit, d.rule), ()) if code)
            elif form is not None and form.sha256 == d.sha256:
                found.setdefault(d.unit, []).append(("", line))
        return found

    def _why_absent(self, unit: Unit) -> str:
        state = say(f"state.{self.collection.states[unit.code]}")
        sent = self._sent.get(unit.code, ())
        if not sent:
            return say("traced.why", state=state, why=say("book.no_file"))
        told = "；".join(say("traced.sent", file=r.file, note=r.note) for r in sent)
        return say("traced.why", state=state, why=told)

    def versions(self, units: Iterable[Unit]) -> list[str]:
        """Return, of units that sent more than one form, which one counts and what became of the others."""
        told = []
        for unit in units:
            used = self._receipts.get(unit.code)
            others = [r for r in self._sent.get(unit.code, ()) if r is not used]
            if used is not None and others:
                rest = "；".join(say("traced.sent", file=r.file, note=r.note) for r in others)
                told.append(say("traced.version", name=unit.name, file=used.file, rest=rest))
        return told
