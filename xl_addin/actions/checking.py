"""The open form judged and marked, or sealed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbook.messages import say
from xl_addin.actions.open_form import judged
from xl_addin.front import Front, Left, Refused

if TYPE_CHECKING:
    from exporters.desk import Judged

# What is imported below is loaded while the program writes its copy of the form, see open_form.


def marked(front: Front) -> Judged:
    """Judge the open form, mark it anew and show the list; return it as judged."""
    with judged(front) as (form, _):
        pass
    from xl_addin.actions.marks import put_cells_back, put_marks, take_marks_off
    from xl_addin.actions.result_sheet import shown, write_result

    front.app.screen_updating = False
    try:
        if shown(form) or form.submission.repairs:
            put_cells_back(front)
            write_result(front, form, put_marks(front, form.findings))
        else:
            take_marks_off(front)
    finally:
        front.app.screen_updating = True
    return form


def sealed(front: Front) -> tuple[Judged, Path] | None:
    """Write the sealed copy of the open form and return it with its place; None where something is still owed."""
    with judged(front) as (form, _):
        from exporters.seal import owed, seal_form
        from workbook.seal import seal_state
        from xl_addin.actions.marks import take_marks_off

        if owed(form):
            return None
        if seal_state(form.submission, form.pack) == "sealed":
            raise Refused(say("macro.sealed_before"))
    take_marks_off(front)  # the copy is to be clean
    with judged(front) as (form, _):
        target = _target(front, form)
        if target.exists() and not front.program.agree(say("macro.replace", path=target)):
            raise Left
        if seal_form(form, target) is None:
            raise Refused(say("seal.cannot", file=front.book.name))
    return form, target


def _target(front: Front, form: Judged) -> Path:
    """Return where the sealed form goes: beside the open one, under the standard name."""
    from workbook.form.book import form_name

    folder = front.path.parent if front.path is not None else Path.home()
    name = form_name(form.submission.unit, form.submission.period)
    return folder / f"{Path(name).stem}{say('seal.file_mark')}.xlsx"
