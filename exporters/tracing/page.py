"""The answer to a trace as one page of Excel to hand to whoever asked, with links to the cells themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from exporters.consolidated.listing import Column, Linked, Listing, Row, Value, write_list
from exporters.consolidated.listing import Figure as Number
from exporters.consolidated.received import Received, place_of, received_files, sure
from exporters.consolidated.status import time_of
from exporters.consolidated.styles import Styles
from exporters.tracing.feeds import Feeds
from exporters.tracing.lines import Line
from exporters.tracing.places import Place
from exporters.tracing.trace import Part, Trace, exact
from exporters.tracing.words import feeds_lines, head_lines, part_title
from workbook.collection import Collection
from workbook.files import replacing
from workbook.messages import say
from workbook.round import IN, RESULTS
from workbook.sheets import open_book

_NARROW = 0x2E7F  # from the character after it on, one takes the room of two
_ONE_PAGE = 45  # rows that are still read easily on one printed page


@dataclass(frozen=True)
class _Links:
    """Where clicks lead from a workbook that lies in `folder`."""

    collection: Collection
    folder: Path

    def place(self, place: Place | None) -> str:
        """Return the link to a cell, to its file where the sheet's name is unsure; "" for no link."""
        if place is None or not (path := self._path(place)):
            return ""
        target = self._relative(path)
        if not target or not place.sheet or not sure(place.sheet):
            return target
        return f"{target}#{place_of(place.sheet, place.cell.partition('–')[0])}"

    def report(self, name: Path) -> str:
        """Return the link to a report in 成果."""
        return self._relative(self.collection.round.path / RESULTS / name)

    @cached_property
    def _received(self) -> Received:
        return received_files(self.collection)

    def _path(self, place: Place) -> Path | None:
        if not place.earlier:
            target = self._received.target(place.file)
            return (self.collection.round.path / RESULTS / target).resolve() if target else None
        path = place.folder / IN / place.file  # a round of long ago: the very file it was, or none
        same = path.is_file() and sha256(path.read_bytes()).hexdigest() == place.sha256
        return path.resolve() if same else None

    def _relative(self, path: Path) -> str:
        try:
            target = Path(os.path.relpath(path.resolve(), self.folder.resolve())).as_posix()
        except ValueError:  # another drive
            return ""
        return target if sure(target) else ""


def write_trace_page(path: Path, trace: Trace, collection: Collection) -> None:
    """Write the page of a trace; OSError from the disk."""
    lines = [line for part in trace.parts for line in part.lines]
    files = [line.place.file for line in lines if line.place]
    columns = [
        Column("unit", _width([line.unit.name for line in lines], 16, 30)),
        *(Column("number", 11, "number", "traced"), Column("raw", 12, "centre", "traced")),
        *(Column("sheet", _width([line.place.sheet for line in lines if line.place], 12, 26)), Column("cell", 8)),
        *(Column("file", _width(files, 42, 56)), Column("received", 19, "centre")),
        *(Column("fate", _width([line.receipt for line in lines], 12, 30)), Column("sha", 16, "centre")),
        Column("remark", _width(["；".join(line.notes) for line in lines], 10, 44)),
    ]
    notes = [*([say("book.office_copy")] if trace.restricted else []), *head_lines(trace)[1:], *trace.notes]
    title = say("traced.head", name=f"{collection.period.title}　{trace.name}", told=trace.told)
    listing = Listing(say("traced.sheet"), title, columns, [*notes, say("traced.how_to_open")])
    _write(path, listing, list(_rows(trace, _Links(collection, path.parent))), collection)


def _width(texts: Iterable[str], least: int, most: int) -> int:
    """Return how wide a column must be for its longest text, within bounds; beyond them the text wraps."""
    longest = max((sum(1 + (ord(c) > _NARROW) for c in text) for text in texts), default=0)
    return min(most, max(least, longest + 3))


def _rows(trace: Trace, links: _Links) -> Iterator[Row]:
    """Yield the parts one after another, each with its sum, then who is in none of them."""
    for part in trace.parts:
        yield Row([part_title(part)], "head")
        for line in part.lines:
            yield Row(_line(part, line, links), "plain" if line.counts else "marked")
    if trace.absent:
        yield Row([say("traced.absent", n=len(trace.absent))], "head")
        for absent in trace.absent:
            yield Row([absent.unit.name, say("word.dash"), *[""] * 3, absent.why, *[""] * 4])


def _line(part: Part, line: Line, links: _Links) -> list[Value]:
    place, number = line.place, exact(line.value)
    shown: Value = Number(number, part.decimals) if number is not None else line.shown
    where: list[Value] = ["", "", "", ""]
    if place is not None:
        target = links.place(place)
        where = [place.raw, place.sheet, Linked(place.cell, target), Linked(place.file, target)]
    received = time_of(line.received) if line.received else ""
    digest = place.sha256[:12] if place else ""
    return [line.unit.name, shown, *where, received, line.receipt, digest, "；".join(line.notes)]


def write_feeds_page(path: Path, feeds: Feeds, collection: Collection) -> None:
    """Write the page of what a cell feeds; OSError from the disk."""
    fed = feeds.figures
    columns = [
        Column("report", _width([f.report.as_posix() for f in fed], 24, 50), part="traced"),
        *(
            Column("figure", _width([f.name for f in fed], 24, 50), part="traced"),
            Column("said_head", 12, "centre", "traced"),
        ),
        Column("sentence", _width([f.sentence for f in fed], 40, 70), part="traced"),
        Column("tag", _width([f.tag for f in fed], 24, 44), part="traced"),
    ]
    notes = [*([say("book.office_copy")] if feeds.restricted else []), *feeds_lines(feeds), *feeds.notes]
    links = _Links(collection, path.parent)
    rows = [Row([Linked(f.report.as_posix(), links.report(f.report)), f.name, f.said, f.sentence, f.tag]) for f in fed]
    title = f"{collection.period.title}　{feeds.unit.name}　{feeds.name}"
    _write(path, Listing(say("traced.feeds_sheet"), title, columns, notes, frozen=1), rows, collection)


def _write(path: Path, listing: Listing, rows: list[Row], collection: Collection) -> None:
    with replacing(path) as temporary:
        book: Any = open_book(temporary)
        sheet = write_list(book, Styles(book), listing, rows)
        if len(rows) <= _ONE_PAGE:
            sheet.fit_to_pages(1, 1)
        book.set_properties({"title": f"{listing.title} {listing.period}", "author": collection.round.office})
        book.close()
