"""文字材料: everything units wrote, one item a row, filterable by text input and unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exporters.consolidated.listing import Linked, lines_of, linked
from exporters.consolidated.received import Received
from exporters.consolidated.styles import Styles
from exporters.office.candidates import in_words, split_words
from workbook.collection import Collection
from workbook.messages import say
from workbook.sheets import Content, Formula

WIDTHS = (22, 24, 6, 34, 70, 44)
_ROOM = [width - 2 for width in WIDTHS]


def _lines(
    collection: Collection, received: Received, *, restricted: bool
) -> Iterator[tuple[tuple[Content, ...], int]]:
    """Yield the cells and the height of every item that units wrote, the unit linked to where it did.

    Text input, unit, number, title, body, other fields in words.
    """
    for code, text in collection.round.pack.texts.items():
        if text.place == "office" or (text.sensitive == "restricted" and not restricted):
            continue
        for form in collection.submissions.values():
            for number, row in enumerate(form.texts.get(code, ()), 1):
                title, body, others = split_words(text, row)
                told = (str(number), title, body, in_words(others))
                lines = max(map(lines_of, (text.name, form.unit.name, *told), _ROOM))
                unit, _ = linked(Linked(form.unit.name, received.place(form.file, row)), (None, None))
                yield (text.name, unit, *told), min(400, 4 + 15 * lines)


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
    row, plain = 2, [styles.wrapped] * len(WIDTHS)
    leading = [styles.wrapped, styles.leads_top, *plain[2:]]
    for cells, height in _lines(collection, received, restricted=restricted):
        sheet.write_cells(row, 0, cells, leading if isinstance(cells[1], Formula) else plain)
        sheet.set_row(row, height)
        row += 1
    sheet.autofilter(1, 0, max(2, row - 1), len(WIDTHS) - 1)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_footer(f"&L&A&C{say('form.page')}")
