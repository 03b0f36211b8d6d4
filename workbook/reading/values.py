"""One raw cell → a number, a state or unreadable text. Never 0 by accident."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from workbook.messages import say
from workbook.model import Cell, State

Raw = str | float | int | bool | date | datetime | time | timedelta | None

_PLAIN = re.compile(
    r"-?(0|[1-9]\d{0,14})(\.\d{0,11}[1-9])?"
)  # as Excel itself would write the number; the form asks the same
UNCOUNTED = " \u3000\u00a0\n\t"  # blanks are no words; a form's formulas leave out the same
_LARGEST = 10**13  # beyond it no figure of a unit lies, and integers stay exact
_SHORT = 13  # characters of an integer that is surely smaller
_WHOLE = 10**15  # a whole float below it has no more digits than are shown
_NO_NUMBERS = (bool, date, time, timedelta)


def read_figure(raw: Raw, decimals: int, sheet: str, address: str) -> Cell:
    """Return what stands where a number goes; text that is no plain number is unreadable, never guessed.

    Most figures of a unit are blank or whole: there is nothing in them to look for.
    """
    if raw is None or raw == "":
        return Cell(State.BLANK, None, "", 0, sheet, address)
    if (type(raw) is int or (type(raw) is float and raw.is_integer())) and abs(raw) < _LARGEST:
        scaled = int(raw) * 10**decimals
        return Cell(State.NUMBER if scaled else State.ZERO, scaled, f"{raw:.0f}", 0, sheet, address)
    text = show(raw)
    if not text:
        return Cell(State.BLANK, None, "", 0, sheet, address)
    if text in _state_words():
        return Cell(_state_words()[text], None, text, 0, sheet, address)
    if not _PLAIN.fullmatch(text) or isinstance(raw, _NO_NUMBERS):
        return Cell(State.UNREADABLE, None, text, 0, sheet, address)
    if len(text) < _SHORT and "." not in text:  # most figures: no need of decimal arithmetic
        scaled = int(text) * 10**decimals
        return Cell(State.NUMBER if scaled else State.ZERO, scaled, text, 0, sheet, address)
    value = Decimal(text)
    if abs(value) >= _LARGEST:
        return Cell(State.UNREADABLE, None, text, 0, sheet, address)
    scaled = int((value * 10**decimals).to_integral_value(ROUND_HALF_UP))
    digits = max(0, -int(value.normalize().as_tuple().exponent)) if value else 0
    return Cell(State.NUMBER if scaled else State.ZERO, scaled, text, digits, sheet, address)


@cache
def _state_words() -> dict[str, State]:
    return {say("word.not_applicable"): State.NOT_APPLICABLE, say("word.not_counted"): State.NOT_COUNTED}


def show(raw: Raw) -> str:
    """Return a cell as text: numbers with at most 15 significant digits as Excel shows them, dates as ISO."""
    if raw is None or raw == "":
        return ""
    if isinstance(raw, str):
        return clean(raw)
    if isinstance(raw, bool):
        return say("word.yes" if raw else "word.no")
    if isinstance(raw, int):
        return str(raw)
    if isinstance(raw, float):
        return _number(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(" ", "minutes")
    return str(raw)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _WHOLE:
        return format(value, ".0f")
    text = format(Decimal(format(value, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def length(text: str) -> int:
    """Return how many characters of a text count: all but blanks and line breaks."""
    return len(text) - sum(map(text.count, UNCOUNTED)) if text else 0


def clean(text: str) -> str:
    """Return text without control characters and with outer blanks cut; it never becomes markup or formula."""
    if not text.isprintable():  # else there are none
        text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return text.strip()


def altered(handed: str, cell: Cell) -> bool:
    """Return whether a figure the form was handed out with reads differently now."""
    if handed == cell.raw:
        return False
    right = read_figure(handed, 0, "", "")
    if right.state.known and cell.state.known:
        return Decimal(right.raw) != Decimal(cell.raw)
    return right.raw != cell.raw
