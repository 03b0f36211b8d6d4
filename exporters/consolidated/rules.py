"""规则运行: how every rule fared over all forms read; what broke and what fires too often stands on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exporters.consolidated.listing import Column, Listing, Row, Value, write_list
from exporters.consolidated.status import run_lines, severity_word, shown_switches
from exporters.consolidated.styles import Styles
from workbook.checks.builtin import rule_name
from workbook.checks.rules import Tally, active_rules
from workbook.collection import Collection
from workbook.expression.parse import parse
from workbook.expression.tree import mentioned
from workbook.messages import catalogue, say
from workbook.model import Rule

NOISY = 0.3  # share of judged forms above which it is the rule that looks wrong, not the units
ENOUGH = 8  # judged forms below which a share says nothing


@dataclass(frozen=True, slots=True)
class RuleRun:
    """One rule as in force and its counts over all forms read; None for a rule that the round switched off."""

    rule: Rule
    tally: Tally | None
    explained: int  # confirm findings with a written reason
    adjusted: str  # what the round changed about it and why, "" for nothing

    @property
    def share(self) -> float | None:
        """Share of failures among the forms where the rule came to a verdict, None where there is no such form."""
        judged = self.tally.passed + self.tally.failed if self.tally else 0
        return self.tally.failed / judged if self.tally and judged else None

    @property
    def noisy(self) -> bool:
        """True when it fails so often that the rule itself should be looked at."""
        judged = self.tally.passed + self.tally.failed if self.tally else 0
        return judged >= ENOUGH and (self.share or 0) > NOISY

    @property
    def broken(self) -> bool:
        """True when it could not run on some form."""
        return self.tally is not None and self.tally.broken > 0


def rule_runs(collection: Collection, hidden: frozenset[str]) -> list[RuleRun]:
    """Return the rules that ran or were switched off: broken ones, noisy ones, the rest in catalog order."""
    round_ = collection.round
    active = active_rules(round_.pack, collection.period, round_.modules, round_.switches)
    tallies = {t.rule: t for t in collection.tallies}
    explained = Counter(f.rule for _, f in collection.findings if f.severity == "confirm" and f.reason)
    switches = shown_switches(collection, hidden)
    adjusted = {s.rule: say("book.adjusted", to=say(f"word.{s.to}"), reason=s.reason) for s in switches}
    off = {s.rule for s in round_.switches if s.to == "off"}
    runs = [
        RuleRun(active.get(code, rule), tallies.get(code), explained[code], adjusted.get(code, ""))
        for code, rule in round_.pack.rules.items()
        if (code in tallies or code in off) and not hidden & set(mentioned(parse(rule.expression)))
    ]
    return sorted(runs, key=lambda r: (not r.broken, not r.noisy))


def write_rules(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str]) -> None:
    """Add 规则运行. Rules on `hidden` items are not listed; built-in checks stand below, as often as they fired."""
    columns = [
        *(Column("rule", 10, "centre"), Column("severity", 18, "centre"), Column("rationale", 46)),
        *(Column("passed", 8), Column("failed", 8), Column("explained", 8), Column("undecided", 8)),
        *(Column("broken", 8), Column("share", 12, "share"), Column("remark", 44)),
    ]
    notes = [*run_lines(collection, hidden), say("book.rules_note", percent=round(NOISY * 100), n=ENOUGH)]
    listing = Listing(say("book.rules_sheet"), collection.period.title, columns, notes)
    rows = [*map(_row, rule_runs(collection, hidden)), *_builtin_rows(collection, hidden)]
    write_list(book, styles, listing, rows)


def _row(run: RuleRun) -> Row:
    t = run.tally
    if t is None:
        return Row([run.rule.id, say("word.off"), run.rule.rationale, *[None] * 6, run.adjusted])
    remarks = [say("book.rule_broken") if run.broken else "", say("book.rule_noisy") if run.noisy else "", run.adjusted]
    counts: list[Value] = [t.passed, t.failed, run.explained, t.undecided, t.broken]
    counts.append(None if run.share is None else 100 * run.share)
    severity = severity_word(run.rule.severity, trial=run.rule.status == "trial")
    values = [run.rule.id, severity, run.rule.rationale, *counts, "；".join(r for r in remarks if r)]
    return Row(values, "marked" if run.broken or run.noisy else "plain")


def _builtin_rows(collection: Collection, hidden: frozenset[str]) -> Iterator[Row]:
    """Yield the built-in checks that fired, in the order of the catalogue; how often they passed nobody counts."""
    pack = collection.round.pack
    found = [f for _, f in collection.findings if f.rule not in pack.rules and f.indicator not in hidden]
    fired = Counter((f.rule, f.severity) for f in found)
    explained = Counter(f.rule for f in found if f.severity == "confirm" and f.reason)
    order = [kind.upper().replace("_", "-") for kind in catalogue()["builtin"]]
    if fired:
        yield Row([say("book.builtin_checks")], "head")
    for (rule, severity), n in sorted(fired.items(), key=lambda p: order.index(p[0][0])):
        word = severity_word(severity, trial=False)
        yield Row([rule_name(rule), word, None, None, n, explained[rule], None, None, None, None])
