"""Whom to chase: units that owe a form, a correction or an explanation; in words, as a text to send, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from exporters.returned.book import RETURNED, returned, returned_name
from exporters.returned.notes import shortened
from workbook.checks.builtin import rule_name
from workbook.collection import Collection
from workbook.decisions import standing
from workbook.files import replacing
from workbook.messages import say
from workbook.model import Finding, Indicator, Receipt, TextInput, Unit
from workbook.round import RESULTS

Owing = Literal["missing", "returned", "correction", "open"]

OWINGS: tuple[Owing, ...] = ("missing", "returned", "correction", "open")
NOTICE = say("folder.notice")
_TOLD = 2  # findings told in words; the rest stands in the form itself


@dataclass(frozen=True, slots=True)
class Owed:
    """A unit that owes something.

    State `correction`: an earlier form counts, the latest was returned. `open`: the form that counts has errors,
    or findings without a reason.
    """

    unit: Unit
    state: Owing
    days: int | None  # since the day of the deadline, below 0 before it; None without one and where a form counts
    receipt: Receipt | None  # of the file it is about, None where nothing came
    findings: tuple[Finding, ...]  # open ones in it, errors first
    marked: str = ""  # path under 成果 of the form that goes back
    in_use: str = ""  # the earlier file that counts

    @property
    def days_overdue(self) -> int | None:
        """Days since the deadline's day, 0 until then; None where nothing is due."""
        return None if self.days is None else max(0, self.days)

    @property
    def came(self) -> str:
        """When the file came, in the computer's time; "" where none came or nobody knows."""
        known = self.receipt is not None and self.receipt.received != datetime.min
        return f"{self.receipt.received:%Y-%m-%d %H:%M}" if self.receipt and known else ""

    def count(self, severity: str) -> int:
        """Return how many open findings have this severity."""
        return sum(f.severity == severity for f in self.findings)


def who_owes(collection: Collection, now: datetime) -> tuple[Owed, ...]:
    """Return the units to be chased at the time `now`, in the order of the list. Late and accepted is not chased."""
    deadline = collection.round.deadline
    days = (now.date() - deadline.date()).days if deadline else None
    back = {unit.code: receipt for unit, receipt in returned(collection)}
    found: dict[str, list[Finding]] = {}
    for judged, finding in collection.findings:
        if finding.open:
            found.setdefault(judged.file, []).append(finding)
    came: dict[str, list[Receipt]] = {}
    for sent in sorted(collection.receipts, key=lambda r: r.came):
        came.setdefault(sent.unit, []).append(sent)
    accepted, owed = standing(collection.decisions), []
    for unit in collection.round.units:
        state, receipt = _owing(collection, unit, back.get(unit.code), came.get(unit.code, []))
        findings = tuple(found.get(receipt.file, ())) if receipt else ()
        if state == "open" and (not findings or (receipt and (unit.code, receipt.sha256) in accepted)):
            continue
        used = collection.submissions.get(unit.code)
        owed.append(
            Owed(
                unit,
                state,
                days=None if used else days,
                receipt=receipt,
                findings=findings,
                marked=f"{RETURNED}/{returned_name(unit, collection.round)}" if unit.code in back else "",
                in_use=used.file if used and state == "correction" else "",
            )
        )
    return tuple(owed)


def _owing(
    collection: Collection, unit: Unit, back: Receipt | None, came: Sequence[Receipt]
) -> tuple[Owing, Receipt | None]:
    """Return what a unit would owe, and the receipt that says so: of its returned form, else of its last file.

    `came` are its receipts in the order they came.
    """
    match collection.states[unit.code]:
        case "accepted" if back:
            return "correction", back
        case "accepted":
            return "open", next(r for r in came if r.state == "used")
        case "returned":
            return "returned", back or [r for r in came if r.state == "rejected"][-1]
        case "missing":
            return "missing", came[-1] if came else None


def due(days: int | None) -> str:
    """Return in words how far the deadline is away or past, "" where there is none."""
    if days is None:
        return ""
    if days == 0:
        return say("chasing.today")
    return say("chasing.overdue", n=days) if days > 0 else say("chasing.left", n=-days)


def situation(owed: Owed, unsaid: frozenset[str]) -> list[str]:
    """Return how things stand with a unit, a line each; findings on `unsaid` indicators and texts are only counted."""
    if owed.receipt is None:
        return [say("chasing.nothing_came")]
    file, note = owed.receipt.file, owed.receipt.note
    if not owed.findings:
        return [say(f"chasing.file_{owed.state}", file=file, note=note)]
    counts = {say(f"word.{s}"): owed.count(s) for s in ("error", "confirm")}
    told = [f for f in owed.findings if not unsaid & {*f.operands, f.indicator}][:_TOLD]
    rest = len(owed.findings) - len(told)
    lines = [
        say(
            f"chasing.form_{owed.state}",
            file=file,
            in_use=owed.in_use,
            counts=say("word.comma").join(say("chasing.count", what=what, n=n) for what, n in counts.items() if n),
        ),
        *(_told(number, f) for number, f in enumerate(told, 1)),
    ]
    if rest:
        where = say("returned.sheet") if owed.marked else say("form.live_sheet")
        lines.append(say("chasing.rest" if told else "chasing.all", n=rest, sheet=where))
    return [*lines, say("chasing.marked", path=owed.marked)] if owed.marked else lines


def _told(number: int, f: Finding) -> str:
    where = say("word.comma").join(p for p in (f"{f.sheet} {f.cell}".strip(), rule_name(f.rule)) if p)
    return say("chasing.finding", number=number, where=where, message=shortened(f.message))


def ask(owed: Owed) -> str:
    """Return what the unit is asked to do."""
    if owed.marked:
        return say("chasing.ask_marked")
    if owed.state == "open":
        return say("chasing.ask_correct" if owed.count("error") else "chasing.ask_explain")
    return say("chasing.ask_form")


def chasing_json(owed: Sequence[Owed]) -> list[dict[str, Any]]:
    """Return the units to be chased as JSON objects."""
    return [
        {
            "unit": o.unit.code,
            "name": o.unit.name,
            "state": o.state,
            "days_overdue": o.days_overdue,
            "contact": o.unit.contact,
            "file": o.receipt.file if o.receipt else "",
            "received": o.came,
            "errors": o.count("error"),
            "confirms": o.count("confirm"),
        }
        for o in owed
    ]


def write_notice(collection: Collection, owed: Sequence[Owed], now: datetime) -> list[Path]:
    """Write 成果/催报.txt, the text to send, and return its path; take it away when nobody owes anything."""
    path = collection.round.path / RESULTS / NOTICE
    if not owed:
        path.unlink(missing_ok=True)
        return []
    text = "\n".join(notice(collection, owed, now)) + "\n"
    with replacing(path) as temporary:  # mark and line ends for Notepad before Windows 10
        temporary.write_text(text, encoding="utf-8-sig", newline="\r\n")
    return [path]


def notice(collection: Collection, owed: Sequence[Owed], now: datetime) -> list[str]:
    """Return the lines of the text to send. It goes to many: only what may be published is named in it."""
    pack = collection.round.pack
    items: dict[str, Indicator | TextInput] = {**pack.indicators, **pack.texts}
    unsaid = frozenset(c for c, i in items.items() if i.sensitive != "none")
    office = collection.round.office
    lines = [say("chasing.title", period=collection.period.title, title=pack.title), "", *_head(collection, now)]
    for state in OWINGS:
        group = [o for o in owed if o.state == state]
        if group:
            lines += ["", say(f"chasing.group_{state}", n=len(group)), *_paragraphs(group, unsaid)]
    date = say("report.day", y=now.year, m=now.month, d=now.day)
    return [*lines, "", say("chasing.questions", office=office or say("form.office")), "", office, date]


def _head(collection: Collection, now: datetime) -> Iterator[str]:
    deadline, balance = collection.round.deadline, collection.balance
    names = {"period": collection.period.title, "title": collection.round.pack.title}
    if deadline is None:
        yield say("chasing.no_deadline", **names)
    else:
        days = (now.date() - deadline.date()).days
        yield say("chasing.deadline", **names, deadline=_moment(deadline), due=due(days))
    yield say("chasing.standing", now=_moment(now), expected=balance.expected, accepted=balance.units["accepted"])


def _paragraphs(group: Sequence[Owed], unsaid: frozenset[str]) -> Iterator[str]:
    """Yield what is asked of the units of a group; those that sent nothing share a line."""
    for wish in dict.fromkeys(map(ask, group)):
        asked = [o for o in group if ask(o) == wish]
        yield wish
        if silent := "、".join(o.unit.name for o in asked if o.receipt is None):
            yield say("chasing.unit", name=silent, situation=say("chasing.nothing_came"))
        for o in asked:
            if o.receipt is not None:
                first, *more = situation(o, unsaid)
                yield say("chasing.unit", name=o.unit.name, situation=first)
                yield from more


def _moment(moment: datetime) -> str:
    day = say("report.day", y=moment.year, m=moment.month, d=moment.day)
    return f"{day} {moment:%H:%M}"
