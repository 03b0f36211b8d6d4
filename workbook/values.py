"""All figures of many units as columns: what rules and totals are computed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.model import Measure, Part, State

Ints = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]
Columns = dict[tuple[str, str], tuple[Ints, States]]  # scaled and state over the units, by code and measure


def exact_sum(numbers: Ints) -> int:
    """Return a sum no integer of 64 bits can overflow."""
    return (int((numbers >> 32).sum()) << 32) + int((numbers & 0xFFFFFFFF).sum())


def exact_sums(groups: npt.NDArray[Any], numbers: Ints) -> Iterator[tuple[int, int]]:
    """Yield every group with the sum of its numbers, as exact as exact_sum."""
    order = np.argsort(groups, kind="stable")
    groups, numbers = groups[order], numbers[order]
    found, starts = np.unique(groups, return_index=True)
    if len(found):
        halves = (np.add.reduceat(half, starts).tolist() for half in (numbers >> 32, numbers & 0xFFFFFFFF))
        for group, high, low in zip(found.tolist(), *halves, strict=True):
            yield group, (high << 32) + low


class Table:
    """Figures of `size` units, a column per (code, measure).

    Built from a long frame with columns unit (str), code (str), measure (str), state (int8) and scaled (int64,
    value × 10**decimals, 0 where not known), or from columns. A figure that is in neither is blank. `rows` has how many
    items of a text input each unit filled by its code, and the sums of a list's column by (code, column). `parts` says
    by code and row what those figures are made of that are totals themselves.
    """

    def __init__(
        self,
        units: Sequence[str],
        figures: pd.DataFrame | Columns,
        *,
        tiers: Sequence[str],
        umbrella: Sequence[bool],
        period: str,
        rows: Mapping[str, Sequence[int]] | Mapping[Any, Sequence[Any]],
    ) -> None:
        self.units = tuple(units)
        self.size = len(self.units)
        self.tier: npt.NDArray[np.object_] = np.array(tiers, dtype=object)
        self.umbrella: npt.NDArray[np.bool_] = np.array(umbrella, dtype=np.bool_)
        self.period = period
        self.parts: dict[str, dict[int, Part]] = {}
        self._rows = {code: np.array(counts, dtype=np.int64) for code, counts in rows.items() if isinstance(code, str)}
        self._sums: dict[tuple[str, str], Sequence[Any]] = {k: v for k, v in rows.items() if isinstance(k, tuple)}
        self._columns = self._split(figures) if isinstance(figures, pd.DataFrame) else dict(figures)

    def made_of(self, parts: Iterable[Mapping[str, Part]]) -> Table:
        """Return the table, told by unit and code what totals are made of."""
        for row, own in enumerate(parts):
            for code, part in own.items():
                self.parts.setdefault(code, {})[row] = part
        return self

    def _split(self, figures: pd.DataFrame) -> Columns:
        columns: Columns = {}
        kept = figures[figures["unit"].isin(self.units)]
        place = pd.Index(self.units).get_indexer(pd.Index(kept["unit"]))
        all_scaled, all_states = kept["scaled"].to_numpy(), kept["state"].to_numpy()
        rows_of = kept.groupby(["code", "measure"], sort=False, observed=True).indices
        for key, rows in rows_of.items():
            scaled = np.zeros(self.size, dtype=np.int64)
            state = np.full(self.size, State.BLANK, dtype=np.int8)
            scaled[place[rows]] = all_scaled[rows]
            state[place[rows]] = all_states[rows]
            columns[cast("tuple[str, str]", key)] = (scaled, state)
        return columns

    def figures(self, code: str, measure: Measure) -> tuple[Ints, States]:
        """Return (scaled, state) over the units; blank everywhere if nobody has the figure."""
        if (code, measure) not in self._columns:
            blank = np.full(self.size, State.BLANK, dtype=np.int8)
            self._columns[code, measure] = (np.zeros(self.size, dtype=np.int64), blank)
        return self._columns[code, measure]

    def rows(self, code: str) -> Ints:
        """Return how many items of a text input each unit filled; -1 where its sheet was not delivered."""
        return self._rows.get(code, np.full(self.size, -1, dtype=np.int64))

    def sums(self, code: str, column: str) -> Sequence[Fraction | None]:
        """Return the sum of a list's column per unit; None where its sheet or one of its numbers can't be read."""
        return self._sums.get((code, column), [None] * self.size)
