"""A report without controls: every number matched to an indicator by the words around it, and how sure that is.

Words say less than a tag does. A number counts as different only where they leave no other reading under which it is
true: another time, another scope, another indicator that they could speak of as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from exporters.console import defects_text
from exporters.figures.data import Data, NotTheData
from exporters.figures.document import MAIN, Document, NotAReport, Paragraph, open_document
from exporters.figures.held import Reports, round_above
from exporters.figures.locate import Place
from exporters.figures.manifest import Tampered, manifest_of
from exporters.figures.words import sentence_in
from exporters.narrative.facts import OfRound, OfUnit
from exporters.narrative.figures import Figures, years
from exporters.narrative.measures import HOW
from exporters.narrative.report import names_of
from exporters.narrative.writer import alias_of
from exporters.old_reports.import_report import Place as Found
from exporters.old_reports.import_report import Proposal, propose_template
from exporters.prose.said import Said, said_at
from workbook.blank import tag
from workbook.messages import say

SURE = 0.9
"""From here on a number that differs is reckoned a mistake of the report."""

_LEAST_OTHER = 0.45  # confidence of another indicator that explains a number that differs
_LEAST_NAME = 2  # characters of a scope's name: one alone is in too many words
_AHEAD = 400  # paragraphs of the file that are looked through for the one that was read
_MEASURES: Mapping[str, tuple[str, ...]] = {
    "current": ("value",),
    "prev": ("prior", "prior_reported"),
    "opening": ("opening", "prior"),
    "target": ("value",),  # an indicator that is itself a goal
}
_ALL_MEASURES = ("value", "prior", "prior_reported", "opening", "half", "mean")
_STOPS = "。；！？\n"

Verdict = Literal["agrees", "differs", "unknown"]


@dataclass(frozen=True, slots=True)
class Matched:
    """A number of the report: what it is taken for, how sure that is, and whether it is what the data say."""

    verdict: Verdict
    said: str
    tag: str  # "" where the words bind it to nothing
    name: str
    now: str
    confidence: float
    sentence: str
    place: Place | None  # in the file, None where it could not be found again there

    @property
    def must(self) -> bool:
        """Whether it is surely not what the data say."""
        return self.verdict == "differs" and self.confidence >= SURE

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        keys = ("verdict", "must", "tag", "name", "said", "now", "confidence", "sentence")
        return {key: getattr(self, key) for key in keys}


@dataclass(frozen=True, slots=True)
class ByText:
    """A report read by its words; `unread` says what of it was not looked at."""

    path: Path
    document: Document
    against: str
    numbers: tuple[Matched, ...]
    unread: tuple[str, ...]

    def of(self, verdict: Verdict) -> list[Matched]:
        """Return the numbers of a verdict, the surest first."""
        return sorted((n for n in self.numbers if n.verdict == verdict), key=lambda n: -n.confidence)

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object; numbers that are bound to nothing are counted only."""
        return {
            "report": str(self.path),
            "by_text": True,
            "against": self.against,
            "numbers": len(self.numbers),
            "agree": len(self.of("agrees")),
            "unknown": len(self.of("unknown")),
            "found": [number.as_json() for number in self.of("differs")],
            "unread": list(self.unread),
        }


def by_text_of(path: Path, reports: Reports, given: Path | None, unit: str) -> ByText:
    """Hold a report against the data given, or the round it lies in; its own manifest tells the unit if it can."""
    document = open_document(path)
    source = given or round_above(path)
    if source is None:
        raise NotTheData(say("across.by_text_data"))
    if reports.book(source, None) is not None:
        raise NotTheData(say("across.by_text_book"))
    data = reports.data(source)
    try:
        manifest = manifest_of(document)
    except Tampered:  # then what is written in it counts for nothing
        manifest = None
    told = manifest.unit if manifest is not None else ""
    of_form = data.form.unit.code if data.form is not None else ""
    return by_text(path, document, data, unit or told or of_form, source)


def by_text(path: Path, document: Document, data: Data, unit: str, source: Path) -> ByText:
    """Hold a report against data by its words alone; NotAReport or NotTheData with a sentence where that can't be."""
    facts, _ = data.facts(unit)
    proposal, defects = propose_template(path, facts.pack)
    if not proposal.paragraphs:
        raise NotAReport(defects_text(defects))
    asked = _Asked(facts, proposal)
    places = _places(proposal, document)
    numbers = [asked.matched(found, places[n]) for n, found in enumerate(proposal.places) if not found.reading.pattern]
    against = say("across.by_text_against", source=source, period=facts.period.title)
    return ByText(path, document, against, tuple(numbers), tuple(d.problem for d in defects))


class _Asked:
    """Asks the data what the numbers of one report could be."""

    def __init__(self, facts: OfRound | OfUnit, proposal: Proposal) -> None:
        self.facts, self.paragraphs = facts, proposal.paragraphs
        self.figures = Figures(facts, frozenset(), HOW)
        self.names = names_of(facts)
        self._before: tuple[int, str, str] = (-1, "", "")  # paragraph, code and scope of what was bound last

    def matched(self, found: Found, place: Place | None) -> Matched:
        """Return what a number is taken for."""
        text, number, reading = self._text(found), found.reading.number, found.reading
        end = found.start + (max(number.end, number.after) - number.start)
        words = text[found.start : end]
        where = sentence_in(text, found.start, end)
        nothing = Matched("unknown", words, "", "", "", round(reading.confidence, 2), where, place)
        scopes = self._scopes(found)
        if not reading.code or not scopes:
            return nothing
        item = self.facts.pack.indicators[reading.code]
        said = said_at(text, found.start, found.start + (number.end - number.start), item.measure_word)
        told = [
            (tag(reading.code, scopes[0], measure), exact)
            for measure in self._measures(found, text)
            if (exact := self._exact(reading.code, scopes[0], measure)) is not None
        ]
        if said is None or not told:
            return nothing
        name, exact = next(((t, e) for t, e in told if said.holds(e)), told[0])
        verdict: Verdict = "agrees" if said.holds(exact) else "differs"
        if verdict == "differs" and (_of_a_list(found, text) or self._otherwise(found, said, text, scopes)):
            verdict = "unknown"
        self._before = (found.paragraph, reading.code, scopes[0])
        now = "".join(self.figures.written(item, exact))
        alias = alias_of(name, self.names)
        return Matched(verdict, words, name, alias, now, round(reading.confidence, 2), where, place)

    def _text(self, found: Found) -> str:
        paragraph = self.paragraphs[found.paragraph]
        return paragraph.cells[found.cell] if found.cell >= 0 else paragraph.text

    @staticmethod
    def _measures(found: Found, text: str) -> tuple[str, ...]:
        """Return what a number could be of its indicator by what stands before it."""
        basis = found.reading.basis
        if basis == "current" and text[: found.start].endswith(say("across.on_average")):
            return ("mean",)
        return _MEASURES.get(basis, ())

    def _exact(self, code: str, scope: str, measure: str) -> Fraction | None:
        if measure in ("opening", "half"):
            return self.facts.then(code, scope, "opening" if measure == "opening" else "half")
        total = self.figures.total(code, scope)
        if total is None or measure == "value":
            return total.value if total else None
        if measure == "mean":
            return total.value / total.n if total.value is not None and total.n else None
        return years(total, "yoy" if measure == "prior" else "yoy_reported")[1]

    def _otherwise(self, found: Found, said: Said, text: str, scopes: Sequence[str]) -> bool:
        """Return whether a number that differs is true under another reading of its words."""
        reading, number = found.reading, found.reading.number
        paragraph, before, scope_before = self._before
        if paragraph == found.paragraph and (by := self._change(before, scope_before)) is not None and said.holds(by):
            return True
        others = [c.code for c in reading.others if c.confidence >= _LEAST_OTHER]
        for code in dict.fromkeys((reading.code, *others)):
            item = self.facts.pack.indicators[code]
            told = said_at(text, found.start, found.start + (number.end - number.start), item.measure_word) or said
            for scope in scopes:
                for measure in _ALL_MEASURES:
                    exact = self._exact(code, scope, measure)
                    if exact is not None and told.holds(exact):
                        return True
        return False

    def _change(self, code: str, scope: str) -> Fraction | None:
        """Return by how many per cent, or points, a figure differs from last year's."""
        total = self.figures.total(code, scope)
        now, then = years(total, "yoy") if total is not None else (None, None)
        if now is None or then is None or not (then or self.figures.item(code).percent):
            return None
        return abs(now - then) if self.figures.item(code).percent else abs(now - then) * 100 / abs(then)

    @cached_property
    def _called(self) -> dict[str, str]:
        """The scopes by what they are called; a report over one unit speaks of that unit alone."""
        return {name: code for code, name in self.facts.names().items() if len(name) >= _LEAST_NAME}

    def _scopes(self, found: Found) -> list[str]:
        """Return the scopes the words speak of, the likeliest first: the last one named before the number."""
        paragraph = self.paragraphs[found.paragraph]
        if found.cell >= 0:
            head = self._head(found.paragraph)
            words = "".join(paragraph.cells[: found.cell]) + (head[found.cell] if found.cell < len(head) else "")
        else:
            begin = max(paragraph.text.rfind(mark, 0, found.start) for mark in _STOPS) + 1
            words = paragraph.text[begin : found.start]
        named = [
            (words.rfind(name) + len(name), len(name), code) for name, code in self._called.items() if name in words
        ]
        return list(dict.fromkeys([*(code for _, _, code in sorted(named, reverse=True)), self.facts.scope]))

    def _head(self, index: int) -> tuple[str, ...]:
        while index and self.paragraphs[index - 1].level == "row":
            index -= 1
        return self.paragraphs[index].cells


def _of_a_list(found: Found, text: str) -> bool:
    """Return whether a number counts what was named right before it, or is written out and part of a phrase."""
    return found.reading.number.written == "numeral" or text[: found.start].endswith(say("across.and_others"))


def _places(proposal: Proposal, document: Document) -> list[Place | None]:
    """Return where the numbers stand in the file: its paragraphs are gone through in order."""
    at = _Through([p for p in document.paragraphs if p.part == MAIN])
    here: dict[tuple[int, int], tuple[Paragraph, int]] = {}  # paragraph and how much of it was left out in front
    wanted = {(found.paragraph, found.cell) for found in proposal.places}
    for index, paragraph in enumerate(proposal.paragraphs):
        texts: Iterator[tuple[int, str]] = (
            enumerate(paragraph.cells) if paragraph.cells else iter([(-1, paragraph.text)])
        )
        for cell, text in texts:
            if (text and (index, cell) in wanted) or cell < 0:
                found = at.next(text)
                if found is not None:
                    here[index, cell] = found
    places: list[Place | None] = []
    for one in proposal.places:
        there = here.get((one.paragraph, one.cell))
        length = max(one.reading.number.end, one.reading.number.after) - one.reading.number.start
        start = there[1] + one.start if there else 0
        places.append(Place(there[0], start, start + length, "words") if there else None)
    return places


class _Through:
    """Goes through the paragraphs of a file, each text found behind the one before."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self._paragraphs, self._at = paragraphs, 0

    def next(self, text: str) -> tuple[Paragraph, int] | None:
        for n in range(self._at, min(len(self._paragraphs), self._at + _AHEAD)):
            plain = self._paragraphs[n].text.translate(_BLANKS).rstrip(" \u3000")
            if plain.endswith(text):
                self._at = n + 1
                return self._paragraphs[n], len(plain) - len(text)
        return None


_BLANKS = str.maketrans("\t\n", "  ")
