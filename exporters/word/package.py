"""The file itself: an OPC package with exactly the parts we wrote, the same bytes for the same input."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.opc.rel import Relationships
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.parts.numbering import NumberingPart
from docx.parts.settings import SettingsPart
from docx.parts.styles import StylesPart

from exporters.word.pieces import clean_text
from workbook.files import replacing

_TEMPLATE_LEFTOVERS = (
    "stylesWithEffects",
    "webSettings",
    "customXml",
    "styles",
    "numbering",
    "settings",
    "fontTable",
)
_PACKAGE_LEFTOVERS = ("thumbnail", "extended-properties", "core-properties")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_PROPERTIES = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title>'
    "{remarks}"
    '<dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">{created}</dcterms:modified></cp:coreProperties>'
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class WordPackage:
    """An empty Word document; parts are added by name, then the body is set and the file written."""

    def __init__(self, title: str, created: datetime, remarks: str = "") -> None:
        """Start from python-docx's package, without its styles, author, thumbnail and stale parts.

        A `created` without a time zone is taken as UTC.
        """
        self._document: WordDocument = Document()
        part = self._document.part
        _forget(part.rels, _TEMPLATE_LEFTOVERS)
        _forget(part.package.rels, _PACKAGE_LEFTOVERS)
        moment = created.astimezone(UTC) if created.tzinfo else created
        described = f"<dc:description>{escape(clean_text(remarks))}</dc:description>" if remarks else ""
        blob = _PROPERTIES.format(
            title=escape(clean_text(title)), remarks=described, created=f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        )
        properties = Part(
            PackURI("/docProps/core.xml"),
            CONTENT_TYPE.OPC_CORE_PROPERTIES,
            (_DECLARATION + blob).encode(),
            part.package,
        )
        part.package.relate_to(properties, RELATIONSHIP_TYPE.CORE_PROPERTIES)

    def set_styles(self, content: str) -> None:
        """Use `content` as the children of w:styles."""
        part = self._part(StylesPart, "styles", content, CONTENT_TYPE.WML_STYLES)
        self._relate(part, RELATIONSHIP_TYPE.STYLES)

    def set_numbering(self, content: str) -> None:
        """Use `content` as the children of w:numbering."""
        part = self._part(NumberingPart, "numbering", content, CONTENT_TYPE.WML_NUMBERING)
        self._relate(part, RELATIONSHIP_TYPE.NUMBERING)

    def set_settings(self, content: str) -> None:
        """Use `content` as the children of w:settings."""
        part = self._part(SettingsPart, "settings", content, CONTENT_TYPE.WML_SETTINGS)
        self._relate(part, RELATIONSHIP_TYPE.SETTINGS)

    def set_fonts(self, content: str) -> None:
        """Use `content` as the children of w:fonts."""
        part = self._part(Part, "fonts", content, CONTENT_TYPE.WML_FONT_TABLE, "fontTable")
        self._relate(part, RELATIONSHIP_TYPE.FONT_TABLE)

    def add_footer(self, name: str, content: str) -> None:
        """Add a footer part that section properties refer to by `name`."""
        footer = self._part(Part, "ftr", content, CONTENT_TYPE.WML_FOOTER, name)
        self._document.part.load_rel(RELATIONSHIP_TYPE.FOOTER, footer, name)

    def set_body(self, content: str) -> None:
        """Make `content`, blocks and final section properties, the whole text."""
        body = self._document.element.body
        for child in list(body):
            body.remove(child)
        for child in list(parse_xml(f"<w:body {nsdecls('w', 'r')}>{content}</w:body>")):
            body.append(child)

    def save(self, path: Path) -> None:
        """Write the file beside `path`, then move it there in one step: never half a file."""
        data = self._bytes()
        with replacing(path) as temporary:
            temporary.write_bytes(data)

    def _part(self, kind: type[Part], root: str, content: str, content_type: str, name: str = "") -> Part:
        blob = f"{_DECLARATION}<w:{root} {nsdecls('w', 'r')}>{content}</w:{root}>".encode()
        uri = PackURI(f"/word/{name or root}.xml")
        part: Part = kind.load(uri, content_type, blob, self._document.part.package)
        return part

    def _relate(self, part: Part, relation: str) -> None:
        self._document.part.relate_to(part, relation)

    def _bytes(self) -> bytes:
        """Give the package as bytes that depend on its content alone: no clock, no platform."""
        written, fixed = io.BytesIO(), io.BytesIO()
        self._document.save(written)
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w") as target:
            for name in source.namelist():
                entry = zipfile.ZipInfo(name, _EARLIEST)
                entry.create_system = 0
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, source.read(name))
        return fixed.getvalue()


def _forget(relationships: Relationships, endings: tuple[str, ...]) -> None:
    """Remove the relationships of the named kinds; what nothing relates to is not written."""
    for key, relationship in list(relationships.items()):
        if relationship.reltype.endswith(endings):
            del relationships[key]
