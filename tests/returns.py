"""An office with two of the demo's units: forms come in, returned forms go out; what stands in them, read back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from helpers import office
from openxml_audit import OpenXmlValidator

from exporters.demo.run import DemoRound
from exporters.returned.book import write_returned
from workbook.collect import collect
from workbook.collection import Collection
from workbook.model import Finding, Round, Submission
from workbook.round import IN

SHEET, AGAIN = "审核意见", "xlsx:Calc MS Excel 2007 XML"
Change = Callable[[Any], None]


class Office:
    """A round of two of the demo's units; X01's form passes, X04's is returned with an error and a hint."""

    def __init__(self, path: Path, entry: DemoRound) -> None:
        self.source = entry.collection.round.path / IN
        units = tuple(u for u in entry.collection.round.units if u.code in ("X01", "X04"))
        self.round: Round = replace(entry.collection.round, path=path, units=units)
        self.moment = datetime(2020, 7, 1)
        (path / IN).mkdir(parents=True)

    def receive(self, source: Path, name: str = "", change: Change | None = None) -> Path:
        """Put a form into 收件 an hour after the last one, changed and saved as a clerk would in LibreOffice."""
        target = self.round.path / IN / (name or source.name)
        if change is not None:
            source = office(changed(source, self.round.path / target.name, change), AGAIN, self.round.path / "saved")
        shutil.copyfile(source, target)
        self.moment += timedelta(hours=1)
        os.utime(target, (self.moment.timestamp(), self.moment.timestamp()))
        return target

    def form(self, code: str) -> Path:
        return next(p for p in sorted(self.source.glob(f"{code}_*.xlsx")) if "更正" not in p.name)

    def run(self) -> tuple[Collection, list[Path]]:
        collection, defects = collect(self.round)
        assert collection is not None
        assert defects == ()
        return collection, write_returned(collection)


def changed(source: Path, target: Path, change: Change) -> Path:
    book = openpyxl.load_workbook(source)
    change(book)
    book.save(target)
    return target


def corrected(book: Any) -> None:
    put(book, "DIS_EIGHT_PERSONS", 4)


def put(book: Any, code: str, value: object, column: int = 5) -> None:
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_col=1, max_col=column):
            if row[0].value == code:
                row[column - 1].value = value
                if isinstance(value, str):
                    row[column - 1].data_type = "s"
                return
    raise KeyError(code)


def told(collection: Collection, file: str) -> list[Finding]:
    return [f for r, f in collection.findings if r.file == file and not f.trial]


def notes(book: Any) -> dict[tuple[str, str], str]:
    return {
        (s.title, c.coordinate): c.comment.text for s in book.worksheets for r in s.iter_rows() for c in r if c.comment
    }


def marks(book: Any) -> list[tuple[str, str, str, str]]:
    """Return (sheet, cell, colour, condition) of our marks."""
    return [
        (sheet.title, str(part.sqref), rule.dxf.fill.bgColor.rgb[2:], rule.formula[0])
        for sheet in book.worksheets
        for part in sheet.conditional_formatting
        for rule in part.rules
        if "Huibao" in rule.formula[0]
    ]


def rows_of(book: Any) -> list[dict[str, Any]]:
    """Return the lines of 审核意见 by heading, cells as they are."""
    rows = list(book[SHEET].iter_rows(min_col=2))
    head = next(i for i, row in enumerate(rows) if row[0].value == "序号")
    return [dict(zip([c.value for c in rows[head]], row, strict=True)) for row in rows[head + 1 :]]


def faults(path: Path) -> list[str]:
    """Return what the outside judge finds wrong; texts inside cells are right, though Excel saves them elsewhere."""
    return [str(e) for e in OpenXmlValidator().validate(path).errors if e.id != "Excel_InlineStrCells"]


def everything(form: Submission) -> object:
    rows = {code: [r.values for r in rows] for code, rows in form.texts.items()}
    return form.unit, form.period, form.cells, rows, form.reasons
