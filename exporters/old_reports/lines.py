"""A paragraph of an old report → a line of a template: its mark, its text made harmless, its figures as blanks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporters.old_reports.language import language
from exporters.old_reports.numbers_in_text import Number
from exporters.old_reports.old_report import Paragraph
from exporters.old_reports.vocabulary import Profile

_MARKS = {"title": "# ", "subtitle": "^ ", "addressee": "@ ", "h1": "## ", "h2": "### ", "h3": "#### ", "h4": "##### "}
_MEASURES = {"prev": ".prior", "opening": ".opening"}

# What the template language reads as its own becomes its full-width form: it looks the same in print.
_BRACES = {ord("{"): "｛", ord("}"): "｝"}
_BAR = {ord("|"): "｜"}
_FIRST = {c: chr(ord(c) + 0xFEE0) for c in "#^@=|!~+*>"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Span:
    """A figure to be replaced: where it stands, what it is bound to."""

    start: int
    number: Number
    profile: Profile
    basis: str


def template_line(paragraph: Paragraph, spans: Mapping[int, Sequence[Span]]) -> str:
    """Return the line of a template for a paragraph; `spans` gives the bound figures of a cell, -1 for the text."""
    if paragraph.level == "row":
        cells = [filled(cell, spans.get(n, ()), bars=True) for n, cell in enumerate(paragraph.cells)]
        return f"| {' | '.join(cells)} |"
    if paragraph.level == "signature":
        office, date = (harmless(t).translate(_BAR).strip() for t in (paragraph.text, paragraph.date))
        return f"~ {office} | {date}"
    text = filled(paragraph.text, spans.get(-1, ())).strip()
    if paragraph.level == "table_title":
        return f"= {text}"
    mark = _MARKS.get(paragraph.level, "")
    return mark + text if mark else _as_body(text)


def harmless(text: str) -> str:
    """Return a text in which nothing is markup: braces in full width, control characters gone, one line."""
    return " ".join(_UNPRINTABLE.sub("", text).translate(_BRACES).split())


def filled(text: str, spans: Sequence[Span], *, bars: bool = False) -> str:
    """Return a text with blanks in place of its figures."""
    pieces: list[str] = []
    position = 0
    for span in sorted(spans, key=lambda s: s.start):
        pieces += [_piece(text[position : span.start], bars=bars), blank(span)]
        position = span.start + (span.number.after - span.number.start)
    pieces.append(_piece(text[position:], bars=bars))
    return "".join(pieces)


def _piece(text: str, *, bars: bool) -> str:
    plain = harmless(text)
    return plain.translate(_BAR) if bars else plain


def _as_body(text: str) -> str:
    """Return a line that no first character makes anything but body text."""
    return _FIRST.get(text[:1], text[:1]) + text[1:]


def blank(span: Span) -> str:
    """Return the blank for a figure, and the measure word behind it where it is not the catalog's own.

    The blank prints the catalog's measure word with its scale; words such as 余 go, for the figure is exact.
    """
    measure = _MEASURES.get(span.basis, "")
    word, profile = span.number.word, span.profile
    if word in (profile.word, profile.item.measure_word):
        return f"{{{{{profile.item.code}{measure}}}}}"
    scale = profile.item.measure_word[:1] if profile.unit > 1 else ""
    behind = scale + word if word else ""
    return f"{{{{{profile.item.code}{measure}|bare}}}}{behind}"


def is_number(text: str) -> bool:
    """Return whether a cell holds a number and nothing more than its measure word."""
    known = language()
    found = known.number.match(text.strip())
    if found is None:
        return False
    rest = text.strip()[found.end() :]
    scaled = known.scale.match(rest)
    rest = rest[scaled.end() :] if scaled else rest
    return not rest or known.measure.fullmatch(rest) is not None
