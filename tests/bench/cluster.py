"""What does a form cost on a cluster: its workers, the office's machine? What would 500,000 take?

The workers are processes of this machine, and what they cost per form at one size has to tell how long another size
takes. No network lies in between and the folder is a disk of this machine: both are to be added.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from time import perf_counter, process_time

from distributed import Client, LocalCluster

from bench.files import CACHE, make_round
from bench.measure import MB, Aim, Section, told
from bench.memory import ran
from exporters.console import few_pauses
from workbook.arrivals import arrivals
from workbook.collect import merge
from workbook.history import stored_figures
from workbook.ledger import Ledger
from workbook.lots.cluster import crew_at
from workbook.lots.kept import code_digest, lots_of
from workbook.receive import settle, sort_out
from workbook.round import MEMORY, load_round

MOST = 3000  # forms
MANY = 500_000
CORES = (16, 64, 256)
STAGES = ("start", "taking in", "registering", "judging", "adding up")
OFF, AIM = 1.25, "0.8 to 1.25"  # how far an estimate may be from what is measured


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds on the clock and of the processors, and bytes."""

    forms: int
    workers: int
    clock: Mapping[str, float]  # by stage
    office: Mapping[str, float]  # processor time of the office's machine, by stage
    crew: float  # processor time of all workers
    lots: int  # bytes that came back
    memory: int  # most that the office's machine held

    @property
    def wall(self) -> float:
        return sum(self.clock.values())

    @property
    def per_form(self) -> tuple[float, float]:
        """Return the processor time of a form: of the workers, and of the office's machine without its start."""
        office = sum(self.office.values()) - self.office["start"]
        return self.crew / self.forms, office / self.forms


def estimated(cost: Cost, forms: int, cores: int) -> float:
    """Return how many seconds so many forms take on so many cores of workers, by what a form cost at another size.

    The start, then what workers do divided among the cores, then what the office's machine does, on one core of its
    own: as if nothing of that were done while workers work.
    """
    crew, office = cost.per_form
    return cost.clock["start"] + forms * (crew / cores + office)


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure two sizes with one worker and with two."""
    small = [size for size in sizes if size <= MOST][:2]
    pair = small if len(small) == 2 else [min(sizes) // 2, min(sizes)]
    costs = [_cost(size, workers) for size in pair for workers in (1, 2)]
    return [_costs(costs), _estimates(costs)]


def _cost(size: int, workers: int) -> Cost:
    folder, notes = CACHE / "rounds", CACHE / "stages.json"
    shutil.rmtree(folder, ignore_errors=True)
    make_round(folder, size)
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        client.run(code_digest)  # so that they have loaded what they work with
        before = sum(client.run(process_time).values())
        office = ran(("-m", "bench.cluster", str(folder), cluster.scheduler_address, str(notes)))
        crew = sum(client.run(process_time).values()) - before
    clock, spent = json.loads(notes.read_text(encoding="utf-8"))
    lots = sum(path.stat().st_size for path in (folder / MEMORY).rglob("*.lot"))
    shutil.rmtree(folder)
    return Cost(size, workers, clock, spent, crew, lots, office.alone)


def collected(path: Path, address: str) -> tuple[dict[str, float], dict[str, float]]:
    """Collect a round as workbook.collect does, stage after stage; return seconds on the clock and of the processor."""
    few_pauses()
    clock, spent = dict.fromkeys(STAGES, 0.0), dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        began, used = perf_counter(), process_time()
        yield
        clock[name] += perf_counter() - began
        spent[name] += process_time() - used

    began = perf_counter()
    round_, _ = load_round(path)
    assert round_ is not None
    with crew_at(address) as crew:
        clock["start"], spent["start"] = perf_counter() - began, process_time()
        with stage("taking in"):
            here = list(arrivals(round_, crew))
        with stage("registering"):
            came_in = Ledger(path).register(here)
        with stage("judging"):
            lots = lots_of(round_, (came.digest for came in here if came.problem is None), crew)
    with stage("adding up"):
        incoming = sort_out(round_, came_in, lots)
        settled = settle(round_, incoming, {f.file: lots.findings(f.sha256) for f in incoming.forms.values()})
        collection = merge(round_, incoming, settled, stored_figures(round_)[0])
    with stage("registering"):
        Ledger(path).record(settled.receipts)
    assert len(collection.receipts) >= len(round_.units)
    return clock, spent


def _costs(costs: Sequence[Cost]) -> Section:
    heads = (
        "forms",
        "workers",
        "workers, processor",
        *(f"office, {s}" for s in STAGES[1:]),
        "sent back",
        "office's memory",
    )
    rows = []
    for cost in costs:
        office = (f"{cost.office[stage] / cost.forms * 1e3:.2f} ms" for stage in STAGES[1:])
        sent, crew = f"{cost.lots / cost.forms / 1e3:.0f} KB", f"{cost.per_form[0] * 1e3:.1f} ms"
        rows.append((str(cost.forms), str(cost.workers), crew, *office, sent, f"{cost.memory / MB:.0f} MB"))
    said = (
        "Per form, processor time: of all workers (they take in, read and check), and of the office's machine stage by "
        "stage, one after another (it lists, orders, registers, keeps what comes back and adds up). Workers are "
        "processes of this machine, the round is a folder on its disk."
    )
    return Section("A cluster: what a form costs", said, heads, rows)


def _estimates(costs: Sequence[Cost]) -> Section:
    first, last = costs[0].forms, costs[-1].forms
    rows, aims = [], []
    for before, cost in ((b, c) for b in costs for c in costs if (b.forms, c.forms) == (first, last)):
        if before.workers != cost.workers:
            continue
        spent = sum(before.per_form) * cost.forms, sum(cost.per_form) * cost.forms
        for kind, guess, found in (
            ("processor time", *spent),
            ("on the clock", estimated(before, cost.forms, cost.workers), cost.wall),
        ):
            what, ratio = f"{cost.forms} forms, workers: {cost.workers}, {kind}", guess / found
            rows.append((what, told(guess), told(found), f"{ratio:.2f}"))
            aims.append(Aim(f"cluster: {what}, estimated ÷ measured", f"{ratio:.2f}", AIM, 1 / OFF <= ratio <= OFF))
    for cores in CORES:
        span = mean(estimated(c, MANY, cores) for c in costs if c.forms == last)
        rows.append((f"{MANY:,} forms, {cores} cores", f"{span / 60:.0f} minutes", "", ""))
    said = (
        "Estimated: start + forms × (processor time of the workers ÷ their cores + processor time of the office's "
        f"machine), by what a form cost at {first} forms; {MANY:,} by {last}. A machine that is busy, or has fewer "
        "cores than workers and office, takes longer on the clock. Network and shared disk are not in it."
    )
    return Section("A cluster: how long many forms take", said, ("what", "estimated", "measured", "ratio"), rows, aims)


if __name__ == "__main__":
    Path(sys.argv[3]).write_text(json.dumps(collected(Path(sys.argv[1]), sys.argv[2])), encoding="utf-8")
