"""Sheets that the buttons add to a workbook, and take away again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import xlwings as xw

from workbook.form.styles import FONT, HEAD, INK
from workbook.messages import say
from xl_addin.front import Refused


def own_sheet(book: xw.Book, name: str) -> xw.Sheet:
    """Return a sheet of ours with nothing on it: the one that is there, else a new last one.

    It is emptied rather than added anew, which takes a program ten times as long. Refused where the workbook's
    structure is protected.
    """
    if name in book.sheet_names:
        there = book.sheets[name]
        there.clear()
        return there
    front = book.sheets.active
    try:
        sheet = book.sheets.add(name, after=book.sheets[len(book.sheets) - 1])
    except Exception as error:  # every program has an error of its own
        raise Refused(say("macro.no_sheet", sheet=name)) from error
    front.activate()
    return sheet


def delete_sheets(app: xw.App, book: xw.Book, names: Iterable[str]) -> None:
    """Take sheets of ours away without the program asking whether that is meant."""
    asks = app.display_alerts
    app.display_alerts = False
    try:
        for name in names:
            book.sheets[name].delete()
    finally:
        app.display_alerts = asks


def write_list(
    sheet: xw.Sheet, title: str, notes: Sequence[str], table: Sequence[Sequence[str]], widths: Sequence[int]
) -> None:
    """Write a title, sentences and a table under its headings, in the looks of the form.

    Everything but our own links is text, whatever it begins with.
    """
    columns, head = len(widths), len(notes) + 2
    for number, width in enumerate(widths, 1):  # first, since rows are made high enough for them
        sheet.range((1, number)).column_width = width
    everything = sheet.range((1, 1), (head + len(table) - 1, columns))
    everything.font.name, everything.font.size, everything.font.color = FONT, 11, INK
    sheet.range("A1").value = title
    sheet.range("A1").font.size, sheet.range("A1").font.bold, sheet.range("A1").font.color = 16, True, HEAD
    for row, note in enumerate(notes, 2):
        sheet.range((row, 1)).value = as_text(note)
    at = sheet.range((head, 1), (head + len(table) - 1, columns))
    at.value = [[as_text(text) for text in row] for row in table]
    at.wrap_text = True
    at.vertical_alignment = "center"
    heading = sheet.range((head, 1), (head, columns))
    heading.color, heading.font.color, heading.font.bold = HEAD, "#FFFFFF", True
    at.rows.autofit()


def link_to(sheet: str, cell: str) -> str:
    """Return a formula that leads to a cell of the same workbook."""
    where = f"#'{sheet.replace(chr(39), chr(39) * 2)}'!{cell or 'A1'}".replace('"', '""')
    return f'=HYPERLINK("{where}","{f"{sheet} {cell}".strip().replace(chr(34), chr(34) * 2)}")'


def as_text(text: str) -> str:
    """Return what a program takes for the text itself, whatever it begins with; only our own links are formulas."""
    return text if text.startswith("=HYPERLINK(") or not text.startswith(("=", "+", "-", "@")) else f"'{text}"
