"""The whole job in one place: a round's folder → its collection. Only this file walks from stage to stage."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from workbook.checks.rules import active_rules
from workbook.checks.table import make_table
from workbook.checks.totals import Scope, TotalVerdict, total_verdicts
from workbook.collection import (
    ALL,
    Balance,
    Collection,
    Control,
    counted_units,
    mask_of,
    round_period,
)
from workbook.computed import definition
from workbook.decisions import waived
from workbook.history import Stored, stored_figures, units_then, unknown_periods
from workbook.last_year import LastYear, last_year, reported
from workbook.layout import collected
from workbook.ledger import Ledger, damaged
from workbook.lots.crew import Crew
from workbook.model import FILE_STATES, Defect, Form, Indicator, Round, Unit, UnitState
from workbook.reading.contained import contained
from workbook.receive import Incoming, Settled, settle, take_in, versions
from workbook.totals import Mask, Total, Totals
from workbook.units import changes
from workbook.versions import differences

UNIT_STATES: tuple[UnitState, ...] = ("accepted", "returned", "missing")


def collect(
    round_: Round, crew: Crew = contained, *, far: bool = False
) -> tuple[Collection | None, tuple[Defect, ...]]:
    """Return the collection of a round, or None and what stops it. Received files never stop it.

    `crew` judges the files: processes here, or a cluster's, which is `far` and takes them in, too.
    """
    stored, defects = stored_figures(round_)
    if defects:
        return None, defects
    then, defects = units_then(round_, stored)
    if defects:
        return None, defects
    try:
        incoming = take_in(round_, crew, far=far)
    except sqlite3.DatabaseError:
        return None, (damaged(),)
    found = {key: incoming.lots.findings(form.sha256) for key, form in incoming.forms.items()}
    findings = waived(found, incoming.forms, incoming.decisions)
    settled = settle(round_, incoming, findings)
    Ledger(round_.path).record(settled.receipts)
    return merge(round_, incoming, settled, stored, then), ()


def merge(
    round_: Round,
    incoming: Incoming,
    settled: Settled,
    stored: Stored,
    then: tuple[Unit, ...] = (),
) -> Collection:
    """Return the collection of what was read, judged and settled; any order of files and any lots give the same.

    `then` are last year's units; where they are not told, those that today's list says reported then.
    """
    period, lots = round_period(round_), incoming.lots
    forms = {u.code: incoming.forms[settled.used[u.code]] for u in round_.units if u.code in settled.used}
    digests = [form.sha256 for form in forms.values()]
    outlines = [lots.outline(digest) for digest in digests]
    senders = {unit: form.unit for unit, form in forms.items()}
    table = make_table(senders, outlines, lots.columns(digests), round_.pack, round_.period)
    changed = changes((*round_.units, *round_.others), period)
    otherwise = {unit: outline.otherwise for unit, outline in zip(forms, outlines, strict=True)}
    engine = Totals(table, round_.pack.indicators, _not_comparable(round_, otherwise, stored, changed))
    tiers = {t.code: collected(round_.pack, t.code, period.year, round_.modules) for t in round_.pack.tiers}
    before = last_year(round_, then, stored)
    others = {u.code: u for u in round_.others}
    totals = _totals(round_, engine, tiers, before)
    by_file = {r.file: r for r in settled.receipts}
    sent = ([lots.submission(f) for f in v] for v in versions(incoming) if len(v) > 1)
    return Collection(
        round=round_,
        period=period,
        forms=forms,
        receipts=settled.receipts,
        states=settled.units,
        differences=tuple(d for v in sent for d in differences(v, round_.pack.indicators)),
        findings=tuple((by_file[k], f) for k, found in settled.findings.items() for f in found),
        total_verdicts=tuple(_judged_totals(round_, engine)),
        tallies=lots.tallies(f.sha256 for f in incoming.forms.values()),
        lots=lots,
        stored=stored,
        totals=totals,
        controls=_controls(round_, engine, tiers),
        balance=_balance(round_, settled, lots.sums(_counted(round_, forms)), totals, incoming.received),
        decisions=incoming.decisions,
        taken_out=incoming.taken_out,
        collected=tiers,
        unknown=unknown_periods(period, stored),
        changed=changed,
        gone=tuple(others.get(u.code, u) for u in before.units if u.code not in settled.units),
        engine=engine,
    )


def _counted(round_: Round, forms: Mapping[str, Form]) -> list[str]:
    """Return the digests of the forms whose figures make up the totals."""
    return [forms[u.code].sha256 for u in counted_units(round_) if u.code in forms]


def _not_comparable(
    round_: Round, otherwise: Mapping[str, Iterable[str]], stored: Stored, changed: Container[str]
) -> frozenset[tuple[str, str]]:
    """Return (unit, code) that must not be compared with last year: definition changed, unit new, merged or split."""
    pairs: set[tuple[str, str]] = set()
    for unit, codes in otherwise.items():
        if unit in changed:
            pairs |= {(unit, code) for code in round_.pack.indicators}
        pairs |= {(unit, code) for code in codes}
    versions = {c: i.definition_version for c, i in round_.pack.indicators.items()}
    columns = (stored["prior"][c].tolist() if "prior" in stored else () for c in ("unit", "code", "definition"))
    pairs |= {(unit, code) for unit, code, then in zip(*columns, strict=True) if versions.get(code, then) != then}
    return frozenset(pairs)


def _totals(
    round_: Round, engine: Totals, asked_of: Mapping[str, Mapping[str, Indicator]], before: LastYear
) -> dict[tuple[str, str], Total]:
    tiers = round_.pack.tiers
    scopes = {ALL: frozenset(t.code for t in tiers)}
    scopes |= {g: frozenset(t.code for t in tiers if t.group == g) for g in round_.pack.groups}
    scopes |= {t.code: frozenset([t.code]) for t in tiers}
    counted = counted_units(round_)
    totals: dict[tuple[str, str], Total] = {}
    by_tiers: dict[tuple[frozenset[str], frozenset[str], str], Total] = {}  # scopes of the same units have one total
    groups: dict[frozenset[str], tuple[tuple[Unit, ...], Mask]] = {}
    for scope, inside in scopes.items():
        for code, item in round_.pack.indicators.items():
            asking = frozenset(t for t in inside if code in asked_of[t])
            if asking not in groups:
                units = tuple(u for u in counted if u.tier in asking)
                groups[asking] = units, mask_of(engine, units)
            asked, mask = groups[asking]
            if not asked:
                continue
            same = (asking, inside, code)
            if same not in by_tiers:
                then = before.total(code, inside) or reported(engine, item, mask, len(asked), stored=False)
                by_tiers[same] = replace(engine.total(code, mask, len(asked)), reported=then)
            totals[scope, code] = by_tiers[same]
    return totals


def _judged_totals(round_: Round, engine: Totals) -> list[TotalVerdict]:
    """Judge the whole and every comparison group by the rules that hold for totals too."""
    counted = counted_units(round_)
    groups: dict[str, list[Unit]] = {}
    for unit in counted:
        groups.setdefault(round_.pack.tier(unit.tier).group, []).append(unit)
    scopes = [Scope(ALL, round_.pack.whole, counted), *(Scope(g, g, tuple(u)) for g, u in groups.items())]
    rules = active_rules(round_.pack, round_period(round_), round_.modules, round_.switches)
    return total_verdicts(rules, engine.table, round_.pack.indicators, scopes)


def _controls(round_: Round, engine: Totals, tiers: Mapping[str, Mapping[str, Indicator]]) -> tuple[Control, ...]:
    """Return, per item, the umbrella's figure beside the sum of its units."""
    controls = []
    for umbrella in (u for u in round_.units if u.umbrella):
        units = tuple(u for u in round_.units if u.tier == umbrella.tier and not u.umbrella)
        for code, item in tiers[umbrella.tier].items():
            if item.aggregation != "sum":
                continue
            own = engine.total(code, mask_of(engine, (umbrella,)), 1)
            theirs = engine.total(code, mask_of(engine, units), len(units))
            if own.value is not None and theirs.value is not None:
                difference = own.value - theirs.value if theirs.n == theirs.units else None
                controls.append(Control(code, own.value, theirs.value, theirs.n, theirs.units, difference))
    return tuple(controls)


def _balance(
    round_: Round,
    settled: Settled,
    sums: Mapping[str, int],
    totals: Mapping[tuple[str, str], Total],
    received: int,
) -> Balance:
    """Return the books: units, files, and `sums` read straight from the used files, scaled, against sums merged."""
    differ, compared = [], 0
    for (scope, code), total in totals.items():
        item = round_.pack.indicators[code]
        if scope != ALL or item.aggregation != "sum" or definition(item, "value", round_.pack.indicators):
            continue
        compared += 1
        if (total.value or Fraction(0)) != Fraction(sums.get(code, 0), 10**item.decimals):
            differ.append(code)
    return Balance(
        expected=len(round_.units),
        units={s: sum(v == s for v in settled.units.values()) for s in UNIT_STATES},
        received=received,
        files={s: sum(r.state == s for r in settled.receipts) for s in FILE_STATES},
        sums_compared=compared,
        sums_differ=tuple(differ),
    )
