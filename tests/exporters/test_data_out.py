"""The data of a round, handed on: read back by pandas, DuckDB and LibreOffice, exact, and no text a formula."""

from __future__ import annotations

import csv
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from desk import Desk
from pandas.testing import assert_frame_equal
from pyarrow.dataset import dataset, partitioning
from test_cli import huibao

from exporters.data.tables import COLUMNS, dictionary
from exporters.data.write import write_tables
from exporters.demo.run import DemoRound
from workbook.messages import say
from workbook.model import State

ROOT = Path(__file__).parent.parent.parent
TABLES = tuple(COLUMNS)


@pytest.fixture(scope="module")
def folder(demo: dict[str, DemoRound], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("data") / "数据"
    done = huibao("export", demo["2020H1"].collection.round.path, "-o", target, "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["written"]) == 7
    for period in ("2020H1", "2020"):
        done = huibao("export", demo[period].collection.round.path, "-o", target, "--partitioned")
        assert done.returncode == 0, done.stderr
    return target


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_figure_that_counts_is_there_to_the_last_digit(demo: dict[str, DemoRound], folder: Path) -> None:
    collection = demo["2020H1"].collection
    frame = pd.read_parquet(folder / "figures.parquet").set_index(["unit", "code"])
    seen = 0
    for unit, submission in collection.submissions.items():
        for (code, measure), cell in submission.cells.items():
            if measure != "value" or (unit, code) not in frame.index:
                continue
            row = frame.loc[unit, code]
            assert (row["file"], row["sheet"], row["cell"]) == (submission.file, cell.sheet, cell.address)
            if cell.state.known:
                assert row["state"] == State(cell.state).name.lower()
                assert float(Decimal(row["exact"])) == row["value"]
                seen += 1
    assert seen > 3000


def test_pandas_duckdb_and_the_csv_say_the_same(folder: Path) -> None:
    frame = pd.read_parquet(folder / "figures.parquet")
    total = frame.loc[frame["code"] == "BASE_MEMBERS", "value"].sum()
    parquet = (folder / "figures.parquet").as_posix()
    query = f"SELECT sum(value) FROM '{parquet}' WHERE code = 'BASE_MEMBERS'"
    assert duckdb.sql(query).fetchall() == [(total,)]
    plain = [row for row in rows(folder / "figures.csv") if row["指标代码"] == "BASE_MEMBERS"]
    assert sum(Decimal(row["准确数"]) for row in plain if row["准确数"]) == total


def test_figures_in_folders_by_period_and_tier_are_the_same_to_pandas_pyarrow_and_duckdb(folder: Path) -> None:
    whole = pd.read_parquet(folder / "figures.parquet")
    parts = sorted(path.relative_to(folder / "figures").as_posix() for path in (folder / "figures").rglob("*.parquet"))
    assert [part for part in parts if "2020H1" in part] == [
        f"period=2020H1/tier={tier}/part-0.parquet" for tier in sorted(whole["tier"].unique())
    ]
    assert all(part.isascii() for part in parts)
    texts = pa.schema([("period", pa.string()), ("tier", pa.string())])
    by_pyarrow = dataset(folder / "figures", partitioning=partitioning(texts, flavor="hive")).to_table().to_pandas()
    by_pandas = pd.read_parquet(folder / "figures").astype({"period": str, "tier": str})
    files = f"{folder.as_posix()}/figures/*/*/*.parquet"
    read = f"read_parquet('{files}', hive_partitioning = true, hive_types_autocast = false)"
    by_duckdb = duckdb.sql(f"SELECT * FROM {read}").df()
    for frame in (by_pyarrow, by_pandas, by_duckdb):
        assert set(frame["period"]) == {"2020H1", "2020"}
        same(frame[frame["period"] == "2020H1"], whole)


def same(found: pd.DataFrame, meant: pd.DataFrame) -> None:
    found, meant = (f.sort_values(["unit", "code"], ignore_index=True) for f in (found, meant))
    assert_frame_equal(found[[*meant.columns]], meant, check_dtype=False)


def test_writing_a_period_again_takes_away_what_it_has_no_more_and_leaves_the_others(
    demo: dict[str, DemoRound], tmp_path: Path
) -> None:
    round_, other = demo["2020H1"].collection.round, tmp_path / "figures" / "period=2019" / "tier=county" / "x.parquet"
    gone = tmp_path / "figures" / f"period={round_.period}" / "tier=village" / "part-0.parquet"
    for path in (other, gone):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
    written = write_tables(round_, round_.path / "成果" / "figures.parquet", tmp_path, partitioned=True)
    assert other.exists()
    assert not gone.parent.exists()
    assert not (tmp_path / "figures.parquet").exists()
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {*written, other}


def test_missing_is_not_zero(folder: Path) -> None:
    frame = pd.read_parquet(folder / "figures.parquet")
    known = frame["state"].isin(["number", "zero"])
    assert frame.loc[~known, "value"].isna().all()
    assert (frame.loc[~known, "exact"] == "").all()
    assert frame.loc[known, "value"].notna().all()
    assert not known.all()


@pytest.mark.parametrize("table", TABLES)
def test_the_dictionary_has_every_column(table: str, folder: Path) -> None:
    frame = pd.read_parquet(folder / f"{table}.parquet")
    told = [row for row in rows(folder / say("export.dictionary")) if row["表"].startswith(table)]
    assert [row["列名（Parquet）"] for row in told] == list(frame.columns)
    assert all(row["含义"] for row in told)
    headings = {row["栏目（CSV）"] for row in told}
    assert set(rows(folder / f"{table}.csv")[0]) <= headings
    assert len(dictionary()) == sum(map(len, COLUMNS.values()))


def test_a_text_that_begins_like_a_formula_is_text_in_excel(
    demo: dict[str, DemoRound], tmp_path: Path, desk: Desk
) -> None:
    source = demo["2020H1"].collection.round.path
    path = tmp_path / "2020H1"
    path.mkdir()
    for name in ("round.toml", "units.csv"):
        shutil.copy(source / name, path)
    (path / "成果").mkdir()
    kept = pd.read_parquet(source / "成果" / "figures.parquet")
    kept.loc[0, "raw"] = '=HYPERLINK("http://x","y")'
    kept.loc[1, "raw"] = "@SUM(1+1)"
    kept.to_parquet(path / "成果" / "figures.parquet")
    assert huibao("export", path).returncode == 0
    plain = path / "成果" / "数据" / "figures.csv"
    assert [row["原样"] for row in rows(plain)[:2]] == ['\'=HYPERLINK("http://x","y")', "'@SUM(1+1)"]
    desk.open(plain)
    column = [*rows(plain)[0]].index("原样")
    shown = [row[column] for row in desk.read("figures", "A2:Z3")]
    assert all(str(text).lstrip("'").startswith(("=HYPERLINK", "@SUM")) for text in shown)


def test_a_round_without_results_says_what_to_do_first(demo: dict[str, DemoRound], tmp_path: Path) -> None:
    source = demo["2020H1"].collection.round.path
    for name in ("round.toml", "units.csv"):
        shutil.copy(source / name, tmp_path)
    done = huibao("export", tmp_path)
    assert done.returncode == 2
    assert "huibao consolidate" in done.stderr


def test_the_examples_in_the_documentation_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "user" / "data.md").read_text(encoding="utf-8")
    monkeypatch.chdir(folder.parent)
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        exec(compile(example, "data.md", "exec"), {})
