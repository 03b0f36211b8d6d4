"""Checks every form gets without a rule: required, readable, within bounds, whole, computed right, not too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from workbook.computed import definition
from workbook.expression.evaluate import Evaluator, round_half_up
from workbook.expression.tree import mentioned
from workbook.layout import Layout, address
from workbook.messages import catalogue, say
from workbook.model import Cell, Finding, Indicator, Severity, State, Submission
from workbook.reading.values import show


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding points: sheet, cell, indicator."""

    sheet: str
    cell: str
    code: str


def rule_name(rule: str) -> str:
    """Return how people read a rule: its id, or the name of a built-in check."""
    kind = rule.lower().replace("-", "_")
    return say(f"builtin.{kind}") if kind in catalogue()["builtin"] else rule


def finding(kind: str, severity: Severity, unit: str, place: Place, **values: str) -> Finding:
    """Return a built-in finding worded by the catalogue under check.<kind>."""
    return Finding(
        rule=kind.upper().replace("_", "-"),
        severity=severity,
        outcome="fail",
        unit=unit,
        indicator=place.code,
        sheet=place.sheet,
        cell=place.cell,
        values=values,
        message=say(f"check.{kind}", **values),
        remedy=say(f"check.{kind}_remedy", **values),
        operands=(place.code,),
    )


def figure_findings(key: str, submission: Submission, layout: Layout) -> Iterator[Finding]:
    """Yield the findings on what was typed into figure cells. Bounds do not bind an umbrella: it is a total."""
    for (code, measure), cell in submission.cells.items():
        item = layout.indicators.get(code)
        if item is None:
            continue  # its module was switched off after the forms went out
        if definition(item, measure, layout.pack.indicators) is not None:
            continue
        place = Place(cell.sheet, cell.address, code)
        values = {"name": item.name, "raw": cell.raw, "word": item.measure_word}
        if cell.state == State.UNREADABLE:
            yield finding("unreadable", "error", key, place, **values)
        elif measure == "value" and item.required and cell.state == State.BLANK:
            yield finding("required", "error", key, place, **values)
        elif measure == "value" and item.required and not cell.state.known:
            yield finding("stated_missing", "confirm", key, place, **values)
        elif cell.state.known:
            yield from _number_findings(key, item, cell, values, bounded=not submission.unit.umbrella)


def _number_findings(
    key: str, item: Indicator, cell: Cell, values: Mapping[str, str], *, bounded: bool
) -> Iterator[Finding]:
    place = Place(cell.sheet, cell.address, item.code)
    number = Decimal(cell.raw)
    if item.value_type == "integer" and number != int(number):
        yield finding("fraction", "error", key, place, **values)
    elif cell.digits > item.decimals:
        yield finding("digits", "warning", key, place, **values, decimals=str(item.decimals))
    if bounded:
        yield from _bound_findings(key, item, Fraction(number), place, values)


def _bound_findings(
    key: str, item: Indicator, value: Fraction, place: Place, values: Mapping[str, str]
) -> Iterator[Finding]:
    if item.minimum is not None and value < Fraction(item.minimum):
        yield finding("below", "error", key, place, **values, bound=str(item.minimum))
    if item.maximum is not None and value > Fraction(item.maximum):
        yield finding("above", "error", key, place, **values, bound=str(item.maximum))


def computed_findings(
    submissions: Mapping[str, Submission],
    layouts: Mapping[str, Layout],
    evaluator: Evaluator,
    fired: set[tuple[str, str]],
) -> Iterator[Finding]:
    """Yield computed cells that show something else than their parts give, and results out of bounds.

    `fired` has (submission key, code) for every operand of a rule that failed: a bound stays silent then.
    """
    keys = list(submissions)
    for code, item in evaluator.indicators.items():
        tree = definition(item, "value", evaluator.indicators)
        if tree is None:
            continue
        numbers = evaluator.number(tree)
        parts = [c for c in mentioned(tree) if c in evaluator.indicators]
        for i in np.flatnonzero(numbers.known):
            key = keys[int(i)]
            cell = submissions[key].cells.get((code, "value"))
            if cell is None or code not in layouts[submissions[key].unit.tier].indicators:
                continue
            exact = numbers.exact(int(i))
            place = Place(cell.sheet, cell.address, code)
            shown = show(float(round_half_up(exact, item.decimals)))
            values = {"name": item.name, "raw": cell.raw, "word": item.measure_word}
            if cell.state.known and abs(Fraction(Decimal(cell.raw)) - exact) > tolerance(cell.digits, item.decimals):
                yield finding("computed", "error", key, place, **values, right=shown)
            if not submissions[key].unit.umbrella and not any((key, p) in fired for p in (*parts, code)):
                yield from _bound_findings(key, item, exact, place, values | {"raw": shown})


def tolerance(digits: int, decimals: int) -> Fraction:
    """Return half of the last digit typed, but never more than half of the place above the last stored one."""
    return Fraction(1, 2) / Fraction(10) ** max(digits, decimals - 1, 0)


def text_findings(key: str, submission: Submission, layout: Layout) -> Iterator[Finding]:
    """Yield required texts left empty, and texts, items or lists that are too long."""
    for code, block in layout.blocks.items():
        text = block.text
        rows = submission.texts.get(code, ())
        values = {"name": text.name}
        if text.required and not rows:
            place = Place(block.sheet, address(block.first_row, min(block.columns)), code)
            yield finding("text_required", "error", key, place, **values)
        if len(rows) > text.max_items:
            place = Place(rows[text.max_items].sheet, rows[text.max_items].address, code)
            yield finding("text_items", "error", key, place, **values, limit=str(text.max_items), n=str(len(rows)))
        for row in rows:
            place = Place(row.sheet, row.address, code)
            limited = [(s, v) for s, v in zip(text.subfields, row.values, strict=True) if s.limit]
            long = [(s, v) for s, v in limited if len(v) > (s.limit or 0)]
            for subfield, value in long:
                yield finding(
                    "text_long",
                    "error",
                    key,
                    place,
                    **values,
                    label=subfield.label,
                    limit=str(subfield.limit),
                    n=str(len(value)),
                )
            total = sum(len(v) for _, v in limited)
            if not long and total > text.max_length:
                yield finding("text_total", "error", key, place, **values, limit=str(text.max_length), n=str(total))
