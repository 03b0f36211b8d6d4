"""What does a file cost from the folder to the collection, on one core and on all, beside bare readers?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from bench.consolidating import COLLECT, MOST
from bench.files import CACHE, forms, make_round
from bench.measure import Aim, Section, told
from bench.memory import Ran, ran
from bench.reading import CALAMINE, PANDAS, sampled_beside


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure the whole path on all cores, then on one beside bare readers on another."""
    size = max((n for n in sizes if n <= MOST), default=min(sizes))
    all_cores, paths = _collected(size), forms(size)
    with sampled_beside(paths, (CALAMINE, PANDAS), max(os.sched_getaffinity(0))) as took:
        one = _collected(size, cores=1)
    calamine, pandas, each = took[CALAMINE], took[PANDAS], one.cpu / size
    faster = one.wall / all_cores.wall
    rows = [
        ("file → collection, one core", told(each), f"{each / calamine:.2f} × calamine"),
        ("python-calamine, every sheet", told(calamine), "1"),
        ("pandas.read_excel with openpyxl, every sheet", told(pandas), f"{pandas / each:.1f} × ours"),
        ("one core, on the clock", told(one.wall / size), f"{size / one.wall:.0f} forms a second"),
        ("all cores, on the clock", told(all_cores.wall / size), f"{size / all_cores.wall:.0f} forms a second"),
    ]
    aims = [
        Aim("file → collection ÷ bare calamine, one core", f"{each / calamine:.2f}", "≤ 2", each <= 2 * calamine),
        Aim("pandas with openpyxl ÷ file → collection", f"{pandas / each:.1f}", "≥ 8", pandas >= 8 * each),
        Aim("two cores : one", f"{faster:.2f}", "≥ 1.7", faster >= 1.7),
    ]
    said = (
        f"Per file, {size} forms collected for the first time, start of the process and checks included. Processor "
        "time, but for the last two lines; the bare readers meanwhile on another core, a file each every few seconds, "
        "medians: so the machine is as fast or slow to them as to us."
    )
    return [Section("One core, two cores", said, ("what", "per file", ""), rows, aims)]


def _collected(size: int, cores: int = 0) -> Ran:
    folder = CACHE / "rounds"
    shutil.rmtree(folder, ignore_errors=True)
    make_round(folder, size)
    found = ran((*COLLECT, str(folder)), cores)
    shutil.rmtree(folder)
    return found
