"""The verdict inside the form, by plain formulas: a hidden sheet of checks, the list 校验结果, a line on the cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbook.checks.builtin import rule_name
from workbook.computed import definition
from workbook.expression.excel import Live, Operand
from workbook.expression.tree import Ref, TextRef
from workbook.figures import plain
from workbook.form.checks import Check, Part, checks_of, explained_by, in_form, parts_of
from workbook.form.content import Content, Figure, filled_rows
from workbook.form.styles import PROTECT, Styles
from workbook.form.verdicts import Verdicts
from workbook.layout import CODE, RULES_SHEET, Layout, letters, quote
from workbook.messages import say
from workbook.model import State, Unit
from workbook.reading.values import read_figure, show

LINES = 80  # findings the list has room for
# Columns of the hidden sheet: operands on the left, checks on the right.
RAW, NUMBER, KNOWN, READABLE, FILLABLE, LINK, PLACE = range(1, 8)
ID, FAILS, KEY, MESSAGE, VALUES, REMEDY, TARGET = range(9, 16)
RANKS = {"error": 0, "confirm": 1, "warning": 2}
EXPLAINED, TRIAL, BROKEN = 3, 4, 5
STEP = 100_000  # rank and row in one number, so that sorting by it puts what blocks first
_BLANKS = ("\u3000", "\u00a0")


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as the list shows it now; `key` sorts it."""

    key: int
    id: str
    message: str
    values: str
    remedy: str
    place: str


def cell(column: int, row: int) -> str:
    """Return an absolute address on the hidden sheet."""
    return f"${letters(column)}${row + 1}"


@dataclass(frozen=True, slots=True)
class Planned:
    """A check with its formulas, the same for all units of a kind."""

    check: Check
    fails: str
    key: str
    message: str
    values: str
    place: tuple[str, str]  # sheet and cell as handed out


class Plan:
    """The live checks of one kind of form (a tier, umbrella or not): compiled once, written for every unit."""

    def __init__(self, layout: Layout, unit: Unit) -> None:
        self.layout = layout
        self.rows: dict[Part, int] = {part: 1 + i for i, part in enumerate(parts_of(layout))}
        self.operands = {part: self._operand(part) for part in self.rows}
        self.live = Live(
            lambda part, zero: self.operands[in_form(part, layout)][zero],
            layout.pack.indicators,
            unit.umbrella,
            unit.tier,
            str(layout.period),
        )
        self.checks = [self._plan(c, row) for row, c in enumerate(checks_of(layout, unit, self.operands), 1)]

    def _operand(self, part: Part) -> tuple[Operand, Operand]:
        row = self.rows[part]
        exact, raw, readable = f"N({cell(NUMBER, row)})", cell(RAW, row), f"{cell(READABLE, row)}=1"
        value = exact
        if isinstance(part, Ref):
            value = f"ROUND({exact},{self.layout.indicators[part.code].decimals})"
        plain = Operand(value, f"{cell(KNOWN, row)}=1", readable, raw, exact)
        fills = isinstance(part, Ref) and part.measure == "value"
        return plain, replace(plain, known=f"{cell(FILLABLE, row)}=1") if fills else plain

    def _plan(self, check: Check, row: int) -> Planned:
        f = cell(FAILS, row)
        rank = rank_of(check)
        reasons = self._explained(check)
        ranked = f"IF({reasons}>0,{EXPLAINED},{rank})" if reasons else str(rank)
        words = "&".join(self._text(w, check) for w in check.words)
        pairs = [(self.name(v), v) for v in check.values]
        both = "&".join(f'"{"；" if i else ""}{n} "&{self._text(v, check)}' for i, (n, v) in enumerate(pairs))
        sheet, column, at = self.place(check.where)
        return Planned(
            check,
            fails=f"={check.verdict or f'IF({check.fails},0,1)'}",
            key=f'=IF({f}=0,{ranked}*{STEP}+{row},IF({f}=2,{BROKEN}*{STEP}+{row},""))',
            message=f'=IF({f}=0,{words},"")',
            values=f'=IF({f}=0,{both},"")' if pairs else "",
            place=(sheet, f"{column}{at}"),
        )

    def place(self, part: Part) -> tuple[str, str, int]:
        """Return sheet, column letters and row number (from 1) of a part in the form as handed out."""
        if isinstance(part, TextRef):
            block = self.layout.blocks[part.code]
            return block.sheet, letters(min(block.columns)), block.first_row + 1
        section = next(s for s in self.layout.sections if part.code in s.rows)
        return section.sheet, letters(self.layout.column(part.measure)), section.rows[part.code] + 1

    def name(self, part: Part) -> str:
        """Return what an operand is called beside its value."""
        if isinstance(part, TextRef):
            return self.layout.blocks[part.code].text.name
        time = "" if part.measure == "value" else say(f"form.head_{part.measure}")
        return self.layout.indicators[part.code].name + time

    def _explained(self, check: Check) -> str:
        """Return the formula that counts written reasons for a confirm check, "" where none is asked for."""
        notes = next((b for b in self.layout.blocks.values() if b.text.place == "notes"), None)
        names = explained_by(check, self.layout)
        if notes is None or not names:
            return ""
        columns = {s.name: letters(c) for s, c in zip(notes.text.subfields, notes.columns, strict=True)}
        sheet = quote(notes.sheet)
        at = {n: f"{sheet}!${c}:${c}" for n, c in columns.items()}
        by = "rule" if names == (check.id,) else "code"
        enough = f'{at["reason"]},"????????*"'
        return "(" + "+".join(f'COUNTIFS({at[by]},"{n}",{enough})' for n in names) + ")"

    def _text(self, word: str | Part, check: Check) -> str:
        if isinstance(word, str):
            return '"' + word.replace('"', '""') + '"'
        if not check.verdict or isinstance(word, TextRef):
            return f'{cell(RAW, self.rows[word])}&""'
        item = self.layout.indicators[word.code]
        if definition(item, word.measure, self.layout.pack.indicators) is None:
            row = self.rows[word]
            return f'IF({cell(KNOWN, row)}=1,{self.operands[word][0].value}&"","{say("word.missing")}")'
        known, number = self.live.known(word, zero=False), self.live.number(word, zero=False)
        return f'IF(AND({",".join(known)}),ROUND({number},{item.decimals})&"","{say("word.missing")}")'


def rank_of(check: Check) -> int:
    """Return where a failing check stands in the list."""
    return TRIAL if check.trial else RANKS[check.severity]


class Book:
    """Writes the live checks of one form with their right cached results."""

    def __init__(self, sheet: Any, plan: Plan, content: Content, verdicts: Verdicts) -> None:
        self.sheet, self.plan, self.content, self.verdicts = sheet, plan, content, verdicts
        self.layout = plan.layout

    def write(self) -> list[Line]:
        """Write operands and checks; return the lines of what fails now, in order."""
        for part, row in self.plan.rows.items():
            self._write_operand(part, row)
        lines = [line for row, p in enumerate(self.plan.checks, 1) if (line := self._write_check(p, row)) is not None]
        return sorted(lines, key=lambda line: line.key)

    def _write_operand(self, part: Part, row: int) -> None:
        sheet, write = self.sheet, self.sheet.write_formula
        raw = self.raw(part)
        sheet.write_string(row, 0, part.code if isinstance(part, TextRef) else f"{part.code} {part.measure}")
        found = self.layout.find(part)
        b, c, d = (cell(column, row) for column in (RAW, NUMBER, KNOWN))
        na, nc = say("word.not_applicable"), say("word.not_counted")
        if isinstance(part, TextRef):
            write(row, RAW, f"=IFERROR({found},0)", None, raw)
            state, number = State.NUMBER, raw
        else:
            item = self.layout.indicators[part.code]
            text = found
            for blank in _BLANKS:
                text = f'SUBSTITUTE({text},"{blank}"," ")'
            tidy = f"IF(ISTEXT({found}),TRIM(CLEAN({text})),{found})"
            write(row, RAW, f'=IFERROR(IF({found}="","",{tidy}),"")', None, raw)
            read = read_figure(raw, item.decimals, "", "")
            state, number = (
                read.state,
                (raw if isinstance(raw, int | float) else float(read.raw)) if read.state.known else "",
            )
        known = int(state.known)
        write(row, NUMBER, f'=IF(ISNUMBER({b}),{b},IFERROR(IF(VALUE({b})&""={b},VALUE({b}),""),""))', None, number)
        write(row, KNOWN, f"=IF(ISNUMBER({c}),1,0)", None, known)
        write(row, READABLE, f'=IF(OR({d}=1,{b}="",{b}="{na}",{b}="{nc}"),1,0)', None, int(state != State.UNREADABLE))
        fillable = int(state.known or state in (State.BLANK, State.NOT_APPLICABLE))
        write(row, FILLABLE, f'=IF(OR({d}=1,{b}="",{b}="{na}"),1,0)', None, fillable)
        name, column, at = self.plan.place(part)
        where = f'MATCH("{part.code}",{quote(name)}!${letters(CODE)}:${letters(CODE)},0)'
        write(row, LINK, f'=IFERROR("#{quote(name)}!{column}"&{where},"")', None, f"#{quote(name)}!{column}{at}")
        write(row, PLACE, f'=IFERROR("{name} {column}"&{where},"")', None, f"{name} {column}{at}")

    def raw(self, part: Part) -> Figure:
        """Return what stands in a cell, as the hidden sheet shows it."""
        if isinstance(part, TextRef):
            return filled_rows(self.content.texts.get(part.code, ()))
        key = (part.code, part.measure)
        value = self.content.computed.get(key, self.content.entries.get(key, ""))
        return value.strip() if isinstance(value, str) else value

    def _write_check(self, planned: Planned, row: int) -> Line | None:
        """Write one check; return its line if it fails in this content."""
        sheet, check = self.sheet, planned.check
        sheet.write_string(row, ID, rule_name(check.id))
        sheet.write_string(row, REMEDY, check.remedy)
        sheet.write_number(row, TARGET, self.plan.rows[check.where] + 1)
        outcome = self.verdicts.outcome(check, *planned.place)
        key = None
        if outcome == 0:
            explained = self.verdicts.is_explained(check, *planned.place)
            key = (EXPLAINED if explained else rank_of(check)) * STEP + row
        elif outcome == 2:
            key = BROKEN * STEP + row
        told = "".join(w if isinstance(w, str) else self.shown(w, check) for w in check.words) if outcome == 0 else ""
        said = "；".join(f"{self.plan.name(v)} {self.shown(v, check)}" for v in check.values) if outcome == 0 else ""
        sheet.write_formula(row, FAILS, planned.fails, None, outcome)
        sheet.write_formula(row, KEY, planned.key, None, "" if key is None else key)
        sheet.write_formula(row, MESSAGE, planned.message, None, told)
        if planned.values:
            sheet.write_formula(row, VALUES, planned.values, None, said)
        return (
            None if key is None else Line(key, rule_name(check.id), told, said, check.remedy, " ".join(planned.place))
        )

    def shown(self, part: Part, check: Check) -> str:
        """Return what an operand reads as in a message."""
        raw = self.raw(part)
        if not check.verdict or isinstance(part, TextRef):
            return show(raw)
        item = self.layout.indicators[part.code]
        computed = definition(item, part.measure, self.layout.pack.indicators) is not None
        read = read_figure("" if computed and isinstance(raw, str) else raw, item.decimals, "", "")
        return show(plain(read.scaled or 0, item.decimals)) if read.state.known else say("word.missing")


def write_rules(sheet: Any, plan: Plan, content: Content, verdicts: Verdicts) -> list[Line]:
    """Write the hidden sheet; return what fails now, what blocks first."""
    lines = Book(sheet, plan, content, verdicts).write()
    sheet.protect()
    sheet.hide()
    return lines


def summary(lines: Sequence[Line]) -> tuple[str, str]:
    """Return the formula and the cached text of the line that sums the findings up."""
    column = _column(KEY)
    words, shown = [], []
    for rank, name in enumerate(("live_errors", "live_confirms", "live_warnings")):
        low, high = rank * STEP, (rank + 1) * STEP
        words.append(f'"{say(f"form.{name}")} "&COUNTIFS({column},">={low}",{column},"<{high}")')
        shown.append(f"{say(f'form.{name}')} {sum(low <= line.key < high for line in lines)}")
    return "=" + '&" · "&'.join(words), " · ".join(shown)


def _column(column: int) -> str:
    return f"{quote(RULES_SHEET)}!${letters(column)}:${letters(column)}"


WIDTHS = (3, 6, 12, 16, 46, 34, 46, 26)
_LABELS = ("word.error", "word.confirm", "word.warning", "form.live_explained", "form.live_trial", "form.live_broken")


def write_list(sheet: Any, styles: Styles, content: Content, period: str, lines: Sequence[Line]) -> None:
    """Write 校验结果: every failing check, what blocks first, each with a link to its cell."""
    sheet.hide_gridlines(2)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width, None, {"hidden": column == 0})
    sheet.merge_range(0, 1, 0, 7, say("form.live_sheet"), styles.title)
    sheet.set_row(0, 32)
    sheet.write_string(1, 1, say("form.who", unit=content.unit.name, period=period), styles.caption)
    formula, shown = summary(lines)
    sheet.merge_range(2, 1, 2, 7, "", styles.block)
    sheet.write_formula(2, 1, formula, styles.block, shown)
    for column, key in enumerate(("number", "severity", "rule", "message", "values", "what_to_do", "place"), 1):
        sheet.write_string(3, column, say(f"form.live_{key}"), styles.heading)
    sheet.set_row(3, 22)
    for number in range(LINES):
        _write_line(sheet, styles, 4 + number, number, lines[number] if number < len(lines) else None)
    rest = f"COUNT({_column(KEY)})-{LINES}"
    more = max(0, len(lines) - LINES)
    text = f'=IF({rest}>0,"{say("form.live_more_before")}"&({rest})&"{say("form.live_more_after")}","")'
    shown = f"{say('form.live_more_before')}{more}{say('form.live_more_after')}" if more else ""
    sheet.write_formula(4 + LINES, 1, text, styles.caption, shown)
    sheet.freeze_panes(4, 0)
    sheet.protect("", PROTECT)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(3)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C{say('form.page')}")


def _write_line(sheet: Any, styles: Styles, row: int, number: int, line: Line | None) -> None:
    """Write one line of the list: the number-th failing check, found by its sort key."""
    at = f"$A{row + 1}"
    keys = _column(KEY)
    index = line.key % STEP + 1 if line is not None else ""
    write = sheet.write_formula
    write(row, 0, f'=IFERROR(MATCH(SMALL({keys},{number + 1}),{keys},0),"")', None, index)
    labels = ",".join(f'"{say(label)}"' for label in _LABELS)
    texts = {
        1: (f"{number + 1}", number + 1 if line else ""),
        2: (f"CHOOSE(INT(INDEX({keys},{at})/{STEP})+1,{labels})", say(_LABELS[line.key // STEP]) if line else ""),
        3: (f"INDEX({_column(ID)},{at})", line.id if line else ""),
        4: (f"INDEX({_column(MESSAGE)},{at})", line.message if line else ""),
        5: (f'INDEX({_column(VALUES)},{at})&""', line.values if line else ""),
        6: (f"INDEX({_column(REMEDY)},{at})", line.remedy if line else ""),
    }
    for column, (formula, shown) in texts.items():
        style = styles.list_centre if column < 4 else styles.list_text
        write(row, column, f'=IF({at}="","",{formula})', style, shown)
    target = f"INDEX({_column(TARGET)},{at})"
    link = f"HYPERLINK(INDEX({_column(LINK)},{target}),INDEX({_column(PLACE)},{target}))"
    write(row, 7, f'=IF({at}="","",{link})', styles.list_link, line.place if line else "")
    longest = max((styles.lines(t, w - 2) for t, w in zip(_texts(line), (46, 34, 46), strict=True)), default=1)
    sheet.set_row(row, 6 + 15 * max(2, longest))


def _texts(line: Line | None) -> tuple[str, str, str]:
    return (line.message, line.values, line.remedy) if line else ("", "", "")
