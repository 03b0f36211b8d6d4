"""Files judged many at a time, by whoever: one process, several, a cluster, or a run before this one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from distributed import Client, LocalCluster
from fsspec.core import url_to_fs
from hostile import archive
from sealing import a_small_round, filled, received
from workers import two_workers

from workbook import arrivals
from workbook.arrivals import taken_in
from workbook.collect import collect
from workbook.collection import Collection
from workbook.kept_figures import figures_to_keep
from workbook.lots import kept
from workbook.lots.cluster import NoCluster, crew_at
from workbook.lots.crew import Crew
from workbook.lots.judge import judge
from workbook.model import Round
from workbook.reading.contained import contained
from workbook.reading.kind import Unreadable
from workbook.round import IN, MEMORY
from workbook.store import Unreachable


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two filled forms, others of the same units (one with an error, one that nobody can read), an archive."""
    folder = tmp_path_factory.mktemp("forms")
    good = filled(a_small_round(folder))
    wrong = folder / "改错了的.xlsx"
    book = openpyxl.load_workbook(good[0])
    book["基层组织与党员队伍"]["E6"] = 99
    book.save(wrong)
    broken, other = folder / "坏的.xlsx", folder / "说明.pdf"
    broken.write_bytes(good[1].read_bytes()[:5000])
    other.write_bytes(b"%PDF-1.4")
    packed = folder / "收到.zip"
    packed.write_bytes(archive({"一/改错了的.xlsx": wrong.read_bytes(), "盖章.pdf": b"%PDF-1.5"}))
    return [*good, wrong, broken, other, packed]


@pytest.fixture
def round_(forms: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Round:
    """Return the round with all of them in 收件, to be judged two at a time."""
    monkeypatch.setattr(kept, "MOST", 2)
    monkeypatch.setattr(arrivals, "MOST", 2)
    return received(tmp_path / "2020H1", forms)


def alone(work: Callable[[Sequence[Any]], Any], batches: Iterable[Sequence[Any]]) -> Iterator[Any]:
    """Work in this process."""
    for batch in batches:
        yield batch, work(batch)


def nobody(work: object, batches: Iterable[Sequence[str]]) -> Iterator[Any]:
    """Judge nothing: all has to be known."""
    assert list(batches) == []
    return iter(())


def told(round_: Round, crew: Crew = contained, *, far: bool = False) -> dict[str, object]:
    """Return all that a collection says, in values that can be compared."""
    collection, defects = collect(round_, crew, far=far)
    assert collection is not None, defects
    return {name: getattr(collection, name) for name in WORTH_COMPARING} | columns(collection)


WORTH_COMPARING = (
    *("receipts", "states", "differences", "findings", "total_verdicts", "tallies", "totals", "controls"),
    *("balance", "decisions", "taken_out", "changed", "gone", "forms"),
)


def columns(collection: Collection) -> dict[str, object]:
    lots, digests = collection.lots, [form.sha256 for form in collection.forms.values()]
    cells = lots.cells(digests, "raw", "sheet", "cell")
    texts = {name: [told.at(row) for row in range(len(cells.owner))] for name, told in cells.texts.items()}
    return {
        "figures": [column.tolist() for column in lots.figures(digests)],
        "cells": [cells.owner.tolist(), cells.key.tolist(), cells.state.tolist(), texts],
        "kept": figures_to_keep(collection).to_pylist(),
        "submissions": {u: replace(form, cells=dict(form.cells)) for u, form in collection.submissions.items()},
    }


def forget(round_: Round) -> None:
    """Take away what was kept of earlier runs, all but the ledger and the originals."""
    for path in sorted((round_.path / MEMORY).rglob("*"), reverse=True):
        if path.is_file() and (path.suffix == ".lot" or path.name == "seen"):
            path.unlink()


def lots_in(round_: Round) -> list[Path]:
    return sorted((round_.path / MEMORY).rglob("*.lot"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with two_workers() as started:
        yield started


def test_one_process_several_a_cluster_a_lost_worker_and_a_kept_run_give_the_same(
    round_: Round, cluster: LocalCluster
) -> None:
    first = told(round_, alone)
    assert first["balance"].files == {  # type: ignore[attr-defined]
        **{"superseded": 0, "duplicate": 1},
        **{"used": 2, "rejected": 1, "attached": 3, "unrecognised": 1},
    }
    assert told(round_, nobody) == first
    forget(round_)
    assert told(round_) == first
    forget(round_)
    with crew_at(cluster.scheduler_address) as crew:
        assert told(round_, crew) == first
        forget(round_)
        assert told(round_, crew, far=True) == first
        forget(round_)
        assert told(round_, losing(1, crew, cluster, judge)) == first


@pytest.mark.parametrize("protocol", ["file", "memory"])
def test_a_round_whose_files_lie_in_a_store_is_the_same(round_: Round, protocol: str, tmp_path: Path) -> None:
    first = told(round_, alone)
    stored = in_a_store(round_, f"{protocol}://{tmp_path}/store", tmp_path / "elsewhere")
    assert told(stored, alone, far=True) == first
    assert told(stored, nobody) == first
    assert not (stored.path / MEMORY / "originals").exists()
    forget(stored)
    assert told(stored, alone if protocol == "memory" else contained) == first


@pytest.mark.parametrize(("stage", "many"), [(taken_in, 1), (judge, 1), (judge, 2)])
def test_workers_that_are_killed_while_they_take_in_or_judge_lose_nothing(
    round_: Round, cluster: LocalCluster, stage: Callable[..., object], many: int, tmp_path: Path
) -> None:
    first = told(round_, alone)
    stored = in_a_store(round_, f"file://{tmp_path}/store", tmp_path / "elsewhere")
    cluster.wait_for_workers(2)
    with crew_at(cluster.scheduler_address) as crew:
        assert told(stored, losing(many, crew, cluster, stage), far=True) == first


def test_a_file_over_which_whoever_takes_it_in_dies_is_alone_told_of(round_: Round) -> None:
    def dying(work: Callable[[Sequence[Any]], Any], batches: Iterable[Sequence[Any]]) -> Iterator[Any]:
        done = [
            (batch, Unreadable("crashed") if any("改错" in file.name for file in batch) else work(batch))
            for batch in batches
        ]
        return reversed(done)  # in any order

    came = [*arrivals.arrivals(round_, dying)]
    meant = [*arrivals.arrivals(round_)]
    assert [a.key for a in came] == [a.key for a in meant]
    assert [a.key for a in came if a.problem and a.problem.reason == "crashed"] == ["改错了的.xlsx"]
    assert [a.digest for a in came if a.key != "改错了的.xlsx"] == [a.digest for a in meant if a.key != "改错了的.xlsx"]


def test_what_nobody_expected_costs_a_batch_on_a_cluster_and_what_the_disk_says_is_raised(
    cluster: LocalCluster,
) -> None:
    cluster.wait_for_workers(2)
    with crew_at(cluster.scheduler_address) as crew:
        results = {batch[0]: result for batch, result in crew(_Failing(), [["a"], ["b"]])}
        assert results["b"] == "b"
        assert isinstance(results["a"], Unreadable)
        with pytest.raises(PermissionError):
            list(crew(_Failing(), [["disk"]]))


class _Failing:
    """Work that fails on a file, in a way no reader announces."""

    def __call__(self, batch: Sequence[str]) -> str:
        if batch[0] == "disk":
            raise PermissionError(13, "no", "file")
        return {"b": "b"}[batch[0]]


def test_a_worker_that_cannot_see_earlier_rounds_stops_the_run(round_: Round, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="nowhere"):
        judge(replace(round_, previous=tmp_path / "nowhere"), [])


def in_a_store(round_: Round, store: str, folder: Path) -> Round:
    """Return a round in a folder of its own whose received files, those of another one, lie in a store."""
    files, root = url_to_fs(store)
    for path in (round_.path / IN).iterdir():
        there = f"{root}/{IN}/{path.name}"
        files.makedirs(f"{root}/{IN}", exist_ok=True)
        files.pipe_file(there, path.read_bytes())
        if files.protocol == "memory":
            files.store[there].created = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        else:
            os.utime(there, (path.stat().st_mtime,) * 2)
    return replace(received(folder, []), store=store)


def losing(many: int, crew: Crew, cluster: LocalCluster, stage: Callable[..., object]) -> Crew:
    """Return a crew so many workers of which are killed while they work on a stage."""

    def working(work: partial[Any], batches: Iterable[Sequence[Any]]) -> Iterator[Any]:
        lose = work.func is stage
        for result in crew(_Slow(work) if lose else work, batches):
            if lose:
                for worker in [worker for worker in cluster.workers.values() if worker.pid][:many]:
                    os.kill(worker.pid, signal.SIGKILL)
                lose = False
            yield result

    return working


def test_a_scheduler_that_is_lost_is_told_and_what_it_judged_is_kept(round_: Round) -> None:
    first = told(round_, alone)
    forget(round_)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0") as own:

        def ended(work: Callable[[Sequence[str]], pa.Buffer], batches: Iterable[Sequence[str]]) -> Iterator[Any]:
            for result in crew(_Slow(work), batches):
                yield result
                own.close()

        with pytest.raises(NoCluster, match="联系断了"), crew_at(own.scheduler_address) as crew:
            told(round_, ended)
    assert len(lots_in(round_)) == 1
    assert told(round_) == first


class _Slow:
    """Work that takes its time."""

    def __init__(self, work: Callable[[Sequence[Any]], Any]) -> None:
        self.work = work

    def __call__(self, batch: Sequence[Any]) -> Any:
        time.sleep(0.5)
        return self.work(batch)


@pytest.mark.parametrize("harm", [b"", b"harm", None])
def test_what_was_kept_and_is_damaged_is_judged_again(round_: Round, harm: bytes | None) -> None:
    first, (lot, *_) = told(round_, alone), lots_in(round_)
    lot.write_bytes(lot.read_bytes()[:-7] if harm is None else harm)
    (round_.path / MEMORY / "seen").write_bytes(harm or b"\xff")
    assert told(round_, alone) == first
    assert told(round_, nobody) == first


def test_another_pack_period_unit_or_program_judges_anew(round_: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    told(round_, alone)
    before = lots_in(round_)
    told(round_, nobody)
    assert lots_in(round_) == before
    listed = round_.path / "units.csv"
    listed.write_text(listed.read_text(encoding="utf-8").replace("X04", "X05"), encoding="utf-8")
    monkeypatch.setattr(kept, "code_digest", lambda: "another program")
    told(round_, alone)
    after = lots_in(round_)
    assert after
    assert {p.parent for p in after}.isdisjoint(p.parent for p in before)
    assert not any(p.exists() for p in before)


def test_a_file_that_came_since_is_the_only_one_judged(round_: Round, forms: list[Path]) -> None:
    late = round_.path / IN / forms[0].name
    content = late.read_bytes()
    late.unlink()
    told(round_, alone)
    late.write_bytes(content)
    judged: list[str] = []

    def noted(work: Callable[[Sequence[str]], pa.Buffer], batches: Iterable[Sequence[str]]) -> Iterator[Any]:
        for batch in batches:
            judged.extend(batch)
            yield batch, work(batch)

    told(round_, noted)
    assert len(judged) == 1


def test_many_small_lots_are_put_together(round_: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 1)
    first = told(round_, alone)
    assert len(lots_in(round_)) > 2
    monkeypatch.setattr(kept, "MOST", 9)
    monkeypatch.setattr(kept, "_MANY", 2)
    assert told(round_, nobody) == first
    assert len(lots_in(round_)) == 1
    assert told(round_, nobody) == first


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbook.lots.cluster._PATIENCE", 1)
    with pytest.raises(NoCluster, match="没有调度程序应答"), crew_at("tcp://127.0.0.1:1"):
        pass


def test_workers_with_other_code_are_refused(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with Client(cluster) as client:
        assert len(client.scheduler_info()["workers"]) == 2
    monkeypatch.setattr("workbook.lots.cluster._codes", lambda *_: {"tcp://甲": "other"})
    with pytest.raises(NoCluster, match="tcp://甲"), crew_at(cluster.scheduler_address):
        pass


def test_columns_of_no_form_at_all_are_empty(tmp_path: Path) -> None:
    collection, _ = collect(received(tmp_path / "2020H1", []), alone)
    assert collection is not None
    assert len(collection.cells.owner) == len(collection.cells.texts["sheet"].numbers) == 0
    assert figures_to_keep(collection).num_rows == 0
