"""Arrow's columns and numpy's arrays, made of each other's bytes.

Arrow's own ways (`pa.array`, `to_numpy`) ask for pandas before they do anything, and pandas takes longer to load than
a round of 3,000 forms that were judged before to collect. The layouts are those of Arrow's columnar format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def numbers(column: pa.Array) -> npt.NDArray[Any]:
    """Return a column of integers, none of them missing, where it lies: to be read only."""
    if not len(column):
        return np.empty(0, dtype=str(column.type))
    return np.frombuffer(column.buffers()[1], dtype=str(column.type))[column.offset : column.offset + len(column)]


def there(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Return which elements of a column are not missing."""
    bits = column.buffers()[0]
    if bits is None:
        return np.ones(len(column), dtype=np.bool_)
    unpacked = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little")
    return unpacked[column.offset : column.offset + len(column)].astype(np.bool_)


def parted(column: pa.Array) -> tuple[npt.NDArray[Any], pa.Array]:
    """Return how long each list of a column is, and their values one after another. A missing list has none."""
    if not len(column):
        return np.empty(0, dtype=np.int32), column.values.slice(0, 0)
    ends = numbers(column.offsets)
    return np.diff(ends), column.values.slice(ends[0], ends[-1] - ends[0])


def integers(values: npt.ArrayLike, kind: pa.DataType | None = None) -> pa.Array:
    """Return integers as a column, of `kind` or of the kind they are."""
    array = np.ascontiguousarray(values, dtype=str(kind) if kind else None)
    return pa.Array.from_buffers(kind or pa.from_numpy_dtype(array.dtype), len(array), [None, pa.py_buffer(array)])


def texts(values: Sequence[str | None]) -> pa.Array:
    """Return texts as a column; None is a missing one."""
    return packed([value if value is None else value.encode() for value in values], pa.string())


def packed(values: Sequence[bytes | None], kind: pa.DataType) -> pa.Array:
    """Return bytes as a column of a `kind` that holds such; None is a missing one."""
    parts = [value or b"" for value in values]
    large = np.int64 if kind == pa.large_binary() else np.int32
    offsets = _offsets([len(part) for part in parts], large)
    buffers = [_bits([value is not None for value in values]), offsets, pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(kind, len(values), buffers)


def lists(many: npt.ArrayLike, values: pa.Array, present: Sequence[bool] | None = None) -> pa.Array:
    """Return a column of lists, of so many of the values each; those that are not `present` are missing."""
    bits = None if present is None else _bits(present)
    size = len(np.asarray(many))
    return pa.Array.from_buffers(pa.list_(values.type), size, [bits, _offsets(many, np.int32)], children=[values])


def _offsets(many: npt.ArrayLike, kind: type[np.signedinteger[Any]]) -> pa.Buffer:
    ends = np.cumsum(np.asarray(many, dtype=np.int64))
    if len(ends) and ends[-1] > np.iinfo(kind).max:
        raise OverflowError(f"{ends[-1]} is more than a column of {kind.__name__} holds")
    return pa.py_buffer(np.concatenate([[0], ends]).astype(kind))


def _bits(present: Sequence[bool]) -> pa.Buffer | None:
    if all(present):
        return None
    return pa.py_buffer(np.packbits(np.asarray(present, dtype=np.bool_), bitorder="little"))
