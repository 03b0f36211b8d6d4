"""Work on many forms, on all cores where that pays."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import current_process, parent_process
from threading import Thread
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_WORTH_A_POOL = 12  # forms; below it starting processes costs more than it saves


def on_all_cores(work: Callable[[Task], Result], tasks: Sequence[Task], forms: int) -> list[Result]:
    """Return what `work` makes of each task, in order; `forms` is how many forms the tasks hold together.

    A process that may not start others, as a worker of a cluster, does it all itself.
    """
    if forms < _WORTH_A_POOL or (os.cpu_count() or 1) < 2 or current_process().daemon:
        return [work(task) for task in tasks]
    with ProcessPoolExecutor(initializer=_end_with_the_run) as pool:
        return list(pool.map(work, tasks))


def _end_with_the_run() -> None:
    """Let this process end when the run it works for is killed; it would wait for its next form for ever."""
    Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    run = parent_process()
    if run is not None:
        run.join()
        os._exit(1)
