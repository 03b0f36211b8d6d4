"""CSV files that Excel opens: text from units stays text in them, and comes back as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

import openpyxl
import pytest
from helpers import office
from hypothesis import given
from hypothesis import strategies as st

from workbook.tables import read_table, write_table

FORMULAS = ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1,1)", "＝1+1", "\t=1+1", "'=1+1", "-", "+86 10 1234"]


def written(folder: Path, *fields: object) -> Path:
    path = folder / "a.csv"
    write_table(path, ["甲", "乙"], [["", f] for f in fields])
    return path


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_like_a_formula_is_marked_as_text_and_read_as_it_was(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    assert path.read_text(encoding="utf-8-sig").splitlines()[1].startswith((",'", ",\"'"))
    rows, defects = read_table(path, ["甲", "乙"])
    assert (rows[0]["乙"], defects) == (text.strip(), [])


@pytest.mark.parametrize("field", ["-5", "+5", "-0.25", -5, "甲=乙", "’=1", ""])
def test_numbers_and_other_texts_are_written_as_they_are(field: object, tmp_path: Path) -> None:
    assert written(tmp_path, field, "x").read_text(encoding="utf-8-sig").splitlines()[1] == f",{field}"


@given(st.text(st.sampled_from("'=+-@＝ 1a\t\n\","), max_size=6))
def test_any_text_comes_back_without_its_outer_blanks(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows, _ = read_table(written(Path(folder), text, "last"), ["甲", "乙"])
    assert rows[0]["乙"] == (text.strip() or "last")


def test_a_spreadsheet_program_works_nothing_out(tmp_path: Path) -> None:
    shown = office(written(tmp_path, *FORMULAS), "xlsx", tmp_path / "out")
    cells = [row[1] for row in openpyxl.load_workbook(shown).active.iter_rows(min_row=2)]
    assert [c.data_type for c in cells] == ["s"] * len(FORMULAS)
