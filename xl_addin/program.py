"""What the macros need of an office program beyond the public API of xlwings: questions, copies, protection."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import xlwings as xw

from workbook.messages import say

Kinds = Sequence[tuple[str, str]]  # what files are called, and their endings: ("Word 文档", "*.docx")


class Locked(Exception):
    """A sheet is protected with a password."""


class Program(Protocol):
    """An office program. Questions return None, and lists are empty, when they are closed without an answer."""

    def tell(self, text: str) -> None:
        """Show a sentence."""

    def warn(self, text: str) -> None:
        """Show a sentence on what could not be done."""

    def agree(self, text: str) -> bool:
        """Return whether the person says yes."""

    def ask(self, text: str, given: str = "") -> str | None:
        """Return what is typed; `given` stands there at first."""

    def choose(self, text: str, options: Sequence[str]) -> int | None:
        """Return the number of what is chosen, from 0."""

    def folder(self, title: str, start: Path | None) -> Path | None:
        """Return a folder that is chosen."""

    def files(self, title: str, start: Path | None, kinds: Kinds, *, many: bool = False) -> list[Path]:
        """Return files that are chosen."""

    def write_copy(self, book: xw.Book, folder: Path) -> Path | None:
        """Write the workbook as it stands, unsaved changes too, into a folder; None where the person does not want it.

        The workbook stays as it is: neither saved nor called otherwise.
        """

    def unprotected(self, sheet: xw.Sheet) -> AbstractContextManager[None]:
        """Take a protection without password off a sheet for a while; Locked where there is a password."""

    def show(self, path: Path) -> None:
        """Open a file or a folder with the program it belongs to."""


class Alerts:
    """The questions that xlwings itself knows."""

    def __init__(self, app: xw.App) -> None:
        self.app = app

    def tell(self, text: str) -> None:
        """Show a sentence."""
        self.app.status_bar = False
        self.app.alert(text, say("ribbon.title"), "ok", "info")

    def warn(self, text: str) -> None:
        """Show a sentence on what could not be done."""
        self.app.status_bar = False
        self.app.alert(text, say("ribbon.title"), "ok", "critical")

    def agree(self, text: str) -> bool:
        """Return whether the person says yes."""
        return self.app.alert(text, say("ribbon.title"), "yes_no", "info") == "yes"


def program_of(app: xw.App) -> Program:
    """Return the program a workbook is open in."""
    if app.engine.name == "libreoffice":
        from xl_addin.programs.libreoffice import LibreOffice

        return LibreOffice(app)
    if sys.platform == "win32":
        from xl_addin.programs.windows import ExcelOnWindows

        return ExcelOnWindows(app)
    from xl_addin.programs.mac import ExcelOnMac

    return ExcelOnMac(app)
