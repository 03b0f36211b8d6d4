"""Writes one form: a stamped .xlsx without macros, locked but for what the unit fills."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from workbook.form.content import Content
from workbook.form.cover import write_cover
from workbook.form.listing import write_list
from workbook.form.live import Judged, write_rules
from workbook.form.plan import Plan
from workbook.form.sections import write_section
from workbook.form.styles import PROTECT, Styles
from workbook.form.texts import write_texts
from workbook.form.verdicts import Verdicts, verdicts_of
from workbook.layout import RULES_SHEET, STAMP_SHEET, Layout
from workbook.messages import catalogue, say
from workbook.model import Round, Switch, Unit
from workbook.reading.prefilled import PART, PREFILLED, written
from workbook.reading.stamp import CARRIED, SWITCHED
from workbook.reading.values import show
from workbook.sheets import open_book

FORMAT = "huibao-form-1"
PROPERTY = "huibao."  # how the names of our document properties begin


def form_name(unit: Unit, period: str) -> str:
    """Return the standard file name of a unit's form."""
    name = re.sub(r'[\\/:*?"<>|\s]', "", unit.name)[:40]
    return f"{unit.code}_{name}_{period}.xlsx"


def write_form(path: Path, round_: Round, plan: Plan, content: Content, verdicts: Verdicts | None = None) -> None:
    """Write the form of one unit to `path`; OSError from the disk.

    `plan` is made once for all units of a kind; `verdicts` are what verdicts_of says of this content, worked out here
    when they are not given.
    """
    compose(path, round_, Judged(plan, content, verdicts or verdicts_of(round_, {"": content})[""]))


def compose(target: Path | BinaryIO, round_: Round, judged: Judged) -> Styles:
    """Write a form to a file; return its formats, which know their numbers now."""
    layout, content = judged.layout, judged.content
    book = open_book(target)
    styles = Styles(book)
    _write_guide(book, styles, round_, content.notes)
    cover = write_cover(book, styles, round_, judged)
    listing = book.add_worksheet(say("form.live_sheet"))
    for section in layout.sections:
        write_section(book, styles, section, judged)
    for sheet in dict.fromkeys(b.sheet for b in layout.blocks.values()):
        write_texts(book, styles, layout, sheet, content)
    write_rules(book.add_worksheet(RULES_SHEET), judged)
    write_list(listing, styles, judged)
    _write_stamp(book, round_, content)
    book.set_properties({"title": title_of(content.unit, layout), "author": round_.office})
    book.set_calc_mode("auto")
    cover.activate()
    book.close()
    return styles


def title_of(unit: Unit, layout: Layout) -> str:
    """Return the title of the document."""
    return f"{unit.name} {layout.period.title}"


def switch_line(switch: Switch) -> str:
    """Return what a round switched, in words."""
    return say("form.switched", rule=switch.rule, to=say(f"word.{switch.to}"), reason=switch.reason)


def _write_stamp(book: Any, round_: Round, content: Content) -> None:
    sheet = book.add_worksheet(STAMP_SHEET)
    for key, value in _stamp(round_, content.unit).items():
        book.set_custom_property(f"{PROPERTY}{key}", value, "text")
    fill_stamp(sheet, round_, content)
    sheet.protect()
    sheet.hide()


def fill_stamp(sheet: Any, round_: Round, content: Content) -> None:
    """Write what the form is, which figures it came with, which rules the round switched, what totals are made of."""
    stamp = _stamp(round_, content.unit)
    carried = {f"{CARRIED}{code} {measure}": show(v) for (code, measure), v in content.handed.items()}
    switched = {f"{SWITCHED}{s.rule}": s.to for s in round_.switches}
    totals = {f"{PREFILLED}{code} {measure}": show(v) for (code, measure), v in content.prefilled.items()}
    parts = {f"{PART}{code}": written(part) for code, part in content.parts.items()}
    for row, (key, value) in enumerate((stamp | carried | switched | totals | parts).items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)


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
