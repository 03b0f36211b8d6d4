"""The forms the benchmark makes are read as they were meant; how long anything takes is asserted nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import files
from bench.cluster import STAGES, Cost, estimated

from workbook.reading.submission import read_submission
from workbook.reading.values import read_figure
from workbook.round import IN, load_round

MANY = 9


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(files, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(files, "SLIPS", tuple((slip, 0.25) for slip, _ in files.SLIPS))
    files.make_round(tmp_path / "round", MANY)
    return tmp_path / "round"


def test_forms_are_read_as_they_were_meant(made: Path) -> None:
    round_, _ = load_round(made)
    assert round_ is not None
    paths = sorted((made / IN).iterdir())
    assert len({path.read_bytes() for path in paths}) == MANY
    for path, meant in zip(paths, files.filled(round_, range(MANY)), strict=True):
        read = read_submission(path, round_.pack)
        assert read.unit == meant.unit
        figures = {**meant.content.computed, **meant.content.entries}
        for key, cell in read.cells.items():
            item, typed = round_.pack.indicators[key[0]], figures.get(key)
            if isinstance(typed, str) and typed[:1].isdigit():
                typed = int(typed.removesuffix(item.measure_word))
            expected = read_figure(typed, item.decimals, cell.sheet, cell.address)
            assert (cell.state, cell.scaled) == (expected.state, expected.scaled), (key, typed)
        for code, rows in meant.content.texts.items():
            assert [row.values for row in read.texts.get(code, ())] == [tuple(row) for row in rows], code


def test_an_estimate_divides_among_the_cores_what_workers_do_and_nothing_else() -> None:
    stages = dict.fromkeys(STAGES, 1.0)
    cost = Cost(forms=100, workers=2, clock=stages | {"start": 7.0}, office=stages, crew=20.0, lots=0, memory=0)
    assert cost.per_form == (0.2, 0.04)
    assert estimated(cost, 1000, 10) == pytest.approx(7 + 20 + 40)
