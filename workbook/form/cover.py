"""The cover: whose form it is, who fills it, what is wrong in it, its check code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbook.form.content import Content
from workbook.form.listing import code_line, summary
from workbook.form.live import Judged
from workbook.form.styles import PROTECT, Styles
from workbook.layout import COVER_LABEL, COVER_VALUE, cover_subfields
from workbook.messages import say
from workbook.model import Pack, Round, Subfield

_FIRST = 3  # row of the first line


def write_cover(book: Any, styles: Styles, round_: Round, judged: Judged) -> Any:
    """Add the cover and return it."""
    sheet = book.add_worksheet(say("form.cover_sheet"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3, None, {"hidden": True})
    sheet.set_column(COVER_LABEL, COVER_LABEL, 22)
    sheet.set_column(COVER_VALUE, COVER_VALUE, 46)
    title = say("form.cover_title", title=round_.pack.title, period=judged.layout.period.title)
    sheet.merge_range(1, COVER_LABEL, 1, COVER_VALUE, title, styles.title)
    sheet.set_row(1, 44)
    row = _FIRST
    for subfield in _lines(round_.pack, judged.content):
        sheet.write_string(row, 0, subfield.name)
        sheet.write_string(row, COVER_LABEL, subfield.label, styles.cover_label)
        sheet.set_row(row, 26)
        row += 1
    for key in ("live_sheet", "code"):
        sheet.write_string(row, COVER_LABEL, say(f"form.{key}"), styles.cover_label)
        sheet.set_row(row, 26)
        row += 1
    notes = (say("form.cover_office", office=round_.office), say("form.cover_note"), "", say("form.cover_sign"))
    for offset, note in enumerate(notes, 1):
        sheet.merge_range(row + offset, COVER_LABEL, row + offset, COVER_VALUE, note, styles.wrapped)
        sheet.set_row(row + offset, 18 * styles.lines(note, 66) + 4)
    fill_cover(sheet, styles, round_, judged)
    sheet.protect("", PROTECT)
    sheet.set_paper(9)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 1)
    return sheet


def fill_cover(sheet: Any, styles: Styles, round_: Round, judged: Judged) -> None:
    """Write what the form's content decides: every line's value, what the checks say, the check code."""
    row = _FIRST
    for subfield in _lines(round_.pack, judged.content):
        style = styles.cover_fixed if _is_fixed(subfield) else styles.cover_input
        sheet.write_string(row, COVER_VALUE, judged.content.cover.get(subfield.name, ""), style)
        if subfield.limit and not _is_fixed(subfield):
            check = styles.length_check(subfield.label, subfield.limit)
            sheet.data_validation(row, COVER_VALUE, row, COVER_VALUE, check)
        row += 1
    for offset, (formula, shown) in enumerate((summary(judged), code_line(judged, round_.period))):
        sheet.write_formula(row + offset, COVER_VALUE, formula, styles.cover_fixed, shown)


def _lines(pack: Pack, content: Content) -> Iterator[Subfield]:
    """Yield the lines; whether it is an umbrella is of no interest to an ordinary unit."""
    return (s for s in cover_subfields(pack) if s.kind != "yn" or content.unit.umbrella)


def _is_fixed(subfield: Subfield) -> bool:
    return subfield.kind in ("unit", "tier", "yn", "period") or subfield.name == "unit_name"
