"""`huibao check`: the office's verdict at the unit's desk, from the file alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporters.given import not_a_form
from workbook.check_code import code_of
from workbook.checks.check import check
from workbook.messages import say
from workbook.model import Finding, Pack, Repair, Submission
from workbook.pack import find_pack, load_pack
from workbook.reading.contained import contained
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_submission
from workbook.seal import seal_state


@dataclass(frozen=True, slots=True)
class Judged:
    """A form as the desk judges it."""

    submission: Submission
    pack: Pack
    findings: tuple[Finding, ...]


def check_files(files: Sequence[Path]) -> tuple[list[dict[str, Any]], dict[str, list[str]], list[str]]:
    """Return the verdict on each form as the design's JSON object, sentences by file, one on each file that is none.

    Sentences by file: the check code, where the form itself shows one, and whether the form is sealed. The form shows
    none while it has errors, and takes what had to be understood for one.
    """
    forms, unusable = judge_files(files)
    said = {}
    for form in forms:
        seal = form.submission.seal
        time = seal.moment.strftime("%Y-%m-%d %H:%M") if seal is not None else ""
        state = say(f"seal.told_{seal_state(form.submission, form.pack)}", time=time)
        errors = any(f.severity == "error" and not f.trial for f in form.findings)
        shown = not errors and not any(cell.understood for cell in form.submission.cells.values())
        code = [say("verdict.code", code=code_of(form.submission, form.pack))] if shown else []
        said[form.submission.file] = [*code, state]
    return [told(form) for form in forms], said, unusable


def judge_files(files: Sequence[Path]) -> tuple[list[Judged], list[str]]:
    """Return the forms as they are judged, and a sentence on each file that is none."""
    packs: dict[str, Pack] = {}
    forms, unusable = [], []
    for path, submission in contained(read_submission, files):
        if isinstance(submission, Unreadable):
            unusable.append(not_a_form(path, submission))
            continue
        if submission.pack not in packs:
            packs[submission.pack] = _pack_of(submission)
        forms.append(_judged(submission, packs[submission.pack]))
    return forms, unusable


def judge_form(path: Path) -> Judged:
    """Return a form as it is judged; Unreadable when it is something else, OSError from the disk.

    It is read in this process: only for a file that a program here has just written from what is open in it.
    """
    submission = read_submission(path)
    return _judged(submission, _pack_of(submission))


def _pack_of(submission: Submission) -> Pack:
    folder = find_pack(submission.pack)
    loaded = load_pack(folder)[0] if folder is not None else None
    assert loaded is not None, "read_submission found this pack a moment ago"
    return loaded


def _judged(submission: Submission, pack: Pack) -> Judged:
    checked = check(
        pack,
        {"": submission},
        {},
        period=submission.period,
        modules=submission.modules,
        switches=submission.switches,
    )
    return Judged(submission, pack, checked.findings[""])


def told(form: Judged) -> dict[str, Any]:
    """Return the verdict on a form as the design's JSON object."""
    return {
        "file": form.submission.file,
        "unit": form.submission.unit.code,
        "period": form.submission.period,
        "verdict": verdict(form.findings),
        "findings": [as_json(f) for f in form.findings],
        "repairs": [repair_json(r) for r in form.submission.repairs],
    }


def verdict(findings: Sequence[Finding]) -> str:
    """Return error, confirm or pass: the worst thing the unit still owes."""
    owed = [f.severity for f in findings if f.open]
    return "error" if "error" in owed else "confirm" if owed else "pass"


def as_json(f: Finding) -> dict[str, Any]:
    """Return a finding as the design's JSON object."""
    return {
        "rule": f.rule,
        "severity": f.severity,
        "outcome": f.outcome,
        "indicator": f.indicator,
        "sheet": f.sheet,
        "cell": f.cell,
        "values": dict(f.values),
        "message": f.message,
        "remedy": f.remedy,
        "trial": f.trial,
        "reason": f.reason,
    }


def repair_json(r: Repair) -> dict[str, str]:
    """Return a repair as the design's JSON object."""
    return {"kind": r.kind, "sheet": r.sheet, "cell": r.cell, "indicator": r.indicator, "message": r.message}
