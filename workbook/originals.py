"""Where are the bytes of everything that ever came in? Under .huibao/originals, by their sha256, never changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from workbook.files import replacing
from workbook.round import MEMORY

_FOLDER = "originals"


def original(round_path: Path, digest: str) -> Path:
    """Return where the bytes with this sha256 lie."""
    return round_path / MEMORY / _FOLDER / digest[:2] / digest


def keep(round_path: Path, data: bytes) -> str:
    """Keep bytes unless they are kept already; return their sha256. OSError from the disk."""
    digest = hashlib.sha256(data).hexdigest()
    path = original(round_path, digest)
    if not path.is_file() or path.stat().st_size != len(data):
        with replacing(path) as temporary:
            temporary.write_bytes(data)
    return digest
