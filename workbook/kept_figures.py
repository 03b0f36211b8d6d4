"""What a round keeps for later rounds, for tracing and for other programs: its figures, each with where it stood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbook.collection import Collection
from workbook.lots.arrays import integers, texts
from workbook.lots.cells import Numbered, Numbering
from workbook.values import Ints, among, keys_of


def write_figures(path: Path, collection: Collection) -> None:
    """Write the figures as Parquet in which texts are texts, not numbers for such; OSError from the disk."""
    from pyarrow import parquet

    parquet.write_table(figures_to_keep(collection), path, store_schema=False)


def figures_to_keep(collection: Collection) -> pa.Table:
    """Return the figures of accepted units for this period, one row per unit and indicator.

    Columns: unit, code (str); state (int8); scaled (int64, value × 10**decimals, 0 where not known); raw, sheet, cell
    (str); decimals (int64); definition, file, sha256 (str). Texts are dictionaries: most are there many times.
    """
    forms, indicators = list(collection.forms.items()), collection.round.pack.indicators
    digests, keys = [form.sha256 for _, form in forms], keys_of(indicators)
    figures, cells = collection.lots.figures(digests), collection.lots.cells(digests, "raw", "sheet", "cell")
    of_now = among(indicators, {(code, "value") for code in indicators})[figures.key]
    at, stood = (rows.owner * len(keys) + rows.key for rows in (figures, cells))
    found, where = _places(at, stood)
    rows = np.flatnonzero(of_now & found)
    owner, key, where = figures.owner[rows], figures.key[rows], where[rows]
    read = {name: _dictionary(Numbered(column.numbers[where], column.texts)) for name, column in cells.texts.items()}
    items = [indicators[code] for code, _ in keys]
    columns = {
        "unit": _dictionary(Numbered(owner, tuple(unit for unit, _ in forms))),
        "code": _dictionary(Numbered(key, tuple(code for code, _ in keys))),
        "state": integers(figures.state[rows], pa.int8()),
        "scaled": integers(figures.scaled[rows], pa.int64()),
        **read,
        "decimals": integers(np.array([item.decimals for item in items], dtype=np.int64)[key]),
        "definition": _dictionary(Numbered(key, tuple(item.definition_version for item in items))),
        "file": _dictionary(Numbered(owner, tuple(form.file for _, form in forms))),
        "sha256": _dictionary(Numbered(owner, tuple(digests))),
    }
    return pa.table(columns)


def _places(wanted: Ints, there: Ints) -> tuple[npt.NDArray[np.bool_], Ints]:
    """Return which numbers are there, each at most once, and where."""
    if not len(there):
        return np.zeros(len(wanted), dtype=np.bool_), np.zeros(len(wanted), dtype=np.int64)
    order = np.argsort(there, kind="stable")
    near = np.minimum(np.searchsorted(there[order], wanted), len(there) - 1)
    return there[order][near] == wanted, order[near]


def _dictionary(column: Numbered) -> pa.Array:
    """Return a column of texts as a dictionary that has each of them once."""
    once = Numbering()
    places = once.of(column.texts)[column.numbers]
    return pa.DictionaryArray.from_arrays(integers(places, pa.int32()), texts(once.told(places).texts))
