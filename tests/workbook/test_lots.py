"""Files judged many at a time, by whoever: one process, several, a cluster, or a run before this one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from distributed import Client, LocalCluster
from sealing import a_small_round, filled, received

from workbook.collect import collect
from workbook.collection import Collection
from workbook.lots import kept
from workbook.lots.cluster import NoCluster, crew_at
from workbook.lots.kept import Crew
from workbook.model import Round
from workbook.reading.contained import contained
from workbook.round import IN, MEMORY


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two filled forms and others of the same units: one with an error, one that nobody can read."""
    folder = tmp_path_factory.mktemp("forms")
    good = filled(a_small_round(folder))
    wrong = folder / "改错了的.xlsx"
    book = openpyxl.load_workbook(good[0])
    book["基层组织与党员队伍"]["E6"] = 99
    book.save(wrong)
    broken, other = folder / "坏的.xlsx", folder / "说明.pdf"
    broken.write_bytes(good[1].read_bytes()[:5000])
    other.write_bytes(b"%PDF-1.4")
    return [*good, wrong, broken, other]


@pytest.fixture
def round_(forms: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Round:
    """Return the round with all of them in 收件, to be judged two at a time."""
    monkeypatch.setattr(kept, "_MOST", 2)
    return received(tmp_path / "2020H1", forms)


def alone(work: Callable[[Sequence[str]], pa.Buffer], batches: Iterable[Sequence[str]]) -> Iterator[Any]:
    """Work in this process."""
    for batch in batches:
        yield batch, work(batch)


def nobody(work: object, batches: Iterable[Sequence[str]]) -> Iterator[Any]:
    """Judge nothing: all has to be known."""
    assert list(batches) == []
    return iter(())


def told(round_: Round, crew: Crew = contained) -> dict[str, object]:
    """Return all that a collection says, in values that can be compared."""
    collection, defects = collect(round_, crew)
    assert collection is not None, defects
    return {name: getattr(collection, name) for name in WORTH_COMPARING} | frames(collection)


WORTH_COMPARING = (
    *("receipts", "states", "differences", "findings", "total_verdicts", "tallies", "totals", "controls"),
    *("balance", "decisions", "taken_out", "changed", "gone", "forms"),
)


def frames(collection: Collection) -> dict[str, object]:
    rows = {name: getattr(collection, name).to_dict("records") for name in ("figures", "cells")}
    return rows | {"submissions": dict(collection.submissions)}


def forget(round_: Round) -> None:
    """Take away what was kept of earlier runs, all but the ledger and the originals."""
    for path in sorted((round_.path / MEMORY).rglob("*"), reverse=True):
        if path.is_file() and (path.suffix == ".lot" or path.name == "seen"):
            path.unlink()


def lots_in(round_: Round) -> list[Path]:
    return sorted((round_.path / MEMORY).rglob("*.lot"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as started:
        yield started


def test_one_process_several_a_cluster_a_lost_worker_and_a_kept_run_give_the_same(
    round_: Round, cluster: LocalCluster
) -> None:
    first = told(round_, alone)
    assert first["balance"].files == {  # type: ignore[attr-defined]
        **dict.fromkeys(("superseded", "duplicate"), 0),
        **{"used": 2, "rejected": 1, "attached": 1, "unrecognised": 1},
    }
    assert told(round_, nobody) == first
    forget(round_)
    assert told(round_) == first
    forget(round_)
    with crew_at(cluster.scheduler_address) as crew:
        assert told(round_, crew) == first
    forget(round_)
    with crew_at(cluster.scheduler_address) as crew:
        assert told(round_, losing_one(crew, cluster)) == first


def losing_one(crew: Crew, cluster: LocalCluster) -> Crew:
    """Return a crew one worker of which is killed while it works."""

    def judged(work: Callable[[Sequence[str]], pa.Buffer], batches: Iterable[Sequence[str]]) -> Iterator[Any]:
        killed = False
        for result in crew(_Slow(work), batches):
            if not killed:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
                killed = True
            yield result

    return judged


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

    def __init__(self, work: Callable[[Sequence[str]], pa.Buffer]) -> None:
        self.work = work

    def __call__(self, batch: Sequence[str]) -> pa.Buffer:
        time.sleep(0.5)
        return self.work(batch)


@pytest.mark.parametrize("harm", [b"", b"harm", None])
def test_what_was_kept_and_is_damaged_is_judged_again(round_: Round, harm: bytes | None) -> None:
    first, (lot, *_) = told(round_, alone), lots_in(round_)
    content = lot.read_bytes()
    lot.unlink()  # what `first` still looks at
    lot.write_bytes(content[:-7] if harm is None else harm)
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
    monkeypatch.setattr(kept, "_MOST", 1)
    first = told(round_, alone)
    assert len(lots_in(round_)) > 2
    monkeypatch.setattr(kept, "_MOST", 9)
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


def test_frames_of_no_form_at_all_are_empty(tmp_path: Path) -> None:
    collection, _ = collect(received(tmp_path / "2020H1", []), alone)
    assert collection is not None
    assert isinstance(collection.figures, pd.DataFrame)
    assert len(collection.figures) == len(collection.cells) == 0
