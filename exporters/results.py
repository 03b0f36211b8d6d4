"""Everything a consolidation leaves in 成果, and the run in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exporters.consolidated.book import write_consolidated
from exporters.narrative.report import Dropped, write_merged
from exporters.picks import update_picks
from exporters.returned.book import RETURNED, write_returned
from workbook.collect import figures_to_keep
from workbook.collection import Collection
from workbook.files import replacing, sweep
from workbook.model import Defect
from workbook.round import FIGURES, PICKS_FILE, RESULTS


def write_results(collection: Collection) -> tuple[list[Path], list[Dropped], tuple[Defect, ...]]:
    """Write workbook, returned forms, figures, candidates, reports; return paths, dropped clauses, template defects.

    Nothing is written when the books don't balance: the last good outputs stay.
    """
    if not collection.balance.balanced:
        return [], [], ()
    folder = collection.round.path / RESULTS
    sweep(collection.round.path, folder, folder / RETURNED)
    outputs = write_consolidated(collection)
    outputs += write_returned(collection)
    with replacing(folder / FIGURES) as temporary:
        figures_to_keep(collection).to_parquet(temporary, index=False)
    outputs.append(folder / FIGURES)
    _, defects_of_picks = update_picks(collection)
    outputs.append(collection.round.path / PICKS_FILE)
    dropped: list[Dropped] = []
    defects: list[Defect] = list(defects_of_picks)
    for genre in collection.round.pack.genres.values():
        if not genre.tiers and collection.period.kind in genre.periods:
            path, lost, faults = write_merged(collection, genre)
            outputs += [path] if path else []
            dropped += lost
            defects += faults
    return outputs, dropped, tuple(defects)


def summary(collection: Collection, outputs: Sequence[Path], dropped: Sequence[Dropped]) -> dict[str, Any]:
    """Return the run as the design's JSON object."""
    balance = collection.balance
    return {
        "round": str(collection.round.path),
        "period": collection.round.period,
        "units": {"expected": balance.expected, **balance.units},
        "files": {"received": balance.received, **balance.files},
        "balanced": balance.balanced,
        "switches": [{"rule": s.rule, "to": s.to, "reason": s.reason} for s in collection.round.switches],
        "outputs": [str(p) for p in outputs],
        "dropped": dropped_json(dropped),
    }


def dropped_json(dropped: Sequence[Dropped]) -> list[dict[str, str]]:
    """Return dropped clauses as JSON objects."""
    return [{"where": d.where, "clause": d.clause, "reason": d.reason} for d in dropped]
