"""The buttons put into LibreOffice on Linux, looked at, and taken out again. The verbs print the sentences."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path

from workbook.messages import say
from xl_addin.libreoffice.extension.build import IDENTIFIER, extension_file
from xl_addin.libreoffice.settings import conf_file, forget_interpreter, interpreter, set_interpreter
from xl_addin.own_folder import log_file, settings_file

SYSTEM_PYTHON = "/usr/bin/python3"  # the Python that a distribution's python3-uno is made for
_MODULES = "/usr/lib/python3/dist-packages"  # where that is; behind all else, so that nothing of ours is hidden
_UNO = f"import sys; sys.path.append({_MODULES!r}); import uno"
_CRASHED = (-11, 139)  # a segmentation fault, of the program itself or of what its script started
_PATIENCE = 120  # seconds; the first start of a LibreOffice can be slow


class NotInstalled(Exception):
    """Nothing was changed; the sentence says why and what to do."""


def install(*, home: Path | None = None, options: Sequence[str] = (), python: str = sys.executable) -> list[str]:
    """Put the buttons in, with this Python behind them, and say what was done. The options are for unopkg, in tests."""
    home = home or Path.home()
    unopkg = _unopkg(options)
    _ask_for_uno(home, python)
    with tempfile.TemporaryDirectory() as folder:
        extension = Path(folder) / "huibao.oxt"
        extension.write_bytes(extension_file())
        done = _run(home, unopkg, "add", "--force", "--suppress-license", *options, str(extension))
    if done.returncode:
        raise NotInstalled(say("libreoffice.refused", what=_complaint(done)))
    set_interpreter(home, python)
    return [
        say("libreoffice.installed"),
        say("libreoffice.interpreter", path=python, conf=conf_file(home)),
    ]


def doctor(*, home: Path | None = None, options: Sequence[str] = ()) -> tuple[list[str], bool]:
    """Say how it stands with the buttons and their Python, and whether both are well."""
    home = home or Path.home()
    unopkg = _find_unopkg()
    if unopkg is None:
        return [say("libreoffice.no_office")], False
    told, well = _look_at_extension(_installed(home, unopkg, options))
    more, python_well = _look_at_python(home)
    return [told, more], well and python_well


def remove(*, home: Path | None = None, options: Sequence[str] = ()) -> list[str]:
    """Take the buttons out, and all that `install` and they left in the user's folder, and say what was done."""
    home = home or Path.home()
    unopkg = _unopkg(options)
    told = [say("libreoffice.absent")]
    if _installed(home, unopkg, options):
        done = _run(home, unopkg, "remove", *options, IDENTIFIER)
        if done.returncode:
            raise NotInstalled(say("libreoffice.refused", what=_complaint(done)))
        told = [say("libreoffice.removed")]
    log = log_file(home)
    log.unlink(missing_ok=True)
    settings_file(home).unlink(missing_ok=True)
    with suppress(OSError):  # something of the user's is in it, or it was never there
        log.parent.rmdir()
    if forget_interpreter(home):
        told.append(say("libreoffice.forgotten", conf=conf_file(home)))
    return told


def _look_at_extension(there: str) -> tuple[str, bool]:
    ours = version("huibao")
    if not there:
        return say("libreoffice.no_extension"), False
    if there != ours:
        return say("libreoffice.other_version", theirs=there, ours=ours), False
    return say("libreoffice.extension", version=there), True


def _look_at_python(home: Path) -> tuple[str, bool]:
    path = interpreter(home)
    if not path:
        return say("libreoffice.no_python", conf=conf_file(home)), False
    done = _run(home, path, "-P", "-c", f"{_UNO}; import xlwings, xl_addin.libreoffice.host")
    if done.returncode:
        return say("libreoffice.bad_python", path=path, what=_complaint(done)), False
    return say("libreoffice.python", path=path), True


def _unopkg(options: Iterable[str]) -> str:
    """Return LibreOffice's program for extensions; NotInstalled where there is none, or where it would refuse."""
    unopkg = _find_unopkg()
    if unopkg is None:
        raise NotInstalled(say("libreoffice.no_office"))
    if os.geteuid() == 0 and "--shared" not in options:
        raise NotInstalled(say("libreoffice.as_root"))
    return unopkg


def _find_unopkg() -> str | None:
    """Return it from the search path, or from beside a soffice that is there."""
    found = shutil.which("unopkg")
    for name in ("soffice", "libreoffice"):
        office = shutil.which(name)
        if found is None and office is not None:
            found = shutil.which("unopkg", path=str(Path(office).resolve().parent))
    return found


def _installed(home: Path, unopkg: str, options: Sequence[str]) -> str:
    """Return the version of the extension that LibreOffice has, "" when it has none."""
    listed = _run(home, unopkg, "list", *options, IDENTIFIER).stdout
    found = re.search(r"^\s*Version:\s*(\S+)", listed, re.MULTILINE) if IDENTIFIER in listed else None
    return found[1] if found else ""


def _ask_for_uno(home: Path, python: str) -> None:
    """Raise NotInstalled unless this Python can talk to LibreOffice; say which one can."""
    if _run(home, python, "-P", "-c", _UNO).returncode == 0:
        return
    theirs = _run(home, SYSTEM_PYTHON, "-c", "import sys, uno; print('{}.{}'.format(*sys.version_info))")
    if theirs.returncode:
        raise NotInstalled(say("libreoffice.no_uno"))
    ours = "{}.{}".format(*sys.version_info)
    raise NotInstalled(
        say("libreoffice.other_python", ours=ours, theirs=theirs.stdout.strip(), path=SYSTEM_PYTHON),
    )


def _run(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program, as it would run from a button: nothing of this Python's own environment goes along.

    The Python inside LibreOffice takes the first python3 on the search path for its own home: that of an activated
    environment, of another version, breaks it. A program that is not there, or never ends, has failed like any other.
    LibreOffice's own crash now and then for no reason of ours: one that did is run once more.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    folders = [f for f in os.environ.get("PATH", os.defpath).split(os.pathsep) if not _is_environment(Path(f))]
    environment |= {"LC_ALL": "C.UTF-8", "HOME": str(home), "PATH": os.pathsep.join(folders)}
    run = partial(
        subprocess.run,
        command,
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_PATIENCE,
        check=False,
    )
    try:
        done = run()
        return run() if done.returncode in _CRASHED else done
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _is_environment(programs: Path) -> bool:
    """Tell whether a folder of programs belongs to a virtual environment."""
    return (programs.parent / "pyvenv.cfg").is_file()


def _complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the end of what a program said."""
    lines = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    return " ".join(lines[-2:])[-300:].rstrip("。.") or f"exit code {done.returncode}"
