"""Which returned forms stand as the last run wrote them: only those are written again that would read otherwise.

A form is marked in half a second and rests on nothing but what came in, what its unit is told, the round and our code.
Beside a digest of these stands one of what was written: a form that somebody changed is written anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from pathlib import Path

from exporters.returned.opinion import Letter
from workbook.files import replacing
from workbook.lots.kept import rests_on
from workbook.model import Round
from workbook.round import MEMORY

_FILE = "returned.json"
_ELSEWHERE = ("pack", "path", "previous")  # told by what is in them: a round may be moved, or named otherwise
_LIBRARIES = ("openpyxl", "lxml", "XlsxWriter")


class Kept:
    """What the returned forms of a round rest on and are; a record that cannot be read is as if there were none."""

    def __init__(self, round_: Round) -> None:
        self._path = round_.path / MEMORY / _FILE
        told = [getattr(round_, f.name) for f in fields(round_) if f.name not in _ELSEWHERE]
        self._rests_on = _hash([f"{rests_on(round_)} {round_.pack.hash} {told} {writers_digest()}".encode()])
        self._before = _read(self._path)
        self._now: dict[str, list[str]] = {}

    def stands(self, target: Path, source: str, letter: Letter) -> bool:
        """Return whether a form is there as it would be written; `source` is the sha256 of what came in."""
        return self._before.get(target.name) == [self._basis(source, letter), _digest(target)]

    def note(self, target: Path, source: str, letter: Letter) -> None:
        """Remember a form that stands or was written now."""
        self._now[target.name] = [self._basis(source, letter), _digest(target)]

    def keep(self) -> None:
        """Write down what is remembered; OSError from the disk."""
        if self._now != self._before:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._path) as temporary:
                temporary.write_text(json.dumps(self._now, ensure_ascii=False, indent=1), encoding="utf-8")

    def _basis(self, source: str, letter: Letter) -> str:
        return _hash([f"{self._rests_on} {source} {letter!r}".encode()])


def _read(path: Path) -> Mapping[str, list[str]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _digest(path: Path) -> str:
    return _hash([path.read_bytes()]) if path.is_file() else ""


@cache
def writers_digest() -> str:
    """Return a digest of the code that writes, and the versions of what it stands on; `rests_on` has the rest."""
    here = Path(__file__).parent.parent
    versions = repr([(name, version(name)) for name in _LIBRARIES]).encode()
    return _hash([versions, *(path.read_bytes() for path in sorted(here.rglob("*.py")))])


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
