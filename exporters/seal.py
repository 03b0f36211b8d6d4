"""`huibao seal`: a form that passes, frozen beside its file, with what it holds written into its stamp."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from exporters.desk import Judged, judge_files, told, verdict
from exporters.frozen import frozen
from workbook.check_code import code_of
from workbook.files import replacing
from workbook.messages import say
from workbook.reading.kind import Unreadable, kind_of
from workbook.reading.submission import read_form
from workbook.seal import make_seal, seal_rows, seal_state

_ENDINGS = (".xlsx", ".xlsm")


def seal_files(files: Sequence[Path]) -> tuple[list[dict[str, Any]], dict[str, list[str]], list[str]]:
    """Seal the forms that pass; return the verdict on each, sentences by file, one on each file that can't be sealed.

    A verdict is the design's JSON object with `sealed`, the path of the sealed form, and `code`, its check code; both
    "" when it is not sealed. OSError from the disk.
    """
    forms, unusable = judge_files(files)
    results: list[dict[str, Any]] = []
    said: dict[str, list[str]] = {}
    for form in forms:
        file = form.submission.file
        if why := owed(form):
            said[file] = [why]
            results.append(told(form) | {"sealed": "", "code": ""})
            continue
        again = seal_state(form.submission, form.pack) == "sealed"
        target = Path(file) if again else seal_form(form, sealed_name(Path(file)))
        if target is None:
            unusable.append(say("seal.cannot", file=file))
            continue
        code = code_of(form.submission, form.pack)
        done = say("seal.again" if again else "seal.done", path=target)
        said[file] = [done, say("verdict.code", code=code)]
        results.append(told(form) | {"sealed": str(target), "code": code})
    return results, said, unusable


def owed(form: Judged) -> str:
    """Return why a form cannot be sealed, as a sentence; "" when it can."""
    if any(cell.understood for cell in form.submission.cells.values()):  # for which it shows no code
        return say("seal.understood")
    return say("seal.not_sealed") if verdict(form.findings) != "pass" else ""


def sealed_name(path: Path) -> Path:
    """Return what the sealed form of a file is called."""
    mark = say("seal.file_mark")
    ending = path.suffix if path.suffix.lower() in _ENDINGS else ".xlsx"
    return path.with_name(path.stem.removesuffix(mark) + mark + ending)


def seal_form(form: Judged, target: Path) -> Path | None:
    """Write the sealed form and return where; None, and nothing is written, if the file is too odd to be sealed."""
    path = Path(form.submission.file)
    data = path.read_bytes()
    same = hashlib.sha256(data).hexdigest() == form.submission.sha256  # as when it was judged
    seal = make_seal(form.submission, form.pack, datetime.now())
    content = frozen(data, seal_rows(seal)) if same and kind_of(data) == "workbook" else None
    if content is None or not _reads_sealed(content, form):
        return None
    with replacing(target) as temporary:
        temporary.write_bytes(content)
    return target


def _reads_sealed(content: bytes, form: Judged) -> bool:
    """Return whether the office will read what was just written as sealed and unchanged."""
    try:
        read = read_form(content, form.submission.file, form.submission.received, form.pack)
    except Unreadable:
        return False
    return seal_state(read, form.pack) == "sealed"
