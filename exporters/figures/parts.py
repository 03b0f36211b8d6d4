"""Parts put into a Word file that another program may have written: its names and types kept as they are."""

from __future__ import annotations

from collections.abc import Sequence

from exporters.word.package import Part

_RELATIONS, _TYPES = "word/_rels/document.xml.rels", "[Content_Types].xml"
_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_parts(parts: Sequence[Part], added: Sequence[Part]) -> list[Part]:
    """Return the parts with others beside them; those that have an id are such as the document names."""
    related = "".join(
        f'<Relationship Id="{p.id}" Type="{_NAMESPACE}/{p.relation}" Target="/{p.name}"/>' for p in added if p.id
    )
    typed = "".join(f'<Override PartName="/{p.name}" ContentType="{p.type}"/>' for p in added if p.type)
    found = []
    for part in parts:
        if part.name == _RELATIONS:
            content = part.content.decode().replace("</Relationships>", f"{related}</Relationships>")
        elif part.name == _TYPES:
            content = part.content.decode()
            if 'Extension="xml"' not in content:
                typed = f'<Default Extension="xml" ContentType="application/xml"/>{typed}'
            content = content.replace("</Types>", f"{typed}</Types>")
        else:
            found.append(part)
            continue
        found.append(Part(part.name, content.encode()))
    return [*found, *added]


def with_content(parts: Sequence[Part], contents: dict[str, bytes]) -> list[Part]:
    """Return the parts, some of them with new content."""
    return [Part(p.name, contents[p.name]) if p.name in contents else p for p in parts]
