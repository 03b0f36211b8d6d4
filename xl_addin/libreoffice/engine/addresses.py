"""How are cells called? A1 addresses as Excel writes and takes them. Rows and columns count from 1."""

from __future__ import annotations

import re
from typing import NamedTuple

from workbook.layout import letters

_CELLS = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?", re.IGNORECASE)
_COLUMNS = re.compile(r"\$?([A-Z]{1,3}):\$?([A-Z]{1,3})", re.IGNORECASE)
_ROWS = re.compile(r"\$?(\d{1,7}):\$?(\d{1,7})")
_BARE = re.compile(r"[^\W\d][\w.]*")  # Chinese letters need no quotes


class Box(NamedTuple):
    """A block of cells; last_row or last_column None where it goes on to the edge of the sheet."""

    row: int
    column: int
    last_row: int | None
    last_column: int | None


def parse(address: str) -> Box | None:
    """Return what an address stands for; None when it is none, but a name perhaps."""
    if found := _CELLS.fullmatch(address):
        rows = sorted((int(found[2]), int(found[4] or found[2])))
        columns = sorted((number(found[1]), number(found[3] or found[1])))
        return Box(rows[0], columns[0], rows[1], columns[1])
    if found := _COLUMNS.fullmatch(address):
        columns = sorted((number(found[1]), number(found[2])))
        return Box(1, columns[0], None, columns[1])
    if found := _ROWS.fullmatch(address):
        rows = sorted((int(found[1]), int(found[2])))
        return Box(rows[0], 1, rows[1], None)
    return None


def number(column: str) -> int:
    """Return the number of a column: A is 1."""
    result = 0
    for letter in column.upper():
        result = result * 26 + ord(letter) - 64
    return result


def written(row: int, column: int, *, row_absolute: bool = True, column_absolute: bool = True) -> str:
    """Return the address of a cell."""
    return f"{'$' if column_absolute else ''}{letters(column - 1)}{'$' if row_absolute else ''}{row}"


def quoted(prefix: str, sheet: str) -> str:
    """Return a sheet as it stands before the ! of an address, `prefix` the workbook in brackets or nothing."""
    bare = _BARE.fullmatch(sheet) and parse(sheet) is None and not re.search(r"['\s\-&(),]", prefix)
    return f"{prefix}{sheet}" if bare else "'" + f"{prefix}{sheet}".replace("'", "''") + "'"
