"""Where are the bytes of everything that ever came in? By their sha256, never changed.

Under .huibao/originals, or under originals of the round's store.
"""

from __future__ import annotations

import hashlib
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
    elif not _is_kept(round_, digest, len(data)):
        with replacing(_place(round_, digest)) as temporary:
            temporary.write_bytes(data)
    return digest


def kept(round_: Round) -> Callable[[str, int], bool]:
    """Return who tells whether the bytes with a sha256 are kept, so many of them; a store is asked once for all."""
    if not round_.store:
        return lambda digest, size: _is_kept(round_, digest, size)
    sizes = store.kept(round_.store)
    return lambda digest, size: sizes.get(digest) == size


def _is_kept(round_: Round, digest: str, size: int) -> bool:
    path = _place(round_, digest)
    return path.is_file() and path.stat().st_size == size


def _place(round_: Round, digest: str) -> Path:
    return round_.path / MEMORY / _FOLDER / digest[:2] / digest
