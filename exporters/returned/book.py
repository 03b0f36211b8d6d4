"""成果/退回: for every unit whose latest form was returned, its own form with what is wrong marked in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from exporters.cores import on_all_cores
from exporters.returned.anew import understood, whole
from exporters.returned.kept import Kept
from exporters.returned.marks import clear, mark
from exporters.returned.notes import concerns_unit
from exporters.returned.opinion import Letter, write_opinion
from exporters.returned.own import open_own, saved
from exporters.returned.thaw import thaw
from exporters.rounds import write_books
from workbook.checks.check import check
from workbook.collection import Collection
from workbook.decisions import standing
from workbook.files import replacing
from workbook.form.book import form_name
from workbook.form.content import layouts_of
from workbook.history import by_unit, stored_figures
from workbook.messages import say
from workbook.model import Finding, Receipt, Round, Submission, Unit
from workbook.originals import original
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_form, read_submission
from workbook.round import RESULTS
from workbook.store import Unreachable

RETURNED = say("folder.returned")


@dataclass(frozen=True, slots=True)
class Job:
    """One form to mark: the sha256 of what came in, where the marked one goes, what its unit is told."""

    digest: str
    target: Path
    letter: Letter
    anew: Path | None = None  # the form that was written in the place of what came in

    def content(self, round_: Round) -> bytes:
        """Return the bytes of the form to mark; OSError from the disk."""
        return original(round_, self.digest) if self.anew is None else self.anew.read_bytes()


def write_returned(collection: Collection) -> list[Path]:
    """Have every returned form in 成果/退回, take away those of earlier runs, return the paths.

    A form that stands there as it would be written stays.
    """
    round_ = collection.round
    folder = round_.path / RESULTS / RETURNED
    found: dict[str, list[Finding]] = {}
    for receipt, finding in collection.findings:
        found.setdefault(receipt.file, []).append(finding)
    jobs = [
        Job(
            r.sha256,
            folder / returned_name(u, round_),
            _letter(collection, u, r, found.get(r.file, [])),
        )
        for u, r in returned(collection)
    ]
    kept = Kept(round_)
    targets = {job.target for job in jobs if kept.stands(job.target, job.digest, job.letter)}
    targets |= _marked(round_, [job for job in jobs if job.target not in targets])
    odd = [job for job in jobs if job.target not in targets]
    if odd:
        targets |= _write_anew(round_, odd)
    for job in jobs:
        if job.target in targets:
            kept.note(job.target, job.digest, job.letter)
    kept.keep()
    for stale in sorted(folder.glob("*.xlsx")):
        if stale not in targets and not stale.name.startswith("~$"):
            stale.unlink()
    return sorted(targets)


def returned(collection: Collection) -> list[tuple[Unit, Receipt]]:
    """Return the units whose latest form was returned, with its receipt, even where an earlier one stays in use."""
    latest: dict[str, Receipt] = {}
    for receipt in sorted(collection.receipts, key=lambda r: r.came):
        if receipt.judged:
            latest[receipt.unit] = receipt
    return [
        (u, latest[u.code]) for u in collection.round.units if u.code in latest and latest[u.code].state == "rejected"
    ]


def returned_name(unit: Unit, round_: Round) -> str:
    """Return the file name of a returned form: unit code and name."""
    return form_name(unit, round_.period).removesuffix(f"_{round_.period}.xlsx") + ".xlsx"


def _letter(collection: Collection, unit: Unit, receipt: Receipt, findings: Iterable[Finding]) -> Letter:
    used = collection.submissions.get(unit.code)
    decided = standing(collection.decisions).get((unit.code, receipt.sha256))
    return Letter(
        unit=unit,
        period=collection.period.title,
        office=collection.round.office,
        file=receipt.file,
        received=receipt.received,
        in_use=used.file if used is not None else "",
        findings=_told(findings),
        switches=collection.round.switches,
        decided=decided.why if decided else "",
    )


def _told(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(f for f in findings if concerns_unit(f))


def _marked(round_: Round, jobs: Sequence[Job]) -> set[Path]:
    """Mark the forms, on all cores where that pays; return what was written."""
    done = on_all_cores(partial(mark_form, round_), jobs, len(jobs))
    return {job.target for job, marked in zip(jobs, done, strict=True) if marked}


def mark_form(round_: Round, job: Job) -> bool:
    """Write one form marked, its source untouched; False if it cannot be marked, and nothing is written."""
    try:
        content = _content(round_, job)
    except Unreachable:
        raise
    except Exception:  # whatever a reader trips over that a sender is free to make up; a form of ours is our fault
        if job.letter.anew:
            raise
        return False
    if content is None:
        return False
    with replacing(job.target) as temporary:
        temporary.write_bytes(content)
    return True


def _content(round_: Round, job: Job) -> bytes | None:
    """Return the form marked, None if it has no place for everything that is asked or is too odd."""
    submission = _read(round_, job)
    if submission is None or not whole(submission, layouts_of(round_)[submission.unit.tier]):
        return None
    data = job.content(round_)
    book = open_own(data)
    if book is None or not {f.sheet for f in job.letter.findings if f.cell} <= set(book.sheetnames):
        return None
    clear(book)
    if submission.seal is not None:
        thaw(book)
    write_opinion(book, replace(job.letter, repairs=job.letter.repairs or submission.repairs))
    mark(book, submission, job.letter.findings)
    return saved(book, data)


def _read(round_: Round, job: Job) -> Submission | None:
    """Return the form; None if it cannot be read."""
    try:
        data = job.content(round_)
        submission = read_form(data, job.digest, job.letter.received, round_.pack, round_)
        return replace(submission, unit=job.letter.unit)
    except Unreachable:
        raise
    except (OSError, Unreadable):
        return None


def _write_anew(round_: Round, jobs: Sequence[Job]) -> set[Path]:
    """Write forms anew with what was understood of them, judge these, mark these; return what was written."""
    senders = {job.letter.unit.code for job in jobs}
    earlier = by_unit(stored_figures(round_, senders)[0], senders)
    with tempfile.TemporaryDirectory() as folder:
        fresh = {}
        for job in jobs:
            submission = _read(round_, job)
            if submission is not None:
                told = replace(job, letter=replace(job.letter, repairs=submission.repairs))
                fresh[Path(folder) / job.target.name] = (told, understood(round_, submission, earlier))
        if not fresh:
            return set()
        write_books(round_, {path: content for path, (_, content) in fresh.items()})
        forms = {
            str(p): replace(read_submission(p, round_.pack), unit=job.letter.unit) for p, (job, _) in fresh.items()
        }
        checked = check(
            round_.pack, forms, earlier, period=round_.period, modules=round_.modules, switches=round_.switches
        )
        again = [
            replace(job, anew=path, letter=replace(job.letter, findings=_told(checked.findings[str(path)]), anew=True))
            for path, (job, _) in fresh.items()
        ]
        return _marked(round_, again)
