"""Marks on the cells of a form: a colour that goes when the cell is changed, a note that says what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle

from exporters.returned.notes import COLOURS, SEVERITIES, note_of, note_text
from workbook.form.styles import Styles
from workbook.model import Cell, Finding, Severity, Submission

AUTHOR = "Huibao"  # of our notes
_OURS = f'N("{AUTHOR}")=0'  # always true; by it our colours are known again
_PREFIX = 20  # characters by which a text is known
_EXACT = 10**13  # no figure of a unit is beyond
_NOTE_WIDTH = 340  # pixels; room for 46 half-width places
_TOGETHER = 30  # cells that one mark watches


def argb(colour: str) -> str:
    """Return a colour #RRGGBB the way openpyxl has it."""
    return "FF" + colour.removeprefix("#")


def clear(book: Any) -> None:
    """Take off the marks and notes of an earlier return.

    Notes are known by how they begin: LibreOffice forgets who wrote them.
    """
    heads = tuple(note_text(s, "\n", "").partition("\n")[0] for s in SEVERITIES)
    for sheet in book.worksheets:
        for cell in list(sheet._cells.values()):
            if cell.comment is not None and cell.comment.text.startswith(heads):
                cell.comment = None
        kept = ConditionalFormattingList()
        for part in sheet.conditional_formatting:
            for rule in part.rules:
                if not any(_OURS in formula for formula in rule.formula):
                    kept.add(str(part.sqref), rule)
        sheet.conditional_formatting = kept


def mark(book: Any, submission: Submission, findings: Sequence[Finding]) -> None:
    """Colour and annotate every cell the unit has to look at; what it has explained stays as it is."""
    figures = {(c.sheet, c.address): c for c in submission.cells.values()}
    notes: dict[tuple[str, str], list[str]] = {}
    rules: dict[str, list[tuple[Severity, str, Rule]]] = {}
    for f in findings:
        if f.sheet not in book.sheetnames or not f.cell or f.reason:
            continue
        sheet = book[f.sheet]
        cell = _anchor(sheet, f.cell)
        notes.setdefault((f.sheet, cell.coordinate), []).append(note_of(f))
        watched = [cell, *_operands(sheet, submission, f)]
        tests = dict.fromkeys(t for c in watched[:_TOGETHER] if (t := _unchanged(c, figures)))
        rules.setdefault(f.sheet, []).append((f.severity, cell.coordinate, _rule(f.severity, tests)))
    for name, added in rules.items():
        _add_rules(book[name], added)
    for (name, at), said in notes.items():
        _annotate(book[name][at], said)


def _anchor(sheet: Any, at: str) -> Any:
    """Return the cell, or the one its joined cells show."""
    cell = sheet[at]
    if isinstance(cell, MergedCell):
        joined = next(r for r in sheet.merged_cells.ranges if at in r)
        return sheet.cell(joined.min_row, joined.min_col)
    return cell


def _operands(sheet: Any, submission: Submission, finding: Finding) -> Iterator[Any]:
    """Yield the figures of this sheet that a rule compares: changing any of them may put it right."""
    for code in finding.operands:
        cell = submission.cells.get((code, "value"))
        if cell is not None and cell.address and cell.sheet == sheet.title:
            yield _anchor(sheet, cell.address)


def _unchanged(cell: Any, figures: Mapping[tuple[str, str], Cell]) -> str:
    """Return the formula that is true while a cell holds what it holds now, "" if no short one says so."""
    at, value = f"${cell.column_letter}${cell.row}", cell.value
    if cell.data_type == "f":  # computed; what it shows was read
        shown = figures.get((cell.parent.title, cell.coordinate))
        as_shown = shown is not None and shown.state.known and shown.typed is None
        return f"ROUND({at}-{shown.raw},6)=0" if shown is not None and as_shown else ""
    if isinstance(value, bool):
        return f"{at}={str(value).upper()}"
    if isinstance(value, int | float):
        return f"ROUND({at}-{value!r},6)=0" if abs(value) < _EXACT else ""
    if value is None or value == "":
        return f"LEN(TRIM({at}))=0"
    if cell.data_type != "s" or max(value) > "\uffff" or "_x" in value:
        return ""  # an error, a date, or characters that Excel counts differently
    start = value[:_PREFIX].partition("\n")[0]
    quoted = start.replace('"', '""')
    return f'AND(LEN({at})={len(value)},EXACT(LEFT({at},{len(start)}),"{quoted}"))'


def _rule(severity: Severity, tests: Iterable[str]) -> Rule:
    fill = DifferentialStyle(fill=PatternFill(bgColor=argb(COLOURS[severity])))
    return Rule(type="expression", dxf=fill, stopIfTrue=True, formula=[f"AND({','.join([*tests, _OURS])})"])


def _add_rules(sheet: Any, added: Sequence[tuple[Severity, str, Rule]]) -> None:
    """Add marks of errors before the rules a sheet has, others behind: the form's live colours may know of worse."""
    errors = sum(severity == "error" for severity, _, _ in added)
    there = [rule for part in sheet.conditional_formatting for rule in part.rules]
    for rule in there:
        rule.priority += errors
    last = max((rule.priority for rule in there), default=errors)
    ranked = sorted(added, key=lambda one: SEVERITIES.index(one[0]))
    for number, (severity, at, rule) in enumerate(ranked, 1):
        rule.priority = number if severity == "error" else last + number
        sheet.conditional_formatting.add(at, rule)


def _annotate(cell: Any, said: Sequence[str]) -> None:
    """Put a note on a cell, above one that is there, in a box that shows all of it."""
    there = [cell.comment.text] if cell.comment is not None else []
    text = "\n\n".join([*dict.fromkeys(said), *there])
    height = 24 + 18 * Styles.lines(text, 44)
    cell.comment = Comment(text, AUTHOR, height=height, width=_NOTE_WIDTH)
