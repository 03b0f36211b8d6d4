"""How does Python talk to LibreOffice? Over UNO, whose module `uno` belongs to the system's Python; it has no types."""

from __future__ import annotations

import sys
import time
from functools import cache
from importlib import import_module
from typing import Any

from workbook.messages import say

_DEBIAN = "/usr/lib/python3/dist-packages"  # where python3-uno is; its Python has to be of our minor version
_STAR = "com.sun.star."


class NoOffice(Exception):
    """LibreOffice cannot be reached from here; the sentence says what to do."""


@cache
def uno() -> Any:
    """Return the module `uno`; NoOffice where this Python cannot load it."""
    try:
        return import_module("uno")
    except ImportError:
        sys.path.append(_DEBIAN)  # at the end: nothing of the system takes the place of what is installed here
    try:
        return import_module("uno")
    except ImportError:
        sys.path.pop()
        raise NoOffice(say("engine.no_uno", version=f"{sys.version_info.major}.{sys.version_info.minor}")) from None


def struct(kind: str, *values: object) -> Any:
    """Return a struct of UNO: "table.CellAddress"."""
    return uno().createUnoStruct(_STAR + kind, *values)


def enum(kind: str, value: str) -> Any:
    """Return a value of an enumeration of UNO: "sheet.CellInsertMode", "DOWN"."""
    return uno().Enum(_STAR + kind, value)


def failure(kind: str = "uno.Exception") -> Any:
    """Return a class of exceptions of UNO, to catch them."""
    return uno().getClass(_STAR + kind)


def options(**settings: object) -> tuple[Any, ...]:
    """Return settings the way UNO takes them for loading and storing."""
    return tuple(struct("beans.PropertyValue", name, 0, value, 0) for name, value in settings.items())


def service(context: Any, name: str) -> Any:
    """Return a new object of a service in the office: "frame.Desktop"."""
    return context.ServiceManager.createInstanceWithContext(_STAR + name, context)


def connect(pipe: str, seconds: float = 30) -> Any:
    """Return the component context of the soffice that listens on this pipe; NoOffice when none does in time."""
    resolver = service(uno().getComponentContext(), "bridge.UnoUrlResolver")
    end = time.monotonic() + seconds
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except failure("connection.NoConnectException"):
            if time.monotonic() > end:
                raise NoOffice(say("engine.no_office", seconds=seconds)) from None
            time.sleep(0.05)
