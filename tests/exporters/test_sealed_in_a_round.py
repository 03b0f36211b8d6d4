"""Sealed forms at the office: accepted or not as any other, marked in 报送情况, opened again when returned."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from helpers import party_building
from returns import changed, put
from sealing import PERIOD, a_small_round, filled
from test_cli import huibao

from exporters.consolidated.book import write_book
from exporters.returned.book import write_returned
from exporters.seal import seal_files
from workbook.collect import collect
from workbook.collection import Collection
from workbook.model import Round
from workbook.reading.submission import read_submission
from workbook.round import IN

CODE = "BASE_MEMBERS"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the forms of X01 and X04, sealed, each beside the form it was made of."""
    paths = filled(a_small_round(tmp_path_factory.mktemp("forms")))
    return [Path(result["sealed"]) for result in seal_files(paths)[0]]


@pytest.fixture
def round_(tmp_path: Path) -> Round:
    (tmp_path / "round" / IN).mkdir(parents=True)
    return a_small_round(tmp_path / "round")


def collection(round_: Round) -> Collection:
    found, defects = collect(round_)
    assert found is not None
    assert defects == ()
    return found


def states(round_: Round, found: Collection) -> dict[str, tuple[str, str]]:
    """Return what 报送情况 says of every unit: state, seal."""
    write_book(round_.path / "book.xlsx", found, frozenset())
    rows = [r[1:] for r in openpyxl.load_workbook(round_.path / "book.xlsx")["报送情况"].iter_rows(values_only=True)]
    head = next(row for row in rows if row[0] == "单位代码")
    lines = (dict(zip(head, row, strict=True)) for row in rows if row[0] in ("X01", "X04"))
    return {line["单位代码"]: (line["报送状态"], line["封存"] or "") for line in lines}


def test_the_office_sees_which_forms_are_sealed_which_were_changed_since(sealed: list[Path], round_: Round) -> None:
    shutil.copy(sealed[0], round_.path / IN)
    then = int(read_submission(sealed[1]).cells[CODE, "value"].raw)
    changed(sealed[1], round_.path / IN / "X04.xlsx", lambda book: put(book, CODE, then + 1))
    found = collection(round_)
    assert states(round_, found) == {"X01": ("已采用", "已封存"), "X04": ("已采用", "封存后有改动")}
    ((receipt, finding),) = [(r, f) for r, f in found.findings if f.rule.startswith("SEAL")]
    assert (receipt.file, receipt.state) == ("X04.xlsx", "used")
    assert (finding.rule, finding.severity, finding.unit, finding.indicator) == ("SEAL", "warning", "X04", CODE)


def test_an_unsealed_form_is_accepted_and_marked(sealed: list[Path], round_: Round) -> None:
    shutil.copy(sealed[0].with_name(f"X01_青禾县_{PERIOD}.xlsx"), round_.path / IN)
    assert states(round_, collection(round_)) == {"X01": ("已采用", "未封存"), "X04": ("未报送", "")}


def test_the_office_judges_by_its_own_modules_what_was_sealed_by_the_forms(sealed: list[Path], round_: Round) -> None:
    shutil.copy(sealed[0], round_.path / IN)
    fewer = replace(round_, modules=round_.modules[:1])
    assert states(fewer, collection(fewer))["X01"] == ("已采用", "已封存")


def test_a_sealed_form_that_is_returned_has_no_seal_and_can_be_filled_again(sealed: list[Path], round_: Round) -> None:
    changed(sealed[1], round_.path / IN / "X04.xlsx", lambda book: put(book, CODE, "约三百"))
    found = collection(round_)
    (target,) = write_returned(found)
    own = openpyxl.load_workbook(sealed[1].with_name(f"X04_白湖县_{PERIOD}.xlsx"))
    back = openpyxl.load_workbook(target)
    assert read_submission(target).seal is None
    wrong = found.findings[0][1]
    for sheet in own.worksheets:
        cells = [(c.coordinate, c.protection.locked) for row in sheet.iter_rows() for c in row]
        differing = [at for at, locked in cells if back[sheet.title][at].protection.locked != locked]
        assert differing == [], sheet.title
    assert (wrong.severity, back[wrong.sheet][wrong.cell].protection.locked) == ("error", False)


def test_the_command_seals_what_passes_and_says_what_does_not(sealed: list[Path], tmp_path: Path) -> None:
    good = shutil.copy(sealed[0].with_name(f"X01_青禾县_{PERIOD}.xlsx"), tmp_path / "好.xlsx")
    bad = changed(sealed[1], tmp_path / "坏.xlsx", lambda book: put(book, CODE, "约三百"))
    none = tmp_path / "无.xlsx"
    none.write_bytes(b"%PDF-1.4")
    done, found, unusable = huibao("seal", good, "--json"), huibao("seal", bad), huibao("seal", none)
    assert (done.returncode, found.returncode, unusable.returncode) == (0, 1, 2)
    told = json.loads(done.stdout)
    assert Path(told["sealed"]).name == "好_已封存.xlsx"
    assert told["code"] == read_submission(Path(told["sealed"]), party_building()).seal.code
    assert told["verdict"] == "pass"
    assert "非数字" in found.stderr
    assert "没有封存" in found.stderr
    assert "扫描件" in unusable.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["坏.xlsx", "好.xlsx", "好_已封存.xlsx", "无.xlsx"]
    again = huibao("check", told["sealed"])
    assert again.returncode == 0
    assert "封存后没有改动" in again.stderr
