"""Template + collection → a Word report, and the list of what had to be left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Literal

from exporters.consolidated.status import decision_lines, shown_switches
from exporters.narrative.figures import ZERO_CLOSE, ZERO_OPEN, Figures, Lost
from exporters.narrative.merge import Merge
from exporters.narrative.template import Line, TemplateFault, render
from exporters.picks import load_picks
from exporters.word.marks import MISSING
from exporters.word.official import OfficialDocument
from exporters.word.pieces import Piece
from exporters.word.prose import DROP, prune, stretches
from workbook.collection import ALL, Collection
from workbook.form.book import switch_line
from workbook.messages import say
from workbook.model import Defect, Genre
from workbook.round import RESULTS
from workbook.tables import read_text

_ZERO = re.compile(f"[^，；。：\n{ZERO_OPEN}]*{ZERO_OPEN}([^{ZERO_CLOSE}]*){ZERO_CLOSE}[^，；。\n]*")
_LEVEL = {"h1": 1, "h2": 2, "h3": 3}
_ALIGN: dict[str, Literal["left", "center", "right"]] = {"l": "left", "c": "center", "r": "right"}


@dataclass(frozen=True, slots=True)
class Dropped:
    """A clause left out because a figure or a choice behind it is missing."""

    where: str
    clause: str
    reason: str


def merged_lines(collection: Collection, genre: Genre) -> tuple[list[Line], list[Dropped]]:
    """Return the report's lines, pruned of what is missing, and what was dropped; TemplateFault for a bad template."""
    figures = Figures(collection, frozenset({"restricted"}))
    picks = load_picks(collection)
    merge = Merge(collection, figures, picks)
    source = read_text(collection.round.pack.root / genre.template)
    dropped: list[Dropped] = []
    lines: list[Line] = []
    where, told = "", 0
    for line in render(source, merge.context()):
        lost = figures.lost[told : told + line.text.count(DROP)]  # marks stand in the order they were left
        told += len(lost)
        if line.kind in _LEVEL:
            where = line.text
        text = _ZERO.sub(r"\1", line.text)
        if DROP in text and line.kind in ("row", "widths"):
            text = text.replace(DROP, say("word.dash"))
        elif DROP in text:
            text, clauses = prune(text)
            dropped += _explained(where, clauses, lost, figures)
        if text.strip("　 "):
            lines.append(Line(line.kind, text))
    picks_file = say("folder.picks")
    dropped += [Dropped(picks_file, name, say("report.not_picked")) for name in dict.fromkeys(merge.unpicked)]
    return _without_empty(lines), dropped


def _explained(where: str, clauses: Sequence[str], lost: Sequence[Lost], figures: Figures) -> Iterator[Dropped]:
    """Yield the dropped clauses, each with the reason of its own missing figures: both stand in the same order."""
    left = list(lost)
    for clause in clauses:
        mine = [left.pop(0) for _ in range(min(clause.count(MISSING), len(left)))]
        reasons = [say("report.lost", name=figures.item(x.code).name, why=x.reason) for x in mine]
        yield Dropped(where, clause, "；".join(dict.fromkeys(reasons)) or say("report.went_along"))


def _without_empty(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without headings that have nothing under them and tables that have no row."""
    kept: list[Line] = []
    for line in reversed(lines):
        level = _LEVEL.get(line.kind)
        following = kept[-1] if kept else None
        if level is not None and (
            following is None or _LEVEL.get(following.kind, 9) <= level or following.kind == "signature"
        ):
            continue
        if line.kind == "table_title" and (following is None or following.kind != "row"):
            continue
        kept.append(line)
    return kept[::-1]


def plain_text(lines: Sequence[Line]) -> str:
    """Return the report as plain text, figures bare, for reading aloud and for tests."""
    return "\n".join("".join(text for _, text in stretches(line.text)) for line in lines)


@dataclass(frozen=True, slots=True)
class Writer:
    """Lays lines out as a document; `names` has what a click on a figure shows, by indicator code and by scope."""

    document: OfficialDocument
    names: Mapping[str, str]

    def pieces(self, text: str) -> list[Piece]:
        """Return marked text as pieces; a figure becomes a content control with a title in words."""
        return [Piece(words, tag, self.alias(tag)) if tag else Piece(words) for tag, words in stretches(text)]

    def alias(self, tag: str) -> str:
        """Return a figure's title, such as 党员总数（全市）同比, at most 64 characters as Word allows."""
        code, _, rest = tag.removeprefix("hb:").partition("@")
        scope, _, measure = rest.partition(".")
        where = self.names.get(scope, scope)
        return say("report.alias", name=self.names[code], scope=where, measure=say(f"measure.{measure}"))[:64]

    def write(self, lines: Sequence[Line]) -> None:
        """Write all lines in order."""
        for line in _with_tables(lines):
            if isinstance(line, list):
                self.table(line)
            elif line.kind in _LEVEL:
                self.document.heading(_LEVEL[line.kind], self.pieces(line.text))
            elif line.kind == "signature":
                office, _, date = line.text.partition("|")
                self.document.signature(office.strip(), date.strip())
            elif line.kind == "body":
                self.document.body(self.pieces(line.text))
            else:
                plain = {
                    "title": self.document.title,
                    "subtitle": self.document.subtitle,
                    "addressee": self.document.addressee,
                    "table_title": self.document.table_title,
                    "note": self.document.note,
                }
                plain[line.kind](plain_text([line]))

    def table(self, lines: Sequence[Line]) -> None:
        """Write a table: first row the heading, `|= 40l 20r` widths in mm and alignment, then the rows."""
        cells = [[c.strip() for c in line.text.strip("|").split("|")] for line in lines if line.kind == "row"]
        shape = next((line.text.split() for line in lines if line.kind == "widths"), [])
        columns = len(cells[0])
        if len(shape) != columns:
            shape = [f"{156 // columns}l"] * columns
        header = ["".join(t for _, t in stretches(c)) for c in cells[0]]
        rows = [[self.pieces(c) for c in (row + [""] * columns)[:columns]] for row in cells[1:]]
        align = [_ALIGN.get(s[-1], "left") for s in shape]
        self.document.table(header, rows, [float(s[:-1]) for s in shape], align)


def _with_tables(lines: Sequence[Line]) -> Iterator[Line | list[Line]]:
    """Yield lines, runs of table rows gathered into one list."""
    rows: list[Line] = []
    for line in lines:
        if line.kind in ("row", "widths"):
            rows.append(line)
            continue
        if rows:
            yield rows
            rows = []
        yield line
    if rows:
        yield rows


def write_merged(
    collection: Collection, genre: Genre, path: Path | None = None
) -> tuple[Path | None, list[Dropped], tuple[Defect, ...]]:
    """Write the merged report of a round; return its path, what was dropped, and defects of the template."""
    target = path or collection.round.path / RESULTS / f"{genre.output}.docx"
    try:
        lines, dropped = merged_lines(collection, genre)
    except TemplateFault as error:
        fault = say("report.bad_template", why=error)
        return None, [], (Defect(genre.template, error.line, fault, say("report.bad_template_remedy")),)
    created = datetime.combine(collection.period.end, time(), UTC)
    document = OfficialDocument(genre.name, created, remarks=_remarks(collection))
    Writer(document, _names(collection)).write(lines)
    document.save(target)
    return target, dropped, ()


def _remarks(collection: Collection) -> str:
    """Return what the round switched and the office decided, for the file's properties: the text has no place."""
    restricted = frozenset(c for c, i in collection.indicators.items() if i.sensitive == "restricted")
    switched = [switch_line(s) for s in shown_switches(collection, restricted)]
    return "；".join([*switched, *decision_lines(collection, restricted)])


def _names(collection: Collection) -> dict[str, str]:
    """Return the names of indicators, tiers and units by code, and of the whole."""
    pack = collection.round.pack
    names = {code: item.name for code, item in pack.indicators.items()}
    names |= {t.code: t.name for t in pack.tiers} | {u.code: u.name for u in collection.round.units}
    return names | {ALL: pack.whole}
