"""报送情况 and 审核情况: who reported what, what became of every file, what was found, how the books stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from exporters.consolidated.styles import Styles
from workbook.collection import Collection
from workbook.form.styles import Styles as FormStyles
from workbook.messages import say
from workbook.model import Finding, Receipt

RECEIPT_WIDTHS = (4, 12, 34, 12, 18, 46, 18, 40)


def write_receipts(book: Any, styles: Styles, collection: Collection) -> None:
    """Add 报送情况: the balance, a line per unit, a line per file."""
    sheet = book.add_worksheet(say("book.receipts_sheet"))
    _page(sheet, RECEIPT_WIDTHS)
    sheet.write_string(0, 1, f"{say('book.receipts_sheet')}　{collection.period.title}", styles.title)
    row = 2
    for line in balance_lines(collection):
        sheet.write_string(row, 1, line, styles.note)
        row += 1
    row = _heading(
        sheet,
        styles,
        row + 1,
        [say(f"book.{k}") for k in ("unit_code", "unit", "tier", "state", "file", "received", "remark")],
    )
    best = _best_receipt(collection)
    for unit in collection.round.units:
        state = collection.states[unit.code]
        receipt = best.get(unit.code)
        tier = collection.round.pack.tier(unit.tier).name
        style = styles.good if state == "accepted" else styles.bad
        sheet.write_string(row, 1, unit.code, styles.centre)
        sheet.write_string(row, 2, unit.name, styles.label)
        sheet.write_string(row, 3, tier, styles.centre)
        sheet.write_string(row, 4, say(f"state.{state}"), style)
        sheet.write_string(row, 5, receipt.file if receipt else "", styles.label)
        sheet.write_string(row, 6, _time(receipt.received) if receipt else "", styles.centre)
        sheet.write_string(row, 7, receipt.note if receipt else say("book.no_file"), styles.label)
        row += 1
    row = _heading(
        sheet,
        styles,
        row + 2,
        [say(f"book.{k}") for k in ("unit_code", "file", "file_state", "received", "fate", "sha", "what_to_do")],
    )
    for r in collection.receipts:
        values = (r.unit, r.file, say(f"file.{r.state}"), _time(r.received), r.note, r.sha256[:12], r.remedy)
        lines = 1
        for column, value in enumerate(values, 1):
            sheet.write_string(row, column, value, styles.label)
            lines = max(lines, FormStyles.lines(value, RECEIPT_WIDTHS[column] - 2))
        sheet.set_row(row, 4 + 15 * lines)
        row += 1


def balance_lines(collection: Collection) -> list[str]:
    """Return the books in words: units, files, control totals."""
    b = collection.balance
    units = say("book.balance_units", expected=b.expected, **{str(k): v for k, v in b.units.items()})
    files = say("book.balance_files", received=b.received, **{str(k): v for k, v in b.files.items()})
    sums = say("book.balance_sums", n=b.sums_compared, differ=len(b.sums_differ))
    return [units, files, sums, say("book.balanced" if b.balanced else "book.unbalanced")]


def _best_receipt(collection: Collection) -> dict[str, Receipt]:
    order = {"used": 0, "rejected": 1, "superseded": 2, "duplicate": 3, "attached": 4, "unrecognised": 5}
    best: dict[str, Receipt] = {}
    for r in sorted(collection.receipts, key=lambda r: (order[r.state], r.received)):
        best.setdefault(r.unit, r)
    return best


def _time(moment: datetime) -> str:
    return "" if moment == datetime.min else moment.strftime("%Y-%m-%d %H:%M")


def write_findings(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str]) -> None:
    """Add 审核情况: every finding with what to do, then how each rule fared. `hidden` items are not mentioned."""
    sheet = book.add_worksheet(say("book.findings_sheet"))
    widths = (4, 26, 10, 10, 14, 8, 44, 44, 30, 36)
    _page(sheet, widths)
    sheet.write_string(0, 1, f"{say('book.findings_sheet')}　{collection.period.title}", styles.title)
    sheet.write_string(1, 1, coverage_line(collection), styles.note)
    heads = ("unit", "rule", "severity", "sheet", "cell", "message", "what_to_do", "reason", "file")
    row = first = _heading(sheet, styles, 3, [say(f"book.{k}") for k in heads])
    for receipt, f in _visible(collection, hidden):
        severity = say(f"word.{f.severity}") + (say("book.trial") if f.trial else "")
        unit = collection.round.unit(f.unit)
        values = (
            unit.name if unit else f.unit,
            f.rule,
            severity,
            f.sheet,
            f.cell,
            f.message,
            f.remedy,
            f.reason,
            receipt.file,
        )
        _row(sheet, styles, row, values, widths)
        row += 1
    if row == first:
        sheet.write_string(row, 1, say("book.no_findings"), styles.note)
        row += 1
    else:
        sheet.autofilter(first - 1, 1, row - 1, len(heads))
    sheet.freeze_panes(first, 2)
    for switch in collection.round.switches:
        sheet.write_string(
            row + 1, 1, say("book.switched", rule=switch.rule, to=switch.to, reason=switch.reason), styles.note
        )
        row += 1
    _rule_report(sheet, styles, collection, hidden, row + 2)


def _visible(collection: Collection, hidden: frozenset[str]) -> Iterable[tuple[Receipt, Finding]]:
    """Return findings of files that count or were returned; superseded versions no longer concern anyone."""
    for receipt, finding in collection.findings:
        if receipt.state in ("used", "rejected") and not hidden & {*finding.operands, finding.indicator}:
            yield receipt, finding


def coverage_line(collection: Collection) -> str:
    """Return how many verdicts the rules came to, in words."""
    counts = [sum(getattr(t, k) for t in collection.tallies) for k in ("passed", "failed", "undecided", "broken")]
    return say(
        "book.coverage",
        rules=len(collection.tallies),
        passed=counts[0],
        failed=counts[1],
        undecided=counts[2],
        broken=counts[3],
    )


def _rule_report(sheet: Any, styles: Styles, collection: Collection, hidden: frozenset[str], row: int) -> None:
    from workbook.expression.parse import parse
    from workbook.expression.tree import mentioned

    row = _heading(
        sheet,
        styles,
        row,
        [say(f"book.{k}") for k in ("rationale", "rule", "severity", "passed", "failed", "undecided", "remark")],
    )
    for tally in collection.tallies:
        rule = collection.round.pack.rules[tally.rule]
        if hidden & set(mentioned(parse(rule.expression))):
            continue
        remark = say("book.rule_broken", n=tally.broken) if tally.broken else ""
        values = (
            rule.rationale,
            rule.id,
            say(f"word.{rule.severity}"),
            str(tally.passed),
            str(tally.failed),
            str(tally.undecided),
            remark,
        )
        for column, value in enumerate(values, 1):
            sheet.write(row, column, int(value) if value.isdigit() else value, styles.label)
        row += 1


def write_controls(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str]) -> None:
    """Add 控制数核对: the umbrella's figures beside the sum of its units; a gap is shown, never filled."""
    if not collection.controls:
        return
    sheet = book.add_worksheet(say("book.controls_sheet"))
    _page(sheet, (4, 30, 10, 14, 14, 12, 14, 40))
    sheet.write_string(0, 1, f"{say('book.controls_sheet')}　{collection.period.title}", styles.title)
    basis = say("book.basis_umbrella" if collection.round.basis == "umbrella" else "book.basis_units")
    sheet.write_string(1, 1, basis, styles.note)
    heads = ("indicator", "word", "control_umbrella", "control_units", "control_n", "control_difference", "remark")
    row = _heading(sheet, styles, 3, [say(f"book.{k}") for k in heads])
    for c in collection.controls:
        if c.code in hidden:
            continue
        item = collection.round.pack.indicators[c.code]
        sheet.write_string(row, 1, item.name, styles.label)
        sheet.write_string(row, 2, item.measure_word, styles.centre)
        sheet.write_number(row, 3, float(c.umbrella), styles.figure(item.decimals))
        sheet.write_number(row, 4, float(c.units), styles.figure(item.decimals))
        sheet.write_string(row, 5, say("book.n_of", n=c.n, units=c.expected), styles.centre)
        if c.difference is None:
            sheet.write_string(row, 6, say("word.dash"), styles.centre)
            sheet.write_string(row, 7, say("book.control_uneven", n=c.expected - c.n), styles.label)
        else:
            sheet.write_number(row, 6, float(c.difference), styles.figure(item.decimals))
            sheet.write_string(
                row, 7, say("book.control_same" if c.difference == 0 else "book.control_differs"), styles.label
            )
        row += 1
    sheet.freeze_panes(4, 2)


def _page(sheet: Any, widths: Sequence[int]) -> None:
    sheet.hide_gridlines(2)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_row(0, 26)
    sheet.set_footer(f"&L&A&C{say('form.page')}")


def _heading(sheet: Any, styles: Styles, row: int, heads: Sequence[str]) -> int:
    for column, head in enumerate(heads, 1):
        sheet.write_string(row, column, head, styles.heading)
    sheet.set_row(row, 22)
    return row + 1


def _row(sheet: Any, styles: Styles, row: int, values: Sequence[str], widths: Sequence[int]) -> None:
    for column, value in enumerate(values, 1):
        sheet.write_string(row, column, value, styles.label)
    lines = max(FormStyles.lines(v, w - 2) for v, w in zip(values, widths[1:], strict=True))
    sheet.set_row(row, 4 + 15 * lines)
