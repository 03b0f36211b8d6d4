"""The lines of a report → an official document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from exporters.narrative.template import CELL, Line
from exporters.narrative.told import LEVEL, lead_of
from exporters.prose.marks import stretches
from exporters.word.official import OfficialDocument
from exporters.word.pieces import Piece
from workbook.blank import PREFIX
from workbook.messages import say

_ALIGN: dict[str, Literal["left", "center", "right"]] = {"l": "left", "c": "center", "r": "right"}
_TEXT_WIDTH = 156


@dataclass(frozen=True, slots=True)
class Writer:
    """Lays lines out as a document; `names` has what a click on a figure shows, by indicator, text and scope."""

    document: OfficialDocument
    names: Mapping[str, str]

    def write(self, lines: Sequence[Line]) -> None:
        """Write all lines in order."""
        for group in _with_rows(lines):
            line = group[0]
            if line.kind in ("row", "widths"):
                self.table(group)
            elif line.kind in LEVEL:
                self.heading(line)
            elif line.kind == "signature":
                office, date = _halves(line.text)
                self.document.signature(office, date)
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
                plain[line.kind]("".join(t for _, t in stretches(line.text)))

    def heading(self, line: Line) -> None:
        """Write a heading, or a paragraph that opens with its heading."""
        lead, body = lead_of(line.text)
        if body:
            self.document.run_in(LEVEL[line.kind], self.pieces(lead), self.pieces(body))
        else:
            self.document.heading(LEVEL[line.kind], self.pieces(lead))

    def pieces(self, text: str) -> list[Piece]:
        """Return marked text as pieces; a figure becomes a content control with a title in words."""
        return [
            Piece(words, tag, self.alias(tag)) if tag.startswith(PREFIX) else Piece(words)
            for tag, words in stretches(text)
        ]

    def alias(self, tag: str) -> str:
        """Return a figure's title, such as 党员总数（全市）同比, at most 64 characters as Word allows."""
        code, _, rest = tag.removeprefix(PREFIX).partition("@")
        scope, _, measure = rest.partition(".")
        where = self.names.get(scope, scope)
        return say("report.alias", name=self.names[code], scope=where, measure=say(f"measure.{measure}"))[:64]

    def table(self, lines: Sequence[Line]) -> None:
        """Write a table: first row the heading, `|= 40l 20r` widths in mm and alignment, then the rows."""
        cells = [[c.strip() for c in line.text.split(CELL)] for line in lines if line.kind == "row"]
        shape = next((line.text.split() for line in lines if line.kind == "widths"), [])
        columns = len(cells[0])
        if len(shape) != columns:
            shape = [f"{_TEXT_WIDTH // columns}l"] * columns
        header = ["".join(t for _, t in stretches(c)) for c in cells[0]]
        rows = [[self.pieces(c) for c in (row + [""] * columns)[:columns]] for row in cells[1:]]
        align = [_ALIGN.get(s[-1], "left") for s in shape]
        self.document.table(header, rows, [float(s[:-1]) for s in shape], align)


def _halves(text: str) -> tuple[str, str]:
    """Return what stands before and after the bar of a signature or imprint."""
    words = "".join(t for _, t in stretches(text))
    first, _, second = words.partition("|")
    return first.strip(), second.strip()


def _with_rows(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield each line by itself, runs of table rows together."""
    rows: list[Line] = []
    for line in lines:
        if line.kind in ("row", "widths"):
            rows.append(line)
            continue
        if rows:
            yield rows
            rows = []
        yield [line]
    if rows:
        yield rows
