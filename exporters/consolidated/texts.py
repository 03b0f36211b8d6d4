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
from workbook.model import TextInput, TextRow

Item = tuple[TextInput, str, TextRow, int, str, str, str]
WIDTHS = (22, 24, 6, 34, 70, 44)


def text_items(collection: Collection, *, restricted: bool) -> Iterator[Item]:
    """Yield every item: text input, unit code, where it stands, its number, title, body, other fields in words."""
    for code, text in collection.round.pack.texts.items():
        if text.place == "office" or (text.sensitive == "restricted" and not restricted):
            continue
        for unit, submission in collection.submissions.items():
            for number, row in enumerate(submission.texts.get(code, ()), 1):
                title, body, others = split_words(text, row)
                yield text, unit, row, number, title, body, in_words(others)


def write_texts(book: Any, styles: Styles, collection: Collection, received: Received, *, restricted: bool) -> None:
    """Add the sheet, each unit linked to where it wrote an item.

    Text is written as text: what looks like a formula stays what the unit typed.
    """
    sheet = book.add_worksheet(say("form.texts_sheet"))
    sheet.hide_gridlines(2)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"{say('form.texts_sheet')}　{collection.period.title}", styles.title)
    sheet.set_row(0, 26)
    for column, key in enumerate(("text", "unit", "number", "item_title", "item_body", "item_rest")):
        sheet.write_string(1, column, say(f"book.{key}"), styles.heading)
    row, looks, others = 2, (styles.leads_top, styles.wrapped), [styles.wrapped] * (len(WIDTHS) - 2)
    for text, unit, item, number, title, body, rest in text_items(collection, restricted=restricted):
        form = collection.submissions[unit]
        values = (text.name, form.unit.name, str(number), title, body, rest)
        name, look = linked(Linked(form.unit.name, received.place(form.file, item)), looks)
        sheet.write_cells(row, 0, (text.name, name, *values[2:]), (styles.wrapped, look, *others))
        lines = max(map(lines_of, values, (width - 2 for width in WIDTHS)))
        sheet.set_row(row, min(400, 4 + 15 * lines))
        row += 1
    sheet.autofilter(1, 0, max(2, row - 1), len(WIDTHS) - 1)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_footer(f"&L&A&C{say('form.page')}")
