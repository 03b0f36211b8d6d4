"""Runs of a paragraph cut where they must be: so that a stretch of text can be marked or replaced, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

from exporters.figures.document import Paragraph
from exporters.word.elements import SPACE, W, run_with

_P, _PROPERTIES = f"{W}p", f"{W}rPr"


def runs_over(paragraph: Paragraph, start: int, end: int) -> list[Any]:
    """Return the runs that hold exactly the text from `start` to `end`, cut where it begins and ends."""
    _cut(paragraph, start)
    _cut(paragraph, end)
    runs = [t.getparent() for at, t in paragraph.pieces if start <= at < end and t.text]
    return list(dict.fromkeys(runs))


def _cut(paragraph: Paragraph, offset: int) -> None:
    """Let a run begin at `offset`, with the looks of the one it is cut from."""
    for n, (at, text) in enumerate(paragraph.pieces):
        words = text.text or ""
        if not at <= offset < at + len(words):
            continue
        if offset == at:
            _split_before(text)
            return
        later = copy.deepcopy(text)
        text.text, later.text = words[: offset - at], words[offset - at :]
        for element in (text, later):
            element.set(SPACE, "preserve")
        text.addnext(later)
        paragraph.pieces.insert(n + 1, (offset, later))
        _split_before(later)
        return


def _split_before(text: Any) -> None:
    """Move a piece of text, and what follows in its run, into a run of its own."""
    run = text.getparent()
    if all(child.tag == _PROPERTIES for child in run[: run.index(text)]):
        return
    later = run_with("", run)
    for child in list(run)[run.index(text) :]:
        later.append(child)
    run.addnext(later)


def outermost(run: Any) -> Any:
    """Return what stands directly in the paragraph and holds a run: the run itself, or a control around it."""
    element = run
    while element.getparent() is not None and element.getparent().tag != _P:
        element = element.getparent()
    return element
