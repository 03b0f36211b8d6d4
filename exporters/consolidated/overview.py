"""总览: how the round stands, the headline figures, what needs attention and the way to every sheet, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporters.consolidated.attention import Matter, matters
from exporters.consolidated.charts import UP, changes_chart, chart_font
from exporters.consolidated.places import Places
from exporters.consolidated.styles import GREY, Styles
from exporters.consolidated.tiers import FIRST, change_of, change_style, number, year_columns, year_terms
from workbook.checks.outliers import Outlier
from workbook.collection import ALL, Collection
from workbook.form.styles import FONT, HEAD, RULE
from workbook.layout import address, quote
from workbook.messages import say
from workbook.model import Indicator, UnitState
from workbook.pack_check import MOST_HEADLINES

GRID, WIDTH = 24, 6.6  # narrow columns after the margin, and how wide each is
PIXELS = 51  # of a grid column
LINE = 20  # pixels of a row
TITLE, NOTE, TILES, TOP = 0, 1, 2, 5  # rows; the blocks begin at TOP
NAME, WORD, VALUE, COVERAGE, PRIOR, CHANGE = (1, 4), (5, 5), (6, 7), (8, 8), (9, 10), (11, 13)  # first, last column
CHANGES = (14, 18)  # columns of the chart of changes
WHAT, HOW_MANY = (19, 23), (24, 24)
TIER, STATES, PROGRESS = (1, 3), (4, 5, 6, 7), (8, 12)
LINKS, LINK = 13, 3  # first column of the links, columns of each
LEAST = 7  # lines of the lower blocks, so that the chart has room
COLOURS = {"accepted": UP, "returned": "#C55A11", "missing": "#BFC5CE"}
STATE_KEYS: tuple[UnitState, ...] = ("accepted", "returned", "missing")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the other sheets of this workbook show: where figures stand, what is kept back, the outliers, the sheets."""

    places: Places
    rows: Mapping[str, int]  # of 分级汇总, by indicator
    hidden: frozenset[str]
    outliers: Sequence[Outlier]
    counts: Mapping[str, int]  # of what only its writer knows, by the matter it is
    sheets: Sequence[str]  # all others, in their order
    office_copy: bool  # not to be passed on, whether or not anything is hidden in the other


def headlines(collection: Collection, indicators: Mapping[str, Indicator]) -> list[str]:
    """Return the pack's headline indicators that this workbook shows, restricted ones never.

    Where the pack names none: the required sums of its first module, of each section as many as there is room for.
    """
    open_items = {c: i for c, i in indicators.items() if i.sensitive != "restricted"}
    pack = collection.round.pack
    if pack.headline:
        return [c for c in pack.headline if c in open_items][:MOST_HEADLINES]
    core = pack.modules[0].code if pack.modules else ""
    place: dict[str, int] = {}
    seen: dict[str, int] = {}
    for code, item in open_items.items():
        if item.required and item.module == core and item.aggregation == "sum":
            place[code] = seen.get(item.section, 0)
            seen[item.section] = place[code] + 1
    chosen = sorted(place, key=lambda c: place[c])[:MOST_HEADLINES]
    return [c for c in place if c in chosen]


def write_overview(book: Any, sheet: Any, collection: Collection, shown: Shown) -> None:
    """Fill the sheet. The headline figures are links to 分级汇总, each with its right cached value."""
    styles = Styles(book, 10)
    _set_up(sheet)
    title = say("overview.title", title=collection.round.pack.title, period=collection.period.title)
    sheet.write_string(TITLE, 1, title, styles.title)
    copy = say("book.office_copy" if shown.office_copy else "book.shareable")
    _span(sheet, TITLE, (GRID // 2 + 1, GRID), copy, styles.note_right)
    _span(sheet, NOTE, (1, GRID), say("overview.note"), styles.note)
    _tiles(book, sheet, collection)
    _headings(sheet, styles, TOP, {(NAME[0], CHANGES[1]): "headlines", (WHAT[0], GRID): "attention"})
    codes = headlines(collection, shown.places.indicators)
    _headlines(sheet, styles, collection, shown, codes)
    lines = max(len(codes), _matters(sheet, styles, collection, shown))
    items = [shown.places.indicators[c] for c in codes]
    if any(isinstance(_cached(collection, shown.places, i).get(CHANGE), float) for i in items):
        _changes_chart(book, sheet, (TOP + 2, len(codes)), lines)
    lower = TOP + 2 + lines + 1
    sheet.set_row_pixels(lower, 22)
    _headings(sheet, styles, lower, {(TIER[0], PROGRESS[1]): "tiers", (LINKS, GRID): "links"})
    more = max(_progress(book, sheet, styles, collection, lower + 1), _links(sheet, styles, shown.sheets, lower + 1))
    sheet.print_area(0, 0, lower + more, GRID)


def _matters(sheet: Any, styles: Styles, collection: Collection, shown: Shown) -> int:
    """Write what needs attention, each with a link; return how many lines it takes."""
    for columns, key in ((WHAT, "what"), (HOW_MANY, "how_many")):
        _span(sheet, TOP + 1, columns, say(f"overview.{key}"), styles.heading)
    found = matters(collection, shown.hidden, shown.outliers, frozenset(shown.sheets), shown.counts)
    for row, matter in enumerate(found, TOP + 2):
        _span(sheet, row, WHAT, "", styles.link)
        _link(sheet, styles.link, (row, WHAT[0]), matter.sheet, say(f"overview.{matter.key}"))
        sheet.write_number(row, HOW_MANY[0], matter.n, _urgency(styles, matter))
    return len(found)


def _urgency(styles: Styles, matter: Matter) -> Any:
    return (styles.bad if matter.pressing else styles.centre) if matter.n else styles.count


def _set_up(sheet: Any) -> None:
    sheet.hide_gridlines(2)
    sheet.hide_row_col_headers()
    sheet.set_column(0, 0, 1)
    sheet.set_column(1, GRID, WIDTH)
    sheet.set_row_pixels(TITLE, 32)
    sheet.set_row_pixels(TILES + 1, 34)
    sheet.set_row_pixels(TILES + 2, 6)
    sheet.set_row_pixels(TOP, 22)
    sheet.set_row_pixels(TOP + 1, 36)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 1)


def _span(sheet: Any, row: int, columns: Span, value: str | int, style: Any) -> None:
    """Write a text or a number across the columns from first to last."""
    first, last = columns
    if first < last:
        sheet.merge_range(row, first, row, last, "", style)
    if isinstance(value, int):
        sheet.write_number(row, first, value, style)
    elif value:
        sheet.write_string(row, first, value, style)


def _headings(sheet: Any, styles: Styles, row: int, blocks: Mapping[Span, str]) -> None:
    for columns, key in blocks.items():
        _span(sheet, row, columns, say(f"overview.{key}"), styles.block)


def _tiles(book: Any, sheet: Any, collection: Collection) -> None:
    """Write units due, accepted, returned, missing, and whether the books balance."""
    balance = collection.balance
    good, bad = "#1E7145", "#B3261E"
    word = say("overview.balanced" if balance.balanced else "overview.unbalanced")
    tiles: list[tuple[str, str | int, str]] = [
        ("expected", balance.expected, HEAD),
        ("accepted", balance.units["accepted"], good),
        ("returned", balance.units["returned"], bad if balance.units["returned"] else GREY),
        ("missing", balance.units["missing"], bad if balance.units["missing"] else GREY),
        ("books", word, good if balance.balanced else bad),
    ]
    base = {"font_name": FONT, "align": "center", "valign": "vcenter", "bg_color": "#F3F6FA", "border_color": RULE}
    above = book.add_format(base | {"font_size": 10, "font_color": GREY, "top": 1, "left": 1, "right": 1})
    for n, (key, value, colour) in enumerate(tiles):
        below = {"font_size": 20, "bold": True, "font_color": colour, "bottom": 1, "left": 1, "right": 1}
        columns = (1 + 5 * n, 4 + 5 * n)
        _span(sheet, TILES, columns, say(f"overview.{key}"), above)
        _span(sheet, TILES + 1, columns, value, book.add_format(base | below))


def _headlines(sheet: Any, styles: Styles, collection: Collection, shown: Shown, codes: Sequence[str]) -> None:
    heads = {NAME: say("book.indicator"), WORD: say("form.head_word"), VALUE: say("overview.value")}
    heads |= {COVERAGE: say("book.n_of_head"), PRIOR: say("overview.prior"), CHANGE: say("overview.change")}
    for columns, head in heads.items():
        _span(sheet, TOP + 1, columns, head, styles.heading)
    years = year_columns(collection)
    sources = {VALUE: FIRST, COVERAGE: FIRST + 1, PRIOR: years["matched_prior"], CHANGE: years["change"]}
    for row, code in enumerate(codes, TOP + 2):
        item = shown.places.indicators[code]
        figure = styles.figure(item.decimals)
        looks = {VALUE: figure, COVERAGE: styles.count, PRIOR: figure, CHANGE: change_style(styles, item)}
        cached = _cached(collection, shown.places, item)
        _span(sheet, row, NAME, item.name, styles.fitted)
        _span(sheet, row, WORD, item.measure_word, styles.fitted_centre)
        for columns, column in sources.items():
            there = columns in cached
            _span(sheet, row, columns, "", looks[columns] if there else styles.absent)
            if there:
                source = f"={quote(say('book.tiers_sheet'))}!{address(shown.rows[code], column)}"
                sheet.write_formula(row, columns[0], source, looks[columns], cached[columns])


def _cached(collection: Collection, places: Places, item: Indicator) -> dict[Span, float | str]:
    """Return what 分级汇总 shows of the whole; nothing for cells that are empty there."""
    total = collection.totals.get((ALL, item.code))
    if total is None or not places.asked(collection, item, ALL):
        return {}
    count = say("book.n_of", n=total.n, units=total.units)
    if item.aggregation == "none":
        return {VALUE: say("book.not_added"), COVERAGE: count}
    values: dict[Span, float | str] = {VALUE: number(total.value), COVERAGE: count}
    if year_terms(places, item) is not None:
        change = change_of(item, total.matched_value, total.matched_prior)
        values |= {PRIOR: number(total.matched_prior), CHANGE: change}
    return values


def _changes_chart(book: Any, sheet: Any, rows: tuple[int, int], lines: int) -> None:
    """Put a bar per headline's change beside the table."""
    first, n = rows
    name = say("book.overview_sheet")
    chart = changes_chart(book, name, (first, first + n - 1), (NAME[0], CHANGE[0]))
    _place(chart, sheet, say("overview.change_chart"), (TOP + 1, CHANGES), 36 + LINE * lines)


def _progress(book: Any, sheet: Any, styles: Styles, collection: Collection, top: int) -> int:
    """Write how far each tier is, with a chart; return how many lines it takes."""
    heads = {TIER: say("book.tier"), (STATES[0], STATES[0]): say("overview.due")}
    heads |= {(c, c): say(f"overview.{key}") for c, key in zip(STATES[1:], STATE_KEYS, strict=True)}
    for columns, head in heads.items():
        _span(sheet, top, columns, head, styles.heading)
    units = collection.round.units
    tiers = [t for t in collection.round.pack.tiers if any(u.tier == t.code for u in units)]
    for row, tier in enumerate(tiers, top + 1):
        states = [collection.states[u.code] for u in units if u.tier == tier.code]
        _span(sheet, row, TIER, tier.name, styles.fitted)
        counts = [len(states), *(states.count(key) for key in STATE_KEYS)]
        for column, n in zip(STATES, counts, strict=True):
            sheet.write_number(row, column, n, styles.centre)
    lines = max(LEAST, len(tiers) + 1)
    if tiers:
        _tiers_chart(book, sheet, (top + 1, len(tiers)), lines)
    return lines


def _links(sheet: Any, styles: Styles, sheets: Sequence[str], top: int) -> int:
    """Write a link to each sheet; return how many lines they take."""
    across = (GRID - LINKS + 1) // LINK
    for n, target in enumerate(sheets):
        row, column = top + n // across, LINKS + LINK * (n % across)
        _span(sheet, row, (column, column + LINK - 1), "", styles.fitted_link)
        _link(sheet, styles.fitted_link, (row, column), target, target)
    return -(-len(sheets) // across)


def _link(sheet: Any, style: Any, at: tuple[int, int], target: str, text: str) -> None:
    sheet.write_url(*at, f"internal:{quote(target)}!A1", style, text)


def _tiers_chart(book: Any, sheet: Any, rows: tuple[int, int], lines: int) -> None:
    first, n = rows
    name = say("book.overview_sheet")
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    for column, key in zip(STATES[1:], STATE_KEYS, strict=True):
        series = {
            "name": [name, first - 1, column],
            "categories": [name, first, TIER[0], first + n - 1, TIER[0]],
            "values": [name, first, column, first + n - 1, column],
            "fill": {"color": COLOURS[key]},
            "gap": 45,
        }
        chart.add_series(series)
    chart.set_y_axis({"reverse": True, "num_font": chart_font(8), "line": {"color": RULE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"position": "bottom", "font": chart_font(8)})
    _place(chart, sheet, say("overview.tiers_chart"), (first - 1, PROGRESS), LINE * lines)


def _place(chart: Any, sheet: Any, title: str, at: tuple[int, Span], height: int) -> None:
    row, (first, last) = at
    chart.set_title({"name": title, "name_font": chart_font(9) | {"bold": True, "color": HEAD}, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": PIXELS * (last - first + 1) - 8, "height": height - 2})
    sheet.insert_chart(row, first, chart, {"x_offset": 4, "y_offset": 1, "object_position": 2, "description": title})
