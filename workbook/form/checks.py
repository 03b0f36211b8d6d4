"""Which checks live in a form: the round's rules and the built-in ones, each as a formula and its wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook.checks.builtin import too_long
from workbook.checks.check import STATED_MISSING
from workbook.checks.rules import active_rules
from workbook.computed import definition, stored_refs
from workbook.expression.excel import Live, Operand
from workbook.expression.parse import parse
from workbook.expression.tree import Ref, TextRef, columns, mentioned, texts, walk
from workbook.form.parts import Item, Part, Sheet, cells_of, in_form, lists_of, parts_of
from workbook.layout import Block, Layout, adds_up
from workbook.messages import say
from workbook.model import Indicator, Round, Rule, Severity, Unit
from workbook.pack_check import PLACE

NOISE = 9  # decimal places; beyond them lies the noise of binary fractions


@dataclass(frozen=True, slots=True)
class Raw:
    """A word of a message: what stands in a cell; characters of an item, rows a sheet has lost."""

    part: Part


@dataclass(frozen=True, slots=True)
class Value:
    """A word of a message: a figure as rules see it, computed ones anew; （缺） where it is missing."""

    part: Ref | TextRef


@dataclass(frozen=True, slots=True)
class Handed:
    """A word of a message: the figure the form was handed out with."""

    part: Ref


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of a message: the option that an item's number picks."""

    part: Item
    options: tuple[str, ...]


Word = str | Raw | Value | Handed | Choice


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `fails` is an Excel expression, true when it is broken; `words` are texts and operands in turn.

    `verdict` is set for rules, whose formula yields 1, 0, 0.5 or 2 and is asked instead of `fails`.
    """

    id: str
    severity: Severity
    where: Part
    words: tuple[Word, ...]
    remedy: str
    fails: str = ""
    verdict: str = ""
    values: tuple[Ref | TextRef, ...] = ()
    trial: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of form, and how its checks find their operands: each part plain and zero-filled."""

    layout: Layout
    unit: Unit
    operands: Mapping[Part, tuple[Operand, Operand]]
    live: Live

    def operand(self, part: Part) -> Operand:
        """Return a part as it stands, nothing filled in."""
        return self.operands[part][0]


def rules_of(round_: Round, layout: Layout, unit: Unit) -> list[Rule]:
    """Return the rules judged on this unit's form; an umbrella is a total, so unit-only norms don't apply to it."""
    other = "unit" if unit.umbrella else "" if adds_up(layout.pack, unit) else "total"
    known = set(parts_of(layout))
    active = active_rules(layout.pack, layout.period, layout.modules, round_.switches).values()
    return [r for r in active if unit.tier in r.tiers and r.scope != other and looks_at(r, layout) <= known]


def looks_at(rule: Rule, layout: Layout) -> set[Part]:
    """Return every stored figure, list and column a rule rests on."""
    tree = parse(rule.expression)
    refs = stored_refs(tree, layout.pack.indicators)
    return {*(in_form(r, layout) for r in refs), *map(TextRef, texts(tree)), *columns(tree)}


def figure_checks(kind: Kind, parameters: frozenset[str]) -> Iterator[Check]:
    """Yield the checks on figure cells that units fill or forms come with; `parameters` are handed down."""
    layout = kind.layout
    for ref in cells_of(layout):
        item = layout.indicators[ref.code]
        if definition(item, ref.measure, layout.pack.indicators) is None:
            cell = kind.operand(ref)
            if ref.measure != "value" or ref.code in parameters:
                yield _carried_check(item, ref, cell)
            yield from _figure_checks(item, ref, cell, bounded=not layout.adds_up(kind.unit, ref.code))


def sheet_checks(kind: Kind) -> Iterator[Check]:
    """Yield the checks on texts, their items, and rows that were deleted."""
    for section in kind.layout.sections:
        sheet = Sheet(section.sheet)
        lost = f"{kind.operand(sheet).raw}>0"
        yield _builtin("lost", "error", sheet, lost, sheet=section.sheet, n=Raw(sheet))
    for ref in lists_of(kind.layout):
        block = kind.layout.blocks[ref.code]
        name, count = block.text.name, f"N({kind.operand(ref).raw})"
        if block.text.required:
            yield _builtin("text_required", "error", ref, f"{count}=0", name=name)
        limit = block.text.max_items
        yield _builtin("text_items", "error", ref, f"{count}>{limit}", name=name, limit=str(limit), n=Raw(ref))
        yield from _item_checks(kind, block)


def _item_checks(kind: Kind, block: Block) -> Iterator[Check]:
    limits = too_long(block)
    if not limits:
        return
    for number in range(1, block.text.max_items + 1):
        item = Item(block.text.code, number)
        label = Choice(item, tuple(label for label, _, _ in limits))
        limit = Choice(item, tuple(str(limit) for _, limit, _ in limits))
        values: dict[str, str | Word] = {"name": block.text.name, "number": str(number), "label": label}
        yield _builtin("text_long", "error", item, kind.operand(item).value + ">0", **values, limit=limit, n=Raw(item))


def rule_checks(kind: Kind, rules: Sequence[Rule]) -> Iterator[Check]:
    """Yield the rules."""
    for rule in rules:
        tree = parse(rule.expression)
        refs = [n for n in walk(tree) if isinstance(n, Ref | TextRef)]
        first = refs[0]
        words: list[Word] = []
        for number, piece in enumerate(PLACE.split(rule.message)):
            if number % 2:
                found = [n for n in walk(parse(piece, "number")) if isinstance(n, Ref | TextRef)]
                words += [Value(in_form(n, kind.layout)) for n in found][:1]
            elif piece:
                words.append(piece)
        yield Check(
            rule.id,
            rule.severity,
            Ref(first.code) if isinstance(first, Ref) else TextRef(first.code),
            tuple(words),
            rule.remedy,
            verdict=kind.live.verdict(tree, rule.missing),
            values=tuple(dict.fromkeys(in_form(r, kind.layout) for r in refs if isinstance(r, Ref))),
            trial=rule.status == "trial",
        )


def result_checks(kind: Kind, fired: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    """Yield the checks on computed cells; `fired` has the verdict cells of the rules that look at each indicator."""
    indicators = kind.layout.pack.indicators
    for ref in cells_of(kind.layout):
        item = kind.layout.indicators[ref.code]
        tree = definition(item, ref.measure, indicators)
        if tree is None:
            continue
        cell, right = kind.operand(ref), kind.live.number(ref, zero=False)
        known = ",".join(kind.live.known(ref, zero=False) or ["TRUE"])
        fails = f'IF(AND({known}),IF({cell.raw}="",FALSE,IF({cell.known},{_apart(cell, right, item)},TRUE)),FALSE)'
        yield _builtin("computed", "error", ref, fails, name=item.name, right=Value(ref), raw=Raw(ref))
        if ref.measure == "value" and not kind.layout.adds_up(kind.unit, ref.code):
            cells = dict.fromkeys(c for code in (*mentioned(tree), ref.code) for c in fired.get(code, ()))
            quiet = [f"ABS({c}-0.75)<0.5" for c in cells]  # the rule passed or is undecided
            for name, (sign, bound) in _bounds(item).items():
                fails = f"IF(AND({','.join([known, *quiet])}),ROUND({right}-{bound},{NOISE}){sign}0,FALSE)"
                values = {"name": item.name, "word": item.measure_word, "bound": bound}
                yield _builtin(name, "error", ref, fails, **values, raw=Value(ref))


def _apart(cell: Operand, right: str, item: Indicator) -> str:
    """Return whether cell and result differ by more than half of the last digit shown (checks.builtin.tolerance)."""
    digits = f'IFERROR(LEN({cell.exact}&"")-FIND(".",{cell.exact}&""),0)'
    tolerance = f"0.5/10^MAX({digits},{max(item.decimals - 1, 0)})"
    return f"ROUND(ABS({cell.exact}-{right})-{tolerance},{NOISE})>0"


def _bounds(item: Indicator) -> dict[str, tuple[str, str]]:
    bounds = {"below": ("<", item.minimum), "above": (">", item.maximum)}
    return {kind: (sign, str(bound)) for kind, (sign, bound) in bounds.items() if bound is not None}


def _carried_check(item: Indicator, ref: Ref, cell: Operand) -> Check:
    h = cell.handed
    fails = f'IF({h}="",FALSE,IF(AND(ISNUMBER({h}),{cell.known}),ROUND({cell.exact}-{h},{NOISE})<>0,{cell.raw}<>{h}))'
    time = say(f"form.head_{ref.measure}")
    return _builtin("carried", "error", ref, fails, name=item.name, time=time, right=Handed(ref), raw=Raw(ref))


def _figure_checks(item: Indicator, ref: Ref, cell: Operand, *, bounded: bool) -> Iterator[Check]:
    name, word, raw = item.name, item.measure_word, Raw(ref)
    yield _builtin("unreadable", "error", ref, f"NOT({cell.readable})", name=name, word=word, raw=raw)
    if ref.measure == "value" and item.required:
        yield _builtin("required", "error", ref, f'{cell.raw}=""', name=name)
        missing = f'AND(NOT({cell.known}),{cell.raw}<>"",{cell.readable})'
        yield _builtin("stated_missing", "confirm", ref, missing, name=name, raw=raw)
    if item.value_type == "integer":
        yield _builtin("fraction", "error", ref, f"{cell.exact}<>INT({cell.exact})", name=name, word=word, raw=raw)
    else:
        fails = f"ABS({cell.exact}-ROUND({cell.exact},{item.decimals}))>0.000000001"
        decimals = str(item.decimals)
        yield _builtin("digits", "warning", ref, fails, name=name, word=word, raw=raw, decimals=decimals)
    for kind, (sign, bound) in _bounds(item).items() if bounded else ():
        fails = f"AND({cell.known},{cell.exact}{sign}{bound})"
        yield _builtin(kind, "error", ref, fails, name=name, word=word, raw=raw, bound=bound)


def _builtin(kind: str, severity: Severity, where: Part, fails: str, **values: str | Word) -> Check:
    """Return a built-in check worded exactly as the pipeline words its finding."""
    id_ = kind.upper().replace("_", "-")
    remedy = say(f"check.{kind}_remedy", **{k: v for k, v in values.items() if isinstance(v, str)})
    return Check(id_, severity, where, _words(f"check.{kind}", values), remedy, fails=fails)


_HOLES = re.compile("([\ue000-\ue00f])")  # private characters stand for operands while a message is filled in


def _words(key: str, values: Mapping[str, str | Word]) -> tuple[Word, ...]:
    operands = {chr(0xE000 + i): v for i, v in enumerate(v for v in values.values() if not isinstance(v, str))}
    holes = {id(v): hole for hole, v in operands.items()}
    filled = {k: v if isinstance(v, str) else holes[id(v)] for k, v in values.items()}
    return tuple(operands.get(piece, piece) for piece in _HOLES.split(say(key, **filled)) if piece)


def explained_by(check: Check, layout: Layout) -> tuple[str, ...]:
    """Return what may stand in the notes' rule or indicator column to explain a confirm check."""
    if check.severity != "confirm":
        return ()
    if check.id == STATED_MISSING and isinstance(check.where, Ref):
        item = layout.indicators[check.where.code]
        return (item.name, item.code)
    return (check.id,)
