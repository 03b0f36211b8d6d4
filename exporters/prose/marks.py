"""Figures and units' own words marked in running text, and the mask that keeps text passes from looking inside them.

A figure is marked by three Unicode noncharacters around its tag and its text; the text of a missing one is the single
mark DROP, which may also stand alone. What a unit wrote stands between two more. None of the six can occur in
legitimate text.
"""

import re
from collections.abc import Iterator

FIGURE, FIGURE_TEXT, FIGURE_END, DROP = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
_WORDS, _WORDS_END = "\ufddb", "\ufddc"

MISSING = "（缺）"
"""What stands for a missing figure where a person reads about it."""

_MARKED = f"{FIGURE}([^{FIGURE}{FIGURE_END}]*?){FIGURE_TEXT}([^{FIGURE}{FIGURE_END}]*){FIGURE_END}"
_FIRST_MASK, _LAST_MASK = 0xF0000, 0xFFFFD
MASKED = f"[{chr(_FIRST_MASK)}-{chr(_LAST_MASK)}]"
"""A regular expression for one masked stretch: a character of the supplementary private use area."""

_FIGURE = re.compile(_MARKED)
_MISSING_ONE = re.compile(f"{FIGURE}([^{FIGURE}{FIGURE_END}]*?){FIGURE_TEXT}{DROP}{FIGURE_END}")
_TO_MASK = re.compile(f"{_MARKED}|{_WORDS}[^{_WORDS_END}]*{_WORDS_END}|{MASKED}")
_NOT_WORDS = re.compile(f"[{_WORDS}{_WORDS_END}]")
_NOT_TEXT = re.compile(  # controls, what is not seen or turns the direction of reading, what means something here
    f"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|{MASKED}"
)
_MASK = re.compile(MASKED)


def mark(tag: str, text: str) -> str:
    """Give `text` marked as the figure `tag`."""
    return f"{FIGURE}{tag}{FIGURE_TEXT}{text}{FIGURE_END}"


def missing(tag: str) -> str:
    """Give the mark of the figure `tag` whose text is missing: its clause goes."""
    return mark(tag, DROP)


def missing_in(text: str) -> list[str]:
    """Give the tags of the figures that are missing, in order."""
    return _MISSING_ONE.findall(text)


def dashed(text: str, dash: str) -> str:
    """Give `text` with every missing figure as a dash, as in a table: it stays a figure, which may be known later."""
    if DROP not in text:
        return text
    return _MISSING_ONE.sub(lambda found: mark(found[1], dash), text).replace(DROP, dash)


def plain(text: str) -> str:
    """Give a person's words as one line without any character that means something here."""
    return _NOT_TEXT.sub("", " ".join(text.split()))


def words(text: str) -> str:
    """Give a unit's words marked, so that no pass looks inside; the mark they end with stays visible."""
    body = text.rstrip("。！？")
    return f"{_WORDS}{body}{_WORDS_END}{text[len(body) :]}" if body else ""


def stretches(text: str) -> Iterator[tuple[str, str]]:
    """Give marked text in order as (tag, text) pairs; the tag of what is no figure is empty."""
    position, text = 0, _NOT_WORDS.sub("", text) if _WORDS in text else text
    for found in _FIGURE.finditer(text):
        if found.start() > position:
            yield "", text[position : found.start()]
        yield found[1], found[2]
        position = found.end()
    if position < len(text):
        yield "", text[position:]


def readable(text: str) -> str:
    """Give marked text as a person reads it: figures bare, missing ones as （缺）."""
    return _FIGURE.sub(lambda found: found[2], _NOT_WORDS.sub("", text)).replace(DROP, MISSING)


class Mask:
    """Swaps stretches that must stay whole for one private-use character each, and back again."""

    def __init__(self) -> None:
        """Begin with nothing masked."""
        self._stretches: list[str] = []
        self._groups: set[int] = set()

    def hide_figures(self, text: str) -> str:
        """Mask every figure; one whose text is missing becomes DROP."""
        return _TO_MASK.sub(lambda found: DROP if DROP in found[0] else self._hide(found[0]), text)

    def hide(self, group: str) -> str:
        """Mask `group`, such as a bracket or a quotation, which may hold masked stretches itself."""
        self._groups.add(len(self._stretches))
        return self._hide(group)

    def tag(self, character: str) -> str:
        """Give the tag of the figure that `character` masks, "" for any other."""
        stretch = self._stretches[ord(character) - _FIRST_MASK] if _MASK.match(character) else ""
        return stretch[1 : stretch.index(FIGURE_TEXT)] if stretch.startswith(FIGURE) else ""

    def show(self, text: str) -> str:
        """Give `text` with everything masked put back, unchanged."""
        return _MASK.sub(lambda found: self._show(ord(found[0]) - _FIRST_MASK), text)

    def last_number(self, text: str) -> int:
        """Give the position just after the last figure or digit of masked `text`; 0 if it has none.

        A missing figure counts; one inside a masked bracket does not.
        """
        return max((at for at, character in enumerate(text, start=1) if self._is_number(character)), default=0)

    def _is_number(self, character: str) -> bool:
        if not _MASK.match(character):
            return character == DROP or character.isdigit()
        return self._stretches[ord(character) - _FIRST_MASK].startswith(FIGURE)

    def _hide(self, stretch: str) -> str:
        self._stretches.append(stretch)
        return chr(_FIRST_MASK + len(self._stretches) - 1)

    def _show(self, index: int) -> str:
        stretch = self._stretches[index]
        return self.show(stretch) if index in self._groups else stretch
