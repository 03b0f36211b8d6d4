"""汇总审核: what an official signs off: rules on the totals, switched rules, decisions, what reports leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from exporters.consolidated.listing import Column, Listing, Row, write_list
from exporters.consolidated.status import balance_lines, severity_word, shown_decisions, shown_switches
from exporters.consolidated.styles import Styles
from exporters.narrative.told import Dropped
from workbook.checks.builtin import rule_name
from workbook.checks.totals import TotalVerdict
from workbook.collection import Collection
from workbook.expression.parse import parse
from workbook.expression.tree import mentioned
from workbook.messages import say
from workbook.model import Indicator, Outcome, Rule, TextInput
from workbook.round import RESULTS

LeftOut = Mapping[str, Sequence[Dropped]]
"""What every report over the whole round left out, by the report's name; a report with nothing left out is there."""

WORDS: Mapping[Outcome, str] = {"fail": "failed", "broken": "broken", "undecided": "undecided", "pass": "passed"}
"""What an outcome is called in the catalogue, what must be looked at first."""


def shown_left_out(collection: Collection, hidden: frozenset[str], left_out: LeftOut) -> dict[str, list[Dropped]]:
    """Return what reports left out, but what stood in a paragraph on `hidden` items or names one."""
    pack = collection.round.pack
    names = [item.name for items in (pack.indicators, pack.texts) for code, item in items.items() if code in hidden]
    return {
        report: [
            d
            for d in dropped
            if not hidden & d.codes and not any(n in text for n in names for text in (d.where, d.clause, d.reason))
        ]
        for report, dropped in left_out.items()
    }


def write_audit(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str], left_out: LeftOut) -> None:
    """Add the sheet. Nothing is said of `hidden` items, nor of rules on them; `left_out` is what may be shown."""
    columns = [
        *(Column("audit_subject", 26), Column("audit_result", 16, "centre"), Column("audit_place", 38)),
        *(Column("audit_what", 58), Column("audit_basis", 46)),
    ]
    notes = [say("book.audit_note"), *balance_lines(collection)]
    listing = Listing(say("book.audit_sheet"), collection.period.title, columns, notes)
    kept, others = _totals(collection, hidden)
    rows = [
        *others,
        *_switches(collection, hidden),
        *_decisions(collection, hidden),
        *_left_out(left_out),
        Row([say("book.audit_sign")], "head"),
        *kept,
    ]
    write_list(book, styles, listing, rows)


def _totals(collection: Collection, hidden: frozenset[str]) -> tuple[list[Row], list[Row]]:
    """Return the lines on the rules that totals keep, and on those they break or that came to no verdict.

    A broken rule has a line per total, for its message names the figures; any other a line for all totals alike.
    """
    shown = [v for v in collection.total_verdicts if not hidden & set(mentioned(parse(v.rule.expression)))]
    lines: dict[tuple[str, Outcome, str], list[TotalVerdict]] = {}
    for v in shown:
        lines.setdefault((v.rule.id, v.outcome, v.title if v.finding else ""), []).append(v)
    counts = Counter(v.outcome for v in shown)
    words = {word: counts[outcome] for outcome, word in WORDS.items()}
    rules = len({v.rule.id for v in shown})
    kept = [_total(collection, alike) for alike in lines.values() if alike[0].outcome == "pass"]
    others = [alike for alike in lines.values() if alike[0].outcome != "pass"]
    others.sort(key=lambda alike: list(WORDS).index(alike[0].outcome))
    head = say("book.audit_totals", rules=rules, n=len(shown), **words)
    kept_head = say("book.audit_kept", n=len(kept))
    return [Row([kept_head], "head"), *kept], [Row([head], "head"), *(_total(collection, alike) for alike in others)]


def _total(collection: Collection, verdicts: Sequence[TotalVerdict]) -> Row:
    """Return the line on a rule's totals that came out alike."""
    first, rule = verdicts[0], verdicts[0].rule
    where = "、".join(say("book.audit_scope", scope=v.title, n=v.n, units=v.of) for v in verdicts)
    what, basis = _about(collection, rule), ""
    if first.finding is not None:
        what, basis = first.finding.message, first.finding.remedy
    elif first.outcome == "undecided":
        basis = say("book.audit_no_figures")
    elif first.outcome == "broken":
        basis = say("book.rule_broken")
    kind: Literal["marked", "part"] = "marked" if first.outcome in ("fail", "broken") else "part"
    return Row([_named(rule), say(f"book.{WORDS[first.outcome]}"), where, what, basis], kind)


def _named(rule: Rule) -> str:
    return say("book.audit_rule", rule=rule.id, severity=severity_word(rule.severity, trial=rule.status == "trial"))


def _about(collection: Collection, rule: Rule) -> str:
    """Return what a rule looks at and why there is such a rule: its number says nothing to who signs."""
    pack = collection.round.pack
    items: dict[str, Indicator | TextInput] = {**pack.indicators, **pack.texts}
    names = "、".join(items[code].name for code in mentioned(parse(rule.expression)))
    return say("book.audit_about", names=names, rationale=rule.rationale) if rule.rationale else names


def _switches(collection: Collection, hidden: frozenset[str]) -> Iterator[Row]:
    switches = shown_switches(collection, hidden)
    yield Row([say("book.audit_switches", n=len(switches))], "head")
    for switch in switches:
        rule = collection.round.pack.rules.get(switch.rule)
        was = say("book.audit_was", severity=severity_word(rule.severity, trial=rule.status == "trial")) if rule else ""
        about = _about(collection, rule) if rule else ""
        yield Row([switch.rule, say(f"word.{switch.to}"), was, about, switch.reason], "part")


def _decisions(collection: Collection, hidden: frozenset[str]) -> Iterator[Row]:
    decisions = shown_decisions(collection, hidden)
    names = {u.code: u.name for u in collection.round.units}
    files = {(r.unit, r.sha256): r.file for r in collection.receipts}
    yield Row([say("book.audit_decisions", n=len(decisions))], "head")
    for d in decisions:
        rule = collection.round.pack.rules.get(d.rule)
        who = say("book.audit_who", who=d.who, at=f"{d.at:%Y-%m-%d %H:%M}")
        about = _about(collection, rule) if rule else files.get((d.unit, d.sha256), "")
        kind = say(f"decision.{d.kind}", rule=rule_name(d.rule))
        yield Row([names.get(d.unit, d.unit), kind, who, about, d.why], "part")


def _left_out(left_out: LeftOut) -> Iterator[Row]:
    for report, dropped in left_out.items():
        yield Row([say("book.audit_left_out", report=report, n=len(dropped))], "head")
        for d in dropped:
            yield Row([report, say("book.audit_gone"), d.where, d.clause, d.reason], "part")
    yield Row([say("book.audit_own", path=f"{RESULTS}/{say('folder.reports')}/{say('folder.left_out')}")], "head")
