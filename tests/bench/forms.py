"""How long does it take to write the forms of a round, beside the same form written by openpyxl and XlsxWriter?"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from desk import Desk
from helpers import NOTHING, plan

from bench.files import CACHE, PACK, forms, new_round
from bench.measure import Section, below, medians, told
from bench.same_form import by_openpyxl, by_xlsxwriter, taken_apart
from exporters.rounds import write_forms
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.form.verdicts import verdicts_of
from workbook.reading.submission import read_submission

MOST = 3000  # the size that the aim speaks of


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure one form by every writer, then whole rounds."""
    folder = CACHE / "rounds"
    shutil.rmtree(folder, ignore_errors=True)
    rows, aims = _one(folder), []
    for size in sizes:
        shutil.rmtree(folder, ignore_errors=True)
        round_, start = new_round(folder, size), perf_counter()
        paths, defects = write_forms(round_)
        took = perf_counter() - start
        assert len(paths) == size, defects
        rows.append(
            (f"{size} forms of a round, all cores, on the clock", told(took), f"{took / size * 1e3:.1f} ms each")
        )
        if size == MOST:
            aims.append(below(f"{size} forms handed out", took, 10))
    shutil.rmtree(folder, ignore_errors=True)
    said = (
        "Processor time, median, in turn. The other libraries are given the finished form taken apart: the same cells "
        "with values, formulas and formats, merged areas, widths and heights. They do not write its validations, "
        "conditional formats, protection and print settings, and openpyxl no results of formulas; nor do they work "
        "out what stands in it."
    )
    return [Section("Forms", said, ("what", "took", ""), rows, aims)]


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
