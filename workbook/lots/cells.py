"""The cells of many forms as columns of numbers: a million take up little, and are counted and picked out at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbook.lots.arrays import numbers
from workbook.values import Ints, States


class Numbered(NamedTuple):
    """A column of texts, each a number (int64) by which it stands in `texts`."""

    numbers: Ints
    texts: tuple[str, ...]

    def at(self, row: int) -> str:
        """Return the text in a row."""
        return self.texts[int(self.numbers[row])]


class Cells(NamedTuple):
    """Figure cells of many forms as they were read, form by form, in arrays of one length.

    `owner` (int64) is the place of the form among those asked for, `key` (int64) that of the figure in keys_of; state
    (int8); `texts` are what else was asked for: raw, sheet, cell (the address).
    """

    owner: Ints
    key: Ints
    state: States
    texts: Mapping[str, Numbered]


class Numbering:
    """Numbers for texts, as they come."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, texts: Iterable[str]) -> Ints:
        """Return the number of each text."""
        return np.array([self._known.setdefault(text, len(self._known)) for text in texts], dtype=np.int64)

    def of_column(self, column: pa.Array) -> Ints:
        """Return the number of each text of a column."""
        encoded = column.dictionary_encode()
        found: Ints = self.of(encoded.dictionary.to_pylist())[numbers(encoded.indices)]
        return found

    def told(self, found: Ints) -> Numbered:
        """Return numbers with the texts they stand for."""
        return Numbered(found, tuple(self._known))


def form_by_form(parts: Iterable[Sequence[npt.NDArray[Any]]], kinds: Sequence[type[np.generic]]) -> list[Any]:
    """Return columns of several lots as one each, in the order of the first one, which says whose a row is.

    `kinds` are their types, should there be no lot.
    """
    none = [np.empty(0, dtype=kind) for kind in kinds]
    columns = [np.concatenate(column) for column in zip(none, *parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return [column[order] for column in columns]
