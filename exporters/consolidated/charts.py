"""Native charts over the cells of this workbook: what a chart of changes looks like, and 图表, a sheet of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exporters.consolidated.places import FIRST_ROW, Places
from exporters.consolidated.places import NAME as UNIT_NAME
from exporters.consolidated.styles import GREY, Styles
from exporters.consolidated.tiers import NAME, year_columns, year_terms
from workbook.collection import Collection
from workbook.form.styles import FONT, RULE
from workbook.messages import say

UP, DOWN = "#4F81BD", "#9AA7B8"  # neither says which way is better
_GRID = {"visible": True, "line": {"color": "#E3E7EC", "width": 0.5}}
_MOST_UNITS = 60  # columns that can still be told apart
_TOP = 2  # row of the first charts
_LINE, _AROUND = 19, 90  # pixels of a bar, and of title and axis together
_LEFT, _RIGHT, _WIDTH, _LEAST = 1, 10, 560, 260  # first columns of the two charts, pixels across and down
_CELL = 20  # pixels of a row


def write_charts(book: Any, styles: Styles, collection: Collection, places: Places, rows: Mapping[str, int]) -> None:
    """Add 图表: per section the changes on last year and a leading indicator unit by unit.

    `rows` are those of indicators on 分级汇总. The charts read the cells of the other sheets.
    """
    sheet = book.add_worksheet(say("book.charts_sheet"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.write_string(0, 1, f"{say('book.charts_sheet')}　{collection.period.title}", styles.title)
    sheet.set_row(0, 26)
    sheet.write_string(1, 1, say("book.charts_note"), styles.note)
    top = _TOP
    pages = []
    for number, (section, codes) in enumerate(places.sections.items()):
        if number and number % 2 == 0:
            pages.append(top)
        compared = [c for c in codes if year_terms(places, places.indicators[c]) is not None]
        height = max(_LEAST, _AROUND + _LINE * len(codes)) if compared else _LEAST
        if compared:
            title = say("book.changes_chart", section=section)
            lines = (rows[codes[0]], rows[codes[-1]])
            columns = (NAME, year_columns(collection)["change"])
            _place(sheet, changes_chart(book, say("book.tiers_sheet"), lines, columns), (top, _LEFT), title, height)
        leading = _leading(collection, places, codes)
        if leading and len(places.counted) <= _MOST_UNITS:
            item = places.indicators[leading]
            title = say("book.units_chart", name=item.name, word=item.measure_word)
            _place(sheet, _by_unit(book, places, section, leading), (top, _RIGHT), title, max(_LEAST, min(height, 420)))
        top += -(-height // _CELL) + 1
    sheet.set_h_pagebreaks(pages)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&A&C{say('form.page')}")


def _leading(collection: Collection, places: Places, codes: Sequence[str]) -> str:
    """Return the indicator a section is shown by: the pack's first headline in it, else its first required one."""
    headlines = [c for c in collection.round.pack.headline if c in codes]
    required = [c for c in codes if places.indicators[c].required]
    open_ones = [c for c in (*headlines, *required) if places.indicators[c].sensitive == "none"]
    return open_ones[0] if open_ones else ""


def changes_chart(book: Any, sheet: str, rows: tuple[int, int], columns: tuple[int, int]) -> Any:
    """Return a bar per change; rows are first and last, columns of names and changes. No way is the better one."""
    (first, last), (names, changes) = rows, columns
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [sheet, first, names, last, names],
            "values": [sheet, first, changes, last, changes],
            "fill": {"color": UP},
            "invert_if_negative": True,
            "invert_if_negative_color": DOWN,
            "gap": 40,
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": chart_font(8), "line": {"color": RULE}})
    axis = {"num_font": chart_font(8), "num_format": "0", "major_gridlines": _GRID, "line": {"none": True}}
    chart.set_x_axis(axis)
    return chart


def _by_unit(book: Any, places: Places, section: str, code: str) -> Any:
    """Return a chart of one indicator over the units that make up the totals."""
    column = places.columns[code, "value"][1]
    last = FIRST_ROW + max(0, len(places.counted) - 1)
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "categories": [section, FIRST_ROW, UNIT_NAME, last, UNIT_NAME],
            "values": [section, FIRST_ROW, column, last, column],
            "fill": {"color": UP},
            "gap": 40,
        }
    )
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": chart_font(8) | {"rotation": -60}, "line": {"color": RULE}})
    chart.set_y_axis({"num_font": chart_font(8), "major_gridlines": _GRID, "line": {"none": True}})
    return chart


def chart_font(size: int) -> dict[str, object]:
    """Return the face of what stands in a chart."""
    return {"name": FONT, "size": size, "color": GREY, "bold": False}


def _place(sheet: Any, chart: Any, at: tuple[int, int], title: str, height: int) -> None:
    chart.set_title({"name": title, "name_font": chart_font(10) | {"bold": True}, "overlay": False})
    chart.set_size({"width": _WIDTH, "height": height})
    chart.set_chartarea({"border": {"color": RULE}})
    sheet.insert_chart(*at, chart, {"object_position": 1})
