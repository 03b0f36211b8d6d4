"""A report held against the data: of every figure, whether it still says what they say, and what else was typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol

from exporters.figures.charts import charts_of, drawn, matched, number
from exporters.figures.compare import MUST, Kind, compare
from exporters.figures.document import Document
from exporters.figures.locate import Located, Place, locate
from exporters.figures.loose import Loose, loose_numbers, masked, typed_since
from exporters.figures.manifest import Figure, Manifest
from exporters.figures.moved import moved
from exporters.figures.now import Now
from exporters.narrative.writer import Point
from exporters.prose.said import said_at
from workbook.blank import parts_of

_WHOLE = 100  # per cent
_PARTS = ("share", "part")


class Known(Protocol):
    """What the data say of a figure."""

    def now(self, figure: Figure) -> Now | None:
        """Return what a figure reads by the data, None where they do not tell it any more."""


class AsWritten:
    """Stands for the data where there are none at hand: every figure is what it was when the report was written."""

    def now(self, figure: Figure) -> Now | None:
        """Return what the figure read."""
        return Now(figure.text, figure.value, figure.word)


class Verdict(NamedTuple):
    """What became of one figure, or of a number that is none."""

    kind: Kind
    tag: str  # "" for a number that belongs to no figure
    said: str  # what stands in the report
    now: str  # what the data say
    place: Place | None
    figure: Figure | None = None
    loose: Loose | None = None
    point: Point | None = None
    touched: bool = False  # a person has changed it
    copy: bool = False  # of a figure that stands somewhere else

    @property
    def must(self) -> bool:
        """Whether it must be looked at before the report goes out."""
        return self.kind in MUST


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Everything that was looked at in one report."""

    verdicts: tuple[Verdict, ...]  # of every figure in its order, then copies, then typed numbers
    located: Located

    @property
    def found(self) -> list[Verdict]:
        """Everything that is not simply as it should be."""
        return [v for v in self.verdicts if v.kind != "agrees"]

    @property
    def must(self) -> list[Verdict]:
        """Everything that must be looked at before the report goes out."""
        return [v for v in self.verdicts if v.must]


def reconcile(manifest: Manifest, document: Document, known: Known) -> Reconciled:
    """Return a verdict on every figure of the manifest, on copies, and on numbers that were typed since."""
    located = locate(manifest, document)
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    verdicts: list[Verdict] = []
    elsewhere = moved(manifest.figures, located.places)
    for at, (figure, place) in enumerate(zip(manifest.figures, located.places, strict=True)):
        verdict = _verdict(figure, place, known.now(figure), spans)
        true = verdict.kind in ("agrees", "rewritten", "lost")
        verdicts.append(verdict._replace(kind="moved") if true and at in elsewhere else verdict)
    verdicts += _copies(manifest, located, known, spans)
    verdicts += _shares(verdicts)
    verdicts += _drawn(manifest, document, known)
    verdicts += _typed(manifest, document, spans)
    return Reconciled(tuple(verdicts), located)


def _verdict(figure: Figure, place: Place | None, now: Now | None, spans: dict[int, list[tuple[int, int]]]) -> Verdict:
    told = now.text if now else ""
    if place is None or not place.text:
        return Verdict("missing", figure.tag, "", told, place, figure)
    reading = compare(figure, place, now)
    spans[id(place.paragraph)].append((reading.start, reading.end))
    said = place.paragraph.text[reading.start : reading.end]
    kind = "lost" if reading.kind == "agrees" and place.by != "control" else reading.kind
    return Verdict(kind, figure.tag, said, told, place, figure, touched=reading.touched)


def _copies(
    manifest: Manifest, located: Located, known: Known, spans: dict[int, list[tuple[int, int]]]
) -> Iterator[Verdict]:
    """Yield controls that stand there once more: harmless as long as they say the same."""
    first = {f.tag: (f, p) for f, p in zip(reversed(manifest.figures), reversed(located.places), strict=True)}
    for tag, place in located.copies:
        if not place.text:  # deleted, and still there for whoever takes that back
            continue
        spans[id(place.paragraph)].append((place.start, place.end))
        figure, original = first.get(tag, (None, None))
        if figure is None:  # from another report
            yield Verdict("typed", tag, place.text, "", place)
            continue
        now = known.now(figure)
        reading = compare(figure, place, now)
        spans[id(place.paragraph)].append((reading.start, reading.end))
        said = place.paragraph.text[reading.start : reading.end]
        same = original is not None and original.text == place.text == said
        true: Kind = "copied" if reading.kind in ("agrees", "rewritten") else "doubled"
        kind = reading.kind if same and true == "doubled" else true
        told = now.text if now else ""
        yield Verdict(kind, tag, said, told, place, figure, touched=reading.touched, copy=True)


def _shares(verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    """Yield shares of one whole that were told together as 100 % and do not add up any more, true as each may be."""
    together: dict[tuple[int, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.figure is not None and verdict.place is not None:
            code, _, measure = parts_of(verdict.tag)
            if measure in _PARTS:
                together[id(verdict.place.paragraph), code if measure == "share" else measure].append(verdict)
    for group in together.values():
        figures = [v.figure for v in group if v.figure is not None]
        whole = sum((f.value or Fraction(0) for f in figures), Fraction(0))
        told = [_number(v) for v in group if v.kind in ("agrees", "rewritten", "lost")]
        if whole == _WHOLE and len(told) == len(group) and sum(told, Fraction(0)) != _WHOLE:
            last = group[-1]
            yield Verdict("wording", last.tag, last.said, last.now, last.place, last.figure)


def _number(verdict: Verdict) -> Fraction:
    place = verdict.place
    said = said_at(place.paragraph.text, place.start, place.end) if place else None
    return said.value if said else Fraction(0)


def _drawn(manifest: Manifest, document: Document, known: Known) -> Iterator[Verdict]:
    """Yield a verdict on every number of the charts; one alone on a chart that is gone."""
    gone: set[int] = set()
    charts = charts_of(document) if manifest.points else []
    for point, chart in matched(manifest.points, charts):
        now = known.now(figure_of(point))
        told = now.text if now else ""
        if chart is None:
            if point.chart not in gone:
                gone.add(point.chart)
                yield Verdict("missing", point.tag, "", told, None, point=point)
            continue
        there = drawn(point, chart)
        kind: Kind = "changed" if there != number(point.text) else "stale"
        agrees = there == number(told)
        said = "" if there is None else f"{there:.12g}"
        yield Verdict("agrees" if agrees else kind, point.tag, said, told, None, point=point)


def figure_of(point: Point) -> Figure:
    """Return a point of a chart as the figure it is, told as in a table."""
    said = said_at(point.text, 0, len(point.text))
    return Figure(0, point.tag, point.text, "cell", exact=str(said.value) if said else "")


def _typed(manifest: Manifest, document: Document, spans: dict[int, list[tuple[int, int]]]) -> Iterator[Verdict]:
    """Yield numbers that belong to no figure and were not there when the report was written."""
    found = []
    for paragraph in document.paragraphs:
        text = masked(paragraph.text, [*spans.get(id(paragraph), ()), *paragraph.fields])
        found += [(loose, text) for loose in loose_numbers(paragraph, text)]
    for loose in typed_since(found, manifest.loose):
        number = loose.number
        place = Place(loose.paragraph, number.start, max(number.end, number.after), "words")
        yield Verdict("typed", "", place.text, "", place, loose=loose)
