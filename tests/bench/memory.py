"""How long a command takes in a process of its own, and how much memory it and its processes have at most.

Memory is PSS, sampled: what processes share is counted once. Processes whose parent ended become ours, so that their
time is counted too. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

_PSS = re.compile(r"^Pss(?:_Anon)?:\s+(\d+) kB", re.MULTILINE)  # all, then what no file on the disk holds as well
_EVERY = 0.2  # seconds between samples
_ADOPT = 36  # PR_SET_CHILD_SUBREAPER
ROOT = Path(__file__).parents[2]
COMMAND = ("-c", "from huibao import main; main()")  # as the installed script


@dataclass(frozen=True)
class Ran:
    """What a command took: seconds on the clock, seconds of all processors, bytes.

    Of it alone, with all its processes, and of the latter what is not merely mapped from files: the system takes that
    back when it needs room.
    """

    wall: float
    cpu: float
    alone: int
    together: int
    unmapped: int


def ran(arguments: Sequence[str], cores: int = 0, fine: Sequence[int] = (0,)) -> Ran:
    """Run Python with these arguments, on so many cores or all there are; what it prints is thrown away."""
    chosen = sorted(os.sched_getaffinity(0))[: cores or None]
    paths = [str(ROOT), str(ROOT / "tests")]
    ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
    ours, before, start = set(_children(os.getpid())), os.times(), perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    os.sched_setaffinity(process.pid, chosen)
    peaks, done = [0, 0, 0], Event()
    watching = Thread(target=_watch, args=(process.pid, peaks, done), daemon=True)
    watching.start()
    _, said = process.communicate()
    wall = perf_counter() - start
    while left := set(_children(os.getpid())) - ours:
        os.waitpid(left.pop(), 0)
    after = os.times()
    done.set()
    watching.join()
    if process.returncode not in fine:
        raise RuntimeError(said.decode(errors="replace"))
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Ran(wall, cpu, *peaks)


def _watch(pid: int, peaks: list[int], done: Event) -> None:
    while not done.wait(_EVERY):
        each = [pss(pid), *map(pss, below(pid))]
        now = each[0][0], sum(everything for everything, _ in each), sum(unmapped for _, unmapped in each)
        peaks[:] = map(max, peaks, now)


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it has ended
            yield from map(int, task.read_text().split())


def below(pid: int) -> Iterator[int]:
    """Yield the processes a process has started, and theirs."""
    for child in _children(pid):
        yield child
        yield from below(child)


def pss(pid: int) -> tuple[int, int]:
    """Return the bytes of a process, and those of them that are not mapped from files."""
    with suppress(OSError, ValueError):  # it has ended
        everything, unmapped = _PSS.findall(Path(f"/proc/{pid}/smaps_rollup").read_text())
        return int(everything) * 1024, int(unmapped) * 1024
    return 0, 0
