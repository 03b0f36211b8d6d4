"""What a figure of a report reads by the data at hand: told by the same functions that first told it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from exporters.narrative.figures import DIRECTION, Figures, percent_digits, years
from exporters.narrative.template import Line
from exporters.narrative.texts import Texts
from exporters.prose.marks import DROP, dashed, stretches
from exporters.prose.said import said_at
from workbook.blank import MEASURES, PREFIX, parts_of
from workbook.messages import say
from workbook.model import Measure
from workbook.totals import Total

Style = Literal["prose", "cell", "fresh", "fixed"]
"""How a figure is told: as in running text, as in a table, as the whole report tells it, or by nothing we know."""

Piece = tuple[str, str]  # a tag, "" for what is no figure, and its text

_OF_CHANGE = {word: measure for measure, word in DIRECTION.items()}
_EARLIER: Mapping[str, Measure] = {"opening": "opening", "half": "half"}
_IN_CELLS = ("value", "prior", "same", "prior_reported", "n", "yoy_n", "yoy", "yoy_reported", "share", "part")
_ROUND = ("over", "more", "near", "about")
_COUNTS: Mapping[str, Callable[[Total], int | None]] = {
    "n": lambda t: t.n,
    "units": lambda t: t.units,
    "yoy_n": lambda t: t.matched,
    "yoy_units": lambda t: t.units,
    "prior_n": lambda t: t.reported.n if t.reported else None,
    "prior_units": lambda t: t.reported.units if t.reported else None,
}


class Now:
    """What a figure reads: its text, the exact number behind it (None for words), the measure word it counts in."""

    __slots__ = ("_exact", "text", "word")

    def __init__(self, text: str, exact: Fraction | Callable[[], Fraction | None] | None, word: str = "") -> None:
        """`exact` may be how to find the number: most figures are judged without it."""
        self.text, self.word, self._exact = text, word, exact

    @property
    def exact(self) -> Fraction | None:
        """The exact number, None for words."""
        if callable(self._exact):
            self._exact = self._exact()
        return self._exact


@dataclass(frozen=True, slots=True)
class Shape:
    """How figures are told together: the words before the first, the figures, the words behind each."""

    lead: str
    figures: tuple[Piece, ...]
    glue: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it from the first figure on."""
        return "".join(text + words for (_, text), words in zip(self.figures, self.glue, strict=True))


def shape_of(phrase: Sequence[Piece]) -> Shape:
    """Return the shape of a phrase."""
    lead, figures, glue = "", list[Piece](), list[str]()
    for tag, text in phrase:
        if tag.startswith(PREFIX):
            figures.append((tag, text))
            glue.append("")
        elif glue:
            glue[-1] += text
        else:
            lead += text
    return Shape(lead, tuple(figures), tuple(glue))


@dataclass
class Teller:
    """Tells figures by their tags; `whole` gives every figure of the report as it would be written from this data."""

    figures: Figures
    whole: Callable[[], Iterable[Piece]]
    _phrases: dict[tuple[str, bool], tuple[Piece, ...]] = field(default_factory=dict)

    @cached_property
    def fresh(self) -> Mapping[str, str]:
        """Return every figure of a report that is written anew, by its tag; the first of several wins."""
        found: dict[str, str] = {}
        for tag, text in self.whole():
            if tag:
                found.setdefault(tag, text)
        return found

    @cached_property
    def _texts(self) -> Texts | None:
        """What a unit wrote; None for a whole round."""
        facts = self.figures.facts
        form = facts.submission
        return None if form is None else Texts(facts.pack, form, self.figures.forbidden)

    def now(self, tag: str, style: Style) -> Now | None:
        """Return what a figure reads now; None where the data do not tell it any more."""
        code, _, measure = parts_of(tag)
        text = self._text(tag, style)
        if text is None or DROP in text:
            return None
        word = self._word(code, measure)
        return Now(text, lambda: self._number(tag, text, word), word)

    def style_of(self, tag: str, text: str, *, in_cell: bool) -> Style:
        """Return how a figure that reads `text` is told."""
        styles: tuple[Style, ...] = ("cell", "prose", "fresh") if in_cell else ("prose", "cell", "fresh")
        for style in styles:
            if self._text(tag, style) == text:
                return style
        return "fixed"

    def phrase(self, tag: str, *, in_cell: bool = False) -> tuple[Piece, ...]:
        """Return all that is told together with a figure, such as the direction and the number of a change."""
        code, scope, measure = parts_of(tag)
        measure = _OF_CHANGE.get(measure, measure)
        key = (f"{code}@{scope}.{measure}", in_cell)
        if key not in self._phrases:
            self._phrases[key] = tuple(self._told(code, scope, measure, in_cell=in_cell))
        return self._phrases[key]

    def _told(self, code: str, scope: str, measure: str, *, in_cell: bool) -> Iterable[Piece]:
        if measure == "rows" and self._texts is not None and code in self.figures.facts.pack.texts:
            return stretches(self._texts.count(code))
        if code not in self.figures.facts.pack.indicators:
            return ()
        if in_cell and measure not in _IN_CELLS:
            return ()
        if in_cell:
            return stretches(dashed(self.figures.cell(code, scope, measure), say("word.dash")))
        return stretches(self.figures.figure(code, scope, measure)) if measure in MEASURES else ()

    def _text(self, tag: str, style: Style) -> str | None:
        if style in ("fresh", "fixed"):
            return self.fresh.get(tag)
        code, scope, measure = parts_of(tag)
        count = _COUNTS.get(measure)
        if count is not None and code in self.figures.facts.pack.indicators:
            total = self.figures.total(code, scope)
            number = count(total) if total else None
            return None if number is None else str(number)
        if measure == "size":
            value = self.figures.value(code, scope)
            return None if value is None else percent_digits(abs(value))
        in_cell = style == "cell"
        for told, text in self.phrase(tag, in_cell=in_cell):
            if told == tag:
                return text
            if told and measure in _ROUND and DROP not in text:  # a round number is told as the figure it is
                return text
        return None

    def _number(self, tag: str, text: str, word: str) -> Fraction | None:
        """Return the exact number behind a figure, that of its text where nothing else tells it."""
        exact = self._exact(tag)
        if exact is None and (said := said_at(text, 0, len(text), word)) is not None:
            return said.value
        return exact

    def _exact(self, tag: str) -> Fraction | None:
        code, scope, measure = parts_of(tag)
        total = self.figures.total(code, scope) if code in self.figures.facts.pack.indicators else None
        if total is None:
            return None
        if measure in ("yoy", "yoy_reported"):
            now, before = years(total, measure)
            if now is None or before is None:
                return None
            if self.figures.item(code).percent:
                return abs(now - before)
            return abs(now - before) * 100 / before if before else now
        if measure == "mean":
            return total.value / total.n if total.value is not None and total.n else None
        if measure in ("value", *_ROUND):
            return total.value
        if measure in ("prior", "same"):
            return years(total, "yoy")[measure == "prior"]
        if measure == "prior_reported":
            return years(total, "yoy_reported")[1]
        earlier = _EARLIER.get(measure)
        return self.figures.facts.then(code, scope, earlier) if earlier else None

    def _word(self, code: str, measure: str) -> str:
        item = self.figures.facts.pack.indicators.get(code)
        if item is None:
            return ""
        if measure in ("yoy", "yoy_reported", "share", "part", "size"):
            return "%"
        return item.measure_word if measure not in _COUNTS else ""


def pieces_in(lines: Iterable[Line]) -> Iterable[Piece]:
    """Return the figures in the lines of a report."""
    return (piece for line in lines for piece in stretches(line.text) if piece[0].startswith(PREFIX))
