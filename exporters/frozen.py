"""A form frozen: rows added to its stamp, every cell locked, opened as read-only; nothing else changes by a byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from lxml import etree

from exporters.package import as_bytes, sheet_names, tree
from workbook.layout import STAMP_SHEET
from workbook.reading.kind import DAMAGED, unpacked
from workbook.seal import SEALED

_MOST_BYTES = 64 * 1024 * 1024  # unpacked; more than is read of a form, pictures and macros included
_BOOK, _STYLES, _STRINGS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedstrings.xml"
_OFF = ("0", "false")


def frozen(data: bytes, rows: Mapping[str, str]) -> bytes | None:
    """Return the workbook with `rows` as the seal in its stamp and all cells locked; None if it is too odd for that.

    The seal of an earlier time goes. Macros are copied and not looked at.
    """
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
            parts = old.infolist()
            if sum(p.file_size for p in parts) > _MOST_BYTES or len(set(old.namelist())) < len(parts):
                return None
            edits = _edits(old, rows)
            for part in parts:
                content = unpacked(old, part, _MOST_BYTES)
                info = zipfile.ZipInfo(part.filename, part.date_time)
                edit = edits.get(part.filename)
                new.writestr(info, content if edit is None else edit(content), part.compress_type)
    except (*DAMAGED, etree.XMLSyntaxError):
        return None
    return buffer.getvalue()


def _edits(archive: zipfile.ZipFile, rows: Mapping[str, str]) -> dict[str, Callable[[bytes], bytes]]:
    """Return what is to be done with the parts, by their names."""
    edits: dict[str, Callable[[bytes], bytes]] = {_BOOK: _read_only, _STYLES: _locked}
    for part, name in sheet_names(archive).items():
        edits[part] = partial(_stamped, rows, _strings(archive)) if name == STAMP_SHEET else _protected
    return edits


def _strings(archive: zipfile.ZipFile) -> list[str]:
    part = next((name for name in archive.namelist() if name.lower() == _STRINGS), None)
    return [] if part is None else [_words(item) for item in tree(archive.read(part)).iter("{*}si")]


def _words(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter("{*}t"))


def _read_only(content: bytes) -> bytes:
    """Return the workbook part with the advice to open it as read-only."""
    root = tree(content)
    sharing = root.find("{*}fileSharing")
    if sharing is None:
        sharing = etree.Element(_named(root, "fileSharing"))
        version = root.find("{*}fileVersion")
        root.insert(0 if version is None else root.index(version) + 1, sharing)
    sharing.set("readOnlyRecommended", "1")
    return as_bytes(root)


def _locked(content: bytes) -> bytes:
    """Return the styles with none that leaves a cell open to typing."""
    root = tree(content)
    for protection in root.iter("{*}protection"):
        if protection.get("locked") in _OFF:
            protection.set("locked", "1")
    return as_bytes(root)


def _protected(content: bytes) -> bytes:
    """Return a sheet with its protection on; as handed out it is."""
    root = tree(content)
    protection = root.find("{*}sheetProtection")
    if etree.QName(root).localname != "worksheet":
        return content
    if protection is None:
        protection = etree.Element(_named(root, "sheetProtection"))
        before = root.find("{*}sheetCalcPr")
        (root.find("{*}sheetData") if before is None else before).addnext(protection)
    elif protection.get("sheet", "0") not in _OFF:
        return content
    protection.set("sheet", "1")
    return as_bytes(root)


def _stamped(rows: Mapping[str, str], strings: Sequence[str], content: bytes) -> bytes:
    """Return the stamp with `rows` at its end, without the seal that was in it."""
    root = tree(content)
    data = root.find("{*}sheetData")
    last = number = 0
    for row in [*data]:
        number = int(row.get("r", number + 1))
        key = _key(row, strings)
        if key and not key.startswith(SEALED):
            row.set("r", str(number))
            last = number
        else:
            data.remove(row)
    for number, pair in enumerate(rows.items(), last + 1):
        row = etree.SubElement(data, _named(root, "row"), r=str(number))
        for column, text in zip("AB", pair, strict=True):
            cell = etree.SubElement(row, _named(root, "c"), r=f"{column}{number}", t="inlineStr")
            etree.SubElement(etree.SubElement(cell, _named(root, "is")), _named(root, "t")).text = text
    for extent in root.findall("{*}dimension"):
        root.remove(extent)
    return _protected(as_bytes(root))


def _key(row: Any, strings: Sequence[str]) -> str:
    """Return what stands in the first cell of a row."""
    cell = row.find("{*}c")
    if cell is None:
        return ""
    if cell.get("t") == "inlineStr":
        return _words(cell)
    value = cell.findtext("{*}v") or ""
    return strings[int(value)] if cell.get("t") == "s" and value else value


def _named(root: Any, name: str) -> str:
    """Return the name of an element of the kind `root` is of."""
    return f"{{{etree.QName(root).namespace}}}{name}"
