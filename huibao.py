"""Command line of Huibao. Every verb calls the same functions as the button in Excel."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporters.console import (
    DONE,
    FOUND,
    UNBALANCED,
    Stop,
    Verb,
    Verbs,
    complain,
    defects_text,
    load_ahead,
    pack_named,
    print_json,
    progress,
    round_at,
    run,
    table,
)
from exporters.data.verb import export
from exporters.drafts.verbs import template
from exporters.figures.verbs import reconcile, refresh
from exporters.tracing.verb import trace
from workbook.messages import say
from xl_addin.verbs import addin

if TYPE_CHECKING:
    from exporters.reports import Written
    from workbook.collection import Collection
    from workbook.model import DecisionKind, Genre, Pack, Round


@click.group(cls=Verbs, help=say("help.huibao"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="huibao", message="%(version)s", help=say("help.version"))
def cli() -> None:
    """Group of all verbs."""


def _collect(round_: Round, scheduler: str | None = None) -> Collection:
    from exporters.crews import crew_of
    from workbook.collect import collect

    with crew_of(scheduler) as crew, progress(say("progress.collect")):
        collection, defects = collect(round_, crew, far=scheduler is not None)
    if collection is None:
        raise Stop(defects_text(defects))
    return collection


@cli.command(cls=Verb, help=say("help.new"))
@click.argument("round_path", metavar=say("meta.round"), type=click.Path(path_type=Path))
@click.option("--pack", "pack_name", default="party-building", metavar=say("meta.pack"), help=say("help.new_pack"))
@click.option("--period", metavar=say("meta.period"), help=say("help.new_period"))
@click.option(
    "--units", "units_file", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.new_units")
)
@click.option("--previous", type=click.Path(path_type=Path), metavar=say("meta.folder"), help=say("help.new_previous"))
@click.option("--office", default="", metavar=say("meta.name"), help=say("help.new_office"))
@click.option(
    "--deadline",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    metavar=say("meta.time"),
    help=say("help.new_deadline"),
)
def new(
    round_path: Path,
    pack_name: str,
    period: str | None,
    units_file: Path | None,
    previous: Path | None,
    office: str,
    deadline: datetime | None,
) -> int:
    """Set up a round, or write the forms of an existing one anew."""
    from exporters.rounds import NewRound, create_round, write_forms
    from workbook.lock import at_work

    if not (round_path / "round.toml").exists():
        if not period:
            raise Stop(say("cli.no_period"))
        defects = create_round(
            NewRound(round_path, pack_named(pack_name), period, units_file, previous, office, deadline)
        )
        if defects:
            raise Stop(defects_text(defects))
    round_ = round_at(round_path)
    if period and period != round_.period:
        raise Stop(say("cli.other_period", folder=round_path, period=round_.period))
    with at_work(round_path), progress(say("progress.forms", n=len(round_.units))):
        paths, defects = write_forms(round_)
    if defects:
        raise Stop(defects_text(defects))
    complain(say("cli.forms_written", n=len(paths), folder=paths[0].parent))
    return DONE


@cli.command(cls=Verb, help=say("help.check"))
@click.argument("files", metavar=say("meta.files"), nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def check(files: tuple[Path, ...], as_json: bool) -> int:
    """Judge filled forms at the desk."""
    load_ahead("workbook.reading.submission")
    from exporters.desk import check_files
    from exporters.given import each_file
    from exporters.verdicts import tell_verdicts

    _there(files)
    forms, odd = each_file(files)
    with progress(say("progress.check", n=len(forms))):
        results, said, unusable = check_files(forms)
    if as_json:
        print_json(results[0] if len(files) == 1 and list(said) == [str(files[0])] else {"files": results})
    else:
        tell_verdicts(results, said)
    for sentence in (*odd, *unusable):
        complain(sentence)
    if len(results) > 1:
        verdicts = Counter(r["verdict"] for r in results)
        complain(say("cli.checked", n=len(results), verdicts=verdicts, others=len(odd) + len(unusable)))
    used = {at for file in said for at in (Path(file), *Path(file).parents)}
    if useless := [p for p in files if p not in used]:
        raise Stop(say("cli.unusable", n=len(useless)))
    return FOUND if any(r["verdict"] != "pass" for r in results) else DONE


@cli.command(cls=Verb, help=say("help.seal"))
@click.argument("files", metavar=say("meta.files_alone"), nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def seal(files: tuple[Path, ...], as_json: bool) -> int:
    """Freeze forms that pass, each beside its file."""
    load_ahead("workbook.reading.submission")
    from exporters.seal import seal_files
    from exporters.verdicts import tell_verdicts

    _there(files)
    if folder := next((p for p in files if not p.is_file()), None):
        raise Stop(say("cli.no_file", file=folder))
    with progress(say("progress.seal", n=len(files))):
        results, said, unusable = seal_files(files)
    if as_json:
        print_json(results[0] if len(files) == 1 and results else {"files": results})
    else:
        tell_verdicts(results, said)
    for sentence in unusable:
        complain(sentence)
    if unusable:
        raise Stop(say("seal.none", n=len(unusable)))
    return FOUND if any(r["verdict"] != "pass" for r in results) else DONE


def _there(files: tuple[Path, ...]) -> None:
    for path in files:
        if not path.exists():
            raise Stop(say("cli.no_file", file=path))


@cli.command(cls=Verb, help=say("help.consolidate"))
@click.argument("folders", metavar=say("meta.rounds"), nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--scheduler", metavar=say("meta.address"), help=say("help.scheduler"))
@click.option("--json", "as_json", is_flag=True, help=say("help.json_rounds"))
def consolidate(folders: tuple[Path, ...], scheduler: str | None, as_json: bool) -> int:
    """Read 收件, judge, merge, write the consolidated workbook and the merged report; of several rounds, upwards."""
    if scheduler is None:
        load_ahead()
    from exporters.chasing import who_owes
    from exporters.climb import consolidate_all
    from exporters.results import summary, write_results
    from exporters.screen import tell_run
    from workbook.lock import at_work

    if len(several := dict.fromkeys(path.resolve() for path in folders)) > 1:
        return consolidate_all([*several], scheduler, as_json=as_json)
    round_ = round_at(folders[0])
    with at_work(folders[0]):
        collection, now = _collect(round_, scheduler), datetime.now()
        with progress(say("progress.results")):
            results = write_results(collection, now)
    owed = who_owes(collection, now)
    if as_json:
        print_json(summary(collection, results, owed))
    tell_run(collection, results, owed)
    if not collection.balance.balanced:
        raise Stop(say("book.unbalanced"), UNBALANCED)
    if results.defects:
        raise Stop(defects_text(results.defects))
    return DONE


@cli.command(cls=Verb, help=say("help.decide"))
@click.argument("round_path", metavar=say("meta.round"), type=click.Path(path_type=Path))
@click.argument("unit", metavar=say("meta.unit"))
@click.option("--accept", is_flag=True, help=say("help.decide_accept"))
@click.option("--return", "send_back", is_flag=True, help=say("help.decide_return"))
@click.option("--waive", metavar=say("meta.rule"), help=say("help.decide_waive"))
@click.option("--why", required=True, metavar=say("meta.why"), help=say("help.decide_why"))
def decide(round_path: Path, unit: str, accept: bool, send_back: bool, waive: str | None, why: str) -> int:
    """Write a decision of the office into the ledger."""
    from workbook import decisions
    from workbook.lock import at_work

    if accept + send_back + bool(waive) != 1:
        raise Stop(say("decision.one_kind"))
    round_ = round_at(round_path)
    kind: DecisionKind = "accept" if accept else "return" if send_back else "waive"
    with at_work(round_path):
        decision, file, defects = decisions.decide(round_, unit, kind, (waive or "").upper(), why)
    if decision is None:
        raise Stop(defects_text(defects))
    found = round_.unit(unit)
    line = decisions.decision_line(decision, found.name if found else unit)
    complain(say("decision.made", line=line, file=say("decision.made_file", file=file) if file else ""))
    complain(say("decision.made_next"))
    return DONE


@cli.command(cls=Verb, help=say("help.ledger"))
@click.argument("round_path", metavar=say("meta.round"), type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.ledger_output")
)
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def ledger(round_path: Path, output: Path | None, as_json: bool) -> int:
    """Show everything that came in, what became of it and what was decided."""
    from dataclasses import asdict

    from workbook.files import replacing
    from workbook.ledger import history_of
    from workbook.tables import write_table

    events, defects = history_of(round_at(round_path).path)
    if defects:
        raise Stop(defects_text(defects))
    rows = [asdict(event) for event in events]
    heads = [say(f"register.{k}") for k in ("at", "who", "what", "unit", "file", "detail", "sha256")]
    if output is not None:
        with replacing(output) as temporary:
            write_table(temporary, heads, ([*row.values()] for row in rows))
        complain(say("cli.ledger_written", path=output, n=len(rows)))
    if as_json:
        print_json({"events": rows})
    elif output is None:
        table(say("register.title"), heads[:-1], ([*row.values()][:-1] for row in rows))
    return DONE


@cli.command(cls=Verb, help=say("help.report"))
@click.argument("source", metavar=say("meta.round_or_form"), type=click.Path(path_type=Path))
@click.option("--genre", metavar=say("meta.genre"), help=say("help.report_genre"))
@click.option("--unit", default="", metavar=say("meta.unit"), help=say("help.report_unit"))
@click.option("--all", "every", is_flag=True, help=say("help.report_all"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.report_output")
)
@click.option("--pdf", is_flag=True, help=say("help.report_pdf"))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def report(
    source: Path, genre: str | None, unit: str, every: bool, output: Path | None, pdf: bool, as_json: bool
) -> int:
    """Write narrative reports: of a round, or of one unit from its form."""
    from exporters.pdf import to_pdf
    from exporters.reports import keep_left_out, written_json
    from exporters.screen import tell_reports

    if bool(genre) == every or (every and output is not None and output.suffix):
        raise Stop(say("cli.which_genre"))
    _there((source,))
    written = _report_round(source, genre, unit, output) if source.is_dir() else _report_form(source, genre, output)
    left_out = keep_left_out(written, source)
    made, findings = to_pdf(written.paths) if pdf and written.paths else ([], [])
    tell_reports(written, made, left_out)
    if as_json:
        print_json(written_json(written, made))
    if findings:
        raise Stop(defects_text(findings))
    if written.defects:
        raise Stop(defects_text(written.defects))
    if not written.reports:
        raise Stop(say("cli.no_report", genre=genre or say("word.any")))
    return DONE


def _report_round(source: Path, genre: str | None, unit: str, output: Path | None) -> Written:
    from exporters.reports import reports_of_round
    from workbook.lock import at_work

    round_ = round_at(source)
    genres = _genres(round_.pack, genre)
    if output is not None and output.suffix and genres[0].tiers and not unit:
        raise Stop(say("cli.which_unit"))
    with at_work(source):
        collection = _collect(round_)
        with progress(say("progress.reports")):
            return reports_of_round(collection, genres, unit=unit, output=output)


def _report_form(source: Path, genre: str | None, output: Path | None) -> Written:
    from exporters.desk import judge_files, verdict
    from exporters.reports import reports_of_form

    forms, unusable = judge_files([source])
    if not forms:
        raise Stop("".join(unusable))
    form = forms[0]
    if verdict(form.findings) == "error":
        complain(say("cli.form_has_errors", file=source))
    genres = _genres(form.pack, genre)
    return reports_of_form(form.submission, form.pack, genres, folder=source.parent, output=output)


def _genres(pack: Pack, genre: str | None) -> list[Genre]:
    if genre and genre not in pack.genres:
        raise Stop(say("cli.no_genre", genre=genre, known="、".join(pack.genres)))
    return [pack.genres[genre]] if genre else list(pack.genres.values())


@cli.command(cls=Verb, help=say("help.demo"))
@click.argument("folder", metavar=say("meta.folder"), type=click.Path(path_type=Path))
@click.option("--pack", "pack_name", default="party-building", metavar=say("meta.pack"), help=say("help.new_pack"))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def demo(folder: Path, pack_name: str, as_json: bool) -> int:
    """Run the fictional city's rounds from handing out forms to the merged report."""
    from exporters.chasing import who_owes
    from exporters.demo.run import run_demo
    from exporters.results import summary
    from exporters.screen import tell_run

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(say("cli.not_empty", folder=folder))
    results = run_demo(pack_named(pack_name), folder, complain)
    told = next(r for r in results if r.collection.round.path.name == results[0].told)
    owed = who_owes(told.collection, told.now)
    if as_json:
        data = summary(told.collection, told.results, owed)
        rounds = [summary(r.collection, r.results, who_owes(r.collection, r.now)) for r in results]
        print_json({**data, "balanced": all(r.collection.balance.balanced for r in results), "rounds": rounds})
    complain("")
    complain(say("cli.demo_told", period=told.collection.period.title))
    tell_run(told.collection, told.results, owed)
    if not all(r.collection.balance.balanced for r in results):
        raise Stop(say("book.unbalanced"), UNBALANCED)
    return DONE


@cli.group(cls=Verbs, help=say("help.pack"))
def pack() -> None:
    """Verbs on packs."""


@pack.command("check", cls=Verb, help=say("help.pack_check"))
@click.argument("folder", metavar=say("meta.folder"), type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def pack_check(folder: Path, as_json: bool) -> int:
    """List all defects of a pack at once."""
    from exporters.narrative.report import template_faults
    from workbook.pack_check import check_pack

    if not folder.is_dir():
        raise Stop(say("cli.no_folder", folder=folder))
    loaded, defects = check_pack(folder)
    defects = (*defects, *(template_faults(loaded) if loaded else ()))
    if as_json:
        keys = ("file", "line", "problem", "remedy")
        print_json(
            {"pack": loaded.id if loaded else "", "defects": [{k: getattr(d, k) for k in keys} for d in defects]}
        )
    elif defects:
        click.echo(defects_text(defects))
    if defects:
        complain(say("cli.pack_defects", n=len(defects)))
        return FOUND
    if loaded is not None:
        counts = {"indicators": len(loaded.indicators), "rules": len(loaded.rules), "texts": len(loaded.texts)}
        complain(say("cli.pack_good", title=loaded.title, **counts))
    return DONE


for verb in (template, reconcile, refresh, trace, export, addin):
    cli.add_command(verb)


def main() -> None:
    """Entry point of the `huibao` command."""
    run(cli)


if __name__ == "__main__":
    main()
