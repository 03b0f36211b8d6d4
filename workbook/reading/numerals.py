"""Chinese numerals → a number, where they can be read in one way only."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from workbook.messages import say

# Digits stand as 0-9, the marks of ten, a hundred and so on as these letters. Where places are left out there must be
# a zero: who writes "a hundred two" may mean 102 or 120.
_MARKS = "SBQWY"
_SECTION = re.compile(r"(?:([1-9])Q)?(?:([1-9])B)?(?:((?<=Q)0[1-9]|(?<!Q)[1-9]?)S)?(?:(?:(?<=[QB])0|(?<=S)|^)([1-9]))?")
_ALONE = re.compile(r"2(?![BQWY])")  # a pair stands before a hundred and more, or by itself


def read_numeral(text: str) -> Decimal | None:
    """Return what a number written out is; None if it is none, or could mean several.

    Two digits side by side are "seven or eight", unless one of them is a zero.
    """
    if any(c.isascii() for c in text):
        return None
    plain = text.translate(_plain())
    if any(_ALONE.match(plain, at.start()) for at in re.finditer(say("written.pair"), text)) and len(text) > 1:
        return None
    whole, point, rest = plain.partition(".")
    value = _whole(whole)
    if value is None or (point and not re.fullmatch(r"[0-9]+", rest)):
        return None
    return Decimal(f"{value}.{rest}") if point else Decimal(value)


@cache
def _plain() -> dict[int, str]:
    """Return how every character of a numeral is written in digits, marks and a point."""
    ten = {ord(c): str(n) for n, c in enumerate(say("written.digits"))}
    marks = {ord(c): mark for c, mark in zip(say("written.marks"), _MARKS, strict=True)}
    known = ten | marks | {ord(say("written.point")): "."}
    return known | {ord(pair[0]): known[ord(pair[1])] for pair in say("written.same").split()}


def _whole(text: str) -> int | None:
    """Return a whole number: digits one after another, or sections of four places."""
    if len(text) > 1 and text.isdigit():
        return int(text) if "0" in text and text[0] != "0" else None
    if text == "0":
        return 0
    total, before = 0, 0  # what is read so far, and the weight of its last section
    for mark, weight in (("Y", 10**8), ("W", 10**4), ("", 1)):
        head, found, tail = text.partition(mark) if mark else (text, bool(text), "")
        if found:
            section = _section(head, zero=before > weight * 10_000, first=not before)
            if section is None:
                return None
            total, before, text = total + section * weight, weight, tail
    return total if before else None


def _section(text: str, *, first: bool, zero: bool) -> int | None:
    """Return a number below ten thousand; after a larger section a zero says that places are left out."""
    zero = zero or (not first and "Q" not in text)
    if zero and not text.startswith("0"):
        return None
    match = _SECTION.fullmatch(text if first else text.removeprefix("0"))
    if match is None or not match[0]:
        return None
    thousands, hundreds, tens, ones = match.groups()
    ten = 0 if tens is None else int(tens or 1)
    return int(thousands or 0) * 1000 + int(hundreds or 0) * 100 + ten * 10 + int(ones or 0)
