"""The hidden sheet of a form: operands found by code, every check as a formula, with its right cached result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbook.check_code import REDUCED, STATES, term_of, weight
from workbook.checks.builtin import overlong, too_long
from workbook.checks.table import sum_of
from workbook.computed import definition
from workbook.expression.excel import tidied
from workbook.expression.tree import Ref, TextRef
from workbook.figures import plain
from workbook.form.content import Content, Figure, filled_rows
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
    Plan,
    Planned,
    cell,
    rank_of,
    wording_of,
)
from workbook.form.verdicts import Verdicts
from workbook.layout import CODE, HEADING_MARK, ITEM_MARK, LENGTH, OVERLONG, SHEET_NAME, address, letters, quote
from workbook.messages import say
from workbook.model import State
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
        found = ((row, self._line(planned, row)) for row, planned in enumerate(plan.checks, 1))
        self.lines: dict[int, Line] = {row: line for row, line in found if line is not None}
        self.ordered = sorted(self.lines.values(), key=lambda line: line.key)

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
    operands = Operands(sheet, judged)
    for part, row in judged.plan.rows.items():
        operands.write(part, row)
    for row, planned in enumerate(judged.plan.checks, 1):
        _write_check(sheet, judged, planned, row)
    for (name, remedy), row in judged.plan.wordings.items():
        sheet.write_string(row, ID, name)
        sheet.write_string(row, REMEDY, remedy)
    sheet.protect()
    sheet.hide()


def _write_check(sheet: Any, judged: Judged, planned: Planned, row: int) -> None:
    line = judged.lines.get(row)
    write = sheet.write_formula
    sheet.write_number(row, WORDING, judged.plan.wordings[wording_of(planned)] + 1)
    sheet.write_number(row, TARGET, judged.plan.rows[planned.check.where] + 1)
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
        match part:
            case Sheet():
                self._sheet(part, row)
            case Item():
                self._item(part, row)
            case TextRef():
                self._text(part, row)
            case Ref():
                self._figure(part, row)
        if part in self.plan.coded:
            self._code(part, row)

    def _place(self, row: int, part: Ref | TextRef | Item, found: str, column: str) -> None:
        """Write where a part is now: the sheet it is on, its cell; no cell where its row is gone."""
        sheet, at = self.plan.place(part)
        if isinstance(part, Item):
            at = self.judged.place_of(part)
        self.sheet.write_number(row, SHEET, self.plan.rows[Sheet(sheet)] + 1)
        self.sheet.write_formula(row, ADDRESS, f'=IFERROR(ADDRESS({found},{column},4),"")', None, at)

    def _column(self, sheet: str, column: int) -> str:
        return f"COLUMN({quote(sheet)}!${letters(column)}:${letters(column)})"

    def _row_of(self, sheet: str, code: str) -> str:
        return f'MATCH("{code}",{quote(sheet)}!${letters(CODE)}:${letters(CODE)},0)'

    def _sheet(self, part: Sheet, row: int) -> None:
        self.sheet.write_string(row, 0, part.name)
        now = f"{quote(part.name)}!{SHEET_NAME}"
        text = part.name.replace('"', '""')
        self.sheet.write_number(row, SHEET, row + 1)
        self.sheet.write_formula(row, NAME, f'=IFERROR(IF({now}="","{text}",{now}),"{text}")', None, part.name)
        self.sheet.write_string(row, ADDRESS, "")
        section = next((s for s in self.layout.sections if s.sheet == part.name), None)
        if section is not None:
            cells = (cell(ADDRESS, self.plan.rows[Ref(code)]) for code in section.rows)
            lost = "+".join(f'({c}="")' for c in cells)
            self.sheet.write_formula(row, RAW, f"={lost}", None, 0)

    def _item(self, part: Item, row: int) -> None:
        block = self.layout.blocks[part.code]
        code, sheet = f"{part.code}{ITEM_MARK}{part.number}", quote(block.sheet)
        which, n = self.judged.item(part)
        self.sheet.write_string(row, 0, code)
        found = self._row_of(block.sheet, code)
        for column, source, value in ((NUMBER, OVERLONG, which), (RAW, LENGTH, n)):
            looked_up = f"INDEX({sheet}!${letters(source)}:${letters(source)},{found})"
            self.sheet.write_formula(row, column, f"=IFERROR({looked_up},0)", None, value)
        columns = [self._column(block.sheet, block.columns[c]) for _, _, c in too_long(block)]
        picked = f"CHOOSE(MAX(1,{cell(NUMBER, row)}),{','.join(columns)})"
        self._place(row, part, found, picked if columns else self._column(block.sheet, min(block.columns)))

    def _text(self, part: TextRef, row: int) -> None:
        block = self.layout.blocks[part.code]
        raw = self.judged.raw(part)
        self.sheet.write_string(row, 0, f"{part.code} {part.column}".strip())
        codes = f"{quote(block.sheet)}!${letters(CODE)}:${letters(CODE)}"
        there = f'COUNTIF({codes},"{part.code}{HEADING_MARK}")=0'
        formula = f'=IFERROR(IF({there},"",{self.layout.find(part)}),"")'
        if part.column:
            self.sheet.write_array_formula(row, RAW, row, RAW, formula, None, raw)
        else:
            self.sheet.write_formula(row, RAW, formula, None, raw)
        self._number(row, raw)
        found = self._row_of(block.sheet, f"{part.code}{ITEM_MARK}1")
        self._place(row, part, found, self._column(block.sheet, min(block.columns)))

    def _figure(self, part: Ref, row: int) -> None:
        write = self.sheet.write_formula
        found, raw = self.layout.find(part), self.judged.raw(part)
        item = self.layout.indicators[part.code]
        tidy = f"IF(ISTEXT({found}),{tidied(found)},{found})"
        self.sheet.write_string(row, 0, f"{part.code} {part.measure}")
        write(row, RAW, f'=IFERROR(IF({found}="","",{tidy}),"")', None, raw)
        read = read_figure(raw, item.decimals, "", "")
        number = (raw if isinstance(raw, int | float) else float(read.raw)) if read.state.known else ""
        self._number(row, number)
        sheet, _ = self.plan.place(part)
        column = self._column(sheet, self.layout.column(part.measure))
        self._place(row, part, self._row_of(sheet, part.code), column)
        handed = self.judged.content.handed.get((part.code, part.measure), "")
        if handed != "":
            self.sheet.write(row, HANDED, handed)

    def _number(self, row: int, number: Figure) -> None:
        """Write the number in RAW, also one that was typed as text as Excel itself would write it."""
        b = cell(RAW, row)
        formula = f'=IF(ISNUMBER({b}),{b},IFERROR(IF(VALUE({b})&""={b},VALUE({b}),""),""))'
        self.sheet.write_formula(row, NUMBER, formula, None, number)

    def _code(self, part: Ref | TextRef, row: int) -> None:
        """Write what a part adds to the check code (workbook/check_code.py)."""
        b = cell(RAW, row)
        factor = weight(self.plan.coded[part])
        raw = self.judged.raw(part)
        if isinstance(part, TextRef):
            missing = REDUCED + STATES[State.BLANK]
            formula = f"=IF(ISNUMBER({b}),{b},{missing})*{factor}"
            self.sheet.write_formula(row, CODED, formula, None, raw * factor)
            return
        item = self.layout.indicators[part.code]
        scaled = f"ROUND({self.plan.operands[part][0].value}*{10**item.decimals},0)"
        words = {say("word.not_applicable"): State.NOT_APPLICABLE, say("word.not_counted"): State.NOT_COUNTED}
        states = {"": State.BLANK} | words
        other = str(REDUCED + STATES[State.UNREADABLE])
        for word, state in states.items():
            other = f'IF({b}="{word}",{REDUCED + STATES[state]},{other})'
        formula = f"=IF({self.plan.operands[part][0].known},MOD({scaled},{REDUCED}),{other})*{factor}"
        read = read_figure(raw, item.decimals, "", "")
        self.sheet.write_formula(row, CODED, formula, None, term_of(read) * factor)
