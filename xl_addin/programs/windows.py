"""Excel on Windows, by its own object model.

Sources: Excel VBA reference, Application.InputBox, Application.FileDialog, Workbook.SaveCopyAs, Worksheet.Protect.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlwings as xw

from workbook.messages import say
from xl_addin.program import Alerts, Kinds, Locked

_PICK_FOLDER, _PICK_FILES = 4, 3  # msoFileDialogFolderPicker, msoFileDialogFilePicker
_TEXT = 2  # kind of answer of an InputBox
_ALLOWED = (
    *("AllowFormattingCells", "AllowFormattingColumns", "AllowFormattingRows", "AllowInsertingColumns"),
    *("AllowInsertingRows", "AllowInsertingHyperlinks", "AllowDeletingColumns", "AllowDeletingRows"),
    *("AllowSorting", "AllowFiltering", "AllowUsingPivotTables"),
)


class ExcelOnWindows(Alerts):
    """Excel on Windows."""

    def ask(self, text: str, given: str = "") -> str | None:
        """Return what is typed."""
        answer = self.app.api.InputBox(Prompt=text, Title=say("ribbon.title"), Default=given, Type=_TEXT)
        return None if answer is False else str(answer).strip()

    def choose(self, text: str, options: Sequence[str]) -> int | None:
        """Return the number of what is chosen; asked again until it is one."""
        listed = "\n".join(f"{n}. {option}" for n, option in enumerate(options, 1))
        while (answer := self.ask(f"{text}\n\n{listed}\n\n{say('macro.type_number')}", "1")) is not None:
            if answer.isdecimal() and 1 <= int(answer) <= len(options):
                return int(answer) - 1
        return None

    def folder(self, title: str, start: Path | None) -> Path | None:
        """Return a folder that is chosen."""
        return next(iter(self._picked(self._picker(_PICK_FOLDER, title, start))), None)

    def files(self, title: str, start: Path | None, kinds: Kinds, *, many: bool = False) -> list[Path]:
        """Return files that are chosen."""
        dialog = self._picker(_PICK_FILES, title, start)
        dialog.AllowMultiSelect = many
        dialog.Filters.Clear()
        for name, endings in kinds:
            dialog.Filters.Add(name, endings)
        return self._picked(dialog)

    def _picker(self, kind: int, title: str, start: Path | None) -> Any:
        dialog: Any = self.app.api.FileDialog(kind)
        dialog.Title = title
        if start is not None:
            dialog.InitialFileName = f"{start}{os.sep}"
        return dialog

    @staticmethod
    def _picked(dialog: Any) -> list[Path]:
        if not dialog.Show():
            return []
        return [Path(dialog.SelectedItems.Item(n + 1)) for n in range(dialog.SelectedItems.Count)]

    def write_copy(self, book: xw.Book, folder: Path) -> Path | None:
        """Write the workbook as it stands into a folder."""
        path = folder / f"form{Path(book.name).suffix or '.xlsx'}"
        book.api.SaveCopyAs(str(path))
        return path

    @contextmanager
    def unprotected(self, sheet: xw.Sheet) -> Iterator[None]:
        """Take a protection without password off a sheet for a while."""
        api: Any = sheet.api
        if not (api.ProtectContents or api.ProtectDrawingObjects):
            yield
            return
        allowed = {name: getattr(api.Protection, name) for name in _ALLOWED}
        drawings, scenarios = api.ProtectDrawingObjects, api.ProtectScenarios
        selectable = api.EnableSelection
        try:
            api.Unprotect("")
        except Exception as error:  # what COM raises has no class of its own
            raise Locked(sheet.name) from error
        if api.ProtectContents:
            raise Locked(sheet.name)
        try:
            yield
        finally:
            api.Protect(Password="", DrawingObjects=drawings, Contents=True, Scenarios=scenarios, **allowed)
            api.EnableSelection = selectable

    def show(self, path: Path) -> None:
        """Open a file or a folder with the program it belongs to."""
        os.startfile(path)  # type: ignore[attr-defined,unused-ignore]  # Windows only
