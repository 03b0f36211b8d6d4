"""Who reads and judges: processes on this machine, or a cluster where one is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from exporters.console import Stop
from workbook.lots.crew import Crew
from workbook.reading.contained import contained


@contextmanager
def crew_of(scheduler: str | None) -> Iterator[Crew]:
    """Give the crew of the scheduler at an address, this machine's where there is none; Stop where it cannot be had."""
    if scheduler is None:
        yield contained
        return
    from workbook.lots.cluster import NoCluster, crew_at

    try:
        with crew_at(scheduler) as crew:
            yield crew
    except NoCluster as problem:
        raise Stop(str(problem)) from None
