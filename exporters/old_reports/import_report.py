"""An old report → a proposal: the report as a template, every figure with the indicator it is probably of.

Read the report (old_report), find and read its figures (propose), lay the rest out as lines of a template (lines).
The office confirms in a table (confirmation); what it decided makes the template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporters.old_reports.lines import Span, template_line
from exporters.old_reports.old_report import Paragraph, read_report
from exporters.old_reports.propose import MOST_FIGURES, Reading, read_paragraph
from exporters.old_reports.table_rows import read_row
from exporters.old_reports.vocabulary import Vocabulary
from workbook.messages import say
from workbook.model import Defect, Genre, Pack

_LONGEST = 4_000  # characters of a paragraph whose figures are looked at; official paragraphs have a few hundred
_MOST_NUMBERS = 5_000  # of a report; one has two hundred
_HEADINGS = ("h1", "h2", "h3", "h4")


@dataclass(frozen=True, slots=True)
class Place:
    """A number of the report: where it stands and what it is taken for."""

    number: int  # in the confirmation table, from 1
    paragraph: int  # index among the proposal's paragraphs
    cell: int  # of a table row, -1 elsewhere
    reading: Reading
    start: int  # in the paragraph's text, or in the cell's
    kept: str = ""  # why a reading was not taken over although it was found


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a report."""

    report: str  # name of the file
    paragraphs: tuple[Paragraph, ...]
    places: tuple[Place, ...]
    lines: tuple[str, ...]  # of the template as proposed


def propose_template(path: Path, pack: Pack, genre: Genre | None = None) -> tuple[Proposal, tuple[Defect, ...]]:
    """Return the template proposed for an old report, and what is wrong with the file; Defects only, never an error.

    With a genre only indicators are bound that its units report and that may be printed in it.
    """
    paragraphs, defects = read_report(path)
    vocabulary = Vocabulary(pack)
    places: list[Place] = []
    findings = list(defects)
    headings: dict[str, str] = {}
    for index, paragraph in enumerate(paragraphs):
        if len(paragraph.text) > _LONGEST:
            findings.append(_unread(path, paragraph, "long", _LONGEST))
            continue
        if len(places) > _MOST_NUMBERS:
            findings.append(_unread(path, paragraph, "many_in_all", _MOST_NUMBERS))
            break
        _remember(headings, paragraph)  # a heading speaks of its own body first
        above = "\n".join(headings.values())
        readings = _readings(paragraphs, index, vocabulary, above)
        if sum(not read.pattern for _, _, read in readings) > MOST_FIGURES:
            findings.append(_unread(path, paragraph, "many", MOST_FIGURES))
        for cell, start, read in readings:
            kept, reading = _allowed(read, pack, genre)
            places.append(Place(len(places) + 1, index, cell, reading, start, kept))
    proposed = {p.number: (p.reading.code, p.reading.basis) for p in places if p.reading.code}
    lines = template_lines(paragraphs, places, proposed, vocabulary)
    return Proposal(path.name, tuple(paragraphs), tuple(places), lines), tuple(findings)


def _unread(path: Path, paragraph: Paragraph, why: str, most: int) -> Defect:
    problem = say(f"draft.{why}", n=paragraph.number, most=most)
    return Defect(path.name, paragraph.number, problem, say(f"draft.{why}_remedy"))


def template_lines(
    paragraphs: Sequence[Paragraph],
    places: Sequence[Place],
    bound: Mapping[int, tuple[str, str]],
    vocabulary: Vocabulary,
) -> tuple[str, ...]:
    """Return the lines of the template with the bound places, by their numbers, as blanks."""
    spans: dict[int, dict[int, list[Span]]] = {}
    for place in places:
        if place.number in bound:
            code, basis = bound[place.number]
            number = place.reading.number
            span = Span(place.start, number, vocabulary.profiles[code], basis)
            spans.setdefault(place.paragraph, {}).setdefault(place.cell, []).append(span)
    return tuple(template_line(p, spans.get(n, {})) for n, p in enumerate(paragraphs))


def _readings(
    paragraphs: Sequence[Paragraph], index: int, vocabulary: Vocabulary, above: str
) -> list[tuple[int, int, Reading]]:
    """Return every number of a paragraph with its cell and its place there."""
    paragraph = paragraphs[index]
    if paragraph.level == "row":
        return read_row(paragraphs, index, vocabulary, above)
    if paragraph.level in ("title", "subtitle", "addressee", "signature", "table_title"):
        return []
    readings = read_paragraph(paragraph.text, vocabulary, above)
    return [(-1, r.number.start, r) for r in readings]


def _remember(headings: dict[str, str], paragraph: Paragraph) -> None:
    """Keep the headings a paragraph stands under: one of each level, those below a new one forgotten."""
    if paragraph.level in _HEADINGS:
        for lower in _HEADINGS[_HEADINGS.index(paragraph.level) :]:
            headings.pop(lower, None)
        headings[paragraph.level] = paragraph.text.partition("。")[0]


def _allowed(reading: Reading, pack: Pack, genre: Genre | None) -> tuple[str, Reading]:
    """Return why an indicator cannot be printed in a genre, and the reading without it."""
    if genre is None or not reading.code:
        return "", reading
    item = pack.indicators[reading.code]
    if genre.tiers and not set(genre.tiers) & set(item.tiers):
        return say("draft.other_tier", name=item.name), reading.unbound()
    if item.sensitive in genre.withheld:
        return say("draft.withheld", name=item.name), reading.unbound()
    return "", reading
