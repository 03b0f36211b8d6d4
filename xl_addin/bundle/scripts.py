"""The scripts of a bundle: texts in `scripts/` with @names@ in them, their sentences from the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

from workbook.messages import say
from xl_addin.bundle.targets import Target

_FOLDER = Path(__file__).parent / "scripts"
_PLACE = re.compile(r"@(\w+)@")
_SENTENCES = (
    "title",
    "unpack_first",
    "in_use",
    "no_home",
    "no_python",
    "wrong_python",
    "copying",
    "filling",
    "failed",
    "no_buttons",
    "done",
    "nothing",
    "not_removed",
    "removed",
)
# cmd.exe reads a script in the code page of the system: GBK in China. Of GBK only the part called GB2312, in which no
# byte of a character looks like & or | to a cmd.exe that reads in another code page: there the sentences are garbled,
# but what the script does is the same.
_WINDOWS = "gb2312"


def texts(target: Target, version: str) -> dict[str, bytes]:
    """Return the files beside the wheels, by name."""
    if target.system == "windows":
        return {
            say("bundle.install_cmd"): _script("install-windows.cmd", target, version),
            say("bundle.remove_cmd"): _script("remove-windows.cmd", target, version),
            say("bundle.read_me"): _lines(say("bundle.read_me_windows", python=target.python)).encode("utf-8-sig"),
        }
    return {
        say("bundle.install_sh"): _script("install-unix.sh", target, version),
        say("bundle.remove_sh"): _script("remove-unix.sh", target, version),
        say("bundle.read_me"): say("bundle.read_me_linux", python=target.python).encode(),
    }


def _script(name: str, target: Target, version: str) -> bytes:
    words = {word: say(f"bundle.{word}") for word in _SENTENCES}
    words |= {"python": target.python, "version": version, "unfit": target.fitting}
    words["site_packages"] = "--system-site-packages" if target.system == "linux" else ""
    words["no_python"] = say("bundle.no_python", python=target.python)
    words["wrong_python"] = say("bundle.wrong_python", python=target.python)
    text = _PLACE.sub(lambda found: words[found[1]], (_FOLDER / name).read_text(encoding="ascii"))
    return _lines(text).encode(_WINDOWS) if target.system == "windows" else text.encode()


def _lines(text: str) -> str:
    return text.replace("\n", "\r\n")
