"""What came in: every file in 收件, and every file in an archive there, with its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from workbook.inbox import Found, found
from workbook.model import Round
from workbook.reading.archive import content_of, members
from workbook.reading.kind import Unreadable, kind_of
from workbook.round import IN

_MOST_BYTES = 1024 * 1024 * 1024  # of one file, archives included; what is larger is not even read


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that came in. `problem` is what there is to say when it holds no form of its own."""

    key: str  # path under 收件; of a file in an archive, the archive's path and the name in it
    received: datetime
    data: bytes = b""
    digest: str = ""
    problem: Unreadable | None = None


def received_files(round_: Round) -> list[Found]:
    """Return everything that lies under 收件, by path."""
    return found(round_.path / IN)


def count_arrivals(round_: Round) -> int:
    """Return how many files came in, counted apart from reading them: the books compare."""
    return sum(1 + _count_inside(file) for file in received_files(round_))


def _count_inside(file: Found) -> int:
    if file.problem or file.size > _MOST_BYTES:
        return 0
    try:
        data = file.path.read_bytes()
        return len(members(data)) if kind_of(data) == "zip" else 0
    except (OSError, Unreadable):
        return 0


def arrivals(round_: Round) -> Iterator[Arrival]:
    """Yield all that came in, by path, one held in memory at a time; an archive comes before what is in it."""
    for file in received_files(round_):
        key, received = file.name, file.received
        if file.problem or file.size > _MOST_BYTES:
            yield Arrival(key, received, problem=Unreadable(file.problem or "huge"))
            continue
        try:
            data = file.path.read_bytes()
        except OSError:
            yield Arrival(key, received, problem=Unreadable("unopened"))
            continue
        if file.path.name.startswith("~$"):
            yield Arrival(key, received, digest=_digest(data), problem=Unreadable("temporary"))
        elif kind_of(data) == "zip":
            yield from _unpacked(key, received, data)
        else:
            yield Arrival(key, received, data, _digest(data))


def _unpacked(key: str, received: datetime, data: bytes) -> Iterator[Arrival]:
    try:
        inside = members(data)
    except Unreadable as problem:
        yield Arrival(key, received, digest=_digest(data), problem=problem)
        return
    yield Arrival(key, received, digest=_digest(data), problem=Unreadable("archive", n=str(len(inside))))
    for member in inside:
        name = f"{key}/{member.name}"
        try:
            content = content_of(data, member)
        except Unreadable as problem:
            yield Arrival(name, received, problem=problem)
        else:
            yield Arrival(name, received, content, _digest(content))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
