"""A sheet of indicators: what is asked, in which unit, the figure, what earlier rounds say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from workbook.computed import definition
from workbook.expression.excel import number_formula
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Arith, Ref, operands
from workbook.figures import plain
from workbook.form.content import Content, Figure
from workbook.form.live import Judged
from workbook.form.passed_up import passed_up
from workbook.form.plan import Plan
from workbook.form.styles import PROTECT, Styles
from workbook.layout import (
    CHANGE,
    CODE,
    DEFINITION,
    EARLIER,
    HEAD_ROW,
    NAME,
    NUMBER,
    PRIOR,
    SHEET_NAME,
    STATUS,
    VALUE,
    WORD,
    Layout,
    Section,
    address,
    letters,
)
from workbook.messages import say
from workbook.model import Indicator, Measure, Unit
from workbook.reading.values import show

WIDTHS = {NUMBER: 6, NAME: 31, WORD: 10, VALUE: 13, PRIOR: 13, EARLIER: 13, CHANGE: 15, DEFINITION: 50}


def write_section(book: Any, styles: Styles, section: Section, judged: Judged) -> None:
    """Add the sheet of one section."""
    layout = judged.layout
    sheet = book.add_worksheet(section.sheet)
    _set_up(sheet, styles, layout, section)
    for number, (code, row) in enumerate(section.rows.items(), 1):
        item = layout.indicators[code]
        sheet.write_string(row, CODE, code)
        sheet.write_number(row, NUMBER, number, styles.centre)
        sheet.write_string(row, NAME, item.name + (say("form.required_mark") if _asked(item) else ""), styles.label)
        sheet.write_string(row, WORD, item.measure_word, styles.centre)
        if EARLIER not in {layout.column(m) for m in layout.measures(item)}:
            sheet.write_blank(row, EARLIER, None, styles.absent)
        if not item.prior_year:
            sheet.write_blank(row, PRIOR, None, styles.absent)
        if not _compares(item):
            sheet.write_blank(row, CHANGE, None, styles.absent)
        sheet.write_string(row, DEFINITION, item.definition, styles.small)
        lines = max(styles.lines(item.definition, WIDTHS[DEFINITION] + 7), styles.lines(item.name, WIDTHS[NAME] - 5))
        sheet.set_row(row, 8 + 15 * lines)
    cells = [Ref(code, m) for code in section.rows for m in layout.measures(layout.indicators[code])]
    fill_section(sheet, styles, section, judged, cells)
    fill_status(sheet, section, judged, cells)
    _colour_findings(sheet, styles, section)


def fill_section(sheet: Any, styles: Styles, section: Section, judged: Judged, cells: Iterable[Ref]) -> None:
    """Write whose sheet it is, and what the form's content decides of these cells."""
    layout, content = judged.layout, judged.content
    who = say("form.who", unit=content.unit.name, period=layout.period.title)
    sheet.write_string(1, NUMBER, who, styles.caption)
    sheet.set_footer(footer(content.unit))
    for ref in cells:
        item, row = layout.indicators[ref.code], section.rows[ref.code]
        _write_figure(sheet, styles, judged, item, ref.measure, row)
        if ref.measure in ("value", "prior") and _compares(item):
            _write_change(sheet, styles, judged, item, row)


def fill_status(sheet: Any, section: Section, judged: Judged, cells: Iterable[Ref]) -> None:
    """Write, out of sight, how bad the worst finding on each of these cells is; the colours ask for it."""
    for ref in cells:
        formula = judged.plan.status(ref)
        if formula:
            place = STATUS + judged.layout.column(ref.measure) - VALUE
            sheet.write_formula(section.rows[ref.code], place, formula, None, judged.status(ref))


def _colour_findings(sheet: Any, styles: Styles, section: Section) -> None:
    first, last = min(section.rows.values()), max(section.rows.values())
    status = f"{letters(STATUS)}{first + 1}"
    for rank, colour in enumerate(styles.findings):
        test = f"=AND(ISNUMBER({status}),{status}={rank})"
        rule = {"type": "formula", "criteria": test, "format": colour}
        sheet.conditional_format(first, VALUE, last, EARLIER, rule)


def _asked(item: Indicator) -> bool:
    return item.required and not item.computed


def _set_up(sheet: Any, styles: Styles, layout: Layout, section: Section) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(CODE, CODE, 3, None, {"hidden": True})
    sheet.set_column(STATUS, STATUS + EARLIER - VALUE, 3, None, {"hidden": True})
    write_sheet_name(sheet, section.sheet)
    for column, width in WIDTHS.items():
        sheet.set_column(column, column, width)
    sheet.merge_range(0, NUMBER, 0, DEFINITION, section.title, styles.title)
    sheet.set_row(0, 32)
    sheet.merge_range(1, NUMBER, 1, VALUE, "", styles.caption)
    sheet.merge_range(1, PRIOR, 1, DEFINITION, say("form.required_note"), styles.caption_right)
    for key, column in {"input": VALUE, "carried": PRIOR, "computed": CHANGE}.items():
        sheet.write_string(2, column, say(f"form.short_{key}"), styles.swatch(key))
    if not any(layout.earlier in layout.measures(layout.indicators[c]) for c in section.rows):
        sheet.set_column(EARLIER, EARLIER, 3, None, {"hidden": True})
    heads = {
        CODE: "code",
        NUMBER: "number",
        NAME: "name",
        WORD: "word",
        VALUE: "value",
        PRIOR: "prior",
        EARLIER: layout.earlier,
        CHANGE: "change",
        DEFINITION: "definition",
    }
    for column, key in heads.items():
        sheet.write_string(HEAD_ROW, column, say(f"form.head_{key}"), styles.heading)
    sheet.set_row(HEAD_ROW, 24)
    sheet.freeze_panes(HEAD_ROW + 1, VALUE)
    sheet.protect("", PROTECT)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.repeat_rows(HEAD_ROW)
    sheet.fit_to_pages(1, 0)


def footer(unit: Unit) -> str:
    """Return what stands at the foot of every page that is filled in."""
    return f"&L{unit.name.replace('&', '&&')}&C{say('form.page')}"


def _write_figure(sheet: Any, styles: Styles, judged: Judged, item: Indicator, measure: Measure, row: int) -> None:
    layout, content = judged.layout, judged.content
    column = layout.column(measure)
    key = (item.code, measure)
    formula = _computed_formula(judged.plan, item, measure)
    if formula:
        result = content.computed.get(key, "")
        passed = passed_up(layout, content, layout.find).get(item.code) if measure == "value" else None
        if passed is not None:
            formula = f"=IF({passed.stands},{_shown(passed.value, item)},{formula[1:]})"
        sheet.write_formula(row, column, formula, styles.figure("computed", _places(item), locked=True), result)
        return
    carried = key in content.carried
    style = styles.figure("carried" if carried else "input", locked=carried)
    value = content.entries.get(key, "")
    if isinstance(value, str):
        sheet.write_string(row, column, value, style) if value else sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, value, style)
    if not carried:
        free = layout.adds_up(content.unit, item.code)  # bounds are made for single units
        check = styles.figure_check(address(row, column), replace(item, minimum=None, maximum=None) if free else item)
        sheet.data_validation(row, column, row, column, check)


def _computed_formula(plan: Plan, item: Indicator, measure: Measure) -> str:
    """Return the live formula of a computed cell, made once for all forms of a kind; "" for one that is filled in."""
    ref = Ref(item.code, measure)
    if ref not in plan.computed:
        filled_in = definition(item, measure, plan.layout.pack.indicators) is None
        plan.computed[ref] = "" if filled_in else computed_formula(plan.layout, item, measure)
    return plan.computed[ref]


def _shown(value: Fraction | None, item: Indicator) -> str:
    return (
        f'"{say("word.dash")}"'
        if value is None
        else show(plain(int(round_half_up(value * 10**item.decimals, 0)), item.decimals))
    )


def computed_formula(layout: Layout, item: Indicator, measure: Measure) -> str:
    """Return the live formula of a computed cell: blank while a part is missing, — where undefined."""
    tree = definition(item, measure, layout.pack.indicators)
    assert tree is not None
    body = number_formula(tree, layout.find)
    if isinstance(tree, Arith) and tree.op == "/":
        below = number_formula(tree.right, layout.find)
        body = f'IF({below}=0,"{say("word.dash")}",ROUND({body},{item.decimals}))'
    elif item.decimals:
        body = f"ROUND({body},{item.decimals})"
    cells = [layout.find(ref) for ref in operands(tree)]
    if not cells:
        return f"={body}"
    return f'=IF(COUNT({",".join(cells)})<{len(cells)},"",{body})'


def write_sheet_name(sheet: Any, name: str) -> None:
    """Write, out of sight, what the sheet is called now: links and messages follow when it is renamed.

    Excel and WPS show [book]sheet behind the path, LibreOffice #$sheet.
    """
    whole = 'SUBSTITUTE(CELL("filename",$B$1),"#$","]")'
    last = f'TRIM(RIGHT(SUBSTITUTE({whole},"]",REPT(" ",99)),99))'
    known = f'ISNUMBER(FIND("]",{whole}))'
    text = name.replace('"', '""')
    sheet.write_formula(SHEET_NAME, f'=IFERROR(IF({known},{last},"{text}"),"{text}")', None, name)


def _places(item: Indicator) -> str:
    return "0." + "0" * item.decimals if item.decimals else "0"


def _compares(item: Indicator) -> bool:
    """Return whether the change on last year is shown."""
    return item.prior_year and item.dimension != "rank" and item.nature not in ("param", "target")


def _write_change(sheet: Any, styles: Styles, judged: Judged, item: Indicator, row: int) -> None:
    """Write the change on last year: percent, or percentage points for a percentage."""
    if item.code not in judged.plan.changes:
        judged.plan.changes[item.code] = _change_formula(item)
    word = say("form.points" if item.percent else "form.percent")
    number_format = (
        f'+0.0#"{word}";-0.0#"{word}";0.0"{word}"' if item.percent else f'+0.0"{word}";-0.0"{word}";0.0"{word}"'
    )
    style = styles.figure("computed", number_format, locked=True)
    sheet.write_formula(row, CHANGE, judged.plan.changes[item.code], style, change_shown(item, judged.content))


def _change_formula(item: Indicator) -> str:
    now, before = (f'INDEX(${letters(c)}:${letters(c)},MATCH("{item.code}",$A:$A,0))' for c in (VALUE, PRIOR))
    if item.percent:
        change = f"ROUND({now}-{before},2)"
    else:
        change = f'IF({before}=0,"{say("word.dash")}",ROUND(({now}-{before})/ABS({before})*100,1))'
    return f'=IF(COUNT({now},{before})<2,"",{change})'


def change_shown(item: Indicator, content: Content) -> Figure:
    """Return what the change cell shows: a number, — where last year was 0, or "" while one is missing."""
    now, before = (
        content.computed.get((item.code, m), content.entries.get((item.code, m), "")) for m in ("value", "prior")
    )
    if isinstance(now, str) or isinstance(before, str):
        return ""
    a, b = Fraction(str(now)), Fraction(str(before))
    if item.percent:
        return float(round_half_up(a - b, 2))
    return say("word.dash") if b == 0 else float(round_half_up((a - b) / abs(b) * 100, 1))
