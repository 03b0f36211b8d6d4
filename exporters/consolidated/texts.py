"""文字材料: everything units wrote, one item a row, filterable by text input and unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from exporters.consolidated.listing import Linked, lines_of, linked
from exporters.consolidated.received import Received
from exporters.consolidated.styles import Styles
from exporters.office.candidates import in_words, split_words
from workbook.collection import Collection
from workbook.messages import say
from workbook.sheets import Content, Formula

WIDTHS = (22, 24, 6, 34, 70, 44)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the sheet: text input, unit with the link to where it wrote, number, title, body, the rest in words."""

    contents: tuple[Content, ...]
    height: int
    restricted: bool


def text_items(collection: Collection, received: Received) -> Iterator[Item]:
    """Yield every item that units wrote."""
    for code, text in collection.round.pack.texts.items():
        if text.place == "office":
            continue
        for form in collection.submissions.values():
            for number, row in enumerate(form.texts.get(code, ()), 1):
                title, body, others = split_words(text, row)
                values = (text.name, form.unit.name, str(number), title, body, in_words(others))
                lines = max(map(lines_of, values, (width - 2 for width in WIDTHS)))
                unit, _ = linked(Linked(form.unit.name, received.place(form.file, row)), (None, None))
                contents = (text.name, unit, *values[2:])
                yield Item(contents, min(400, 4 + 15 * lines), text.sensitive == "restricted")


def write_texts(book: Any, styles: Styles, period: str, items: Iterable[Item]) -> None:
    """Add the sheet. Text is written as text: what looks like a formula stays what the unit typed."""
    sheet = book.add_worksheet(say("form.texts_sheet"))
    sheet.hide_gridlines(2)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"{say('form.texts_sheet')}　{period}", styles.title)
    sheet.set_row(0, 26)
    for column, key in enumerate(("text", "unit", "number", "item_title", "item_body", "item_rest")):
        sheet.write_string(1, column, say(f"book.{key}"), styles.heading)
    row, plain = 2, [styles.wrapped] * len(WIDTHS)
    leading = [styles.wrapped, styles.leads_top, *plain[2:]]
    for item in items:
        sheet.write_cells(row, 0, item.contents, leading if isinstance(item.contents[1], Formula) else plain)
        sheet.set_row(row, item.height)
        row += 1
    sheet.autofilter(1, 0, max(2, row - 1), len(WIDTHS) - 1)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_footer(f"&L&A&C{say('form.page')}")
