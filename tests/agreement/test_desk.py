"""The desk itself: what other tests take for granted when they let LibreOffice work on a form."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import desk as desk_module
import openpyxl
import pytest
from desk import Desk, DeskError

from workbook.sheets import open_book

WRONG = 999


@pytest.fixture
def poisoned(tmp_path: Path) -> Path:
    """Return a small form every cached value of which is wrong; D2 and D3 are open, the rest is locked."""
    path = tmp_path / "下 毒.xlsx"
    book = open_book(path)
    sheet, hidden = book.add_worksheet("一 组织"), book.add_worksheet("规则")
    hidden.hide()
    unlocked = book.add_format({"locked": False})
    for row, (code, figure) in enumerate((("BRANCHES", 5), ("MEMBERS", 40)), 1):
        sheet.write(row, 0, code)
        sheet.write(row, 3, figure, unlocked)
    sheet.write_formula("F1", "=D2", None, WRONG)
    sheet.write_formula("F2", '=INDEX($D:$D,MATCH("BRANCHES",$A:$A,0))', None, WRONG)
    sheet.write_formula("F3", "='规则'!A2", None, WRONG)
    hidden.write_formula("A1", "='一 组织'!F1+'一 组织'!D3", None, WRONG)
    hidden.write_formula("A2", '=IF(A1>40,"多","少")', None, "错")
    hidden.write_formula("A3", "=1/0", None, WRONG)
    sheet.protect()
    book.close()
    return path


def test_recalculating_puts_every_poisoned_cache_right(desk: Desk, poisoned: Path) -> None:
    desk.open(poisoned)
    assert desk.read("规则", "A1:A4") == [[WRONG], ["错"], [WRONG], [""]]
    assert desk.get("一 组织", ["F1", "F2", "F3"]) == [WRONG, WRONG, WRONG]
    desk.recalculate()
    assert desk.read("规则", "A1:A4") == [[45], ["多"], ["#ERR"], [""]]
    assert desk.get("一 组织", ["F1", "F2", "F3"]) == [5, 5, "多"]


def test_a_direct_reference_follows_what_is_cut_and_a_lookup_by_code_does_not(desk: Desk, poisoned: Path) -> None:
    desk.open(poisoned)
    desk.unprotect("一 组织")
    desk.cut("一 组织", "D2", "D9")
    desk.recalculate()
    assert desk.formula("一 组织", "F1") == "=D9"
    assert desk.get("一 组织", ["D2", "D9", "F1", "F2"]) == ["", 5, 5, 0]


def test_a_reference_and_a_lookup_both_follow_inserted_rows_and_columns(desk: Desk, poisoned: Path) -> None:
    desk.open(poisoned)
    desk.unprotect("一 组织")
    desk.insert_rows("一 组织", 2, 3)
    desk.insert_columns("一 组织", "B")
    desk.delete_rows("一 组织", 2)
    desk.rename("一 组织", "改名")
    desk.put("改名", "E4", 60)
    desk.recalculate()
    assert desk.get("改名", ["G1", "G4", "G5"]) == [60, 60, "多"]


def test_what_libreoffice_saves_can_be_opened_again(desk: Desk, poisoned: Path) -> None:
    desk.open(poisoned)
    desk.put("一 组织", "D2", 7)
    desk.put("一 组织", "D3", "约三十")
    desk.recalculate()
    saved = poisoned.with_name("另存.xlsx")
    desk.save_as(saved)
    assert openpyxl.load_workbook(saved, data_only=True)["一 组织"]["F2"].value == 7
    desk.open(saved)
    assert desk.sheets() == ["一 组织", "规则"]
    assert desk.protected("一 组织")
    assert desk.get("一 组织", ["D3", "F1"]) == ["约三十", 7]


def test_a_clerk_cannot_change_what_is_locked_until_the_sheet_is_unprotected(desk: Desk, poisoned: Path) -> None:
    desk.open(poisoned)
    refused = [
        lambda: desk.put("一 组织", "A2", "X"),
        lambda: desk.cut("一 组织", "D2", "E2"),
        lambda: desk.copy("一 组织", "D2:D3", "一 组织", "D3"),
        lambda: desk.paste_values("一 组织", "D2", "F1"),
        lambda: desk.paste_over("一 组织", "D2:E2", [[1, 2]]),
        lambda: desk.clear_formats("一 组织", "D2"),
        lambda: desk.insert_rows("一 组织", 2),
    ]
    for change in refused:
        with pytest.raises(DeskError):
            change()
    desk.paste_values("一 组织", "D2", "D3")
    assert desk.read("一 组织", "A2:D3") == [["BRANCHES", "", "", 5], ["MEMBERS", "", "", 5]]
    desk.unprotect("一 组织")
    desk.put("一 组织", "A2", "X")
    assert desk.get("一 组织", ["A2"]) == ["X"]


def test_an_office_that_hangs_is_ended_and_says_so(poisoned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Desk() as own:
        own.open(poisoned)
        monkeypatch.setattr(desk_module, "ANSWER", 1)
        os.killpg(own._server.pid, signal.SIGSTOP)
        with pytest.raises(DeskError, match="silent for 1 s"):
            own.recalculate()
        assert own._server.wait() == -signal.SIGKILL
        assert soon_gone(own._server.pid)


def soon_gone(group: int) -> bool:
    """Return whether no process of the group is left; the system takes a moment to bury what was killed."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
