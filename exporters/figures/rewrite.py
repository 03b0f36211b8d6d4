"""New words in the place of a figure's old ones: in the looks of the old, as tracked changes where that is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from exporters.figures.document import Document, Paragraph
from exporters.figures.edit import outermost, runs_over
from exporters.figures.now import Piece
from exporters.word.elements import W, figure_with, run_with
from workbook.blank import PREFIX
from workbook.messages import say

_LARGEST = 10**9  # ids beyond are drawn by lot, not counted
_T, _DELETED = f"{W}t", f"{W}delText"


@dataclass
class Pen:
    """Writes into one document: ids go on from those it has; with `tracked`, every change can be taken back in Word."""

    tracked: bool
    now: datetime
    number: int  # of the last bookmark, control and change

    def replace(self, paragraph: Paragraph, start: int, end: int, words: str) -> None:
        """Let a stretch of a paragraph read `words`, in the looks of its first run."""
        runs = runs_over(paragraph, start, end)
        new = run_with(words, runs[0])
        runs[-1].addnext(new)
        self._inserted([new])
        self._delete(runs)

    def put(
        self, paragraph: Paragraph, start: int, end: int, pieces: Sequence[Piece], aliases: Mapping[str, str]
    ) -> list[int]:
        """Let a stretch of a paragraph be these pieces: words, and figures in controls and bookmarks of their own.

        The controls that hold the stretch now go with it. Returns the numbers of the new bookmarks.
        """
        numbers: list[int] = []
        runs = runs_over(paragraph, start, end)
        old = list(dict.fromkeys(outermost(run) for run in runs))
        last = old[-1]
        for tag, words in pieces:
            added = [run_with(words, runs[0])]
            if tag.startswith(PREFIX):
                numbers.append(self._next())
                added = figure_with(numbers[-1], tag, aliases.get(tag, tag), added[0])
            for element in added:
                last.addnext(element)
                last = element
            self._inserted([e for e in added if e.tag in (f"{W}r", f"{W}sdt")])
            last = added[-1] if added[-1].getparent().tag == f"{W}p" else outermost(added[-1])
        if self.tracked:
            self._delete(runs)
            return numbers
        gone = [h.element for h in paragraph.holds if not h.control and start <= h.start and h.end <= end]
        ids = {mark.get(f"{W}id") for mark in gone}
        gone += [mark for mark in paragraph.element.iter(f"{W}bookmarkEnd") if mark.get(f"{W}id") in ids]
        for element in (*old, *gone):
            element.getparent().remove(element)
        return numbers

    def _delete(self, runs: Sequence[Any]) -> None:
        for run in runs:
            if not self.tracked:
                run.getparent().remove(run)
                continue
            wrapper = self._change("del")
            run.addprevious(wrapper)
            wrapper.append(run)
            for text in run.iter(_T):
                text.tag = _DELETED

    def _inserted(self, elements: Sequence[Any]) -> None:
        if self.tracked:
            for element in elements:
                wrapper = self._change("ins")
                element.addprevious(wrapper)
                wrapper.append(element)

    def _change(self, kind: str) -> Any:
        wrapper = etree.Element(f"{W}{kind}")
        for name, value in (
            ("id", str(self._next())),
            ("author", say("figures.author")),
            ("date", self.now.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ):
            wrapper.set(f"{W}{name}", value)
        return wrapper

    def _next(self) -> int:
        self.number += 1
        return self.number


def pen_for(document: Document, now: datetime, *, tracked: bool) -> Pen:
    """Return what writes into a document without using an id twice, or the number of a figure's bookmark."""
    ids = [0]
    for root in document.roots.values():
        for element in root.iter(f"{W}bookmarkStart", f"{W}ins", f"{W}del", f"{W}id"):
            named = element.get(f"{W}name", "").rpartition("_")[2]  # LibreOffice counts ids anew, names stay
            told = (element.get(f"{W}id") or element.get(f"{W}val") or "", named)
            ids += [int(value) for value in told if value.isdigit() and int(value) < _LARGEST]
    return Pen(tracked, now, max(ids))
