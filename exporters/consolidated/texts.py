"""文字材料: everything units wrote, one item a row, filterable by text input and unit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from exporters.consolidated.listing import AT_ONCE, Linked, heights, linked
from exporters.consolidated.received import Received
from exporters.consolidated.styles import Styles
from exporters.office.candidates import Fields
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import TextInput

WIDTHS = (22, 24, 6, 34, 70, 44)
_ROOM = [width - 2 for width in WIDTHS]


Item = tuple[Linked, str, str, str, str]  # its unit linked to where it wrote it, number, title, body, other fields


def _items(collection: Collection, received: Received, text: TextInput) -> Iterator[Item]:
    fields = Fields(text)
    for form in collection.submissions.values():
        for number, row in enumerate(form.texts.get(text.code, ()), 1):
            yield Linked(form.unit.name, received.place(form.file, row)), str(number), *fields.told(row)


def _write_items(sheet: Any, styles: Styles, first: int, items: Iterator[Item], name: str) -> int:
    """Write the items of a text input of that name, return the row after them."""
    while block := [*islice(items, AT_ONCE)]:
        units, *told = zip(*block, strict=True)
        names = [name] * len(block)
        cells, looks = linked(units, styles.leads_top, styles.wrapped)
        high = heights([names, [unit.text for unit in units], *told], _ROOM)
        all_looks = [styles.wrapped, looks, *[styles.wrapped] * len(told)]
        sheet.write_columns(first, 0, [names, cells, *told], all_looks, high)
        first += len(block)
    return first


def write_texts(book: Any, styles: Styles, collection: Collection, received: Received, *, restricted: bool) -> None:
    """Add the sheet. Text is written as text: what looks like a formula stays what the unit typed."""
    sheet = book.add_worksheet(say("form.texts_sheet"))
    sheet.hide_gridlines(2)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"{say('form.texts_sheet')}　{collection.period.title}", styles.title)
    sheet.set_row(0, 26)
    for column, key in enumerate(("text", "unit", "number", "item_title", "item_body", "item_rest")):
        sheet.write_string(1, column, say(f"book.{key}"), styles.heading)
    row = 2
    for text in collection.round.pack.texts.values():
        if text.place != "office" and (text.sensitive != "restricted" or restricted):
            row = _write_items(sheet, styles, row, _items(collection, received, text), text.name)
    sheet.autofilter(1, 0, max(2, row - 1), len(WIDTHS) - 1)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_footer(f"&L&A&C{say('form.page')}")
