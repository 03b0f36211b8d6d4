"""A Word file that came back: its paragraphs and tables as they read once every change in it is accepted."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from exporters.drafts.controls import BOOKMARK
from exporters.drafts.origin import Origin, origin_of
from exporters.package import tree
from workbook.blank import PREFIX
from workbook.reading.kind import DAMAGED, Unreadable, kind_of, locked, unpacked

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_PARTS, _MOST_BYTES = 2_000, 64 * 1024 * 1024  # a view has 20 parts and 3 MB
_DOCUMENT, _STYLES = "word/document.xml", "word/styles.xml"
_NEEDED = re.compile(rf"{_DOCUMENT}|{_STYLES}|docProps/custom\.xml|customXml/item\d+\.xml")
_GONE = ("del", "moveFrom")
_SILENT = (
    *_GONE,
    "pPr",
    "rPr",
    "tblPr",
    "trPr",
    "tcPr",
    "sdtPr",
    "sdtEndPr",
    "instrText",
    "delText",
    "delInstrText",
    "rt",
)
_OBJECTS = (
    "drawing",
    "pict",
    "object",
    "AlternateContent",
    "oMath",
    "oMathPara",
    "footnoteReference",
    "endnoteReference",
    "sym",
)
_SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_NUMBERED = re.compile(BOOKMARK + r"(\d+)")
_DEEPEST = 20  # styles based on styles


@dataclass(frozen=True, slots=True)
class Control:
    """What came back of a blank: its tag or the number of its bookmark, and what it shows now."""

    tag: str
    number: int
    shown: str
    listed: bool = False  # a list to choose from


Atom = str | Control


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The names of a paragraph's style and of those it is based on, and what stands in it."""

    styles: tuple[str, ...]
    atoms: tuple[Atom, ...]
    objects: int = 0  # pictures and the like, which text cannot keep


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows of cells, each a list of paragraphs, and the widths of its columns in millimetres."""

    rows: tuple[tuple[tuple[Paragraph, ...], ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """A Word file, read."""

    blocks: tuple[Paragraph | Grid, ...]
    origin: Origin


def received(data: bytes) -> Received:
    """Return what is in a Word file; Unreadable if it is none, is damaged or could exhaust the machine."""
    parts = _parts(data)
    try:
        names = _names(tree(parts[_STYLES])) if _STYLES in parts else {}
        body = tree(parts[_DOCUMENT]).find(f"{_W}body")
    except etree.XMLSyntaxError:
        raise Unreadable("other") from None
    if body is None:
        raise Unreadable("other")
    return Received(tuple(_joined(_Reader(names).blocks(body))), origin_of(parts))


def _parts(data: bytes) -> dict[str, bytes]:
    kind = kind_of(data)
    if kind != "word":
        raise Unreadable(kind)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            needed = [part for part in listed if _NEEDED.fullmatch(part.filename)]
            if len(listed) > _MOST_PARTS or sum(part.file_size for part in needed) > _MOST_BYTES:
                raise Unreadable("huge")
            if any(map(locked, needed)):
                raise Unreadable("encrypted")
            if len({part.filename.lower() for part in needed}) < len(needed):  # another program may take the other
                raise Unreadable("other")
            return {part.filename: unpacked(archive, part, _MOST_BYTES) for part in needed}
    except DAMAGED:
        raise Unreadable("other") from None


def _names(styles: Any) -> dict[str, tuple[str, ...]]:
    """Return by id the names of a style and of those it is based on, as Word writes them everywhere."""
    name_of: dict[str, str] = {}
    base_of: dict[str, str] = {}
    for style in styles.iter(f"{_W}style"):
        id_ = style.get(f"{_W}styleId", "")
        name_of[id_] = _value(style.find(f"{_W}name")).lower()
        base_of[id_] = _value(style.find(f"{_W}basedOn"))
        if style.get(f"{_W}default") in ("1", "true") and style.get(f"{_W}type") == "paragraph":
            name_of[""] = name_of[id_]
    chains = {}
    for id_, name in name_of.items():
        chain, at = [name], id_
        while (at := base_of.get(at, "")) in name_of and at and len(chain) < _DEEPEST:
            chain.append(name_of[at])
        chains[id_] = tuple(chain)
    return chains


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where the bookmark of a blank begins or ends."""

    number: int
    begins: bool


@dataclass(frozen=True, slots=True)
class _Object:
    """A picture or the like."""


_Event = str | Control | _Mark | _Object


class _Reader:
    """Reads blocks; a tuple (paragraph, whether its mark was deleted) or a table each."""

    def __init__(self, names: Mapping[str, tuple[str, ...]]) -> None:
        self.names = names
        self.open: dict[str, int] = {}  # bookmarks of blanks by their id

    def blocks(self, parent: Any) -> Iterator[tuple[Paragraph, bool] | Grid]:
        """Yield what stands in a body, cell or block control."""
        for child in parent:
            name = _local(child)
            if name == "p":
                yield self._paragraph(child), self._runs_on(child)
            elif name == "tbl":
                yield self._grid(child)
            elif name not in _SILENT:
                yield from self.blocks(child)

    def _paragraph(self, element: Any) -> Paragraph:
        events = list(self._events(element))
        style = _value(element.find(f"{_W}pPr/{_W}pStyle"))
        names = self.names.get(style) or self.names.get("", ())
        return Paragraph(names, tuple(_atoms(events)), sum(isinstance(e, _Object) for e in events))

    @staticmethod
    def _runs_on(element: Any) -> bool:
        """Return whether the end of a paragraph was deleted or moved away, so that the next one joins it."""
        mark = element.find(f"{_W}pPr/{_W}rPr")
        return mark is not None and any(mark.find(_W + name) is not None for name in _GONE)

    def _grid(self, element: Any) -> Grid:
        rows = [tuple(self._cells(row)) for row in element.iter(f"{_W}tr") if _own(row, element) and not _deleted(row)]
        columns = element.findall(f"{_W}tblGrid/{_W}gridCol")
        return Grid(tuple(rows), tuple(_number(c.get(f"{_W}w", "")) * 25.4 / 1440 for c in columns))

    def _cells(self, row: Any) -> Iterator[tuple[Paragraph, ...]]:
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is row:
                inner = [b for b in _joined(self.blocks(cell)) if isinstance(b, Paragraph)]
                nested = sum(1 for _ in cell.iter(f"{_W}tbl"))
                last = [Paragraph((), (), nested)] if nested else []
                yield (*inner, *last)

    def _events(self, element: Any) -> Iterator[_Event]:
        for child in element:
            name = _local(child)
            if name in _SILENT:
                continue
            if name == "t":
                yield child.text or ""
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name == "br":
                yield "" if child.get(f"{_W}type") in ("page", "column") else "\n"
            elif name in _OBJECTS:
                yield _Object()
            elif name in ("bookmarkStart", "bookmarkEnd"):
                yield from self._mark(child, begins=name == "bookmarkStart")
            elif name == "sdt":
                yield from self._control(child)
            else:
                yield from self._events(child)

    def _mark(self, element: Any, *, begins: bool) -> Iterator[_Event]:
        id_ = element.get(f"{_W}id", "")
        found = _NUMBERED.match(element.get(f"{_W}name", "")) if begins else None
        if found:
            self.open[id_] = int(found[1])
            yield _Mark(int(found[1]), begins=True)
        elif not begins and id_ in self.open:
            yield _Mark(self.open.pop(id_), begins=False)

    def _control(self, element: Any) -> Iterator[_Event]:
        """Yield a control; one that is none of ours, and holds none of ours, as what stands in it."""
        properties = element.find(f"{_W}sdtPr")
        content = element.find(f"{_W}sdtContent")
        tag = _value(properties.find(f"{_W}tag")) if properties is not None else ""
        inside = list(self._events(content)) if content is not None else []
        shown = "".join(e for e in inside if isinstance(e, str))
        listed = properties is not None and properties.find(f"{_W}dropDownList") is not None
        gone = content is not None and any(content.find(f".//{_W}{name}") is not None for name in _GONE)
        if tag.startswith(PREFIX):
            if shown or not gone:
                yield Control(tag, 0, shown, listed)
            yield from (e for e in inside if isinstance(e, _Object))
        elif listed and not any(isinstance(e, Control) for e in inside):
            yield from (e for e in inside if not isinstance(e, str))
            yield Control("", 0, shown, listed)
        else:
            yield from inside


def _atoms(events: Sequence[_Event]) -> Iterator[Atom]:
    """Yield words and controls; a bookmark gives the control in it, or the words it holds, its number."""
    held: list[Atom] = []
    number = 0
    for event in events:
        if isinstance(event, _Mark):
            if not event.begins and event.number != number:
                continue
            if number and not any(isinstance(atom, Control) for atom in held):
                held = [Control("", number, "".join(a for a in held if isinstance(a, str)))]
            yield from held
            held, number = [], event.number if event.begins else 0
        elif isinstance(event, Control):
            held.append(event if event.tag or not number else Control("", number, event.shown, event.listed))
            if not number:
                yield from held
                held = []
        elif isinstance(event, str):
            held.append(event)
            if not number:
                yield from held
                held = []
    yield from held


def _joined(blocks: Iterator[tuple[Paragraph, bool] | Grid]) -> Iterator[Paragraph | Grid]:
    """Yield blocks, paragraphs whose end was deleted together with the next."""
    before: Paragraph | None = None
    for block in blocks:
        if isinstance(block, Grid):
            if before is not None:
                yield before
            before = None
            yield block
            continue
        paragraph, runs_on = block
        if before is not None:
            objects = before.objects + paragraph.objects
            paragraph = Paragraph(paragraph.styles, (*before.atoms, *paragraph.atoms), objects)
        before = paragraph if runs_on else None
        if before is None:
            yield paragraph
    if before is not None:
        yield before


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else "comment"


def _value(element: Any) -> str:
    return element.get(f"{_W}val", "") if element is not None else ""


def _own(row: Any, table: Any) -> bool:
    return next(row.iterancestors(f"{_W}tbl")) is table


def _deleted(row: Any) -> bool:
    return row.find(f"{_W}trPr/{_W}del") is not None


def _number(text: str) -> float:
    return float(text) if text.isdigit() else 0.0
