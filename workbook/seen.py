"""Which files of 收件 were read before and are the same: a run opens only what came or changed since.

A file is the same when its size, its time and its number on the disk are. One that was written when it was last looked
at, or shortly before, is read again: within the same tick of the clock it could have changed once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from time import time_ns

import msgspec

from workbook.files import replacing
from workbook.inbox import Found
from workbook.model import Round
from workbook.originals import kept
from workbook.round import MEMORY

_FILE = "seen"
_DIGEST = re.compile("[0-9a-f]{64}")
_TICK = 3_000_000_000  # ns; FAT tells times in steps of two seconds
Mark = tuple[int, int, int | str]
_read = msgspec.msgpack.Decoder(dict[str, tuple[Mark, str]]).decode


class Seen:
    """The digests of files as the last run saw them. What cannot be read is as if there were none."""

    def __init__(self, round_: Round) -> None:
        self._round, self._path = round_, round_.path / MEMORY / _FILE
        try:
            self._before = _read(self._path.read_bytes())
        except (OSError, msgspec.DecodeError):
            self._before = {}
        self._now: dict[str, tuple[Mark, str]] = {}
        self._began = time_ns()

    def digest(self, file: Found) -> str:
        """Return the digest of a file that is the same and whose bytes are kept, "" otherwise."""
        mark, digest = self._before.get(file.name, (None, ""))
        if file.problem or mark != file.mark or not _DIGEST.fullmatch(digest):
            return ""
        if not self._kept(digest, file.size):
            return ""
        self._now[file.name] = (file.mark, digest)
        return digest

    @cached_property
    def _kept(self) -> Callable[[str, int], bool]:
        return kept(self._round)

    def note(self, file: Found, digest: str) -> None:
        """Remember a file that was read now."""
        if file.mark[1] < self._began - _TICK:
            self._now[file.name] = (file.mark, digest)

    def keep(self) -> None:
        """Write down what is remembered; OSError from the disk."""
        if self._now != self._before:
            with replacing(self._path) as temporary:
                temporary.write_bytes(msgspec.msgpack.encode(self._now))
