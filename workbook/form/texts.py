"""A sheet of text inputs: lists and tables, each under its name, limit and headings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from workbook.checks.builtin import overlong, too_long
from workbook.expression.excel import characters, tidied
from workbook.form.content import Content
from workbook.form.sections import footer, write_sheet_name
from workbook.form.styles import PROTECT, Styles
from workbook.layout import (
    CODE,
    EXPLAINS,
    FIELD,
    FIELDS,
    FILLED,
    HEADING_MARK,
    ITEM,
    ITEM_MARK,
    LENGTH,
    OVERLONG,
    WIDE,
    Block,
    Layout,
    letters,
)
from workbook.messages import say
from workbook.model import Subfield
from workbook.reading.blocks import title_of
from workbook.reading.submission import SHORTEST_REASON
from workbook.reading.values import length

FULL_WIDTH = "\u3000"  # as wide as any Han character
WIDTHS = (6, 28, 56, 18, 18, 14, 14)  # item number, then the subfield columns


def write_texts(book: Any, styles: Styles, layout: Layout, title: str, content: Content) -> None:
    """Add one sheet with all the text inputs that stand on it."""
    sheet = book.add_worksheet(title)
    blocks = [b for b in layout.blocks.values() if b.sheet == title]
    last = FIELD + FIELDS - 1
    sheet.hide_gridlines(2)
    sheet.set_column(CODE, FILLED, 3, None, {"hidden": True})
    sheet.set_column(OVERLONG, EXPLAINS, 3, None, {"hidden": True})
    write_sheet_name(sheet, title)
    for offset, width in enumerate(WIDTHS):
        sheet.set_column(ITEM + offset, ITEM + offset, width)
    sheet.merge_range(0, ITEM, 0, last, title, styles.title)
    sheet.set_row(0, 32)
    note = say("form.notes_note" if blocks[0].text.place == "notes" else "form.texts_note")
    sheet.merge_range(1, ITEM, 1, last, note, styles.caption)
    for block in blocks:
        _write_block(sheet, styles, layout, block, content)
    sheet.freeze_panes(2, 0)
    sheet.protect("", PROTECT)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.repeat_rows(0, 1)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(footer(content.unit))


def _write_block(sheet: Any, styles: Styles, layout: Layout, block: Block, content: Content) -> None:
    text = block.text
    sheet.write_string(block.title_row, ITEM, title_of(text), styles.block)
    sheet.set_row(block.title_row, 24)
    sheet.write_string(block.heading_row, CODE, text.code + HEADING_MARK)
    sheet.write_string(block.heading_row, ITEM, say("form.head_number"), styles.heading)
    for subfield, column in zip(text.subfields, block.columns, strict=True):
        limit = say("form.limit", n=subfield.limit) if subfield.limit else ""
        if block.joined:
            sheet.merge_range(block.heading_row, FIELD, block.heading_row, WIDE, "", styles.heading)
        sheet.write_string(block.heading_row, column, subfield.label + limit, styles.heading)
    locked = text.place == "office"
    rows = list(content.texts.get(text.code, ()))
    for number in range(text.max_items):
        row = block.first_row + number
        values = rows[number] if number < len(rows) else [""] * len(text.subfields)
        _write_item(sheet, styles, block, row, values)
    _colour_overlong(sheet, styles, block)
    for subfield, column in zip(text.subfields, block.columns, strict=True):
        if not locked:
            check = _check(layout, subfield)
            if check:
                sheet.data_validation(block.first_row, column, block.last_row, column, check)


def _write_item(sheet: Any, styles: Styles, block: Block, row: int, values: Sequence[str]) -> None:
    """Write one item: its code, the flags that it is filled or too long, its number and its subfields."""
    text = block.text
    locked = text.place == "office"
    number = row - block.first_row + 1
    sheet.write_string(row, CODE, f"{text.code}{ITEM_MARK}{number}")
    # Inside SUMPRODUCT Excel takes ROW() for an array of one, which INDEX does not follow; MAX makes it a number again.
    span = f"INDEX(${letters(FIELD)}:${letters(FIELD + FIELDS - 1)},MAX(ROW()),0)"
    filled = int(any(length(v) for v in values))
    sheet.write_formula(row, FILLED, f"=IFERROR(IF(SUMPRODUCT({characters(span)})>0,1,0),1)", None, filled)
    _write_overlong(sheet, block, row, values)
    if text.place == "notes":
        _write_explains(sheet, block, row, values)
    sheet.write_number(row, ITEM, number, styles.centre)
    if block.joined:
        sheet.merge_range(row, FIELD, row, WIDE, "", styles.entry(locked=locked))
    widths = []
    for subfield, column, value in zip(text.subfields, block.columns, values, strict=False):
        _write_value(sheet, styles, (row, column), subfield, value, locked=locked)
        widths.append(WIDTHS[column - ITEM] + (WIDTHS[WIDE - ITEM] if block.joined else 0))
    lines = [styles.lines(v, w - 3) for v, w in zip(values, widths, strict=False) if v]
    if text.kind == "text" or block.joined:  # joined cells never grow by themselves
        lines.append(styles.lines(FULL_WIDTH * text.max_length, widths[0] - 3))
    if lines and max(lines) > 1:
        sheet.set_row(row, 4 + 15.5 * max(lines))


def _write_overlong(sheet: Any, block: Block, row: int, values: Sequence[str]) -> None:
    """Write, out of sight, which limit of an item is exceeded first and by how many characters (checks.builtin)."""
    limits = too_long(block)
    if not limits:
        return
    columns = (letters(c) for s, c in zip(block.text.subfields, block.columns, strict=True) if s.limit)
    counts = [characters(f"INDEX(${c}:${c},ROW())") for c in columns]  # a cell cut away must not take this along
    counts.append("+".join(counts))
    which = "0"
    for number, (_, limit, _) in reversed(list(enumerate(limits, 1))):
        which = f"IF({counts[number - 1]}>{limit},{number},{which})"
    flag = f"${letters(OVERLONG)}{row + 1}"
    picked = ",".join(counts[: len(limits)])
    found, n = overlong(block, values)
    sheet.write_formula(row, OVERLONG, f"=IFERROR({which},0)", None, found)
    sheet.write_formula(row, LENGTH, f"=IF({flag}=0,0,CHOOSE({flag},{picked}))", None, n)


def _write_explains(sheet: Any, block: Block, row: int, values: Sequence[str]) -> None:
    """Write, out of sight, what a reason explains: the rule it names, else the indicator; "" while it is too short."""
    columns = {s.name: letters(c) for s, c in zip(block.text.subfields, block.columns, strict=True)}
    cells = {name: f"INDEX(${c}:${c},ROW())" for name, c in columns.items()}
    rule, code = (tidied(cells[name]) for name in ("rule", "code"))
    enough = f"{characters(cells['reason'])}>={SHORTEST_REASON}"
    formula = f'=IFERROR(IF({enough},IF({rule}="",{code},{rule}),""),"")'
    given = dict(zip((s.name for s in block.text.subfields), values, strict=False))
    explained = given.get("rule", "").strip() or given.get("code", "").strip()
    shown = explained if length(given.get("reason", "")) >= SHORTEST_REASON else ""
    sheet.write_formula(row, EXPLAINS, formula, None, shown)


def _colour_overlong(sheet: Any, styles: Styles, block: Block) -> None:
    flag = f"${letters(OVERLONG)}{block.first_row + 1}"
    for number, (_, _, subfield) in enumerate(too_long(block), 1):
        column = block.columns[subfield]
        rule = {"type": "formula", "criteria": f"={flag}={number}", "format": styles.findings[0]}
        sheet.conditional_format(block.first_row, column, block.last_row, column, rule)


def _write_value(
    sheet: Any, styles: Styles, at: tuple[int, int], subfield: Subfield, value: str, *, locked: bool
) -> None:
    style = styles.entry(locked=locked, text=subfield.kind != "date")
    if not value and subfield.kind in ("integer", "number", "year"):
        sheet.write_blank(*at, None, styles.figure("carried" if locked else "input", locked=locked))
    elif not value:
        sheet.write_blank(*at, None, style)
    elif subfield.kind == "date" and (day := _day(value)):
        sheet.write_datetime(*at, datetime(day.year, day.month, day.day), style)
    elif subfield.kind in ("integer", "number", "year") and value.replace(".", "", 1).isdigit():
        number = float(value)
        sheet.write_number(
            *at,
            int(number) if number == int(number) else number,
            styles.figure("carried" if locked else "input", locked=locked),
        )
    else:
        sheet.write_string(*at, value, style)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _check(layout: Layout, subfield: Subfield) -> dict[str, Any] | None:
    """Return the validation of one column of a block, each with its own message."""
    pack = layout.pack
    choices = {
        "section": pack.sections,
        "level": pack.levels,
        "yn": (say("word.yes"), say("word.no")),
        "enum": subfield.choices,
    }.get(subfield.kind)
    if choices:
        return {
            "validate": "list",
            "source": list(choices),
            "error_title": say("form.bad_choice_title"),
            "error_message": say("form.bad_choice", label=subfield.label),
        }
    if subfield.limit:
        return Styles.length_check(subfield.label, subfield.limit)
    if subfield.kind == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1990, 1, 1),
            "maximum": date(2099, 12, 31),
            "error_title": say("form.bad_date_title"),
            "error_message": say("form.bad_date", label=subfield.label),
        }
    if subfield.kind in ("integer", "number", "year"):
        return {
            "validate": "integer" if subfield.kind != "number" else "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": 99999999,
            "error_title": say("form.bad_number_title"),
            "error_message": say("form.bad_number", label=subfield.label),
        }
    return None
