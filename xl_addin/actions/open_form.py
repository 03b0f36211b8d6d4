"""The form that is open in front, judged as its file would be: read from a copy, unsaved changes and all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from exporters.desk import Judged, judge_form
from exporters.given import not_a_form
from workbook.layout import STAMP_SHEET
from workbook.messages import say
from workbook.reading.kind import Unreadable
from xl_addin.front import Front, Left, Refused


def is_form(front: Front) -> bool:
    """Return whether the workbook in front is a form that was handed out."""
    return STAMP_SHEET in front.book.sheet_names


@contextmanager
def judged(front: Front) -> Iterator[tuple[Judged, Path]]:
    """Give the form in front as it is judged, and its copy, which is there for as long; Refused when it is no form."""
    front.says(say("macro.checking"))
    with TemporaryDirectory(prefix="huibao") as folder:
        copy = front.program.write_copy(front.book, Path(folder))
        if copy is None:
            raise Left
        try:
            form = judge_form(copy)
        except Unreadable as why:
            raise Refused(not_a_form(Path(front.book.name), why)) from None
        yield form, copy
