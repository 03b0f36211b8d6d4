"""Numbers in a report that belong to no figure: what stood there when it was written, and what a person typed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from exporters.figures.document import Paragraph
from exporters.old_reports.not_figures import no_figures
from exporters.old_reports.numbers_in_text import Number, numbers_in

OBJECT = "\ufffc"  # stands for every character of a figure
_CONTEXT = 4
_BETWEEN = "\u241f"


@dataclass(frozen=True, slots=True)
class Loose:
    """A number of running text or of a table that no figure holds."""

    paragraph: Paragraph
    number: Number

    @property
    def key(self) -> str:
        """What it says: the number with its measure word."""
        return f"{self.number.raw}{self.number.word}"

    def written(self, text: str) -> str:
        """Return how a manifest notes it: words before it, and what it says."""
        start = self.number.start
        return f"{text[max(0, start - _CONTEXT) : start]}{_BETWEEN}{self.key}"


def masked(text: str, stretches: Iterable[tuple[int, int]]) -> str:
    """Return a paragraph's text with every figure in it out of sight."""
    for start, end in stretches:
        text = text[:start] + OBJECT * (end - start) + text[end:]
    return text


def loose_numbers(paragraph: Paragraph, text: str) -> Iterator[Loose]:
    """Yield the numbers of a paragraph whose figures are masked."""
    for number in numbers_in(text):
        if number.written != "blank":
            yield Loose(paragraph, number)


def typed_since(found: Sequence[tuple[Loose, str]], known: Sequence[str]) -> list[Loose]:
    """Return which of the numbers were not there when the report was written; `found` has each with its text.

    A number counts as there before wherever it stands now; of several alike those in new surroundings are the new ones.
    Dates, ordinals and the like are no figures and may be written at will.
    """
    left = Counter(note.rpartition(_BETWEEN)[2] for note in known)
    surroundings = Counter(known)
    later: list[tuple[Loose, str]] = []
    for loose, text in found:
        note = loose.written(text)
        if surroundings[note] > 0:
            surroundings[note] -= 1
            left[loose.key] -= 1
        else:
            later.append((loose, text))
    typed = []
    for loose, text in later:
        if left[loose.key] > 0:
            left[loose.key] -= 1
        elif loose.number not in no_figures(text, [loose.number]):
            typed.append(loose)
    return typed
