"""One raw cell → a number, a state or unreadable text. Never 0 by accident."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from workbook.messages import say
from workbook.model import Cell, State

Raw = str | float | int | bool | date | datetime | time | timedelta | None

_PLAIN = re.compile(
    r"-?(0|[1-9]\d{0,14})(\.\d{0,11}[1-9])?"
)  # as Excel itself would write the number; the form asks the same
UNCOUNTED = " \u3000\u00a0\n\t"  # blanks are no words; a form's formulas leave out the same
_LARGEST = Decimal(10) ** 13  # beyond it no figure of a unit lies, and integers stay exact


def read_figure(raw: Raw, decimals: int, sheet: str, address: str) -> Cell:
    """Return what stands where a number goes; text that is no plain number is unreadable, never guessed."""
    text = show(raw)
    words = {say("word.not_applicable"): State.NOT_APPLICABLE, say("word.not_counted"): State.NOT_COUNTED}
    if not text:
        return Cell(State.BLANK, None, "", 0, sheet, address)
    if text in words:
        return Cell(words[text], None, text, 0, sheet, address)
    if isinstance(raw, bool | date | time | timedelta) or not _PLAIN.fullmatch(text):
        return Cell(State.UNREADABLE, None, text, 0, sheet, address)
    value = Decimal(text)
    if abs(value) >= _LARGEST:
        return Cell(State.UNREADABLE, None, text, 0, sheet, address)
    scaled = int((value * 10**decimals).to_integral_value(ROUND_HALF_UP))
    digits = max(0, -int(value.normalize().as_tuple().exponent)) if value else 0
    return Cell(State.NUMBER if scaled else State.ZERO, scaled, text, digits, sheet, address)


def show(raw: Raw) -> str:
    """Return a cell as text: numbers with at most 15 significant digits as Excel shows them, dates as ISO."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return say("word.yes" if raw else "word.no")
    if isinstance(raw, int):
        return str(raw)
    if isinstance(raw, float):
        return _number(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(" ", "minutes")
    if isinstance(raw, str):
        return clean(raw)
    return str(raw)


def _number(value: float) -> str:
    text = format(Decimal(format(value, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def length(text: str) -> int:
    """Return how many characters of a text count: all but blanks and line breaks."""
    return len(text) - sum(text.count(c) for c in UNCOUNTED)


def clean(text: str) -> str:
    """Return text without control characters and with outer blanks cut; it never becomes markup or formula."""
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return kept.strip()
