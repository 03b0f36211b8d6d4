"""The verbs on reports that were written and edited: reconcile, refresh."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporters.console import DONE, FOUND, Stop, Verb, complain, print_json, progress, table
from workbook.messages import say

if TYPE_CHECKING:
    from exporters.figures.held import Held, Reports
    from exporters.figures.renewed import Renewed

_MOST_ROWS = 60  # of one report on the screen
_MANY_LOST = 10  # controls: a program has dropped all of them
_REPORT = ".docx"
_BESIDE = (".pdf", ".xlsx", ".xlsm")  # what a report may be given together with


@click.command(cls=Verb, help=say("help.reconcile"))
@click.argument("files", metavar=say("meta.materials"), nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--data", type=click.Path(path_type=Path), metavar=say("meta.data_or_book"), help=say("help.reconcile_data")
)
@click.option("--mark", is_flag=True, help=say("help.reconcile_mark"))
@click.option("--by-text", "as_text", is_flag=True, help=say("help.reconcile_by_text"))
@click.option("--unit", default="", metavar=say("meta.unit"), help=say("help.reconcile_unit"))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def reconcile(files: tuple[Path, ...], data: Path | None, mark: bool, as_text: bool, unit: str, as_json: bool) -> int:
    """Hold edited reports against their data, figure by figure, and what several documents say against each other."""
    from exporters.figures.comments import write_marked
    from exporters.figures.held import Reports
    from exporters.figures.several import several, tell
    from exporters.figures.words import found_words

    paths = _reports(files)
    _there(data)
    if as_text:
        return _by_text(paths, data, unit, mark=mark, as_json=as_json)
    beside = [path for path in paths if path.suffix.lower() in _BESIDE]
    paths = [path for path in paths if path not in beside]
    reports = Reports(data)
    with progress(say("progress.reconcile", n=len(paths) + len(beside))):
        held, unusable = _held(paths, reports)
        together = several(held, beside, reports)
    unusable += together.unusable
    for one in held:
        if not as_json:
            _tell(one, alone=len(paths) == 1)
        if mark and one.found:
            notes = [(v.place, found_words(v, one.names, offer)) for v, offer in one.found if v.kind != "lost"]
            complain(say("cli.marked", path=write_marked(one.path, one.document, notes, datetime.now())))
    if as_json:
        print_json({"reports": [one.as_json() for one in held], "unusable": unusable, **together.as_json()})
    else:
        tell(together)
    for sentence in unusable:
        complain(sentence)
    if len(held) > 1:
        wrong = sum(bool(one.result.must) for one in held)
        complain(say("figures.many", n=len(held), wrong=wrong, figures=sum(len(h.manifest.figures) for h in held)))
    if unusable:
        raise Stop(say("figures.unusable", n=len(unusable)))
    differ = together.across is not None and together.across.differ
    return FOUND if differ or any(one.result.must for one in held) else DONE


def _held(paths: list[Path], reports: Reports) -> tuple[list[Held], list[str]]:
    """Return the reports as they were held, and a sentence on each that could not be."""
    from exporters.figures.held import Held, each

    found = [one for _, one in each(paths, reports)]
    return [one for one in found if isinstance(one, Held)], [one for one in found if isinstance(one, str)]


def _by_text(paths: list[Path], data: Path | None, unit: str, *, mark: bool, as_json: bool) -> int:
    """Hold reports without controls against data by their words."""
    from exporters.figures.by_text import by_text_of
    from exporters.figures.comments import write_marked
    from exporters.figures.data import NotTheData
    from exporters.figures.document import NotAReport
    from exporters.figures.held import Reports
    from exporters.figures.several import tell_by_text, told_by_text

    reports, results, unusable = Reports(data), [], []
    with progress(say("progress.reconcile", n=len(paths))):
        for path in paths:
            try:
                results.append(by_text_of(path, reports, data, unit))
            except (NotAReport, NotTheData) as problem:
                unusable.append(str(problem))
    for result in results:
        if not as_json:
            tell_by_text(result)
        if mark and (notes := told_by_text(result)):
            complain(say("cli.marked", path=write_marked(result.path, result.document, notes, datetime.now())))
    if as_json:
        print_json({"reports": [result.as_json() for result in results], "unusable": unusable})
    for sentence in unusable:
        complain(sentence)
    if unusable:
        raise Stop(say("figures.unusable", n=len(unusable)))
    return FOUND if any(n.must for result in results for n in result.numbers) else DONE


@click.command(cls=Verb, help=say("help.refresh"))
@click.argument("files", metavar=say("meta.reports"), nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), metavar=say("meta.data"), help=say("help.refresh_data"))
@click.option("--tracked", is_flag=True, help=say("help.refresh_tracked"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.refresh_output")
)
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def refresh(files: tuple[Path, ...], data: Path | None, tracked: bool, output: Path | None, as_json: bool) -> int:
    """Write new values into edited reports."""
    from exporters.figures.held import Held, Reports, each
    from exporters.figures.renewed import renew, renewed_json

    paths = _reports(files)
    _there(data)
    if output is not None and output.suffix and len(paths) > 1:
        raise Stop(say("figures.one_output"))
    reports, unusable, told = Reports(data), [], []
    with progress(say("progress.refresh", n=len(paths))):
        for path, found in each(paths, reports):
            if not isinstance(found, Held):
                unusable.append(found)
            elif found.known is None:
                unusable.append(say("figures.no_data", file=path.name))
            else:
                told.append(renew(found, reports, output, tracked=tracked))
    for one in told:
        if not as_json:
            _tell_renewed(one, alone=len(paths) == 1)
    if as_json:
        print_json({"reports": [renewed_json(one) for one in told], "unusable": unusable})
    for sentence in unusable:
        complain(sentence)
    if unusable:
        raise Stop(say("figures.not_refreshed", n=len(unusable)))
    return FOUND if any(one.done.left or one.added for one in told) else DONE


def _reports(files: tuple[Path, ...]) -> list[Path]:
    """Return the files that are given, and the Word files in the folders that are."""
    paths: list[Path] = []
    for path in files:
        _there(path)
        paths += sorted(p for p in path.rglob(f"*{_REPORT}") if _is_report(p)) if path.is_dir() else [path]
    if not paths:
        raise Stop(say("figures.no_reports", folder=files[0]))
    return paths


def _is_report(path: Path) -> bool:
    """Return whether a file in a folder is a report, and no lock file of Word or copy that was marked."""
    return not path.name.startswith(("~$", ".")) and not path.stem.endswith(say("folder.marked"))


def _there(path: Path | None) -> None:
    if path is not None and not path.exists():
        raise Stop(say("cli.no_file", file=path))


def _tell(held: Held, *, alone: bool) -> None:
    """Show what was found in a report; of many only what must be looked at."""
    from exporters.figures.words import found_row

    kinds = Counter(v.kind for v in held.result.verdicts)
    told = {kind for kind, n in kinds.items() if kind != "lost" or n <= _MANY_LOST}
    shown = [(v, offer) for v, offer in held.found if v.must or (alone and v.kind in told)]
    if not alone and not shown:
        return
    complain(say("figures.head", file=held.path, against=held.against, n=len(held.manifest.figures)))
    first = sorted(shown, key=lambda f: not f[0].must)[:_MOST_ROWS]
    rows = [found_row(verdict, held.names, offer) for verdict, offer in first]
    if rows:
        table("", [say(f"figures.column_{c}") for c in ("kind", "figure", "said", "now", "where")], rows)
    if len(shown) > len(rows):
        complain(say("figures.more", n=len(shown) - len(rows)))
    if kinds["lost"] > _MANY_LOST:
        complain(say("figures.saved_elsewhere", n=kinds["lost"]))
    counts = "，".join(say("figures.count", kind=say(f"figures.{kind}"), n=n) for kind, n in kinds.items())
    complain(counts + say("word.full_stop"))


def _tell_renewed(one: Renewed, *, alone: bool) -> None:
    """Show what was written into a report and what was left; of many only what was left."""
    from exporters.figures.words import title_of, where

    names, done = one.held.names, one.done
    complain(say("figures.refreshed", file=one.path, n=len(done.changes), left=len(done.left)))
    if alone and done.changes:
        rows = [(title_of(c.tag, names), c.was, c.now, where(c.verdict)) for c in done.changes[:_MOST_ROWS]]
        table(say("figures.changes"), [say(f"figures.column_{c}") for c in ("figure", "was", "new", "where")], rows)
        if len(done.changes) > len(rows):
            complain(say("figures.more_changes", n=len(done.changes) - len(rows)))
    if done.left:
        left = [
            (
                say(f"figures.left_{x.why}"),
                title_of(x.verdict.tag, names),
                x.verdict.said,
                x.verdict.now,
                where(x.verdict),
            )
            for x in done.left
        ]
        table(
            say("figures.left"), [say(f"figures.column_{c}") for c in ("why", "figure", "said", "now", "where")], left
        )
    for sentence in one.added:
        complain(say("figures.added", sentence=sentence))
