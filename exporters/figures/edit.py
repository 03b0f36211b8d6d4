"""Runs of a paragraph cut where they must be: so that a stretch of text can be marked or replaced, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from exporters.figures.document import Paragraph, W

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_R, _T, _P, _PROPERTIES = (f"{W}{name}" for name in ("r", "t", "p", "rPr"))


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
    later = etree.Element(_R)
    if (properties := run.find(_PROPERTIES)) is not None:
        later.append(copy.deepcopy(properties))
    for child in list(run)[run.index(text) :]:
        later.append(child)
    run.addnext(later)


def outermost(run: Any) -> Any:
    """Return what stands directly in the paragraph and holds a run: the run itself, or a control around it."""
    element = run
    while element.getparent() is not None and element.getparent().tag != _P:
        element = element.getparent()
    return element


def run_with(words: str, like: Any) -> Any:
    """Return a run with these words and the looks of another."""
    run = etree.Element(_R)
    if like is not None and (properties := like.find(_PROPERTIES)) is not None:
        run.append(copy.deepcopy(properties))
    text = etree.SubElement(run, _T)
    text.text = words
    text.set(SPACE, "preserve")
    return run
