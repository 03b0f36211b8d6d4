"""Which received files can be opened from the workbook on a click, and how a link to a place in one is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from workbook.collection import Collection
from workbook.inbox import found
from workbook.layout import quote
from workbook.model import TextRow
from workbook.reading.values import clean
from workbook.round import IN

_UNSURE = re.compile("[#%\"'<>\\[\\]^`{}|\\\\*?:]")  # programs take these apart, each in its own way
_FORMS = ("used", "rejected", "superseded", "duplicate")  # what nobody recognised is not opened on a click


@dataclass(frozen=True, slots=True)
class Received:
    """The files in 收件 that a link from 成果 leads to with certainty, by the name of the form in the receipts."""

    files: Mapping[str, str]
    _begun: dict[tuple[str, str], str] = field(default_factory=dict, compare=False)  # links into a sheet of a file

    def target(self, key: str) -> str:
        """Return where a form's file is as text in a formula, the archive where it is in one; "" for no link."""
        return self.files.get(key, "")

    def place(self, key: str, row: TextRow) -> str:
        """Return where an item of a text input stands, "" for no link."""
        begun = self._begun.get((key, row.sheet))
        if begun is None:
            target = self.target(key)
            begun = self._begun[key, row.sheet] = (
                f"{target}#{place_of(row.sheet, '')}" if target and sure(row.sheet) else ""
            )
        return begun + row.cells[0] if begun and row.cells else self.target(key)


def place_of(sheet: str, cell: str) -> str:
    """Return a place as links write it, understood by Excel and LibreOffice alike."""
    return f"{quote(sheet)}!{cell}"


@cache
def sure(name: str) -> bool:
    """Return whether a name is the same to every program that reads a link, whatever a sender put into it."""
    return name == clean(name) and not _UNSURE.search(name)


def received_files(collection: Collection) -> Received:
    """Return the files that can be linked; OSError where 收件 cannot be looked into.

    Only a file whose own name is the one it goes by: a label may be shorter than the name, or be another file's name.
    None of a store: no program opens one on a click.
    """
    folder = collection.round.path / IN
    if collection.round.store:
        return Received({})
    there = {f.name: Path(f.path).relative_to(folder).as_posix() for f in found(folder) if not f.problem}
    files: dict[str, str] = {}
    for receipt in collection.receipts:
        if receipt.state in _FORMS:
            holder = _holder(receipt.file, there)
            if holder and there[holder] == holder and sure(holder):
                files[receipt.file] = f"../{IN}/{holder}"
    return Received(files)


def _holder(key: str, there: Mapping[str, str]) -> str:
    """Return the file on the disk that a form is or lies in, "" if there is none."""
    steps = key.split("/")
    names = ("/".join(steps[:n]) for n in range(len(steps), 0, -1))
    return next((name for name in names if name in there), "")
