"""What a Word view remembers of the template it was made from: whose it is, and its whole text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from exporters.package import tree
from exporters.word.package import Part

_NAMESPACE = "urn:huibao:template"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.{}+xml"
_PROPERTY = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_PROPERTIES = "docProps/custom.xml"
_KEYS = ("genre", "pack", "place", "hash")

_ROOT_LINKS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="document" Type="{_OFFICE}/relationships/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="core" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    f'<Relationship Id="custom" Type="{_OFFICE}/relationships/custom-properties" Target="{_PROPERTIES}"/>'
    "</Relationships>"
)
_ITEM_LINKS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="properties" Type="{_OFFICE}/relationships/customXmlProps" Target="itemProps1.xml"/>'
    "</Relationships>"
)
_ITEM_PROPERTIES = (
    f'{_DECLARATION}<ds:datastoreItem ds:itemID="{{6B1F4A5C-3D2E-4F60-8A7B-9C0D1E2F3A4B}}" '
    f'xmlns:ds="{_OFFICE}/customXml"><ds:schemaRefs><ds:schemaRef ds:uri="{_NAMESPACE}"/></ds:schemaRefs>'
    "</ds:datastoreItem>"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The genre and pack of a view, the folder of a pack that does not come with Huibao, and the text."""

    genre: str = ""
    pack: str = ""
    place: str = ""
    hash: str = ""
    text: str | None = None

    def parts(self) -> list[Part]:
        """Return the parts that keep it: properties, which every program keeps, and the text, which Word keeps."""
        entries = "".join(
            f'<property fmtid="{_PROPERTY}" pid="{n}" name="huibao.{key}"><vt:lpwstr>{escape(getattr(self, key))}'
            "</vt:lpwstr></property>"
            for n, key in enumerate(_KEYS, start=2)
        )
        properties = (
            f'{_DECLARATION}<Properties xmlns="{_OFFICE}/custom-properties" '
            f'xmlns:vt="{_OFFICE}/docPropsVTypes">{entries}</Properties>'
        )
        text = f"{_DECLARATION}<template xmlns={quoteattr(_NAMESPACE)}>{escape(self.text or '')}</template>"
        return [
            Part("_rels/.rels", _ROOT_LINKS.encode()),
            Part(_PROPERTIES, properties.encode(), _TYPE.format("custom-properties")),
            Part("customXml/item1.xml", text.encode(), relation="customXml", id="template"),
            Part("customXml/itemProps1.xml", _ITEM_PROPERTIES.encode(), _TYPE.format("customXmlProperties")),
            Part("customXml/_rels/item1.xml.rels", _ITEM_LINKS.encode()),
        ]


def origin_of(parts: Mapping[str, bytes]) -> Origin:
    """Return what a file remembers; nothing of what is not there or broken."""
    known = dict.fromkeys(_KEYS, "")
    root = _tree(parts.get(_PROPERTIES, b""))
    for entry in root.iter("{*}property") if root is not None else ():
        key = (entry.get("name") or "").removeprefix("huibao.")
        if key in known:
            known[key] = "".join(entry.itertext())
    texts = (_text(parts[name]) for name in parts if name.startswith("customXml/item"))
    text = next((t for t in texts if t is not None and text_hash(t) == known["hash"]), None)
    return Origin(**known, text=text)


def text_hash(text: str) -> str:
    """Return by what a template's text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(content: bytes) -> str | None:
    root = _tree(content)
    return root.text or "" if root is not None and root.tag == f"{{{_NAMESPACE}}}template" else None


def _tree(content: bytes) -> etree._Element | None:
    try:
        return tree(content) if content else None
    except etree.XMLSyntaxError:
        return None
