"""The styles of a report as a Word file: written for an office to restyle in Word, and read back.

What the office changed is used as it stands in every report: styles, numbering, settings, font table, and the
page with its headers and footers, upright and turned.
"""

import copy
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from exporters.package import as_bytes, tree
from exporters.word.blocks import Paragraph
from exporters.word.layout import Layout
from exporters.word.numbering import LEVELS, fresh_lists, numbering_xml
from exporters.word.package import Part, base, core_part, package, text_part, word_part
from exporters.word.page import LANDSCAPE, PORTRAIT, SETTINGS, footer_xml, section_xml, turned_footer_xml
from exporters.word.pieces import InlineWriter, Piece
from exporters.word.styles import TABLE_STYLES, document_styles, font_table_xml, heading_style, styles_xml
from exporters.word.table import table
from exporters.word.theme import THEME
from workbook.messages import say
from workbook.reading.kind import DAMAGED, locked, unpacked

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MOST_PARTS, _MOST_BYTES = 500, 20_000_000
_WANTED = ("styles", "numbering", "settings", "fontTable", "theme", "header", "footer")
_LIST_END = re.compile("(?=<w:numIdMacAtCleanup|</w:numbering>)")
_HARMLESS_FIELDS = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION|STYLEREF|TITLE|SEQ|=)\b", re.IGNORECASE)
_THEME_TYPE = "application/vnd.openxmlformats-officedocument.theme+xml"
_CREATED = datetime(2020, 1, 1, tzinfo=UTC)
NAMES: Mapping[str, str] = {**{style.id: style.name for style in document_styles(None)}, **TABLE_STYLES}
"""Every style a report needs, by our id."""


class StyleFault(ValueError):
    """A style document cannot be used; `problems` say why, in the office's own words."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Section:
    """The properties of one kind of page, and the width of its type area in twips."""

    xml: str
    text_width: int


@dataclass(frozen=True)
class StyleDocument:
    """What every report of an office shares; `ids` gives the style ids of this file by ours."""

    parts: tuple[Part, ...]
    numbering: Part
    ids: Mapping[str, str]
    list_number: int
    list_shape: str
    highest_list: int
    portrait: Section
    landscape: Section

    @cached_property
    def base(self) -> bytes:
        """The parts that are the same in every report, packed."""
        return base(self.parts)

    def list_id(self, index: int) -> int:
        """Give the numbering id of the first, second … list of a report."""
        return self.list_number if index == 0 else self.highest_list + index

    def numbering_for(self, lists: int) -> Part:
        """Give the numbering part of a report in which headings begin to count `lists` times."""
        if lists == 1:
            return self.numbering
        more = fresh_lists(self.list_shape, map(self.list_id, range(1, lists)))
        content = _LIST_END.sub(lambda _: more, self.numbering.content.decode(), count=1)
        return Part("word/numbering.xml", content.encode(), self.numbering.type, "numbering", self.numbering.id)


@cache
def default_style(layout: Layout) -> StyleDocument:
    """Return the standard's own styles, exactly as the style document written for `layout` holds them."""
    return load_style(style_document(layout))


def style_document(layout: Layout) -> bytes:
    """Return a Word file with all styles, each shown by one short paragraph, and both kinds of page."""
    footers = {"default": "footerOdd", "even": "footerEven"}
    turned = {kind: f"{name}Turned" for kind, name in footers.items()}
    parts = [
        word_part("styles", "styles", styles_xml(layout), "styles"),
        word_part("settings", "settings", SETTINGS, "settings"),
        word_part("fontTable", "fonts", font_table_xml(), "fontTable"),
        Part("word/theme/theme1.xml", THEME.encode(), _THEME_TYPE, "theme", "theme"),
        word_part("footerOdd", "ftr", footer_xml("right"), "footer"),
        word_part("footerEven", "ftr", footer_xml("left"), "footer"),
        word_part("footerOddTurned", "ftr", turned_footer_xml("right"), "footer"),
        word_part("footerEvenTurned", "ftr", turned_footer_xml("left"), "footer"),
    ]
    numbering = word_part("numbering", "numbering", numbering_xml(layout.latin), "numbering")
    first, last = (section_xml(p, layout.grid, f) for p, f in ((PORTRAIT, footers), (LANDSCAPE, turned)))
    turned_sample = Paragraph("Body", InlineWriter().write([Piece(say("style.turned"))])).xml()
    body = "".join([*_samples(layout), Paragraph("Separator", section=first).xml(), turned_sample, last])
    core = core_part(say("style.title"), _CREATED)
    return package(base(parts), parts, text_part(body), [numbering, core])


def _samples(layout: Layout) -> Iterator[str]:
    """Yield what to do, then every style by its name, set in itself."""
    writer = InlineWriter()
    headings = {heading_style(level): level for level in LEVELS}
    yield Paragraph("Body", writer.write([Piece(say("style.how"))])).xml()
    for style in document_styles(layout.latin):
        if style.kind == "character":
            yield Paragraph("RunIn", writer.write([Piece(style.name)], style.id)).xml()
        elif style.id in headings:
            yield Paragraph(style.id, writer.write([Piece(say("style.heading", level=headings[style.id]))])).xml()
        elif style.id != "Footer":
            yield Paragraph(style.id, writer.write([Piece(style.name)])).xml()
    for id, name in TABLE_STYLES.items():
        rows = [[[Piece(name)], [Piece("1")]]] * 2
        yield Paragraph("TableTitle", writer.write([Piece(name)])).xml()
        yield table(
            writer, {id: id for id in NAMES}, [name] * 2, rows, [(50, "left")] * 2, ruled=id == "RuledTable"
        ).xml()


def load_style(source: Path | bytes) -> StyleDocument:
    """Return the style document in a Word file; StyleFault when it is none, or not whole.

    Only the parts a report needs are taken. Nothing outside the file is ever reached from a report.
    """
    try:
        return _read(_contents(source))
    except StyleFault:
        raise
    except (*DAMAGED, etree.XMLSyntaxError, AttributeError, TypeError) as error:
        raise StyleFault([say("style.not_word")]) from error


def _read(content: Mapping[str, bytes]) -> StyleDocument:
    """Return what the parts say; anything may be raised when they say nonsense."""
    parts = _parts(content)
    styles = tree(_one(parts, "styles").content)
    ids = _ids(styles)
    numbering = _one(parts, "numbering")
    lists = tree(numbering.content)
    number = _heading_list(styles, lists, ids[heading_style(1)])
    shapes = {n.get(f"{_W}numId"): n.find(f"{_W}abstractNumId").get(f"{_W}val") for n in lists.iter(f"{_W}num")}
    if number not in shapes or not _LIST_END.search(numbering.content.decode()):
        raise StyleFault([say("style.no_numbering")])
    portrait, landscape = _sections(tree(content["word/document.xml"]))
    shared = tuple(part for part in parts if part is not numbering)
    highest = max(map(int, shapes))
    return StyleDocument(shared, numbering, ids, int(number), shapes[number], highest, portrait, landscape)


def _contents(source: Path | bytes) -> dict[str, bytes]:
    """Return the XML parts of a Word file, unpacked within bounds."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = [part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
        fits = len(listed) <= _MOST_PARTS and sum(part.file_size for part in listed) <= _MOST_BYTES
        if not fits or any(map(locked, listed)):
            raise StyleFault([say("style.not_word")])
        return {part.filename: unpacked(archive, part, _MOST_BYTES) for part in listed}


def _one(parts: Sequence[Part], relation: str) -> Part:
    """Return the part of a kind of which there is one."""
    found = [part for part in parts if part.relation == relation]
    if not found:
        raise StyleFault([say("style.no_numbering" if relation == "numbering" else "style.not_word")])
    return found[0]


def _parts(content: Mapping[str, bytes]) -> list[Part]:
    """Return the parts that reports share, in the order of their names."""
    types = {t.get("PartName"): t.get("ContentType") for t in tree(content["[Content_Types].xml"])}
    found = []
    for relation in tree(content["word/_rels/document.xml.rels"]):
        kind = relation.get("Type", "").rpartition("/")[2]
        name = "word/" + relation.get("Target", "").removeprefix("/word/")
        if kind in _WANTED and relation.get("TargetMode") != "External" and name in content:
            clean = _without_links(content[name], kind)
            found.append(Part(name, clean, types.get(f"/{name}", "application/xml"), kind, relation.get("Id", "")))
    return sorted(found, key=lambda part: part.name)


def _without_links(content: bytes, kind: str) -> bytes:
    """Return a part without what leads to other parts or files: notes, embedded fonts, attached templates.

    Headers and footers may hold text and numbers of pages, nothing that would lead elsewhere.
    """
    root = tree(content)
    linked = [e for e in root.iter(etree.Element) if any(key.startswith(_R) for key in e.attrib)]
    if kind in ("header", "footer"):
        if linked or not all(map(_HARMLESS_FIELDS.match, _field_codes(root))):
            raise StyleFault([say("style.footer_links")])
        return content
    notes = list(root.iter(f"{_W}footnotePr", f"{_W}endnotePr")) if kind == "settings" else []
    for element in (*linked, *notes):
        element.getparent().remove(element)
    return as_bytes(root) if linked or notes else content


def _field_codes(root: Any) -> list[str]:
    """Return the code of every field; Word may spread one over several runs."""
    codes = [field.get(f"{_W}instr", "") for field in root.iter(f"{_W}fldSimple")]
    for element in root.iter(f"{_W}fldChar", f"{_W}instrText"):
        if element.get(f"{_W}fldCharType") == "begin" or not codes:
            codes.append("")
        codes[-1] += element.text or ""
    return codes


def _ids(styles: Any) -> dict[str, str]:
    """Return the file's style ids by ours, found by name: a Chinese Word renames the ids of built-in styles."""
    by_name = {
        style.find(f"{_W}name").get(f"{_W}val").casefold(): style.get(f"{_W}styleId")
        for style in styles.iter(f"{_W}style")
        if style.find(f"{_W}name") is not None
    }
    missing = [name for name in NAMES.values() if name.casefold() not in by_name]
    if missing:
        raise StyleFault([say("style.missing", name=name) for name in missing])
    return {id: by_name[name.casefold()] for id, name in NAMES.items()}


def _heading_list(styles: Any, lists: Any, heading: str) -> str:
    """Return the numbering id of the headings: their style's, or that of the list which names this style."""
    for style in styles.iter(f"{_W}style"):
        number = style.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        if style.get(f"{_W}styleId") == heading and number is not None:
            return str(number.get(f"{_W}val"))
    shapes = {
        shape.get(f"{_W}abstractNumId")
        for shape in lists.iter(f"{_W}abstractNum")
        if any(level.get(f"{_W}val") == heading for level in shape.iter(f"{_W}pStyle"))
    }
    numbers = (n for n in lists.iter(f"{_W}num") if n.find(f"{_W}abstractNumId").get(f"{_W}val") in shapes)
    return next((str(number.get(f"{_W}numId")) for number in numbers), "")


def _sections(document: Any) -> tuple[Section, Section]:
    """Return the properties of the first upright and the first turned page."""
    found: dict[bool, Section] = {}
    for section in document.iter(f"{_W}sectPr"):
        size, margins = section.find(f"{_W}pgSz"), section.find(f"{_W}pgMar")
        if size is None or margins is None:
            continue
        width, left, right = (
            int(e.get(f"{_W}{k}", 0)) for e, k in ((size, "w"), (margins, "left"), (margins, "right"))
        )
        own = copy.deepcopy(section)
        own.tail = None
        etree.cleanup_namespaces(own)
        xml = etree.tostring(own, encoding="unicode")
        found.setdefault(size.get(f"{_W}orient") == "landscape", Section(xml, width - left - right))
    if len(found) < 2:
        raise StyleFault([say("style.pages")])
    return found[False], found[True]
