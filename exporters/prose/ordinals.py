"""Chinese ordinals in running text: 一是…；二是…, and in paragraphs that follow each other."""

import re

from exporters.prose.marks import Mask

_NUMERALS = "一二三四五六七八九十"
ORDINAL = re.compile(f"(?:(?<=[。！？；：，、;:\n])|^)([{_NUMERALS}]{{1,3}})是(?![否非])")
"""一是, 二是 … where a clause begins."""


def chinese_number(number: int) -> str:
    """Give 1 to 99 in Chinese numerals: 一, 十, 十一, 二十, 九十九."""
    if not 1 <= number <= 99:
        raise ValueError(f"only 1 to 99 are written in Chinese numerals here, not {number}")
    tens, ones = divmod(number, 10)
    before = _NUMERALS[tens - 1] if tens > 1 else ""
    return before + ("十" if tens else "") + (_NUMERALS[ones - 1] if ones else "")


def counted(number: int) -> str:
    """Give 1 to 99 as a count before a measure word: 两 for 2."""
    return "两" if number == 2 else chinese_number(number)


_VALUES = {chinese_number(number): number for number in range(1, 100)}


def item_ordinal(text: str) -> str:
    """Give the ordinal a paragraph begins with, when it is one item of a list; "" when it holds a list itself."""
    if not ORDINAL.match(text):
        return ""
    hidden = Mask().hide_figures(text)
    found = ORDINAL.match(hidden)
    return found[0] if found and len(ORDINAL.findall(hidden)) == 1 else ""


def renumber(text: str) -> str:
    """Give 一是、二是、… in order again; an item left alone loses its ordinal.

    A new list begins where an ordinal is not greater than the one before it. Marked figures stay untouched.
    """
    mask = Mask()
    hidden = mask.hide_figures(text)
    lists: list[list[int]] = []
    previous = 100
    for found in ORDINAL.finditer(hidden):
        value = _VALUES.get(found[1], 0)
        if value and value <= previous:
            lists.append([])
        if value:
            lists[-1].append(found.start())
            previous = value
    written = {
        start: f"{chinese_number(number)}是" if len(starts) > 1 else ""
        for starts in lists
        for number, start in enumerate(starts, start=1)
    }
    return mask.show(ORDINAL.sub(lambda found: written.get(found.start(), found[0]), hidden))
