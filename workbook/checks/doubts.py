"""What reading could not tell for certain, as findings: the unit is asked, nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbook.checks.builtin import Place, finding
from workbook.model import Finding, Severity, Submission

DOUBTS: Mapping[str, Severity] = {
    "mismatch": "error",
    "twice": "error",
    "twice_text": "error",
    "no_column": "error",
    "no_column_text": "error",
    "merged": "error",
    "foreign_sheet": "error",
}


def doubt_findings(key: str, submission: Submission) -> Iterator[Finding]:
    """Yield a finding for every doubt; the figures concerned are unreadable without a text."""
    for doubt in submission.doubts:
        place = Place(doubt.sheet, doubt.cell, doubt.indicator)
        yield finding(doubt.kind, DOUBTS[doubt.kind], key, place, **doubt.values)
