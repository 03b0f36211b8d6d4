"""What Huibao remembers of the office's desk: a JSON file in the round's memory, beside the workbooks themselves.

The workbooks are where people type; this is what was in them when they were last written, so that a workbook that is
lost, damaged or locked costs nobody a choice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from exporters.office.candidates import Words
from workbook.files import replacing
from workbook.model import Round
from workbook.round import MEMORY

_FILE = "desk.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person decided about an item, by field, and the words of the unit it was decided about."""

    key: str
    words: Words
    typed: Mapping[str, str]

    @property
    def unit(self) -> str:
        """Code of the unit that wrote it."""
        return self.key.split("|")[0]

    @property
    def text(self) -> str:
        """Code of the text input."""
        return self.key.split("|")[1]


@dataclass(frozen=True, slots=True)
class Memory:
    """What stood in the workbooks when they were last written.

    `books` has the sha256 of each by name, `notes` by name -> sheet -> row, `seen` the items a person has seen.
    """

    books: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    notes: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    writing: bool = False  # a run began to write them and has not said that it ended


def fingerprint(path: Path) -> str:
    """Return the sha256 of a file, "" where there is none."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def recall(round_: Round) -> Memory | None:
    """Return what is remembered of a round's desk; None where nothing is, or nothing that can be read."""
    try:
        told: dict[str, Any] = json.loads((round_.path / MEMORY / _FILE).read_text(encoding="utf-8"))
        entries = tuple(Entry(e["key"], Words(**e["words"]), dict(e["typed"])) for e in told["entries"])
        return Memory(told["books"], entries, told["notes"], frozenset(told["seen"]), told["writing"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def remember(round_: Round, memory: Memory) -> None:
    """Keep what the workbooks hold now; OSError from the disk."""
    told = {
        "books": dict(memory.books),
        "entries": [asdict(e) | {"typed": dict(e.typed)} for e in memory.entries],
        "notes": {b: {s: dict(n) for s, n in sheets.items()} for b, sheets in memory.notes.items()},
        "seen": sorted(memory.seen),
        "writing": memory.writing,
    }
    path = round_.path / MEMORY / _FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
