"""`huibao check`: the office's verdict at the unit's desk, from the file alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbook.check_code import code_of
from workbook.checks.check import check
from workbook.figures import figures_frame
from workbook.messages import say
from workbook.model import Finding, Pack
from workbook.pack import find_pack, load_pack
from workbook.reading.contained import contained
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_submission


def check_files(files: Sequence[Path]) -> tuple[list[dict[str, Any]], dict[str, str], list[str]]:
    """Return the verdict on each form as the design's JSON object, check codes, a sentence on each file that is none.

    Check codes are by file, "" while there are errors.
    """
    codes: dict[str, str] = {}
    packs: dict[str, Pack] = {}
    results, unusable = [], []
    nothing = figures_frame([]).assign(definition="")
    for path, submission in contained(read_submission, files):
        if isinstance(submission, Unreadable):
            why, remedy = (say(f"receipt.{submission.reason}{end}", **submission.values) for end in ("", "_remedy"))
            unusable.append(say("cli.not_a_form", file=path, why=why, remedy=remedy))
            continue
        if submission.pack not in packs:
            folder = find_pack(submission.pack)
            loaded = load_pack(folder)[0] if folder is not None else None
            assert loaded is not None, "read_submission found this pack a moment ago"
            packs[submission.pack] = loaded
        pack = packs[submission.pack]
        checked = check(
            pack,
            {"": submission},
            nothing,
            period=submission.period,
            modules=submission.modules,
            switches=submission.switches,
        )
        found = checked.findings[""]
        errors = any(f.severity == "error" and not f.trial for f in found)
        codes[str(path)] = "" if errors else code_of(submission, pack)
        results.append(
            {
                "file": str(path),
                "unit": submission.unit.code,
                "period": submission.period,
                "verdict": verdict(found),
                "findings": [as_json(f) for f in found],
                "repairs": [],
            }
        )
    return results, codes, unusable


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
