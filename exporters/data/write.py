"""The tables of a round as files: Parquet for programs, CSV for Excel, and the dictionary."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from exporters.data.tables import dictionary, tables_of
from workbook.files import replacing
from workbook.messages import say
from workbook.model import Round
from workbook.tables import write_table


def write_tables(round_: Round, figures: Path, folder: Path) -> list[Path]:
    """Write every table of a round as .parquet and .csv into a folder, and the dictionary; OSError from the disk.

    `figures` is the round's figures.parquet. In CSV no text is a formula, whatever it begins with.
    """
    written = []
    for table in tables_of(round_, pd.read_parquet(figures)):
        parquet, plain = folder / f"{table.name}.parquet", folder / f"{table.name}.csv"
        with replacing(parquet) as temporary:
            table.frame.to_parquet(temporary, index=False)
        shown = table.frame.drop(columns="value", errors="ignore")  # the exact number says the same
        headings = [say(f"exportcolumn.{column}") for column in shown.columns]
        with replacing(plain) as temporary:
            write_table(temporary, headings, shown.itertuples(index=False, name=None))
        written += [parquet, plain]
    path = folder / say("export.dictionary")
    with replacing(path) as temporary:
        heads = [say(f"exporthead.{key}") for key in ("table", "column", "heading", "type", "meaning")]
        write_table(temporary, heads, dictionary())
    return [*written, path]
