"""The verb `huibao export`: a round's figures for pandas, DuckDB, Spark and Excel, with a dictionary."""

from __future__ import annotations

from pathlib import Path

import click

from exporters.console import DONE, Stop, Verb, complain, print_json, round_at
from workbook.messages import say


@click.command(cls=Verb, help=say("help.export"))
@click.argument("round_path", metavar=say("meta.round"), type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar=say("meta.folder"), help=say("help.export_output")
)
@click.option("--partitioned", is_flag=True, help=say("help.export_partitioned"))
@click.option("--json", "as_json", is_flag=True, help=say("help.json"))
def export(round_path: Path, output: Path | None, partitioned: bool, as_json: bool) -> int:
    """Write the tables of a round that was consolidated."""
    from exporters.data.write import write_tables
    from workbook.round import FIGURES, RESULTS

    round_ = round_at(round_path)
    kept = round_path / RESULTS / FIGURES
    if not kept.is_file():
        raise Stop(say("export.nothing", folder=round_path))
    folder = output or round_path / RESULTS / say("folder.data")
    written = write_tables(round_, kept, folder, partitioned=partitioned)
    if as_json:
        print_json({"written": [str(path) for path in written]})
    for path in written:
        complain(say("cli.written", path=path))
    return DONE
