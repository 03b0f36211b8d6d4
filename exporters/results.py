"""Everything a consolidation leaves in 成果, and the run in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from exporters.chasing import Owed, chasing_json, who_owes, write_notice
from exporters.consolidated.book import Beside, write_consolidated
from exporters.cores import another
from exporters.narrative.told import Dropped
from exporters.office.desk import Desk, begin_writing, close_desk, keep_copies, open_desk
from exporters.reports import Written, dropped_json, left_out_beside, reports_of_round, write_left_out
from exporters.returned.book import write_returned
from exporters.upward import write_upward
from workbook.collection import Collection
from workbook.files import replacing
from workbook.kept_figures import write_figures
from workbook.model import Defect
from workbook.round import FIGURES, RESULTS, TARGETS
from workbook.targets import targets_of, write_targets


@dataclass(frozen=True, slots=True)
class Results:
    """What was written, what was left out of the merged reports, what is wrong with their templates.

    `told` is what became of what the office had typed, in sentences.
    """

    outputs: tuple[Path, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    defects: tuple[Defect, ...] = ()
    told: tuple[str, ...] = ()


def write_results(collection: Collection, now: datetime, desk: Desk | None = None) -> Results:
    """Write workbook, forms, figures and merged reports, with what the office typed into the workbook so far.

    `now` tells how overdue is what units owe, `desk` stands for what was typed. Nothing is written when the books don't
    balance: the last good outputs stay. Reports come first: the workbook says what they left out.
    """
    if not collection.balance.balanced:
        return Results()
    folder = collection.round.path / RESULTS
    kept = folder / FIGURES, folder / TARGETS
    with another(len(collection.forms)) as give:
        figures_kept = give(partial(_keep, collection, *kept))  # while what was typed is taken up here
        owed = who_owes(collection, now)
        desk = desk or open_desk(collection)
        genres = [g for g in collection.round.pack.genres.values() if not g.tiers]
        merged = reports_of_round(collection, genres, picks=desk.picks)
        told = [*desk.told, *keep_copies(desk)]
        begin_writing(collection, desk)
        left_out = {r.genre.name: r.dropped for _, r in merged.reports}
        outputs = write_consolidated(collection, Beside(owed, desk, left_out), give)
        figures_kept()
    close_desk(collection, desk)
    outputs += write_returned(collection)
    outputs += write_notice(collection, owed, now)
    outputs += write_upward(collection)
    outputs += kept
    outputs += merged.paths
    for path, report in merged.reports:
        alone = Written(((path, report),))
        outputs.append(write_left_out(alone, left_out_beside(path), collection.period.title))
    return Results(tuple(outputs), tuple(merged.dropped), merged.defects, tuple(told))


def _keep(collection: Collection, figures: Path, targets: Path) -> None:
    """Write what the next rounds and tracing need."""
    with replacing(figures) as temporary:
        write_figures(temporary, collection)
    with replacing(targets) as temporary:
        write_targets(temporary, targets_of(collection.round.pack, collection.submissions))


def summary(collection: Collection, results: Results, owed: Sequence[Owed]) -> dict[str, Any]:
    """Return the run as the design's JSON object."""
    balance = collection.balance
    return {
        "round": str(collection.round.path),
        "period": collection.round.period,
        "units": {"expected": balance.expected, **balance.units},
        "files": {"received": balance.received, **balance.files},
        "balanced": balance.balanced,
        "switches": [{"rule": s.rule, "to": s.to, "reason": s.reason} for s in collection.round.switches],
        "decisions": [
            {"unit": d.unit, "kind": d.kind, "rule": d.rule, "why": d.why, "who": d.who, "at": d.at.isoformat()}
            for d in collection.decisions
        ],
        "taken_out": list(collection.taken_out),
        "outputs": [str(p) for p in results.outputs],
        "dropped": dropped_json(results.dropped),
        "chasing": chasing_json(owed),
        "told": list(results.told),
    }
