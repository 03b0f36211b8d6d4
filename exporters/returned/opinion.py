"""Sheet 审核意见, the first of a returned form: what happened, what to do, every finding with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.hyperlink import Hyperlink

from exporters.returned.marks import argb
from exporters.returned.notes import COLOURS, shortened
from workbook.checks.builtin import rule_name
from workbook.form.book import switch_line
from workbook.form.styles import FONT, HEAD, INK, RULE, Styles
from workbook.layout import quote
from workbook.messages import say
from workbook.model import Finding, Repair, Severity, Switch, Unit

_MOST_REPAIRS = 20
_FIRST = 2  # column of the numbers; a narrow margin is left of it
_WIDTHS = {"number": 6, "severity": 11, "rule": 11, "place": 25, "message": 46, "what_to_do": 46, "reason": 26}
_CENTRED = ("number", "severity", "rule")


@dataclass(frozen=True)
class Look:
    """How a cell of the sheet looks: the form's own font and colours."""

    size: int = 11
    bold: bool = False
    colour: str = INK
    underline: Literal["single"] | None = None
    centred: bool = False
    boxed: bool = False

    @property
    def font(self) -> Font:
        """Return its font."""
        return Font(name=FONT, size=self.size, bold=self.bold, color=argb(self.colour), underline=self.underline)

    @property
    def alignment(self) -> Alignment:
        """Return where its text stands."""
        across, down = "center" if self.centred else "left", "center" if self.boxed else "top"
        return Alignment(horizontal=across, vertical=down, wrap_text=True, indent=int(self.boxed and not self.centred))


_TITLE = Look(size=18, bold=True, colour=HEAD, centred=True)
_HEADING = Look(bold=True, colour="#FFFFFF", centred=True, boxed=True)
_LABEL, _CENTRE = Look(boxed=True), Look(centred=True, boxed=True)
_LINKED = Look(colour="#1F5FA8", underline="single", boxed=True)
_SIDE = Side(style="thin", color=argb(RULE))
_BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a unit is told whose form comes back. `anew` says it is a new form filled with what was understood."""

    unit: Unit
    period: str
    office: str
    file: str
    received: datetime
    in_use: str  # the earlier version that counts, "" if none
    findings: tuple[Finding, ...]
    anew: bool = False
    switches: tuple[Switch, ...] = ()  # of the round
    decided: str = ""  # why the office returns a form that the rules would not
    repairs: tuple[Repair, ...] = ()  # what was understood otherwise than it stands

    def count(self, severity: Severity) -> int:
        """Return how many findings of a severity the unit has to look at."""
        return sum(f.severity == severity and not f.reason for f in self.findings)


def write_opinion(book: Any, letter: Letter) -> None:
    """Put the sheet first, in place of one from an earlier return, and make it the one the book opens at."""
    title = say("returned.sheet")
    if title in book.sheetnames:
        book.remove(book[title])
    sheet = book.create_sheet(title, 0)
    columns = [c for c in _WIDTHS if c != "reason" or any(f.reason for f in letter.findings)]
    sheet.column_dimensions["A"].width = 2
    for place, column in enumerate(columns, _FIRST):
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = _WIDTHS[column]
    head = _write_top(sheet, letter, columns)
    for place, column in enumerate(columns, _FIRST):
        heading = sheet.cell(head, place)
        _put(heading, say(f"returned.{column}"), _HEADING)
        heading.fill = PatternFill("solid", fgColor=argb(HEAD))
    sheet.row_dimensions[head].height = 24
    for number, finding in enumerate(letter.findings, 1):
        _write_finding(sheet, head + number, number, finding, columns)
    _set_up(sheet, head)
    for other in book.worksheets:  # sheets left selected together would all take what is typed into one
        other.sheet_view.tabSelected = other is sheet
    book.active = 0
    for view in book.views:
        view.firstSheet = 0


def _write_top(sheet: Any, letter: Letter, columns: Sequence[str]) -> int:
    """Write title and notes; return the row of the heading."""
    last = _FIRST + len(columns) - 1
    sheet.merge_cells(start_row=1, start_column=_FIRST, end_row=1, end_column=last)
    _put(sheet.cell(1, _FIRST), say("returned.sheet"), _TITLE)
    sheet.row_dimensions[1].height = 34
    width = sum(_WIDTHS[c] for c in columns)
    for row, (text, bold) in enumerate(_notes(letter), 2):
        sheet.merge_cells(start_row=row, start_column=_FIRST, end_row=row, end_column=last)
        _put(sheet.cell(row, _FIRST), text, Look(bold=bold))
        sheet.row_dimensions[row].height = 4 + 16 * Styles.lines(text, width - 4)
    return 3 + len(_notes(letter))


def _notes(letter: Letter) -> list[tuple[str, bool]]:
    """Return what is said above the list, with what is set in bold."""
    counts = {f"{s}s": letter.count(s) for s in COLOURS}
    office = letter.office or say("form.office")
    use = say("returned.in_use", file=letter.in_use) if letter.in_use else say("returned.not_in_use")
    time = letter.received.strftime("%Y-%m-%d %H:%M")
    anew = [(say("returned.anew"), True)] if letter.anew else []
    return [
        (say("form.who", unit=letter.unit.name, period=letter.period), False),
        (say("returned.sent", file=letter.file, time=time) + say("returned.counts", **counts), True),
        *([(say("returned.decided", why=letter.decided), True)] if letter.decided else []),
        *anew,
        (use, False),
        (say("returned.how") + (say("returned.explain") if counts["confirms"] else ""), False),
        (say("returned.send", office=office), False),
        *((switch_line(s), False) for s in letter.switches),
        *((_repair_line(r), False) for r in letter.repairs[:_MOST_REPAIRS]),
    ]


def _repair_line(repair: Repair) -> str:
    return say("returned.repair", place=f"{repair.sheet} {repair.cell}".strip(), message=shortened(repair.message))


def _write_finding(sheet: Any, row: int, number: int, finding: Finding, columns: Sequence[str]) -> None:
    severity = say("form.live_explained") if finding.reason else say(f"word.{finding.severity}")
    texts = {
        "number": str(number),
        "severity": severity,
        "rule": rule_name(finding.rule),
        "place": f"{finding.sheet} {finding.cell}".strip(),
        "message": shortened(finding.message),
        "what_to_do": shortened(finding.remedy),
        "reason": shortened(finding.reason),
    }
    for place, column in enumerate(columns, _FIRST):
        cell = sheet.cell(row, place)
        _put(cell, texts[column], _CENTRE if column in _CENTRED else _LABEL)
        if column == "number":
            cell.value = number
        if column == "severity" and not finding.reason:
            cell.fill = PatternFill("solid", fgColor=argb(COLOURS[finding.severity]))
        if column == "place" and finding.cell and finding.sheet in sheet.parent.sheetnames:
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote(finding.sheet)}!{finding.cell}")
            cell.font = _LINKED.font
    lines = max(Styles.lines(texts[c], _WIDTHS[c] - 4) for c in columns)
    sheet.row_dimensions[row].height = min(409, 8 + 16 * lines)


def _put(cell: Any, text: str, look: Look) -> None:
    """Write text that stays text, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"
    cell.font, cell.alignment = look.font, look.alignment
    if look.boxed:
        cell.border = _BOX


def _set_up(sheet: Any, head: int) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = argb(COLOURS["error"])
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # widths and heights stay theirs
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.print_title_rows = f"{head}:{head}"
    sheet.oddFooter.center.text = say("form.page")
