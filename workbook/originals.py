"""Where are the bytes of everything that ever came in? By their sha256, never changed.

Under .huibao/originals, or under originals of the round's store.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

from workbook import store
from workbook.files import replacing
from workbook.model import Round
from workbook.round import MEMORY

_FOLDER = "originals"


def original(round_: Round, digest: str) -> bytes:
    """Return the bytes with this sha256; OSError from the disk."""
    if round_.store:
        return store.original(round_.store, digest)
    return _place(round_, digest).read_bytes()


def keep(round_: Round, data: bytes) -> str:
    """Keep bytes unless they are kept already; return their sha256. OSError from the disk."""
    digest = hashlib.sha256(data).hexdigest()
    if round_.store:
        store.keep(round_.store, digest, data)
    elif _size(_place(round_, digest)) != len(data):
        with replacing(_place(round_, digest)) as temporary:
            temporary.write_bytes(data)
    return digest


def kept(round_: Round) -> Callable[[str, int], bool]:
    """Return who tells whether the bytes with a sha256 are kept, so many of them; a store is asked once for all."""
    if not round_.store:
        folder = str(round_.path / MEMORY / _FOLDER)
        return lambda digest, size: _size(f"{folder}/{digest[:2]}/{digest}") == size
    sizes = store.kept(round_.store)
    return lambda digest, size: sizes.get(digest) == size


def _size(path: Path | str) -> int:
    """Return how many bytes a file has, -1 where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return -1
    return status.st_size if stat.S_ISREG(status.st_mode) else -1


def _place(round_: Round, digest: str) -> Path:
    return round_.path / MEMORY / _FOLDER / digest[:2] / digest
