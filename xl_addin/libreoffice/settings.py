"""huibao.conf in the user's folder: lines of a name and a value in quotes, as xlwings reads them. We own one name."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

from workbook.files import replacing

KEY = "INTERPRETER_LINUX"


def settings_file(home: Path) -> Path:
    """Return where it is."""
    return home / ".huibao" / "huibao.conf"


def interpreter(home: Path) -> str:
    """Return the Python that the buttons run, "" when none is named."""
    rows = csv.reader(line for line in _lines(home) if _ours(line))
    return next((row[1].strip() for row in rows if len(row) > 1), "")


def set_interpreter(home: Path, path: str) -> None:
    """Name the Python that the buttons run. All other lines stay."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([KEY, path])
    _write(home, [*(other for other in _lines(home) if not _ours(other)), line.getvalue()])


def forget_interpreter(home: Path) -> bool:
    """Take our line out, with the file and the folder if nothing else is in them; False when it was not there."""
    lines = _lines(home)
    others = [line for line in lines if not _ours(line)]
    if others != lines:
        _write(home, others)
    file = settings_file(home)
    if file.is_file() and not "".join(others).strip():
        file.unlink()
    with suppress(OSError):  # not empty, or never there
        file.parent.rmdir()
    return others != lines


def _lines(home: Path) -> list[str]:
    file = settings_file(home)
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines(keepends=True)
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]


def _ours(line: str) -> bool:
    return line.partition(",")[0].strip().strip('"').upper() == KEY


def _write(home: Path, lines: list[str]) -> None:
    with replacing(settings_file(home)) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8", errors="surrogateescape", newline="")
