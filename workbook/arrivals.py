"""What lies in 收件: every file there and every file in an archive there, its bytes kept among the originals."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath

from workbook import store
from workbook.inbox import Found, found
from workbook.lots.crew import MOST, Crew, worked
from workbook.messages import say
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


def arrivals(round_: Round, crew: Crew | None = None) -> Iterator[Arrival]:
    """Yield all that lies in 收件, by path; an archive comes before what is in it.

    A crew takes in what came or changed since the last run; without one, this process does, one file after another.
    """
    here = replace(round_, path=round_.path.resolve())  # workers may stand elsewhere
    seen, files = Seen(here), _files(here)
    known = {file.name: seen.digest(file) for file in files}
    new = [file for file in files if not known[file.name]]
    taken = (_taken_in(here, file) for file in new) if crew is None else _by_crew(here, new, crew)
    for file in files:
        if digest := known[file.name]:
            yield Arrival(file.name, file.received, digest)
            continue
        for came in next(taken):
            if came.problem is None and came.key == file.name:
                seen.note(file, came.digest)
            yield came
    seen.keep()


def _files(round_: Round) -> list[Found]:
    """Return what lies in 收件, in the round's folder or its store: never in both."""
    inside = found(round_.path / IN)
    if not round_.store:
        return inside
    if inside:
        raise store.Unreachable(say("store.both", store=round_.store, folder=round_.path / IN, n=len(inside)))
    return store.listed(round_.store)


def _by_crew(round_: Round, files: Sequence[Found], crew: Crew) -> Iterator[Iterable[Arrival]]:
    """Yield what is in every file, in their order, whoever takes them in and whoever is lost meanwhile."""
    waiting, taken = deque(files), dict[str, Iterable[Arrival]]()
    for batch, came in worked(crew, partial(taken_in, round_), files, MOST):
        if isinstance(came, Unreadable):
            taken |= {file.name: [Arrival(file.name, file.received, problem=came)] for file in batch}
        else:
            taken |= zip((file.name for file in batch), came, strict=True)
        while waiting and waiting[0].name in taken:
            yield taken.pop(waiting.popleft().name)


def taken_in(round_: Round, files: Sequence[Found]) -> list[list[Arrival]]:
    """Return what is in each of some files, their bytes kept; OSError from the disk."""
    return [list(_taken_in(round_, file)) for file in files]


def _taken_in(round_: Round, file: Found) -> Iterator[Arrival]:
    """Yield a file and what is in it, held in memory only while it is taken in."""
    key, received = file.name, file.received
    if file.problem or file.size > _MOST_BYTES:
        yield Arrival(key, received, problem=Unreadable(file.problem or "huge"))
        return
    try:
        data = store.fetched(round_.store, file.path) if round_.store else Path(file.path).read_bytes()
    except store.Unreachable:
        raise
    except OSError:
        yield Arrival(key, received, problem=Unreadable("unopened"))
        return
    digest = keep(round_, data)
    if PurePath(file.path).name.startswith("~$"):
        yield Arrival(key, received, digest, Unreadable("temporary"))
    elif kind_of(data) == "zip":
        yield from _unpacked(round_, Arrival(key, received, digest), data)
    else:
        yield Arrival(key, received, digest)


def _unpacked(round_: Round, archive: Arrival, data: bytes) -> Iterator[Arrival]:
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
            yield Arrival(name, received, keep(round_, content))
