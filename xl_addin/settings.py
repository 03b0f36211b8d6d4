"""What the buttons remember in the person's own folder: the rounds they worked on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from workbook.files import replacing
from xl_addin.own_folder import settings_file

_MOST = 6  # rounds that are offered


class Settings:
    """The rounds that were worked on, the latest first; a file that was damaged counts as empty."""

    def __init__(self) -> None:
        self._path = settings_file()

    @property
    def rounds(self) -> list[Path]:
        """The rounds that are still there."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))["rounds"]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        paths = [Path(text) for text in told if isinstance(text, str)] if isinstance(told, list) else []
        return [path for path in paths if (path / "round.toml").is_file()]

    def worked_on(self, round_path: Path) -> None:
        """Remember a round as the latest."""
        self._write([round_path, *(path for path in self.rounds if path != round_path)])

    def forget(self) -> None:
        """Forget all rounds."""
        self._write([])

    def _write(self, rounds: Sequence[Path]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self._path) as temporary:
            told = {"rounds": [str(path) for path in rounds[:_MOST]]}
            temporary.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
