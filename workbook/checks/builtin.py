"""Checks every form gets without a rule: required, readable, within bounds, whole, computed right, not too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np

from workbook.computed import definition
from workbook.expression.evaluate import Evaluator
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Ref, mentioned
from workbook.layout import Block, Layout, address
from workbook.messages import catalogue, say
from workbook.model import MEASURES, Cell, Finding, Indicator, Severity, State, Submission
from workbook.reading.numbers import read_number
from workbook.reading.unclear import Unclear
from workbook.reading.values import length, show

UNREADABLE = "UNREADABLE"  # the one built-in check that says more at the office than in the form


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
    """Yield the findings on what was typed into figure cells. Bounds do not bind totals, such as an umbrella's."""
    for (code, measure), cell in submission.cells.items():
        item = layout.indicators.get(code)
        if item is None:
            continue  # its module was switched off after the forms went out
        if (code, measure) in layout.computed or cell.doubtful:
            continue  # a doubt is asked back by doubt_findings
        if cell.state <= State.ZERO:
            if cell.digits or not _within(Decimal(cell.raw), item):  # hardly ever
                yield from _number_findings(key, item, cell, bounded=not layout.adds_up(submission.unit, code))
        elif cell.state == State.UNREADABLE:
            yield _unreadable(key, item, *_told(item, cell))
        elif measure == "value" and item.required:
            place, values = _told(item, cell)
            if cell.state == State.BLANK:
                yield finding("required", "error", key, place, **values)
            else:
                yield finding("stated_missing", "confirm", key, place, **values)


def _told(item: Indicator, cell: Cell) -> tuple[Place, dict[str, str]]:
    """Return where a finding on a cell points, and what its words are filled with."""
    values = {"name": item.name, "raw": cell.raw, "word": item.measure_word}
    return Place(cell.sheet, cell.address, item.code), values


def _unreadable(key: str, item: Indicator, place: Place, values: Mapping[str, str]) -> Finding:
    """Return the finding on a text where a number goes, with the words of its own case where one is known."""
    found = read_number(values["raw"], item)
    why = found if isinstance(found, Unclear) else Unclear()
    told = finding("unreadable", "error", key, place, **values, **why.values)
    return _worded(told, f"unreadable.{why.reason}") if why.reason else told


def as_in_form(found: Finding) -> Finding:
    """Return a finding in the words of the form, which says no more of a text than that it is no number."""
    return _worded(found, "check.unreadable") if found.rule == UNREADABLE else found


def _worded(found: Finding, key: str) -> Finding:
    return replace(found, message=say(key, **found.values), remedy=say(f"{key}_remedy", **found.values))


def lost_findings(key: str, submission: Submission, layout: Layout) -> Iterator[Finding]:
    """Yield the sheets whose rows were deleted; what stood there reads as blank."""
    for section in layout.sections:
        cells = (submission.cells.get((code, "value")) for code in section.rows)
        lost = [cell for cell in cells if cell is not None and not cell.address and not cell.doubtful]
        if lost:
            place = Place(submission.places.get(section.sheet, (section.sheet, ""))[0], "", "")
            yield finding("lost", "error", key, place, sheet=section.sheet, n=str(len(lost)))


def _number_findings(key: str, item: Indicator, cell: Cell, *, bounded: bool) -> Iterator[Finding]:
    if cell.digits and item.value_type == "integer":
        place, values = _told(item, cell)
        yield finding("fraction", "error", key, place, **values)
    elif cell.digits > item.decimals:
        place, values = _told(item, cell)
        yield finding("digits", "warning", key, place, **values, decimals=str(item.decimals))
    if bounded:
        yield from _bound_findings(key, item, Decimal(cell.raw), cell)


def _within(value: Decimal | Fraction, item: Indicator) -> bool:
    """Return whether a number is within the bounds of an item."""
    above = item.minimum is None or not _is_less(value, item.minimum)
    return above and (item.maximum is None or not _is_less(item.maximum, value))


def _bound_findings(
    key: str, item: Indicator, value: Decimal | Fraction, cell: Cell, **shown: str
) -> Iterator[Finding]:
    """Yield what is out of bounds; `shown` says what the words are filled with instead of what stands in the cell."""
    if item.minimum is not None and _is_less(value, item.minimum):
        place, values = _told(item, cell)
        yield finding("below", "error", key, place, **values | shown, bound=str(item.minimum))
    if item.maximum is not None and _is_less(item.maximum, value):
        place, values = _told(item, cell)
        yield finding("above", "error", key, place, **values | shown, bound=str(item.maximum))


def _is_less(one: Decimal | Fraction, other: Decimal | Fraction) -> bool:
    """Compare exactly; decimals among themselves, since fractions take thirty times as long."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one < other
    return Fraction(one) < Fraction(other)


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
        for measure in MEASURES:
            tree = definition(item, measure, evaluator.indicators)
            if tree is None:
                continue
            numbers = evaluator.number(Ref(code, measure))
            parts = (*(c for c in mentioned(tree) if c in evaluator.indicators), code)
            for i in np.flatnonzero(numbers.known).tolist():
                key = keys[i]
                cell, layout = submissions[key].cells.get((code, measure)), layouts[submissions[key].unit.tier]
                if cell is None or code not in layout.indicators:
                    continue
                total = layout.adds_up(submissions[key].unit, code)
                silent = total or measure != "value" or any((key, p) in fired for p in parts)
                yield from _result_findings(key, submissions[key], item, cell, numbers.exact(i), silent=silent)


def _result_findings(
    key: str, submission: Submission, item: Indicator, cell: Cell, exact: Fraction, *, silent: bool
) -> Iterator[Finding]:
    if differs(cell, exact, item):
        place, values = _told(item, cell)
        yield finding("computed", "error", key, place, **values, right=_right(exact, item))
    if not silent and not _within(exact, item):
        yield from _bound_findings(key, item, exact, cell, raw=_right(exact, item))


def _right(exact: Fraction, item: Indicator) -> str:
    """Return a result as people write it."""
    return show(float(round_half_up(exact, item.decimals)))


def differs(cell: Cell, exact: Fraction, item: Indicator) -> bool:
    """Return whether a computed cell shows something else than its parts give; an empty cache says nothing."""
    if cell.state == State.BLANK or cell.doubtful:
        return False
    return not cell.state.known or abs(Fraction(Decimal(cell.raw)) - exact) > tolerance(cell.digits, item.decimals)


@lru_cache(maxsize=256)
def tolerance(digits: int, decimals: int) -> Fraction:
    """Return half of the last digit typed, but never more than half of the place above the last stored one."""
    return Fraction(1, 2) / Fraction(10) ** max(digits, decimals - 1, 0)


def text_findings(key: str, submission: Submission, layout: Layout) -> Iterator[Finding]:
    """Yield required texts left empty, lists with too many items, and items that are too long, one finding each."""
    for code, block in layout.blocks.items():
        text = block.text
        rows = submission.texts.get(code, ())
        place = Place(*start_of(submission, block), code)
        if text.required and not rows and not any(d.indicator == code for d in submission.doubts):
            yield finding("text_required", "error", key, place, name=text.name)
        if len(rows) > text.max_items:
            values = {"name": text.name, "limit": str(text.max_items), "n": str(len(rows))}
            yield finding("text_items", "error", key, place, **values)
        limits = too_long(block) if rows else []
        for row in rows:
            which, n = _overlong(block, row.values, limits)
            if which:
                label, limit, subfield = limits[which - 1]
                where = Place(row.sheet, row.cells[subfield], code)
                values = {"name": text.name, "number": str(row.number), "label": label}
                yield finding("text_long", "error", key, where, **values, limit=str(limit), n=str(n))


def start_of(submission: Submission, block: Block) -> tuple[str, str]:
    """Return sheet and cell where a text input starts in this file; no cell where it is gone."""
    delivered = block.text.code in submission.texts
    handed_out = (block.sheet, address(block.first_row, min(block.columns)) if delivered else "")
    return submission.places.get(block.text.code, handed_out)


def too_long(block: Block) -> list[tuple[str, int, int]]:
    """Return what of an item may be too long: label, limit, place of the subfield where it is shown.

    The limit of a whole item binds only where its subfields together could exceed it.
    """
    places = {s.name: i for i, s in enumerate(block.text.subfields)}
    limits = [(s.label, s.limit or 0, places[s.name]) for s in block.limited]
    if sum(limit for _, limit, _ in limits) > block.text.max_length:
        first = block.columns.index(min(block.columns))
        limits.append((say("form.whole_item"), block.text.max_length, first))
    return limits


def overlong(block: Block, values: Sequence[str]) -> tuple[int, int]:
    """Return which limit of too_long an item exceeds first, from 1, and its characters; (0, 0) where none."""
    return _overlong(block, values, too_long(block))


def _overlong(block: Block, values: Sequence[str], limits: Sequence[tuple[str, int, int]]) -> tuple[int, int]:
    lengths = [length(v) for s, v in zip(block.text.subfields, values, strict=True) if s.limit]
    for number, ((_, limit, _), n) in enumerate(zip(limits, [*lengths, sum(lengths)], strict=False), 1):
        if n > limit:
            return number, n
    return 0, 0
