"""What of a run needs a person's attention, counted as this workbook lists it, with the sheet that lists it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from exporters.consolidated.breaks import broken_years
from exporters.consolidated.repairs import repair_rows
from exporters.consolidated.rules import rule_runs
from workbook.checks.outliers import Outlier
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import Finding


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to look at: its key in the catalogue, how many there are, the sheet, whether somebody has to act."""

    key: str
    n: int
    sheet: str
    pressing: bool = True


def matters(
    collection: Collection,
    hidden: frozenset[str],
    outliers: Sequence[Outlier],
    sheets: Set[str],
    counts: Mapping[str, int],
) -> list[Matter]:
    """Return what to look at, of a workbook with these `sheets`; nothing about `hidden` items is counted.

    `counts` has what was counted elsewhere: clauses left out, choices whose words have changed.
    """
    states = collection.balance.units
    deadline = collection.round.deadline
    late = sum(deadline is not None and s.received > deadline for s in collection.submissions.values())
    found = [f for r, f in collection.findings if r.state in ("used", "rejected") and _shown(f, hidden)]
    asked = [f for f in found if f.severity == "confirm" and not f.trial]
    runs = rule_runs(collection, hidden)
    differing = sum(bool(c.difference) for c in collection.controls if c.code not in hidden)
    findings, rules, audit = say("book.findings_sheet"), say("book.rules_sheet"), say("book.audit_sheet")
    receipts, chasing = say("book.receipts_sheet"), say("book.chasing_sheet")
    owing = chasing if chasing in sheets else receipts
    listed = [
        Matter("returned_units", states["returned"], owing),
        Matter("missing_units", states["missing"], owing),
        Matter("late_units", late, receipts, pressing=False),
        Matter("errors", sum(f.open for f in found if f.severity == "error"), findings),
        Matter("unexplained", sum(f.open for f in asked), findings),
        Matter("explained", sum(bool(f.reason) for f in asked), findings, pressing=False),
        Matter("warnings", sum(f.severity == "warning" and not f.trial for f in found), findings, pressing=False),
        Matter("totals", sum(_shown(f, hidden) for f in collection.total_findings), audit),
        Matter("outliers", len(outliers), say("book.outliers_sheet"), pressing=False),
        Matter("broken_rules", sum(r.broken for r in runs), rules),
        Matter("noisy_rules", sum(r.noisy for r in runs), rules),
        Matter("controls", differing, say("book.controls_sheet")),
        Matter("repairs", len(list(repair_rows(collection, hidden))), say("book.repairs_sheet"), pressing=False),
        Matter("unrecognised", collection.balance.files["unrecognised"], say("book.files_sheet")),
        Matter("choices", counts.get("choices", 0), say("book.picks_sheet")),
        Matter("left_out", counts.get("left_out", 0), audit, pressing=False),
        Matter("breaks", len(list(broken_years(collection, hidden))), say("book.breaks_sheet"), pressing=False),
    ]
    return [m for m in listed if m.sheet in sheets]


def _shown(finding: Finding, hidden: frozenset[str]) -> bool:
    return not hidden & {*finding.operands, finding.indicator}
