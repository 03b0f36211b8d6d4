"""What a macro has in front of it, and what becomes of what goes wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

import xlwings as xw

from exporters.console import few_pauses, in_words
from workbook.lock import Busy
from workbook.messages import say
from xl_addin.own_folder import log_file, note_trouble
from xl_addin.program import Program, program_of
from xl_addin.settings import Settings


class Refused(Exception):
    """What was asked for cannot be done; the message is a sentence that says what to do."""


class Left(Exception):
    """The person has closed a question without an answer: nothing more is done."""


@dataclass
class Front:
    """The workbook in front, the program it is open in, and what was chosen the last times."""

    book: xw.Book
    program: Program
    settings: Settings

    @property
    def app(self) -> xw.App:
        """The program as xlwings has it."""
        return self.book.app

    @property
    def path(self) -> Path | None:
        """Where the workbook lies; None for one that was never saved."""
        path = Path(self.book.fullname)
        return path if path.is_file() else None

    def says(self, text: str) -> None:
        """Show what is going on in the status bar."""
        self.app.status_bar = text


def button(macro: Callable[[Front], None]) -> Callable[[], None]:
    """Make a macro of what is to be done with what is in front: every trouble becomes one sentence."""

    @wraps(macro)
    def press() -> None:
        few_pauses()
        book = xw.Book.caller()
        front = Front(book, program_of(book.app), Settings())
        try:
            macro(front)
        except Left:
            pass
        except Refused as why:
            front.program.warn(str(why))
        except (Busy, OSError) as error:
            front.program.warn(in_words(error))
        except Exception:
            note_trouble(macro.__name__)
            front.program.warn(say("macro.trouble", log=log_file()))
        finally:
            book.app.status_bar = False

    return press
