"""LibreOffice, by UNO: its own dialogs, a copy stored beside, protection taken off and put on again.

Sources: LibreOffice API reference, com.sun.star.ui.dialogs, com.sun.star.awt.UnoControlDialogModel,
com.sun.star.frame.XStorable.storeToURL, com.sun.star.util.XProtectable.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlwings as xw

from workbook.messages import say
from xl_addin.libreoffice.engine.bridge import failure, options, service, uno
from xl_addin.program import Alerts, Kinds, Locked

_FORMAT = "Calc MS Excel 2007 XML"
_WIDTH, _MARGIN, _LINE, _LIST, _BUTTON = 260, 6, 9, 90, 50  # in units of the dialog's font
_IN_A_LINE = 58  # half-width places of a text that a line of a dialog holds
_OK, _CANCEL = 1, 2  # PushButtonType
_POSITION = 3  # PosSize: left and top


class LibreOffice(Alerts):
    """LibreOffice with a window."""

    def ask(self, text: str, given: str = "") -> str | None:
        """Return what is typed."""
        dialog = self._dialog(text, "UnoControlEditModel", _LINE + 5, Text=given)
        try:
            return str(dialog.getControl("answer").getText()).strip() if dialog.execute() else None
        finally:
            dialog.dispose()

    def choose(self, text: str, options: Sequence[str]) -> int | None:
        """Return the number of what is chosen; the first is when nothing else is."""
        told = {"StringItemList": tuple(options), "SelectedItems": (0,), "Border": 1}
        dialog = self._dialog(text, "UnoControlListBoxModel", _LIST, **told)
        try:
            chosen = dialog.getControl("answer").getSelectedItemPos() if dialog.execute() else -1
        finally:
            dialog.dispose()
        return chosen if chosen >= 0 else None

    def _dialog(self, text: str, answer: str, height: int, **told: Any) -> Any:
        """Return a dialog with a text, something to answer with, and two buttons."""
        rows = sum(1 + _wide(line) // _IN_A_LINE for line in text.splitlines()) * _LINE
        model = self._make("awt.UnoControlDialogModel")
        inside, below = _WIDTH - 2 * _MARGIN, rows + height + 3 * _MARGIN
        model.Title, model.Width, model.Height = say("ribbon.title"), _WIDTH, below + 14 + _MARGIN
        model.Moveable = model.Closeable = True
        text_at, answer_at = (_MARGIN, _MARGIN, inside, rows), (_MARGIN, rows + 2 * _MARGIN, inside, height)
        _add(model, "UnoControlFixedTextModel", "text", text_at, Label=text, MultiLine=True, NoLabel=True)
        _add(model, answer, "answer", answer_at, TabIndex=0, **told)
        right = _WIDTH - _MARGIN - _BUTTON
        buttons = (("ok", right - _BUTTON - _MARGIN, _OK), ("cancel", right, _CANCEL))
        for name, left, kind in buttons:
            place = (left, below, _BUTTON, 14)
            words = {"Label": say(f"macro.{name}"), "PushButtonType": kind, "DefaultButton": kind == _OK}
            _add(model, "UnoControlButtonModel", name, place, **words)
        dialog = self._make("awt.UnoControlDialog")
        dialog.setModel(model)
        window = self.app.api.getCurrentFrame().getContainerWindow()
        dialog.createPeer(self._make("awt.Toolkit"), window)
        outer, own = window.getPosSize(), dialog.getPosSize()
        dialog.setPosSize((outer.Width - own.Width) // 2, (outer.Height - own.Height) // 3, 0, 0, _POSITION)
        return dialog

    def folder(self, title: str, start: Path | None) -> Path | None:
        """Return a folder that is chosen."""
        picker = self._make("ui.dialogs.FolderPicker")
        picker.setTitle(title)
        if start is not None:
            picker.setDisplayDirectory(start.as_uri())
        return _path(picker.getDirectory()) if picker.execute() else None

    def files(self, title: str, start: Path | None, kinds: Kinds, *, many: bool = False) -> list[Path]:
        """Return files that are chosen."""
        picker = self._make("ui.dialogs.FilePicker")
        picker.setTitle(title)
        picker.setMultiSelectionMode(many)
        for name, endings in kinds:
            picker.appendFilter(name, endings)
        if start is not None:
            picker.setDisplayDirectory(start.as_uri())
        return [_path(url) for url in picker.getSelectedFiles()] if picker.execute() else []

    def write_copy(self, book: xw.Book, folder: Path) -> Path | None:
        """Write the workbook as it stands into a folder."""
        path = folder / "form.xlsx"
        book.api.storeToURL(path.as_uri(), options(FilterName=_FORMAT))
        return path

    @contextmanager
    def unprotected(self, sheet: xw.Sheet) -> Iterator[None]:
        """Take a protection without password off a sheet for a while."""
        api: Any = sheet.api
        if not api.isProtected():
            yield
            return
        try:
            api.unprotect("")
        except failure() as error:
            raise Locked(sheet.name) from error
        if api.isProtected():
            raise Locked(sheet.name)
        try:
            yield
        finally:
            api.protect("")

    def show(self, path: Path) -> None:
        """Open a file or a folder with the program it belongs to."""
        if path.suffix.lower() == ".docx":
            self.app.api.loadComponentFromURL(path.as_uri(), "_blank", 0, ())
        else:
            subprocess.Popen(["xdg-open", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _make(self, name: str) -> Any:
        return service(self.app.impl.context, name)


def _add(model: Any, kind: str, name: str, place: tuple[int, int, int, int], **told: Any) -> None:
    part = model.createInstance(f"com.sun.star.awt.{kind}")
    part.PositionX, part.PositionY, part.Width, part.Height = place
    for key, value in told.items():
        setattr(part, key, value)
    model.insertByName(name, part)


def _wide(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def _path(url: str) -> Path:
    return Path(uno().fileUrlToSystemPath(url))
