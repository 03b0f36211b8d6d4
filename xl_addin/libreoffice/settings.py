"""huibao.conf in the user's folder, for LibreOffice: the same lines as for Excel, in UTF-8. We own one name."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from workbook.files import replacing
from xl_addin.install.settings import value_of, with_entry, without
from xl_addin.own_folder import own_folder

KEY = "INTERPRETER_LINUX"


def conf_file(home: Path) -> Path:
    """Return where it is."""
    return own_folder(home) / "huibao.conf"


def interpreter(home: Path) -> str:
    """Return the Python that the buttons run, "" when none is named."""
    return value_of(_content(home), KEY, "utf-8").strip()


def set_interpreter(home: Path, path: str) -> None:
    """Name the Python that the buttons run. All other lines stay."""
    quoted = path.replace('"', '""')
    _write(home, with_entry(_content(home), KEY, f'"{KEY}","{quoted}"\n'.encode()))


def forget_interpreter(home: Path) -> bool:
    """Take our line out, with the file and the folder if nothing else is in them; False when it was not there."""
    file, before = conf_file(home), _content(home)
    after = without(before, KEY)
    if after.strip():
        _write(home, after)
    else:
        file.unlink(missing_ok=True)
    with suppress(OSError):  # not empty, or never there
        file.parent.rmdir()
    return after != before


def _content(home: Path) -> bytes:
    file = conf_file(home)
    return file.read_bytes() if file.is_file() else b""


def _write(home: Path, content: bytes) -> None:
    with replacing(conf_file(home)) as temporary:
        temporary.write_bytes(content)
