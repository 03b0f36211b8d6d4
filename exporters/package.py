"""The parts of an .xlsx package, where a workbook that others wrote is changed as little as possible."""

from __future__ import annotations

import posixpath
import zipfile
from typing import Any

from lxml import etree

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the name of every worksheet by its part."""
    relations = tree(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): posixpath.normpath(posixpath.join("/xl", r.get("Target", "")))[1:] for r in relations}
    book = tree(archive.read("xl/workbook.xml"))
    return {targets[s.get(RELATION)]: s.get("name") for s in book.iter("{*}sheet") if s.get(RELATION) in targets}


def tree(content: bytes) -> Any:
    """Return a part as a tree; lxml's XMLSyntaxError when it is broken."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False))


def as_bytes(root: Any) -> bytes:
    """Return a tree as a part."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
