"""How the sheets of a form differ from those handed out, and how they were understood all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbook.layout import Layout, address
from workbook.messages import say
from workbook.model import MEASURES
from workbook.reading.grid import NOWHERE, Sheet
from workbook.reading.locate import Row, Table
from workbook.reading.notes import Notes


def tell_changes(tables: Sequence[Table], layout: Layout, notes: Notes) -> None:
    """Note every table whose rows, columns or labels are not as they were handed out."""
    for table in tables:
        _tell_rows(table, notes, "by_name", [r for r in table.rows if not r.coded])
        _tell_rows(table, notes, "renamed_rows", [r for r in table.rows if r.coded and not r.named and not r.other])
        _tell_rows(table, notes, "moved_rows", [r for r in table.rows if table.section.rows.get(r.code) != r.number])
        above, first = table.heads[0] if table.heads else (NOWHERE, {})
        if table.heads and above + 1 != min(r.number for r in table.rows):
            notes.repair("heading_moved", table.sheet.name, address(above, 0))
        moved = [m for m in MEASURES if m in first and first[m][0] != layout.column(m)]
        for kind, measures in (("moved_columns", moved), ("assumed", list(table.assumed))):
            if measures:
                heads = "、".join(say(f"form.head_{m}") for m in measures)
                notes.repair(kind, table.sheet.name, heads=heads)


def _tell_rows(table: Table, notes: Notes, kind: str, rows: Sequence[Row]) -> None:
    if rows:
        notes.repair(kind, table.sheet.name, address(rows[0].number, 0), n=len(rows))


def tell_sheets(sheets: Sequence[Sheet], now: Mapping[str, str], layout: Layout, notes: Notes) -> None:
    """Note sheets that were renamed or stand in another order; `now` says what each is called in this file."""
    for was, name in now.items():
        if was != name:
            notes.repair("renamed", name, was=was)
    places = {s.name: number for number, s in enumerate(sheets)}
    order = [places[now[s]] for s in layout.sheets if now.get(s) in places]
    if order != sorted(order):
        notes.repair("reordered")
