"""校验结果: the sheet that lists what fails now, what blocks first, each line with a link to its cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from workbook.check_code import MODULUS, seed
from workbook.form.live import Judged, Line
from workbook.form.plan import (
    ADDRESS,
    CODED,
    ID,
    KEY,
    MESSAGE,
    NAME,
    REMEDY,
    SHEET,
    STEP,
    TARGET,
    VALUES,
    WORDING,
    column,
)
from workbook.form.styles import PROTECT, Styles
from workbook.messages import say

LINES = 80  # findings the list has room for
WIDTHS = (3, 6, 12, 16, 46, 34, 46, 26)
_LABELS = ("word.error", "word.confirm", "word.warning", "form.live_explained", "form.live_trial", "form.live_broken")


def summary(judged: Judged) -> tuple[str, str]:
    """Return the formula and the cached text of the line that sums the findings up."""
    keys = column(KEY)
    words, shown = [], []
    for rank, name in enumerate(("live_errors", "live_confirms", "live_warnings")):
        low, high = rank * STEP, (rank + 1) * STEP
        words.append(f'"{say(f"form.{name}")} "&COUNTIFS({keys},">={low}",{keys},"<{high}")')
        shown.append(f"{say(f'form.{name}')} {sum(low <= line.key < high for line in judged.ordered)}")
    return "=" + '&" · "&'.join(words), " · ".join(shown)


def code_line(judged: Judged, period: str) -> tuple[str, str]:
    """Return the formula and the cached text of the check code; there is none while there are errors."""
    sum_ = f"MOD(SUM({column(CODED)})+{seed(judged.content.unit.code, period)},{MODULUS})"
    none = say("form.no_code")
    formula = f'=IF(COUNTIFS({column(KEY)},"<{STEP}")=0,TEXT({sum_},"0000 0000"),"{none}")'
    return formula, none if any(line.key < STEP for line in judged.ordered) else judged.verdicts.code


def write_list(sheet: Any, styles: Styles, judged: Judged) -> None:
    """Write the sheet."""
    sheet.hide_gridlines(2)
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width, None, {"hidden": place == 0})
    sheet.merge_range(0, 1, 0, 7, say("form.live_sheet"), styles.title)
    sheet.set_row(0, 32)
    sheet.merge_range(2, 1, 2, 7, "", styles.block)
    sheet.set_row(2, 24)
    for place, key in enumerate(("number", "severity", "rule", "message", "values", "what_to_do", "place"), 1):
        sheet.write_string(3, place, say(f"form.live_{key}"), styles.heading)
    sheet.set_row(3, 22)
    fill_list(sheet, styles, judged, range(LINES))
    sheet.freeze_panes(4, 0)
    sheet.protect("", PROTECT)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(3)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C{say('form.page')}")


def fill_list(sheet: Any, styles: Styles, judged: Judged, numbers: Iterable[int]) -> None:
    """Write what the form's content decides: whose list it is, how many lines it has, the lines of these numbers."""
    who = say("form.who", unit=judged.content.unit.name, period=judged.layout.period.title)
    sheet.write_string(1, 1, who, styles.caption)
    formula, shown = summary(judged)
    sheet.write_formula(2, 1, formula, styles.block, shown)
    lines = judged.ordered
    for number in numbers:
        _write_line(sheet, styles, 4 + number, number, lines[number] if number < len(lines) else None)
    _write_rest(sheet, styles, max(0, len(lines) - LINES))


def _write_rest(sheet: Any, styles: Styles, more: int) -> None:
    """Write how many findings the list has no room for."""
    rest = f"COUNT({column(KEY)})-{LINES}"
    before, after = say("form.live_more_before"), say("form.live_more_after")
    text = f'=IF({rest}>0,"{before}"&({rest})&"{after}","")'
    sheet.write_formula(4 + LINES, 1, text, styles.caption, f"{before}{more}{after}" if more else "")


def _write_line(sheet: Any, styles: Styles, row: int, number: int, line: Line | None) -> None:
    """Write one line of the list: the number-th failing check, found by its sort key."""
    found, *formulas, link = _formulas(row, number)
    write = sheet.write_formula
    write(row, 0, found, None, line.key % STEP + 1 if line is not None else "")
    shown = (
        (number + 1, say(_LABELS[line.key // STEP]), line.id, line.message, line.values, line.remedy) if line else ()
    )
    for place, formula in enumerate(formulas, 1):
        style = styles.list_centre if place < 4 else styles.list_text
        write(row, place, formula, style, shown[place - 1] if shown else "")
    write(row, 7, link, styles.list_link, f"{line.sheet} {line.cell}".strip() if line else "")
    texts: Sequence[str] = (line.message, line.values, line.remedy) if line else ("", "", "")
    longest = max(styles.lines(t, w - 2) for t, w in zip(texts, (46, 34, 46), strict=True))
    sheet.set_row(row, 6 + 15 * max(2, longest))


@cache
def _formulas(row: int, number: int) -> tuple[str, ...]:
    """Return the formulas of one line of the list, column by column."""
    at, keys = f"$A{row + 1}", column(KEY)
    wording = f"INDEX({column(WORDING)},{at})"
    labels = ",".join(f'"{say(label)}"' for label in _LABELS)
    target = f"INDEX({column(TARGET)},{at})"
    name, cell = f"INDEX({column(NAME)},INDEX({column(SHEET)},{target}))", f"INDEX({column(ADDRESS)},{target})"
    quoted = f'SUBSTITUTE({name},"\'","\'\'")'
    texts = (
        f"{number + 1}",
        f"CHOOSE(INT(INDEX({keys},{at})/{STEP})+1,{labels})",
        f"INDEX({column(ID)},{wording})",
        f"INDEX({column(MESSAGE)},{at})",
        f'INDEX({column(VALUES)},{at})&""',
        f"INDEX({column(REMEDY)},{wording})",
        f'HYPERLINK("#\'"&{quoted}&"\'!"&IF({cell}="","A1",{cell}),TRIM({name}&" "&{cell}))',
    )
    found = f'=IFERROR(MATCH(SMALL({keys},{number + 1}),{keys},0),"")'
    return found, *(f'=IF({at}="","",{text})' for text in texts)
