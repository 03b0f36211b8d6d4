"""Figures a form comes with: what was handed out, what stands there now, what earlier rounds hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
from helpers import NOTHING, a_round, all_modules, party_building, plan, submission

from workbook.checks.check import check
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.model import Finding, Parameter, State, Submission, Unit
from workbook.reading.submission import read_submission
from workbook.values import Earlier

BEFORE = {("BASE_MEMBERS", "prior"): "900"}


def stored(value: int, state: State = State.NUMBER) -> Earlier:
    return {"U1": {("BASE_MEMBERS", "prior"): (state, value)}}


def carried(one: Submission, earlier: Earlier = NOTHING) -> list[Finding]:
    pack = party_building()
    found = check(pack, {"f": one}, earlier, period="2020", modules=all_modules(pack)).findings["f"]
    return [f for f in found if f.rule in ("CARRIED", "STORED")]


def form(prior: object, handed: bool = True) -> Submission:
    return replace(submission({"prev(BASE_MEMBERS)": prior}), handed=BEFORE if handed else {})


def test_an_altered_figure_is_an_error_that_says_what_it_was() -> None:
    (found,) = carried(form(890))
    assert (found.rule, found.severity, found.cell) == ("CARRIED", "error", "F9")
    assert found.message == "党员总数的“上年同期”由以前各期带出或统一下达，应为 900，表上是“890”"


def test_an_emptied_figure_is_altered_too() -> None:
    (found,) = carried(form(None))
    assert "表上是“”" in found.message


def test_an_untouched_figure_is_none_of_it() -> None:
    assert carried(form(900)) == []
    assert carried(form("900")) == []


def test_what_earlier_rounds_hold_counts_and_putting_it_in_is_no_alteration() -> None:
    assert carried(form(905), stored(905)) == []


def test_a_form_handed_out_before_a_correction_is_told_not_blamed() -> None:
    (found,) = carried(form(900), stored(905))
    assert (found.rule, found.severity) == ("STORED", "warning")
    assert "905" in found.message


def test_an_altered_figure_is_told_what_is_stored_now() -> None:
    (found,) = carried(form(890), stored(905))
    assert (found.rule, found.values["right"]) == ("CARRIED", "905")


def test_a_figure_typed_where_nothing_was_handed_out_gives_way_to_what_is_stored() -> None:
    (found,) = carried(form(890, handed=False), stored(905))
    assert found.rule == "STORED"
    assert carried(form(None, handed=False), stored(905)) == []


def test_no_form_at_all_is_judged_without_a_word() -> None:
    pack = party_building()
    assert check(pack, {}, stored(905), period="2020", modules=all_modules(pack)).findings == {}


def test_the_file_itself_tells_what_it_was_handed_out_with(tmp_path: Path) -> None:
    unit = Unit("U1", "甲县", "county")
    code = next(i.code for i in party_building().indicators.values() if i.nature == "param")
    round_ = a_round(tmp_path, [unit], parameters=(Parameter("达标线", code, "10", "文件"),))
    content = blank_contents(round_, stored(900))["U1"]
    path = tmp_path / "form.xlsx"
    write_form(path, round_, plan(round_, unit), content)
    read = read_submission(path, party_building())
    assert read.handed["BASE_MEMBERS", "prior"] == "900"
    assert read.handed[code, "value"] == "10"
    assert carried(read) == []
    book = openpyxl.load_workbook(path)
    book["基本情况"]["F9"].value = 899
    book.save(path)
    (found,) = carried(read_submission(path, party_building()))
    assert (found.cell, found.values["right"]) == ("F9", "900")
