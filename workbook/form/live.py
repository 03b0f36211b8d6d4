"""The hidden sheet of a form: operands found by code, every check as a formula, with its right cached result."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any

from workbook.check_code import term_of, weight
from workbook.checks.builtin import overlong, too_long
from workbook.checks.table import sum_of
from workbook.computed import definition
from workbook.expression.tree import Ref, TextRef
from workbook.figures import plain
from workbook.form.content import Content, Figure, filled_rows
from workbook.form.operands import lookups_of
from workbook.form.parts import Item, Part, Sheet
from workbook.form.plan import (
    ADDRESS,
    BROKEN,
    CODED,
    EXPLAINED,
    HANDED,
    ID,
    KEY,
    MESSAGE,
    NAME,
    NUMBER,
    RAW,
    REMEDY,
    SHEET,
    STEP,
    TARGET,
    VALUES,
    VERDICT,
    WORDING,
    Lookups,
    Plan,
    Planned,
    rank_of,
    wording_of,
)
from workbook.form.verdicts import Verdicts
from workbook.layout import ITEM_MARK, address
from workbook.messages import say
from workbook.reading.values import read_figure, show


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as the list shows it now; `key` sorts it."""

    key: int
    id: str
    remedy: str
    message: str
    values: str
    sheet: str
    cell: str


class Judged:
    """What the checks of one form say of its content: lines by the row of their check, verdicts for the cache."""

    def __init__(self, plan: Plan, content: Content, verdicts: Verdicts) -> None:
        self.plan, self.content, self.verdicts = plan, content, verdicts
        self.layout = plan.layout
        self.handed = content.handed
        rows = sorted(verdicts.failing(plan.rows_of))
        found = ((row, self._line(plan.checks[row - 1], row)) for row in rows)
        self.lines: dict[int, Line] = {row: line for row, line in found if line is not None}
        self.ordered = sorted(self.lines.values(), key=lambda line: line.key)

    def passed_on(self, content: Content, verdicts: Verdicts) -> Judged:
        """Return the same said of another unit's form, which holds what this one holds."""
        other = copy(self)
        other.content, other.verdicts, other.handed = content, verdicts, content.handed
        return other

    def status(self, ref: Ref) -> int | str:
        """Return the rank of the worst finding on a cell, "" where there is none."""
        keys = [self.lines[row].key for row in self.plan.concerning.get(ref, ()) if row in self.lines]
        return min(keys) // STEP if keys else ""

    def _line(self, planned: Planned, row: int) -> Line | None:
        """Return what the list says of a check, None where it passed or is undecided."""
        check = planned.check
        outcome = self.verdicts.outcome(check, *planned.place)
        if outcome not in (0, 2):
            return None
        explained = outcome == 0 and self.verdicts.is_explained(check, *planned.place)
        rank = BROKEN if outcome == 2 else EXPLAINED if explained else rank_of(check)
        finding = self.verdicts.finding(check, *planned.place)
        message = finding.message if finding and outcome == 0 else ""
        pairs = [f"{self.plan.name(v)} {self._value(v)}" for v in check.values] if outcome == 0 else []
        sheet, at = planned.place
        if isinstance(check.where, Item):
            at = self.place_of(check.where)
        return Line(rank * STEP + row, *wording_of(planned), message, "；".join(pairs), sheet, at)

    def _value(self, part: Ref | TextRef) -> str:
        """Return an operand as rules see it."""
        raw = self.raw(part)
        if isinstance(part, TextRef):
            return show(raw)
        item = self.layout.indicators[part.code]
        computed = definition(item, part.measure, self.layout.pack.indicators) is not None
        read = read_figure("" if computed and isinstance(raw, str) else raw, item.decimals, "", "")
        return show(plain(read.scaled or 0, item.decimals)) if read.state.known else say("word.missing")

    def raw(self, part: Ref | TextRef) -> Figure:
        """Return what stands in a cell, as the hidden sheet shows it."""
        if isinstance(part, TextRef):
            rows = self.content.texts.get(part.code, ())
            if not part.column:
                return filled_rows(rows)
            place = [s.name for s in self.layout.blocks[part.code].text.subfields].index(part.column)
            total = sum_of(row[place].strip() for row in rows)
            return "" if total is None else int(total) if total.denominator == 1 else float(total)
        key = (part.code, part.measure)
        value = self.content.computed.get(key, self.content.entries.get(key, ""))
        return value.strip() if isinstance(value, str) else value

    def item(self, item: Item) -> tuple[int, int]:
        """Return which limit an item exceeds first, from 1, and its characters; (0, 0) where none."""
        rows = self.content.texts.get(item.code, ())
        return overlong(self.layout.blocks[item.code], rows[item.number - 1]) if item.number <= len(rows) else (0, 0)

    def place_of(self, item: Item) -> str:
        """Return the cell of an item's subfield that is too long, else of the one where such would be shown first."""
        block = self.layout.blocks[item.code]
        limits = too_long(block)
        which, _ = self.item(item)
        column = block.columns[limits[max(which, 1) - 1][2]] if limits else min(block.columns)
        return address(block.first_row + item.number - 1, column)


def write_rules(sheet: Any, judged: Judged) -> None:
    """Write the hidden sheet."""
    plan = judged.plan
    for part, row in plan.rows.items():
        if not isinstance(part, Sheet):
            sheet.write_number(row, SHEET, plan.rows[Sheet(plan.place(part)[0])] + 1)
        if isinstance(part, Ref | TextRef):
            name = part.measure if isinstance(part, Ref) else part.column
            sheet.write_string(row, 0, f"{part.code} {name}".strip())
            sheet.write_formula(row, ADDRESS, lookups_of(plan, part).address, None, plan.place(part)[1])
    for row, planned in enumerate(plan.checks, 1):
        sheet.write_number(row, WORDING, plan.wordings[wording_of(planned)] + 1)
        sheet.write_number(row, TARGET, plan.rows[planned.check.where] + 1)
    for (name, remedy), row in plan.wordings.items():
        sheet.write_string(row, ID, name)
        sheet.write_string(row, REMEDY, remedy)
    fill_rules(sheet, judged, plan.rows, range(1, 1 + len(plan.checks)))
    sheet.protect()
    sheet.hide()


def fill_rules(sheet: Any, judged: Judged, parts: Iterable[Part], checks: Iterable[int]) -> None:
    """Write what the form's content decides of these parts, and of the checks in these rows."""
    operands = Operands(sheet, judged)
    for part in parts:
        operands.write(part, judged.plan.rows[part])
    for row in checks:
        _write_check(sheet, judged, judged.plan.checks[row - 1], row)


def _write_check(sheet: Any, judged: Judged, planned: Planned, row: int) -> None:
    line = judged.lines.get(row)
    write = sheet.write_formula
    if planned.verdict:
        write(row, VERDICT, planned.verdict, None, judged.verdicts.outcome(planned.check, *planned.place))
    write(row, KEY, planned.key, None, line.key if line else "")
    write(row, MESSAGE, planned.message, None, line.message if line else "")
    if planned.values:
        write(row, VALUES, planned.values, None, line.values if line else "")


class Operands:
    """Writes the left side of the hidden sheet: what each part holds, and where it stands now."""

    def __init__(self, sheet: Any, judged: Judged) -> None:
        self.sheet, self.judged, self.plan, self.layout = sheet, judged, judged.plan, judged.layout

    def write(self, part: Part, row: int) -> None:
        """Write one part with its right cached results."""
        lookups = lookups_of(self.plan, part)
        match part:
            case Sheet():
                self._sheet(part, row, lookups)
            case Item():
                self._item(part, row, lookups)
            case TextRef():
                self._text(part, row, lookups)
            case Ref():
                self._figure(part, row, lookups)

    def _sheet(self, part: Sheet, row: int, lookups: Lookups) -> None:
        self.sheet.write_string(row, 0, part.name)
        self.sheet.write_number(row, SHEET, row + 1)
        self.sheet.write_formula(row, NAME, lookups.number, None, part.name)
        self.sheet.write_string(row, ADDRESS, "")
        if lookups.raw:
            self.sheet.write_formula(row, RAW, lookups.raw, None, 0)

    def _item(self, part: Item, row: int, lookups: Lookups) -> None:
        which, n = self.judged.item(part)
        self.sheet.write_string(row, 0, f"{part.code}{ITEM_MARK}{part.number}")
        self.sheet.write_formula(row, NUMBER, lookups.number, None, which)
        self.sheet.write_formula(row, RAW, lookups.raw, None, n)
        self.sheet.write_formula(row, ADDRESS, lookups.address, None, self.judged.place_of(part))

    def _text(self, part: TextRef, row: int, lookups: Lookups) -> None:
        raw = self.judged.raw(part)
        if part.column:
            self.sheet.write_array_formula(row, RAW, row, RAW, lookups.raw, None, raw)
        else:
            self.sheet.write_formula(row, RAW, lookups.raw, None, raw)
        self.sheet.write_formula(row, NUMBER, lookups.number, None, raw)
        if lookups.coded:
            self.sheet.write_formula(row, CODED, lookups.coded, None, raw * weight(self.plan.coded[part]))

    def _figure(self, part: Ref, row: int, lookups: Lookups) -> None:
        write, raw = self.sheet.write_formula, self.judged.raw(part)
        read = read_figure(raw, self.layout.indicators[part.code].decimals, "", "")
        number = (raw if isinstance(raw, int | float) else float(read.raw)) if read.state.known else ""
        write(row, RAW, lookups.raw, None, raw)
        write(row, NUMBER, lookups.number, None, number)
        handed = self.judged.handed.get((part.code, part.measure), "")
        if handed != "":
            self.sheet.write(row, HANDED, handed)
        if lookups.coded:
            write(row, CODED, lookups.coded, None, term_of(read) * weight(self.plan.coded[part]))
