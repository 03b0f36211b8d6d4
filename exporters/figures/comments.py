"""A copy of a report with a Word comment at every place where something was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from exporters.figures.document import Document, Paragraph
from exporters.figures.edit import outermost, runs_over
from exporters.figures.locate import Place
from exporters.figures.parts import with_content, with_parts
from exporters.package import as_bytes, tree
from exporters.word.elements import W
from exporters.word.package import archive, word_part
from exporters.word.pieces import clean_text
from workbook.files import replacing
from workbook.messages import say

_PART = "word/comments.xml"

Note = tuple[Place | None, str]
"""Where a comment belongs, None for the head of the report, and what it says."""


def write_marked(report: Path, document: Document, notes: Iterable[Note], now: datetime) -> Path:
    """Write the copy with comments beside a report and return where; OSError from the disk."""
    path = report.with_name(f"{report.stem}{say('folder.marked')}.docx")
    content = marked_copy(document, notes, now)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path


def marked_copy(document: Document, notes: Iterable[Note], now: datetime) -> bytes:
    """Return the file with the comments in it; the document's trees are changed by this and not to be used again."""
    existing = document.part(_PART)
    comments = (
        tree(existing) if existing is not None else tree(word_part("comments", "comments", "", "comments").content)
    )
    number = 1 + max((int(c.get(f"{W}id", -1)) for c in comments), default=-1)
    head = document.paragraphs[0]
    for place, words in sorted(notes, key=lambda n: -n[0].start if n[0] else 0):  # from behind: what is cut stays right
        if _mark(place, head, number):
            comments.append(_comment(number, words, now))
            number += 1
    changed = {name: as_bytes(root) for name, root in document.roots.items()} | {_PART: as_bytes(comments)}
    parts = with_content(document.parts, changed)
    if existing is None:
        parts = with_parts(parts, [word_part("comments", "comments", "", "comments", id="huibaoComments")])
        parts = with_content(parts, changed)
    return archive(parts)


def _mark(place: Place | None, head: Paragraph, number: int) -> bool:
    """Put the ends of a comment around a place; False where it could not stand, as in a footer."""
    paragraph = place.paragraph if place else head
    if not paragraph.part.startswith("word/document"):
        return False
    runs = runs_over(paragraph, place.start, place.end) if place else []
    first, last = _ends(paragraph.element, runs)
    start, end = (etree.Element(f"{W}commentRange{which}") for which in ("Start", "End"))
    run = etree.Element(f"{W}r")
    for element in (start, end, etree.SubElement(run, f"{W}commentReference")):
        element.set(f"{W}id", str(number))
    if first is None:
        paragraph.element.extend([start, end, run])
        return True
    first.addprevious(start)
    last.addnext(run)
    last.addnext(end)
    return True


def _ends(paragraph: Any, runs: Sequence[Any]) -> tuple[Any, Any]:
    """Return what stands in the paragraph itself around the runs; all of it where there are none, or nothing."""
    if runs:
        return outermost(runs[0]), outermost(runs[-1])
    inside = [child for child in paragraph if child.tag != f"{W}pPr"]
    return (inside[0], inside[-1]) if inside else (None, None)


def _comment(number: int, words: str, now: datetime) -> Any:
    comment = etree.Element(f"{W}comment")
    for name, value in (
        ("id", str(number)),
        ("author", say("figures.author")),
        ("date", now.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("initials", say("figures.initials")),
    ):
        comment.set(f"{W}{name}", value)
    for line in words.split("\n"):
        text = etree.SubElement(etree.SubElement(etree.SubElement(comment, f"{W}p"), f"{W}r"), f"{W}t")
        text.text = clean_text(line)
    return comment
