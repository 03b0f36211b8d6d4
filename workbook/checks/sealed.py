"""What was changed in a form after it was sealed. The office must see it; it is no reason to return the form."""

from __future__ import annotations

from collections.abc import Iterator

from workbook.checks.builtin import Place, finding
from workbook.messages import say
from workbook.model import Finding, Pack, Submission
from workbook.seal import Change, changed_since

_MOST = 20  # changes told one by one; who changed more has another form before him


def seal_findings(key: str, submission: Submission, pack: Pack) -> Iterator[Finding]:
    """Yield a warning for every change since the form was sealed, one for the rest of many."""
    changes = changed_since(submission, pack)
    for change in changes[:_MOST]:
        if change.code and change.measure is None:
            yield _text_finding(key, submission, pack, change)
        else:
            yield _figure_finding(key, submission, pack, change)
    if len(changes) > _MOST:
        yield finding("seal_rest", "warning", key, Place("", "", ""), n=str(len(changes) - _MOST))


def _figure_finding(key: str, submission: Submission, pack: Pack, change: Change) -> Finding:
    place, name = Place("", "", ""), say("seal.code_name")
    if change.measure is not None:
        cell = submission.cells[change.code, change.measure]
        place = Place(cell.sheet, cell.address, change.code)
        time = "" if change.measure == "value" else say(f"form.head_{change.measure}")
        name = pack.indicators[change.code].name + time
    then, now = (value or say("seal.blank") for value in (change.then, change.now))
    return finding("seal", "warning", key, place, name=name, then=then, now=now)


def _text_finding(key: str, submission: Submission, pack: Pack, change: Change) -> Finding:
    rows = [row for row in submission.texts.get(change.code, ()) if row.number == change.number]
    sheet, cell = (rows[0].sheet, rows[0].cells[0]) if rows else submission.places.get(change.code, ("", ""))
    what = "rewritten" if change.then and change.now else "added" if change.now else "removed"
    values = {"name": pack.texts[change.code].name, "number": str(change.number), "what": say(f"seal.{what}")}
    return finding("seal_text", "warning", key, Place(sheet, cell, change.code), **values)
