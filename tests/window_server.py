"""What is on the screen of a LibreOffice, by its accessibility: one JSON command per line in, one JSON answer out.

Run by the interpreter that knows `uno`; window.py starts it with the name of the office's pipe. It only looks: clicks
and keys come from outside, as a person's do.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import uno

DEEP = 12  # no thing we look for has more around it


def role(name: str) -> int:
    return int(uno.getConstantByName(f"com.sun.star.accessibility.AccessibleRole.{name}"))


BUTTON = role("PUSH_BUTTON")
TEXTS = (role("LABEL"), role("STATIC"))
BOXES = (role("ALERT"), role("DIALOG"))
TOOLBAR, MENU_BAR = role("TOOL_BAR"), role("MENU_BAR")
# What has a world of its own in it: hundreds of entries, millions of cells.
CLOSED = {TOOLBAR, MENU_BAR, role("STATUS_BAR"), role("LIST"), role("SCROLL_PANE"), role("DOCUMENT_SPREADSHEET")}


def context_of(pipe: str) -> Any:
    """Return the office's context as soon as it listens."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    while True:  # window.py gives up, not we
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.1)


def children(context: Any) -> list[Any]:
    found = (context.getAccessibleChild(n) for n in range(context.getAccessibleChildCount()))
    return [child.getAccessibleContext() for child in found if child is not None]


def inside(context: Any, depth: int = 0) -> Iterator[Any]:
    """Yield a thing on the screen and all in it that is worth looking into."""
    yield context
    if depth < DEEP and context.getAccessibleRole() not in CLOSED:
        for child in children(context):
            yield from inside(child, depth + 1)


def words(context: Any) -> str:
    """Return what a thing says: its name, or what is written on it."""
    name = str(context.getAccessibleName())
    return name or (str(context.getText()) if hasattr(context, "getText") else "")


def place(context: Any) -> list[int]:
    """Return left, top, width and height on the screen."""
    at, size = context.getLocationOnScreen(), context.getSize()
    return [at.X, at.Y, size.Width, size.Height]


class Eyes:
    def __init__(self, pipe: str) -> None:
        self.context = context_of(pipe)
        self.desktop = self._service("com.sun.star.frame.Desktop")
        self.toolkit = self._service("com.sun.star.awt.Toolkit")

    def _service(self, name: str) -> Any:
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def ready(self) -> bool:
        """Tell whether a workbook's window is there."""
        return self.desktop.getFrames().getCount() > 0 and self.frame().getController() is not None

    def frame(self) -> Any:
        """Return the first window. Which one is in front nobody knows where no window manager is."""
        return self.desktop.getFrames().getByIndex(0)

    def book(self) -> Any:
        return self.frame().getController().getModel()

    def _find(self, kind: int, name: str) -> list[Any]:
        """Return the toolbars or the menu bar of the first window."""
        window = self.frame().getContainerWindow().getAccessibleContext()
        return [t for t in inside(window) if t.getAccessibleRole() == kind and (not name or words(t) == name)]

    def toolbar(self, title: str) -> list[list[Any]]:
        """Return name and place of each button of a toolbar; none when it is not there."""
        return [[words(item), place(item)] for bar in self._find(TOOLBAR, title) for item in children(bar)]

    def menu(self, title: str) -> list[Any]:
        """Return the place of a menu in the menu bar, and its entries, whose names are there once it was opened."""
        bar = self._find(MENU_BAR, "")[0]
        entry = next(menu for menu in children(bar) if words(menu) == title)
        return [place(entry), [words(item) for item in children(entry)]]

    def dialogs(self) -> list[dict[str, Any]]:
        """Return the boxes that are shown: their titles and words, and name and place of their buttons."""
        shown = []
        for number in range(self.toolkit.getTopWindowCount()):
            with suppress(Exception):  # it closes while we look
                box = self.toolkit.getTopWindow(number).getAccessibleContext()
                if box.getAccessibleRole() in BOXES and box.getAccessibleChildCount():
                    things = [*inside(box)]
                    text = [words(t) for t in things if t.getAccessibleRole() in TEXTS]
                    buttons = [[words(t), place(t)] for t in things if t.getAccessibleRole() == BUTTON]
                    shown.append({"title": words(box), "text": "\n".join(text), "buttons": buttons})
        return shown

    def front(self) -> str:
        """Return the RuntimeUID of the workbook in front."""
        return str(self.book().RuntimeUID)

    def select(self, sheet: str, cell: str) -> None:
        """Put the cursor into a cell."""
        book = self.book()
        target = book.Sheets.getByName(sheet) if sheet else book.Sheets.getByIndex(0)
        book.CurrentController.setActiveSheet(target)
        book.CurrentController.select(target.getCellRangeByName(cell))

    def shown(self, sheet: str, cell: str) -> str:
        """Return what a cell shows."""
        book = self.book()
        target = book.Sheets.getByName(sheet) if sheet else book.Sheets.getByIndex(0)
        return str(target.getCellRangeByName(cell).String)

    def alone(self) -> None:
        """Close all windows but the first, which they hide; nothing is saved."""
        first = self.book().RuntimeUID
        components = self.desktop.Components.createEnumeration()
        others = []
        while components.hasMoreElements():
            component = components.nextElement()
            if component.RuntimeUID != first:
                others.append(component)
        for other in others:
            other.setModified(False)
            other.close(True)

    def unchanged(self) -> None:
        """Have LibreOffice close the workbook without asking."""
        self.book().setModified(False)

    def terminate(self) -> None:
        """End LibreOffice, with nothing saved. It may be gone before it says so."""
        self.unchanged()
        with suppress(Exception):
            self.desktop.terminate()


def main() -> None:
    eyes = Eyes(sys.argv[1])
    while not eyes.ready():
        time.sleep(0.05)
    print(json.dumps({"ok": None}), flush=True)
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            answer: dict[str, Any] = {"ok": getattr(eyes, command)(*arguments)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
