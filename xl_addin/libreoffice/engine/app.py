"""What is an App? The running LibreOffice: its workbooks, its message boxes, its status bar."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xlwings import XlwingsError, base_classes

from workbook.messages import say
from xl_addin.libreoffice.engine.books import Books
from xl_addin.libreoffice.engine.bridge import enum, failure, service

if TYPE_CHECKING:
    from xl_addin.libreoffice.engine.engine import Engine
    from xl_addin.libreoffice.engine.ranges import Range

# com.sun.star.awt.MessageBoxButtons and MessageBoxResults
_BUTTONS = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}
_ANSWERS = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}


class App(base_classes.App):
    """A running LibreOffice."""

    visible = True
    # Nothing depends on these in LibreOffice. A macro sets them and finds them so; to lock the screen in earnest would
    # leave a dead one to the clerk when the macro dies.
    screen_updating = True
    display_alerts = True
    enable_events = True
    interactive = True
    calculation = "automatic"
    version = "16.0"  # the Excel whose behaviour is imitated: macros ask for it

    def __init__(self, engine: Engine, context: Any) -> None:
        self.engine = engine
        self.context = context
        self._desktop = service(context, "frame.Desktop")
        self._books = Books(self)
        self._text: str | bool = False
        self._indicator: Any = None

    @property
    def api(self) -> Any:
        """The desktop."""
        return self._desktop

    @property
    def books(self) -> Books:
        """The open workbooks."""
        return self._books

    @property
    def pid(self) -> int:
        """A number that no other office in this process has."""
        return id(self)

    @property
    def selection(self) -> Range | None:
        """The selected cells of the workbook in front; the first area where several are selected."""
        if not self._books:
            return None
        book = self._books.active
        selected = book.api.getCurrentSelection()
        if selected is None or not selected.supportsService("com.sun.star.sheet.SheetCellRanges"):
            if selected is None or not selected.supportsService("com.sun.star.sheet.SheetCellRange"):
                return None
            return book.range_at(selected.getRangeAddress())
        return book.range_at(selected.getRangeAddresses()[0])

    def activate(self, steal_focus: bool = False) -> None:
        """Bring the window in front; which windows may take the focus the desktop environment decides."""
        frame = self._desktop.getCurrentFrame()
        if frame is not None:
            frame.getContainerWindow().toFront()
            if steal_focus:
                frame.getContainerWindow().setFocus()

    def calculate(self) -> None:
        """Compute every formula of all workbooks anew."""
        for book in self._books:
            book.api.calculateAll()

    def quit(self) -> None:
        """End LibreOffice without saving."""
        for book in list(self._books):
            book.close()
        self._leave()

    def kill(self) -> None:
        """End LibreOffice; over UNO there is no harder way than to ask."""
        self.quit()

    def _leave(self) -> None:
        with suppress(failure("lang.DisposedException")):  # it may be gone before it has answered
            self._desktop.terminate()
        self.engine.apps.attached = None

    @property
    def status_bar(self) -> str | bool:
        """The text in the status bar; False leaves it to LibreOffice."""
        return self._text

    @status_bar.setter
    def status_bar(self, text: str | bool) -> None:
        self._text = text or False
        if self._indicator is not None:
            with suppress(failure("lang.DisposedException")):  # its window has been closed meanwhile
                self._indicator.end()
            self._indicator = None
        frame = self._desktop.getCurrentFrame()
        if text and frame is not None:
            self._indicator = frame.createStatusIndicator()
            self._indicator.start(str(text), 100)

    def alert(self, prompt: str, title: str | None, buttons: str, mode: str | None, _callback: object) -> str:
        """Show a message box on the current window and return the button that was pressed."""
        frame = self._desktop.getCurrentFrame()
        if frame is None:
            raise XlwingsError(say("engine.no_window", prompt=prompt))
        kind = "ERRORBOX" if mode == "critical" else "INFOBOX" if buttons == "ok" else "QUERYBOX"
        toolkit = service(self.context, "awt.Toolkit")
        window, kind = frame.getContainerWindow(), enum("awt.MessageBoxType", kind)
        box = toolkit.createMessageBox(window, kind, _BUTTONS[buttons], title or "", prompt)
        try:
            pressed = _ANSWERS[box.execute()]
        finally:
            box.dispose()
        # Closing the box counts as its only button, as in Excel.
        return "ok" if buttons == "ok" else pressed
