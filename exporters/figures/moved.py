"""Figures that stand in another figure's words: true as numbers, but said of the wrong thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from exporters.figures.document import Paragraph
from exporters.figures.locate import Place
from exporters.figures.loose import OBJECT
from exporters.figures.manifest import Figure
from exporters.figures.surroundings import surroundings

_LEAST = 4  # words that tell one figure from another
Words = tuple[str, str]


def moved(figures: Sequence[Figure], places: Sequence[Place | None]) -> set[int]:
    """Return which of the figures stand where another one was written that does not stand there any more.

    Numbers in tables are left out: with a column put in, every cell has another place.
    """
    if all(place is None or _in_its_words(figure, place) for figure, place in zip(figures, places, strict=True)):
        return set()
    here = _words_now(places)
    owners: dict[Words, set[int]] = defaultdict(set)
    for at, figure in enumerate(figures):
        if figure.cell < 0 and len(figure.before.replace(OBJECT, "")) >= _LEAST:
            owners[figure.before, figure.after].add(at)
    found = set()
    for at, words in here.items():
        figure = figures[at]
        of = owners.get(words, set())
        if figure.cell >= 0 or not of or (figure.before, figure.after) == words:
            continue
        alike = any(figures[other].tag == figure.tag for other in of)
        if not alike and all(here.get(other) != words for other in of):
            found.add(at)
    return found


def _in_its_words(figure: Figure, place: Place) -> bool:
    """Return whether a figure surely stands where it was written; False where that is not clear at a glance."""
    if figure.cell >= 0:
        return True
    told = figure.before.rpartition(OBJECT)[2]
    return place.paragraph.text.endswith(told, 0, place.start) and place.paragraph.text.startswith(
        figure.after[:_LEAST], place.end
    )


def _words_now(places: Sequence[Place | None]) -> dict[int, Words]:
    """Return the words around every figure that was found, by its number in the order of the manifest."""
    together: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    paragraphs: dict[int, Paragraph] = {}
    for at, place in enumerate(places):
        if place is not None:
            together[id(place.paragraph)].append((place.start, place.end, at))
            paragraphs[id(place.paragraph)] = place.paragraph
    words: dict[int, Words] = {}
    for key, stretches in together.items():
        stretches.sort()
        told = surroundings(paragraphs[key].text, [(start, end) for start, end, _ in stretches])
        words |= {at: around for (_, _, at), around in zip(stretches, told, strict=True)}
    return words
