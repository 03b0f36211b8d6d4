"""A running Excel: it holds a loaded add-in open, so it is asked to close it, and to open the new one."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from xl_addin.install.places import ADD_IN, System


class Excel(Protocol):
    """All the Excels that are running."""

    def let_go(self) -> bool:
        """Close the add-in wherever it is loaded; whether any Excel is running."""

    def take_up(self, add_in: Path) -> bool:
        """Open the add-in in the Excel that is running; False where that cannot be."""


class RunningExcel:
    """Excel, reached through xlwings. What it refuses (a cell being edited, a dialog open) counts as not done."""

    def __init__(self, system: System) -> None:
        self._system = system

    def let_go(self) -> bool:
        """Close the add-in wherever it is loaded; whether any Excel is running."""
        apps = self._apps()
        for app in apps:
            with suppress(Exception):  # not loaded there; or busy, and then the file stays in use, which is told
                app.books[ADD_IN].close()
        return bool(apps)

    def take_up(self, add_in: Path) -> bool:
        """Open the add-in in every running Excel; macOS would ask for leave each time, so there it is not tried."""
        if self._system != "win32":
            return False
        try:
            for app in self._apps():
                app.books.open(add_in)
        except Exception:  # COM says in many ways that Excel is busy
            return False
        return True

    def _apps(self) -> list[Any]:
        try:
            return list(import_module("xlwings").apps)
        except Exception:  # no Excel here, or none that answers
            return []
