"""Whatever comes, goes or changes places on the sheets of a form: no value is ever read as another one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from corpus import UNIT, filled, small_pack
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.computed import definition
from workbook.layout import STAMP_SHEET, Layout, make_layout
from workbook.model import Cell
from workbook.period import parse_period
from workbook.reading.grid import Sheet, open_book
from workbook.reading.marks import Marks
from workbook.reading.notes import Notes
from workbook.reading.stamp import who_line
from workbook.reading.submission import read_sheets

Grid = list[list[Any]]


def layout() -> Layout:
    pack = small_pack()
    return make_layout(pack, "county", parse_period("2020H1"), tuple(m.code for m in pack.modules))


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> list[Sheet]:
    path = filled(tmp_path_factory.mktemp("grids"), UNIT, "2020H1", 100)
    return [s for s in open_book(path.read_bytes(), "workbook") if s.name != STAMP_SHEET]


@dataclass(frozen=True)
class Read:
    """What a form reads as: its typed figures, everything written, and the sheets and items that notes name."""

    cells: dict[Any, Cell]
    said: set[tuple[str, int, str]]  # text input, number of the subfield, text
    noted: set[str]


def read(sheets: list[Sheet], who: str) -> Read:
    notes, items = Notes(), small_pack().indicators
    figures, texts = read_sheets(sheets, layout(), who, notes, Marks())
    cells = {k: c for k, c in figures.cells.items() if definition(items[k[0]], k[1], items) is None}
    said = {(code, n, v) for code, rows in texts.rows.items() for r in rows for n, v in enumerate(r.values) if v}
    noted = {n for note in (*notes.repairs, *notes.doubts) for n in (note.sheet, note.indicator)}
    return Read(cells, said, noted)


@pytest.fixture(scope="module")
def who() -> str:
    return who_line({"unit_name": UNIT.name, "period": "2020H1"})


SEEDS = st.integers(0, 10**9)


def test_no_value_is_read_as_another(sheets: list[Sheet], who: str) -> None:
    whole = read(sheets, who)

    @given(SEEDS)
    @settings(deadline=None)
    def holds(seed: int) -> None:
        now = read(mangled(sheets, random.Random(seed)), who)
        wrong = {k for k, c in now.cells.items() if c.state.known and c.scaled != whole.cells[k].scaled}
        assert wrong == set()
        assert now.said <= whole.said

    holds()


def test_what_still_stands_somewhere_is_read_or_its_sheet_is_named(sheets: list[Sheet], who: str) -> None:
    """A figure whose row has no address is told as lost by the checks."""
    whole = read(sheets, who)

    @given(SEEDS)
    @settings(deadline=None)
    def holds(seed: int) -> None:
        damaged = mangled(sheets, random.Random(seed))
        now = read(damaged, who)
        unread = {(k[0], c.scaled) for k, c in whole.cells.items() if c.state.known and now.cells[k].address}
        unread -= {(k[0], c.scaled) for k, c in now.cells.items()}
        unread |= {(code, text) for code, _, text in whole.said - now.said if "之" in text}
        for code, value in unread:
            held = {s.name for s in damaged if any(value in row for row in s.grid)} - {"校验结果"}
            assert not held or code in now.noted or held & now.noted, (code, value)

    holds()


def mangled(sheets: list[Sheet], rng: random.Random) -> list[Sheet]:
    """Return the sheets after a few deeds at random places, mostly near their tops, where the labels are."""
    work = [(s.name, [[*row, *[None] * (16 - len(row))] for row in s.grid]) for s in sheets]
    for number in range(rng.randint(1, 4)):
        at = rng.randrange(len(work))
        name, grid = work[at]
        deed = rng.choice([*DEEDS, "copy", "rename"])
        if deed == "copy":
            work.append((f"{name} ({number})", [list(row) for row in grid]))
        elif deed == "rename":
            work[at] = (f"{number}{name}", grid)
        elif grid:
            rows = rng.choices(range(min(len(grid), rng.choice((5, 40)))), k=2)
            deed(grid, rows, rng.choices(range(10), k=2))
    rng.shuffle(work)
    return [Sheet(name, grid) for name, grid in work]


def insert_row(grid: Grid, rows: list[int], _: list[int]) -> None:
    grid.insert(rows[0], [None] * len(grid[0]))


def delete_row(grid: Grid, rows: list[int], _: list[int]) -> None:
    del grid[rows[0]]


def swap_rows(grid: Grid, rows: list[int], _: list[int]) -> None:
    grid[rows[0]], grid[rows[1]] = grid[rows[1]], grid[rows[0]]


def clear_row(grid: Grid, rows: list[int], _: list[int]) -> None:
    grid[rows[0]] = [None] * len(grid[0])


def insert_column(grid: Grid, _: list[int], columns: list[int]) -> None:
    for row in grid:
        row.insert(columns[0], None)


def delete_column(grid: Grid, _: list[int], columns: list[int]) -> None:
    for row in grid:
        del row[columns[0]]
        row.append(None)


def swap_columns(grid: Grid, _: list[int], columns: list[int]) -> None:
    for row in grid:
        row[columns[0]], row[columns[1]] = row[columns[1]], row[columns[0]]


def clear_cell(grid: Grid, rows: list[int], columns: list[int]) -> None:
    grid[rows[0]][columns[0]] = None


DEEDS: list[Callable[[Grid, list[int], list[int]], None]] = [
    *(insert_row, delete_row, swap_rows, clear_row, insert_column, delete_column, swap_columns, clear_cell),
]
