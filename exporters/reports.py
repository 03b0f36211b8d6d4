"""Many reports at once: of a round or of forms, each written, and one list of what was left out of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporters.consolidated.listing import Column, Listing, Value, write_list
from exporters.consolidated.styles import Styles
from exporters.figures.written import write_report
from exporters.narrative.report import Report, fault_of, genres_of, of_form, of_round, of_units, place_of
from exporters.narrative.template import TemplateFault
from exporters.narrative.told import Dropped
from exporters.office.desk import open_desk
from exporters.office.picks import Pick
from workbook.collection import Collection
from workbook.files import replacing
from workbook.messages import say
from workbook.model import Defect, Genre, Pack, Submission
from workbook.round import RESULTS
from workbook.sheets import open_book

SUFFIX = ".docx"


@dataclass(frozen=True, slots=True)
class Written:
    """Reports as they were written, and what is wrong with the texts of their genres or with a form."""

    reports: tuple[tuple[Path, Report], ...] = ()
    defects: tuple[Defect, ...] = ()

    @property
    def paths(self) -> list[Path]:
        """Where the reports lie."""
        return [path for path, _ in self.reports]

    @property
    def dropped(self) -> list[Dropped]:
        """What was left out of all of them."""
        return [clause for _, report in self.reports for clause in report.dropped]


def reports_of_round(
    collection: Collection,
    genres: Iterable[Genre],
    *,
    picks: Sequence[Pick] | None = None,
    unit: str = "",
    output: Path | None = None,
) -> Written:
    """Write the reports of a round, of one unit or all.

    `picks` are what the office chose to print, as its desk has them where they are not given. `output` is a file for a
    single report, or a folder for many (one that ends in .docx is a file).
    """
    results = output or collection.round.path / RESULTS
    written: list[tuple[Path, Report]] = []
    defects: list[Defect] = []
    for genre in genres:
        if collection.period.kind not in genre.periods:
            continue
        try:
            if not genre.tiers and picks is None:
                picks = open_desk(collection).picks
            for report in of_units(collection, genre) if genre.tiers else (of_round(collection, genre, picks or ()),):
                if unit and (report.unit is None or report.unit.code != unit):
                    continue
                path = results if results.suffix == SUFFIX else place_of(report, results)
                write_report(report, path)
                written.append((path, report))
        except TemplateFault as fault:
            defects.append(fault_of(genre, fault))
    return Written(tuple(written), tuple(defects))


def reports_of_form(
    submission: Submission, pack: Pack, genres: Iterable[Genre], *, folder: Path, output: Path | None = None
) -> Written:
    """Write the reports of one unit from its form alone, of the genres that are its own, into `folder` or `output`."""
    written: list[tuple[Path, Report]] = []
    defects: list[Defect] = []
    own = genres_of(pack, submission.unit, submission.period)
    for genre in (g for g in genres if g in own):
        try:
            report = of_form(submission, pack, genre)
        except TemplateFault as fault:
            defects.append(fault_of(genre, fault))
            continue
        path = folder / f"{submission.unit.code}_{submission.unit.name}_{genre.output}.docx"
        if output is not None:
            path = output if output.suffix == SUFFIX else output / path.name
        write_report(report, path)
        written.append((path, report))
    return Written(tuple(written), tuple(defects))


def write_left_out(written: Written, path: Path, period: str) -> Path:
    """Write the list of every clause that was left out, by report, with why; also when there is none."""
    columns = [
        *(Column("genre", 28), Column("code", 10, "centre"), Column("unit", 24)),
        *(Column("heading", 26), Column("clause", 46), Column("why", 46)),
    ]
    listing = Listing(say("book.left_out_sheet"), period, columns, [say("book.left_out_note")])
    with replacing(path) as temporary, open_book(temporary) as book:
        write_list(book, Styles(book), listing, _left_out([report for _, report in written.reports]))
    return path


def left_out_beside(path: Path) -> Path:
    """Return where the list of what one report left out belongs."""
    return path.with_name(f"{path.stem}_{say('folder.left_out')}")


def _left_out(reports: Sequence[Report]) -> Iterator[list[Value]]:
    for report in reports:
        code, name = (report.unit.code, report.unit.name) if report.unit else ("", "")
        for clause in report.dropped:
            yield [report.genre.name, code, name, clause.where, clause.clause, clause.reason]


def keep_left_out(written: Written, source: Path) -> Path | None:
    """Write the list beside a single report, or into the round's folder of reports; None where nothing was written."""
    if not written.reports:
        return None
    alone = len(written.reports) == 1 or not source.is_dir()
    path = left_out_beside(written.paths[0]) if alone else left_out_of_round(source)
    return write_left_out(written, path, written.reports[0][1].period)


def left_out_of_round(round_path: Path) -> Path:
    """Return where the list of what all reports of a round left out belongs."""
    return round_path / RESULTS / say("folder.reports") / say("folder.left_out")


def written_json(written: Written, made: Sequence[Path] = ()) -> dict[str, Any]:
    """Return what was written as the JSON object of `huibao report`; `made` are the PDF files."""
    return {"outputs": [*map(str, written.paths), *map(str, made)], "dropped": dropped_json(written.dropped)}


def dropped_json(dropped: Sequence[Dropped]) -> list[dict[str, str]]:
    """Return clauses that were left out as JSON objects."""
    return [{"where": d.where, "clause": d.clause, "reason": d.reason} for d in dropped]
