"""The manifest in a report: what every figure read when it was written, in which words, and of which data.

It is the third hold of a figure beside control and bookmark: a part of the file that Word and LibreOffice carry along.
It says nothing that the report does not say, but what is cut from the report by hand is still in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple, get_args
from xml.sax.saxutils import escape

from lxml.etree import XMLSyntaxError

from exporters.figures.document import Document
from exporters.figures.now import Style
from exporters.narrative.writer import Point
from exporters.package import tree
from exporters.word.package import Part, relations_xml
from exporters.word.pieces import clean_text

NAMESPACE = "urn:huibao:figures:1"
_PART, _PROPS = "customXml/item7001.xml", "customXml/itemProps7001.xml"
_PROPS_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
_ID = "{6A1D8E52-4B0F-4C33-9C0B-7B2F0E5A9D11}"
_STORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"


class Tampered(ValueError):
    """The manifest is not as it was written."""


class Figure(NamedTuple):
    """One figure as it was written; `number` is that of its bookmark."""

    number: int
    tag: str
    text: str
    style: Style
    exact: str = ""  # the exact number as a fraction, "" for words
    word: str = ""  # measure word it counts in
    before: str = ""  # words in front of it, other figures in them as ￼; of a table cell the words that open its row
    after: str = ""  # words behind it
    cell: int = -1  # number of its cell in the row, -1 in running text
    glue: str | None = None  # words behind it that are told with it; None where it is told alone
    head: bool = False  # the first of figures that are told together
    lead: str = ""  # words right before the first of them that are told with it: 近, 从
    whole: str = ""  # the indicator that 全部 is said of

    @property
    def value(self) -> Fraction | None:
        """Return the exact number."""
        return Fraction(self.exact) if self.exact else None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a report was written from, and its figures."""

    genre: str
    unit: str  # code, "" for a report over a whole round
    period: str
    pack: str
    pack_hash: str
    origin: str  # what tells the data apart from other data: see `exporters.figures.data`
    made: str
    figures: tuple[Figure, ...] = ()
    points: tuple[Point, ...] = ()
    loose: tuple[str, ...] = ()  # numbers that are no figures: words before, the number, its measure word


_LISTS: dict[str, tuple[type, tuple[str, ...]]] = {
    "figures": (Figure, Figure._fields),
    "points": (Point, tuple(f.name for f in fields(Point))),
}
_HEAD = [f.name for f in fields(Manifest) if f.name not in _LISTS]
_KINDS = [(int, *[str] * 7, int, glue, bool, str, str) for glue in (str, type(None))]  # of a figure's columns
_POINT_KINDS = (int, *[str] * 4)
_STYLES: frozenset[str] = frozenset(get_args(Style))
_EXACT = re.compile(r"(?:-?\d{1,99}(?:/[1-9]\d{0,99})?)?")


def part_of(manifest: Manifest) -> list[Part]:
    """Return the manifest as parts of a Word file; the first is the one the document names."""
    told = {name: getattr(manifest, name) for name in _HEAD}
    for name, (_, columns) in _LISTS.items():
        told[name] = [columns, *map(attrgetter(*columns), getattr(manifest, name))]
    content = clean_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")))
    written = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<figures xmlns="{NAMESPACE}" digest="{_digest(content)}">'
        f"{escape(content)}</figures>"
    )
    props = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<ds:datastoreItem ds:itemID="{_ID}" '
        f'xmlns:ds="{_STORE}"><ds:schemaRefs><ds:schemaRef ds:uri="{NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    )
    about = Part(_PROPS, b"", _PROPS_TYPE, "customXmlProps", "props")
    return [
        Part(_PART, written.encode(), "", "customXml", "figures"),
        Part(_PROPS, props.encode(), _PROPS_TYPE),
        Part("customXml/_rels/item7001.xml.rels", relations_xml([about], "customXml/")),
    ]


def manifest_of(document: Document) -> Manifest | None:
    """Return the manifest in a Word file, None where it has none; Tampered where it is not as it was written."""
    for name in document.package:
        content = document.package[name] if name.startswith("customXml/") else b""
        if NAMESPACE.encode() in content and b"<figures" in content:
            return _read(content)
    return None


def replaced(parts: Iterable[Part], manifest: Manifest) -> list[Part]:
    """Return the parts of a Word file that has a manifest with another one."""
    written = part_of(manifest)[0].content
    return [Part(p.name, written) if p.name.startswith("customXml/") and b"<figures" in p.content else p for p in parts]


def _read(content: bytes) -> Manifest:
    try:
        root = tree(content)
        if _digest(root.text or "") != root.get("digest"):
            raise Tampered
        data = json.loads(root.text)
        for name, (record, columns) in _LISTS.items():
            written, *rows = data[name]
            if tuple(written) != columns:  # by another release
                rows = [[dict(zip(written, row, strict=True))[column] for column in columns] for row in rows]
            data[name] = tuple(record(*row) for row in rows)
        manifest = Manifest(**{**data, "loose": tuple(data["loose"])})
        if not _sound(manifest):
            raise Tampered
        return manifest
    except (ValueError, TypeError, KeyError, AttributeError, XMLSyntaxError) as error:
        raise Tampered from error


def _sound(manifest: Manifest) -> bool:
    """Return whether everything is of the kind it must be, whoever wrote it."""
    told = (*(getattr(manifest, name) for name in _HEAD if name != "loose"), *manifest.loose)
    points = map(attrgetter(*_LISTS["points"][1]), manifest.points)
    return (
        all(type(text) is str for text in told)
        and all(tuple(map(type, f)) in _KINDS and f.style in _STYLES for f in manifest.figures)
        and all(_EXACT.fullmatch(f.exact) for f in manifest.figures)
        and all(tuple(map(type, point)) == _POINT_KINDS for point in points)
    )


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
