"""Who reported what, what became of every file, what was found, how the books stand and how the run went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from exporters.consolidated.listing import Column, Linked, Listing, Value, write_list
from exporters.consolidated.received import Received
from exporters.consolidated.styles import Styles
from workbook.checks.builtin import rule_name
from workbook.collection import ALL, Collection
from workbook.computed import stored_refs
from workbook.decisions import decision_line
from workbook.expression.parse import parse
from workbook.expression.tree import mentioned
from workbook.form.book import switch_line
from workbook.messages import say
from workbook.model import Decision, Measure, Receipt, Switch
from workbook.period import Period
from workbook.seal import seal_state


def balance_lines(collection: Collection) -> list[str]:
    """Return the books in words: units, files, control totals."""
    b = collection.balance
    units = say("book.balance_units", expected=b.expected, **{str(k): v for k, v in b.units.items()})
    files = say("book.balance_files", received=b.received, **{str(k): v for k, v in b.files.items()})
    sums = say("book.balance_sums", n=b.sums_compared, differ=len(b.sums_differ))
    return [units, files, sums, say("book.balanced" if b.balanced else "book.unbalanced"), *taken_out_line(collection)]


def coverage_line(collection: Collection) -> str:
    """Return how many verdicts the rules came to, in words."""
    counts = {k: sum(getattr(t, k) for t in collection.tallies) for k in ("passed", "failed", "undecided", "broken")}
    return say("book.coverage", rules=len(collection.tallies), **counts)


def run_lines(collection: Collection, hidden: frozenset[str] = frozenset()) -> list[str]:
    """Return how the rules ran, in words: verdicts, what the round switched, what earlier figures were wanting for."""
    adjusted = [*(switch_line(s) for s in shown_switches(collection, hidden)), *decision_lines(collection, hidden)]
    return [coverage_line(collection), *adjusted, *unjudged_lines(collection)]


def decision_lines(collection: Collection, hidden: frozenset[str]) -> list[str]:
    """Return the office's decisions in words, but waivers of rules on `hidden` items."""
    names = {u.code: u.name for u in collection.round.units}
    return [decision_line(d, names.get(d.unit, d.unit)) for d in shown_decisions(collection, hidden)]


def shown_decisions(collection: Collection, hidden: frozenset[str]) -> list[Decision]:
    """Return the office's decisions but waivers of rules on `hidden` items."""
    return [d for d in collection.decisions if d.kind != "waive" or not hidden & _operands(collection, d.rule)]


def _operands(collection: Collection, rule: str) -> set[str]:
    found = collection.round.pack.rules.get(rule)
    return set(mentioned(parse(found.expression))) if found else set()


def taken_out_line(collection: Collection) -> list[str]:
    """Return what came in once and lies in 收件 no more, in words, if there is any."""
    names = "、".join(collection.taken_out)
    return [say("book.taken_out", n=len(collection.taken_out), names=names)] if collection.taken_out else []


def shown_switches(collection: Collection, hidden: frozenset[str]) -> list[Switch]:
    """Return the round's switches but those of rules on `hidden` items: a reason may say what they are about."""
    return [s for s in collection.round.switches if not hidden & _operands(collection, s.rule)]


def unjudged_lines(collection: Collection) -> list[str]:
    """Return, per earlier period without accepted figures, how often the rules that look at it came to no verdict.

    Nothing is said where the figures were there, or where the units gave them all themselves.
    """
    pack = collection.round.pack
    looks = {
        t: {ref.measure for ref in stored_refs(parse(pack.rules[t.rule].expression), pack.indicators)}
        for t in collection.tallies
    }
    measures: dict[Period, list[Measure]] = {}
    for measure, period in collection.unknown.items():
        measures.setdefault(period, []).append(measure)
    lines = []
    for period, missing in measures.items():
        looking = [t for t, seen in looks.items() if seen & set(missing)]
        if n := sum(t.undecided for t in looking):
            times = "、".join(say(f"form.head_{m}") for m in missing)
            lines.append(say("book.no_earlier", times=times, period=period.title, rules=len(looking), n=n))
    return lines


def write_units_state(book: Any, styles: Styles, collection: Collection, notes: Mapping[str, str]) -> None:
    """Add 报送情况: the balance and a line per unit, with the office's `notes` by unit."""
    columns = [
        *(Column("unit_code", 12, "centre"), Column("unit", 30), Column("tier", 12, "centre")),
        *(
            Column("state", 12, "state"),
            Column("file", 42),
            Column("received", 18, "centre"),
            Column("check_code", 13, "centre"),
            Column("seal", 16, "centre"),
        ),
        *(Column("remark", 40), Column("office_note", 24, "typed")),
    ]
    rows = ([*row, notes.get(str(row[0]), "")] for row in _unit_rows(collection))
    listing = Listing(say("book.receipts_sheet"), collection.period.title, columns, balance_lines(collection))
    write_list(book, styles, listing, rows)


def _unit_rows(collection: Collection) -> Iterator[list[Value]]:
    order = {"used": 0, "rejected": 1, "superseded": 2, "duplicate": 3, "attached": 4, "unrecognised": 5}
    best: dict[str, Receipt] = {}
    latest_first = sorted(collection.receipts, key=lambda r: r.came, reverse=True)
    for r in sorted(latest_first, key=lambda r: order[r.state]):
        best.setdefault(r.unit, r)
    for unit in collection.round.units:
        receipt = best.get(unit.code)
        tier = collection.round.pack.tier(unit.tier).name
        state = say(f"state.{collection.states[unit.code]}")
        if receipt is None:
            yield [unit.code, unit.name, tier, state, "", "", "", "", say("book.no_file")]
        else:
            remark = "" if receipt.note == say("receipt.used") else receipt.note
            used = collection.submissions.get(unit.code)
            code = collection.lots.check_code(collection.forms[unit.code].sha256) if used else ""
            seal = say(f"seal.{seal_state(used, collection.round.pack)}") if used else ""
            yield [unit.code, unit.name, tier, state, receipt.file, time_of(receipt.received), code, seal, remark]


def write_files(book: Any, styles: Styles, collection: Collection, received: Received) -> None:
    """Add 收到的文件: a line per file, with what became of it and what to do. Forms open on a click."""
    columns = [
        *(Column("file", 46), Column("unit_code", 12, "centre"), Column("file_state", 12, "centre")),
        *(Column("received", 18, "centre"), Column("fate", 46), Column("what_to_do", 46), Column("sha", 16, "centre")),
    ]
    rows = _file_rows(collection, received)
    write_list(book, styles, Listing(say("book.files_sheet"), collection.period.title, columns), rows)


def _file_rows(collection: Collection, received: Received) -> Iterator[list[Value]]:
    for r in collection.receipts:
        file, state = Linked(r.file, received.target(r.file)), say(f"file.{r.state}")
        yield [file, r.unit, state, time_of(r.received), r.note, r.remedy, r.sha256[:12]]


def time_of(moment: datetime) -> str:
    """Return a moment as people read it, "" where it is not known."""
    return "" if moment == datetime.min else moment.strftime("%Y-%m-%d %H:%M")


def write_findings(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str]) -> None:
    """Add 审核情况: every finding with where, what and what to do. `hidden` items are not mentioned."""
    columns = [
        *(Column("unit", 26), Column("rule", 10, "centre"), Column("severity", 12, "centre"), Column("sheet", 22)),
        *(Column("cell", 8, "centre"), Column("message", 46), Column("what_to_do", 46), Column("reason", 30)),
        Column("file", 34),
    ]
    rows = _finding_rows(collection, hidden)
    period, notes = collection.period.title, run_lines(collection, hidden)
    write_list(book, styles, Listing(say("book.findings_sheet"), period, columns, notes), rows)


def _finding_rows(collection: Collection, hidden: frozenset[str]) -> Iterator[list[Value]]:
    """Yield findings on totals, then on files that count or were returned; superseded ones concern nobody."""
    for f in collection.total_findings:
        if not hidden & {*f.operands, f.indicator}:
            whole = collection.round.pack.whole if f.unit == ALL else f.unit
            severity = severity_word(f.severity, trial=f.trial)
            yield [whole, rule_name(f.rule), severity, "", "", f.message, f.remedy, "", ""]
    for receipt, f in collection.findings:
        if receipt.state in ("used", "rejected") and not hidden & {*f.operands, f.indicator}:
            unit = collection.round.unit(f.unit)
            severity = severity_word(f.severity, trial=f.trial)
            name = unit.name if unit else f.unit
            yield [name, rule_name(f.rule), severity, f.sheet, f.cell, f.message, f.remedy, f.reason, receipt.file]


def severity_word(severity: str, *, trial: bool) -> str:
    """Return a severity as people read it, with a mark on rules in trial."""
    return say(f"word.{severity}") + (say("book.trial") if trial else "")


def write_controls(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str]) -> None:
    """Add 控制数核对: the umbrella's figures beside the sum of its units; a gap is shown, never filled."""
    if not collection.controls:
        return
    columns = [
        *(Column("indicator", 34), Column("word", 10, "centre"), Column("control_umbrella", 16, "number")),
        *(Column("control_units", 16, "number"), Column("control_n", 12, "centre")),
        *(Column("control_difference", 14, "number"), Column("remark", 36)),
    ]
    basis = say("book.basis_umbrella" if collection.round.basis == "umbrella" else "book.basis_units")
    rows = _control_rows(collection, hidden)
    notes = [basis, say("book.control_uneven")]
    write_list(book, styles, Listing(say("book.controls_sheet"), collection.period.title, columns, notes), rows)


def _control_rows(collection: Collection, hidden: frozenset[str]) -> Iterator[list[Value]]:
    for c in collection.controls:
        if c.code not in hidden:
            item = collection.round.pack.indicators[c.code]
            n = say("book.n_of", n=c.n, units=c.expected)
            difference: Value = say("word.dash") if c.difference is None else float(c.difference)
            remark = say("book.control_differs") if c.difference else ""
            yield [item.name, item.measure_word, float(c.umbrella), float(c.units), n, difference, remark]
