"""Figures marked in running text, and the mask that keeps text passes from looking inside them.

A figure is marked by three Unicode noncharacters around its tag and its text; a missing one is the single
mark DROP. None of the four can occur in legitimate text.
"""

import re
from collections.abc import Iterator

FIGURE, FIGURE_TEXT, FIGURE_END, DROP = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"

MISSING = "（缺）"
"""What stands for a missing figure where a person reads about it."""

_MARKED = f"{FIGURE}([^{FIGURE}{FIGURE_END}]*?){FIGURE_TEXT}([^{FIGURE}{FIGURE_END}]*){FIGURE_END}"
_FIRST_MASK, _LAST_MASK = 0xF0000, 0xFFFFD
MASKED = f"[{chr(_FIRST_MASK)}-{chr(_LAST_MASK)}]"
"""A regular expression for one masked stretch: a character of the supplementary private use area."""

_FIGURE = re.compile(_MARKED)
_TO_MASK = re.compile(f"{_MARKED}|{MASKED}")
_MASK = re.compile(MASKED)


def mark(tag: str, text: str) -> str:
    """Give `text` marked as the figure `tag`."""
    return f"{FIGURE}{tag}{FIGURE_TEXT}{text}{FIGURE_END}"


def stretches(text: str) -> Iterator[tuple[str, str]]:
    """Give marked text in order as (tag, text) pairs; the tag of what is no figure is empty."""
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
