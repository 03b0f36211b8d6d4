"""Reports that were refreshed: where each was written, what was changed in it, what was left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from exporters.figures.held import Held, Reports
from exporters.figures.refresh import Refreshed, refresh, sentences_added
from exporters.figures.words import title_of, verdict_json, where
from workbook.files import replacing
from workbook.messages import say


@dataclass(frozen=True, slots=True)
class Renewed:
    """A report with new values; `added` are sentences that it would have if it were written anew."""

    held: Held
    path: Path
    done: Refreshed
    added: tuple[str, ...]


def renew(held: Held, reports: Reports, output: Path | None, *, tracked: bool) -> Renewed:
    """Write a report with new values beside the old one, to a file or into a folder; the old one stays as it is."""
    assert held.known is not None
    done = refresh(held.manifest, held.document, held.result, held.known, datetime.now(), tracked=tracked)
    path = held.path.with_name(f"{held.path.stem}{say('folder.refreshed')}{held.path.suffix}")
    if output is not None:
        path = output if output.suffix else output / held.path.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(done.content)
    source = reports.source(held.path)
    assert done.manifest is not None
    added = sentences_added(done.manifest, reports.data(source).anew(held.manifest)) if source else []
    return Renewed(held, path, done, tuple(added))


def renewed_json(one: Renewed) -> dict[str, Any]:
    """Return what was done as a JSON object."""
    names = one.held.names
    return {
        "report": str(one.held.path),
        "output": str(one.path),
        "changes": [
            {"tag": c.tag, "title": title_of(c.tag, names), "was": c.was, "now": c.now, "sentence": where(c.verdict)}
            for c in one.done.changes
        ],
        "left": [{"why": left.why, **verdict_json(left.verdict, names)} for left in one.done.left],
        "added": list(one.added),
    }
