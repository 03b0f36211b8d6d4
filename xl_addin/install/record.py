"""What installing made, written down in ~/.huibao/installed.json: removing takes away that and nothing else."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from workbook.files import replacing


@dataclass
class Record:
    """Files with their sha256, and folders in the order they were made."""

    files: dict[str, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)

    def folder(self, path: Path) -> None:
        """Make a folder and those above it, and note the new ones."""
        for folder in [*reversed(path.parents), path]:
            if not folder.exists():
                folder.mkdir()
                self.folders.append(str(folder))

    def write(self, path: Path, content: bytes) -> None:
        """Write a file whole, and note it."""
        self.folder(path.parent)
        with replacing(path) as temporary:
            temporary.write_bytes(content)
        self.files[str(path)] = digest(content)

    def made(self, path: Path) -> bool:
        """Whether a file is the one that installing wrote, unchanged."""
        try:
            return self.files.get(str(path)) == digest(path.read_bytes())
        except OSError:
            return False

    def drop_folders(self) -> None:
        """Take away the folders that were made, as far as nothing is in them."""
        for folder in reversed(self.folders):
            with suppress(OSError):
                Path(folder).rmdir()


def digest(content: bytes) -> str:
    """Return the sha256 of a content."""
    return hashlib.sha256(content).hexdigest()


def read_record(path: Path) -> Record:
    """Return what is written down; nothing when there is no such file or somebody spoilt it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        files, folders = data["files"], data["folders"]
    except (OSError, ValueError, KeyError, TypeError):
        return Record()
    if not (isinstance(files, dict) and isinstance(folders, list)):
        return Record()
    return Record({str(k): str(v) for k, v in files.items()}, [str(f) for f in folders])


def write_record(path: Path, record: Record) -> None:
    """Write it down."""
    record.folder(path.parent)
    text = json.dumps({"files": record.files, "folders": record.folders}, ensure_ascii=False, indent=2)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
