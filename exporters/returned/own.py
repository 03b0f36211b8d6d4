"""A unit's own workbook, opened to be marked and saved so that it shows what it showed, and reaches nowhere outside."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from copy import copy
from typing import Any

from lxml import etree
from openpyxl import load_workbook

from exporters.package import RELATION, as_bytes, sheet_names, tree
from workbook.messages import say

_MOST_BYTES = 24 * 1024 * 1024  # unpacked; a filled form has about 2 MB, and openpyxl holds fifty times as much
_ODD = ("xl/macrosheets/", "xl/dialogsheets/", "xl/querytables/", "xl/connections.xml")
_VALUES = ("n", "b", "e", "d", "str")  # kinds of cells whose <v> stands for itself
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STYLES = "xl/styles.xml"
_FONT = "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme".split()
# Other workbooks, addresses, programs (DDE), functions that fetch or call. What quotes such a thing freezes too.
_OUTSIDE = re.compile(
    r"\[\d+\]|\||://|\\\\|mailto:|\b(WEBSERVICE|IMAGE|RTD|CALL|REGISTER\.ID|EXEC|SQL\.REQUEST)\s*\(", re.IGNORECASE
)
_LINK = re.compile(r"\bHYPERLINK\s*\(", re.IGNORECASE)


def open_own(data: bytes) -> Any | None:
    """Return a received workbook without macros, links, pictures and embedded objects; None if it is too odd to mark.

    Cells and formulas are as the unit left them; `saved` puts their results back. Both raise whatever a reader trips
    over that a sender is free to make up.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    if sum(p.file_size for p in parts) > _MOST_BYTES or any(p.filename.lower().startswith(_ODD) for p in parts):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what it leaves out
        book: Any = load_workbook(io.BytesIO(data), keep_links=False)
    for chart in book.chartsheets:
        book.remove(chart)
    for scope in (book, *book.worksheets):
        for name, defined in list(scope.defined_names.items()):
            if defined.xlm or defined.function or defined.vbProcedure or _OUTSIDE.search(defined.value or ""):
                del scope.defined_names[name]
    for sheet in book.worksheets:
        sheet._charts, sheet._images, sheet._pivots = [], [], []
    book.template = False
    return book


def saved(book: Any, data: bytes) -> bytes:
    """Return the book as a file in which every cell of `data`, the file it came from, shows what it showed there.

    openpyxl drops the results of formulas, reads dates anew and writes fonts in an order of its own: all that is put
    right. Formulas that lead outside stay as their last results.
    """
    buffer, result = io.BytesIO(), io.BytesIO()
    book.save(buffer)
    with (
        zipfile.ZipFile(buffer) as new,
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        before = {name: part for part, name in sheet_names(old).items()}
        names = sheet_names(new)
        for part in new.namelist():
            content = new.read(part)
            if names.get(part) in before:
                content = _as_before(content, old.read(before[names[part]]), names[part])
            elif part == _STYLES:
                content = _in_order(content)
            elif part.endswith(".rels"):
                content = _inside(content)
            target.writestr(part, content)
    return result.getvalue()


def _as_before(content: bytes, before: bytes, name: str) -> bytes:
    """Return a sheet whose cells have the values they had, without links that lead outside."""
    root = tree(content)
    cells = {c.get("r"): c for c in tree(before).iter("{*}c")}
    for cell in root.iter("{*}c"):
        if cell.get("t") != "inlineStr":
            if cell.get("r") in cells:
                _put_back(cell, cells[cell.get("r")], name)
        elif not len(cell):  # an empty text, which is not the same as no text
            etree.SubElement(etree.SubElement(cell, _MAIN + "is"), _MAIN + "t").text = ""
    for links in [*root.iter("{*}hyperlinks")]:
        for link in [*links]:
            if link.get(RELATION):
                links.remove(link)
        if not len(links):
            links.getparent().remove(links)
    return as_bytes(root)


def _put_back(cell: Any, was: Any, sheet: str) -> None:
    """Give a cell the value it had; a formula that leads outside stays as its last result."""
    for value in cell.findall("{*}v"):
        cell.remove(value)
    cell.attrib.pop("t", None)
    formula, value, kind = cell.find("{*}f"), was.find("{*}v"), was.get("t", "n")
    if formula is not None and _leads_outside(formula.text or "", sheet):
        cell.remove(formula)
    if value is not None and kind in _VALUES:
        cell.set("t", kind)
        cell.append(copy(value))


def _leads_outside(formula: str, sheet: str) -> bool:
    """Return whether a formula reaches beyond the workbook; only the form's own list may link by formula."""
    return bool(_OUTSIDE.search(formula) or (_LINK.search(formula) and sheet != say("form.live_sheet")))


def _inside(content: bytes) -> bytes:
    """Return relations without those that lead outside the file."""
    root = tree(content)
    for relation in [*root]:
        if relation.get("TargetMode") == "External":
            root.remove(relation)
    return as_bytes(root)


def _in_order(content: bytes) -> bytes:
    """Return the styles with what makes up a font in the order of the standard."""
    root = tree(content)
    for font in root.iter("{*}font"):
        font[:] = sorted(font, key=lambda part: _FONT.index(etree.QName(part).localname))
    return as_bytes(root)
