"""What units write never becomes a formula, whatever it begins with: read from every file a run leaves behind."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import NOTHING, a_round, plan
from incoming import UNIT

from exporters.results import write_results
from workbook.collect import collect
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.model import TextInput
from workbook.round import IN, RESULTS

COMMANDS = ["=cmd|'/C calc'!A0", "+cmd|'/C calc'!A0", "-cmd|'/C calc'!A0", "@cmd|'/C calc'!A0"]
MARK = "cmd|"


def item(text: TextInput, number: int) -> list[str]:
    """Return an item whose every field begins like a formula, so far as the field takes text."""
    return [COMMANDS[number % 4] + " 关于这件事的说明" if s.kind == "text" else "" for s in text.subfields]


@pytest.fixture(scope="module", params=[True, False], ids=["returned", "used"])
def left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run over a form full of commands: texts, cover, figures, name of unit and of file."""
    path = tmp_path_factory.mktemp("round")
    unit = replace(UNIT, name="=cmd|'!A0 县")
    round_ = replace(a_round(path, [unit], "2020H1"), return_on_error=request.param)
    blank = blank_contents(round_, NOTHING)[unit.code]
    texts = {t.code: [item(t, n) for n in range(4)] for t in round_.pack.texts.values() if t.place != "cover"}
    cover = dict.fromkeys(blank.cover, COMMANDS[0])
    (path / IN).mkdir()
    write_form(path / IN / "=cmd|'!A0.xlsx", round_, plan(round_, unit), replace(blank, texts=texts, cover=cover))
    book = openpyxl.load_workbook(path / IN / "=cmd|'!A0.xlsx")
    for row in book["基本情况"].iter_rows(min_row=5, max_row=12, min_col=5, max_col=5):
        row[0].value, row[0].data_type = COMMANDS[row[0].row % 4], "s"
    book.save(path / IN / "=cmd|'!A0.xlsx")
    collection, _ = collect(round_)
    assert collection is not None
    assert collection.balance.files["rejected" if request.param else "used"] == 1
    write_results(collection, datetime(2020, 7, 13))
    return path


@pytest.fixture(scope="module")
def books(left: Path) -> dict[str, Any]:
    """Return every workbook the run left."""
    return {p.name: openpyxl.load_workbook(p) for p in sorted((left / RESULTS).rglob("*.xlsx"))}


def formulas(book: Any) -> Iterator[str]:
    """Yield every formula of a workbook: of cells, names, validations, conditional formats."""
    for sheet in book.worksheets:
        yield from (str(c.value) for row in sheet.iter_rows() for c in row if c.data_type == "f")
        yield from (f for part in sheet.conditional_formatting for rule in part.rules for f in rule.formula)
        yield from (v.formula1 or "" for v in sheet.data_validations.dataValidation)
    yield from (str(name.value) for name in book.defined_names.values())


def in_quotes(formula: str) -> bool:
    """Return whether commands stand in a formula as texts only: marks compare cells with what they held."""
    parts = formula.split(MARK)
    return all(MARK.join(parts[:n]).count('"') % 2 for n in range(1, len(parts)))


def test_no_formula_in_any_workbook_comes_from_a_unit(books: dict[str, Any]) -> None:
    assert len(books) >= 2
    guilty = [(name, f) for name, book in books.items() for f in formulas(book) if not in_quotes(f)]
    assert guilty == []


def test_commands_are_there_as_text(books: dict[str, Any]) -> None:
    shown = [
        str(cell.value)
        for book in books.values()
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "s"
    ]
    for command in COMMANDS:
        assert any(text.startswith(command) for text in shown), command


def test_no_workbook_leads_outside_and_no_field_of_word_comes_from_a_unit(left: Path) -> None:
    for path in (p for p in sorted((left / RESULTS).rglob("*")) if p.suffix in (".xlsx", ".docx")):
        with zipfile.ZipFile(path) as archive:
            parts = {n: archive.read(n).decode("utf-8", "replace") for n in archive.namelist()}
        assert not [n for n, part in parts.items() if "externalLink" in n or 'TargetMode="External"' in part]
        assert not [f for part in parts.values() for f in part.split("instrText")[1::2] if MARK in f]
