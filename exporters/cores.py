"""Work on many forms, on all cores where that pays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from math import ceil
from multiprocessing import current_process, parent_process
from threading import Thread
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
Give = Callable[[Callable[[], object]], Callable[[], object]]  # takes work; what it returns waits for its end

_WORTH_A_COPY = 200  # forms; below it handing over what a process works on costs more than it saves
_WORTH_A_POOL = 12  # forms; below it starting processes costs more than it saves


def on_all_cores(work: Callable[[Task], Result], tasks: Sequence[Task], forms: int) -> list[Result]:
    """Return what `work` makes of each task, in order; `forms` is how many forms the tasks hold together."""
    if forms < _WORTH_A_POOL or _alone():
        return [work(task) for task in tasks]
    with ProcessPoolExecutor(initializer=_end_with_the_run) as pool:
        return list(pool.map(work, tasks))


def share(forms: int, least: int, most: int) -> int:
    """Return how many forms to give to a core at a time: to all of them alike, within limits."""
    cores = os.cpu_count() or 1
    times = max(1, ceil(forms / (cores * most)))
    return max(least, ceil(forms / (cores * times)))


@contextmanager
def another(forms: int) -> Iterator[Give]:
    """Yield who does work on many forms beside this process: another one, or this one at once where that pays not.

    What is returned for a piece of work waits for its end. One piece is done after the other.
    """
    if forms < _WORTH_A_COPY or _alone():
        yield at_once
        return
    with ProcessPoolExecutor(1, initializer=_end_with_the_run) as pool:
        yield lambda work: pool.submit(work).result


def at_once(work: Callable[[], object]) -> Callable[[], object]:
    """Do a piece of work here and now."""
    work()
    return lambda: None


def _alone() -> bool:
    """Return whether there is no other core, or this process may not start others, as a worker of a cluster."""
    return (os.cpu_count() or 1) < 2 or current_process().daemon


def _end_with_the_run() -> None:
    """Let this process end when the run it works for is killed; it would wait for its next form for ever."""
    Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    run = parent_process()
    if run is not None:
        run.join()
        os._exit(1)
