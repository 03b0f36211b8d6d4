"""Who reads and judges: processes on this machine, or a cluster where one is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from exporters.console import Stop
from workbook.lots.crew import Crew
from workbook.lots.kept import code_digest
from workbook.reading.contained import contained


@contextmanager
def crew_of(scheduler: str | None, code: Callable[[], str] = code_digest) -> Iterator[Crew]:
    """Give the crew of the scheduler at an address, this machine's where there is none; Stop where it cannot be had.

    `code` tells what code its workers must have: what reads and judges, or `whole_code` where they write as well.
    """
    if scheduler is None:
        yield contained
        return
    from workbook.lots.cluster import NoCluster, crew_at

    try:
        with crew_at(scheduler, code) as crew:
            yield crew
    except NoCluster as problem:
        raise Stop(str(problem)) from None


def whole_code() -> str:
    """Return a digest of the code that reads, judges and writes."""
    from exporters.returned.kept import writers_digest

    return f"{code_digest()} {writers_digest()}"
