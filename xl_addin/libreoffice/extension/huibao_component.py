"""What runs inside LibreOffice: a button is pressed, our own Python is started for it, its failure is told.

This file goes into huibao.oxt as it stands and runs in whatever Python that LibreOffice has, 3.8 or later, with nothing
but its standard library and `uno`. Which buttons there are and every word shown stands beside it in words.json.

A button dispatches `org.huibao:<id>`. The macro itself runs in a process of its own, under the interpreter that
the user's own huibao.conf names, and works on this office through a named pipe only the two know. Neither a workbook
nor anything beside it is asked which interpreter that is, or where modules are.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
import signal
import subprocess
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from datetime import datetime
from typing import IO, Any

import uno
import unohelper
from com.sun.star.awt import XCallback
from com.sun.star.frame import FeatureStateEvent, XDispatch, XDispatchProvider, XTerminateListener
from com.sun.star.lang import XInitialization, XServiceInfo

IDENTIFIER = "org.huibao.addin"
IMPLEMENTATION = "org.huibao.ProtocolHandler"
SERVICE = "com.sun.star.frame.ProtocolHandler"
PROTOCOL = "org.huibao:"
HOST = "xl_addin.libreoffice.host"
KEY = "INTERPRETER_LINUX"
SENTENCE = "huibao: "  # how the host begins the line that is for the user, see host.py
DOUBLE_CLICK = 1.0  # seconds in which a click on the same button belongs to the one before
# What says where a Python or a LibreOffice finds its parts: true of the Python in here, not of the one to start.
MISLEADING = ("LD_LIBRARY_PATH", "LD_PRELOAD", "URE_BOOTSTRAP", "UNO_PATH")


def own_file(*parts: str) -> str:
    """Return the path of a file in the user's folder for our settings and logs."""
    return os.path.join(os.path.expanduser("~"), ".huibao", *parts)


def interpreter() -> str:
    """Return what huibao.conf names, "" where it names nothing."""
    with suppress(OSError, ValueError, csv.Error), open(own_file("huibao.conf"), encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) > 1 and row[0].strip().upper() == KEY:
                return row[1].strip()
    return ""


def usable(python: str) -> bool:
    """Tell whether this can be started. Only a whole path counts: a bare name could be found anywhere."""
    return os.path.isabs(python) and os.path.isfile(python) and os.access(python, os.X_OK)


def environment() -> dict[str, str]:
    """Return the environment for our Python, without what would send it to other modules or libraries."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k not in MISLEADING}
    kept["PYTHONIOENCODING"] = "utf-8"  # we read what it says
    return kept


def service(context: Any, name: str) -> Any:
    """Return a new object of a service."""
    return context.ServiceManager.createInstanceWithContext(name, context)


class Session:
    """What lasts as long as this LibreOffice: the pipe, and the run that is under way."""

    def __init__(self) -> None:
        self.pipe = ""
        self.acceptor: Any = None
        self.child: subprocess.Popen[bytes] | None = None
        self.started = ("", 0.0)  # which button's macro was, and when
        self.over = False
        self._told: dict[str, Any] | None = None

    def told(self, context: Any) -> dict[str, Any]:
        """Return words.json."""
        if self._told is None:
            packages = context.getValueByName("/singletons/com.sun.star.deployment.PackageInformationProvider")
            folder = uno.fileUrlToSystemPath(packages.getPackageLocation(IDENTIFIER))
            with open(os.path.join(folder, "words.json"), encoding="utf-8") as file:
                self._told = json.load(file)
        return self._told

    def listen(self, context: Any) -> str:
        """Return the name of the pipe, opened when it is first wanted. Nobody can guess it."""
        if not self.pipe:
            pipe = "huibao" + secrets.token_hex(16)
            acceptor = service(context, "com.sun.star.office.Acceptor")
            acceptor.initialize(("pipe,name=" + pipe + ";urp;StarOffice.ComponentContext", True))
            service(context, "com.sun.star.frame.Desktop").addTerminateListener(AtTheEnd())
            self.pipe, self.acceptor = pipe, acceptor
        return self.pipe

    def start(self, arguments: list[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the run. It holds the other end of a pipe: when LibreOffice goes, however it goes, the run does."""
        self.child = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,  # a file: what the run itself starts, a browser say, may keep it and nobody waits for it
            env=environment(),
            cwd=os.path.expanduser("~"),
            start_new_session=True,
        )
        return self.child

    def end(self) -> None:
        """End the run that is under way with all it started, and close the pipe."""
        self.over = True
        child = self.child
        if child is not None and child.poll() is None:
            with suppress(OSError):
                os.killpg(child.pid, signal.SIGKILL)
        self.acceptor, self.pipe = None, ""


SESSION = Session()


class AtTheEnd(unohelper.Base, XTerminateListener):
    """LibreOffice ends: a run that is under way ends too."""

    def queryTermination(self, event: Any) -> None:
        """Have nothing against it."""

    def notifyTermination(self, event: Any) -> None:
        """Leave nothing behind."""
        SESSION.end()

    def disposing(self, event: Any) -> None:
        """Do nothing: the end was told before."""


class Later(unohelper.Base, XCallback):
    """A box that LibreOffice shows when it comes to it, in the thread all windows belong to."""

    def __init__(self, handler: Handler, text: str) -> None:
        self.handler, self.text = handler, text

    def notify(self, data: Any) -> None:
        """Show the box."""
        self.handler.tell(self.text)


class Handler(unohelper.Base, XDispatchProvider, XDispatch, XInitialization, XServiceInfo):
    """Who answers to org.huibao:… in one window."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.frame: Any = None

    def initialize(self, arguments: tuple[Any, ...]) -> None:
        """Take the window that the buttons are in."""
        self.frame = arguments[0] if arguments else None

    def getImplementationName(self) -> str:
        """Return our name."""
        return IMPLEMENTATION

    def supportsService(self, name: str) -> bool:
        """Tell whether we are that."""
        return name == SERVICE

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """Return what we are."""
        return (SERVICE,)

    def queryDispatch(self, url: Any, target: str, flags: int) -> Any:
        """Return who carries this URL out: we, if it is a button's."""
        return self if url.Protocol == PROTOCOL and url.Path in SESSION.told(self.context)["buttons"] else None

    def queryDispatches(self, requests: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return who carries these URLs out."""
        return tuple(self.queryDispatch(r.FeatureURL, r.FrameName, r.SearchFlags) for r in requests)

    def addStatusListener(self, listener: Any, url: Any) -> None:
        """Say that the button can be pressed: it stays grey until somebody does."""
        state = FeatureStateEvent()
        state.Source, state.FeatureURL, state.IsEnabled = self, url, True
        listener.statusChanged(state)

    def removeStatusListener(self, listener: Any, url: Any) -> None:
        """Do nothing: what was said stays true."""

    def dispatch(self, url: Any, arguments: Any) -> None:
        """Carry a press of a button out."""
        try:
            self._press(url.Path)
        except Exception:
            self.tell(self._failed(traceback.format_exc()))

    def tell(self, text: str) -> None:
        """Show a sentence and wait until it is read."""
        window: Any = None
        with suppress(Exception):  # the window may be gone
            window = self.frame.getContainerWindow()
        kind = uno.Enum("com.sun.star.awt.MessageBoxType", "INFOBOX")
        title = SESSION.told(self.context)["words"]["title"]
        box = service(self.context, "com.sun.star.awt.Toolkit").createMessageBox(window, kind, 1, title, text)
        box.execute()
        box.dispose()

    def _press(self, button: str) -> None:
        """Start the macro of a button, unless one is running."""
        told = SESSION.told(self.context)
        words, now = told["words"], time.monotonic()
        last, when = SESSION.started
        if button == last and now - when < DOUBLE_CLICK:
            return
        if SESSION.child is not None and SESSION.child.poll() is None:
            self.tell(words["busy"])
            return
        document = self._document()
        if told["buttons"][button] and not document:
            self.tell(words["no_workbook"])
            return
        python = interpreter()
        if not usable(python):
            self.tell(words["gone"].format(path=python) if python else words["not_installed"])
            return
        SESSION.started = (button, now)
        run = [python, "-P", "-m", HOST, "--pipe", SESSION.listen(self.context), "--document", document]
        errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed when the run is over
        try:
            child = SESSION.start([*run, "--macro", button], errors)
        except OSError:
            errors.close()
            self.tell(words["gone"].format(path=python))
            return
        threading.Thread(target=self._wait, args=(child, errors), daemon=True).start()

    def _document(self) -> str:
        """Return by which id the workbook in front is known to this office, "" when it is none."""
        controller = self.frame.getController() if self.frame is not None else None
        model = controller.getModel() if controller is not None else None
        if model is None or not model.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            return ""
        return str(model.RuntimeUID)

    def _wait(self, child: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        """Wait for the end of a run, and have its failure told."""
        code = child.wait()
        with suppress(OSError):
            child.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        with errors:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace")
        if code and not SESSION.over:
            silent = SESSION.told(self.context)["words"]["silent"]
            lines = [line[len(SENTENCE) :] for line in said.splitlines() if line.startswith(SENTENCE)]
            text = lines[-1] if lines else self._failed(said.strip() or silent.format(code=code))
            service(self.context, "com.sun.star.awt.AsyncCallback").addCallback(Later(self, text), None)

    def _failed(self, said: str) -> str:
        """Return the sentence on something that nobody worded: its last line, and where all of it is kept."""
        log = own_file("log", "huibao.log")
        with suppress(OSError):
            os.makedirs(os.path.dirname(log), exist_ok=True)
            with open(log, "a", encoding="utf-8") as file:
                file.write("{} LibreOffice\n{}\n".format(datetime.now().isoformat(" ", "seconds"), said.rstrip()))
        what = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
        return str(SESSION.told(self.context)["words"]["failed"].format(what=what[-300:], log=log))


g_ImplementationHelper = unohelper.ImplementationHelper()  # LibreOffice looks for this name
g_ImplementationHelper.addImplementation(Handler, IMPLEMENTATION, (SERVICE,))
