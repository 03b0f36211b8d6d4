"""A signed PDF as the print of a report: its figures found by the words around them, as far as they can be."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporters.figures.across import Source, Statement, agree, key_of, stated
from exporters.figures.document import NotAReport, rows_of
from exporters.figures.held import Held
from exporters.figures.manifest import Figure
from exporters.figures.reconcile import Verdict
from exporters.figures.words import sentence_in
from exporters.prose.said import NUMBER_IN_TEXT, said_at
from exporters.word.elements import W
from workbook.messages import say
from workbook.period import parse_period
from workbook.reading.contained import Limits, contained
from workbook.reading.kind import Unreadable

_LIMITS = Limits(seconds=300)
_MOST_PAGES = 3_000
_LEAST_TEXT = 20  # characters on all pages together; a scan has none
_BEFORE, _AFTER = 16, 3  # words around a figure whose paragraph reads otherwise in the print
_LEAST_WORDS = 4
_CONTEXT = 60  # characters around a figure that tell what it says
_LEAST_FOUND, _LEAST_SHARE = 3, 3  # figures, and one in how many of all, that tell a print from another document
_PAGE_NUMBER = re.compile(rf"[{say('across.page')}\s—–\-－·]*\d+[{say('across.page')}\s—–\-－·]*")
_KEPT = re.compile(r"[0-9A-Za-z.%—\-]")  # a blank between two of these parts cells of a table
_ABOUT = f"(?:{'|'.join(say('across.about').split())})?"
_SCALES = f"[{say('across.scales')}]*"
_NUMBER = f"{_ABOUT}(?:{NUMBER_IN_TEXT}){_SCALES}|—"
_LISTED, _WORDS = ".{1,200}?", "[^0-9]{1,12}?"


@dataclass(frozen=True, slots=True)
class Print:
    """A PDF and the report it is a print of: what it says of the figures that were found, and which were not."""

    path: Path
    report: Path
    source: Source
    found: int
    differ: int
    absent: tuple[Verdict, ...]

    @property
    def in_tables(self) -> int:
        """How many of those not found stand in tables."""
        return sum(v.figure is not None and v.figure.cell >= 0 for v in self.absent)

    def told(self) -> str:
        """Return what was found, as a sentence."""
        numbers = {"found": self.found, "differ": self.differ, "absent": len(self.absent), "cells": self.in_tables}
        told = say("across.print", file=self.path.name, report=self.report.name, **numbers)
        return told + (say("across.print_absent", **numbers) if self.absent else "")

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        absent = [{"tag": v.tag, "said": v.said} for v in self.absent]
        return {
            "pdf": str(self.path),
            "report": str(self.report),
            "found": self.found,
            "differ": self.differ,
            "not_found": absent,
        }


def read_pdf(path: Path) -> str:
    """Return the text of a PDF in one line, blanks only where they part cells; NotAReport where it has none."""
    ((_, found),) = contained(_read, [path], _LIMITS)
    if isinstance(found, Unreadable):
        raise NotAReport(
            say("across.pdf_locked" if found.reason == "encrypted" else "across.pdf_damaged", file=path.name)
        )
    text = squeezed(found)[0]
    if len(text) < _LEAST_TEXT:
        raise NotAReport(say("across.pdf_scanned", file=path.name))
    return text


def _read(path: Path) -> str:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it finds odd in a file is nothing to a clerk
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
        if len(reader.pages) > _MOST_PAGES:
            raise Unreadable("huge")
        return "\n".join(_without_number(page.extract_text()) for page in reader.pages)
    except (DependencyError, NotImplementedError) as error:  # a cipher it does not know
        raise Unreadable("encrypted") from error
    except (Unreadable, MemoryError, OSError):
        raise
    except Exception as error:  # a parser's crash is the file's fault, not ours
        raise Unreadable("other") from error


def _without_number(page: str) -> str:
    """Return the text of a page without its number at the top or the foot."""
    lines = [line for line in page.splitlines() if line.strip()]
    for at in (-1, 0):
        if lines and _PAGE_NUMBER.fullmatch(lines[at]):
            del lines[at]
    return "\n".join(lines)


def squeezed(text: str) -> tuple[str, list[int]]:
    """Return a text as it is compared, and where in the original each character stood."""
    plain = [(c, n) for n, char in enumerate(text) for c in _usual(char)]
    kept: list[tuple[str, int]] = []
    blank = -1
    for char, at in plain:
        if char.isspace():
            blank = at
            continue
        if blank >= 0 and kept and _KEPT.match(kept[-1][0]) and _KEPT.match(char):
            kept.append((" ", blank))
        blank = -1
        kept.append((char, at))
    return "".join(c for c, _ in kept), [at for _, at in kept]


def _usual(char: str) -> str:
    """Return a character as people type it: a PDF may have another that looks the same. Marks stay as they are."""
    return char if unicodedata.category(char).startswith("P") else unicodedata.normalize("NFKC", char)


def print_of(path: Path, reports: Sequence[Held]) -> Print:
    """Return the report a PDF is a print of, with what it says; NotAReport where it is of none of them."""
    text = read_pdf(path)
    prints = [_printed(path, text, held) for held in reports]
    best = max(prints, key=lambda p: (p.found - p.differ, p.found), default=None)
    if best is not None:
        enough = max(_LEAST_FOUND, (best.found + len(best.absent)) // _LEAST_SHARE)
        if best.found >= enough and best.found >= 2 * best.differ:
            return best
    raise NotAReport(say("across.pdf_of_none" if reports else "across.pdf_alone", file=path.name))


def _printed(path: Path, text: str, held: Held) -> Print:
    where = _Search(text, held).found()
    said: dict[str, list[Statement]] = defaultdict(list)
    absent, differ = [], 0
    for at, verdict in enumerate(held.result.verdicts):
        figure = verdict.figure
        if figure is None or verdict.place is None or not verdict.said:
            continue
        if at not in where:
            absent.append(verdict)
            continue
        start, end = where[at]
        around, begin = text[max(0, start - _CONTEXT) : end + _CONTEXT], min(start, _CONTEXT)
        number = said_at(around, begin, begin + end - start, figure.word) if figure.exact else None
        where_it_is = sentence_in(around, begin, begin + end - start)
        statement = Statement(path.name, text[start:end], number, where_it_is)
        said[key_of(verdict.tag)].append(statement)
        differ += not _same(verdict, figure, statement)
    period = parse_period(held.manifest.period).title
    return Print(path, held.path, stated(path.name, period, said), len(where), differ, tuple(absent))


def _same(verdict: Verdict, figure: Figure, printed: Statement) -> bool:
    place = verdict.place
    assert place is not None
    said = said_at(place.paragraph.text, place.start, place.end, figure.word) if figure.exact else None
    if said is not None and printed.said is not None:
        return agree(said, printed.said)
    return squeezed(place.text)[0] == squeezed(printed.text)[0]


@dataclass(slots=True)
class _Unit:
    """A paragraph, or a row of a table with its cells one behind the other, and the figures in it."""

    text: str
    figures: list[tuple[int, int, int]]  # start, end, number among the verdicts
    row: bool


class _Search:
    """Finds the figures of a report in the text of a PDF: whole paragraphs first, then what is around each figure."""

    def __init__(self, text: str, held: Held) -> None:
        self.text, self.verdicts = text, held.result.verdicts
        self.units = list(_units(held))
        self.where: dict[int, tuple[int, int]] = {}
        self.place: list[tuple[int, int] | None] = [None] * len(self.units)

    def found(self) -> dict[int, tuple[int, int]]:
        """Return where figures stand in the text, by number among the verdicts."""
        alike: dict[str, list[int]] = defaultdict(list)
        for n, unit in enumerate(self.units):
            alike[self._pattern(unit, 0, len(unit.text))].append(n)
        waiting = []
        for pattern, units in alike.items():
            matches = list(re.finditer(pattern, self.text))
            if len(matches) == len(units):
                for n, match in zip(units, matches, strict=True):
                    self._take(n, match)
            else:
                waiting += [(n, pattern) for n in units]
        waiting.sort()
        while waiting != (left := [(n, pattern) for n, pattern in waiting if not self._between_others(n, pattern)]):
            waiting = left  # each one that is found narrows down where the others stand
        for n, _ in waiting:
            if not self.units[n].row:
                self._one_by_one(self.units[n], *self._between(n))
        return self.where

    def _between_others(self, n: int, pattern: str) -> bool:
        """Find a unit between its neighbours; return whether it was found."""
        matches = list(re.compile(pattern).finditer(self.text, *self._between(n)))
        if len(matches) == 1 or (matches and not self.units[n].figures):  # heads of tables come again on every page
            self._take(n, matches[0])
            return True
        return False

    def _take(self, n: int, match: re.Match[str]) -> None:
        self.place[n] = match.span()
        for at, name in enumerate(self.units[n].figures):
            self.where[name[2]] = match.span(at + 1)

    def _between(self, n: int) -> tuple[int, int]:
        """Return the stretch between the nearest units before and behind that were found."""
        before = next((p[1] for p in reversed(self.place[:n]) if p), 0)
        behind = next((p[0] for p in self.place[n + 1 :] if p and p[0] >= before), len(self.text))
        return before, behind

    def _one_by_one(self, unit: _Unit, first: int, last: int) -> None:
        for start, end, number in unit.figures:
            begin, stop = max(0, start - _BEFORE), min(len(unit.text), end + _AFTER)
            inside = [f for f in unit.figures if f[0] >= begin and f[1] <= stop]
            if start - begin - sum(e - s for s, e, _ in inside if e <= start) < _LEAST_WORDS:
                continue
            pattern = self._pattern(unit, begin, stop)
            matches = list(re.compile(pattern).finditer(self.text, first, last))
            if len(matches) == 1:
                self.where[number] = matches[0].span(inside.index((start, end, number)) + 1)

    def _pattern(self, unit: _Unit, begin: int, stop: int) -> str:
        """Return how a stretch of a unit reads, whatever its figures say; a group for each figure that is all in it."""
        pieces, here = [], begin
        for start, end, number in unit.figures:
            if start < begin or end > stop:
                continue
            pieces += [re.escape(unit.text[here:start]), f"({self._own(number, unit.text[start:end])})"]
            here = end
        return "".join((*pieces, re.escape(unit.text[here:stop])))

    def _own(self, number: int, text: str) -> str:
        figure = self.verdicts[number].figure
        if figure is not None and (figure.exact or text == say("word.dash")):
            return _NUMBER
        other = _LISTED if any(c.isdigit() for c in text) else _WORDS
        return f"{re.escape(text)}|{other}"


def _units(held: Held) -> Iterator[_Unit]:
    """Yield the paragraphs and rows as they are compared; those without figures tell where the others stand."""
    rows = rows_of(held.document)
    figures: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, verdict in enumerate(held.result.verdicts):
        place = verdict.place
        if place is not None and verdict.figure is not None and verdict.said:
            figures[id(place.paragraph)].append((place.start, place.end, number))
    texts: dict[Any, tuple[list[str], list[tuple[int, int, int]], bool]] = {}
    for paragraph in held.document.paragraphs:
        element = paragraph.element
        in_row = element in rows
        key = next(element.iterancestors(_ROW)) if in_row else element
        pieces, held_there, _ = texts.setdefault(key, ([], [], in_row))
        offset = sum(len(piece) + 1 for piece in pieces)
        held_there += [(s + offset, e + offset, n) for s, e, n in sorted(figures.get(id(paragraph), ()))]
        pieces.append(paragraph.text)
    for pieces, held_there, in_row in texts.values():
        if held_there or len("".join(pieces)) >= _LEAST_WORDS:
            yield _unit(" ".join(pieces), held_there, row=in_row)


_ROW = f"{W}tr"


def _unit(text: str, figures: Sequence[tuple[int, int, int]], *, row: bool) -> _Unit:
    plain, origin = squeezed(text)
    found = []
    for start, end, number in figures:
        inside = [n for n, at in enumerate(origin) if start <= at < end and plain[n] != " "]
        if inside:
            found.append((inside[0], inside[-1] + 1, number))
    return _Unit(plain, found, row)
