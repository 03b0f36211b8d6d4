"""The paragraphs of a Word file that Jinja has filled in: told as reports are, every figure in a control of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from exporters.narrative.elsewhere import left_out_in
from exporters.narrative.figures import Figures
from exporters.narrative.template import Line
from exporters.narrative.told import REF, Dropped, explained, told
from exporters.narrative.writer import title_of
from exporters.prose.marks import FIGURE, FIGURE_END, FIGURE_TEXT, missing, stretches
from exporters.word.elements import SPACE, W, figure_with, run_with
from exporters.word.pieces import clean_text
from workbook.blank import PREFIX

_MARKED = re.compile("[\ufdd0-\ufdef]")
_REFERENCE = re.compile(f"{FIGURE}({REF}[^{FIGURE_TEXT}]*){FIGURE_TEXT}[^{FIGURE_END}]*{FIGURE_END}")
_FIRST = 500_000  # ids of bookmarks and controls, above those the file has

Unit = tuple[str, str]
"""A character of running text with an empty tag, or a whole figure with its tag: what no pass takes apart."""


@dataclass
class Filled:
    """Goes through parts of one file; `dropped` has what was left out."""

    figures: Figures
    lost: Mapping[str, str]
    names: Mapping[str, str]
    dropped: list[Dropped] = field(default_factory=list)
    _written: int = 0

    def finish(self, root: Any) -> None:
        """Tell every paragraph of a part that has a mark in it, and write its figures as controls."""
        for paragraph in list(root.iter(f"{W}p")):
            texts = [t for t in paragraph.iter(f"{W}t") if next(t.iterancestors(f"{W}p")) is paragraph]
            if any(_MARKED.search(t.text or "") for t in texts):
                self._paragraph(paragraph, texts)

    def _paragraph(self, paragraph: Any, texts: Sequence[Any]) -> None:
        in_cell = next(paragraph.iterancestors(f"{W}tc"), None)
        before = [_REFERENCE.sub(lambda m: missing(m[1]), t.text or "") for t in texts]
        self.dropped += [Dropped("", *gone) for gone in left_out_in("".join(before))]
        text, clauses = told(Line("row" if in_cell is not None else "body", "".join(before)), self.figures)
        self.dropped += explained("", "".join(before), clauses, {**self.figures.lost, **self.lost})
        for element, units in zip(texts, _apportioned(before, text), strict=True):
            self._write(element, units)
        if not text.strip("　 ") and (in_cell is None or len(in_cell.findall(f"{W}p")) > 1):
            paragraph.getparent().remove(paragraph)

    def _write(self, text: Any, units: Sequence[Unit]) -> None:
        """Write what a piece of text now says; its run is split around figures, each part looking as it did."""
        run = text.getparent()
        pieces = list(_pieces(units))
        if not any(tag.startswith(PREFIX) for tag, _ in pieces):
            text.text = clean_text("".join(words for _, words in pieces))
            text.set(SPACE, "preserve")
            return
        following = list(run)[list(run).index(text) + 1 :]
        run.remove(text)
        here = run
        for tag, words in pieces:
            new = run_with(words, run)
            for element in self._figure(tag, new) if tag.startswith(PREFIX) else [new]:
                here.addnext(element)
                here = element
        if following:
            tail = run_with("", run)
            for child in following:  # the same elements, so that texts still to be written are found
                tail.append(child)
            here.addnext(tail)

    def _figure(self, tag: str, run: Any) -> list[Any]:
        self._written += 1
        return figure_with(_FIRST + self._written, tag, title_of(tag, self.names, self.figures), run)


def _units(text: str) -> list[Unit]:
    units: list[Unit] = []
    for tag, words in stretches(text):
        units += [(tag, words)] if tag else [("", character) for character in words]
    return units


def _apportioned(before: Sequence[str], after: str) -> Iterator[list[Unit]]:
    """Yield what each of several pieces of text says once they read `after` together."""
    old = [(place, unit) for place, text in enumerate(before) for unit in _units(text)]
    new = _units(after)
    shares: list[list[Unit]] = [[] for _ in before]
    place = 0
    matcher = SequenceMatcher(None, [unit for _, unit in old], new, autojunk=False)
    for what, first, last, start, end in matcher.get_opcodes():
        if what == "equal":
            for (place, unit), _ in zip(old[first:last], new[start:end], strict=True):
                shares[place].append(unit)
            continue
        place = old[first][0] if first < len(old) and what == "replace" else place
        shares[place] += new[start:end]
    yield from shares


def _pieces(units: Sequence[Unit]) -> Iterator[Unit]:
    """Yield running text in one piece, and figures."""
    words = ""
    for tag, text in units:
        if not tag:
            words += text
            continue
        if words:
            yield "", words
        words = ""
        yield tag, text
    if words:
        yield "", words
