"""Outputs are replaced whole: a reader sees the old file or the new one, never half of one, whatever happens."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_UNFINISHED = ".huibao-"  # how the name of a file begins while it is written


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well it takes its place, else it goes.

    It is on the disk before it takes its place, so that a power cut leaves no half file either.
    OSError from the disk, among them PermissionError when Excel or Word has the file open on Windows.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
        _keep_names(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _keep_names(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can: Windows and some shared folders cannot."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path, but: str) -> None:
    """Take away what killed runs left unfinished in a folder and below, not in its subfolder `but`.

    Only while no other run writes there.
    """
    here = folder.glob(f"{_UNFINISHED}*")
    below = (p for sub in folder.iterdir() if sub.is_dir() and sub.name != but for p in sub.rglob(f"{_UNFINISHED}*"))
    for unfinished in [*here, *below]:
        with suppress(OSError):  # held by a virus scanner, say: the next run takes it
            unfinished.unlink()
