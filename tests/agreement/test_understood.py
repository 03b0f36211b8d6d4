"""What the office understands and the form does not: the form says so, and both still work out the same check code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
from desk import Desk
from live import agreed, poisoned, round_of

from exporters.desk import check_files
from workbook.computed import definition
from workbook.form.content import Content
from workbook.form.plan import Plan
from workbook.layout import Layout

TEXTS = ["１２", "1,234", "三十", "1.2万", "007", "'12", "不 适 用", "+5"]
PUT = {"percent": (0.12, "0.00%"), "error": ("#REF!", "General"), "half": (0.5, "0%")}


def filled(layout: Layout, content: Content) -> Content:
    """Return a form in which every third figure is written as clerks write it."""
    keys = [
        (item.code, m)
        for item in layout.indicators.values()
        for m in layout.measures(item)
        if definition(item, m, layout.pack.indicators) is None
    ]
    entries = {key: TEXTS[n // 3 % len(TEXTS)] if n % 3 == 0 else 10 + n % 5 for n, key in enumerate(keys)}
    return replace(content, entries={**content.entries, **entries})


def with_formats(path: Path) -> Path:
    """Put percent formats and error values over every fifth number of the sheets of figures."""
    book = openpyxl.load_workbook(path)
    turns = list(PUT.values())
    cells = [c for s in book.worksheets[3:-4] for r in s.iter_rows(min_row=5, min_col=5, max_col=5) for c in r]
    typed = [c for c in cells if isinstance(c.value, int) and not c.protection.locked]
    for number, cell in enumerate(typed[::5]):
        cell.value, cell.number_format = turns[number % len(turns)]
        cell.data_type = "e" if isinstance(cell.value, str) else "n"
    book.save(path)
    return path


def test_the_form_takes_for_errors_what_the_office_understands(desk: Desk, tmp_path: Path) -> None:
    round_, blank = round_of(tmp_path, "county")
    layout = Plan(round_, blank.unit).layout
    desk.open(with_formats(poisoned(tmp_path / "form.xlsx", round_, filled(layout, blank))))
    desk.recalculate()
    form, submission = agreed(desk, tmp_path / "saved.xlsx")
    understood = {f"{c.sheet} {c.address}" for c in submission.cells.values() if c.understood}
    in_form = {f[3] for f in form.findings if f[0] == "非数字"}
    texts = {f"{c.sheet} {c.address}" for c in submission.cells.values() if c.typed in TEXTS and c.understood}
    assert len(texts) > 50
    assert texts <= in_form
    shown = [c for c in submission.cells.values() if not c.state.known]
    assert len([c for c in shown if c.typed == ""]) > 5, "error values, for the form nothing"
    assert len([c for c in shown if c.raw.endswith("%")]) > 5, "percent, for the form a hundredth"
    (result,), said, _ = check_files([tmp_path / "saved.xlsx"])
    assert not [s for sentences in said.values() for s in sentences if "校验码" in s], "the cover shows none either"
    assert understood <= {f"{r['sheet']} {r['cell']}" for r in result["repairs"]}
