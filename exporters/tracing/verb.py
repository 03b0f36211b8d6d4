"""The verb `huibao trace`: from a figure to its cells, and from a cell to the figures it feeds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporters.console import DONE, Stop, Verb, complain, defects_text, print_json, progress, round_at, table
from workbook.messages import say

if TYPE_CHECKING:
    from exporters.figures.document import Document
    from exporters.tracing.feeds import Feeds
    from exporters.tracing.trace import Part, Trace
    from workbook.collection import Collection

_MOST_UNITS = 100  # under one part on the screen; the page and JSON have all
_MOST_FED = 40  # figures on the screen; the page and JSON have all


@click.command(cls=Verb, help=say("help.trace"))
@click.argument("source", metavar=say("meta.round_or_report"), type=click.Path(path_type=Path))
@click.argument("figure", metavar=say("meta.figure"), default="")
@click.option("--unit", default="", metavar=say("meta.unit"), help=say("help.trace_unit"))
@click.option("--feeds", nargs=2, metavar=say("meta.unit_and_item"), help=say("help.trace_feeds"))
@click.option("--data", type=click.Path(path_type=Path), metavar=say("meta.round"), help=say("help.trace_data"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.trace_output")
)
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def trace(
    source: Path,
    figure: str,
    unit: str,
    feeds: tuple[str, str] | None,
    data: Path | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Tell where a figure comes from, or what a cell feeds."""
    from exporters.tracing.asked import NotTraced

    if bool(figure) == bool(feeds):
        raise Stop(say("traced.figure_or_feeds"))
    if output is not None and output.suffix.lower() != ".xlsx":
        raise Stop(say("traced.page_name", file=output))
    try:
        document, collection = _opened(source, data)
        if feeds:
            _answer_feeds(collection, feeds, output, as_json=as_json)
        else:
            _answer_trace(collection, document, (figure, unit), output, as_json=as_json)
    except NotTraced as problem:
        raise Stop(str(problem)) from None
    return DONE


def _opened(source: Path, data: Path | None) -> tuple[Document | None, Collection]:
    """Return the report, if one is given, and the collection of its round."""
    from exporters.figures.document import NotAReport, open_document
    from workbook.collect import collect
    from workbook.lock import at_work

    if not source.exists():
        raise Stop(say("cli.no_file", file=source))
    document = None
    folder = data or source
    if source.is_file():
        try:
            document = open_document(source)
        except NotAReport as problem:
            raise Stop(str(problem)) from None
        folder = data or _round_of(source)
    round_ = round_at(folder)
    with at_work(round_.path), progress(say("progress.collect")):
        collection, defects = collect(round_)
    if collection is None:
        raise Stop(defects_text(defects))
    return document, collection


def _round_of(report: Path) -> Path:
    """Return the round a report lies in: the nearest folder above it with a round's settings."""
    from workbook.round import ROUND_FILE

    for folder in report.resolve().parents:
        if (folder / ROUND_FILE).is_file():
            return folder
    raise Stop(say("traced.no_round", file=report))


def _answer_trace(
    collection: Collection, document: Document | None, question: tuple[str, str], output: Path | None, *, as_json: bool
) -> None:
    from exporters.tracing.asked import asked_for, unit_named
    from exporters.tracing.page import write_trace_page
    from exporters.tracing.trace import trace_figure
    from exporters.tracing.words import trace_json

    text, unit = question
    asked = asked_for(text, collection, document, unit)
    found = trace_figure(collection, asked, unit_named(unit, collection) if unit else None)
    if output is not None:
        write_trace_page(output, found, collection)
    if as_json:
        print_json(trace_json(found, str(collection.period)))
    else:
        _tell_trace(found)
    if output is not None:
        complain(say("cli.written", path=output))


def _answer_feeds(collection: Collection, question: tuple[str, str], output: Path | None, *, as_json: bool) -> None:
    from exporters.tracing.feeds import feeds_of
    from exporters.tracing.page import write_feeds_page
    from exporters.tracing.words import feeds_json

    with progress(say("traced.looking")):
        found = feeds_of(collection, *question)
    if output is not None:
        write_feeds_page(output, found, collection)
    if as_json:
        print_json(feeds_json(found, str(collection.period)))
    else:
        _tell_feeds(found)
    if output is not None:
        complain(say("cli.written", path=output))


def _tell_trace(found: Trace) -> None:
    from exporters.tracing.words import head_lines, part_title

    for sentence in (*head_lines(found), *found.notes):
        complain(sentence)
    for part in found.parts:
        complain("\n" + part_title(part))
        table("", *_columns_of(part))
        if len(part.lines) > _MOST_UNITS:
            complain(say("traced.more_units", n=len(part.lines) - _MOST_UNITS))
    if found.absent:
        rows_absent = [(a.unit.name, a.why) for a in found.absent]
        complain("\n" + say("traced.absent", n=len(found.absent)))
        table("", [say("book.unit"), say("book.why")], rows_absent)


def _columns_of(part: Part) -> tuple[list[str], list[list[str]]]:
    """Return the headings and rows of a part; what was typed is told where it is not just the number."""
    from exporters.consolidated.status import time_of

    keys = ("number", "raw", "place", "file", "mark", "receipt", "remark")
    rows = []
    for line in part.lines[:_MOST_UNITS]:
        place, received = line.place, time_of(line.received) if line.received else ""
        raw = "" if place is None or place.raw == line.shown else place.raw
        where = [f"{place.sheet} {place.cell}", place.file, place.sha256[:12]] if place else ["", "", ""]
        notes = "；".join(line.notes)
        rows.append([line.unit.name, line.shown, raw, *where, f"{received} {line.receipt}".strip(), notes])
    used = [n for n in range(len(keys) + 1) if n < 2 or any(row[n] for row in rows)]
    heads = [say("book.unit"), *(say(f"traced.{key}") for key in keys)]
    return [heads[n] for n in used], [[row[n] for n in used] for row in rows]


def _tell_feeds(found: Feeds) -> None:
    from exporters.tracing.words import feeds_lines

    for line in (*feeds_lines(found), *found.notes):
        complain(line)
    if not found.figures:
        return
    heads = [say(f"traced.{key}") for key in ("report", "figure", "said_head", "sentence")]
    rows = [(f.report.as_posix(), f.name, f.said, f.sentence) for f in found.figures[:_MOST_FED]]
    table("", heads, rows)
    if len(found.figures) > len(rows):
        complain(say("traced.more_fed", n=len(found.figures) - len(rows)))
