"""What a number in a text says: 12345, 12,345, １.23万, 近1300, 2800余, 三十五 — and which exact numbers it is true of.

The way back of `numbers`: what is printed there is read here, and so is what a person writes in its place.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from workbook.reading.numerals import read_numeral

_NARROW = str.maketrans("０１２３４５６７８９．－−％，", "0123456789.--%,")
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_NUMERAL = re.compile("[零〇一二两三四五六七八九十百千万亿点]+")
_BEFORE = re.compile(r"(将近|接近|(?<![最附邻])近|大约|(?<![节公合契])约|超过|(?<![反])超|逾|突破|不足|不到)$")
_AFTER = re.compile(
    r"\s*(?P<a>余(?!额|名单)|多)?\s*(?P<scale>万亿|[百千]万|万|亿|[百千](?![分米瓦克伏]))?(?P<b>余(?!额|名单)|多)?"
)
_SCALES = {"百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
_MEANS = {
    **dict.fromkeys(("将近", "接近", "近"), "near"),
    **dict.fromkeys(("不足", "不到"), "below"),
    **dict.fromkeys(("大约", "约"), "about"),
    **dict.fromkeys(("超过", "超", "逾", "突破", "余", "多"), "above"),
}
_TIMES = "倍"
NUMBER_IN_TEXT = r"[-－−]?[0-9０-９](?:[0-9０-９.．,，]*[0-9０-９])?|[零〇一二两三四五六七八九十百千]+"
"""A regular expression for a number as it may stand in a text."""

_LONGEST = 24  # characters of a number that are looked at on either side
_UP, _DOWN, _SAME = (
    frozenset("增长 上升 增加 提高 提升 扩大 上涨 新增 多".split()),
    frozenset("下降 减少 降低 下滑 缩减 回落 少".split()),
    frozenset("持平 基本持平 相同 不变 一致".split()),
)


_DIGITS = "0123456789０１２３４５６７８９.．,，零〇一二两三四五六七八九十百千万亿点"
_JOINS_BEFORE = frozenset(_DIGITS + "-－−近约过超逾破足到")
_JOINS_BEHIND = frozenset(_DIGITS + "余多倍 \u3000")


class Said(NamedTuple):
    """A number as it stands in a text, with the words that belong to it."""

    start: int
    end: int  # behind its digits
    number: Fraction  # as written, without scale
    places: int  # decimals written
    scale: int  # 10,000 for 万, in the unit of the measure word
    about: str  # "" exactly, or near, below, about, above
    stored: Fraction  # what one of the number is in the indicator's unit
    prefix: int = 0  # characters of 近, 约 and the like before it

    @property
    def value(self) -> Fraction:
        """Return the number in the indicator's unit."""
        return self.number * self.stored

    def says(self, other: Said) -> bool:
        """Return whether both say the same in the same words."""
        return (self.value, self.about) == (other.value, other.about)

    def holds(self, exact: Fraction) -> bool:
        """Return whether it is true of an exact number, within the places it is written with."""
        unit = self.stored / 10**self.places
        if not self.about:
            return _rounded(exact / unit) == _rounded(self.value / unit)
        step = self._step()
        if self.about == "above":
            return self.value < exact < self.value + step
        near = min(step, abs(self.value) / 10)
        if self.about in ("near", "below"):
            return self.value - (near if self.about == "near" else step) <= exact < self.value
        return abs(exact - self.value) <= min(step / 2, near)

    def _step(self) -> Fraction:
        """Return the place of the last figure that is no zero, in the indicator's unit: 100 for 2800."""
        digits, step = abs(int(self.number * 10**self.places)), Fraction(1, 10**self.places)
        while digits and digits % 10 == 0:
            digits, step = digits // 10, step * 10
        return step * self.stored


def said_at(text: str, start: int, end: int, word: str = "") -> Said | None:
    """Return what the number at text[start:end] says, with digits that were typed up against it; None if there is none.

    `word` is the indicator's measure word: of 万元 the number counts ten thousands, unless the text says otherwise.
    More than one number there is none that could be meant.
    """
    first, last = max(0, start - 2 * _LONGEST), end + 2 * _LONGEST
    narrow = text[:first] + text[first:last].translate(_NARROW) + text[last:]
    found = list(_NUMBER.finditer(narrow, start, end))
    if not found:
        return _written_out(text, start, end, word)
    if len(found) > 1:
        return None
    first, last = found[0].span()
    if first == start:
        first = _leftwards(narrow, first)
    if last == end:
        last = _rightwards(narrow, last)
    whole = _NUMBER.fullmatch(narrow, first, last)
    if whole is None:
        return None
    digits, _, rest = whole[0].replace(",", "").partition(".")
    return _with_words(text, (first, last), Fraction(int(digits + rest), 10 ** len(rest)), len(rest), word)


def _leftwards(text: str, at: int) -> int:
    least = max(0, at - _LONGEST)
    while at > least and (text[at - 1].isdigit() or (text[at - 1] in ".," and at > 1 and text[at - 2].isdigit())):
        if text[at - 1] == "," and not re.match(r"\d{3}(?!\d)", text[at : at + 4]):
            break
        at -= 1
    return at


def _rightwards(text: str, at: int) -> int:
    most = min(len(text), at + _LONGEST)
    while at < most:
        if text[at].isdigit():
            at += 1
        elif text[at] == "." and text[at + 1 : at + 2].isdigit():
            at += 2
        elif text[at] == "," and re.match(r",\d{3}(?!\d)", text[at : at + 5]):
            at += 4
        else:
            break
    return at


def _written_out(text: str, start: int, end: int, word: str) -> Said | None:
    """Return a number in Chinese numerals, which are exact."""
    found = list(_NUMERAL.finditer(text, start, end))
    value = read_numeral(found[0][0]) if len(found) == 1 else None
    if value is None:
        return None
    return _with_words(text, found[0].span(), Fraction(value), max(0, -int(value.as_tuple().exponent)), word)


def _with_words(text: str, place: tuple[int, int], number: Fraction, places: int, word: str) -> Said:
    """Return the number with what is said before and behind it."""
    first, last = place
    before = _BEFORE.search(text[max(0, first - 4) : first])
    rest = text[last : last + _LONGEST]
    about, scale = (before[1] if before else ""), 1
    stored = Fraction(1)
    base = word.lstrip("万亿")
    unit = _SCALES.get(word[: len(word) - len(base)], 1)
    if rest.startswith(_TIMES) and word == "%":
        scale, stored = 100, Fraction(100)
    elif not (word and rest.startswith(word)):
        behind = _AFTER.match(rest)
        assert behind is not None
        about = about or behind["a"] or behind["b"] or ""
        scale = _SCALES.get(behind["scale"] or "", 1)
        if scale > 1 or (base != word and rest[behind.end() :].startswith(base)):
            stored = Fraction(scale, unit)
    return Said(first, last, number, places, scale, _MEANS.get(about, ""), stored, len(before[1]) if before else 0)


def joins_before(text: str, at: int) -> bool:
    """Return whether the character before a place could belong to a number there, by which it would say another."""
    return at > 0 and text[at - 1] in _JOINS_BEFORE


def joins_behind(text: str, at: int) -> bool:
    """Return whether the character behind a place could belong to a number there."""
    return at < len(text) and text[at] in _JOINS_BEHIND


def direction(word: str) -> str:
    """Return which way a word of change points: up, down or same; "" for any other word."""
    told = word.strip()
    return "up" if told in _UP else "down" if told in _DOWN else "same" if told in _SAME else ""


def _rounded(value: Fraction) -> int:
    """Return the nearest whole number, halves away from zero."""
    whole = int((2 * abs(value) + 1) // 2)
    return whole if value >= 0 else -whole
