"""What lies in 收件: every file there and every file in an archive there, its bytes kept among the originals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workbook.inbox import found
from workbook.model import Round
from workbook.originals import keep
from workbook.reading.archive import content_of, members
from workbook.reading.kind import Unreadable, kind_of
from workbook.round import IN
from workbook.seen import Seen

_MOST_BYTES = 1024 * 1024 * 1024  # of one file, archives included; what is larger is not even read


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that came in. `problem` is what there is to say when it holds no form of its own."""

    key: str  # path under 收件; of a file in an archive, the archive's path and the name in it
    received: datetime
    digest: str = ""  # sha256, "" when it could not be read
    problem: Unreadable | None = None
    order: int = 0  # run that saw it first


def arrivals(round_: Round) -> Iterator[Arrival]:
    """Yield all that lies in 收件, by path, one held in memory at a time; an archive comes before what is in it."""
    seen = Seen(round_.path)
    for file in found(round_.path / IN):
        key, received = file.name, file.received
        if known := seen.digest(file):
            yield Arrival(key, received, known)
            continue
        if file.problem or file.size > _MOST_BYTES:
            yield Arrival(key, received, problem=Unreadable(file.problem or "huge"))
            continue
        try:
            data = file.path.read_bytes()
        except OSError:
            yield Arrival(key, received, problem=Unreadable("unopened"))
            continue
        digest = keep(round_.path, data)
        if file.path.name.startswith("~$"):
            yield Arrival(key, received, digest, Unreadable("temporary"))
        elif kind_of(data) == "zip":
            yield from _unpacked(round_.path, Arrival(key, received, digest), data)
        else:
            seen.note(file, digest)
            yield Arrival(key, received, digest)
    seen.keep()


def _unpacked(round_path: Path, archive: Arrival, data: bytes) -> Iterator[Arrival]:
    key, received, digest = archive.key, archive.received, archive.digest
    try:
        inside = members(data)
    except Unreadable as problem:
        yield Arrival(key, received, digest, problem)
        return
    yield Arrival(key, received, digest, Unreadable("archive", n=str(len(inside))))
    for member in inside:
        name = f"{key}/{member.name}"
        try:
            content = content_of(data, member)
        except Unreadable as problem:
            yield Arrival(name, received, problem=problem)
        else:
            yield Arrival(name, received, keep(round_path, content))
