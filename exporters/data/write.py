"""The tables of a round as files: Parquet for programs, CSV for Excel, and the dictionary."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from exporters.data.tables import COLUMNS, FIGURES, Table, dictionary, figures_of, indicators_of, units_of
from workbook.files import replacing
from workbook.messages import say
from workbook.model import Round
from workbook.tables import write_table

PARTITIONS = ("period", "tier")  # they stand in the names of folders, in no file
_ROWS = 500_000  # figures held in memory at a time


def write_tables(round_: Round, figures: Path, folder: Path, *, partitioned: bool = False) -> list[Path]:
    """Write every table of a round as .parquet and .csv into a folder, and the dictionary; OSError from the disk.

    `figures` is the round's figures.parquet. In CSV no text is a formula, whatever it begins with. Where they are
    `partitioned`, figures are Parquet only, a file for each tier in folders as Hive calls them, beside those of other
    periods.
    """
    written = _partitioned(round_, figures, folder / FIGURES) if partitioned else []
    tables = [] if partitioned else [figures_of(round_, pd.read_parquet(figures))]
    for table in (*tables, units_of(round_), indicators_of(round_)):
        parquet, plain = folder / f"{table.name}.parquet", folder / f"{table.name}.csv"
        with replacing(parquet) as temporary:
            table.frame.to_parquet(temporary, index=False)
        _write_plain(plain, table)
        written += [parquet, plain]
    path = folder / say("export.dictionary")
    with replacing(path) as temporary:
        heads = [say(f"exporthead.{key}") for key in ("table", "column", "heading", "type", "meaning")]
        write_table(temporary, heads, dictionary())
    return [*written, path]


def _write_plain(path: Path, table: Table) -> None:
    shown = table.frame.drop(columns="value", errors="ignore")  # the exact number says the same
    headings = [say(f"exportcolumn.{column}") for column in shown.columns]
    with replacing(path) as temporary:
        write_table(temporary, headings, shown.itertuples(index=False, name=None))


def _partitioned(round_: Round, figures: Path, folder: Path) -> list[Path]:
    """Write the figures of a round tier by tier, and take away those of tiers that have none now."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"text": pa.string(), "number": pa.float64()}
    schema = pa.schema([(c, kinds[kind]) for c, kind in COLUMNS[FIGURES].items() if c not in PARTITIONS])
    period = folder / f"period={round_.period}"
    writers: dict[str, pq.ParquetWriter] = {}
    with ExitStack() as opened:
        for rows in pq.ParquetFile(figures).iter_batches(_ROWS):
            for tier, ours in figures_of(round_, rows.to_pandas()).frame.groupby("tier"):
                if tier not in writers:
                    temporary = opened.enter_context(replacing(_part(period, str(tier))))
                    writers[str(tier)] = opened.enter_context(pq.ParquetWriter(temporary, schema))
                writers[str(tier)].write_table(pa.Table.from_pandas(ours, schema, preserve_index=False))
    parts = [_part(period, tier) for tier in writers]
    for old in set(period.glob("tier=*")) - {part.parent for part in parts}:
        shutil.rmtree(old)
    return parts


def _part(period: Path, tier: str) -> Path:
    return period / f"tier={tier}" / "part-0.parquet"
