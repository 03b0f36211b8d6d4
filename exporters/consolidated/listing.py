"""One way to write a list on a sheet: title, notes, heading, rows that show all their text, print set-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from exporters.consolidated.styles import Styles
from workbook.form.styles import Styles as FormStyles
from workbook.messages import say

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: key of its heading in the catalogue, width, and how its values look."""

    key: str
    width: int
    look: str = "label"  # a style's name, or "state": green for accepted, red for the rest


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list sheet is called, for which period, with which notes above and which columns."""

    title: str
    period: str
    columns: Sequence[Column]
    notes: Sequence[str] = ()


def write_list(book: Any, styles: Styles, listing: Listing, rows: Iterable[Sequence[Value]]) -> None:
    """Add a sheet with one list."""
    sheet = book.add_worksheet(listing.title)
    columns, notes = listing.columns, listing.notes
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.write_string(0, 1, f"{listing.title}　{listing.period}", styles.title)
    sheet.set_row(0, 26)
    for number, note in enumerate(notes, 1):
        sheet.write_string(number, 1, note, styles.note)
    head = len(notes) + 2
    for place, column in enumerate(columns, 1):
        sheet.set_column(place, place, column.width)
        sheet.write_string(head, place, say(f"book.{column.key}"), styles.heading)
    sheet.set_row(head, 22)
    row = head + 1
    for values in rows:
        _write_row(sheet, styles, row, columns, values)
        row += 1
    if row == head + 1:
        sheet.write_string(row, 1, say("book.nothing"), styles.note)
    else:
        sheet.autofilter(head, 1, row - 1, len(columns))
    sheet.freeze_panes(head + 1, 3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_footer(f"&L&A&C{say('form.page')}")


def _write_row(sheet: Any, styles: Styles, row: int, columns: Sequence[Column], values: Sequence[Value]) -> None:
    lines = 1
    for place, (column, value) in enumerate(zip(columns, values, strict=True), 1):
        style = styles.state(str(value)) if column.look == "state" else getattr(styles, column.look)
        if isinstance(value, int | float):
            sheet.write_number(row, place, value, styles.custom("0.####") if isinstance(value, float) else style)
        else:
            text = value or ""
            sheet.write_string(row, place, text, style)
            lines = max(lines, FormStyles.lines(text, column.width - 2))
    sheet.set_row(row, min(400, 4 + 15 * lines))
