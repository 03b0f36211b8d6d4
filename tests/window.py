"""A LibreOffice in a window, with the buttons in it, on a screen nobody sees: clicked and typed in as a person does.

    with Window() as window:
        window.run_with(script)  # what huibao.conf names as interpreter
        window.click("check_form")
        window.wait_for_dialog()

Everything of it is in one folder: HOME, profile, extension. Where things are is asked of LibreOffice's accessibility
(window_server.py), the mouse and the keys are xdotool's.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any

from desk import interpreter

from workbook.messages import say
from xl_addin.buttons import BUTTONS
from xl_addin.libreoffice.install import install
from xl_addin.libreoffice.settings import set_interpreter

SERVER = Path(__file__).with_name("window_server.py")
START, ANSWER, END = 90, 20, 20  # seconds after which whoever says nothing is given up
SCREEN = "1400x900x24"
# A profile that was used before: no tip of the day, no news, a window of a known size.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="ShowTipOfTheDay" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>99.9</value></prop></item>
<item oor:path="/org.openoffice.Setup/Office/Factories/org.openoffice.Setup:Factory['com.sun.star.sheet.SpreadsheetDocument']"><prop oor:name="ooSetupFactoryWindowAttributes" oor:op="fuse"><value>10,10,1300,800;1;;;;</value></prop></item>
</oor:items>
"""  # noqa: E501


class WindowError(Exception):
    """LibreOffice did not start, did not answer, or does not show what is to be clicked."""


class Window:
    """One LibreOffice with one new workbook, or the one that is given."""

    def __init__(self, workbook: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="window"))
        self.home = self.folder / "home"
        self._workbook = workbook
        self._pipe = "none"
        self._running: list[subprocess.Popen[Any]] = []

    @property
    def options(self) -> list[str]:
        """Return where unopkg and soffice keep this window's profile and extensions.

        unopkg does not let root install for one user only: what it takes for everybody's is then in our folder too.
        """
        own = [f"-env:UserInstallation={(self.folder / 'profile').as_uri()}"]
        if os.geteuid() != 0:
            return own
        return [*own, f"-env:UNO_SHARED_PACKAGES_CACHE={(self.folder / 'shared').as_uri()}", "--shared"]

    def __enter__(self) -> Window:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End LibreOffice in order if it still listens, then whatever is left, and take everything away."""
        if hasattr(self, "_server") and self.office.poll() is None:
            with suppress(WindowError):
                self._ask("terminate")
            with suppress(subprocess.TimeoutExpired):
                self.office.wait(5)
        for process in reversed(self._running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        for left in self.processes():
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)
        for pipe in Path("/tmp").glob(f"OSL_PIPE_*_{self._pipe}"):  # a LibreOffice that was killed leaves it
            pipe.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        user = self.folder / "profile" / "user"
        user.mkdir(parents=True)
        self.home.mkdir()
        (user / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
        install(home=self.home, options=self.options, python=interpreter())
        self._show_screen()
        self._open_office()

    def _show_screen(self) -> None:
        """Start an X server on the first display that is free."""
        told, tells = os.pipe()
        command = ["Xvfb", "-displayfd", str(tells), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
        self._screen = self._run(command, pass_fds=[tells], stdout=subprocess.DEVNULL)
        os.close(tells)
        with os.fdopen(told) as file:
            number = file.readline().strip()
        if not number:
            raise WindowError("no X server: install xvfb (make system does)")
        self._display = f":{number}"

    def _open_office(self) -> None:
        self._pipe = pipe = f"window{uuid.uuid4().hex}"
        options = [option for option in self.options if option.startswith("-env:")]
        quiet = "--norestore --nologo --nofirststartwizard".split()
        accept = f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"
        what = [str(self._workbook)] if self._workbook else []
        where = {"cwd": self._workbook.parent} if self._workbook else {}  # as file managers do
        command = ["soffice", "--calc", *quiet, *options, accept, *what]
        self.office = self._run(command, stdout=subprocess.DEVNULL, **where)
        command = [interpreter(), str(SERVER), pipe]
        self._server = self._run(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._answer("start", START)
        self._settle(lambda: [at for _, at in self.toolbar()])
        self._focus()

    def _run(self, command: Sequence[str], **more: Any) -> subprocess.Popen[Any]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "XDG_"))}
        environment |= {"HOME": str(self.home), "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "gen"}
        environment |= {"PYTHONPATH": str(self.folder / "elsewhere")}  # must not reach what the buttons start
        environment |= {"DISPLAY": getattr(self, "_display", "")}
        more = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | more
        process = subprocess.Popen(
            command, env=environment, start_new_session=True, text=True, encoding="utf-8", **more
        )
        self._running.append(process)
        return process

    def run_with(self, path: Path | str) -> None:
        """Have the buttons run with this interpreter."""
        set_interpreter(self.home, str(path))

    def toolbar(self) -> list[tuple[str, tuple[int, int, int, int]]]:
        """Return name and place of each item of our toolbar."""
        return [(name, tuple(at)) for name, at in self._ask("toolbar", say("ribbon.title"))]

    def open_menu(self) -> list[str]:
        """Open our menu and return its entries; a line between two is ""."""
        title = say("ribbon.title")
        place, _ = self._ask("menu", title)
        self._focus()
        self._click_at(place, 1)
        self.wait(lambda: any(self._ask("menu", title)[1]))
        return [str(name) for name in self._ask("menu", title)[1]]

    def choose(self, button: str) -> None:
        """Choose a button's entry of our menu, by keys."""
        entries = [name for name in self.open_menu() if name]
        number = next(n for n, name in enumerate(entries) if name.startswith(_label(button)))
        self._point("key", "--delay", "50", *["Down"] * (number + 1), "Return")

    def click(self, button: str, times: int = 1) -> None:
        """Click a button of the toolbar; quickly one after the other if more than once."""
        label, places = _label(button), dict(self.toolbar())
        if label not in places:
            raise WindowError(f"{label}: the toolbar shows {[*places]}")
        self._focus()  # a window without it can miss a click
        self._click_at(places[label], times)

    def double_click(self, button: str) -> None:
        """Click a button as people do who believe that everything wants two clicks."""
        self.click(button, 2)

    def press(self, name: str) -> None:
        """Click a button of the box that is shown."""
        self._settle(lambda: self._ask("dialogs"))  # a box moves while it opens
        for dialog in self._ask("dialogs"):
            for label, at in dialog["buttons"]:
                if label == name:
                    self._focus(f"^{dialog['title']}$")
                    self._click_at(at, 1)
                    return
        raise WindowError(f"{name}: {self.dialogs()}")

    def dialogs(self) -> list[str]:
        """Return the words of the boxes that are shown."""
        return [str(dialog["text"]) for dialog in self._ask("dialogs")]

    def wait_for_dialog(self, seconds: float = ANSWER) -> str:
        """Return the words of the first box to come."""
        self.wait(lambda: bool(self.dialogs()), seconds)
        return self.dialogs()[0]

    def press_until_heard(self, name: str) -> None:
        """Press a button of the box that is shown, and see that box go.

        It may take more than one click: without a window manager a box does not always hear of it.
        """
        shown = self.dialogs()
        for _ in range(5):
            self.press(name)
            with suppress(WindowError):
                return self.wait(lambda: self.dialogs() != shown, 2)
        raise WindowError(f"does not close: {self.dialogs()}")

    def close_dialog(self) -> None:
        """Press OK and see the box go."""
        self.press_until_heard("OK")

    def front(self) -> str:
        """Return the id of the workbook in front."""
        return str(self._ask("front"))

    def type_into(self, sheet: str, cell: str, text: str) -> None:
        """Type into a cell; "" is the first sheet."""
        self.go_to(sheet, cell)
        self._point("type", "--delay", "20", "--", text)
        self._point("key", "Return")

    def go_to(self, sheet: str, cell: str) -> None:
        """Go to a cell; "" is the first sheet."""
        self._ask("select", sheet, cell)
        self._focus()

    def runs(self) -> list[list[bytes]]:
        """Return the command lines of the macros that run."""
        return [arguments for arguments in self._arguments() if b"--macro" in arguments]

    def windows(self) -> list[str]:
        """Return the ids of all windows that are shown; LibreOffice's own dialogs say nothing else of themselves."""
        environment = os.environ | {"DISPLAY": self._display}
        search = ["xdotool", "search", "--onlyvisible", "--name", ""]
        found = subprocess.run(search, env=environment, capture_output=True, text=True, timeout=ANSWER, check=False)
        return found.stdout.split()

    def type_name(self, window: str, text: str) -> None:
        """Type into a window of LibreOffice's own, and Return."""
        time.sleep(0.6)  # it fills its list of files first
        self._point("windowfocus", "--sync", window)
        self._point("type", "--delay", "80", "--", text)
        self._point("key", "Return")

    def shown(self, sheet: str, cell: str) -> str:
        """Return what a cell shows; "" is the first sheet."""
        return str(self._ask("shown", sheet, cell))

    def alone(self) -> None:
        """Close all windows but the first."""
        self._ask("alone")

    def quit(self) -> None:
        """Leave LibreOffice by its keys, with nothing to save."""
        self._ask("unchanged")
        self._focus()
        self._point("key", "ctrl+q")
        self.office.wait(END)

    def crash(self) -> None:
        """Kill LibreOffice alone, and not what it started."""
        for process in self.processes():
            with suppress(OSError):  # the others of it end by themselves
                if os.readlink(f"/proc/{process}/exe").endswith("/soffice.bin"):
                    os.kill(process, signal.SIGKILL)

    def wait_until_idle(self) -> None:
        """Wait until no macro runs."""
        self.wait(lambda: not self.runs())
        time.sleep(0.1)  # LibreOffice hears of it

    def wait_until_ended(self) -> None:
        """Wait until neither LibreOffice nor anything it started is left."""
        end = time.monotonic() + END
        while self.processes():
            if time.monotonic() > end:
                raise WindowError(f"still there: {self._arguments()}")
            time.sleep(0.05)

    def screenshot(self, path: Path) -> None:
        """Keep what is on the screen as a PNG."""
        time.sleep(0.6)  # what has changed is drawn
        environment = os.environ | {"DISPLAY": self._display}
        subprocess.run(["import", "-window", "root", str(path)], env=environment, check=True, timeout=ANSWER)

    def processes(self) -> list[int]:
        """Return the processes that live in this window's folder: what LibreOffice started, and itself."""
        mine = f"HOME={self.home}".encode()
        own = {process.pid for process in self._running if process is not getattr(self, "office", None)}
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if int(entry.name) not in own and mine in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    def _arguments(self) -> list[list[bytes]]:
        found = []
        for process in self.processes():
            with suppress(OSError):  # it ended while we look
                found.append(Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0"))
        return found

    def locks(self) -> list[Path]:
        """Return what would tell the next LibreOffice that this one still runs."""
        return [p for p in self.folder.rglob(".*lock*") if p.is_file()]

    def wait(self, until: Callable[[], bool], seconds: float = ANSWER) -> None:
        """Wait for something to be true; WindowError when it is not in time."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise WindowError(f"not within {seconds} s; shown: {self.dialogs()}")
            time.sleep(0.05)

    def _settle(self, look: Callable[[], object]) -> None:
        """Wait until something is on the screen and stays where it is."""
        seen: object = None
        end = time.monotonic() + ANSWER
        while time.monotonic() < end:
            time.sleep(0.2)
            now = look()
            if now and now == seen:
                return
            seen = now
        raise WindowError(f"nothing there, or it never stood still: {seen}")

    def _click_at(self, place: Sequence[int], times: int) -> None:
        left, top, width, height = place
        self._point("mousemove", str(left + width // 2), str(top + height // 2))
        time.sleep(0.1)  # whoever is under the mouse takes notice of it
        self._point("click", "--repeat", str(times), "--delay", "120", "1")

    def _focus(self, title: str = "LibreOffice Calc") -> None:
        """Have keys and clicks go to the workbook, or a box: there is no window manager to do it."""
        self._point("search", "--onlyvisible", "--name", title, "windowfocus", "--sync", "%1")

    def _point(self, *arguments: str) -> None:
        environment = os.environ | {"DISPLAY": self._display}
        subprocess.run(["xdotool", *arguments], env=environment, check=True, timeout=ANSWER)

    def _ask(self, command: str, *arguments: object) -> Any:
        assert self._server.stdin is not None
        with suppress(BrokenPipeError):
            self._server.stdin.write(json.dumps([command, *arguments]) + "\n")
            self._server.stdin.flush()
        return self._answer(command, ANSWER)

    def _answer(self, asked: str, seconds: float) -> Any:
        assert self._server.stdout is not None
        timer = Timer(seconds, self._server.kill)
        timer.start()
        line = self._server.stdout.readline()
        timer.cancel()
        if not line:
            raise WindowError(f"{asked}: LibreOffice is gone, or was silent for {seconds} s")
        answer = json.loads(line)
        if "error" in answer:
            raise WindowError(f"{asked}: {answer['error']}")
        return answer["ok"]


def _label(button: str) -> str:
    return next(b.label for b in BUTTONS if b.id == button)
