"""The paragraphs of a .docx as a reader sees them: insertions kept, deletions dropped, tables row by row.

Read as a stream by the parser that judges received workbooks: document types are refused, sizes are bounded, and
nothing in the file is run, followed or kept. Text boxes, headers and notes are no part of the running text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace

from workbook.reading.extent import Extent
from workbook.reading.kind import DAMAGED, Unreadable, unpacked
from workbook.reading.xml import Elements, look

_DOCUMENT, _STYLES, _NUMBERING = "word/document.xml", "word/styles.xml", "word/numbering.xml"
_MOST_BYTES = 64 * 1024 * 1024
_MOST_PARTS = 5_000
_MOST_TEXT = 1_000_000  # characters in all; a report has ten thousand
_LEFT_OUT = frozenset(
    ("del", "moveFrom", "txbxContent", "Fallback", "pict", "rPrChange", "pPrChange", "instrText", "rt")
)
_SPACES = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class Numbered:
    """How Word numbers a paragraph by itself: the kind of numeral and what stands around it."""

    numeral: str  # chineseCounting, decimal, …; "" for none
    around: str  # "%1、"


@dataclass(frozen=True, slots=True)
class Raw:
    """A paragraph: its text, the level its style gives it (0: none), its number, whether it stands in the middle."""

    text: str
    style: str = ""
    outline: int = 0
    numbered: Numbered | None = None
    centred: bool = False
    cells: tuple[str, ...] = ()  # of a table row


def word_paragraphs(data: bytes) -> list[Raw]:
    """Return the paragraphs of a Word file; Unreadable where it is damaged, locked or too large."""
    try:
        parts = _parts(data)
        extent = Extent()
        styles = _Styles(extent)
        look(parts.get(_STYLES, b"<none/>"), styles)
        numbers = _Numbering(extent)
        look(parts.get(_NUMBERING, b"<none/>"), numbers)
        reading = _Document(extent, styles, numbers)
        look(parts[_DOCUMENT], reading)
        return reading.found
    except DAMAGED:
        raise Unreadable("other") from None


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = archive.infolist()
        wanted = [p for p in listed if p.filename in (_DOCUMENT, _STYLES, _NUMBERING)]
        if len(listed) > _MOST_PARTS or sum(p.file_size for p in wanted) > _MOST_BYTES:
            raise Unreadable("huge")
        if len({p.filename for p in wanted}) < len(wanted):  # two readers could take either
            raise Unreadable("other")
        return {p.filename: unpacked(archive, p, _MOST_BYTES) for p in wanted}


def _plain(name: str) -> str:
    return name.rpartition(":")[2]


def _value(attributes: Mapping[str, str], name: str = "val") -> str:
    return next((v for k, v in attributes.items() if _plain(k) == name), "")


def _level(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 1 else 0


class _Styles(Elements):
    """Gathers the names and outline levels of paragraph styles."""

    def __init__(self, extent: Extent) -> None:
        super().__init__("", extent)
        self.names: dict[str, str] = {}
        self.outlines: dict[str, int] = {}
        self.numbers: dict[str, tuple[str, str]] = {}
        self._style = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep what says of a style that it is a heading."""
        super().start(name, attributes)
        name = _plain(name)
        if name == "style":
            self._style = _value(attributes, "styleId")
        elif name == "name" and self._style:
            self.names[self._style] = _value(attributes).lower()
        elif name == "outlineLvl" and self._style:
            self.outlines[self._style] = _level(_value(attributes)) + 1
        elif name in ("numId", "ilvl") and self._style:
            number, level = self.numbers.get(self._style, ("", "0"))
            told = _value(attributes)
            self.numbers[self._style] = (told, level) if name == "numId" else (number, told)


class _Numbering(Elements):
    """Gathers the formats of automatic numbers."""

    def __init__(self, extent: Extent) -> None:
        super().__init__("", extent)
        self._levels: dict[tuple[str, str], Numbered] = {}
        self._abstract: dict[str, str] = {}
        self._list = self._level = self._number = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the format of a level, and which list a number belongs to."""
        super().start(name, attributes)
        name = _plain(name)
        if name == "abstractNum":
            self._list = _value(attributes, "abstractNumId")
        elif name == "lvl":
            self._level = _value(attributes, "ilvl")
        elif name == "num":
            self._number = _value(attributes, "numId")
        elif name == "abstractNumId":
            self._abstract[self._number] = _value(attributes)
        elif name in ("numFmt", "lvlText"):
            key = self._list, self._level
            known = self._levels.get(key, Numbered("", ""))
            told = _value(attributes)
            self._levels[key] = replace(known, numeral=told) if name == "numFmt" else replace(known, around=told)

    def of(self, number: str, level: str) -> Numbered | None:
        """Return how a paragraph is numbered, None if it is not."""
        return self._levels.get((self._abstract.get(number, ""), level or "0")) if number not in ("", "0") else None


class _Document:
    """Gathers the paragraphs."""

    def __init__(self, extent: Extent, styles: _Styles, numbers: _Numbering) -> None:
        self.found: list[Raw] = []
        self._extent, self._styles, self._numbers = extent, styles, numbers
        self._left_out = 0  # how deep inside what is no text
        self._total = 0
        self._in_text = self._in_mark = self._joined = False
        self._pieces: list[str] = []
        self._about: dict[str, str] = {}
        self._tables: list[list[str]] = []  # of each table around: the cells of its row so far
        self._cell: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""
        self._extent.step()
        name = _plain(name)
        if self._left_out or (name in _LEFT_OUT and not (name == "del" and self._in_mark)):
            self._left_out += 1
            return
        if name == "p" and not self._joined:
            self._pieces, self._about = [], {}
        elif name == "p":
            self._joined = False
        elif name == "tbl":
            self._tables.append([])
        elif name == "tr" and len(self._tables) == 1:
            self._tables[-1].clear()
        elif name == "tc":
            self._cell.append([])
        elif name == "t":
            self._in_text = True
        elif name in _SPACES and not self._in_mark:
            self._pieces.append(_SPACES[name])
        else:
            self._property(name, attributes)

    def _property(self, name: str, attributes: dict[str, str]) -> None:
        if name == "pPr":
            self._in_mark = True
        elif self._in_mark and name == "del":
            self._joined = True  # the end of the paragraph was deleted: it goes on in the next one
        elif self._in_mark and name in ("pStyle", "numId", "ilvl", "outlineLvl", "jc"):
            self._about[name] = _value(attributes)

    def text(self, text: str) -> None:
        """Hear of text."""
        if self._in_text and not self._left_out:
            self._total += len(text)
            if self._total > _MOST_TEXT:
                raise Unreadable("huge")
            self._pieces.append(text)

    def end(self, name: str) -> None:
        """Hear that an element ends."""
        if self._left_out:
            self._left_out -= 1
            return
        name = _plain(name)
        if name == "t":
            self._in_text = False
        elif name == "pPr":
            self._in_mark = False
        elif name == "p" and not self._joined:
            self._paragraph()
        elif name == "tc" and self._cell:
            cell = " ".join(t for t in self._cell.pop() if t)
            if self._tables:
                self._tables[-1].append(cell)
        elif name == "tr" and self._tables and any(self._tables[-1]) and len(self._tables) == 1:
            self.found.append(Raw("", cells=tuple(self._tables[-1])))
        elif name == "tbl" and self._tables:
            inner = self._tables.pop()
            if self._tables and self._cell:  # a table in a cell: its words, so that nothing is lost
                self._cell[-1].extend(inner)

    def _paragraph(self) -> None:
        text = "".join(self._pieces).strip().strip("\u3000").strip()
        self._pieces = []
        if self._cell:
            self._cell[-1].append(text)
        elif text:
            style = self._about.get("pStyle", "")
            number, level = self._styles.numbers.get(style, ("", "0"))
            numbered = self._numbers.of(self._about.get("numId", number), self._about.get("ilvl", level))
            outline = self._about.get("outlineLvl", "")
            self.found.append(
                Raw(
                    text,
                    style=self._styles.names.get(style, style.lower()),
                    outline=_level(outline) + 1 if outline else self._styles.outlines.get(style, 0),
                    numbered=numbered if numbered and numbered.numeral not in ("", "none", "bullet") else None,
                    centred=self._about.get("jc", "") == "center",
                )
            )
