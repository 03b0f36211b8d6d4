"""The machine that is installed on: its places, and the few things that must be asked of it. Tests put others there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from workbook.messages import say
from xl_addin.build import add_in
from xl_addin.install.excel import Excel, RunningExcel
from xl_addin.install.interpreter import Answer, ask, is_from_store, with_console
from xl_addin.install.places import Places, System, places
from xl_addin.install.policies import read_policies
from xl_addin.install.settings import Refused
from xl_addin.runtime import NoRuntime


@dataclass(frozen=True)
class Machine:
    """A machine."""

    places: Places
    interpreter: Path  # runs now, and shall run what is behind the buttons
    encoding: str  # in which VBA reads a text file
    excel: Excel
    build: Callable[[], bytes] = add_in
    ask: Callable[[Path], Answer] = ask
    policies: Callable[[], Mapping[str, int]] = read_policies
    script: Callable[[], tuple[str, bytes]] | None = None  # the AppleScript that xlwings' VBA calls, with its name
    xlwings: str = ""
    from_store: bool = False

    def built(self) -> bytes:
        """Return the add-in as it is built here and now; Refused when it cannot be."""
        try:
            return self.build()
        except NoRuntime as error:
            raise Refused(str(error)) from None


def this_machine() -> Machine:
    """Return the machine that this runs on."""
    system: System = "win32" if sys.platform == "win32" else "darwin"
    try:
        xlwings = version("xlwings")
    except PackageNotFoundError:
        xlwings = ""
    return Machine(
        places(system, Path.home(), os.environ),
        with_console(Path(sys.executable)),
        "mbcs" if system == "win32" else "ascii",
        RunningExcel(system),
        script=None if system == "win32" else lambda: apple_script(xlwings),
        xlwings=xlwings,
        from_store=system == "win32" and is_from_store(sys.executable, sys.base_prefix),
    )


def apple_script(xlwings: str) -> tuple[str, bytes]:
    """Return xlwings' AppleScript with its name, which carries the version; Refused where there is none."""
    name = f"xlwings-{xlwings}.applescript"
    found = find_spec("xlwings")
    try:
        if found is None or found.origin is None:
            raise FileNotFoundError
        return name, (Path(found.origin).parent / name).read_bytes()
    except OSError:
        raise Refused(say("addin.other_xlwings", what=name)) from None
