"""The list 审核结果: what was found in the open form, worst first, each with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence

from exporters.desk import Judged
from exporters.returned.notes import COLOURS, SEVERITIES, concerns_unit, shortened
from workbook.checks.builtin import rule_name
from workbook.messages import say
from workbook.model import Finding, Severity
from xl_addin.actions.sheets import link_to, own_sheet, write_list
from xl_addin.front import Front

_WIDTHS = (6, 10, 11, 24, 50, 46, 26)
_COLUMNS = ("number", "severity", "rule", "place", "message", "what_to_do", "reason")


def shown(form: Judged) -> list[Finding]:
    """Return what the unit is told, what it still owes first."""
    told = [f for f in form.findings if concerns_unit(f)]
    return sorted(told, key=lambda f: (not f.open, SEVERITIES.index(f.severity)))


def count(findings: Sequence[Finding], severity: Severity) -> int:
    """Return how many findings of a severity there are still to be dealt with."""
    return sum(f.severity == severity and not f.reason for f in findings)


def counts_line(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each severity, as a sentence."""
    errors, confirms, warnings = (count(findings, s) for s in SEVERITIES)
    return say("returned.counts", errors=errors, confirms=confirms, warnings=warnings)


def write_result(front: Front, form: Judged, locked: Sequence[str]) -> None:
    """Write the list on its sheet and show it; `locked` are the sheets that could not be marked."""
    findings, there = shown(form), front.book.sheet_names
    notes = [counts_line(findings), say("result.how")]
    if locked:
        notes.append(say("result.locked", sheets="、".join(locked)))
    repairs = form.submission.repairs
    notes += [say("returned.repair", place=f"{r.sheet} {r.cell}".strip(), message=r.message) for r in repairs]
    table = [[say(f"returned.{column}") for column in _COLUMNS]]
    for number, f in enumerate(findings, 1):
        place = link_to(f.sheet, f.cell) if f.sheet in there else f.sheet
        severity = say(f"word.{f.severity}") + (say("cli.explained") if f.reason else "")
        what = (shortened(f.message), shortened(f.remedy), f.reason)
        table.append([str(number), severity, rule_name(f.rule), place, *what])
    sheet = own_sheet(front.book, say("result.sheet"))
    write_list(sheet, say("result.sheet"), notes, table, _WIDTHS)
    for row, f in enumerate(findings, len(notes) + 3):
        sheet.range((row, 2)).color = COLOURS[f.severity]
    sheet.activate()
