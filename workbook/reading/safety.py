"""A workbook is judged before it is opened, and a parser gets only what was judged.

What is unpacked here is packed again, plainly: sizes that lie, two parts of one name and whatever else two readers
could understand differently do not reach the parser. Nor do pictures, macros and the sheets nobody reads.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping

from workbook.layout import RULES_SHEET
from workbook.messages import say
from workbook.reading.extent import Extent
from workbook.reading.kind import DAMAGED, FileKind, Unreadable, unpacked
from workbook.reading.marks import Marks
from workbook.reading.records import look_at_records
from workbook.reading.records12 import LINKS as LINKS_OF_XLSB
from workbook.reading.records12 import plain_book
from workbook.reading.skim import Skim
from workbook.reading.xml import Elements, OpenDocument, Sheets, Styles, look

# Sizes decide, not ratios: an honest form packs 1 : 22 as .ods, and what unpacks to little harms nobody.
_MOST_BYTES = 64 * 1024 * 1024  # unpacked and judged; a filled form has 2 MB, as .ods 6 MB
_MOST_PARTS = 2_000
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_STYLES = "xl/styles.xml"
_BLANK_SHEET = b"<worksheet><sheetData/></worksheet>"
_FIRST = ("xl/sharedstrings.xml", _STYLES)  # sheets point to them
_RECORDS = re.compile(r"xl/(\w+sheets/)?\w+\.bin")  # of an .xlsb; beside them are pictures and what printers said
_OPEN_DOCUMENT = ("mimetype", "content.xml", "META-INF/manifest.xml")


def judged(data: bytes, kind: FileKind) -> tuple[bytes, Marks]:
    """Return what of a workbook may be opened, and what a parser will not say of its cells.

    Unreadable where it could exhaust the machine or is damaged.
    """
    marks = Marks()
    try:
        if kind == "xls":
            look_at_records(data, Extent(), marks)
            return data, marks
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = _listed(archive, kind)
            if kind == "workbook":
                return _packed(_package(archive, listed, marks)), marks
            parts = _parts(archive, listed)
        if kind == "xlsb":
            extent = Extent()
            parts = plain_book(parts, _targets(parts.get(LINKS_OF_XLSB, b"<none/>"), extent), extent, marks)
        else:
            look(parts["content.xml"], OpenDocument(Extent(), marks))
        return _packed(parts), marks
    except DAMAGED:
        raise Unreadable("other") from None


def _listed(archive: zipfile.ZipFile, kind: FileKind) -> dict[str, zipfile.ZipInfo]:
    """Return the parts a reader needs, strings and styles before the sheets."""
    listed = archive.infolist()
    if len(listed) > _MOST_PARTS:
        raise Unreadable("huge")
    needed = {p.filename: p for p in listed if _needed(p.filename, kind)}
    if sum(p.file_size for p in needed.values()) > _MOST_BYTES:
        raise Unreadable("huge")
    if len({name.lower() for name in needed}) < len(needed):  # a parser may take either
        raise Unreadable("other")
    return {n: needed[n] for n in sorted(needed, key=lambda n: n.lower() not in _FIRST)}


def _parts(archive: zipfile.ZipFile, listed: Mapping[str, zipfile.ZipInfo]) -> dict[str, bytes]:
    """Return parts unpacked."""
    return {name: unpacked(archive, part, _MOST_BYTES) for name, part in listed.items()}


def _needed(name: str, kind: FileKind) -> bool:
    if kind == "ods":
        return name in _OPEN_DOCUMENT
    if kind == "xlsb":
        return name == LINKS_OF_XLSB or _RECORDS.fullmatch(name) is not None
    ours = name.startswith(("[Content_Types]", "_rels/", "xl/")) and name.endswith((".xml", ".rels"))
    return ours and name != "xl/calcChain.xml"


def _package(archive: zipfile.ZipFile, listed: Mapping[str, zipfile.ZipInfo], marks: Marks) -> dict[str, bytes]:
    """Judge the parts of an Excel workbook; return them without the sheets that hold our rules and what they give.

    Nobody reads these, and they are the largest. The sheet a form shows them on is blank then: it keeps its place.
    """
    extent = Extent()
    names = _sheets(_parts(archive, {n: p for n, p in listed.items() if n in (_BOOK, _LINKS)}), extent)
    live = say("form.live_sheet")
    kept = _parts(archive, {n: p for n, p in listed.items() if names.get(n) not in (RULES_SHEET, live)})
    kept |= {name: _BLANK_SHEET for name in listed if names.get(name) == live}
    styles = Styles(extent)
    looking = Sheets(extent, marks, styles.percents)
    skim = Skim(extent, marks, styles.percents, looking.lengths)
    for name, content in kept.items():
        if name in names:
            extent.sheet(names[name])
        if name.lower() == _STYLES and name not in names:
            look(content, styles)
        elif (lean := skim.part(content)) is not None:
            kept[name] = lean
        else:
            look(content, looking)
    return kept


def _sheets(parts: Mapping[str, bytes], extent: Extent) -> dict[str, str]:
    """Return the name of every sheet by its part."""
    book = Elements("sheet", extent)
    look(parts[_BOOK], book)
    targets = _targets(parts.get(_LINKS, b"<none/>"), extent)
    names: dict[str, str] = {}
    for sheet in book.found:
        # two names for one part: the part is read whatever it is called
        names.setdefault(targets.get(sheet.get("id", ""), ""), sheet.get("name", ""))
    if len(names) < len(book.found):
        raise Unreadable("other")
    return names


def _targets(content: bytes, extent: Extent) -> dict[str, str]:
    """Return the parts the workbook points to, by the identifiers it calls them."""
    links = Elements("Relationship", extent)
    look(content, links)
    return {r.get("Id", ""): posixpath.normpath(posixpath.join("/xl", r.get("Target", "")))[1:] for r in links.found}


def _packed(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(parts, key=lambda name: name != "mimetype"):
            archive.writestr(name, parts[name])
    return buffer.getvalue()
