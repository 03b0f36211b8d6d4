"""A template and what it speaks of → the lines of a report that reads well, and what had to be left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any

from exporters.narrative.elsewhere import left_out_in, sentence_in
from exporters.narrative.figures import Figures
from exporters.narrative.template import CELL, Line, LineKind, render
from exporters.prose.clauses import prune
from exporters.prose.marks import DROP, MISSING, dashed, mark, missing, missing_in, readable, stretches
from exporters.prose.ordinals import item_ordinal, renumber
from exporters.prose.polish import varied, zeros_told
from exporters.prose.wholes import parts_within
from workbook.blank import PREFIX, parts_of
from workbook.messages import say

LEVEL: Mapping[LineKind, int] = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
CHARTS: tuple[LineKind, ...] = ("bars", "lines", "shares")
ANNEXES: tuple[LineKind, ...] = ("annex", "wide_annex")
_CAPTIONS: tuple[LineKind, ...] = ("table_title", *CHARTS)
_ROWS: tuple[LineKind, ...] = ("row", "widths")
_ENDS: tuple[LineKind, ...] = ("signature", "imprint", *ANNEXES)
_COUNTS = ("count", "times", "persons", "person_times", "cases", "documents")
REF = "ref:"  # a tag of a table or chart the text refers to


@dataclass(frozen=True, slots=True)
class Dropped:
    """A clause left out because a figure or a choice behind it is missing."""

    where: str
    clause: str
    reason: str
    codes: frozenset[str] = frozenset()  # indicators and texts its paragraph speaks of, missing or not


def tell(
    source: str, context: Mapping[str, Any], figures: Figures, lost: Mapping[str, str]
) -> tuple[list[Line], list[Dropped]]:
    """Return the lines of the report and what was left out; TemplateFault when the template cannot be used.

    `lost` has why a text is missing by its tag; why a figure is missing is in `figures.lost`.
    """
    dropped: list[Dropped] = []
    lines: list[Line] = []
    where = under = ""  # the last heading; the last heading or annex
    for line in render(source, context):
        if line.kind in LEVEL:
            where = under = lead_of(line.text)[0]
        elif line.kind in ANNEXES:
            under = line.text
        dropped += [Dropped(under, *gone) for gone in left_out_in(line.text)]
        text, clauses = told(line, figures)
        dropped += explained(where, line.text, clauses, {**figures.lost, **lost})
        if text.strip("　 "):
            lines.append(Line(line.kind, text))
    return _renumbered(_referring(_without_empty(_with_rows(_one_title(lines))))), dropped


def told(line: Line, figures: Figures) -> tuple[str, list[tuple[str, list[str]]]]:
    """Return a line as it reads, and the clauses that went with the tags each missed."""
    text = zeros_told(line.text)
    if line.kind == "body" and (ordinal := item_ordinal(text)):
        return _item(ordinal, replace(line, text=text[len(ordinal) :]), figures)
    if line.kind in ("row", "widths"):
        return dashed(text, say("word.dash")), []
    text, wrong = parts_within(text, lambda part, whole: _larger(figures, part, whole))
    for part in wrong:
        figures.lost[part] = say("report.lost", name=_item_of(figures, part)[0].name, why=say("report.part_exceeds"))
    clauses: list[tuple[str, list[str]]] = []
    if DROP in text:
        tags = missing_in(text)
        text, gone = prune(text)
        for clause in gone:
            count = min(clause.count(MISSING), len(tags))
            clauses.append((clause, tags[:count]))
            del tags[:count]
    return varied(text), clauses


def _item(ordinal: str, line: Line, figures: Figures) -> tuple[str, list[tuple[str, list[str]]]]:
    """Return a paragraph that is an item of a list, 二是…, without its ordinal where only its heading is left."""
    text, clauses = told(line, figures)
    only_heading = clauses and not lead_of(text)[1] and lead_of(line.text)[1]
    return ("" if only_heading or not text else ordinal + text), clauses


def _renumbered(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with paragraphs that are items of one list, 一是… 三是…, counted through again."""
    kept = list(lines)
    ordinals = [item_ordinal(line.text) if line.kind == "body" else "" for line in lines]
    for is_item, group in groupby(range(len(lines)), lambda at: bool(ordinals[at])):
        places = list(group)
        if is_item:
            again = renumber("\n".join(f"{ordinals[at]}…" for at in places)).split("\n")
            for at, ordinal in zip(places, again, strict=True):
                kept[at] = Line("body", ordinal.removesuffix("…") + lines[at].text[len(ordinals[at]) :])
    return kept


def explained(
    where: str, text: str, clauses: Sequence[tuple[str, list[str]]], lost: Mapping[str, str]
) -> Iterator[Dropped]:
    """Yield the clauses that went from `text`, each with why: what is known of the figures and texts it missed."""
    tags_there = (tag for tag, _ in stretches(text) if tag.startswith(PREFIX))
    codes = frozenset(parts_of(tag)[0] for tag in tags_there)
    for clause, tags in clauses:
        reasons = dict.fromkeys(lost[tag] for tag in tags if tag in lost)
        yield Dropped(where, clause, "；".join(reasons) or say("report.went_along"), codes)


def _larger(figures: Figures, part: str, whole: str) -> bool:
    """Return whether a part's value is more than its whole's; False where they cannot be compared."""
    known = figures.facts.pack.indicators
    if not all(parts_of(tag)[0] in known for tag in (part, whole)):
        return False
    (one, small), (other, large) = _item_of(figures, part), _item_of(figures, whole)
    alike = one.dimension == other.dimension or {one.dimension, other.dimension} <= set(_COUNTS)
    return alike and not one.percent and small is not None and large is not None and small > large


def _item_of(figures: Figures, tag: str) -> tuple[Any, Fraction | None]:
    code, scope, measure = parts_of(tag)
    return figures.item(code), figures.value(code, scope) if measure == "value" else None


def _one_title(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with titles that follow each other as one title, broken where the template breaks it."""
    kept: list[Line] = []
    for line in lines:
        if line.kind == "title" and kept and kept[-1].kind == "title":
            kept[-1] = replace(line, text=f"{kept[-1].text}\n{line.text}")
        else:
            kept.append(line)
    return kept


def lead_of(heading: str) -> tuple[str, str]:
    """Return a heading and the text that runs on behind its full stop on the same line."""
    lead, stop, body = heading.partition("。")
    return (lead + stop, body) if body else (lead, "")


def _without_empty(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without headings and annexes that have nothing under them and tables that have no row."""
    kept: list[Line] = []
    for line in reversed(lines):
        if not _empty(line, kept):
            kept.append(line)
    return kept[::-1]


def _empty(line: Line, following: Sequence[Line]) -> bool:
    """Return whether nothing comes under a heading, annex or caption; `following` is in reverse order."""
    after = following[-1] if following else Line("signature", "")
    if line.kind in LEVEL:
        nothing = after.kind in _ENDS or LEVEL.get(after.kind, 9) <= LEVEL[line.kind]
        return nothing and not lead_of(line.text)[1]
    if line.kind in ANNEXES:
        return after.kind in _ENDS
    return line.kind == "table_title" and after.kind not in _ROWS


def blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield each line by itself, the rows of a table together, a chart with its rows."""
    block: list[Line] = []
    for line in lines:
        goes_on = line.kind in _ROWS and block and block[0].kind in (*_ROWS, *CHARTS)
        if line.kind == "widths" and sum(before.kind == "row" for before in block) > 1:
            goes_on = False  # widths come before or after the heading: here a table follows another
        if not goes_on:
            if block:
                yield block
            block = []
        block.append(line)
    if block:
        yield block


def _with_rows(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without tables of a heading only and charts without a number, and without notes under them.

    A table that stands elsewhere is the sentence that says so.
    """
    kept: list[Line] = []
    gone = False
    for block in blocks(lines):
        if there := next(filter(None, (sentence_in(line.text) for line in block)), ""):
            kept.append(Line("body", there))
            gone = True
            continue
        rows = [line.text.split(CELL)[1:] for line in block if line.kind == "row"][1:]
        if block[0].kind in _ROWS:
            gone = not rows
        elif block[0].kind in CHARTS:
            gone = not any(character.isdigit() for cells in rows for cell in cells for character in readable(cell))
        elif block[0].kind != "note":
            gone = False
        if not gone:
            kept += block
    return kept


def key_of(caption: str) -> tuple[str, str]:
    """Return a caption and the key after its last #, by which the text refers to it."""
    title, hash_, key = caption.rpartition("#")
    return (title.strip(), key.strip()) if hash_ else (caption, "")


def _referring(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without clauses that refer to a table or chart which is not there."""
    there = {REF + key_of(line.text)[1] for line in lines if line.kind in _CAPTIONS}
    told = []
    for line in lines:
        if REF not in line.text:
            told.append(line)
            continue
        gone = {tag for tag, _ in stretches(line.text) if tag.startswith(REF) and tag not in there}
        text = line.text
        for tag in gone:
            text = text.replace(mark(tag, "?"), missing(tag))
        told.append(replace(line, text=prune(text)[0]) if gone else line)
    return [line for line in told if line.text]


def plain_text(lines: Sequence[Line]) -> str:
    """Return the report as plain text, figures bare, references numbered, for reading aloud and for tests."""
    numbers = captions(lines)
    return "\n".join(
        "".join(numbers.get(tag, text) for tag, text in stretches(line.text)).replace(CELL, "|") for line in lines
    )


def captions(lines: Sequence[Line]) -> dict[str, str]:
    """Return what a reference reads, 表1 or 图2, by its tag."""
    numbers: dict[str, str] = {}
    for kinds, word in ((("table_title",), "word.table"), (CHARTS, "word.chart")):
        titles = [line.text for line in lines if line.kind in kinds]
        numbers |= {REF + key_of(title)[1]: f"{say(word)}{n}" for n, title in enumerate(titles, start=1)}
    return numbers
