"""The form that is open in front, judged as its file would be: read from a copy, unsaved changes and all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING

from workbook.layout import STAMP_SHEET
from workbook.messages import say
from workbook.reading.kind import Unreadable
from xl_addin.front import Front, Left, Refused

if TYPE_CHECKING:
    from exporters.desk import Judged


def is_form(front: Front) -> bool:
    """Return whether the workbook in front is a form that was handed out."""
    return STAMP_SHEET in front.book.sheet_names


@contextmanager
def judged(front: Front) -> Iterator[tuple[Judged, Path]]:
    """Give the form in front as it is judged, and its copy, which is there for as long; Refused when it is no form."""
    front.says(say("macro.checking"))
    # A fifth of a second each, and one of them waits for the other program: they go side by side.
    Thread(target=import_module, args=("exporters.desk",), daemon=True).start()
    with TemporaryDirectory(prefix="huibao") as folder:
        copy = front.program.write_copy(front.book, Path(folder))
        from exporters.desk import judge_form
        from exporters.given import not_a_form

        if copy is None:
            raise Left
        try:
            form = judge_form(copy)
        except Unreadable as why:
            raise Refused(not_a_form(Path(front.book.name), why)) from None
        yield form, copy
