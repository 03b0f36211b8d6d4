"""One macro, run in the LibreOffice that started this process: `python -P -m xl_addin.libreoffice.host …`.

    --pipe NAME        the named pipe on which that LibreOffice listens to us
    --document ID      its RuntimeUID of the workbook in front, "" when there is none
    --macro ID         which button was pressed

Exit code 0, or 1 with one line for the user on stderr that begins with `huibao: `; what stands behind it is in the log.
LibreOffice holds the other end of our stdin: when it is gone, so are we.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from threading import Thread

from workbook.messages import say
from xl_addin.buttons import BUTTONS, Button
from xl_addin.own_folder import log_file, note_trouble

SENTENCE = "huibao: "  # the extension shows what follows it


class Refused(Exception):
    """Nothing was run; the sentence says why."""


def main(arguments: list[str] | None = None) -> int:
    """Run the macro, and return 0 or 1."""
    parser = argparse.ArgumentParser()
    for option in ("--pipe", "--document", "--macro"):
        parser.add_argument(option, required=True)
    asked = parser.parse_args(arguments)
    try:
        button = _button(asked.macro)
    except Refused as refused:
        return _failed(str(refused))
    try:
        _run(button, asked.pipe, asked.document)
    except Refused as refused:
        return _failed(str(refused))
    except Exception:
        note_trouble(button.id)
        return _failed(say("extension.broke", button=button.label, log=log_file()))
    return 0


def _button(macro: str) -> Button:
    """Return the button of that id; nothing else can be run by its name."""
    for button in BUTTONS:
        if button.id == macro:
            return button
    raise Refused(say("extension.unknown", macro=macro))


def _run(button: Button, pipe: str, document: str) -> None:
    from xl_addin.libreoffice.engine import NoOffice, attach, book_with, connect

    try:
        app = attach(connect(pipe))
    except NoOffice as error:
        raise Refused(str(error)) from None
    book = book_with(app, document) if document else None
    if book is None and button.on_workbook:
        raise Refused(say("extension.no_workbook"))
    (book or app.books.add()).set_mock_caller()  # what macros find as Book.caller()
    from xl_addin import macros

    getattr(macros, button.id)()


def _failed(sentence: str) -> int:
    print(SENTENCE + " ".join(sentence.split()), file=sys.stderr)
    return 1


def _end_with_office() -> None:
    """End this process, and what it started for its work, as soon as nobody holds the other end of stdin."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        if os.getpgrp() == os.getpid():  # the group is ours alone: the extension starts us in one of our own
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    _end_with_office()
    sys.exit(main())
