"""A crew on a cluster: workers of Dask take files in, read and judge them; whoever is lost, others take over.

The folder of the round, or its store, must be one that the workers see under the same path or URL. Source of the
interface: https://distributed.dask.org/en/stable/api.html (Client, as_completed, KilledWorker).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from workbook.lots.crew import Crew, Result, Task
from workbook.lots.kept import code_digest
from workbook.messages import say
from workbook.reading.contained import outcome
from workbook.reading.kind import Unreadable

_PATIENCE = 10  # seconds until a scheduler answers
_AHEAD = 512  # tasks handed out at a time; what is done and not yet fetched stays in the memory of workers


class NoCluster(Exception):
    """There is no cluster to work on; the sentence says why and what to do."""


@contextmanager
def crew_at(address: str, code: Callable[[], str] = code_digest) -> Iterator[Crew]:
    """Give the crew of the scheduler at an address, tcp://… or tls://…; NoCluster where it cannot be had.

    Workers that run other code than ours would judge otherwise: they are refused. `code` tells what code that is.
    """
    try:
        from distributed import Client
    except ImportError:
        raise NoCluster(say("cluster.not_installed")) from None
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(say("cluster.no_answer", address=address, why=error)) from None
    with client:
        codes = _codes(client, code)
        if not codes:
            raise NoCluster(say("cluster.no_workers", address=address))
        if others := [worker for worker, theirs in codes.items() if theirs != code()]:
            raise NoCluster(say("cluster.other_code", workers="、".join(others)))
        yield _Workers(client)


def _codes(client: Any, code: Callable[[], str]) -> dict[str, str]:
    """Return what code every worker runs, "" where it has none of ours."""
    found = client.run(code, on_error="return")
    return {worker: theirs if isinstance(theirs, str) else "" for worker, theirs in found.items()}


class _Workers:
    """The workers of a scheduler as a crew."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __call__(
        self, work: Callable[[Task], Result], tasks: Iterable[Task], /
    ) -> Iterator[tuple[Task, Result | Unreadable]]:
        """Yield every task with its result as soon as it is there; Unreadable where workers died over it repeatedly.

        OSError is raised: it is the disk's or the store's. NoCluster when the scheduler is lost; without any worker
        it waits for one.
        """
        from distributed import CancelledError, KilledWorker, as_completed

        shared = self._client.submit(_same, work, pure=False)  # a task: scattered data are lost with their worker
        remaining = iter(tasks)
        waiting: dict[Any, Task] = {}
        done = as_completed(loop=self._client.loop)
        while True:
            for task in islice(remaining, _AHEAD - len(waiting)):
                future = self._client.submit(outcome, shared, task, pure=False)
                waiting[future] = task
                done.add(future)
            if not waiting:
                return
            future = next(done)
            task = waiting.pop(future)
            try:
                result = future.result()
            except KilledWorker:
                result = Unreadable("crashed")
            except CancelledError:
                raise NoCluster(say("cluster.lost")) from None
            if isinstance(result, OSError):
                raise result
            yield task, result


def _same(work: Callable[[Task], Result]) -> Callable[[Task], Result]:
    return work
