"""A Word file as people read it: paragraphs of text with the controls and bookmarks that hold figures in them.

Changes that are tracked count as accepted; what Word splits into runs is one text again. Nothing is resolved or run.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from exporters.word.elements import W
from exporters.word.package import Part
from workbook.blank import PREFIX
from workbook.messages import say
from workbook.reading.kind import DAMAGED, locked, unpacked

MAIN = "word/document.xml"
BOOKMARK = "_hb_"

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MOST_PARTS, _MOST_BYTES = 5_000, 256 * 1024 * 1024
_TEXTS = re.compile(r"word/(?:footnotes|endnotes|(header|footer)\d*)\.xml")
_OLE = b"\xd0\xcf\x11\xe0"  # a .doc, or a .docx behind a password
_P, _R, _T, _SDT, _TR, _TC = (f"{W}{name}" for name in ("p", "r", "t", "sdt", "tr", "tc"))
_CONTENT, _START, _END = f"{W}sdtContent", f"{W}bookmarkStart", f"{W}bookmarkEnd"
_NAME, _ID, _VAL, _ABOUT, _TAG = (f"{W}{name}" for name in ("name", "id", "val", "sdtPr", "tag"))
_SIMPLE_FIELD, _FIELD_MARK, _FIELD_KIND = f"{W}fldSimple", f"{W}fldChar", f"{W}fldCharType"
_PLACEHOLDER = f"{W}showingPlcHdr"
_GONE = frozenset({f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", f"{W}sdtPr"})
_INSTEAD = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}


class NotAReport(Exception):
    """The file cannot be read as a Word file; the message is a sentence for the user."""


@dataclass(slots=True)
class Hold:
    """A control or a bookmark over a stretch of a paragraph: `name` is the control's tag or the bookmark's name."""

    name: str
    start: int
    end: int
    element: Any
    control: bool = False


@dataclass(slots=True)
class Paragraph:
    """One paragraph: its text, what holds figures in it, and which w:t element each stretch of text stands in."""

    part: str
    element: Any
    text: str = ""
    holds: list[Hold] = field(default_factory=list)
    pieces: list[tuple[int, Any]] = field(default_factory=list)  # where each w:t begins
    fields: list[tuple[int, int]] = field(default_factory=list)  # what Word numbers itself: 表1, a page

    @property
    def in_cell(self) -> bool:
        """Whether it stands in a table."""
        around: Any = next(self.element.iterancestors(_TC, f"{W}txbxContent"), None)
        return around is not None and bool(around.tag == _TC)


@dataclass(frozen=True)
class Document:
    """A Word file that was opened: its parts by name as they lie in it, texts among them as trees."""

    package: Mapping[str, bytes]
    roots: dict[str, Any]
    paragraphs: tuple[Paragraph, ...]

    @property
    def parts(self) -> list[Part]:
        """All parts."""
        return [Part(name, content) for name, content in self.package.items()]

    def part(self, name: str) -> bytes | None:
        """Return a part's content, None where there is none."""
        return self.package.get(name)


class _Package(Mapping[str, bytes]):
    """The parts of a file, unpacked when they are asked for; NotAReport for one that is damaged."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except DAMAGED as error:
            raise NotAReport(say("figures.not_word", file=name)) from error
        self._listed = {part.filename: part for part in self._archive.infolist() if not part.is_dir()}
        self._content: dict[str, bytes] = {}
        if any(map(locked, self._listed.values())):
            raise NotAReport(say("figures.locked", file=name))
        if len(self._listed) > _MOST_PARTS or sum(p.file_size for p in self._listed.values()) > _MOST_BYTES:
            raise NotAReport(say("figures.large", file=name))

    def __getitem__(self, part: str) -> bytes:
        if part not in self._content:
            try:
                self._content[part] = unpacked(self._archive, self._listed[part], _MOST_BYTES)
            except KeyError:
                raise
            except DAMAGED as error:
                raise NotAReport(say("figures.damaged", file=self._name)) from error
        return self._content[part]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


def open_document(path: Path) -> Document:
    """Return a Word file as text; NotAReport with what is wrong, OSError from the disk."""
    return read_document(path.read_bytes(), path.name)


def read_document(data: bytes, name: str = "") -> Document:
    """Return a Word file as text; NotAReport with what is wrong."""
    if data.startswith(_OLE):
        raise NotAReport(say("figures.locked", file=name))
    package = _Package(data, name)
    if MAIN not in package:
        raise NotAReport(say("figures.not_word", file=name))
    roots: dict[str, Any] = {}
    paragraphs: list[Paragraph] = []
    for part in (MAIN, *_texts_beside(package)):
        try:
            roots[part], read = read_part(part, package[part])
        except etree.XMLSyntaxError as error:
            raise NotAReport(say("figures.damaged", file=name)) from error
        paragraphs += read
    return Document(package, roots, tuple(paragraphs))


def _texts_beside(package: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the notes, and the heads and feet of pages that hold a figure: of others only Word knows the numbers."""
    for name in package:
        found = _TEXTS.fullmatch(name)
        if found and (not found[1] or BOOKMARK.encode() in package[name] or PREFIX.encode() in package[name]):
            yield name


def read_part(name: str, content: bytes) -> tuple[Any, list[Paragraph]]:
    """Return a part of text as a tree, and its paragraphs; lxml's XMLSyntaxError when it is broken."""
    root = etree.fromstring(content, _PARSER)
    return root, list(_paragraphs(name, root, folded=b"Fallback" in content))


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def _paragraphs(part: str, root: Any, *, folded: bool) -> Iterator[Paragraph]:
    """Yield the paragraphs of a part in order; a bookmark between paragraphs belongs to the next one."""
    seen: set[Any] = set()
    waiting: list[Any] = []
    for element in root.iter(_P, _START):
        if element.tag == _START:
            if element not in seen and element.get(_NAME, "").startswith(BOOKMARK):
                waiting.append(element)
            continue
        if folded and next(element.iterancestors(f"{_MC}Fallback"), None) is not None:
            continue
        reader = _Reader(Paragraph(part, element))
        for start in waiting:
            reader.begin(start)
        waiting = []
        paragraph = reader.read()
        if paragraph.holds:
            seen.update([hold.element for hold in paragraph.holds])
        yield paragraph


class _Reader:
    """Reads one paragraph: what is in its runs, one after another."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.paragraph = paragraph
        self.texts: list[str] = []
        self.length = 0
        self.open: dict[str, Hold] = {}
        self.fields: list[int] = []

    def read(self) -> Paragraph:
        paragraph = self.paragraph
        around = paragraph.element.getparent()
        if around is not None and around.tag == _TC:
            around = around.getparent()
        outer = None
        if around is not None and around.tag == _CONTENT:
            control = around.getparent()
            for about in control.iterchildren(_ABOUT):
                outer = self._control(_about(about)[0], control)
        self._inside(paragraph.element)
        for hold in (*self.open.values(), *([outer] if outer else [])):
            hold.end = self.length
        paragraph.text = "".join(self.texts)
        return paragraph

    def begin(self, element: Any) -> None:
        """Note where a bookmark begins."""
        hold = Hold(element.get(_NAME), self.length, self.length, element)
        self.open[element.get(_ID)] = hold
        self.paragraph.holds.append(hold)

    def _control(self, name: str, element: Any) -> Hold | None:
        """Note a control of ours where it begins."""
        if not name.startswith(PREFIX):
            return None
        hold = Hold(name, self.length, self.length, element, control=True)
        self.paragraph.holds.append(hold)
        return hold

    def _inside(self, element: Any) -> None:
        for child in element:
            tag = child.tag
            if tag == _R:
                self._run(child)
            elif tag == _START:
                if child.get(_NAME, "").startswith(BOOKMARK):
                    self.begin(child)
            elif tag == _END:
                if hold := self.open.pop(child.get(_ID), None):
                    hold.end = self.length
            elif tag == _SDT:
                self._sdt(child)
            elif tag == _SIMPLE_FIELD:
                start = self.length
                self._inside(child)
                self.paragraph.fields.append((start, self.length))
            elif tag not in _GONE:
                self._inside(child)

    def _sdt(self, element: Any) -> None:
        """Read a control; the words that stand in an emptied one are none of the text."""
        hold, emptied = None, False
        for child in element:
            if child.tag == _ABOUT:
                name, emptied = _about(child)
                hold = self._control(name, element)
            elif child.tag == _CONTENT and not emptied:
                self._inside(child)
        if hold:
            hold.end = self.length

    def _run(self, run: Any) -> None:
        for child in run:
            tag = child.tag
            if tag == _T:
                text = child.text or ""
                self.paragraph.pieces.append((self.length, child))
            elif tag == _FIELD_MARK:
                self._field(child.get(_FIELD_KIND))
                continue
            elif tag == f"{W}ruby":
                self._inside(child.find(f"{W}rubyBase"))
                continue
            else:
                text = _INSTEAD.get(tag, "")
            if text:
                self.texts.append(text)
                self.length += len(text)

    def _field(self, kind: str) -> None:
        """Note where the result of a field begins and ends; one inside another counts with the outer one."""
        if kind == "separate":
            self.fields.append(self.length)
        elif kind == "end" and self.fields:
            start = self.fields.pop()
            if not self.fields:
                self.paragraph.fields.append((start, self.length))


def _about(properties: Any) -> tuple[str, bool]:
    """Return a control's tag, and whether it is empty and shows a hint only."""
    name, emptied = "", False
    for child in properties:
        if child.tag == _TAG:
            name = child.get(_VAL, "")
        elif child.tag == _PLACEHOLDER:
            emptied = True
    return name, emptied


def rows_of(document: Document) -> dict[Any, tuple[str, int]]:
    """Return, for every paragraph in a table, the words that open its row and the number of its cell."""
    texts = {p.element: p.text for p in document.paragraphs}
    found: dict[Any, tuple[str, int]] = {}
    for root in document.roots.values():
        for row in root.iter(_TR):
            cells: Sequence[Any] = [c for c in row.iter(_TC) if next(c.iterancestors(_TR)) is row]
            head = "".join(texts.get(p, "") for p in cells[0].iter(_P)) if cells else ""
            found |= {p: (head, at) for at, cell in enumerate(cells) for p in cell.iter(_P) if p in texts}
    return found
