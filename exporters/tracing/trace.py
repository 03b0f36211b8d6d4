"""From a figure to its cells: what it is, how it comes about, which unit put what where, in which file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from exporters.narrative.figures import table_digits
from exporters.tracing.asked import Asked, NotTraced
from exporters.tracing.basis import (
    HELD,
    RANKED,
    REPORTED,
    SAME_UNITS,
    Figure,
    Within,
    alias,
    in_words,
    names_of,
    roots,
    units_behind,
)
from exporters.tracing.lines import Absent, Line, Lines
from exporters.tracing.worded import how, said_now, told, value_of
from workbook.collection import Collection, mask_of
from workbook.computed import carries, definition
from workbook.expression.tree import Ref, operands, texts
from workbook.history import stored_figures, units_then
from workbook.last_year import LastYear, last_year
from workbook.messages import say
from workbook.model import Indicator, Measure, Unit
from workbook.totals import Total, Totals, standard_of


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator a figure rests on, at one time, with a line per unit; `depth` 0 is the figure's own.

    `formula` says in words how it is computed, "" for one whose numbers stand in cells; `total` what the counting
    lines come to, "" where they are not added up.
    """

    code: str
    time: str  # value, prior, opening, half; "" for a text input
    name: str
    word: str
    depth: int
    formula: str
    total: str
    decimals: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The answer: the figure in words, how it comes about, its parts down to cells, who is not in it."""

    figure: Figure
    name: str
    scope: str
    told: str
    value: Fraction | None  # exact; None for changes and shares
    said: str  # in the report, "" where none was asked about
    sentence: str
    differs: bool  # from what the report says
    n: int
    units: int
    definition: str
    how: tuple[str, ...]
    parts: tuple[Part, ...]
    absent: tuple[Absent, ...]
    notes: tuple[str, ...]
    restricted: bool


def trace_figure(collection: Collection, asked: Asked, only: Unit | None = None) -> Trace:
    """Return where a figure comes from, of `only` one unit if it is named; NotTraced where it cannot be told."""
    return _Tracer(collection, asked).trace(only)


class _Tracer:
    """Traces one figure."""

    def __init__(self, collection: Collection, asked: Asked) -> None:
        self.collection, self.asked, self.figure = collection, asked, asked.figure
        self.pack = collection.round.pack
        self.lines = Lines(collection)
        self.names = names_of(collection)
        self.units = units_behind(self.figure, collection)
        self._seen: set[Ref | str] = set()

    def trace(self, only: Unit | None) -> Trace:
        figure, name = self.figure, alias(self.figure.tag, self.names)
        if only is not None and only not in self.units:
            raise NotTraced(say("traced.not_inside", unit=only.name, name=name))
        item = self.pack.indicators.get(figure.code)
        if item is None:
            if figure.measure not in ("rows", "text"):
                raise NotTraced(say("traced.of_texts", name=self.names.get(figure.code, figure.code)))
            return self._of_text(name)
        if figure.measure == "standard":
            raise NotTraced(say("traced.a_standard", name=item.name))
        if self.total is None:
            raise NotTraced(say("traced.not_in_scope", name=name))
        shown = self.units if only is None else (only,)
        asked_of = [u for u in self.units if figure.code in self.collection.collected[u.tier]]
        inside = [u for u in asked_of if u in shown]
        parts = tuple(p for ref in self._roots for p in self._parts(ref, shown, 0))
        n, units = self._coverage
        return Trace(
            figure=figure,
            name=name,
            scope=self.names.get(figure.scope, figure.scope),
            told=told(self.collection, figure, self.total),
            value=value_of(self.collection, figure, self.total),
            said=self.asked.said,
            sentence=self.asked.sentence,
            differs=bool(self.asked.said) and self.asked.said not in said_now(self.collection, figure, self.total),
            n=n,
            units=units,
            definition=item.definition,
            how=how(self.collection, figure, self.total, self._main),
            parts=parts,
            absent=() if all(map(self._reported, self._roots)) else self.lines.absent(inside),
            notes=(*self._not_asked(asked_of), *self._gone(), *self.lines.versions(inside)),
            restricted=item.sensitive == "restricted",
        )

    @cached_property
    def total(self) -> Total | None:
        return Within(self.collection).total(self.figure.code, self.figure.scope)

    @cached_property
    def _roots(self) -> tuple[Ref, ...]:
        refs = roots(self.figure, self.pack, self.collection.period)
        return tuple(r for r in refs if carries(self.pack.indicators[r.code], r.measure))

    @property
    def _coverage(self) -> tuple[int, int]:
        assert self.total is not None
        measure, then = self.figure.measure, self.total.reported
        if measure in (*RANKED, "share"):
            return len(self._main), len(
                [u for u in self.units if self.figure.code in self.collection.collected[u.tier]]
            )
        if measure == "prior_reported" and then is not None:
            return then.n, then.units
        if self.figure.measure in SAME_UNITS:
            return self.total.matched, self.total.units
        return self.total.n, self.total.units

    def _parts(self, ref: Ref, shown: Sequence[Unit], depth: int, top: Ref | None = None) -> Iterator[Part]:
        """Yield an indicator with its lines, then what it is computed from, each once."""
        if ref in self._seen:
            return
        self._seen.add(ref)
        top = top or ref
        item, engine = self.pack.indicators[ref.code], self._engine(top)
        units = self._units(top, shown)
        counting = self._counting(top)
        lines = self.lines.of(ref, units, counting, engine, lambda u: self._remark(u, top, counting))
        tree = definition(item, ref.measure, self.pack.indicators)
        formula = in_words(item, self.names) if tree is not None else ""
        yield Part(
            code=ref.code,
            time=ref.measure,
            name=item.name
            + (say("view.scope", scope=say(f"form.head_{ref.measure}")) if ref.measure != "value" else ""),
            word=item.measure_word,
            depth=depth,
            formula=formula,
            total=self._sum(item, ref, lines, engine),
            decimals=item.decimals,
            lines=lines,
        )
        for text in texts(tree) if tree is not None else ():
            yield from self._text_part(text, shown, depth + 1)
        for operand in operands(tree) if tree is not None else ():
            yield from self._parts(operand, shown, depth + 1, top)

    def _sum(self, item: Indicator, ref: Ref, lines: Sequence[Line], engine: Totals) -> str:
        """Return what the counting lines come to as totals are made, "" where there is none."""
        codes = {line.unit.code for line in lines if line.counts and line.value is not None}
        if self.figure.measure in RANKED:
            return ""
        inside = mask_of(engine, tuple(line.unit for line in lines if line.unit.code in codes))
        value = engine.aggregate(item, inside & engine.known(item, ref.measure), ref.measure) if codes else None
        if value is None and len(lines) == 1:
            value = lines[0].value
        return "" if value is None else table_digits(item, value) + ("%" if item.percent else item.measure_word)

    def _text_part(self, code: str, shown: Sequence[Unit], depth: int) -> Iterator[Part]:
        if code not in self._seen:
            self._seen.add(code)
            lines = self.lines.of_text(code, shown)
            total = say(
                "traced.with_word", number=sum(int(line.value or 0) for line in lines), word=say("traced.items")
            )
            yield Part(code, "", self.pack.texts[code].name, say("traced.items"), depth, "", total, 0, lines)

    def _of_text(self, name: str) -> Trace:
        """Return where the items of a text input stand."""
        text = self.pack.texts[self.figure.code]
        parts = tuple(self._text_part(text.code, self.units, 0))
        lines = [line for part in parts for line in part.lines]
        scope = self.names.get(self.figure.scope, self.figure.scope)
        value = sum((line.value or Fraction(0) for line in lines), Fraction(0))
        restricted, absent = text.sensitive == "restricted", self.lines.absent(self.units)
        said, sentence = self.asked.said, self.asked.sentence
        counts = (len(lines), len(self.units))
        return Trace(
            *(self.figure, name, scope, parts[0].total, value, said, sentence, False, *counts, ""),
            *((say("traced.how_rows"),), parts, absent, (), restricted),
        )

    def _reported(self, ref: Ref) -> bool:
        """Return whether a figure stands for last year as it was reported then, in rounds of that time."""
        stored = self.total is not None and self.total.reported is not None and self.total.reported.stored
        return stored and ref.measure == "prior" and self.figure.measure in REPORTED

    def _engine(self, ref: Ref) -> Totals:
        return self._before.engine if self._reported(ref) else self.collection.engine

    def _units(self, ref: Ref, shown: Sequence[Unit]) -> Sequence[Unit]:
        if not self._reported(ref):
            return [u for u in shown if self.figure.code in self.collection.collected[u.tier]]
        tiers = {u.tier for u in self.units}
        mine = None if shown is self.units else {u.code for u in shown}
        inside = [u for u in self._before.units if u.tier in tiers and self.figure.code in self._before.asked[u.tier]]
        return [u for u in inside if mine is None or u.code in mine]

    @cached_property
    def _before(self) -> LastYear:
        stored, _ = stored_figures(self.collection.round)
        then, _ = units_then(self.collection.round, stored)
        return last_year(self.collection.round, then, stored)

    def _counting(self, ref: Ref) -> frozenset[str]:
        """Return the units that are in the figure by this root of it."""
        figure = self.figure
        codes = {u.code for u in self._units(ref, self.units)}
        engine, item = self._engine(ref), self.pack.indicators[figure.code]
        if figure.measure in RANKED:
            return frozenset(self._ranks)
        if figure.measure in HELD:
            return frozenset(self._held)
        if figure.measure in ("part", "full"):
            item = self.pack.indicators[ref.code]
        known = engine.known(item, ref.measure)
        if figure.measure in SAME_UNITS and carries(item, "prior"):
            known = engine.known(item, "value") & engine.known(item, "prior")
            codes -= {u for u, code in engine.not_comparable if code == item.code}
        if figure.measure in ("opening", "half"):
            time: Measure = "half" if figure.measure == "half" else "opening"
            known = engine.known(item, "value") & engine.known(item, time)
        return frozenset(u for n, u in enumerate(engine.table.units) if known[n] and u in codes)

    @cached_property
    def _main(self) -> frozenset[str]:
        """The units in the figure by the first of its roots."""
        return self._counting(self._roots[0]) if self._roots else frozenset()

    @cached_property
    def _ranks(self) -> dict[str, int]:
        group = self.pack.tier(self.units[0].tier).group if self.units else ""
        return {u: rank for rank, u in self.collection.ranking(self.figure.code, group)}

    @cached_property
    def _held(self) -> dict[str, bool]:
        bound = standard_of(self.pack.indicators[self.figure.code], self.collection.period)
        return self.collection.held(self.figure.code, bound, self.units) if bound else {}

    def _remark(self, unit: str, ref: Ref, counting: frozenset[str]) -> str:
        """Return what the figure makes of a unit's number, "" where it is just in it."""
        if unit not in counting:
            return self._why_out(unit, ref)
        if self.figure.measure in RANKED:
            return say("traced.rank", rank=self._ranks[unit])
        return say("traced.below") if self.figure.measure in HELD and not self._held[unit] else ""

    def _why_out(self, unit: str, ref: Ref) -> str:
        """Return why a unit's number is not in the figure."""
        c, figure = self.collection, self.figure
        if figure.measure in SAME_UNITS:
            if unit in c.changed:
                return say("traced.out_changed", why=c.changed[unit])
            if (unit, figure.code) in c.engine.not_comparable:
                return say("traced.out_redefined")
            return say("traced.out_one_year")
        if figure.measure in RANKED:
            return say("traced.out_unranked")
        number = self.pack.indicators[figure.code].computed and ref.code == figure.code
        return say("traced.out_part" if number else "traced.out_unknown")

    def _not_asked(self, asked_of: Sequence[Unit]) -> list[str]:
        """Return which tiers do not report the indicator."""
        tiers = {u.tier for u in self.units} - {u.tier for u in asked_of}
        names = "、".join(t.name for t in self.pack.tiers if t.code in tiers)
        return [say("traced.not_asked", tiers=names)] if names else []

    def _gone(self) -> list[str]:
        """Return whose numbers of last year stand on last year's list alone."""
        if self.figure.measure not in REPORTED or self.total is None or self.total.reported is None:
            return []
        if not self.total.reported.stored:
            return [say("traced.not_stored")]
        gone = [u.name for u in self.collection.gone if u in self._units(Ref(self.figure.code, "prior"), self.units)]
        return [say("traced.gone", names="、".join(gone))] if gone else []


def exact(value: Fraction | None) -> int | float | None:
    """Return a number as JSON and workbooks hold it: an int where it is whole."""
    return None if value is None else int(value) if value.denominator == 1 else float(value)
