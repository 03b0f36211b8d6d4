"""The verdict that lives in the form, recalculated by LibreOffice, against the pipeline's verdict on the same file."""

from __future__ import annotations

import random
from pathlib import Path

import openpyxl
import pytest
from helpers import NOTHING, a_round, judged, office, party_building, plan
from live import as_form, told

from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.form.plan import ADDRESS, BROKEN, EXPLAINED, ID, KEY, MESSAGE, NAME, REMEDY, SHEET, STEP, TARGET, WORDING
from workbook.layout import RULES_SHEET
from workbook.model import Unit
from workbook.reading.submission import read_submission

KINDS = {
    "county": (Unit("X1", "甲县", "county"), "2020"),
    "district": (Unit("Q1", "乙区", "district"), "2020H1"),
    "organ": (Unit("S1", "丙局", "organ"), "2020"),
    "umbrella": (Unit("S0", "工委汇总", "organ", umbrella=True), "2020H1"),
}
ODD: list[object] = [
    "不适用",
    "未统计",
    " 未统计 ",
    "约三十",
    "12人",
    "36",
    "012",
    "1e3",
    None,
    None,
    0,
    0,
    -1,
    0.5,
    2.25,
    1.23456,
]


def filled(folder: Path, kind: str, seed: int) -> Path:
    """Fill a form at random as clerks do: plausible numbers, zeros, words, slips; reasons for some findings."""
    unit, period = KINDS[kind]
    round_ = a_round(folder, [unit], period)
    blank = folder / "blank.xlsx"
    write_form(blank, round_, plan(round_, unit), blank_contents(round_, NOTHING)[unit.code])
    rng = random.Random(f"{kind}{seed}")
    book = openpyxl.load_workbook(blank)
    for sheet in book.worksheets[3:-2]:
        for row in sheet.iter_rows(min_row=5):
            for cell in row[3:]:
                open_ = not cell.protection.locked and not isinstance(cell, openpyxl.cell.cell.MergedCell)
                if open_ and sheet.title not in ("文字材料", "变动说明"):
                    number = rng.choice([1, 2, 3, 5, 10, 11, 40, 100, 600, 12000])
                    cell.value = rng.choice(ODD) if rng.random() < 0.35 else number
                elif open_ and sheet.title == "文字材料" and rng.random() < 0.05:
                    cell.value = "字" * rng.randint(1, 9)
    notes = [r for r in book["变动说明"].iter_rows() if str(r[0].value).startswith("TXT_CHANGE_NOTES.")]
    for row, rule in zip(notes, ("R105", "R107", "R167", "R120"), strict=False):
        row[3].value, row[4].value = rule, rng.choice(["太短", "情况属实，已逐一核对过"])
    for row in notes[5:7]:
        row[4].value, row[5].value = "本单位台账刚移交，尚未统计", rng.choice(["发展党员数", "CAD_PROMOTED"])
    target = folder / f"{kind}{seed}.xlsx"
    book.save(target)
    return target


def listed_in(sheet) -> set[tuple[str, str, str, str, bool]]:
    """Return every failing check of a recalculated form: name, message, remedy, place, explained."""
    rows = list(sheet.iter_rows(values_only=True))
    found = set()
    for row in rows[1:]:
        if isinstance(row[KEY], int | float) and row[KEY] < BROKEN * STEP:
            target = rows[int(row[TARGET]) - 1]
            place = f"{rows[int(target[SHEET]) - 1][NAME]} {target[ADDRESS] or ''}".strip()
            explained = row[KEY] // STEP == EXPLAINED
            wording = rows[int(row[WORDING]) - 1]
            found.add((str(wording[ID]), str(row[MESSAGE]), str(wording[REMEDY]), place, explained))
    return found


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", KINDS)
def test_form_and_pipeline_list_the_same_findings_in_the_same_words(kind: str, seed: int, tmp_path: Path) -> None:
    path = filled(tmp_path, kind, seed)
    assert openpyxl.load_workbook(path, data_only=True)[RULES_SHEET].cell(2, KEY + 1).value is None, "no cache left"
    fresh = office(path, "xlsx:Calc MS Excel 2007 XML", tmp_path / "fresh")
    live = openpyxl.load_workbook(fresh, data_only=True)
    in_form = listed_in(live[RULES_SHEET])
    submission = read_submission(fresh, party_building())
    in_pipeline = {told(f) for f in judged(as_form(submission)).findings[submission.unit.code]}
    assert in_pipeline - in_form == set()
    assert in_form - in_pipeline == set()
    assert len(in_form) > 40
    listed = [r for r in live["校验结果"].iter_rows(min_row=5, values_only=True) if isinstance(r[1], int)]
    assert len(listed) == min(80, len(in_form))
    assert live["封面"]["C12" if kind != "umbrella" else "C13"].value == live["校验结果"]["B3"].value
