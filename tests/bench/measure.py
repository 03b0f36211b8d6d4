"""What every part of the benchmark measures with, and how it tells what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from time import perf_counter, process_time

Work = Callable[[], object]
TIMES = 5
MB = 2**20  # bytes


@dataclass(frozen=True)
class Aim:
    """What was promised beside what was measured."""

    what: str
    measured: str
    aim: str
    met: bool


@dataclass(frozen=True)
class Section:
    """What one part found: a sentence or two on how, a table, and the aims it speaks of."""

    title: str
    said: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    aims: Sequence[Aim] = ()


def medians(
    works: Mapping[str, Work], times: int = TIMES, clock: Callable[[], float] = process_time
) -> dict[str, float]:
    """Return the median seconds of each, taken in turn so that what else the machine does falls on all alike.

    One run before them fills the caches.
    """
    spans: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(times + 1):
        for name in Random(turn).sample(sorted(works), len(works)):
            start = clock()
            works[name]()
            if turn:
                spans[name].append(clock() - start)
    return {name: median(taken) for name, taken in spans.items()}


def seconds(work: Work) -> float:
    """Return the median seconds on the clock of a few runs; one run before them fills the caches."""
    return medians({"": work}, clock=perf_counter)[""]


def told(span: float) -> str:
    """Return seconds as one reads them."""
    if span < 0.1:
        return f"{span * 1e3:.1f} ms"
    return f"{span * 1e3:.0f} ms" if span < 1 else f"{span:.1f} s"


def below(what: str, span: float, most: float) -> Aim:
    """Return the aim of taking less than so many seconds."""
    return Aim(what, told(span), f"< {told(most)}", span < most)
