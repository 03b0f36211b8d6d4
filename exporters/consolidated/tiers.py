"""分级汇总: every indicator for the whole, the groups and the tiers, beside last year as reported and like for like."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from exporters.consolidated.formulas import (
    Scope,
    Terms,
    count_formula,
    known_refs,
    parts_of,
    shown,
    total_formula,
)
from exporters.consolidated.listing import Figure, hyperlink, quoted, write_note, write_typed
from exporters.consolidated.places import Places
from exporters.consolidated.styles import Styles
from workbook.collection import ALL, Collection, mask_of
from workbook.computed import carries
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Ref
from workbook.layout import address
from workbook.messages import say
from workbook.model import Indicator, Unit
from workbook.totals import Total

CODE, NAME, WORD, FIRST = range(4)
HEAD_ROW = 2
YEARS = {  # headings of the two comparisons with last year -> width
    **{"reported_prior": 12, "reported_n": 10.5, "reported_change": 13.5},
    **{"matched_n": 8.5, "matched_value": 12, "matched_prior": 12, "change": 13.5},
}
NOTE_WIDTH = 24
LOOKS_BAD, LOOKS_GOOD = "#F3C3A0", "#A9C9E6"  # of a change, told apart by lightness too
FULL_COLOUR = {False: 30, True: 10}  # change in percent, or for percentages in points, that has all the colour
REPORTED = 3  # how many of them are as reported, the rest over the same units


def scopes_of(collection: Collection) -> dict[str, str]:
    """Return the columns of the sheet: scope -> heading."""
    pack = collection.round.pack
    scopes = {ALL: pack.whole}
    for group in pack.groups:
        scopes[group] = group
        tiers = [t for t in pack.tiers if t.group == group]
        if len(tiers) > 1:
            scopes |= {t.code: say("book.of_which", name=t.name) for t in tiers}
    return {s: h for s, h in scopes.items() if collection.scope_units(s)}


def year_columns(collection: Collection) -> dict[str, int]:
    """Return the columns of the comparisons with last year by their key; `FIRST` is that of the whole's total."""
    first = FIRST + 2 * len(scopes_of(collection))
    return {key: first + n for n, key in enumerate(YEARS)}


def write_tiers(
    book: Any, styles: Styles, collection: Collection, places: Places, notes: Mapping[str, str]
) -> dict[str, int]:
    """Add the sheet, return the row of each indicator.

    Totals are formulas over the unit cells, each with its right cached value. `notes` are what the office typed beside
    indicators, by code.
    """
    name = say("book.tiers_sheet")
    sheet = book.add_worksheet(name)
    scopes = scopes_of(collection)
    years = year_columns(collection)["reported_prior"]
    last = years + len(YEARS)  # where the office types
    rows: dict[str, int] = {}
    _head(sheet, styles, collection, scopes, years)
    row = HEAD_ROW + 1
    for title, codes in places.sections.items():
        for column in range(NAME, last + 1):
            sheet.write_blank(row, column, None, styles.section)
        sheet.write_string(row, NAME, title, styles.section)
        row += 1
        for code in codes:
            item = places.indicators[code]
            sheet.write_string(row, CODE, code)
            sheet.write_string(row, NAME, item.name, styles.label)
            sheet.write_string(row, WORD, item.measure_word, styles.centre)
            for place, scope in enumerate(scopes):
                column = FIRST + 2 * place
                _write_coverage(sheet, styles, collection, places, (row, column + 1, item, scope))
                _write_total(sheet, styles, collection, places, (row, column, item, scope))
            _write_years(sheet, styles, collection, places, (row, years, item))
            write_typed(sheet, styles, row, last, notes.get(code, ""))
            sheet.set_row(row, None, None, {"level": 1})
            rows[code] = row
            row += 1
    sheet.outline_settings(symbols_below=False)  # a section's name stands above its rows
    sheet.autofilter(HEAD_ROW, NAME, max(row - 1, HEAD_ROW + 1), last)
    _colour_changes(sheet, collection, rows)
    return rows


def _colour_changes(sheet: Any, collection: Collection, rows: Mapping[str, int]) -> None:
    """Colour the changes by whether they are for the better.

    Where neither way is better they stay plain; so do those as reported that units in want of a figure bring about.
    """
    columns = year_columns(collection)
    totals = {code: total for code in rows if (total := collection.totals.get((ALL, code)))}
    whole = {c for c, t in totals.items() if t.n == t.units and t.reported and t.reported.n == t.reported.units}
    for direction, ends in (("higher", (LOOKS_BAD, LOOKS_GOOD)), ("lower", (LOOKS_GOOD, LOOKS_BAD))):
        for percent, far in FULL_COLOUR.items():
            items = [collection.indicators[c] for c in totals]
            codes = [i.code for i in items if (i.direction, i.percent) == (direction, percent)]
            cells = [address(rows[c], columns["change"]) for c in codes]
            cells += [address(rows[c], columns["reported_change"]) for c in codes if c in whole]
            if cells:
                scale: dict[str, object] = {
                    "type": "3_color_scale",
                    "min_type": "num",
                    "mid_type": "num",
                    "max_type": "num",
                }
                scale |= {"min_value": -far, "mid_value": 0, "max_value": far, "mid_color": "#FFFFFF"}
                scale |= {"min_color": ends[0], "max_color": ends[1], "multi_range": " ".join(cells)}
                sheet.conditional_format(cells[0], scale)


def _head(sheet: Any, styles: Styles, collection: Collection, scopes: Mapping[str, str], years: int) -> None:
    sheet.hide_gridlines(2)
    sheet.write_string(0, NAME, f"{say('book.tiers_sheet')}　{collection.period.title}", styles.title)
    sheet.set_row(0, 26)
    heads = [say("book.code"), say("book.indicator"), say("book.word")]
    heads += [h for title in scopes.values() for h in (title, say("book.n_of_head"))]
    heads += [*(say(f"book.{k}") for k in YEARS), say("book.office_note")]
    widths = [3, 29, 9, *[11, 7.5] * len(scopes), *YEARS.values(), NOTE_WIDTH]
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.write_string(HEAD_ROW, column, head, styles.heading)
        sheet.set_column(column, column, width, None, {"hidden": column == CODE})
    sheet.set_row(HEAD_ROW, 48)
    write_note(sheet, styles, 1, (NAME, len(heads) - 1), say("book.tiers_note"), int(sum(widths[NAME:])))
    sheet.freeze_panes(HEAD_ROW + 1, FIRST)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.set_footer(f"&L&A&C{say('form.page')}")


def number(value: Fraction | None) -> float | str:
    """Return a total as a cell shows it: a dash where there is none."""
    return say("word.dash") if value is None else float(value)


def _cells_suffice(collection: Collection, item: Indicator, units: tuple[Unit, ...]) -> bool:
    """Return whether a formula over the units' cells gives the total; offices below may have passed up more."""
    return collection.engine.cells_suffice(item, mask_of(collection.engine, units))


def _write_total(
    sheet: Any, styles: Styles, collection: Collection, places: Places, at: tuple[int, int, Indicator, str]
) -> None:
    row, column, item, scope = at
    units = places.asked(collection, item, scope)
    total = collection.totals.get((scope, item.code))
    if total is None or not units:
        sheet.write_blank(row, column, None, styles.absent)
        return
    if item.aggregation == "none":
        sheet.write_string(row, column, say("book.not_added"), styles.word)
        return
    figure = total_figure(collection, places, item, scope)
    if figure.formula:
        sheet.write_formula(row, column, figure.formula, styles.figure(item.decimals), figure.value)
    else:
        sheet.write(row, column, figure.value, styles.figure(item.decimals))


def total_figure(collection: Collection, places: Places, item: Indicator, scope: str) -> Figure:
    """Return the total of a scope that has one: as a formula over its units' cells where they alone make it up."""
    units = places.asked(collection, item, scope)
    value = number(collection.totals[scope, item.code].value)
    if item.aggregation == "min":
        ranges = ",".join(places.ranges(units, Ref(item.code)))
        formula = f'=IF(COUNT({ranges})=0,"{say("word.dash")}",MIN({ranges}))'
        return Figure(value, item.decimals, formula)
    parts = parts_of(item, "value", dict(places.indicators))
    if parts is None or not shown(places, known_refs(parts)) or not _cells_suffice(collection, item, units):
        return Figure(value, item.decimals)
    formula = "=" + total_formula(places, item, parts, Scope(units, known_refs(parts)))
    return Figure(value, item.decimals, formula)


def _write_coverage(
    sheet: Any, styles: Styles, collection: Collection, places: Places, at: tuple[int, int, Indicator, str]
) -> None:
    """Write n/N: units with a number, of the units that should have one."""
    row, column, item, scope = at
    total = collection.totals.get((scope, item.code))
    units = places.asked(collection, item, scope)
    if total is None or not units:
        sheet.write_blank(row, column, None, styles.absent)
        return
    parts = parts_of(item, "value", dict(places.indicators))
    refs = known_refs(parts) if parts is not None else (Ref(item.code),)
    value = say("book.n_of", n=total.n, units=total.units)
    if shown(places, refs) and _cells_suffice(collection, item, units):
        count = f'({count_formula(places, Scope(units, refs))})&"/{total.units}"'
    else:
        count = quoted(value)
    sheet.write_formula(row, column, hyperlink(places.top(units, Ref(item.code)), count), styles.jump, value)


def year_terms(places: Places, item: Indicator) -> tuple[tuple[Terms, Terms], tuple[Terms, Terms]] | None:
    """Return what an item is added up from, this year and last; None where the years are not compared."""
    now = parts_of(item, "value", dict(places.indicators))
    before = parts_of(item, "prior", dict(places.indicators)) if carries(item, "prior") else None
    return None if now is None or before is None else (now, before)


def _write_years(
    sheet: Any, styles: Styles, collection: Collection, places: Places, at: tuple[int, int, Indicator]
) -> None:
    """Write this year beside last year twice: as it was reported then, and over the units that have both years."""
    row, first, item = at
    total = collection.totals.get((ALL, item.code))
    years = year_terms(places, item)
    if total is None or years is None:
        for column in range(first, first + len(YEARS)):
            sheet.write_blank(row, column, None, styles.absent)
        return
    parts, before = years
    _write_reported(sheet, styles, at, total)
    both = tuple(dict.fromkeys((*known_refs(parts), *known_refs(before))))
    scope = Scope(places.asked(collection, item, ALL), both, total.excluded)
    first += REPORTED
    sides = ((first + 1, parts, total.matched_value), (first + 2, before, total.matched_prior))
    matched = say("book.n_of", n=total.matched, units=total.units)
    if _cells_suffice(collection, item, scope.units):
        count = f'({count_formula(places, scope)})&"/{total.units}"'
        for column, terms, value in sides:
            _write_side(sheet, styles, places, (row, column, item), (terms, scope, value))
    else:
        count = quoted(matched)
        for column, _, value in sides:
            sheet.write(row, column, number(value), styles.figure(item.decimals))
    there = places.top(scope.units, Ref(item.code, "prior"))
    sheet.write_formula(row, first, hyperlink(there, count), styles.jump, matched)
    _write_change(
        sheet, styles, (row, first + 3, item), (first + 1, first + 2), (total.matched_value, total.matched_prior)
    )


def _write_reported(sheet: Any, styles: Styles, at: tuple[int, int, Indicator], total: Total) -> None:
    """Write last year's total as it was reported then: no formula, its units' figures stand in last year's book."""
    row, first, item = at
    then = total.reported
    assert then is not None
    sheet.write(row, first, number(then.value), styles.figure(item.decimals))
    words = say("book.n_of" if then.stored else "book.n_of_told", n=then.n, units=then.units)
    sheet.write_string(row, first + 1, words, styles.count)
    _write_change(sheet, styles, (row, first + 2, item), (FIRST, first), (total.value, then.value))


def _write_side(
    sheet: Any,
    styles: Styles,
    places: Places,
    at: tuple[int, int, Indicator],
    what: tuple[tuple[Terms, Terms], Scope, Fraction | None],
) -> None:
    row, column, item = at
    terms, scope, value = what
    formula = "=" + total_formula(places, item, terms, scope)
    sheet.write_formula(row, column, formula, styles.figure(item.decimals), number(value))


def _write_change(
    sheet: Any,
    styles: Styles,
    at: tuple[int, int, Indicator],
    columns: tuple[int, int],
    values: tuple[Fraction | None, Fraction | None],
) -> None:
    """Write the change from the second column to the first."""
    row, column, item = at
    a, b = (address(row, c) for c in columns)
    dash = say("word.dash")
    if item.percent:
        formula = f'=IF(COUNT({a},{b})<2,"{dash}",ROUND({a}-{b},{item.decimals}))'
    else:
        formula = f'=IF(COUNT({a},{b})<2,"{dash}",IF({b}=0,"{dash}",ROUND(({a}-{b})/ABS({b})*100,1)))'
    sheet.write_formula(row, column, formula, change_style(styles, item), change_of(item, *values))


def change_style(styles: Styles, item: Indicator) -> Any:
    """Return the format of a change: percent, or percentage points between two percentages."""
    word = say("form.points")
    return styles.custom(f'+0.0#"{word}";-0.0#"{word}";0.0"{word}"') if item.percent else styles.percent


def change_of(item: Indicator, now: Fraction | None, before: Fraction | None) -> float | str:
    """Return the change as a cell shows it, rounded once; a dash where there is none."""
    if now is None or before is None or not (before or item.percent):
        return say("word.dash")
    if item.percent:
        return float(round_half_up(now - before, item.decimals))
    return float(round_half_up((now - before) / abs(before) * 100, 1))
