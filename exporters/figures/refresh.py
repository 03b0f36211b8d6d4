"""New values in a report that was edited by hand: in its figures only, all of them told; what is unsafe is left.

A figure that nobody touched reads what the data say now. Where it is told in another shape now (a change becomes
none, a coverage comes or goes), all that was told with it is written anew, as long as nobody has touched that either.
What was changed by hand stays as it is. So does what the data do not tell any more: the sentence would be false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from exporters.figures.charts import Key, charts_of, matched, number, with_numbers
from exporters.figures.data import ByData
from exporters.figures.document import Document
from exporters.figures.edit import outermost, runs_over
from exporters.figures.locate import Place
from exporters.figures.manifest import Figure, Manifest, replaced
from exporters.figures.now import Piece, Shape, shape_of
from exporters.figures.parts import with_content
from exporters.figures.reconcile import Reconciled, Verdict
from exporters.figures.rewrite import Pen, pen_for
from exporters.narrative.report import Report
from exporters.narrative.template import CELL
from exporters.narrative.writer import Point, title_of
from exporters.package import as_bytes
from exporters.prose.marks import DROP, readable, stretches
from exporters.prose.polish import same_lead
from exporters.word.elements import W
from exporters.word.package import archive
from workbook.blank import PREFIX, parts_of
from workbook.messages import say

Why = Literal["changed", "moved", "untold", "reworded", "nowhere"]
"""Why a figure was left: changed by hand, moved, not told any more, words around it changed, place not writable."""

_TRUE = ("agrees", "rewritten", "lost", "copied", "missing")
_SENTENCE = re.compile(f"[^{re.escape(say('figures.sentence_ends'))}]+")
_ALIAS, _VAL = f"{W}sdtPr/{W}alias", f"{W}val"
_R, _T, _SDT = (f"{W}{name}" for name in ("r", "t", "sdt"))


@dataclass(frozen=True, slots=True)
class Change:
    """What was written in the place of what."""

    tag: str
    was: str
    now: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Left:
    """A figure that is not what the data say and was not touched, with why."""

    verdict: Verdict
    why: Why


@dataclass
class Refreshed:
    """The file with new values, and everything that was done or left."""

    content: bytes = b""
    changes: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    manifest: Manifest | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """Figures that are told together, in their order; one alone is a group of itself."""

    verdicts: tuple[Verdict, ...]

    @property
    def figures(self) -> list[Figure]:
        return [v.figure for v in self.verdicts if v.figure is not None]


def refresh(
    manifest: Manifest, document: Document, result: Reconciled, known: ByData, now: datetime, *, tracked: bool
) -> Refreshed:
    """Return the report with new values; the document's trees are changed by this and not to be used again."""
    work = _Work(document, known, pen_for(document, now, tracked=tracked))
    groups = list(_groups([v for v in result.verdicts if v.figure is not None and v.point is None]))
    later: list[list[Figure]] = [[] for _ in groups]
    for at in sorted(range(len(groups)), key=lambda n: _position(groups[n]), reverse=True):
        later[at] = work.group(groups[at])  # from behind: what is cut stays right
    work.titles()
    contents = work.charts(manifest, [v for v in result.verdicts if v.point is not None])
    done = work.done
    figures = [f for group, told in zip(groups, later, strict=True) if not group.verdicts[0].copy for f in told]
    done.manifest = replace(
        manifest,
        figures=tuple(_as_now(f, known) for f in figures),
        points=tuple(work.points(manifest.points)),
        origin=manifest.origin if done.left else known.origin,
    )
    contents |= {name: as_bytes(root) for name, root in document.roots.items()}
    done.content = archive(replaced(with_content(document.parts, contents), done.manifest))
    done.changes.reverse()
    done.left.reverse()
    return done


def sentences_added(manifest: Manifest, report: Report) -> list[str]:
    """Return the sentences of a report written anew that tell figures the one at hand has not."""
    known = {f.tag for f in manifest.figures} | {p.tag for p in manifest.points}
    sentences = (s for line in report.lines for s in _SENTENCE.findall(line.text.replace(CELL, " ")))
    added = (s for s in sentences if any(t.startswith(PREFIX) and t not in known for t, _ in stretches(s)))
    return list(dict.fromkeys(" ".join(readable(s).split()) for s in added))


def _groups(verdicts: Sequence[Verdict]) -> Iterator[_Group]:
    together: list[Verdict] = []
    for verdict in verdicts:
        figure = verdict.figure
        assert figure is not None
        goes_on = together and figure.glue is not None and not figure.head and not verdict.copy
        if not goes_on and together:
            yield _Group(tuple(together))
            together = []
        together.append(verdict)
    if together:
        yield _Group(tuple(together))


def _position(group: _Group) -> tuple[int, int]:
    place = group.verdicts[0].place
    return (id(place.paragraph), place.start) if place else (0, 0)


@dataclass
class _Work:
    document: Document
    known: ByData
    pen: Pen
    done: Refreshed = field(default_factory=Refreshed)
    _drawn: dict[Point, str] = field(default_factory=dict)

    def group(self, group: _Group) -> list[Figure]:
        """Write what figures that are told together read now; return them as the manifest has them from now on."""
        verdicts = [v for v in group.verdicts if v.kind not in _TRUE or self._otherwise(v)]
        if not verdicts:
            return group.figures
        why: Why | None = "moved" if any(v.kind == "moved" for v in verdicts) else None
        if any(v.touched for v in verdicts):
            why = "changed"
        shape = self._shape(group)
        if why is None and shape and _as_before(shape, group.figures):
            return [self._text(v, text) for v, (_, text) in zip(group.verdicts, shape.figures, strict=True)]
        if why is None and group.figures[0].glue is None:
            return [self._alone(v) for v in group.verdicts]
        if why is None:
            written = self._anew(group, shape) if shape else None
            if written is not None:
                return written
            why = "reworded" if shape else "untold"
        self.done.left += [Left(v, why) for v in verdicts]
        return group.figures

    def _otherwise(self, verdict: Verdict) -> bool:
        """Return whether a figure that nobody touched would be written otherwise now, true as it is: 900余, of 915."""
        return (
            verdict.kind in ("agrees", "lost")
            and not verdict.touched
            and bool(verdict.now)
            and verdict.said != verdict.now
        )

    def _shape(self, group: _Group) -> Shape | None:
        """Return how figures that are told together are told now, None where nothing is."""
        head = group.figures[0]
        if head.glue is None:
            return None
        if group.verdicts[0].copy and not head.head:  # a copy of one that is told with others
            now = self.known.now(head)
            return Shape("", ((head.tag, now.text),), ("",)) if now else None
        shape = shape_of(self.known.teller.phrase(head.tag, in_cell=head.style == "cell"))
        if not shape.figures or any(DROP in text for _, text in shape.figures):
            return None
        return replace(shape, lead=same_lead(head.lead, shape.lead, shape.figures[0][1]))

    def _alone(self, verdict: Verdict) -> Figure:
        """Write what one figure reads now."""
        assert verdict.figure is not None
        now = self.known.now(verdict.figure)
        if now is None:
            self.done.left.append(Left(verdict, "untold"))
            return verdict.figure
        return self._text(verdict, now.text)

    def _text(self, verdict: Verdict, text: str) -> Figure:
        figure, place = verdict.figure, verdict.place
        assert figure is not None
        kept = verdict.kind in _TRUE and not self._otherwise(verdict)
        if kept or place is None or place.text == text:
            return figure
        if not _writable(place):
            self.done.left.append(Left(verdict, "nowhere"))
            return figure
        self.pen.replace(place.paragraph, place.start, place.end, text)
        self.done.changes.append(Change(figure.tag, place.text, text, verdict))
        return figure._replace(text=text)

    def _anew(self, group: _Group, shape: Shape) -> list[Figure] | None:
        """Write figures in another shape, None where the document has not exactly the old one."""
        figures, places = group.figures, [v.place for v in group.verdicts]
        first = places[0]
        if first is None or any(p is None or p.paragraph is not first.paragraph for p in places):
            return None
        old = figures[0].lead + "".join(f.text + (f.glue or "") for f in figures)
        start = first.start - len(figures[0].lead)
        place = Place(first.paragraph, start, start + len(old), "control")
        if start < 0 or place.text != old or not _writable(place, alone=True):
            return None
        aliases = {tag: self.title(tag) for tag, _ in shape.figures}
        numbers = self.pen.put(
            first.paragraph, start, place.end, [piece for piece in _pieces(shape) if piece[1]], aliases
        )
        self.done.changes.append(Change(figures[0].tag, old, shape.lead + shape.text, group.verdicts[0]))
        return list(_written(figures[0], shape, numbers))

    def title(self, tag: str) -> str:
        """Return what a click on a figure shows now."""
        return title_of(tag, self.known.names, self.known.teller.figures)

    def titles(self) -> None:
        """Let every control say of how many units it is now."""
        for paragraph in self.document.paragraphs:
            for hold in paragraph.holds:
                alias = hold.element.find(_ALIAS) if hold.control else None
                if alias is not None and parts_of(hold.name)[0] in self.known.names:
                    alias.set(_VAL, self.title(hold.name))

    def charts(self, manifest: Manifest, verdicts: Sequence[Verdict]) -> dict[str, bytes]:
        """Return the parts of charts whose numbers are others now; what was changed by hand stays."""
        stale = {v.point: v for v in verdicts if v.point and v.kind == "stale" and number(v.now) is not None}
        left = [v for v in verdicts if v.must and v.point not in stale]
        self.done.left += [Left(v, "changed" if v.kind == "changed" else "untold") for v in left]
        contents: dict[str, bytes] = {}
        books: dict[str, dict[Key, float]] = {}
        for point, chart in matched(manifest.points, charts_of(self.document)):
            if chart is None or point not in stale:
                continue
            value = number(stale[point].now)
            element = chart.values.get((point.series, point.category))
            assert value is not None
            if element is None:
                self.done.left.append(Left(stale[point], "nowhere"))
                continue
            element.text = f"{value:.12g}"
            contents[chart.part] = as_bytes(chart.root)
            books.setdefault(chart.book, {})[point.series, point.category] = value
            self._drawn[point] = stale[point].now
            self.done.changes.append(Change(point.tag, stale[point].said, stale[point].now, stale[point]))
        for book, values in books.items():
            if (content := self.document.part(book)) is not None:
                contents[book] = with_numbers(content, values)
        return contents

    def points(self, points: Sequence[Point]) -> Iterator[Point]:
        """Yield the points of charts with what they read now."""
        yield from (replace(p, text=self._drawn.get(p, p.text)) for p in points)


def _writable(place: Place, *, alone: bool = False) -> bool:
    """Return whether all of a stretch stands in runs that can be written, `alone` in runs and controls of its own."""
    runs = runs_over(place.paragraph, place.start, place.end)
    if "".join(t.text or "" for run in runs for t in run.iter(_T)) != place.text:
        return False
    return bool(runs) and not (alone and any(outermost(run).tag not in (_R, _SDT) for run in runs))


def _pieces(shape: Shape) -> Iterator[Piece]:
    """Yield words and figures in their order."""
    yield "", shape.lead
    for figure, words in zip(shape.figures, shape.glue, strict=True):
        yield from (figure, ("", words))


def _as_before(shape: Shape, figures: Sequence[Figure]) -> bool:
    """Return whether figures are told in the shape they were written in: the same with the same words between them."""
    tags = [tag for tag, _ in shape.figures]
    was = (figures[0].lead, [f.tag for f in figures], [f.glue for f in figures])
    return (shape.lead, tags, list(shape.glue)) == was


def _written(head: Figure, shape: Shape, numbers: Sequence[int]) -> Iterator[Figure]:
    """Yield the figures of a shape that was written anew: numbered as the pen did, told as the head was."""
    for at, ((tag, text), glue) in enumerate(zip(shape.figures, shape.glue, strict=True)):
        told = head._replace(number=numbers[at], tag=tag, text=text, after=glue, glue=glue)
        yield told._replace(lead=shape.lead) if at == 0 else told._replace(before="", head=False, lead="")


def _as_now(figure: Figure, known: ByData) -> Figure:
    """Return a figure with the exact number behind it now, where it reads what the data say."""
    now = known.now(figure)
    if now is None or now.text != figure.text:
        return figure
    return figure._replace(exact=str(now.exact) if now.exact is not None else "", word=now.word)
