"""In place of the macros and the engine: every run is written down, and goes as the test wants it to.

Python imports this at its start where this folder is in PYTHONPATH. HUIBAO_STAND_IN is the folder of `runs`, one JSON
per line, and of `how`, what the macros do: "" nothing more, "fail", "wait" half a minute.
"""

import json
import os
import sys
import time
import types
from pathlib import Path

FOLDER = Path(os.environ.get("HUIBAO_STAND_IN", "."))


class Book:
    caller = False

    def set_mock_caller(self):
        Book.caller = True


class App:
    """The office, or none: only to find a workbook in it, or to add one."""

    def __init__(self, context):
        self.context = context
        self.books = self

    def add(self):
        return Book()


class NoOffice(Exception):
    pass


def connect(pipe, seconds=30):
    """Connect to the office, to see that its pipe is a real one; "" stands for no office, "gone" for one that was."""
    if not pipe:
        return None
    if pipe == "gone":
        raise NoOffice("it is gone")
    sys.path.append("/usr/lib/python3/dist-packages")
    import uno

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")


def book_with(app, document):
    context = app.context
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    components = desktop.Components.createEnumeration()
    while components.hasMoreElements():
        if components.nextElement().RuntimeUID == document:
            return Book()
    return None


class Macros(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda: run(name)


def run(name):
    told = {"macro": name, "caller": Book.caller, "cwd": str(Path.cwd()), "argv": sys.argv[1:], "pid": os.getpid()}
    told["PYTHONPATH"] = os.environ["HUIBAO_CAME_WITH"]
    with (FOLDER / "runs").open("a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")
    how = (FOLDER / "how").read_text(encoding="utf-8") if (FOLDER / "how").exists() else ""
    if how == "fail":
        raise ValueError("something in the macro")
    if how == "wait":
        time.sleep(30)


if "HUIBAO_STAND_IN" in os.environ:
    engine = types.ModuleType("xl_addin.libreoffice.engine")
    engine.connect, engine.attach, engine.book_with = connect, App, book_with
    engine.NoOffice = NoOffice
    sys.modules["xl_addin.libreoffice.engine"] = engine
    sys.modules["xl_addin.macros"] = Macros("xl_addin.macros")
