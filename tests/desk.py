"""A clerk's desk: a workbook in a real LibreOffice, worked on as people do, its cells read as they are shown.

    with Desk() as desk:
        desk.open(form)
        desk.put("基层组织", "E8", 12)
        desk.recalculate()
        assert desk.get("封面", ["C12"]) == ["校验通过"]

Starting takes seconds, so tests share one desk; `open` begins anew with every file. LibreOffice is driven over UNO by
desk_server.py, under the interpreter that has python3-uno.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

SERVER = Path(__file__).with_name("desk_server.py")
START, ANSWER, END = 120, 60, 30  # seconds after which an office that says nothing is given up
Value = float | str  # what a cell shows: "" when it is empty, "#ERR" for an error


class DeskError(Exception):
    """LibreOffice refused a command, or did not answer."""


@cache
def interpreter() -> str:
    """Return the first Python that can talk to LibreOffice: Debian's own has python3-uno, a venv's hardly ever."""
    names = ["/usr/bin/python3", *(os.path.join(folder, "python3") for folder in os.get_exec_path())]
    for name in filter(os.path.isfile, names):
        tried = subprocess.run([name, "-c", "import uno"], env=_environment(), capture_output=True, check=False)
        if tried.returncode == 0:
            return name
    raise DeskError("no python3 here can import uno: install python3-uno (make system does)")


def _environment() -> dict[str, str]:
    """Return an environment without traces of this Python, and with file names in UTF-8."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"LC_ALL": "C.UTF-8"}


class Desk:
    """One LibreOffice with one workbook open. Rows count from 1 as on the screen, columns are letters.

    What a protected sheet forbids is a DeskError here too; `unprotect` first to do it all the same.
    """

    def __init__(self, patience: float | None = None) -> None:
        self._patience = patience  # seconds for an answer where ANSWER is not enough: a large workbook takes its time

    def __enter__(self) -> Desk:
        python = interpreter()
        self._folder = Path(tempfile.mkdtemp(prefix="desk"))
        self._log = (self._folder / "log").open("w+", encoding="utf-8")
        self._server = subprocess.Popen(
            [python, str(SERVER), str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            env=_environment() | {"TMPDIR": str(self._folder)},
            start_new_session=True,  # a process group of its own: what the server starts ends with it, and no other
        )
        try:
            self._answer("start", START)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the office, politely if it still listens, and whatever is left of it."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        with suppress(OSError):
            self._server.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._server.wait(END)
        self._kill()
        self._server.wait()
        self._server.stdout.close()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def open(self, path: Path) -> None:
        """Open a workbook instead of the one that is open. Cached values stay as the file has them."""
        self._ask("open", str(path.resolve()))

    def open_with_macros(self, path: Path) -> None:
        """Open a workbook whose VBA may run, an .xlsm."""
        self._ask("open_with_macros", str(path.resolve()))

    def run_macro(self, name: str) -> None:
        """Run a Sub of the open workbook, "Project.Module.Sub". LibreOffice says nothing where its code fails."""
        self._ask("run_macro", name)

    def follow(self, link: str) -> tuple[str, str]:
        """Return the sheet and cell a link ends at: "#'一 组织'!E8" in the open workbook, or a file's URL with it."""
        sheet, cell = self._ask("follow", link)
        return str(sheet), str(cell)

    def open_text(self, path: Path) -> None:
        """Open a Word file instead of what is open."""
        self._ask("open_text", str(path.resolve()))

    def type_over(self, words: str, instead: str, nth: int = 0) -> None:
        """Select the words where they stand for the nth time, and type other ones."""
        self._ask("type_over", words, instead, nth)

    def type_behind(self, words: str, more: str, nth: int = 0) -> None:
        """Put the cursor behind the words, and type more."""
        self._ask("type_behind", words, more, nth)

    def set_bold(self, words: str, nth: int = 0) -> None:
        """Set the words in bold."""
        self._ask("set_bold", words, nth)

    def delete_paragraph(self, words: str, nth: int = 0) -> None:
        """Delete what stands in the paragraph that has these words."""
        self._ask("delete_paragraph", words, nth)

    def track(self, *, on: bool) -> None:
        """Track changes from now on, or not."""
        self._ask("track", on)

    def close(self) -> None:
        """Close the workbook without saving it."""
        self._ask("close")

    def save_as(self, path: Path) -> None:
        """Save a copy as .xlsx, .xls or .ods, the way LibreOffice writes it."""
        self._ask("save_as", str(path.resolve()))

    def recalculate(self) -> None:
        """Compute every formula anew, also where a value is cached."""
        self._ask("recalculate")

    def sheets(self) -> list[str]:
        """Return the names of all sheets, hidden ones too."""
        return list(self._ask("sheets"))

    def get(self, sheet: str, cells: Sequence[str]) -> list[Value]:
        """Return what single cells show."""
        return list(self._ask("get", sheet, list(cells)))

    def read(self, sheet: str, cells: str) -> list[list[Value]]:
        """Return what a range shows, by rows, in one call."""
        return list(self._ask("read", sheet, cells))

    def formula(self, sheet: str, cell: str) -> str:
        """Return a formula as LibreOffice says it: ; between arguments, $'一 组织'.E8 for another sheet."""
        return str(self._ask("formula", sheet, cell))

    def put(self, sheet: str, cell: str, value: float | str | None) -> None:
        """Write a number, or a text (also one of digits, as typed into a cell of format text); None empties."""
        self._ask("put", sheet, cell, value)

    def put_formula(self, sheet: str, cell: str, formula: str) -> None:
        """Write a formula as one types it."""
        self._ask("put_formula", sheet, cell, formula)

    def insert_rows(self, sheet: str, row: int, n: int = 1) -> None:
        """Insert n rows above `row`."""
        self._ask("insert_rows", sheet, row, n)

    def delete_rows(self, sheet: str, row: int, n: int = 1) -> None:
        """Delete n rows from `row` on."""
        self._ask("delete_rows", sheet, row, n)

    def insert_columns(self, sheet: str, column: str, n: int = 1) -> None:
        """Insert n columns before `column`."""
        self._ask("insert_columns", sheet, column, n)

    def delete_columns(self, sheet: str, column: str, n: int = 1) -> None:
        """Delete n columns from `column` on."""
        self._ask("delete_columns", sheet, column, n)

    def hide_rows(self, sheet: str, first: int, last: int) -> None:
        self._ask("hide", sheet, f"A{first}:A{last}", "Rows")

    def hide_columns(self, sheet: str, cells: str) -> None:
        """Hide the columns of a range."""
        self._ask("hide", sheet, cells, "Columns")

    def merge(self, sheet: str, cells: str) -> None:
        """Join cells into one; what stood in the others stays behind it, out of sight."""
        self._ask("merge", sheet, cells)

    def sort(self, sheet: str, cells: str, column: int) -> None:
        """Sort the rows of a range downwards by its column-th column, counted from 0."""
        self._ask("sort", sheet, cells, column)

    def move_sheet(self, name: str, position: int) -> None:
        """Move a sheet before the one at `position`, counted from 0."""
        self._ask("move_sheet", name, position)

    def new(self) -> None:
        """Open an empty workbook instead of the one that is open."""
        self._ask("new")

    def take_sheets(self, path: Path, names: Sequence[str]) -> None:
        """Copy sheets from another file behind the last one; a name that is taken gets a number."""
        self._ask("take_sheets", str(path.resolve()), list(names))

    def cut(self, sheet: str, source: str, target: str) -> None:
        """Cut a range and paste it at `target`: direct references to it follow."""
        self._ask("cut", sheet, source, target)

    def copy(self, sheet: str, source: str, target_sheet: str, target: str) -> None:
        """Copy a range with its formats and formulas to `target`; a copied lock locks."""
        self._ask("copy", sheet, source, target_sheet, target)

    def paste_values(self, sheet: str, source: str, target: str) -> None:
        """Copy the values of a range to `target`, formats and formulas left behind."""
        self._ask("paste_values", sheet, source, target)

    def paste_over(self, sheet: str, cells: str, rows: Sequence[Sequence[Value | None]]) -> None:
        """Paste rows from elsewhere over a range of their size; None empties."""
        self._ask("paste_over", sheet, cells, [list(row) for row in rows])

    def clear_formats(self, sheet: str, cells: str) -> None:
        """Take all formats away, conditional ones and validations too; the cells are locked afterwards."""
        self._ask("clear_formats", sheet, cells)

    def rename(self, sheet: str, new: str) -> None:
        self._ask("rename", sheet, new)

    def copy_sheet(self, name: str, new: str, position: int) -> None:
        """Copy a sheet to `position`, counted from 0."""
        self._ask("copy_sheet", name, new, position)

    def delete_sheet(self, name: str) -> None:
        self._ask("delete_sheet", name)

    def unprotect(self, sheet: str) -> None:
        self._ask("unprotect", sheet)

    def protected(self, sheet: str) -> bool:
        return bool(self._ask("protected", sheet))

    def _ask(self, command: str, *arguments: object) -> Any:
        assert self._server.stdin is not None
        with suppress(BrokenPipeError):  # the answer will say that nobody is there
            self._server.stdin.write(json.dumps([command, *arguments]) + "\n")
            self._server.stdin.flush()
        return self._answer(f"{command}{arguments}", self._patience or ANSWER)

    def _answer(self, asked: str, seconds: float) -> Any:
        """Return the next answer. When it does not come in time, end the office, so that the wait is over."""
        assert self._server.stdout is not None
        timer = Timer(seconds, self._kill)
        timer.start()
        line = self._server.stdout.readline()
        timer.cancel()
        if not line:
            self._log.seek(0)
            raise DeskError(f"{asked}: LibreOffice is gone, or was silent for {seconds} s. {self._log.read()[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise DeskError(f"{asked}: {answer['error']}")
        return answer["ok"]

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)
