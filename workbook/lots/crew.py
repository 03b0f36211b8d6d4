"""Who works on many files or rounds: processes on this machine or a cluster's, a task at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from workbook.reading.kind import Unreadable

Task = TypeVar("Task")
Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 48  # files of a batch: some seconds of work, so that nobody waits long for the others


class Crew(Protocol):
    """Gives every task with what `work` makes of it, in any order; Unreadable where somebody died over it.

    The tasks are taken as fast as they are worked on.
    """

    def __call__(
        self, work: Callable[[Task], Result], tasks: Iterable[Task], /
    ) -> Iterator[tuple[Task, Result | Unreadable]]:
        """Yield the tasks."""


def worked(
    crew: Crew, work: Callable[[Sequence[Item]], Result], items: Iterable[Item], most: int
) -> Iterator[tuple[Sequence[Item], Result | Unreadable]]:
    """Yield items in batches with what a crew makes of them.

    Where somebody died over a batch, each of its items is worked on alone: Unreadable is what died of just this one.
    """
    alone: list[list[Item]] = []
    for batch, result in crew(work, _batches(items, most)):
        if isinstance(result, Unreadable):
            alone += [[item] for item in batch]
        else:
            yield batch, result
    yield from crew(work, alone)


def _batches(items: Iterable[Item], most: int) -> Iterator[Sequence[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, most)):
        yield batch
