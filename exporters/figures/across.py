"""The same figure in several documents: whether reports, prints and the consolidated workbook say the same of it."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from exporters.figures.held import Held
from exporters.figures.words import title_of, where
from exporters.figures.workbook_figures import Workbook
from exporters.prose.said import Said, direction, said_at
from workbook.blank import parts_of, tag
from workbook.collection import ALL
from workbook.messages import say
from workbook.period import parse_period

_ROUND = frozenset(("over", "more", "near", "about", "words"))  # other ways to tell the value
_NOT_SAID = frozenset(("missing", "moved", "typed"))  # verdicts on what does not tell its figure


@dataclass(frozen=True, slots=True)
class Statement:
    """What a document says of a figure, and where: a sentence, or a cell."""

    document: str
    text: str
    said: Said | None  # None for words
    where: str


@dataclass(frozen=True, slots=True)
class Source:
    """One document: its period in words, the figures it has, and what it says of one."""

    name: str
    period: str
    tags: frozenset[str]
    of: Callable[[str], Sequence[Statement]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not the same everywhere."""

    tag: str
    title: str
    statements: tuple[Statement, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        said = [{"document": s.document, "said": s.text, "where": s.where} for s in self.statements]
        return {"tag": self.tag, "title": self.title, "said": said}


@dataclass(frozen=True, slots=True)
class Across:
    """What came of the comparison: how many figures stand in several documents, which differ, what was not compared."""

    documents: tuple[str, ...]
    compared: int
    differ: tuple[Difference, ...]
    told: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        differ = [difference.as_json() for difference in self.differ]
        return {"documents": self.documents, "compared": self.compared, "differ": differ, "told": self.told}


def across(sources: Sequence[Source], names: Mapping[str, str]) -> Across:
    """Compare what documents of one period say of the same figures."""
    periods: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        periods[source.period].append(source)
    told = []
    if len(periods) > 1:
        each = [
            say("across.of_period", period=period or say("across.no_period"), names=_listed(s.name for s in group))
            for period, group in periods.items()
        ]
        told.append(say("across.periods", each="；".join(each)))
    compared, differ = 0, []
    for group in (group for period, group in periods.items() if period and len(group) > 1):
        for name, statements in _together(group).items():
            if len({s.document for s in statements}) > 1:
                compared += 1
            if _disagree(statements):
                differ.append(Difference(name, _title(name, names), _each_once(statements)))
    return Across(tuple(s.name for s in sources), compared, tuple(differ), tuple(told))


def agree(one: Said, other: Said) -> bool:
    """Return whether an exact number may lie behind both, each within the places it is written with."""
    if one.about and other.about:
        return one.says(other) or one.holds(other.value) or other.holds(one.value)
    if one.about or other.about:
        about, exact = (one, other) if one.about else (other, one)
        return about.holds(exact.value)
    (low, high), (least, most) = _extent(one), _extent(other)
    return max(low, least) < min(high, most) and (one.value < 0) == (other.value < 0)


def report_source(held: Held, name: str) -> Source:
    """Return what an edited report says."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for verdict in held.result.verdicts:
        place, figure, said = verdict.place, verdict.figure, None
        if verdict.kind in _NOT_SAID or not verdict.said:
            continue
        if verdict.point is not None:
            said = said_at(verdict.said, 0, len(verdict.said))
        elif place is None or figure is None:
            continue
        elif figure.exact:
            said = said_at(place.paragraph.text, place.start, place.end, figure.word)
        found[key_of(verdict.tag)].append(Statement(name, verdict.said, said, where(verdict)))
    return stated(name, parse_period(held.manifest.period).title, found)


def book_source(book: Workbook, name: str) -> Source:
    """Return what a workbook says."""

    def of(tag_: str) -> Sequence[Statement]:
        cell = book.cell(tag_)
        return [Statement(name, cell.text, cell.said, cell.where)] if cell is not None else []

    return Source(name, book.period, frozenset(book.cells), of)


def stated(name: str, period: str, found: Mapping[str, Sequence[Statement]]) -> Source:
    """Return the source of statements that are all known."""
    return Source(name, period, frozenset(found), lambda key: found.get(key, ()))


def key_of(name: str) -> str:
    """Return the tag under which a figure is compared: 2800余 and 2843 tell the same one."""
    code, scope, measure = parts_of(name)
    return tag(code, scope, "value") if measure in _ROUND else name


def _title(name: str, names: Mapping[str, str]) -> str:
    """Return what a figure is called, with its scope: a unit without a name by its code."""
    scope = parts_of(name)[1]
    return title_of(name, {scope: "" if scope == ALL else scope, **names})


def _together(group: Sequence[Source]) -> dict[str, list[Statement]]:
    """Return all statements on each figure."""
    tags = dict.fromkeys(t for source in group for t in sorted(source.tags))
    return {t: [statement for source in group for statement in source.of(t)] for t in tags}


def _disagree(statements: Sequence[Statement]) -> bool:
    distinct = list({(s.text, s.said and (s.said.value, s.said.places, s.said.about)): s for s in statements}.values())
    return any(not _same(a, b) for n, a in enumerate(distinct) for b in distinct[:n])


def _same(one: Statement, other: Statement) -> bool:
    if one.said is not None and other.said is not None:
        return agree(one.said, other.said)
    if way := direction(one.text):
        return way == direction(other.text)
    return _plain(one.text) == _plain(other.text)


def _plain(text: str) -> str:
    """Return words as they are compared: a print may have other marks and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _each_once(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return the statements, of one document only those that say something else."""
    return tuple({(s.document, s.text): s for s in reversed(list(statements))}.values())[::-1]


def _extent(said: Said) -> tuple[Fraction, Fraction]:
    """Return between which numbers lies what is rounded to this, by its size."""
    half = said.stored / 10**said.places / 2
    return abs(said.value) - half, abs(said.value) + half


def _listed(names: Iterable[str]) -> str:
    return say("word.list_mark").join(names)
