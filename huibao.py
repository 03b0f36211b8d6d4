"""Command line of Huibao. Every verb calls the same functions as the button in Excel."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    print_json,
    progress,
    run,
    table,
)
from workbook.messages import say

if TYPE_CHECKING:
    from workbook.collection import Collection
    from workbook.model import Pack, Round


@click.group(cls=Verbs, help=say("help.huibao"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="huibao", message="%(version)s", help=say("help.version"))
def cli() -> None:
    """Group of all verbs."""


def _pack(name: str) -> Pack:
    from workbook.pack import find_pack, load_pack

    folder = find_pack(name)
    if folder is None:
        raise Stop(say("cli.no_pack", name=name))
    pack, defects = load_pack(folder)
    if pack is None or defects:
        raise Stop(defects_text(defects))
    return pack


def _round(path: Path) -> Round:
    from workbook.round import load_round

    if not path.is_dir():
        raise Stop(say("cli.no_folder", folder=path))
    round_, defects = load_round(path)
    if round_ is None:
        raise Stop(defects_text(defects))
    return round_


def _collect(path: Path) -> Collection:
    from workbook.collect import collect

    round_ = _round(path)
    with progress(say("progress.collect")):
        collection, defects = collect(round_)
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

    if not (round_path / "round.toml").exists():
        if not period:
            raise Stop(say("cli.no_period"))
        defects = create_round(NewRound(round_path, _pack(pack_name), period, units_file, previous, office, deadline))
        if defects:
            raise Stop(defects_text(defects))
    round_ = _round(round_path)
    if period and period != round_.period:
        raise Stop(say("cli.other_period", folder=round_path, period=round_.period))
    with progress(say("progress.forms", n=len(round_.units))):
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
    from exporters.desk import check_files
    from workbook.checks.builtin import rule_name

    for path in files:
        if not path.is_file():
            raise Stop(say("cli.no_file", file=path))
    with progress(say("progress.check", n=len(files))):
        results, codes, unusable = check_files(files)
    if as_json:
        print_json(results[0] if len(files) == 1 and results else {"files": results})
    for result in [] if as_json else results:
        rows = [
            (
                rule_name(f["rule"]),
                say(f"word.{f['severity']}") + (say("book.trial") if f["trial"] else ""),
                f"{f['sheet']} {f['cell']}",
                f["message"],
                f["remedy"] + (say("cli.explained") if f["reason"] else ""),
            )
            for f in result["findings"]
        ]
        complain(say(f"verdict.{result['verdict']}", file=result["file"], unit=result["unit"], period=result["period"]))
        if code := codes[result["file"]]:
            complain(say("verdict.code", code=code))
        if rows:
            table("", [say(f"book.{k}") for k in ("rule", "severity", "cell", "message", "what_to_do")], rows)
        if repairs := [(f"{r['sheet']} {r['cell']}", r["message"]) for r in result["repairs"]]:
            table(say("cli.repairs"), [say("book.cell"), say("cli.understood")], repairs)
    for sentence in unusable:
        complain(sentence)
    if unusable:
        raise Stop(say("cli.unusable", n=len(unusable)))
    return FOUND if any(r["verdict"] != "pass" for r in results) else DONE


@cli.command(cls=Verb, help=say("help.consolidate"))
@click.argument("round_path", metavar=say("meta.round"), type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def consolidate(round_path: Path, as_json: bool) -> int:
    """Read 收件, judge, merge, write the consolidated workbook and the merged report."""
    from exporters.results import summary, write_results

    collection = _collect(round_path)
    with progress(say("progress.results")):
        outputs, dropped, defects = write_results(collection)
    if as_json:
        print_json(summary(collection, outputs, dropped))
    _tell(collection, outputs, len(dropped))
    if not collection.balance.balanced:
        raise Stop(say("book.unbalanced"), UNBALANCED)
    if defects:
        raise Stop(defects_text(defects))
    return DONE


def _tell(collection: Collection, outputs: list[Path], dropped: int) -> None:
    from exporters.consolidated.status import balance_lines, run_lines

    for line in (*balance_lines(collection), *run_lines(collection)):
        complain(line)
    rows = [(r.file, r.unit, say(f"file.{r.state}"), r.note, r.remedy) for r in collection.receipts if _telling(r)]
    if rows:
        columns = [say(f"book.{k}") for k in ("file", "unit_code", "file_state", "fate", "what_to_do")]
        table(say("cli.other_files"), columns, rows)
    missing = [u.name for u in collection.round.units if collection.states[u.code] == "missing"]
    if missing:
        complain(say("cli.missing_units", names="、".join(missing)))
    if dropped:
        complain(say("cli.dropped", n=dropped))
    for path in outputs:
        complain(say("cli.written", path=path))


def _telling(receipt: Any) -> bool:
    return receipt.state != "used" or say("receipt.late") in receipt.note


@cli.command(cls=Verb, help=say("help.report"))
@click.argument("source", metavar=say("meta.round"), type=click.Path(path_type=Path))
@click.option("--genre", metavar=say("meta.genre"), help=say("help.report_genre"))
@click.option("--all", "every", is_flag=True, help=say("help.report_all"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar=say("meta.file"), help=say("help.report_output")
)
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def report(source: Path, genre: str | None, every: bool, output: Path | None, as_json: bool) -> int:
    """Write narrative reports of a round."""
    from exporters.narrative.report import write_merged
    from exporters.results import dropped_json

    if bool(genre) == every:
        raise Stop(say("cli.which_genre"))
    collection = _collect(source)
    known = collection.round.pack.genres
    if genre and genre not in known:
        raise Stop(say("cli.no_genre", genre=genre, known="、".join(known)))
    written, dropped = [], []
    for name in [genre] if genre else list(known):
        path, lost, defects = write_merged(collection, known[name], output)
        if path is None or defects:
            raise Stop(defects_text(defects))
        written.append(path)
        dropped += lost
        complain(say("cli.written", path=path))
    for lost_clause in dropped:
        complain(
            say("cli.dropped_clause", where=lost_clause.where, clause=lost_clause.clause, reason=lost_clause.reason)
        )
    if as_json:
        print_json({"outputs": [str(p) for p in written], "dropped": dropped_json(dropped)})
    return DONE


@cli.command(cls=Verb, help=say("help.demo"))
@click.argument("folder", metavar=say("meta.folder"), type=click.Path(path_type=Path))
@click.option("--pack", "pack_name", default="party-building", metavar=say("meta.pack"), help=say("help.new_pack"))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def demo(folder: Path, pack_name: str, as_json: bool) -> int:
    """Run the fictional city's rounds from handing out forms to the merged report."""
    from exporters.demo.run import run_demo
    from exporters.results import summary

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(say("cli.not_empty", folder=folder))
    results = run_demo(_pack(pack_name), folder, complain)
    told = next(r for r in results if r.collection.round.path.name == results[0].told)
    if as_json:
        data = summary(told.collection, told.outputs, told.dropped)
        rounds = [summary(r.collection, r.outputs, r.dropped) for r in results]
        print_json({**data, "balanced": all(r.collection.balance.balanced for r in results), "rounds": rounds})
    complain("")
    complain(say("cli.demo_told", period=told.collection.period.title))
    _tell(told.collection, told.outputs, len(told.dropped))
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
    from workbook.pack_check import check_pack

    if not folder.is_dir():
        raise Stop(say("cli.no_folder", folder=folder))
    loaded, defects = check_pack(folder)
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


def main() -> None:
    """Entry point of the `huibao` command."""
    run(cli)


if __name__ == "__main__":
    main()
