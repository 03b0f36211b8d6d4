"""What lies in a folder that anybody can put things into: nothing is followed out of it, nothing left unsaid."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workbook.reading.names import label, unlike

_JUNCTION = 0xA0000003  # a folder of Windows that is another folder


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or something that cannot be opened: `problem` names its message under [receipt], "" for a file."""

    path: str  # on the disk or in the round's store
    name: str  # its path in the folder as people read it, unique
    received: datetime  # when it was changed last; datetime.min if that cannot be told
    size: int  # bytes
    problem: str
    mark: tuple[int, int, int | str] = (0, 0, 0)
    """Size, time of the last change in ns, number on its disk; in a store a digest of all that is told of it."""


def found(folder: Path) -> list[Found]:
    """Return everything under a folder but folders and hidden files, by path; nothing where there is no folder.

    Links, pipes and devices are told of and never opened; so are folders in it that cannot be looked into. OSError
    where the folder itself cannot.
    """
    if not folder.is_dir():
        return []
    things: dict[str, Found] = {}
    for inside, path, status, problem in sorted(_things(str(folder)), key=lambda thing: thing[0]):
        name = unlike(label("/".join(inside)), things)
        size = status.st_size if status else 0
        mark = (status.st_size, status.st_mtime_ns, status.st_ino) if status else (0, 0, 0)
        things[name] = Found(path, name, _time(status), size, problem, mark)
    return list(things.values())


def _things(folder: str) -> Iterator[tuple[tuple[str, ...], str, os.stat_result | None, str]]:
    """Yield what is in a folder: the names that lead to it, its path, what the disk says of it, what is wrong."""
    folders: list[tuple[tuple[str, ...], str]] = [((), folder)]
    while folders:  # one by one: a function that calls itself gives up in folders a thousand deep
        above, here = folders.pop()
        try:
            names = os.listdir(here)
        except OSError:
            if not above:
                raise
            yield above, here, None, "no_entry"
            continue
        for name in names:
            inside, path = (*above, name), os.path.join(here, name)  # no Path: it costs more than asking the disk
            try:
                status = os.lstat(path)
            except OSError:
                yield inside, path, None, "unopened"
                continue
            if stat.S_ISDIR(status.st_mode) and getattr(status, "st_reparse_tag", 0) != _JUNCTION:
                folders.append((inside, path))
            elif not name.startswith("."):
                yield inside, path, status, "" if stat.S_ISREG(status.st_mode) else "no_file"


def _time(status: os.stat_result | None) -> datetime:
    try:
        return datetime.fromtimestamp(status.st_mtime) if status else datetime.min
    except (ValueError, OverflowError, OSError):  # a time no calendar has
        return datetime.min
