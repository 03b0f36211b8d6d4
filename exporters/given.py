"""What `check` is given: files, folders and archives; every file in them by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from workbook.inbox import found
from workbook.messages import say
from workbook.reading.archive import members
from workbook.reading.kind import Unreadable, kind_of


def each_file(paths: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """Return the files that may be forms, in order, and a sentence on each that cannot be looked into.

    One in an archive is a path through it, as `bytes_at` takes it. OSError from the disk.
    """
    files: list[Path] = []
    odd = []
    for path in (p for given in paths for p in _in_folder(given)):
        try:
            if path.name.startswith("~$"):
                raise Unreadable("temporary")
            data = path.read_bytes()
            files += [path / m.name for m in members(data)] if kind_of(data) == "zip" else [path]
        except Unreadable as problem:
            odd.append(not_a_form(path, problem))
    return files, odd


def not_a_form(path: Path, problem: Unreadable) -> str:
    """Return a sentence on a file that cannot be judged: what it is and what to do."""
    why, remedy = (say(f"receipt.{problem.reason}{end}", **problem.values) for end in ("", "_remedy"))
    return say("cli.not_a_form", file=path, why=why, remedy=remedy)


def _in_folder(path: Path) -> Iterator[Path]:
    """Yield a file, or the files under a folder but links and hidden ones, by path."""
    if path.is_dir():
        yield from (Path(thing.path) for thing in found(path) if not thing.problem)
    else:
        yield path
