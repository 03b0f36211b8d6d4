"""How long does it take from a folder of files to the collection, and to everything written? How much memory?"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.files import CACHE, change_one, make_round
from bench.measure import MB, Aim, Section, below, told
from bench.memory import COMMAND, Ran, ran

MOST = 3000  # the size that aims speak of
COLLECT = "-m", "bench.collected"
FIRST, WRITTEN = "collection, first run", "all outputs, one file changed"


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure all sizes."""
    folder = CACHE / "rounds"
    runs: dict[int, Mapping[str, Ran]] = {}
    tables: list[tuple[str, ...]] = []
    aims: list[Aim] = []
    for size in sizes:
        shutil.rmtree(folder, ignore_errors=True)
        make_round(folder, size)
        runs[size], rows, found = _rerun(folder, size)
        tables += rows
        aims += found
    shutil.rmtree(folder, ignore_errors=True)
    said = (
        "On the clock, each in a process of its own from its start to its end, on all cores; the files lie in the page "
        "cache. “Collection” is read, checked, added up and written into the ledger; “all outputs” is "
        "`huibao consolidate` with 汇总表, returned forms and merged reports."
    )
    heads = ("forms", "what", "took", "per form")
    return [Section("Consolidating", said, heads, tables, aims), _memory(runs)]


def _rerun(folder: Path, size: int) -> tuple[Mapping[str, Ran], list[tuple[str, ...]], list[Aim]]:
    """Consolidate a round, then again with one file changed: up to the collection, then everything."""
    runs = {FIRST: ran((*COLLECT, str(folder)))}
    runs["collection, nothing changed"] = ran((*COLLECT, str(folder)))
    change_one(folder, 1)
    runs["collection, one file changed"] = ran((*COLLECT, str(folder)))
    runs["all outputs, first time"] = ran((*COMMAND, "consolidate", str(folder)))
    change_one(folder, 2)
    runs[WRITTEN] = ran((*COMMAND, "consolidate", str(folder)))
    rows = [(str(size), what, told(run.wall), f"{run.wall / size * 1e3:.2f} ms") for what, run in runs.items()]
    aims = []
    if size == MOST:
        again, everything = runs["collection, one file changed"], runs[WRITTEN]
        aims.append(below(f"one of {size} files changed, up to the collection", again.wall, 1.5))
        aims.append(below(f"one of {size} files changed, all outputs", everything.wall, 15))
    return runs, rows, aims


def _memory(runs: Mapping[int, Mapping[str, Ran]]) -> Section:
    rows = [
        (str(size), what, *(f"{bytes_ / MB:.0f} MB" for bytes_ in (run.alone, run.together, run.unmapped)))
        for size, each in runs.items()
        for what, run in each.items()
        if what in (FIRST, WRITTEN)
    ]
    aims, first = [], {size: each[FIRST] for size, each in runs.items()}
    if MOST in first:
        peak = first[MOST].together / MB
        aims.append(Aim(f"peak memory at {MOST} forms, all processes", f"{peak:.0f} MB", "< 600 MB", peak < 600))
        if (largest := max(first)) > MOST:
            more = (first[largest].together / MB - peak) / (largest - MOST) * 10_000
            aims.append(Aim("memory more per further 10,000 forms", f"{more:.0f} MB", "< 80 MB", more < 80))
    said = (
        "Peak, PSS sampled five times a second. What was judged is mapped from the disk and looked at there: the "
        "system takes such memory back as soon as it needs room. The aims are those of the collection."
    )
    heads = ("forms", "what", "main process", "all processes", "of it not mapped from files")
    return Section("Memory", said, heads, rows, aims)
