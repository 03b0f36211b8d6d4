"""Figures marked in running text, and what happens to a sentence when one of them is missing.

A figure is marked by three Unicode noncharacters around its tag and its text; a missing one is the single
mark DROP. None of the four can occur in legitimate text, and XML readers outside never see them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

FIGURE, FIGURE_TEXT, FIGURE_END, DROP = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
MISSING = "（缺）"
"""What stands for a missing figure where a person reads about it."""

_FIGURE = re.compile(f"{FIGURE}([^{FIGURE}{FIGURE_END}]*?){FIGURE_TEXT}([^{FIGURE}{FIGURE_END}]*){FIGURE_END}")

_NUMERALS = "一二三四五六七八九十"
_ORDINAL = re.compile(f"(?:(?<=[。！？；：，、;:\n])|^)([{_NUMERALS}]{{1,3}})是(?![否非])")

_FIRST_MASK, _LAST_MASK = 0xF0000, 0xFFFFD
_PRIVATE = f"[{chr(_FIRST_MASK)}-{chr(_LAST_MASK)}]"
_BRACKETS = re.compile("（[^（）]*）|\\([^()]*\\)")
_QUOTES = re.compile("《[^《》]*》|“[^“”]*”|‘[^‘’]*’|「[^「」]*」")

_REMARK = re.compile(
    "其中|同比|环比|分别|占(?![地用领有据])|[较比](?:上|去|年初|同期)|与(?:上|去|同期)|为(?:上年|去年|年初|同期)|增幅|降幅"
    f"|(?:增长|下降|提高|降低|增加|减少|上升)了?(?=[0-9{DROP}]|{_PRIVATE})"
)
_OPENING = re.compile("(?:其中|并且?|同时|此外|另外?|以及)(?=$)")
_WHEN = re.compile(
    "(?:截[至止].{1,12}|(?:今|去|上|本|当)年(?:以来|[上下]半年)?|[上下]半年|全年|年内|目前|其间|期间|近年来|.{0,6}年.{0,6}"
    "(?:以来|期间|底|末|[上下]半年))"
)
_LOOSE_CONJUNCTION = re.compile("^(?:并且|以及|同时|此外|另外|并(?![轨行网列购]))")
"""A conjunction that has lost what it joined to."""


def mark(tag: str, text: str) -> str:
    """Give `text` marked as the figure `tag`."""
    return f"{FIGURE}{tag}{FIGURE_TEXT}{text}{FIGURE_END}"


def stretches(text: str) -> Iterator[tuple[str, str]]:
    """Give the text in order as (tag, text) pairs; the tag of what is no figure is empty."""
    position = 0
    for found in _FIGURE.finditer(text):
        if found.start() > position:
            yield "", text[position : found.start()]
        yield found[1], found[2]
        position = found.end()
    if position < len(text):
        yield "", text[position:]


def readable(text: str) -> str:
    """Give marked text as a person reads it: figures bare, missing ones as （缺）."""
    return _FIGURE.sub(lambda found: found[2], text).replace(DROP, MISSING)


def chinese_number(number: int) -> str:
    """Give 1 to 99 in Chinese numerals: 一, 十, 十一, 二十, 九十九."""
    if not 1 <= number <= 99:
        raise ValueError(f"only 1 to 99 are written in Chinese numerals here, not {number}")
    tens, ones = divmod(number, 10)
    return (
        (_NUMERALS[tens - 1] if tens > 1 else "") + ("十" if tens else "") + (_NUMERALS[ones - 1] if ones else "")
    )


def renumber(text: str) -> str:
    """Give 一是、二是、… in order again; an item left alone loses its ordinal.

    A new list begins where an ordinal is not greater than the one before it.
    """
    lists: list[list[re.Match[str]]] = []
    previous = 100
    for found in _ORDINAL.finditer(text):
        value = _value(found[1])
        if value <= previous and not (lists and value > previous):
            lists.append([])
        lists[-1].append(found)
        previous = value
    written: dict[int, str] = {}
    for items in lists:
        for number, found in enumerate(items, start=1):
            written[found.start()] = f"{chinese_number(number)}是" if len(items) > 1 else ""
    return _ORDINAL.sub(lambda found: written[found.start()], text)
