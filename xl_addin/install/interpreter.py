"""The Python that runs what is behind the buttons: which one, and whether it can."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePath

_ASK = "import xl_addin.macros, xlwings; print(xlwings.__version__)"
_PATIENCE = 120  # seconds; the first import on a slow disk with a virus scanner
_STORE = "WindowsApps"


@dataclass(frozen=True)
class Answer:
    """What a Python said when it was asked to load the macros."""

    xlwings: str = ""  # the version it has; "" when it could not load them
    why: str = ""  # the last line of what went wrong
    in_time: bool = True


def with_console(executable: Path) -> Path:
    """Return python.exe for pythonw.exe.

    xlwings starts it in a console that it hides, and reads there whether it failed and what it said; pythonw.exe has
    no stderr of its own, and cmd.exe does not always wait for it.
    """
    other = executable.with_name(executable.name.lower().replace("pythonw", "python"))
    return other if executable.stem.lower() == "pythonw" and other.exists() else executable


def is_from_store(*paths: str) -> bool:
    """Whether this Python came from the Microsoft Store. What it writes to AppData, Excel does not see."""
    return any(_STORE in PurePath(path.replace("\\", "/")).parts for path in paths)


def ask(interpreter: Path, code: str = _ASK, patience: float = _PATIENCE) -> Answer:
    """Return what this Python says, started from its own folder as the buttons do."""
    try:
        done = subprocess.run(
            [str(interpreter), "-B", "-c", code],
            cwd=interpreter.parent,
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(in_time=False)
    except OSError as error:
        return Answer(why=error.strerror or str(error))
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return Answer(why=lines[-1] if lines else str(done.returncode))
    return Answer(xlwings=done.stdout.decode(errors="replace").strip())
