"""Every number in a text that could be a figure: in digits, left blank as XX, or written out where one counts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from exporters.old_reports.language import language
from workbook.reading.numerals import read_numeral

_NARROW = {0xFF10 + n: 0x30 + n for n in range(10)} | {ord("．"): ".", ord("，"): None, ord(","): None}
_MOST_DIGITS = 20

Written = Literal["digits", "blank", "numeral"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: where it stands, what it says, the measure word behind it."""

    start: int
    end: int
    raw: str
    written: Written
    value: Decimal | None  # as written, without the scale word; None where it is left blank
    scale: int  # 10,000 for 万
    word: str  # measure word without its scale, "" if there is none
    after: int  # where the text goes on behind the measure word
    ordinal: bool = False  # 第3

    @property
    def full(self) -> Decimal | None:
        """Return the number in full."""
        return None if self.value is None else self.value * self.scale


def numbers_in(text: str) -> list[Number]:
    """Return the numbers of a text from left to right."""
    known = language()
    found: list[Number] = []
    for match in known.number.finditer(text):
        number = _number(text, match.start(), match[0], _written(match.lastgroup))
        if number.written != "numeral" or _counts(text, number):
            found.append(number)
    return found


def _written(group: str | None) -> Written:
    return "digits" if group == "digits" else "blank" if group == "blank" else "numeral"


def _counts(text: str, number: Number) -> bool:
    """Return whether a number written out counts something, and is not the article "a"."""
    return bool(number.word) and number.value is not None and not language().article.match(text, number.start)


def _number(text: str, start: int, raw: str, written: Written) -> Number:
    known = language()
    end = start + len(raw)
    scaled = known.scale.match(text, end)
    behind = scaled.end() if scaled else end
    measure = known.measure.match(text, behind)
    scale = known.scales[scaled["scale"]] if scaled and scaled["scale"] else 1
    return Number(
        start=start,
        end=end,
        raw=raw,
        written=written,
        value=_value(raw, written),
        scale=scale,
        word=measure[0].translate(_PERCENT) if measure else "",
        after=measure.end() if measure else behind if scale > 1 else end,
        ordinal=text[:start].rstrip()[-1:] == _ORDINAL,
    )


_PERCENT = {0xFF05: "%"}
_ORDINAL = "第"


def _value(raw: str, written: Written) -> Decimal | None:
    if written == "blank":
        return None
    if written == "numeral":
        return read_numeral(raw)
    plain = raw.translate(_NARROW)
    return Decimal(plain) if len(plain) <= _MOST_DIGITS else None
