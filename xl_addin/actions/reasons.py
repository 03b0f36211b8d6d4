"""Reasons for what has to be explained: asked for one after another, written where the form keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exporters.desk import Judged
from workbook.checks.check import STATED_MISSING
from workbook.layout import Block, Layout, make_layout
from workbook.messages import say
from workbook.model import Finding
from workbook.period import parse_period
from workbook.reading.submission import SHORTEST_REASON
from workbook.reading.values import length
from xl_addin.actions.sheets import as_text
from xl_addin.front import Front, Refused

_NEEDED = ("rule", "code", "reason")


def to_explain(form: Judged) -> list[Finding]:
    """Return what the unit still has to give a reason for: one reason closes all that a rule has found."""
    owed: dict[str, Finding] = {}
    for f in form.findings:
        if f.open and f.severity == "confirm":
            owed.setdefault(f.indicator if f.rule == STATED_MISSING else f.rule, f)
    return list(owed.values())


def ask_reasons(front: Front, form: Judged) -> int:
    """Ask for the reasons that are wanting and write them; return how many were given.

    An empty answer passes on to the next one, a closed question ends the asking. Refused where no room is left.
    """
    owed = to_explain(form)
    rows = _free_rows(front, form)
    written = 0
    for number, finding in enumerate(owed, 1):
        reason = _asked(front, finding, f"{number}/{len(owed)}")
        if reason is None:
            break
        if reason:
            _write(front, next(rows), _said(form, finding, reason))
            written += 1
    return written


def _asked(front: Front, finding: Finding, which: str) -> str | None:
    """Return a reason that is long enough, "" for none, None when the question was closed."""
    question = say("macro.ask_reason", which=which, message=finding.message, least=SHORTEST_REASON)
    answer = front.program.ask(question)
    while answer and length(answer) < SHORTEST_REASON:
        front.program.warn(say("macro.short_reason", least=SHORTEST_REASON))
        answer = front.program.ask(question, answer)
    return answer


Row = tuple[str, int, dict[str, int]]  # sheet, row and the column of each subfield, from 1


def _free_rows(front: Front, form: Judged) -> Iterator[Row]:
    """Yield rows of the sheet of reasons in which nothing stands."""
    block = _block(form)
    sheet, start = form.submission.places.get(block.text.code, ("", "")) if block else ("", "")
    if block is None or not start:
        raise Refused(say("macro.no_reasons"))
    first = front.book.sheets[sheet].range(start)
    shift = first.column - (min(block.columns) + 1)  # columns of the layout count from 0
    columns = {s.name: c + 1 + shift for s, c in zip(block.text.subfields, block.columns, strict=True)}
    taken = {row.number for row in form.submission.texts.get(block.text.code, ())}
    for number in range(1, block.text.max_items + 1):
        if number not in taken:
            yield sheet, first.row + number - 1, columns
    raise Refused(say("macro.reasons_full", sheet=sheet))


def _block(form: Judged) -> Block | None:
    """Return where the form keeps its reasons."""
    submission = form.submission
    layout: Layout = make_layout(
        form.pack, submission.unit.tier, parse_period(submission.period), tuple(submission.modules)
    )
    blocks = (b for b in layout.blocks.values() if b.text.place == "notes")
    return next((b for b in blocks if {*_NEEDED} <= {s.name for s in b.text.subfields}), None)


def _write(front: Front, row: Row, said: Mapping[str, str]) -> None:
    sheet, at, columns = row
    for name, text in said.items():
        if text:
            front.book.sheets[sheet].range((at, columns[name])).value = as_text(text)


def _said(form: Judged, finding: Finding, reason: str) -> dict[str, str]:
    """Return what is written in each column; a number that is stated missing is named by its indicator alone."""
    item = form.pack.indicators.get(finding.indicator)
    rule = "" if finding.rule == STATED_MISSING else finding.rule
    return {"rule": rule, "code": item.name if item else finding.indicator, "reason": reason}
