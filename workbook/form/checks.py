"""Which checks live in a form: the round's rules and the built-in ones, each as a formula and its wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbook.checks.check import STATED_MISSING
from workbook.checks.rules import active_rules
from workbook.computed import definition, stored_refs
from workbook.expression.excel import Live, Operand
from workbook.expression.parse import parse
from workbook.expression.tree import Ref, TextRef, texts, walk
from workbook.layout import Layout
from workbook.messages import say
from workbook.model import Indicator, Rule, Severity, Unit
from workbook.pack_check import PLACE

Part = Ref | TextRef


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `fails` is an Excel expression, true when it is broken; `words` are texts and operands in turn.

    `verdict` is set for rules, whose formula yields 1, 0, 0.5 or 2 and is asked instead of `fails`.
    """

    id: str
    severity: Severity
    where: Part
    words: tuple[str | Part, ...]
    remedy: str
    fails: str = ""
    verdict: str = ""
    values: tuple[Part, ...] = ()
    trial: bool = False


def parts_of(layout: Layout) -> list[Part]:
    """Return every figure cell and every list of the form, in form order."""
    parts: list[Part] = [Ref(i.code, m) for i in layout.indicators.values() for m in layout.measures(i)]
    return parts + [TextRef(code) for code in layout.blocks]


def rules_of(layout: Layout, unit: Unit) -> list[Rule]:
    """Return the rules judged on this unit's form; an umbrella is a total, so unit-only norms don't apply to it."""
    other = "unit" if unit.umbrella else "total"
    known = set(parts_of(layout))
    active = active_rules(layout.pack, layout.period, layout.modules).values()
    return [r for r in active if unit.tier in r.tiers and r.scope != other and looks_at(r, layout) <= known]


def looks_at(rule: Rule, layout: Layout) -> set[Part]:
    """Return every stored figure and every list a rule rests on."""
    tree = parse(rule.expression)
    refs = stored_refs(tree, layout.pack.indicators)
    return {*(in_form(r, layout) for r in refs), *map(TextRef, texts(tree))}


def in_form(part: Part, layout: Layout) -> Part:
    """Return the cell a figure stands in: in an annual round the year's opening is last year's closing figure."""
    if isinstance(part, Ref) and part.measure == "opening" and layout.earlier == "half":
        return Ref(part.code, "prior")
    return part


def checks_of(layout: Layout, unit: Unit, operands: Mapping[Part, tuple[Operand, Operand]]) -> Iterator[Check]:
    """Yield all checks of a form; `operands` has each part plain and zero-filled."""
    for part in parts_of(layout):
        plain = operands[part][0]
        if isinstance(part, TextRef):
            if layout.blocks[part.code].text.required:
                yield _builtin(
                    "text_required", "error", part, f"{plain.value}=0", name=layout.blocks[part.code].text.name
                )
        elif definition(layout.indicators[part.code], part.measure, layout.pack.indicators) is None:
            yield from _figure_checks(layout.indicators[part.code], part, plain, bounded=not unit.umbrella)
    live = Live(
        lambda part, zero: operands[in_form(part, layout)][zero],
        layout.pack.indicators,
        unit.umbrella,
        unit.tier,
        str(layout.period),
    )
    for rule in rules_of(layout, unit):
        yield _rule_check(rule, layout, live)


def _rule_check(rule: Rule, layout: Layout, live: Live) -> Check:
    tree = parse(rule.expression)
    refs = [n for n in walk(tree) if isinstance(n, Ref | TextRef)]
    first = refs[0]
    words: list[str | Part] = []
    for number, piece in enumerate(PLACE.split(rule.message)):
        if number % 2:
            words += [in_form(n, layout) for n in walk(parse(piece, "number")) if isinstance(n, Ref | TextRef)][:1]
        elif piece:
            words.append(piece)
    return Check(
        rule.id,
        rule.severity,
        Ref(first.code) if isinstance(first, Ref) else first,
        tuple(words),
        rule.remedy,
        verdict=live.verdict(tree, rule.missing),
        values=tuple(dict.fromkeys(in_form(r, layout) for r in refs if isinstance(r, Ref))),
        trial=rule.status == "trial",
    )


def _figure_checks(item: Indicator, ref: Ref, cell: Operand, *, bounded: bool) -> Iterator[Check]:
    name, word = item.name, item.measure_word
    yield _builtin("unreadable", "error", ref, f"NOT({cell.readable})", name=name, word=word, raw=ref)
    if ref.measure == "value" and item.required:
        yield _builtin("required", "error", ref, f'{cell.raw}=""', name=name)
        missing = f'AND(NOT({cell.known}),{cell.raw}<>"",{cell.readable})'
        yield _builtin("stated_missing", "confirm", ref, missing, name=name, raw=ref)
    if item.value_type == "integer":
        yield _builtin("fraction", "error", ref, f"{cell.exact}<>INT({cell.exact})", name=name, word=word, raw=ref)
    else:
        fails = f"ABS({cell.exact}-ROUND({cell.exact},{item.decimals}))>0.000000001"
        decimals = str(item.decimals)
        yield _builtin("digits", "warning", ref, fails, name=name, word=word, raw=ref, decimals=decimals)
    bounds = {"below": ("<", item.minimum), "above": (">", item.maximum)} if bounded else {}
    for kind, (sign, bound) in bounds.items():
        if bound is not None:
            fails = f"AND({cell.known},{cell.exact}{sign}{bound})"
            yield _builtin(kind, "error", ref, fails, name=name, word=word, raw=ref, bound=str(bound))


_HOLE = "\ufffc"  # stands for the cell's own text while a message is filled in


def _builtin(kind: str, severity: Severity, where: Part, fails: str, **values: str | Part) -> Check:
    """Return a built-in check worded exactly as the pipeline words its finding."""
    filled = {k: _HOLE if not isinstance(v, str) else v for k, v in values.items()}
    words: list[str | Part] = []
    for number, piece in enumerate(say(f"check.{kind}", **filled).split(_HOLE)):
        words += [where] if number else []
        words += [piece] if piece else []
    remedy = say(f"check.{kind}_remedy", **filled)
    return Check(kind.upper().replace("_", "-"), severity, where, tuple(words), remedy, fails=fails)


def explained_by(check: Check, layout: Layout) -> tuple[str, ...]:
    """Return what may stand in the notes' rule or indicator column to explain a confirm check."""
    if check.severity != "confirm":
        return ()
    if check.id == STATED_MISSING:
        item = layout.indicators[check.where.code]
        return (item.name, item.code)
    return (check.id,)
