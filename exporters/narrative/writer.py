"""The lines of a report → an official document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from exporters.narrative.figures import Figures
from exporters.narrative.template import CELL, Line, LineKind
from exporters.narrative.told import ANNEXES, CHARTS, LEVEL, REF, blocks, key_of, lead_of
from exporters.prose.marks import stretches
from exporters.word.captions import Reference
from exporters.word.chart import Kind as ChartKind
from exporters.word.official import OfficialDocument
from exporters.word.pieces import LONGEST_TAG, Inline, Piece
from workbook.blank import PREFIX, parts_of
from workbook.messages import catalogue, say

_ALIGN: dict[str, Literal["left", "center", "right"]] = {"l": "left", "c": "center", "r": "right"}
_CHART: Mapping[LineKind, ChartKind] = {"bars": "bar", "lines": "line", "shares": "share"}
_WIDTH = {False: 156, True: 225}  # of the type area in mm, upright and sideways
_SEVERAL = 2  # units; of one alone there is nothing to say
_OF_BOTH_YEARS = frozenset(("yoy", "dir", "prior", "same"))  # measures over units that are known in both
_MANY_ROWS = 8  # annex tables of more rows are ruled like a form


@dataclass(frozen=True, slots=True)
class Point:
    """A number that a chart draws: series and category by their names, and the figure it is."""

    chart: int  # from 1, in the order of the report
    series: str
    category: str
    tag: str
    text: str


@dataclass(slots=True)
class Writer:
    """Lays lines out as a document; `names` has what a click on a figure shows, by indicator, text and scope."""

    document: OfficialDocument
    names: Mapping[str, str]
    figures: Figures | None = None  # that told them: a click then also shows of how many units, and as of when
    points: list[Point] = field(default_factory=list)  # what the charts draw
    _charts: set[str] = field(default_factory=set)  # keys of charts, to tell them from tables in a reference
    _drawn: int = 0
    _wide: bool = False
    _in_annex: bool = False

    def write(self, lines: Sequence[Line]) -> None:
        """Write all lines in order; the annexes are listed before the first signature."""
        self._charts = {key_of(line.text)[1] for line in lines if line.kind in CHARTS}
        annexes = [bare(line.text) for line in lines if line.kind in ANNEXES]
        listed = numbered = 0
        for group in blocks(lines):
            line = group[0]
            if line.kind == "signature" and annexes and not listed:
                self.document.annex_note(annexes)
                listed = 1
            if line.kind in ANNEXES:
                numbered += 1
                self._wide, self._in_annex = line.kind == "wide_annex", True
                number = numbered if len(annexes) > 1 else None
                self.document.annex(bare(line.text), number, landscape=self._wide)
            else:
                self._block(line, group)

    def _block(self, line: Line, group: Sequence[Line]) -> None:
        if line.kind in ("row", "widths"):
            self.table(group)
        elif line.kind in CHARTS:
            self.chart(group)
        elif line.kind in LEVEL:
            self.heading(line)
        elif line.kind == "body":
            self.document.body(self.pieces(line.text))
        elif line.kind == "signature":
            self.document.signature(*_parts(line.text, 2))
        elif line.kind == "imprint":
            office, date, copies = _parts(line.text, 3)
            self.document.imprint(copies, office, date)
        elif line.kind == "table_title":
            self.document.table_title(*map(bare, key_of(line.text)))
        else:
            self._plain(line.kind)(bare(line.text))

    def _plain(self, kind: LineKind) -> Callable[[str], None]:
        return {
            "head": self.document.red_head,
            "number": self.document.number,
            "title": self.document.title,
            "subtitle": self.document.subtitle,
            "addressee": self.document.addressee,
            "note": self.document.note,
        }[kind]

    def heading(self, line: Line) -> None:
        """Write a heading, or a paragraph that opens with its heading."""
        lead, body = lead_of(line.text)
        if body:
            self.document.run_in(LEVEL[line.kind], self.pieces(lead), self.pieces(body))
        else:
            self.document.heading(LEVEL[line.kind], self.pieces(lead.rstrip("。")))

    def pieces(self, text: str) -> list[Inline]:
        """Return marked text as pieces; a figure becomes a content control with a title in words."""
        return [self._piece(tag, words) for tag, words in stretches(text)]

    def _piece(self, tag: str, words: str) -> Inline:
        if tag.startswith(PREFIX):
            return Piece(words, tag, title_of(tag, self.names, self.figures))
        key = tag.removeprefix(REF)
        return Reference("figure" if key in self._charts else "table", key) if tag else Piece(words)

    def table(self, lines: Sequence[Line]) -> None:
        """Write a table: first row the heading, `|= 40l 20r` widths in mm and alignment, then the rows."""
        cells, shape = _cells(lines)
        columns = len(cells[0])
        widths = shape.split()
        if len(widths) != columns:
            widths = [f"{_WIDTH[self._wide] // columns}l"] * columns
        rows = [[self.pieces(c) for c in (row + [""] * columns)[:columns]] for row in cells[1:]]
        align = [_ALIGN.get(w[-1], "left") for w in widths]
        ruled = self._in_annex and len(rows) > _MANY_ROWS
        self.document.table([*map(bare, cells[0])], rows, [float(w[:-1]) for w in widths], align, ruled=ruled)

    def chart(self, lines: Sequence[Line]) -> None:
        """Write a chart: first row the names of its series, then a category a row; `|= 件` is its unit."""
        title, key = key_of(lines[0].text)
        cells, unit = _cells(lines[1:])
        series = [
            (bare(name), [_number(row[at]) for row in cells[1:]]) for at, name in enumerate(cells[0][1:], start=1)
        ]
        self.document.chart(_CHART[lines[0].kind], [bare(row[0]) for row in cells[1:]], series, unit=unit)
        self._drawn += 1
        for row in cells[1:]:
            for (name, _), cell in zip(series, row[1:], strict=True):
                tagged = next(((tag, text) for tag, text in stretches(cell) if tag.startswith(PREFIX)), None)
                if tagged is not None:
                    self.points.append(Point(self._drawn, name, bare(row[0]), *tagged))
        self.document.figure_title(bare(title), key)


def title_of(tag: str, names: Mapping[str, str], figures: Figures | None) -> str:
    """Return what a click on a figure shows: what it is, of how many units, as of when; as long as Word allows."""
    beside = _beside(tag, figures) if figures is not None else ""
    return alias_of(tag, names)[: LONGEST_TAG - len(beside)] + beside


def _beside(tag: str, figures: Figures) -> str:
    code, scope, measure = parts_of(tag)
    period = figures.facts.period.title
    total = figures.total(code, scope) if code in figures.facts.pack.indicators else None
    if total is None or total.units < _SEVERAL:
        return say("report.as_of", period=period)
    n = total.matched if measure in _OF_BOTH_YEARS else total.n
    return say("report.as_of_units", n=n, units=total.units, period=period)


@lru_cache(maxsize=8192)
def _title(name: str, where: str, measure: str) -> str:
    named = say(f"measure.{measure}") if measure in catalogue()["measure"] else measure  # a tag may be anybody's
    return (say("report.alias", name=name, scope=where, measure=named) if where else name + named)[:LONGEST_TAG]


def bare(text: str) -> str:
    """Return marked text without its marks."""
    return "".join(words for _, words in stretches(text))


def _parts(text: str, number: int) -> list[str]:
    """Return what stands between the bars of a signature or imprint."""
    parts = [part.strip() for part in bare(text).split("|")]
    return (parts + [""] * number)[:number]


def _cells(lines: Sequence[Line]) -> tuple[list[list[str]], str]:
    """Return the cells of table rows, and what the line of widths says."""
    rows = [[c.strip() for c in line.text.split(CELL)] for line in lines if line.kind == "row"]
    columns = len(rows[0])
    shape = next((line.text for line in lines if line.kind == "widths"), "")
    return [(row + [""] * columns)[:columns] for row in rows], shape


def _number(cell: str) -> float | None:
    """Return a cell of a chart as a number, None for a dash."""
    try:
        return float(bare(cell))
    except ValueError:
        return None


def alias_of(tag: str, names: Mapping[str, str]) -> str:
    """Return a figure's title, such as 党员总数（全市）同比, at most 64 characters as Word allows.

    A scope without a name, as the unit's own in its report, is not told.
    """
    code, scope, measure = parts_of(tag)
    return _title(names[code], names.get(scope, ""), measure.rstrip("0123456789_"))
