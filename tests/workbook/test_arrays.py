"""Are columns made of bytes, and read as bytes, what Arrow itself makes and reads?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sealing import a_small_round, filled, received

from workbook.lots.arrays import integers, lists, numbers, packed, parted, texts, there

KINDS = {pa.int8(): 7, pa.int16(): 15, pa.int32(): 31, pa.int64(): 63}


def same(made: pa.Array, meant: pa.Array) -> None:
    made.validate(full=True)
    assert made.type == meant.type
    assert made.equals(meant)
    assert made.null_count == meant.null_count


@given(st.lists(st.none() | st.text(alphabet=st.characters(exclude_categories=["Cs"]))))
def test_texts(values: list[str | None]) -> None:
    same(texts(values), pa.array(values, pa.string()))


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
@given(values=st.lists(st.none() | st.binary()))
def test_bytes(kind: pa.DataType, values: list[bytes | None]) -> None:
    same(packed(values, kind), pa.array(values, kind))


@given(st.data())
def test_integers_there_and_back(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(KINDS)))
    most = 2 ** KINDS[kind]
    values = data.draw(st.lists(st.integers(-most, most - 1)))
    column = integers(values, kind)
    same(column, pa.array(values, kind))
    start = data.draw(st.integers(0, len(values)))
    assert numbers(column.slice(start)).tolist() == values[start:]
    assert numbers(column).dtype == np.dtype(str(kind))


@given(st.lists(st.none() | st.lists(st.integers(-128, 127))))
def test_lists_some_of_which_are_missing(values: list[list[int] | None]) -> None:
    flat = integers([n for own in values for n in own or ()], pa.int8())
    column = lists([len(own or ()) for own in values], flat, [own is not None for own in values])
    same(column, pa.array(values, pa.list_(pa.int8())))
    assert there(column).tolist() == [own is not None for own in values]
    assert there(column.slice(1)).tolist() == [own is not None for own in values[1:]]
    assert there(integers([1, 2])).all()
    for start in range(len(values) + 1):
        many, inside = parted(column.slice(start))
        assert many.tolist() == [len(own or ()) for own in values[start:]]
        assert inside.to_pylist() == [n for own in values[start:] for n in own or ()]


def test_more_than_a_column_holds_is_not_written_wrongly() -> None:
    with pytest.raises(OverflowError):
        lists([2**31 - 1, 1], integers([], pa.int8()))


COLLECTED = """
import sys
from pathlib import Path
from workbook.collect import collect
from workbook.round import load_round
if __name__ == "__main__":
    collection, _ = collect(load_round(Path(sys.argv[1]))[0])
    assert len(collection.forms) == 2
    assert "pandas" not in sys.modules
"""


def test_a_round_is_collected_without_pandas(tmp_path: Path) -> None:
    round_ = received(tmp_path / "2020H1", filled(a_small_round(tmp_path)))
    script = tmp_path / "collect.py"
    script.write_text(COLLECTED)
    done = subprocess.run([sys.executable, script, round_.path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
