"""Where the figures of many forms stand, as numbers: a million cells take up little, and are counted at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from workbook.lots.arrays import numbers
from workbook.values import Ints, States


class Standing(NamedTuple):
    """The cells of many forms, form by form, in arrays of one length.

    `owner` (int64) is the place of the form among those asked, `key` (int64) that of the figure in keys_of; state
    (int8); `sheet` and `cell` (int64) are places in `sheets` and `addresses`.
    """

    owner: Ints
    key: Ints
    state: States
    sheet: Ints
    cell: Ints
    sheets: Sequence[str]
    addresses: Sequence[str]


class Names:
    """Texts numbered as they come, by the column."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def numbered(self, column: pa.Array) -> Ints:
        """Return the number of each text."""
        encoded = column.dictionary_encode()
        known = [self._known.setdefault(text, len(self._known)) for text in encoded.dictionary.to_pylist()]
        found: Ints = np.array(known, dtype=np.int64)[numbers(encoded.indices)]
        return found

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts by number."""
        return tuple(self._known)


def standing_of(parts: Iterable[tuple[Ints, Ints, States, Ints, Ints]], sheets: Names, cells: Names) -> Standing:
    """Return the cells of lots as one, in the order of the forms they belong to."""
    found = [*parts]
    if not found:
        none: Ints = np.empty(0, dtype=np.int64)
        return Standing(none, none, none.astype(np.int8), none, none, (), ())
    owner, key, state, sheet, cell = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(owner, kind="stable")
    columns = (owner[order], key[order], state[order], sheet[order], cell[order])
    return Standing(*columns, sheets.texts, cells.texts)
