"""All figures of many units as columns: what rules and totals are computed from."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbook.model import MEASURES, Measure, Part, State

Ints = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]
Key = tuple[str, Measure]  # a figure: code and measure
Columns = dict[Key, tuple[Ints, States]]  # scaled and state over the units

Earlier = Mapping[str, Mapping[Key, tuple[State, int]]]  # state and scaled of what earlier rounds accepted, by unit


class Flat(NamedTuple):
    """Figures of many units one after another, in arrays of one length; what is not among them a unit does not have.

    `owner` (int64) is the place of the unit, `key` (int64) that of the figure in keys_of; state (int8); scaled (int64,
    value × 10**decimals, 0 where not known).
    """

    owner: Ints
    key: Ints
    state: States
    scaled: Ints


def keys_of(codes: Iterable[str]) -> list[Key]:
    """Return every figure that indicators can have, in their order."""
    return [(code, measure) for code in codes for measure in MEASURES]


def among(codes: Iterable[str], wanted: Container[Key]) -> npt.NDArray[np.bool_]:
    """Return which of the figures that indicators can have are wanted, in the order of keys_of."""
    return np.array([key in wanted for key in keys_of(codes)], dtype=np.bool_)


def columns_of(units: Iterable[str], figures: Iterable[tuple[str, str, Measure, int, int]]) -> Columns:
    """Return figures told one by one (unit, code, measure, state, scaled) as columns; of two alike the later counts."""
    rows = {unit: row for row, unit in enumerate(units)}
    columns: Columns = {}
    for unit, code, measure, state, number in figures:
        if (code, measure) not in columns:
            columns[code, measure] = _blank(len(rows))
        scaled, states = columns[code, measure]
        scaled[rows[unit]], states[rows[unit]] = number, state
    return columns


def spread(parts: Iterable[Flat], keys: Sequence[Key], size: int) -> Columns:
    """Return flat figures of `size` units as columns; `keys` is keys_of. What is in none of the parts is blank."""
    column_of = np.full(len(keys), -1, dtype=np.int64)
    scaled, state = np.zeros((0, size), dtype=np.int64), np.zeros((0, size), dtype=np.int8)
    for part in parts:
        held = np.zeros(len(keys), dtype=np.bool_)
        held[part.key] = True
        if len(new := np.flatnonzero(held & (column_of < 0))):
            column_of[new] = len(scaled) + np.arange(len(new))
            scaled = np.pad(scaled, ((0, len(new)), (0, 0)))
            state = np.pad(state, ((0, len(new)), (0, 0)), constant_values=State.BLANK)
        scaled[column_of[part.key], part.owner] = part.scaled
        state[column_of[part.key], part.owner] = part.state
    return {key: (scaled[at], state[at]) for key, at in zip(keys, column_of.tolist(), strict=True) if at >= 0}


def _blank(size: int) -> tuple[Ints, States]:
    return np.zeros(size, dtype=np.int64), np.full(size, State.BLANK, dtype=np.int8)


def exact_sum(numbers: Ints) -> int:
    """Return a sum no integer of 64 bits can overflow."""
    return (int((numbers >> 32).sum()) << 32) + int((numbers & 0xFFFFFFFF).sum())


def exact_sums(groups: npt.NDArray[Any], numbers: Ints) -> Iterator[tuple[int, int]]:
    """Yield every group with the sum of its numbers, as exact as exact_sum."""
    order = np.argsort(groups, kind="stable")
    groups, numbers = groups[order], numbers[order]
    starts = np.flatnonzero(np.diff(groups, prepend=groups[:1] - 1))
    if len(starts):
        halves = (np.add.reduceat(half, starts).tolist() for half in (numbers >> 32, numbers & 0xFFFFFFFF))
        for group, high, low in zip(groups[starts].tolist(), *halves, strict=True):
            yield group, (high << 32) + low


class Table:
    """Figures of `size` units, a column per (code, measure).

    A figure that is not among the columns is blank. `rows` has how many items of a text input each unit filled by its
    code, and the sums of a list's column by (code, column). `parts` says by code and row what those figures are made of
    that are totals themselves.
    """

    def __init__(
        self,
        units: Sequence[str],
        figures: Columns,
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
        self._columns = dict(figures)
        self._of_tiers: dict[frozenset[str], npt.NDArray[np.bool_]] = {}

    def made_of(self, parts: Iterable[Mapping[str, Part]]) -> Table:
        """Return the table, told by unit and code what totals are made of."""
        for row, own in enumerate(parts):
            for code, part in own.items():
                self.parts.setdefault(code, {})[row] = part
        return self

    def of_tiers(self, tiers: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Return which units belong to some tiers: to be read only."""
        key = frozenset(tiers)
        if key not in self._of_tiers:
            self._of_tiers[key] = np.array([tier in key for tier in self.tier.tolist()], dtype=np.bool_)
        return self._of_tiers[key]

    def figures(self, code: str, measure: Measure) -> tuple[Ints, States]:
        """Return (scaled, state) over the units; blank everywhere if nobody has the figure."""
        if (code, measure) not in self._columns:
            self._columns[code, measure] = _blank(self.size)
        return self._columns[code, measure]

    def rows(self, code: str) -> Ints:
        """Return how many items of a text input each unit filled; -1 where its sheet was not delivered."""
        return self._rows.get(code, np.full(self.size, -1, dtype=np.int64))

    def sums(self, code: str, column: str) -> Sequence[Fraction | None]:
        """Return the sum of a list's column per unit; None where its sheet or one of its numbers can't be read."""
        return self._sums.get((code, column), [None] * self.size)
