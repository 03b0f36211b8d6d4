"""Where every figure of a report stands now: by its control, else its bookmark, else the words around it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from exporters.figures.document import BOOKMARK, Document, Hold, Paragraph, rows_of
from exporters.figures.loose import OBJECT, masked
from exporters.figures.manifest import Figure, Manifest
from exporters.figures.surroundings import controls, surroundings
from exporters.prose.said import NUMBER_IN_TEXT
from workbook.messages import say

By = Literal["control", "bookmark", "words"]

_LEAST_WORDS = 4  # in front of a number, to know it by
_STOPS = re.escape(say("figures.stops"))
_MOST_OTHER = 24  # characters that another figure may have grown to


class Place(NamedTuple):
    """A stretch of a paragraph that is a figure, and what tells so."""

    paragraph: Paragraph
    start: int
    end: int
    by: By
    hold: Hold | None = None

    @property
    def text(self) -> str:
        """What stands there."""
        return self.paragraph.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Located:
    """Where the figures are: by number in the manifest's order, None for one that is not found; copies beside them."""

    places: tuple[Place | None, ...]
    copies: tuple[tuple[str, Place], ...] = ()  # controls that stand there once more than written, with their tags
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # taken stretches, by id of the paragraph


def locate(manifest: Manifest, document: Document) -> Located:
    """Return where every figure of the manifest stands in a document."""
    return _Search(manifest, document).located()


class _Search:
    def __init__(self, manifest: Manifest, document: Document) -> None:
        self.figures, self.document = manifest.figures, document
        self.places: list[Place | None] = [None] * len(self.figures)
        self.bookmarks: dict[int, Place] = {}
        self.controls: dict[str, list[Place]] = defaultdict(list)
        for paragraph in document.paragraphs:
            for hold in paragraph.holds:
                by: By = "control" if hold.control else "bookmark"
                place = Place(paragraph, hold.start, hold.end, by, hold)
                if hold.control:
                    self.controls[hold.name].append(place)
                elif (number := hold.name.rpartition("_")[2]).isdigit() and hold.name.startswith(BOOKMARK):
                    self.bookmarks.setdefault(int(number), place)

    def located(self) -> Located:
        self._by_bookmark()
        self._by_control()
        copies = [(tag, place) for tag, left in self.controls.items() for place in left]
        spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for place in (*self.places, *(place for _, place in copies)):
            if place is not None:
                spans[id(place.paragraph)].append((place.start, place.end))
        if None in self.places:
            self._by_words(spans)
        return Located(tuple(self.places), tuple(copies), spans)

    def _by_bookmark(self) -> None:
        """Find figures whose bookmark is there, with the control in it where that is there too."""
        for at, figure in enumerate(self.figures):
            mark = self.bookmarks.get(figure.number)
            if mark is None:
                continue
            over = [c for c in self.controls[figure.tag] if _over(mark, c)]
            # one whose text is deleted may stand beside it
            inside = max(over, key=lambda c: len(c.text)) if len(over) > 1 else over[0] if over else None
            if inside is not None:
                self.controls[figure.tag].remove(inside)
                self.places[at] = inside if inside.text or not mark.text else mark  # emptied, and typed in behind it
            elif mark.start < mark.end:
                self.places[at] = mark

    def _by_control(self) -> None:
        """Give controls without a bookmark to figures of their tag that are still sought, by the words around."""
        sought: dict[str, list[int]] = defaultdict(list)
        for at, figure in enumerate(self.figures):
            if self.places[at] is None:
                sought[figure.tag].append(at)
        around = _Around(self.document) if sought else None
        for tag, figures in sought.items():
            assert around is not None
            left = self.controls[tag]
            pairs = [
                (around.alike(self.figures[at], place), -n, at, place) for at in figures for n, place in enumerate(left)
            ]
            for _, _, at, place in sorted(pairs, key=lambda p: p[:2], reverse=True):
                if self.places[at] is None and place in left:
                    self.places[at] = place
                    left.remove(place)

    def _by_words(self, spans: dict[int, list[tuple[int, int]]]) -> None:
        """Find figures that have lost both holds by the words around them, where only one place fits."""
        rows = rows_of(self.document)
        cells: dict[tuple[str, int], list[Paragraph]] = defaultdict(list)
        sentences: list[Paragraph] = []
        for paragraph in self.document.paragraphs:
            (cells[rows[paragraph.element]] if paragraph.element in rows else sentences).append(paragraph)
        for at, figure in enumerate(self.figures):
            if self.places[at] is not None:
                continue
            pattern = _in_a_cell(figure) if figure.cell >= 0 else _in_a_sentence(figure)
            among = cells[figure.before, figure.cell] if figure.cell >= 0 else sentences
            found = list(_matches(pattern, among, spans)) if pattern else []
            if len(found) == 1:
                self.places[at] = found[0]
                spans[id(found[0].paragraph)].append((found[0].start, found[0].end))


def _over(mark: Place, control: Place) -> bool:
    """Return whether a bookmark lies over a control."""
    return mark.paragraph is control.paragraph and mark.start <= control.end and control.start <= mark.end


class _Around:
    """Compares the surroundings of places with those a figure was written in."""

    def __init__(self, document: Document) -> None:
        self._rows = rows_of(document)
        self._known: dict[int, dict[int, tuple[str, str]]] = {}

    def alike(self, figure: Figure, place: Place) -> int:
        """Return how many characters around a place are those of the figure."""
        paragraph = place.paragraph
        row = self._rows.get(paragraph.element)
        if figure.cell >= 0 or row is not None:
            return 2 * (row is not None and row[0] == figure.before) + (row is not None and row[1] == figure.cell)
        if id(paragraph) not in self._known:
            held = list(controls(paragraph))
            told = surroundings(paragraph.text, [(h.start, h.end) for h in held])
            self._known[id(paragraph)] = {h.start: t for h, t in zip(held, told, strict=True)}
        before, after = self._known[id(paragraph)].get(place.start, ("", ""))
        return _common(before[::-1], figure.before[::-1]) + _common(after, figure.after)


def _common(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _in_a_sentence(figure: Figure) -> re.Pattern[str] | None:
    """Return how a number, or the figure's own words, stand between the words around the figure."""
    if len(figure.before.replace(OBJECT, "")) < _LEAST_WORDS:
        return None
    other = f"(?:{OBJECT}+|[^{_STOPS}]{{0,{_MOST_OTHER}}}?)"
    before = other.join(map(re.escape, figure.before.split(OBJECT)))
    own = NUMBER_IN_TEXT if figure.exact else re.escape(figure.text)
    return re.compile(f"(?:{before})({own})(?={re.escape(figure.after[:2])})")


def _in_a_cell(figure: Figure) -> re.Pattern[str] | None:
    """Return how the number of a cell stands in it; None where the row has no words to know it by."""
    return re.compile(f"^({NUMBER_IN_TEXT})") if figure.before and figure.cell else None


def _matches(
    pattern: re.Pattern[str], among: Sequence[Paragraph], spans: Mapping[int, Sequence[tuple[int, int]]]
) -> Iterator[Place]:
    for paragraph in among:
        for match in pattern.finditer(masked(paragraph.text, spans.get(id(paragraph), ()))):
            yield Place(paragraph, match.start(1), match.end(1), "words")
