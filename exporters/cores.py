"""Work on many forms, on all cores where that pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_WORTH_A_POOL = 12  # forms; below it starting processes costs more than it saves


def on_all_cores(work: Callable[[Task], Result], tasks: Sequence[Task], forms: int) -> list[Result]:
    """Return what `work` makes of each task, in order; `forms` is how many forms the tasks hold together."""
    if forms < _WORTH_A_POOL or (cpu_count() or 1) < 2:
        return [work(task) for task in tasks]
    with ProcessPoolExecutor() as pool:
        return list(pool.map(work, tasks))
