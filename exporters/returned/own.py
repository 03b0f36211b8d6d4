"""A unit's own workbook, opened to be marked and saved so that it shows what it showed, and reaches nowhere outside."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import Any

from lxml import etree
from openpyxl import load_workbook

from exporters.package import RELATION, as_bytes, sheet_names, tree
from workbook.layout import RULES_SHEET
from workbook.messages import say

_MOST_BYTES = 24 * 1024 * 1024  # unpacked; a filled form has about 2 MB, and openpyxl holds fifty times as much
_ODD = ("xl/macrosheets/", "xl/dialogsheets/", "xl/querytables/", "xl/connections.xml")
_VALUES = ("n", "b", "e", "d", "str")  # kinds of cells whose <v> stands for itself
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STYLES, _STRINGS = "xl/styles.xml", "xl/sharedStrings.xml"
_SHARED = re.compile(rb"<(?:\w+:)?f [^>]*\b(?:t|si|ref)=")
_ADDRESS = re.compile("[A-Z]{1,3}[1-9][0-9]{0,6}")
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
        book: Any = load_workbook(io.BytesIO(_without_rules(data)), keep_links=False)
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
        names, left_out = sheet_names(new), _rules_of(old)
        for part in new.namelist():
            content = new.read(part)
            if left_out and names.get(part) == RULES_SHEET:
                content = _with_rules(content, old, left_out, len(book._cell_styles))
            elif names.get(part) in before:
                content = _as_before(content, old.read(before[names[part]]), names[part])
            elif part == _STYLES:
                content = _in_order(content)
            elif part.endswith(".rels"):
                content = _inside(content)
            target.writestr(part, content)
    return result.getvalue()


def _rules_of(archive: zipfile.ZipFile) -> str:
    """Return the part of the form's hidden rules, "" where there is none, or formulas in it that share a text.

    These are half of all cells, no mark stands on them, and openpyxl takes its time with every cell.
    """
    part = next((part for part, name in sheet_names(archive).items() if name == RULES_SHEET), "")
    content = archive.read(part) if part else b""
    return "" if b"\0" in content or _SHARED.search(content) else part


def _without_rules(data: bytes) -> bytes:
    """Return a workbook without the rows of its hidden rules."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        rules = _rules_of(old)
        for part in dict.fromkeys(old.namelist()):
            content = old.read(part)
            if part == rules:
                root = tree(content)
                for rows in root.iter("{*}sheetData"):
                    rows[:] = []
                content = as_bytes(root)
            new.writestr(part, content)
    return result.getvalue()


def _with_rules(content: bytes, old: zipfile.ZipFile, part: str, looks: int) -> bytes:
    """Return the sheet of the rules with the rows it had: what stands in their cells, and nothing else that came.

    Looks keep their numbers: openpyxl puts new ones behind those that were there. ValueError where no sheet says so.
    """
    root, texts = tree(content), _texts(old)
    _cut_links(root)
    rows = next(root.iter(_MAIN + "sheetData"))
    rows[:] = []
    for row in tree(old.read(part)).iter("{*}row"):
        kept = etree.SubElement(rows, _MAIN + "row", r=str(int(row.get("r"))))
        for cell in row.iter("{*}c"):
            at, look = cell.get("r", ""), int(cell.get("s", "0"))
            if not _ADDRESS.fullmatch(at) or not 0 <= look < looks:
                raise ValueError(at)
            _copy_cell(etree.SubElement(kept, _MAIN + "c", r=at, s=str(look)), cell, texts)
    return as_bytes(root)


def _copy_cell(kept: Any, cell: Any, texts: Sequence[str]) -> None:
    """Put into a cell what stands in another; a formula that leads outside is left out, its result stays."""
    formula, value, kind = cell.find("{*}f"), cell.find("{*}v"), cell.get("t", "n")
    if kind == "inlineStr" or (kind == "s" and value is not None):
        text = "".join(cell.itertext("{*}t")) if kind == "inlineStr" else texts[int(value.text)]
        kept.set("t", "inlineStr")
        own = etree.SubElement(etree.SubElement(kept, _MAIN + "is"), _MAIN + "t")
        own.text = text
        own.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        return
    if formula is not None and not _leads_outside(formula.text or "", RULES_SHEET):
        etree.SubElement(kept, _MAIN + "f").text = formula.text
    if value is not None and kind in _VALUES:
        kept.set("t", kind)
        etree.SubElement(kept, _MAIN + "v").text = value.text


def _texts(archive: zipfile.ZipFile) -> list[str]:
    """Return the shared texts of a workbook."""
    if _STRINGS not in archive.namelist():
        return []
    items = tree(archive.read(_STRINGS)).iter("{*}si")
    return ["".join(item.itertext("{*}t")) for item in items]


def _as_before(content: bytes, before: bytes, name: str) -> bytes:
    """Return a sheet whose cells have the values they had, without links that lead outside."""
    root = tree(content)
    cells = {c.get("r"): c for c in tree(before).iter("{*}c")}
    for cell in root.iter(_MAIN + "c"):
        if cell.get("t") != "inlineStr":
            if cell.get("r") in cells:
                _put_back(cell, cells[cell.get("r")], name)
        elif not len(cell):  # an empty text, which is not the same as no text
            etree.SubElement(etree.SubElement(cell, _MAIN + "is"), _MAIN + "t").text = ""
    _cut_links(root)
    return as_bytes(root)


def _cut_links(root: Any) -> None:
    """Take away the links of a sheet that lead outside."""
    for links in [*root.iter("{*}hyperlinks")]:
        for link in [*links]:
            if link.get(RELATION):
                links.remove(link)
        if not len(links):
            links.getparent().remove(links)


def _put_back(cell: Any, was: Any, sheet: str) -> None:
    """Give a cell the value it had; a formula that leads outside stays as its last result."""
    for value in cell.findall(_MAIN + "v"):
        cell.remove(value)
    cell.attrib.pop("t", None)
    formula, value, kind = cell.find(_MAIN + "f"), was.find("{*}v"), was.get("t", "n")
    if formula is not None and _leads_outside(formula.text or "", sheet):
        cell.remove(formula)
    if value is not None and kind in _VALUES:
        cell.set("t", kind)
        cell.append(copy(value))


@lru_cache(maxsize=20_000)  # the forms of a kind have the same formulas
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
