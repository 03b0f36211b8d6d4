"""Excel on macOS: what xlwings has no word for is asked of the system by osascript.

Texts are handed over as arguments, never put into a script. Sources: AppleScript Language Guide, Standard Additions;
Excel's scripting dictionary.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import xlwings as xw

from workbook.messages import say
from xl_addin.program import Alerts, Kinds, Locked

_ASK = "display dialog (item 1 of argv) default answer (item 2 of argv) with title (item 3 of argv)"
_ASKED = f"return text returned of ({_ASK})"
_CHOOSE = (
    "set chosen to choose from list (items 3 thru -1 of argv) with prompt (item 1 of argv) with title (item 2 of argv)",
    "if chosen is false then error number -128",
    "return item 1 of chosen",
)
_FOLDER = "return POSIX path of (choose folder with prompt (item 1 of argv))"
_FILES = (
    "set told to {}",
    "repeat with one in (choose file with prompt (item 1 of argv) with multiple selections allowed)",
    "set end of told to POSIX path of one",
    "end repeat",
    "set AppleScript's text item delimiters to linefeed",
    "return told as text",
)


class ExcelOnMac(Alerts):
    """Excel on macOS."""

    def ask(self, text: str, given: str = "") -> str | None:
        """Return what is typed."""
        answer = _asked([_ASKED], text, given, say("ribbon.title"))
        return None if answer is None else answer.strip()

    def choose(self, text: str, options: Sequence[str]) -> int | None:
        """Return the number of what is chosen."""
        answer = _asked(_CHOOSE, text, say("ribbon.title"), *options)
        return options.index(answer) if answer in options else None

    def folder(self, title: str, start: Path | None) -> Path | None:
        """Return a folder that is chosen; the system itself knows where it was last."""
        answer = _asked([_FOLDER], title)
        return Path(answer) if answer else None

    def files(self, title: str, start: Path | None, kinds: Kinds, *, many: bool = False) -> list[Path]:
        """Return files that are chosen."""
        answer = _asked(_FILES, title)
        chosen = [Path(line) for line in (answer or "").splitlines() if line]
        return chosen if many else chosen[:1]

    def write_copy(self, book: xw.Book, folder: Path) -> Path | None:
        """Write the workbook as it stands into a folder: Excel on macOS copies only what is saved, so that is asked."""
        if not self.agree(say("macro.save_first", file=book.name)):
            return None
        book.save()
        return Path(shutil.copy(book.fullname, folder))

    @contextmanager
    def unprotected(self, sheet: xw.Sheet) -> Iterator[None]:
        """Take a protection without password off a sheet for a while."""
        if not sheet.api.protect_contents.get():
            yield
            return
        sheet.api.unprotect(password="")
        if sheet.api.protect_contents.get():
            raise Locked(sheet.name)
        try:
            yield
        finally:
            sheet.api.protect_worksheet(allow_formatting_columns=True, allow_formatting_rows=True)

    def show(self, path: Path) -> None:
        """Open a file or a folder with the program it belongs to."""
        subprocess.run(["open", str(path)], check=False)


def _asked(lines: Sequence[str], *told: str) -> str | None:
    """Return what a script answers; None when its question was closed."""
    script = [part for line in ("on run argv", *lines, "end run") for part in ("-e", line)]
    done = subprocess.run(["osascript", *script, *told], capture_output=True, text=True, check=False)
    return done.stdout.rstrip("\n") if done.returncode == 0 else None
