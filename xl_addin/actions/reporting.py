"""Reports in words: written from the open form or from a round, and held against their data after editing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from exporters.desk import verdict
from exporters.figures.comments import write_marked
from exporters.figures.held import Held, Reports, each
from exporters.figures.words import found_row, found_words
from exporters.narrative.report import genres_of
from exporters.reports import Written, keep_left_out, reports_of_form, reports_of_round
from workbook.lock import at_work
from workbook.messages import say
from workbook.model import Genre
from xl_addin.actions.open_form import judged
from xl_addin.actions.rounds import choose_round, collected, opened, refuse
from xl_addin.actions.sheets import write_list
from xl_addin.front import Front, Left, Refused

_MOST_ROWS = 2_000
_WIDTHS = (30, 16, 40, 16, 16, 50)


def report_form(front: Front) -> None:
    """Write the report of the open form's unit, beside the form."""
    with judged(front) as (form, _):
        submission = form.submission
        genres = genres_of(form.pack, submission.unit, submission.period)
        if not genres:
            raise Refused(say("macro.no_genre"))
        if verdict(form.findings) == "error" and not front.program.agree(say("macro.errors_left")):
            raise Left
        folder = front.path.parent if front.path is not None else Path.home()
        front.says(say("progress.reports"))
        written = reports_of_form(submission, form.pack, [_chosen(front, genres)], folder=folder)
    _tell(front, written, folder)


def report_round(front: Front) -> None:
    """Write the reports of a genre over a round."""
    folder = choose_round(front, say("macro.which_round"))
    round_ = opened(folder)
    with at_work(folder):
        collection = collected(front, round_)
        genres = [g for g in round_.pack.genres.values() if collection.period.kind in g.periods]
        genre = _chosen(front, genres)
        front.says(say("progress.reports"))
        written = reports_of_round(collection, [genre])
    _tell(front, written, folder)


def _chosen(front: Front, genres: Sequence[Genre]) -> Genre:
    chosen = front.program.choose(say("macro.which_genre"), [g.name for g in genres]) if len(genres) > 1 else 0
    if chosen is None:
        raise Left
    return genres[chosen]


def _tell(front: Front, written: Written, source: Path) -> None:
    """Tell what was written, and show it if the person wants it."""
    refuse(written.defects)
    if not written.reports:
        raise Refused(say("cli.no_report", genre=say("word.any")))
    left_out = keep_left_out(written, source)
    lines = [say("cli.written", path=written.paths[0])]
    if len(written.paths) > 1:
        lines = [say("macro.many_written", n=len(written.paths), folder=written.paths[0].parent)]
    if written.dropped:
        lines.append(say("macro.left_out", n=len(written.dropped), path=left_out or ""))
    if front.program.agree("\n".join([*lines, "", say("macro.show_written")])):
        front.program.show(written.paths[0] if len(written.paths) == 1 else written.paths[0].parent)


def reconcile_reports(front: Front) -> None:
    """Hold reports against the round they lie in; list what was found in a new workbook."""
    kinds = [(say("macro.word_files"), "*.docx")]
    start = front.path.parent if front.path else next(iter(front.settings.rounds), None)
    paths = front.program.files(say("macro.which_reports"), start, kinds, many=True)
    if not paths:
        raise Left
    front.says(say("progress.reconcile", n=len(paths)))
    held: list[Held] = []
    unusable: list[str] = []
    for _, one_or_why in each(paths, Reports(None)):
        if isinstance(one_or_why, Held):
            held.append(one_or_why)
        else:
            unusable.append(one_or_why)
    rows, copies = [], []
    for one in held:
        found = sorted((f for f in one.found if f[0].kind != "lost"), key=lambda f: not f[0].must)
        rows += [[one.path.name, *found_row(v, one.names, offer)] for v, offer in found]
        if found:
            notes = [(v.place, found_words(v, one.names, offer)) for v, offer in found]
            copies.append(write_marked(one.path, one.document, notes, datetime.now()))
    if rows:
        _list(front, rows, [*unusable, *(say("cli.marked", path=path) for path in copies)])
    wrong = sum(bool(one.result.must) for one in held)
    told = say("figures.many", n=len(held), wrong=wrong, figures=sum(len(one.manifest.figures) for one in held))
    front.program.tell("\n".join([told, *unusable]) if held else "\n".join(unusable))


def _list(front: Front, rows: Sequence[Sequence[str]], notes: Sequence[str]) -> None:
    """Write what was found into a new workbook."""
    sheet = front.app.books.add().sheets[0]
    sheet.name = say("macro.reconciled_sheet")
    heads = [say("traced.report"), *(say(f"figures.column_{c}") for c in ("kind", "figure", "said", "now", "where"))]
    write_list(sheet, say("macro.reconciled_sheet"), notes, [heads, *rows[:_MOST_ROWS]], _WIDTHS)
