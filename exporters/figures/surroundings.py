"""The words a figure stands in: what it is known by when control and bookmark are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exporters.figures.document import Hold, Paragraph
from exporters.figures.loose import OBJECT

_BEFORE, _AFTER = 14, 8


def controls(paragraph: Paragraph) -> Iterator[Hold]:
    """Yield the controls of a paragraph in order."""
    return (hold for hold in paragraph.holds if hold.control)


def surroundings(text: str, places: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
    """Return the words before and behind each place; what stands in other places reads ￼."""
    found = []
    for at, (start, end) in enumerate(places):
        before, here = "", start
        for first, last in reversed(places[:at]):
            before = OBJECT + text[last:here] + before
            here = first
            if len(before) > _BEFORE:
                break
        before = text[:here] + before if len(before) <= _BEFORE else before
        following = places[at + 1][0] if at + 1 < len(places) else len(text)
        found.append((before[-_BEFORE:], text[end:following][:_AFTER]))
    return found
