"""One run at a time: two people who press the button on a shared folder do not work on it at once."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from workbook.files import sweep

_LOCK, _WHO = "lock", "at-work.txt"


class Busy(Exception):
    """Somebody else works on the round; `who` says who, where and since when."""

    def __init__(self, who: str) -> None:
        super().__init__(who)
        self.who = who


@contextmanager
def at_work(round_path: Path, patience: float = 0) -> Iterator[None]:
    """Hold the round while the block runs, cleared of what killed runs left unfinished.

    Busy when somebody else holds it, still so after `patience` seconds; OSError from the disk.

    The operating system holds the lock and lets go of it when the process ends, however it ends.
    """
    from filelock import FileLock, Timeout

    from workbook.round import IN, MEMORY  # all records with it: every command's start would pay for them

    folder = round_path / MEMORY
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / _LOCK, timeout=patience):
            (folder / _WHO).write_text(f"{myself()} {datetime.now():%Y-%m-%d %H:%M}", encoding="utf-8")
            sweep(round_path, but=IN)
            yield
    except Timeout:
        raise Busy(_holder(folder / _WHO)) from None


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "?"


def myself() -> str:
    """Return who works, as the ledger and others read it: account and machine."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        account = "?"
    return f"{account}@{platform.node()}"
