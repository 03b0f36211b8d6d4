"""What stands in a form where nothing is asked: it is not read, and that is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from workbook.layout import MARKS_SHEET, Layout, address, letters
from workbook.messages import say
from workbook.model import MEASURES
from workbook.reading.cover import Cover
from workbook.reading.grid import NOWHERE, Sheet, squeezed
from workbook.reading.locate import Table
from workbook.reading.notes import Notes
from workbook.reading.values import show
from workbook.same import Same

_HIDDEN = 3  # columns right of the table, where the form's own checks stand


def tell_leftovers(tables: Sequence[Table], layout: Layout, notes: Notes) -> None:
    """Note rows, columns and cells with content on the sheets of figures that belong to no indicator."""
    coded = {r.code for t in tables for r in t.rows if r.coded}
    for table in tables:
        doubled = [r for r in table.rows if not r.coded and r.code in coded]
        if doubled:
            notes.repair("by_code_elsewhere", table.sheet.name, address(doubled[0].number, 0), n=len(doubled))
        rows = list(_unknown_rows(table, layout))
        if rows:
            notes.repair("unknown_row", table.sheet.name, address(*rows[0]), n=len(rows))
        for column, row in _unknown_columns(table):
            notes.repair("unknown_column", table.sheet.name, address(row, column), column=letters(column))
        _tell_unasked(table, layout, notes)


def tell_other_sheets(
    sheets: Sequence[Sheet], texts: frozenset[str], tables: Sequence[Table], cover: Cover | None, notes: Notes
) -> None:
    """Note the sheets with content that are none of the form; `texts` names those with text inputs."""
    ours = {say(f"form.{key}_sheet") for key in ("guide", "live")} | {MARKS_SHEET}
    ours |= {say(f"{section}.sheet") for section in ("returned", "result")}
    known = ours | texts | {t.sheet.name for t in tables} | {cover.sheet if cover is not None else ""}
    for sheet in sheets:
        if sheet.name not in known and any(show(raw) for row in sheet.grid for raw in row):
            notes.repair("extra_sheet", sheet.name)


@lru_cache(maxsize=32)
def _own_words(same: Same[Layout]) -> frozenset[str]:
    """Return what the form itself prints above its tables in the columns of figures."""
    layout = same.it
    words = [say(f"form.short_{key}") for key in ("input", "computed", "carried")]
    heads = [say(f"form.head_{m}") for m in MEASURES]
    return frozenset(
        squeezed(w) for w in (*words, *heads, say("form.required_note"), *(s.title for s in layout.sections))
    )


def _unknown_rows(table: Table, layout: Layout) -> Iterator[tuple[int, int]]:
    """Yield row and first cell of every row with figures that is no indicator's, below the headings."""
    own = _own_words(Same(layout))
    known = {r.number for r in table.rows}
    first = min(table.heads[0][0] if table.heads else NOWHERE, *known)
    for number in range(first, len(table.sheet.grid)):
        if number in known:
            continue
        columns = sorted({c for m in MEASURES for c in table.columns(number, m)})
        filled = (
            c for c in columns if show(table.sheet.at(number, c)) and squeezed(table.sheet.at(number, c)) not in own
        )
        column = next(filled, None)
        if column is not None:
            yield number, column


def _unknown_columns(table: Table) -> Iterator[tuple[int, int]]:
    """Yield every column without a heading of the form in which something stands beside indicators, and where."""
    if not table.heads or table.edge == NOWHERE:
        return
    known = {c for _, heads in table.heads for columns in heads.values() for c in columns} | set(table.assumed.values())
    hidden = range(table.edge + 1, table.edge + 1 + _HIDDEN)
    for column in range(1, max(len(row) for row in table.sheet.grid)):
        if column not in known and column not in hidden:
            row = next((r.number for r in table.rows if show(table.sheet.at(r.number, column))), None)
            if row is not None:
                yield column, row


def _tell_unasked(table: Table, layout: Layout, notes: Notes) -> None:
    """Note the grey cells that were filled all the same."""
    for row in table.rows:
        item = layout.indicators[row.code]
        asked = layout.measures(item)
        for measure in MEASURES:
            for column in table.columns(row.number, measure) if measure not in asked else ():
                raw = show(table.sheet.at(row.number, column))
                if raw:
                    place = address(row.number, column)
                    notes.repair("not_asked", table.sheet.name, place, row.code, name=item.name, raw=raw[:40])
