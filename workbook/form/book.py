"""Writes one form: a stamped .xlsx without macros, locked but for what the unit fills."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbook.form.content import Content
from workbook.form.listing import code_line, summary, write_list
from workbook.form.live import Judged, write_rules
from workbook.form.plan import Plan
from workbook.form.sections import write_section
from workbook.form.styles import PROTECT, Styles
from workbook.form.texts import write_texts
from workbook.form.verdicts import Verdicts, verdicts_of
from workbook.layout import COVER_LABEL, COVER_VALUE, RULES_SHEET, STAMP_SHEET, Layout, cover_subfields
from workbook.messages import catalogue, say
from workbook.model import Round, Switch, Unit
from workbook.reading.prefilled import PART, PREFILLED, written
from workbook.reading.stamp import CARRIED, SWITCHED
from workbook.reading.values import show
from workbook.sheets import open_book

FORMAT = "huibao-form-1"


def form_name(unit: Unit, period: str) -> str:
    """Return the standard file name of a unit's form."""
    name = re.sub(r'[\\/:*?"<>|\s]', "", unit.name)[:40]
    return f"{unit.code}_{name}_{period}.xlsx"


def write_form(path: Path, round_: Round, plan: Plan, content: Content, verdicts: Verdicts | None = None) -> None:
    """Write the form of one unit to `path`; OSError from the disk.

    `plan` is made once for all units of a kind; `verdicts` are what verdicts_of says of this content, worked out here
    when they are not given.
    """
    layout = plan.layout
    verdicts = verdicts or verdicts_of(round_, {"": content})[""]
    book = open_book(path)
    styles = Styles(book)
    judged = Judged(plan, content, verdicts)
    _write_guide(book, styles, round_, content.notes)
    cover = _write_cover(book, styles, round_, layout, content)
    listing = book.add_worksheet(say("form.live_sheet"))
    for section in layout.sections:
        write_section(book, styles, section, judged)
    for sheet in dict.fromkeys(b.sheet for b in layout.blocks.values()):
        write_texts(book, styles, layout, sheet, content)
    write_rules(book.add_worksheet(RULES_SHEET), judged)
    write_list(listing, styles, content, layout.period.title, judged)
    cover(summary(judged), code_line(judged, round_.period))
    _write_stamp(book, round_, content)
    book.set_properties({"title": f"{content.unit.name} {layout.period.title}", "author": round_.office})
    book.set_calc_mode("auto")
    book.get_worksheet_by_name(say("form.cover_sheet")).activate()
    book.close()


def switch_line(switch: Switch) -> str:
    """Return what a round switched, in words."""
    return say("form.switched", rule=switch.rule, to=say(f"word.{switch.to}"), reason=switch.reason)


def _write_stamp(book: Any, round_: Round, content: Content) -> None:
    """Write what the form is, which figures it came with, which rules the round switched, what totals are made of."""
    sheet = book.add_worksheet(STAMP_SHEET)
    stamp = _stamp(round_, content.unit)
    for key, value in stamp.items():
        book.set_custom_property(f"huibao.{key}", value, "text")
    carried = {f"{CARRIED}{code} {measure}": show(v) for (code, measure), v in content.handed.items()}
    switched = {f"{SWITCHED}{s.rule}": s.to for s in round_.switches}
    totals = {f"{PREFILLED}{code} {measure}": show(v) for (code, measure), v in content.prefilled.items()}
    parts = {f"{PART}{code}": written(part) for code, part in content.parts.items()}
    for row, (key, value) in enumerate((stamp | carried | switched | totals | parts).items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.protect()
    sheet.hide()


def _stamp(round_: Round, unit: Unit) -> dict[str, str]:
    pack = round_.pack
    return {
        "format": FORMAT,
        "pack": pack.id,
        "pack_version": pack.version,
        "pack_hash": pack.hash,
        "form_version": pack.form_version,
        "unit": unit.code,
        "unit_name": unit.name,
        "tier": unit.tier,
        "umbrella": "y" if unit.umbrella else "n",
        "period": round_.period,
        "modules": " ".join(round_.modules),
    }


def _write_guide(book: Any, styles: Styles, round_: Round, notes: Sequence[str]) -> None:
    sheet = book.add_worksheet(say("form.guide_sheet"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 92)
    sheet.merge_range(0, 0, 0, 1, say("form.guide_title", title=round_.pack.title), styles.title)
    sheet.set_row(0, 34)
    deadline = round_.deadline.strftime("%Y-%m-%d %H:%M") if round_.deadline else say("form.no_deadline")
    lines = [
        say(f"guide.{key}", office=round_.office or say("form.office"), deadline=deadline)
        for key in catalogue()["guide"]
    ]
    for number, line in enumerate(lines, 1):
        sheet.write_number(number, 0, number, styles.number_label)
        sheet.write_string(number, 1, line, styles.wrapped)
        sheet.set_row(number, 18 * styles.lines(line, 88) + 6)
    more = [*map(switch_line, round_.switches), *notes]
    for number, line in enumerate(more, len(lines) + 1):
        sheet.write_string(number, 1, line, styles.wrapped)
        sheet.set_row(number, 18 * styles.lines(line, 88) + 6)
    _legend(sheet, styles, len(lines) + len(more) + 2)
    sheet.protect("", PROTECT)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _legend(sheet: Any, styles: Styles, row: int) -> None:
    for offset, key in enumerate(("input", "computed", "carried", "absent")):
        sheet.write_blank(row + offset, 0, None, styles.swatch(key))
        sheet.write_string(row + offset, 1, say(f"form.legend_{key}"), styles.wrapped)


def _write_cover(
    book: Any, styles: Styles, round_: Round, layout: Layout, content: Content
) -> Callable[[tuple[str, str], tuple[str, str]], None]:
    """Write the cover but for its lines on findings and check code; return the function that writes those."""
    sheet = book.add_worksheet(say("form.cover_sheet"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3, None, {"hidden": True})
    sheet.set_column(COVER_LABEL, COVER_LABEL, 22)
    sheet.set_column(COVER_VALUE, COVER_VALUE, 46)
    title = say("form.cover_title", title=round_.pack.title, period=layout.period.title)
    sheet.merge_range(1, COVER_LABEL, 1, COVER_VALUE, title, styles.title)
    sheet.set_row(1, 44)
    row = 3
    for subfield in cover_subfields(round_.pack):
        if subfield.kind == "yn" and not content.unit.umbrella:
            continue  # of no interest to an ordinary unit
        value = content.cover.get(subfield.name, "")
        fixed = subfield.kind in ("unit", "tier", "yn", "period") or subfield.name == "unit_name"
        sheet.write_string(row, 0, subfield.name)
        sheet.write_string(row, COVER_LABEL, subfield.label, styles.cover_label)
        sheet.write_string(row, COVER_VALUE, value, styles.cover_fixed if fixed else styles.cover_input)
        if subfield.limit and not fixed:
            sheet.data_validation(
                row, COVER_VALUE, row, COVER_VALUE, styles.length_check(subfield.label, subfield.limit)
            )
        sheet.set_row(row, 26)
        row += 1
    notes = (say("form.cover_office", office=round_.office), say("form.cover_note"), "", say("form.cover_sign"))
    verdict_row = row
    for key in ("live_sheet", "code"):
        sheet.write_string(row, COVER_LABEL, say(f"form.{key}"), styles.cover_label)
        sheet.set_row(row, 26)
        row += 1
    row += 1
    for offset, note in enumerate(notes):
        sheet.merge_range(row + offset, COVER_LABEL, row + offset, COVER_VALUE, note, styles.wrapped)
        sheet.set_row(row + offset, 18 * styles.lines(note, 66) + 4)
    sheet.protect("", PROTECT)
    sheet.set_paper(9)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 1)

    def tell(findings: tuple[str, str], code: tuple[str, str]) -> None:
        for offset, (formula, shown) in enumerate((findings, code)):
            sheet.write_formula(verdict_row + offset, COVER_VALUE, formula, styles.cover_fixed, shown)

    return tell
