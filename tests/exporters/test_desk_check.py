"""`huibao check` at the unit's desk: the round's switches travel in the form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
from helpers import NOTHING, a_round, party_building, plan

from exporters.desk import check_files
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.model import Switch, Unit
from workbook.reading.submission import read_submission

UNIT = Unit("X1", "甲县", "county")
SWITCHES = (Switch("R001", "off", "在职口径本年调整"), Switch("R002", "warning", "先试一年"))


def written(folder: Path, switches: tuple[Switch, ...]) -> Path:
    """Return a form in which R001 fails, handed out in a round with these switches."""
    round_ = a_round(folder, [UNIT], switches=switches)
    content = blank_contents(round_, NOTHING)["X1"]
    entries = {**content.entries, ("BASE_INSERVICE", "value"): 11, ("BASE_MEMBERS", "value"): 10}
    path = folder / f"{len(switches)}.xlsx"
    write_form(path, round_, plan(round_, UNIT), replace(content, entries=entries))
    return path


def severities(path: Path) -> dict[str, str]:
    (result,), _, _ = check_files([path])
    return {f["rule"]: f["severity"] for f in result["findings"]}


def test_the_desk_judges_by_the_switches_the_form_was_handed_out_with(tmp_path: Path) -> None:
    plain, switched = severities(written(tmp_path, ())), severities(written(tmp_path, SWITCHES))
    assert plain["R001"] == "error"
    assert "R001" not in switched


def test_the_form_says_which_rules_the_round_switched_and_why(tmp_path: Path) -> None:
    path = written(tmp_path, SWITCHES)
    read = read_submission(path, party_building())
    assert [(s.rule, s.to) for s in read.switches] == [("R001", "off"), ("R002", "warning")]
    guide = [str(row[1]) for row in openpyxl.load_workbook(path)["填报说明"].iter_rows(values_only=True)]
    assert "本期调整：规则 R001 改为“停用”，理由：在职口径本年调整" in guide
    listed = [row[3] for row in openpyxl.load_workbook(path, data_only=True)["校验结果"].iter_rows(values_only=True)]
    assert "R001" not in listed
