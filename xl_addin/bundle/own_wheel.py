"""Our own wheel: given, built from sources, or put together again from what pip installed."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from workbook.messages import say
from xl_addin.bundle.pip import Run, pip
from xl_addin.install.settings import Refused

NAME = "huibao"
_ROOT = Path(__file__).parent.parent.parent
_OF_THE_INSTALLATION = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")  # not of the wheel
_NEEDED = ("huibao.py", "workbook/messages.toml", "workbook/_packs/party-building/pack.toml")


def own_wheel(run: Run, into: Path, wheels: Path | None, root: Path = _ROOT) -> Path:
    """Put our wheel into a folder; Refused when there is nothing to make it of."""
    into.mkdir(parents=True, exist_ok=True)
    if wheels is not None and (given := sorted(wheels.glob(f"{NAME}-*.whl"))):
        target = into / given[-1].name
        target.write_bytes(given[-1].read_bytes())
        return target
    if (root / "pyproject.toml").exists():
        offline = [] if wheels is None else ["--no-index", "--find-links", str(wheels)]
        pip(run, ["wheel", "--no-deps", "--wheel-dir", str(into), *offline, str(root)])
        built = sorted(into.glob(f"{NAME}-*.whl"))
        if built:
            return built[-1]
        raise Refused(say("bundle.no_own_wheel"))
    try:
        return repacked(distribution(NAME), into)
    except PackageNotFoundError:
        raise Refused(say("bundle.no_own_wheel")) from None


def repacked(installed: Distribution, into: Path) -> Path:
    """Return the wheel that an installed package came from, put together from its files; Refused when some lack."""
    files = {}
    for file in installed.files or []:
        if file.parts[0] == ".." or file.suffix == ".pyc" or file.name in _OF_THE_INSTALLATION:
            continue
        at = Path(str(file.locate()))
        if not at.is_file():
            raise Refused(say("bundle.no_own_wheel"))
        files[file.as_posix()] = at.read_bytes()
    if not {*_NEEDED} <= files.keys():  # installed editable, from sources that are gone
        raise Refused(say("bundle.no_own_wheel"))
    record = next(name for name in files if name.endswith(".dist-info/METADATA")).replace("METADATA", "RECORD")
    lines = [f"{name},{_digest(content)},{len(content)}" for name, content in files.items()]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    target = into / f"{NAME}-{installed.version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            wheel.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target


def _digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
