"""Last passes over a paragraph whose figures are in place: a zero told in words, comparisons told in turn."""

from __future__ import annotations

import re

from exporters.prose.marks import FIGURE, FIGURE_END, FIGURE_TEXT

_ZERO, _ZERO_END = "\ufdd6", "\ufdd7"
_ZERO_CLAUSE = re.compile(f"[^，；。：\n{_ZERO}]*{_ZERO}([^{_ZERO_END}]*){_ZERO_END}[^，；。\n]*")
_YEAR_ON_YEAR = re.compile(f"同比(?={FIGURE}[^{FIGURE_TEXT}]*{FIGURE_TEXT}([^{FIGURE_END}]*){FIGURE_END})")
_OFTEN = 3
_LIKE, _EQUAL = "比上年同期", "与上年同期"


def zero(phrase: str) -> str:
    """Give a phrase that takes the place of its whole clause: 未发生重大舆情事件."""
    return f"{_ZERO}{phrase}{_ZERO_END}"


def zeros_told(text: str) -> str:
    """Give `text` with the clause of every zero replaced by its phrase."""
    return _ZERO_CLAUSE.sub(r"\1", text) if _ZERO in text else text


def varied(text: str) -> str:
    """Give a paragraph that compares with last year three times or more with every second 同比 in other words."""
    found = list(_YEAR_ON_YEAR.finditer(text)) if text.count("同比") >= _OFTEN else []
    if len(found) < _OFTEN:
        return text
    for match in reversed(found[1::2]):
        text = text[: match.start()] + _instead(match[1]) + text[match.end() :]
    return text


def same_lead(was: str, lead: str, following: str) -> str:
    """Give the words that lead to a figure, in the variety that a text has: of a comparison that was told otherwise."""
    return _instead(following) if lead == "同比" and was in (_LIKE, _EQUAL) else lead


def led(before: str, lead: str) -> str:
    """Give the words that lead to a figure as they stand at the end of `before`, "" where they do not."""
    varieties = (lead, _LIKE, _EQUAL) if lead == "同比" else (lead,)
    return next((words for words in varieties if before.endswith(words)), "")


def _instead(direction: str) -> str:
    return _EQUAL if direction.endswith("持平") else _LIKE
