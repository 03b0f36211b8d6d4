"""A form in LibreOffice beside the pipeline: what its sheets say after recalculation, and whether both agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from desk import Desk, Value
from helpers import NOTHING, a_round, judged, party_building, plan

from workbook.check_code import MODULUS, check_code, grouped, in_form, seed
from workbook.checks.builtin import as_in_form, rule_name
from workbook.form.book import write_form
from workbook.form.content import Content, blank_contents, layouts_of
from workbook.form.plan import (
    ADDRESS,
    BROKEN,
    CODED,
    EXPLAINED,
    ID,
    KEY,
    MESSAGE,
    NAME,
    REMEDY,
    SHEET,
    STEP,
    TARGET,
    VERDICT,
    WORDING,
)
from workbook.form.verdicts import Verdicts
from workbook.layout import RULES_SHEET, letters
from workbook.model import Finding, Round, Submission, Unit
from workbook.reading.submission import read_submission

KINDS = {
    "county": (Unit("X1", "甲县", "county"), "2020"),
    "district": (Unit("Q1", "乙区", "district"), "2020H1"),
    "organ": (Unit("S1", "丙局", "organ"), "2020"),
    "umbrella": (Unit("S0", "工委汇总", "organ", umbrella=True), "2020H1"),
}
POISON = Verdicts({}, {}, "0000 0000")  # says that nothing is wrong, whatever stands in the form
Told = tuple[str, str, str, str, bool]  # rule, message, remedy, place, explained


@dataclass(frozen=True)
class Shown:
    """What a form shows: findings, verdicts of rules by name, sums on the cover, the list's lines."""

    findings: frozenset[Told]
    verdicts: Mapping[str, float]
    code: str  # worked out from the hidden sheet, errors or not
    cover: str
    cover_code: str
    listed: list[tuple[Value, ...]]


def round_of(folder: Path, kind: str) -> tuple[Round, Content]:
    """Return a round with one unit of a kind, and the unit's blank content."""
    unit, period = KINDS[kind]
    round_ = a_round(folder, [unit], period)
    return round_, blank_contents(round_, NOTHING)[unit.code]


def poisoned(path: Path, round_: Round, content: Content) -> Path:
    """Write a form whose cached results all say that nothing is wrong, computed cells empty."""
    write_form(path, round_, plan(round_, content.unit), content, POISON)
    return path


def shown(desk: Desk, unit: Unit, period: str) -> Shown:
    """Return what the open form shows now."""
    rows = desk.read(RULES_SHEET, f"A1:{letters(REMEDY)}2600")
    findings, verdicts = set(), {}
    for row in rows[1:]:
        if row[WORDING] == "":
            continue
        wording, target = rows[int(row[WORDING]) - 1], rows[int(row[TARGET]) - 1]
        if row[VERDICT] != "":
            verdicts[str(wording[ID])] = float(row[VERDICT])
        if row[KEY] != "" and row[KEY] < BROKEN * STEP:
            place = f"{rows[int(target[SHEET]) - 1][NAME]} {target[ADDRESS]}".strip()
            explained = row[KEY] // STEP == EXPLAINED
            findings.add((str(wording[ID]), str(row[MESSAGE]), str(wording[REMEDY]), place, explained))
    total = sum(int(row[CODED]) for row in rows[1:] if row[CODED] != "")
    code = grouped((total + seed(unit.code, period)) % MODULUS)
    cover = {row[0]: str(row[1]) for row in desk.read(cover_sheet(desk), "B1:C30")}
    listed = [tuple(row) for row in desk.read("校验结果", "B5:H84") if row[0] != ""]
    return Shown(frozenset(findings), verdicts, code, cover["校验结果"], cover["校验码"], listed)


def cover_sheet(desk: Desk) -> str:
    """Return the cover, whatever it is called now: the second sheet."""
    return desk.sheets()[1]


def told(finding: Finding) -> Told:
    """Return a finding as the form tells it."""
    finding = as_in_form(finding)
    place = f"{finding.sheet} {finding.cell}".strip()
    return rule_name(finding.rule), finding.message, finding.remedy, place, bool(finding.reason)


def read(path: Path) -> Submission:
    """Return the form as the pipeline reads it."""
    return read_submission(path, party_building())


def as_form(submission: Submission) -> Submission:
    """Return a submission as the form itself takes it, which knows plain numbers only."""
    indicators = party_building().indicators
    cells = {key: in_form(cell, indicators[key[0]].decimals) for key, cell in submission.cells.items()}
    return replace(submission, cells=cells)


def agreed(desk: Desk, saved: Path) -> tuple[Shown, Submission]:
    """Save the open form and hold list, cover and code against the pipeline's verdict on the file.

    The verdict is on what the form itself can read; the code is the one of the file as the office reads it.
    """
    desk.save_as(saved)
    submission = read(saved)
    found = judged(as_form(submission)).findings[submission.unit.code]
    form = shown(desk, submission.unit, submission.period)
    expected = {told(f) for f in found}
    assert expected - form.findings == set(), "the pipeline says more than the form"
    assert form.findings - expected == set(), "the form says more than the pipeline"
    owed = [f for f in found if not f.reason and not f.trial]
    counts = [sum(f.severity == s for f in owed) for s in ("error", "confirm", "warning")]
    assert form.cover == "错误 {} · 待说明 {} · 提示 {}".format(*counts)
    assert len(form.listed) == min(80, len(found))
    round_ = a_round(saved.parent, [submission.unit], submission.period)
    code = check_code(submission, layouts_of(round_)[submission.unit.tier])
    assert form.code == code
    assert form.cover_code == ("改正全部错误后显示" if counts[0] else code)
    assert [line[1] for line in form.listed] == sorted((line[1] for line in form.listed), key=ORDER.index)
    return form, submission


ORDER = ["必须改正", "须说明", "提示", "已说明", "试行"]
