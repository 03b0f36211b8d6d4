"""Who stands where among peers: exact, however near two values are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from workbook.expression.evaluate import NEAR, Bools, Numbers
from workbook.values import Ints


def at_least(numbers: Numbers, least: int) -> Bools:
    """Return where a number is known and not less than `least`."""
    found: Bools = numbers.known & (numbers.approx >= least)
    for row in np.flatnonzero(numbers.known & (np.abs(numbers.approx - least) <= NEAR * max(1, abs(least)))):
        found[row] = numbers.exact(int(row)) >= least
    return found


def ranked(numbers: Numbers, rows: Ints, *, lower: bool) -> list[tuple[int, int]]:
    """Return (rank, row) of rows whose numbers are known, best first; ties share a rank and stay in their order.

    The best is the `lower` or the higher.
    """
    values = (numbers.approx if numbers.ints is None else numbers.ints)[rows]
    order = np.argsort(values if lower else -values, kind="stable")
    tied = np.diff(values[order]) == 0 if numbers.ints is not None else _exactly(numbers, rows, order, lower=lower)
    places = np.arange(1, len(rows) + 1)
    ranks = np.maximum.accumulate(np.where(np.append(False, tied), 0, places)) if len(rows) else places
    return list(zip(ranks.tolist(), rows[order].tolist(), strict=True))


def _exactly(numbers: Numbers, rows: Ints, order: Ints, *, lower: bool) -> Bools:
    """Put places in rows, ordered by floats, into exact order; return which from the second on tie with the former."""
    values = numbers.approx[rows[order]]
    near = np.abs(np.diff(values)) <= NEAR * np.maximum(1.0, np.abs(values[1:]))
    tied = np.zeros(len(near), dtype=np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():  # values[first] to values[last] are near, one to the next
        exact = {place: numbers.exact(int(rows[place])) for place in sorted(order[first : last + 1].tolist())}
        found = sorted(exact, key=exact.__getitem__, reverse=not lower)
        order[first : last + 1] = found
        tied[first:last] = [exact[one] == exact[next_] for one, next_ in pairwise(found)]
    return tied
