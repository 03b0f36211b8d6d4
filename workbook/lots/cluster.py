"""A crew on a cluster: workers of Dask read and judge lots; whoever is lost, others take over.

The folder of the round must be one that the workers see under the same path. Source of the interface:
https://distributed.dask.org/en/stable/api.html (Client, as_completed, KilledWorker).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from workbook.lots.kept import Crew, Result, Task, code_digest
from workbook.messages import say
from workbook.reading.kind import Unreadable

_PATIENCE = 10  # seconds until a scheduler answers


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
        yield partial(_judged, client)


def _codes(client: Any, code: Callable[[], str]) -> dict[str, str]:
    """Return what code every worker runs, "" where it has none of ours."""
    found = client.run(code, on_error="return")
    return {worker: theirs if isinstance(theirs, str) else "" for worker, theirs in found.items()}


def _judged(
    client: Any, work: Callable[[Task], Result], batches: Iterable[Task]
) -> Iterator[tuple[Task, Result | Unreadable]]:
    """Yield every batch with what comes of it as soon as that is there; Unreadable where workers died over it again.

    NoCluster when the scheduler is lost.
    """
    from distributed import KilledWorker, as_completed
    from distributed.client import FutureCancelledError

    shared = client.submit(_same, work, pure=False)  # a task, not scattered data: those are lost with their worker
    waiting = {client.submit(_do, shared, batch, pure=False): batch for batch in batches}
    for future in as_completed(list(waiting), loop=client.loop):
        batch = waiting.pop(future)
        try:
            yield batch, future.result()
        except KilledWorker:
            yield batch, Unreadable("crashed")
        except FutureCancelledError:
            raise NoCluster(say("cluster.lost")) from None


def _same(work: Callable[[Task], Result]) -> Callable[[Task], Result]:
    return work


def _do(work: Callable[[Task], Result], batch: Task) -> Result:
    return work(batch)
