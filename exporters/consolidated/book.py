"""Writes the consolidated workbook, twice: one to pass on, and the office's own copy with restricted items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from exporters.chasing import Owed
from exporters.consolidated.assessment import assessed, write_assessment
from exporters.consolidated.audit import LeftOut, shown_left_out, write_audit
from exporters.consolidated.breaks import broken_years, write_breaks
from exporters.consolidated.charts import write_charts
from exporters.consolidated.chasing import write_chasing
from exporters.consolidated.listing import write_note
from exporters.consolidated.outliers import count_line, shown_outliers, write_outliers
from exporters.consolidated.overview import Shown, write_overview
from exporters.consolidated.picks import write_picks
from exporters.consolidated.places import Places, make_places
from exporters.consolidated.received import Received, received_files
from exporters.consolidated.repairs import write_repairs
from exporters.consolidated.rules import write_rules
from exporters.consolidated.standards import bound_items, write_standards
from exporters.consolidated.standing import ranked_items, write_standing
from exporters.consolidated.status import (
    balance_lines,
    run_lines,
    write_controls,
    write_files,
    write_findings,
    write_units_state,
)
from exporters.consolidated.styles import Styles
from exporters.consolidated.targets import Goals, shown_targets, write_goals
from exporters.consolidated.texts import write_texts
from exporters.consolidated.tiers import write_tiers
from exporters.consolidated.trace import make_trace, write_trace
from exporters.consolidated.units import write_unit_sheets
from exporters.consolidated.versions import write_versions
from exporters.cores import Give, at_once
from exporters.office.desk import Desk, Notes, books_of
from workbook.checks.outliers import Outlier
from workbook.collection import Collection
from workbook.files import replacing
from workbook.messages import catalogue, say
from workbook.model import Indicator, TextInput
from workbook.sheets import open_book


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in a workbook beside the collection: who owes what, what people typed, what reports left out."""

    owed: Sequence[Owed] = ()
    desk: Desk | None = None
    left_out: LeftOut = field(default_factory=dict)  # of those over the whole round


NOTHING_BESIDE = Beside()


def write_consolidated(collection: Collection, beside: Beside, give: Give = at_once) -> list[Path]:
    """Write 汇总表.xlsx and, where there are restricted items, the office copy; return their paths.

    The office copy is given to somebody else to write, where there is one.
    """
    shareable, office_copy = books_of(collection.round)
    items: dict[str, Indicator | TextInput] = {**collection.indicators, **collection.round.pack.texts}
    hidden = frozenset(c for c, i in items.items() if i.sensitive == "restricted")
    if not hidden:
        write_book(shareable, collection, hidden, beside)
        return [shareable]
    desk = replace(beside.desk, picks=(), seen=frozenset()) if beside.desk else None  # nobody chooses there
    own = replace(beside, desk=desk)
    written = give(partial(write_book, office_copy, collection, frozenset(), own, office_copy=True))
    write_book(shareable, collection, hidden, beside)
    written()
    return [shareable, office_copy]


def write_book(
    path: Path,
    collection: Collection,
    hidden: frozenset[str],
    beside: Beside = NOTHING_BESIDE,
    *,
    office_copy: bool = False,
) -> None:
    """Write one workbook without the `hidden` indicators and texts; OSError from the disk.

    Whether it is the `office_copy` has to be said: a pack may have nothing to hide. The other one is where the office
    chooses.
    """
    shown = _contents(path, collection, hidden, beside, office_copy=office_copy)
    with replacing(path) as temporary:
        book = open_book(temporary)
        styles = Styles(book)
        overview = book.add_worksheet(say("book.overview_sheet"))  # first to be seen, last to be filled
        _write_cover(book, styles, shown)
        rows = _write_comparisons(book, styles, shown)
        _write_process(book, styles, shown)
        _write_sources(book, styles, shown, rows)
        sheets = [s.get_name() for s in book.worksheets() if s is not overview and not s.hidden]
        choices = sum(p.hint in ("changed", "gone") for p in shown.choosing.picks) if shown.choosing else 0
        counts = {"left_out": sum(map(len, shown.gone.values())), "choices": choices}
        seen = Shown(shown.places, rows, hidden, shown.outliers, counts, sheets, office_copy)
        write_overview(book, overview, collection, seen)
        book.set_properties(
            {"title": f"{collection.round.pack.title} {collection.period.title}", "author": collection.round.office}
        )
        book.close()


@dataclass(frozen=True, slots=True)
class _Contents:
    """What one workbook shows."""

    collection: Collection
    hidden: frozenset[str]
    beside: Beside
    places: Places
    outliers: Sequence[Outlier]
    goals: tuple[Goals, ...]
    gone: LeftOut
    received: Received
    notes: Notes
    choosing: Desk | None  # where the office chooses
    office_copy: bool

    @property
    def absent(self) -> set[str]:
        """The sheets it has nothing for."""
        collection, places = self.collection, self.places
        there = {
            "breaks_sheet": any(broken_years(collection, self.hidden)),
            "controls_sheet": collection.controls,
            "chasing_sheet": self.beside.owed,
            "versions_sheet": collection.differences,
            "standing_sheet": ranked_items(collection, places),
            "standards_sheet": bound_items(collection, places),
            "targets_sheet": self.goals,
            "assessment_sheet": assessed(collection),
            "picks_sheet": self.choosing,
        }
        return {name for name, what in there.items() if not what}


def _contents(
    path: Path, collection: Collection, hidden: frozenset[str], beside: Beside, *, office_copy: bool
) -> _Contents:
    indicators = {c: i for c, i in collection.indicators.items() if c not in hidden}
    return _Contents(
        collection,
        hidden,
        beside,
        make_places(collection, indicators),
        shown_outliers(collection, hidden),
        shown_targets(collection, hidden),
        shown_left_out(collection, hidden, beside.left_out),
        received_files(collection),
        beside.desk.notes.get(path.name, {}) if beside.desk else {},
        None if office_copy else beside.desk,
        office_copy,
    )


def _write_comparisons(book: Any, styles: Styles, shown: _Contents) -> dict[str, int]:
    """Write what officials compare and choose; return the rows of indicators in 分级汇总."""
    collection, places, absent = shown.collection, shown.places, shown.absent
    rows = write_tiers(book, styles, collection, places, shown.notes.get(say("book.tiers_sheet"), {}))
    write_charts(book, styles, collection, places, rows)
    if "standing_sheet" not in absent:
        write_standing(book, styles, collection, places)
    if "standards_sheet" not in absent:
        write_standards(book, styles, collection, places)
    if shown.goals:
        write_goals(book, styles, collection, places, shown.goals)
    if "assessment_sheet" not in absent:
        write_assessment(book, styles, collection, places)
    if shown.choosing is not None:
        write_picks(book, styles, collection, shown.choosing, shown.received)
    return rows


def _write_process(book: Any, styles: Styles, shown: _Contents) -> None:
    """Write how the round stands: who reported, what was found, what is to be signed off."""
    collection, hidden = shown.collection, shown.hidden
    write_breaks(book, styles, collection, hidden)
    write_units_state(book, styles, collection, shown.notes.get(say("book.receipts_sheet"), {}))
    write_chasing(book, styles, collection, shown.beside.owed, hidden, office_copy=shown.office_copy)
    write_audit(book, styles, collection, hidden, shown.gone)
    write_findings(book, styles, collection, hidden)
    write_repairs(book, styles, collection, hidden)
    write_outliers(book, styles, collection, shown.outliers)
    write_controls(book, styles, collection, hidden)


def _write_sources(book: Any, styles: Styles, shown: _Contents, rows: Mapping[str, int]) -> None:
    """Write what it all comes from: units' figures and texts, files, versions, rules."""
    collection, received = shown.collection, shown.received
    trace = make_trace(collection, shown.places, received, rows)
    write_unit_sheets(book, styles, shown.places, trace, shown.notes)
    write_trace(book, styles, trace, shown.places, shown.hidden)
    write_texts(book, styles, collection, received, restricted=shown.office_copy)
    write_files(book, styles, collection, received)
    write_versions(book, styles, collection, shown.hidden)
    write_rules(book, styles, collection, shown.hidden)


def _write_cover(book: Any, styles: Styles, shown: _Contents) -> None:
    """Write 说明: what this is, how the books stand, what the sheets hold that are there."""
    collection, absent = shown.collection, shown.absent
    lines = [*balance_lines(collection), *run_lines(collection, shown.hidden), count_line(shown.outliers)]
    sheet = book.add_worksheet(say("book.cover_sheet"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3)
    sheet.set_column(1, 1, 20)
    sheet.set_column(2, 2, 84)
    title = say("book.cover_title", title=collection.round.pack.title, period=collection.period.title)
    sheet.write_string(1, 1, title, styles.title)
    sheet.set_row(1, 30)
    row = 2
    sheet.write_string(row, 1, say("book.office_copy" if shown.office_copy else "book.shareable"), styles.note)
    row += 2
    for line in (collection.round.office, *lines):
        write_note(sheet, styles, row, (1, 2), line, 20 + 84)
        row += 1
    row += 1
    for name, about in catalogue()["sheets"].items():
        if name in absent:
            continue
        sheet_title = say(f"book.{name}") if name != "texts_sheet" else say("form.texts_sheet")
        target = sheet_title if name != "sections" else None
        if target:
            sheet.write_url(row, 1, f"internal:'{target}'!A1", styles.link, target)
        else:
            sheet.write_string(row, 1, sheet_title, styles.label)
        sheet.write_string(row, 2, about, styles.label)
        row += 1
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
