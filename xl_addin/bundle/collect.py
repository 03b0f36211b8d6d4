"""Make a bundle: wheels for the target, scripts that install and remove, a page to read first."""

from __future__ import annotations

import tempfile
from pathlib import Path

from workbook.messages import say
from xl_addin.bundle.own_wheel import own_wheel
from xl_addin.bundle.pip import Run, pip, run_python
from xl_addin.bundle.scripts import texts
from xl_addin.bundle.targets import Target
from xl_addin.install.settings import Refused

# What xlwings needs there and nowhere else: a pip that evaluated conditions for this machine would not bring it.
_ONLY_THERE = {"windows": "pywin32", "macos": "appscript", "linux": ""}


def make_bundle(target: Target, folder: Path, wheels: Path | None = None, run: Run = run_python) -> int:
    """Write a bundle into a folder, whole or not at all; return how many wheels are in it. Refused with a reason."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(say("bundle.not_empty", folder=folder))
    if wheels is not None and not wheels.is_dir():
        raise Refused(say("cli.no_folder", folder=wheels))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".huibao-", dir=folder.parent) as name:
        made = Path(name) / "bundle"
        ours = own_wheel(run, Path(name) / "own", wheels)
        _download(run, target, ours, made / "wheels", wheels)
        found = sorted(p.name for p in (made / "wheels").glob("*.whl"))
        needed = _ONLY_THERE[target.system]
        if not any(wheel.startswith(f"{needed}-" if needed else "huibao-") for wheel in found):
            raise Refused(say("bundle.not_complete", what=needed or "huibao"))
        version = ours.name.split("-")[1]
        for file, content in texts(target, version).items():
            (made / file).write_bytes(content)
            (made / file).chmod(0o755)
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    return len(found)


def _download(run: Run, target: Target, ours: Path, into: Path, wheels: Path | None) -> None:
    """Have pip bring everything for the target: our wheel, what it needs, and pip itself to install it with."""
    into.mkdir(parents=True)
    source = [] if wheels is None else ["--no-index", "--find-links", str(wheels)]
    where = [part for platform in target.platforms for part in ("--platform", platform)]
    options = ["--dest", str(into), "--only-binary=:all:", "--implementation", "cp", "--python-version", target.python]
    pip(run, ["download", *options, *where, *source, f"{ours}[addin]", "pip"], target.markers)
