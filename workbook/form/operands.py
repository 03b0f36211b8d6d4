"""The formulas of the hidden sheet's left side: what a part of the form holds, and where it stands now."""

from __future__ import annotations

from workbook.check_code import REDUCED, STATES, weight
from workbook.checks.builtin import too_long
from workbook.expression.excel import tidied
from workbook.expression.tree import Ref, TextRef
from workbook.form.parts import Item, Part, Sheet
from workbook.form.plan import ADDRESS, NUMBER, RAW, Lookups, Plan, cell
from workbook.layout import CODE, HEADING_MARK, ITEM_MARK, LENGTH, OVERLONG, SHEET_NAME, letters, quote
from workbook.messages import say
from workbook.model import State


def lookups_of(plan: Plan, part: Part) -> Lookups:
    """Return the formulas of a part, made once for all forms of a kind."""
    if part not in plan.lookups:
        match part:
            case Sheet():
                plan.lookups[part] = _sheet(plan, part)
            case Item():
                plan.lookups[part] = _item(plan, part)
            case TextRef():
                plan.lookups[part] = _text(plan, part)
            case Ref():
                plan.lookups[part] = _figure(plan, part)
    return plan.lookups[part]


def _sheet(plan: Plan, part: Sheet) -> Lookups:
    now = f"{quote(part.name)}!{SHEET_NAME}"
    text = part.name.replace('"', '""')
    section = next((s for s in plan.layout.sections if s.sheet == part.name), None)
    cells = (cell(ADDRESS, plan.rows[Ref(code)]) for code in section.rows) if section is not None else ()
    lost = "+".join(f'({c}="")' for c in cells)
    return Lookups(f"={lost}" if lost else "", f'=IFERROR(IF({now}="","{text}",{now}),"{text}")')


def _item(plan: Plan, part: Item) -> Lookups:
    block = plan.layout.blocks[part.code]
    found = _row_of(block.sheet, f"{part.code}{ITEM_MARK}{part.number}")
    which, n = (f"INDEX({quote(block.sheet)}!${letters(c)}:${letters(c)},{found})" for c in (OVERLONG, LENGTH))
    columns = [_column(block.sheet, block.columns[c]) for _, _, c in too_long(block)]
    picked = f"CHOOSE(MAX(1,{cell(NUMBER, plan.rows[part])}),{','.join(columns)})"
    where = picked if columns else _column(block.sheet, min(block.columns))
    return Lookups(f"=IFERROR({n},0)", f"=IFERROR({which},0)", _address(found, where))


def _text(plan: Plan, part: TextRef) -> Lookups:
    block = plan.layout.blocks[part.code]
    codes = f"{quote(block.sheet)}!${letters(CODE)}:${letters(CODE)}"
    there = f'COUNTIF({codes},"{part.code}{HEADING_MARK}")=0'
    raw = f'=IFERROR(IF({there},"",{plan.layout.find(part)}),"")'
    found = _row_of(block.sheet, f"{part.code}{ITEM_MARK}1")
    address = _address(found, _column(block.sheet, min(block.columns)))
    return Lookups(raw, _number(plan, part), address, _coded_text(plan, part) if part in plan.coded else "")


def _figure(plan: Plan, part: Ref) -> Lookups:
    layout, found = plan.layout, plan.layout.find(part)
    tidy = f"IF(ISTEXT({found}),{tidied(found)},{found})"
    sheet, _ = plan.place(part)
    address = _address(_row_of(sheet, part.code), _column(sheet, layout.column(part.measure)))
    coded = _coded_figure(plan, part) if part in plan.coded else ""
    return Lookups(f'=IFERROR(IF({found}="","",{tidy}),"")', _number(plan, part), address, coded)


def _number(plan: Plan, part: Part) -> str:
    """Return the number in RAW, also one that was typed as text as Excel itself would write it."""
    b = cell(RAW, plan.rows[part])
    return f'=IF(ISNUMBER({b}),{b},IFERROR(IF(VALUE({b})&""={b},VALUE({b}),""),""))'


def _coded_text(plan: Plan, part: TextRef) -> str:
    """Return what a list adds to the check code (workbook/check_code.py)."""
    b = cell(RAW, plan.rows[part])
    return f"=IF(ISNUMBER({b}),{b},{REDUCED + STATES[State.BLANK]})*{weight(plan.coded[part])}"


def _coded_figure(plan: Plan, part: Ref) -> str:
    """Return what a figure adds to the check code."""
    b = cell(RAW, plan.rows[part])
    scaled = f"ROUND({plan.operands[part][0].value}*{10 ** plan.layout.indicators[part.code].decimals},0)"
    words = {say("word.not_applicable"): State.NOT_APPLICABLE, say("word.not_counted"): State.NOT_COUNTED}
    states = {"": State.BLANK} | words
    other = str(REDUCED + STATES[State.UNREADABLE])
    for word, state in states.items():
        other = f'IF({b}="{word}",{REDUCED + STATES[state]},{other})'
    return f"=IF({plan.operands[part][0].known},MOD({scaled},{REDUCED}),{other})*{weight(plan.coded[part])}"


def _address(found: str, column: str) -> str:
    """Return where a part is now; no cell where its row is gone."""
    return f'=IFERROR(ADDRESS({found},{column},4),"")'


def _column(sheet: str, column: int) -> str:
    return f"COLUMN({quote(sheet)}!${letters(column)}:${letters(column)})"


def _row_of(sheet: str, code: str) -> str:
    return f'MATCH("{code}",{quote(sheet)}!${letters(CODE)}:${letters(CODE)},0)'
