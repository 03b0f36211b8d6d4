"""Error values, formulas and percent formats in real files: what a parser leaves out is noted and counted rightly."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import NOTHING, a_round, all_modules, judged, office, party_building, plan

from workbook.computed import definition
from workbook.form.book import write_form
from workbook.form.content import blank_contents, with_computed
from workbook.layout import make_layout
from workbook.model import Cell, Repair, State, Submission, Unit
from workbook.period import parse_period
from workbook.reading import marks as marks_module
from workbook.reading.kind import Unreadable
from workbook.reading.safety import judged as looked_through
from workbook.reading.submission import read_submission

PACK = party_building()
UNIT = Unit("X01", "青禾县", "county")
AGAIN = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "ods": "ods", "xls": "xls"}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a form with a number in every cell that is filled in, some carried over."""
    folder = tmp_path_factory.mktemp("full")
    round_ = a_round(folder, [UNIT], "2020H1")
    blank = blank_contents(round_, NOTHING)["X01"]
    layout = plan(round_, UNIT).layout
    entries = {
        (item.code, m): 30 + place % 7 + (0.25 if item.decimals > 1 else 0)
        for place, item in enumerate(layout.indicators.values())
        for m in layout.measures(item)
        if definition(item, m, PACK.indicators) is None
    }
    content = with_computed(round_, {"X01": replace(blank, entries=entries)})["X01"]
    path = folder / "full.xlsx"
    write_form(path, round_, plan(round_, UNIT), replace(content, carried=frozenset([("BASE_MEMBERS", "prior")])))
    return path


ITEMS = make_layout(PACK, "county", parse_period("2020H1"), all_modules(PACK)).indicators.values()
COUNTS = [i.code for i in ITEMS if i.dimension == "count" and not i.computed]
PERSONS = next(i.code for i in ITEMS if i.measure_word == "人" and not i.computed)
PERCENT = next(i.code for i in ITEMS if i.percent and not i.computed)
COMPUTED = next(i.code for i in ITEMS if i.computed)
DEEDS: dict[str, tuple[object, str]] = {  # code -> what is put into its cell, the cell's format
    COUNTS[0]: ("#REF!", "General"),
    COUNTS[1]: ("=1/0", "General"),
    COUNTS[2]: ("=3+4", "General"),
    PERSONS: ('="12"&"人"', "General"),
    COUNTS[4]: ('=""', "General"),
    COUNTS[5]: (0.12, "0%"),
    COUNTS[6]: (12, '0"%"'),
    COUNTS[7]: (datetime(2020, 3, 12), "yyyy-mm-dd"),
    COUNTS[8]: ("=0.5", "0.0%"),
    COUNTS[9]: ("=1=1", "General"),
    PERCENT: (0.955, "0.00%"),
    COMPUTED: ("=1/0", "General"),
}


def put(book: Any, code: str, value: object, number_format: str) -> None:
    cell = next(row[4] for sheet in book.worksheets for row in sheet.iter_rows(max_col=5) if row[0].value == code)
    cell.value = value
    cell.number_format = number_format
    if isinstance(value, str) and value.startswith("#"):
        cell.data_type = "e"


@pytest.fixture(scope="module", params=AGAIN)
def marked(request: pytest.FixtureRequest, full: Path, tmp_path_factory: pytest.TempPathFactory) -> Submission:
    """Return the form after all deeds, as a program saved it that works formulas out."""
    folder = tmp_path_factory.mktemp("marked")
    book = openpyxl.load_workbook(full)
    for code, (value, number_format) in DEEDS.items():
        put(book, code, value, number_format)
    book.save(folder / "a.xlsx")
    return read_submission(office(folder / "a.xlsx", AGAIN[request.param], folder / "lo"), PACK)


def cell(submission: Submission, code: str) -> Cell:
    return submission.cells[code, "value"]


def repairs(submission: Submission, code: str) -> list[str]:
    return [r.kind for r in submission.repairs if r.indicator == code]


def remedies(submission: Submission, code: str) -> list[tuple[str, str]]:
    found = judged(submission).findings["X01"]
    return [(f.rule, f.message.partition("，")[2]) for f in found if f.indicator == code and f.rule == "UNREADABLE"]


def test_an_error_value_is_unreadable_never_blank(marked: Submission) -> None:
    for code, shown in ((COUNTS[0], "#REF!"), (COUNTS[1], "#DIV/0!")):
        assert (cell(marked, code).state, cell(marked, code).raw) == (State.UNREADABLE, shown)
        assert remedies(marked, code) == [("UNREADABLE", "这是公式出错的结果")]
        assert repairs(marked, code) == []


def test_a_formula_where_a_figure_goes_is_read_by_its_result_and_told(marked: Submission) -> None:
    assert (cell(marked, COUNTS[2]).scaled, cell(marked, COUNTS[2]).typed) == (7, None)
    assert repairs(marked, COUNTS[2]) == ["formula"]
    assert cell(marked, COUNTS[4]).state == State.BLANK
    assert repairs(marked, COUNTS[4]) == ["formula_blank"]


def test_words_that_a_formula_makes_are_read_like_typed_ones(marked: Submission) -> None:
    assert (cell(marked, PERSONS).scaled, cell(marked, PERSONS).typed) == (12, "12人")
    assert repairs(marked, PERSONS) == ["written", "formula"]


def test_a_number_shown_as_percent_is_asked_back_where_the_item_is_none(marked: Submission) -> None:
    for code, shown in ((COUNTS[5], "12%"), (COUNTS[8], "50%")):
        assert (cell(marked, code).state, cell(marked, code).raw) == (State.UNREADABLE, shown)
        assert [r for r, _ in remedies(marked, code)] == ["UNREADABLE"]
    assert cell(marked, COUNTS[6]).scaled == 12
    assert repairs(marked, COUNTS[6]) == []


def test_a_number_shown_as_percent_means_what_it_shows_where_the_item_is_one(marked: Submission) -> None:
    found = cell(marked, PERCENT)
    assert (found.raw, found.typed, found.digits) == ("95.5", "0.955", 1)
    (repair,) = (r for r in marked.repairs if r.indicator == PERCENT)
    assert repair.kind == "percent_format"
    assert "显示为 95.5%，按 95.5 读取" in repair.message


def test_dates_and_truth_values_are_no_numbers(marked: Submission) -> None:
    assert cell(marked, COUNTS[7]).state == cell(marked, COUNTS[9]).state == State.UNREADABLE
    assert cell(marked, COUNTS[7]).raw == "2020-03-12"
    assert "日期" in remedies(marked, COUNTS[7])[0][1]


def test_an_error_value_in_a_computed_cell_is_told_and_worked_out_anew(marked: Submission) -> None:
    assert cell(marked, COMPUTED).state == State.BLANK
    assert repairs(marked, COMPUTED) == ["computed_error"]
    assert [f.rule for f in judged(marked).findings["X01"] if f.indicator == COMPUTED and f.rule == "COMPUTED"] == []


def test_nothing_else_in_the_form_is_told(marked: Submission) -> None:
    assert {r.indicator for r in marked.repairs} <= set(DEEDS)
    assert all(isinstance(r, Repair) and r.message and r.cell for r in marked.repairs)


@pytest.mark.parametrize("to", ["", *AGAIN])
def test_an_untouched_form_gives_no_repairs_whatever_program_saved_it(to: str, full: Path, tmp_path: Path) -> None:
    path = office(full, AGAIN[to], tmp_path) if to else full
    read = read_submission(path, PACK)
    assert read.repairs == ()
    assert not [c for c in read.cells.values() if c.typed is not None]
    assert sum(c.state == State.NUMBER for c in read.cells.values()) > 200


def test_a_file_that_is_nothing_but_formulas_is_not_noted_cell_by_cell(
    full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks_module, "_MOST", 1_000)
    book = openpyxl.load_workbook(full)
    sheet = book.create_sheet("台账")
    for row in range(1, 1_002):
        sheet.cell(row, 1).value = "=1+1"
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(Unreadable, match="huge"):
        looked_through(buffer.getvalue(), "workbook")
