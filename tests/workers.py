"""A cluster of two workers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dask
from distributed import LocalCluster


@contextmanager
def two_workers() -> Iterator[LocalCluster]:
    """Start a scheduler and two workers; whoever is killed comes back, however long a busy machine takes for it.

    Left to itself, the cluster gives up a worker that is not back within 15 seconds.
    """
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as started,
    ):
        yield started
