"""How long does it take to read a filled form, beside other readers and beside unzipping and parsing alone?"""

from __future__ import annotations

import logging
import os
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import Event, Pipe, Process
from pathlib import Path
from pyexpat import ParserCreate
from random import Random
from statistics import median
from time import process_time
from typing import Any

import fastexcel
import openpyxl
import pandas as pd
from python_calamine import CalamineWorkbook

from bench.files import PACK, forms
from bench.measure import Section, told
from workbook.layout import RULES_SHEET
from workbook.reading.submission import read_submission

logging.getLogger("fastexcel").setLevel(logging.CRITICAL)  # it tells of every column of mixed types
_EVERY = 3  # seconds between files read beside something else
SAMPLE, FEW = 60, 12  # files per reader; of those that take seconds
OURS, FLOOR, CALAMINE, PANDAS = "huibao", "unzip and expat", "python-calamine", "pandas with openpyxl"


def _floor(path: Path, left_out: str = "") -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name != left_out:
                ParserCreate().Parse(archive.read(name), True)


def _calamine(path: Path, left_out: str = "") -> None:
    with CalamineWorkbook.from_path(str(path)) as book:
        for name in book.sheet_names:
            if name != left_out:
                book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _floor_no_rules(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda part: part.file_size)
    _floor(path, largest.filename)


def _fastexcel(path: Path) -> None:
    book = fastexcel.read_excel(path)
    for name in book.sheet_names:
        book.load_sheet(name, header_row=None)


def _openpyxl(path: Path) -> None:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass
    book.close()


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    FLOOR: ("every part, no handler: the floor of a reader in Python", _floor),
    CALAMINE: ("every sheet, bare cells", _calamine),
    f"{FLOOR}, no rules": ("the same without the hidden sheet of rules, more than half of it", _floor_no_rules),
    f"{CALAMINE}, no rules": ("the same without the hidden sheet of rules", lambda p: _calamine(p, RULES_SHEET)),
    "fastexcel": ("every sheet, columns with types", _fastexcel),
    OURS: (
        "looked through for safety, read but for the rules, every figure and text found",
        lambda path: read_submission(path, PACK),
    ),
    "pandas with calamine": (
        "every sheet",
        lambda p: pd.read_excel(p, sheet_name=None, header=None, engine="calamine"),
    ),
    "openpyxl, read-only": ("every sheet, values", _openpyxl),
    PANDAS: ("every sheet", lambda p: pd.read_excel(p, sheet_name=None, header=None, engine="openpyxl")),
}
_SLOW = {"openpyxl, read-only", PANDAS}


def sampled(paths: Sequence[Path], readers: Sequence[str] = tuple(READERS), many: int = SAMPLE) -> dict[str, float]:
    """Return the median of processor time a file takes each reader, all in turn on the same files chosen at random."""
    chance = Random(9)
    chosen = chance.sample(list(paths), min(many, len(paths)))
    spans: dict[str, list[float]] = {name: [] for name in readers}
    with warnings.catch_warnings(action="ignore"):
        for name in readers:  # once for the caches
            READERS[name][1](chosen[0])
        for number, path in enumerate(chosen):
            for name in chance.sample(list(readers), len(readers)):
                if number < FEW or name not in _SLOW:
                    start = process_time()
                    READERS[name][1](path)
                    spans[name].append(process_time() - start)
    return {name: median(taken) for name, taken in spans.items()}


@contextmanager
def sampled_beside(paths: Sequence[Path], readers: Sequence[str], core: int) -> Iterator[dict[str, float]]:
    """Have a process read files now and then on a core while the block runs, one each with every reader.

    The medians of processor time are there afterwards.
    """
    took: dict[str, float] = {}
    done, (hearing, telling) = Event(), Pipe(duplex=False)
    process = Process(target=_sample_until, args=(done, telling, paths, readers, core))
    process.start()
    telling.close()
    try:
        yield took
    finally:
        done.set()
        took |= hearing.recv()
        process.join()


def _sample_until(done: Any, telling: Any, paths: Sequence[Path], readers: Sequence[str], core: int) -> None:
    os.sched_setaffinity(0, {core})
    chance = Random(9)
    each: list[dict[str, float]] = [sampled(chance.sample(list(paths), 1), readers)]
    while not done.wait(_EVERY):
        each.append(sampled(chance.sample(list(paths), 1), readers))
    telling.send({name: median(one[name] for one in each) for name in readers})


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure one file at a time, on one core."""
    paths = forms(max(sizes))
    took = {size: sampled(paths[:size]) for size in sizes}
    most = took[max(sizes)]
    rows = [
        (
            *(name, *(told(took[size][name]) for size in sizes)),
            *(f"{most[name] / most[OURS]:.2f}", f"{most[name] / most[CALAMINE]:.2f}", what),
        )
        for name, (what, _) in READERS.items()
    ]
    said = (
        f"Processor time of one file on one core, median over {min(SAMPLE, len(paths))} files chosen at random of so "
        f"many ({FEW} for those that take seconds), all readers in turn; ratios of the last column of times. Every "
        f"file holds the same sheets, {paths[0].stat().st_size // 1024} KB packed."
    )
    heads = ("reader", *(f"of {size}" for size in sizes), "÷ huibao", "÷ calamine", "what it does")
    return [Section("Reading a form", said, heads, rows)]
