"""How do values come and go? Between Python and a block of cells, a whole block at a time.

LibreOffice keeps dates and booleans as numbers and tells them by the number format, so both ways look at the formats.
A text stays a text: "001" is not made a number of, as Excel would.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from numbers import Real
from typing import Any

from xl_addin.libreoffice.engine.formulas import Formulas
from xl_addin.libreoffice.engine.number_formats import DATE, GENERAL, LOGICAL, NumberFormats

_ERRORS = {
    503: "#NUM!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}  # by LibreOffice's numbers; the others of its errors are all #VALUE! in Excel
_DAY = 86400
_DATE_CODE, _TIME_CODE = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
Rows = Sequence[Sequence[Any]]


class CellError(str):
    """The error in a cell, "#N/A", apart from a text that says so."""


def prepared(value: Any) -> Any:
    """Return a value of Python, pandas or numpy as one that a cell takes; what is missing is an empty text."""
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return ""
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):  # numpy's is no subclass
        return bool(value)
    if isinstance(value, Real):
        return "" if math.isnan(value) else float(value)
    return str(value)


def cleaned(
    value: Any,
    make_date: Callable[..., Any],
    empty: object,
    make_number: Callable[[float], Any] | None,
    errors_as_text: bool,
) -> Any:
    """Return a value that was read the way the options of the range ask for it."""
    if value is None or value == "":
        return empty
    if isinstance(value, CellError):
        return str(value) if errors_as_text else None
    if isinstance(value, datetime):
        day = {"year": value.year, "month": value.month, "day": value.day}
        time = {"hour": value.hour, "minute": value.minute, "second": value.second, "microsecond": value.microsecond}
        return make_date(**day, **time, tzinfo=None)
    if make_number is not None and isinstance(value, float):
        return make_number(value)
    return value


def read(cells: Any, formats: NumberFormats, epoch: datetime) -> list[list[Any]]:
    """Return the values of a block: numbers, texts, dates, booleans, errors; None where a cell is empty."""
    rows = [list(row) for row in cells.getDataArray()]
    types = None
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is None:
                row[c] = CellError(_ERRORS.get(cells.getCellByPosition(c, r).getError(), "#VALUE!"))
            elif value == "":
                row[c] = None
            elif isinstance(value, float):
                if types is None:
                    types = formats.types(cells, len(rows), len(rows[0]))
                row[c] = _told_by_format(value, types[r][c], epoch)
    return rows


def _told_by_format(number: float, kind: int, epoch: datetime) -> object:
    """Return the date or boolean that a number stands for. A mere time is a number in Excel too."""
    if kind & LOGICAL:
        return bool(number)
    if kind & DATE:
        try:
            return epoch + timedelta(seconds=round(number * _DAY, 3))
        except OverflowError:
            return number
    return number


def write(cells: Any, rows: Rows, formats: NumberFormats, formulas: Formulas, epoch: datetime) -> None:
    """Write a block of `prepared` values of the same shape; a text that begins with = is a formula."""
    cells.setDataArray(tuple(tuple(_plain(value, epoch) for value in row) for row in rows))
    _show(cells, rows, formats)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if is_formula(value):
                formulas.write(cells.getCellByPosition(c, r), value)


def is_formula(value: object) -> bool:
    """Return whether Excel would take it for a formula."""
    return isinstance(value, str) and len(value) > 1 and value.startswith("=")


def _plain(value: Any, epoch: datetime) -> float | str:
    """Return what the block is given for a value, before formats and formulas."""
    if value is None or is_formula(value):
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        return (moment.replace(tzinfo=None) - epoch) / timedelta(days=1)
    return float(value)


def _show(cells: Any, rows: Rows, formats: NumberFormats) -> None:
    """Give dates and booleans a format that tells them, and take it from numbers that are none any more."""
    if not any(isinstance(value, bool | int | float | date) for row in rows for value in row):
        return
    types = formats.types(cells, len(rows), len(rows[0]))
    for c in range(len(rows[0])):
        wanted = (_key(row[c], kinds[c], formats) for row, kinds in zip(rows, types, strict=True))
        for key, first, last in _runs(wanted):
            if key is not None:
                cells.getCellRangeByPosition(c, first, c, last).NumberFormat = key


def _key(value: object, kind: int, formats: NumberFormats) -> int | None:
    """Return the format a cell of this kind needs for a value, None when it can stay as it is."""
    if isinstance(value, bool):
        return None if kind & LOGICAL else formats.logical()
    if isinstance(value, date):
        whole = not isinstance(value, datetime) or value.time() == value.time().min
        return None if kind & DATE else formats.key(_DATE_CODE if whole else _TIME_CODE)
    return GENERAL if isinstance(value, int | float) and kind & LOGICAL else None


def _runs(keys: Iterable[int | None]) -> Iterable[tuple[int | None, int, int]]:
    """Return equal neighbours as (key, first, last)."""
    for key, run in groupby(enumerate(keys), lambda pair: pair[1]):
        positions = [position for position, _ in run]
        yield key, positions[0], positions[-1]
