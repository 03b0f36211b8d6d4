"""pip, as a program of its own: what it is asked, and the one line of what it says that tells why it failed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workbook.messages import say
from xl_addin.install.settings import Refused

Run = Callable[[Sequence[str]], tuple[int, str]]  # arguments of Python -> exit code, what it said
_NO_PIP = re.compile(r"No module named '?pip\b")
_ELSEWHERE = Path(__file__).with_name("pip_elsewhere.py")


def run_python(arguments: Sequence[str]) -> tuple[int, str]:
    """Run this Python with arguments."""
    done = subprocess.run(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace", check=False
    )
    return done.returncode, done.stdout


def pip(run: Run, arguments: Sequence[str], markers: Mapping[str, str] | None = None) -> None:
    """Run pip, as on the machine with these markers; Refused with its last word when it fails."""
    how = ["-m", "pip"] if markers is None else ["-P", str(_ELSEWHERE), json.dumps(dict(markers))]
    code, said = run([*how, *arguments, "--disable-pip-version-check", "--no-input"])
    if code and _NO_PIP.search(said):
        raise Refused(say("bundle.no_pip"))
    if code:
        raise Refused(say("bundle.pip_failed", why=last_word(said) or code))


def last_word(said: str) -> str:
    """Return the last line that tells of an error, else the last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or [""])[-1]
