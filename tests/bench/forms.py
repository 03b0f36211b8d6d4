"""How long does it take to write the forms of a round, beside the same form written by openpyxl and XlsxWriter?"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import pandas as pd
from desk import Desk
from helpers import NOTHING, plan

from bench.files import BATCH, CACHE, PACK, demo, filled, forms, new_round
from bench.measure import Section, below, medians, told
from bench.same_form import by_openpyxl, by_xlsxwriter, taken_apart
from exporters.rounds import NewRound, create_round, write_forms
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.form.verdicts import verdicts_of
from workbook.model import Round
from workbook.reading.submission import read_submission
from workbook.reading.values import read_figure
from workbook.round import FIGURES, RESULTS, load_round

MOST = 3000  # the size that the aim speaks of


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure one form by every writer, then whole rounds."""
    folder = CACHE / "rounds"
    shutil.rmtree(folder, ignore_errors=True)
    rows, aims = _one(folder), []
    for size in sizes:
        shutil.rmtree(folder, ignore_errors=True)
        first = new_round(folder / "first", size)
        took, second = _handed_out(first), _handed_out(_after(first, folder / "second"))
        rows.append((f"{size} forms of a first round, all cores, on the clock", told(took), _each(took, size)))
        rows.append((f"{size} forms of a round after another", told(second), _each(second, size)))
        if size == MOST:
            aims.append(below(f"{size} forms handed out", took, 10))
    shutil.rmtree(folder, ignore_errors=True)
    said = (
        "Processor time, median, in turn. The other libraries are given the finished form taken apart: the same cells "
        "with values, formulas and formats, merged areas, widths and heights. They do not write its validations, "
        "conditional formats, protection and print settings, and openpyxl no results of formulas; nor do they work "
        "out what stands in it. In a round after another every form comes with some 150 figures of the one before, "
        "and with what follows from them."
    )
    return [Section("Forms", said, ("what", "took", ""), rows, aims)]


def _handed_out(round_: Round) -> float:
    """Write all forms of a round; return how long it took, in seconds."""
    start = perf_counter()
    paths, defects = write_forms(round_)
    took = perf_counter() - start
    assert len(paths) == len(round_.units), defects
    return took


def _after(before: Round, folder: Path) -> Round:
    """Set up the round after another, which accepted what the demo's counties fill in."""
    drawn = [form.content for form in filled(before, range(BATCH * len(demo()[1])))]
    figures = [
        (unit.code, code, *_read(value, code), PACK.indicators[code].definition_version)
        for number, unit in enumerate(before.units)
        for (code, measure), value in drawn[number % len(drawn)].entries.items()
        if measure == "value"
    ]
    (before.path / RESULTS).mkdir(exist_ok=True)
    names = ["unit", "code", "state", "scaled", "definition"]
    pd.DataFrame(figures, columns=names).to_parquet(before.path / RESULTS / FIGURES)
    defects = create_round(NewRound(folder, PACK, "2021", None, before.path, "", before.deadline))
    round_, faults = load_round(folder)
    assert round_ is not None, (defects, faults)
    return round_


def _read(value: float | str, code: str) -> tuple[int, int]:
    """Return state and scaled value of what stands in a cell."""
    cell = read_figure(value, PACK.indicators[code].decimals, "", "")
    return int(cell.state), cell.scaled or 0


def _each(took: float, size: int) -> str:
    return f"{took / size * 1e3:.1f} ms each"


def _one(folder: Path) -> list[tuple[str, ...]]:
    round_ = new_round(folder, 1)
    unit = round_.units[0]
    content, planned = blank_contents(round_, NOTHING)[unit.code], plan(round_, unit)
    verdicts = verdicts_of(round_, {unit.code: content})[unit.code]
    path = folder / "form.xlsx"
    write_form(path, round_, planned, content, verdicts)
    apart = taken_apart(path)
    took = medians(
        {
            "planning": lambda: plan(round_, unit),
            "ours": lambda: write_form(path, round_, planned, content, verdicts),
            "openpyxl": lambda: by_openpyxl(apart),
            "xlsxwriter": lambda: by_xlsxwriter(apart),
            "reading": lambda: read_submission(path, PACK),
        }
    )
    filled = forms(1)[0]
    with Desk() as desk:
        desk.open(filled)
        recalculating = medians({"": desk.recalculate}, clock=perf_counter)[""]
    cells = sum(len(sheet.cells) for sheet in apart.sheets)
    ours = took["ours"]
    return [
        ("huibao, one form by itself", told(ours), f"{path.stat().st_size // 1024} KB, {cells} cells"),
        ("XlsxWriter, the same cells", told(took["xlsxwriter"]), f"{took['xlsxwriter'] / ours:.2f} × ours"),
        ("openpyxl, the same cells", told(took["openpyxl"]), f"{took['openpyxl'] / ours:.2f} × ours"),
        ("what is worked out once per kind of form", told(took["planning"]), ""),
        ("reading it back", told(took["reading"]), f"{took['reading'] / ours:.2f} × writing"),
        ("LibreOffice recalculates a filled one, on the clock", told(recalculating), "every formula"),
    ]
