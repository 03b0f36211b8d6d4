"""What a note on a cell says, in a returned form and in one that is open."""

from __future__ import annotations

from workbook.form.styles import FINDINGS
from workbook.messages import say
from workbook.model import Finding, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "confirm", "warning")
COLOURS = dict(zip(SEVERITIES, FINDINGS, strict=True))
"""The form's own colours, as #RRGGBB."""
_LONGEST = 240  # characters of a message that are shown


def shortened(text: str) -> str:
    """Return a text on one line, with its middle left out if it is too long to be read."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 80]}……{line[-78:]}"


def concerns_unit(finding: Finding) -> bool:
    """Return whether the unit is told: not of rules in trial, nor of rules that could not run."""
    return not finding.trial and finding.outcome != "broken"


def note_of(finding: Finding) -> str:
    """Return the note on a finding's cell."""
    return note_text(finding.severity, shortened(finding.message), shortened(finding.remedy))


def note_text(severity: Severity, message: str, remedy: str) -> str:
    """Return a note; what it begins with tells that it is ours."""
    return say("returned.note", severity=say(f"word.{severity}"), message=message, remedy=remedy)
