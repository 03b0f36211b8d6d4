"""Sheets of a consolidated workbook as rows, as they are kept and as LibreOffice computes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
from helpers import office
from openxml_audit import OpenXmlValidator

from exporters.consolidated.book import write_book
from workbook.collection import Collection

Rows = list[tuple[Any, ...]]


def written(collection: Collection, folder: Path, hidden: frozenset[str] = frozenset()) -> Path:
    """Return a valid workbook of the collection."""
    path = folder / "book.xlsx"
    write_book(path, collection, hidden)
    assert OpenXmlValidator().validate(path).errors == []
    return path


def rows(path: Path, title: str) -> Rows:
    """Return the rows of a sheet without the blank first column, "" for nothing."""
    sheet = openpyxl.load_workbook(path, data_only=True)[title]
    return [tuple("" if v is None else v for v in row) for row in sheet.iter_rows(min_col=2, values_only=True)]


def recomputed(path: Path, folder: Path) -> Path:
    """Return the workbook as LibreOffice computes it: without what was kept beside the formulas."""
    bare = folder / "bare.xlsx"
    openpyxl.load_workbook(path).save(bare)
    return office(bare, "xlsx:Calc MS Excel 2007 XML", folder / "out")


def assert_alive(path: Path, title: str, folder: Path) -> None:
    """Assert that a sheet has formulas, and that they come to what is kept beside them."""
    sheet = openpyxl.load_workbook(path)[title]
    assert any(c.data_type == "f" for row in sheet.iter_rows() for c in row)
    for kept, fresh in zip(rows(path, title), rows(recomputed(path, folder), title), strict=True):
        for a, b in zip(kept, fresh, strict=True):
            assert a == b or abs(a - b) < 1e-9, (kept, fresh)
