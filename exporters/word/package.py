"""The file itself: an OPC package with exactly the parts we wrote, the same bytes for the same input."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from exporters.word.drawing import NAMESPACES
from exporters.word.pieces import clean_text

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_LEVEL = 1  # twice as fast as 6, a tenth larger
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


@dataclass(frozen=True)
class Part:
    """A part of the package: its name, content, content type, and how the document relates to it.

    `relation` is the last word of the relationship's name; a part without `id` is none the document names.
    """

    name: str
    content: bytes
    type: str = ""
    relation: str = ""
    id: str = ""


def word_part(name: str, root: str, content: str, relation: str, *, id: str = "", kind: str = "") -> Part:
    """Give the part word/`name`.xml, whose root element w:`root` holds `content`."""
    blob = f"{_DECLARATION}<w:{root} {NAMESPACES}>{content}</w:{root}>".encode()
    return Part(f"word/{name}.xml", blob, f"{_WORD}.{kind or relation}+xml", relation, id or name)


def core_part(title: str, created: datetime, remarks: str = "") -> Part:
    """Give the core properties; a `created` without a time zone is taken as UTC."""
    moment = created.astimezone(UTC) if created.tzinfo else created
    described = f"<dc:description>{escape(clean_text(remarks))}</dc:description>" if remarks else ""
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    content = (
        f'{_DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{escape(clean_text(title))}</dc:title>'
        f'{described}<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified></cp:coreProperties>'
    )
    return Part("docProps/core.xml", content.encode(), _CORE)


_ROOT_RELATIONS = Part(
    "_rels/.rels",
    (
        f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="document" Type="{_RELATION}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="core" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>'
    ).encode(),
)


def base(parts: Sequence[Part]) -> bytes:
    """Give an archive of the parts that are the same in every report of a style; packing them takes time once."""
    return archive((_ROOT_RELATIONS, *parts))


def text_part(body: str) -> Part:
    """Give the part that holds the text."""
    return word_part("document", "document", f"<w:body>{body}</w:body>", "document", kind="document.main")


def package(base: bytes, same: Sequence[Part], document: Part, parts: Sequence[Part]) -> bytes:
    """Give the finished file: the archive of the parts that stay the `same`, the text, and the report's other parts."""
    everything = [*same, document, *parts]
    related = [part for part in everything if part.id and part is not document]
    types = Part("[Content_Types].xml", _content_types(everything))
    relations = Part("word/_rels/document.xml.rels", relations_xml(related, "word/"))
    return archive([types, document, relations, *parts], base)


def relations_xml(parts: Iterable[Part], folder: str) -> bytes:
    """Give the relationships to `parts`, as seen from a part in `folder`."""
    listed = "".join(
        f'<Relationship Id="{part.id}" Type="{_RELATION}/{part.relation}" '
        f'Target="{part.name.removeprefix(folder) if part.name.startswith(folder) else "/" + part.name}"/>'
        for part in parts
    )
    return f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'.encode()


def _content_types(parts: Iterable[Part]) -> bytes:
    overrides = "".join(f'<Override PartName="/{part.name}" ContentType="{part.type}"/>' for part in parts if part.type)
    return (
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>"
    ).encode()


def archive(parts: Iterable[Part], base: bytes = b"") -> bytes:
    """Give `base` with `parts` added, as bytes that depend on their content alone: no clock, no platform."""
    buffer = io.BytesIO(base)
    with zipfile.ZipFile(buffer, "a" if base else "w") as archive:
        for part in parts:
            entry = zipfile.ZipInfo(part.name, _EARLIEST)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part.content, compresslevel=_LEVEL)
    return buffer.getvalue()
