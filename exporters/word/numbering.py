"""The four numbered levels of GB/T 9704-2012, 7.3.3: 一、（一） 1. （1）, as a native multilevel list."""

from collections.abc import Iterable

from exporters.word.styles import FANG, HEI, INDENT, KAI, heading_style, rfonts

LEVELS = (1, 2, 3, 4)

_FORMATS = (
    ("chineseCountingThousand", "%1、", HEI),
    ("chineseCountingThousand", "（%2）", KAI),
    ("decimal", "%3.", FANG),
    ("decimal", "（%4）", FANG),
)
_FRESH = "".join(
    f'<w:lvlOverride w:ilvl="{level - 1}"><w:startOverride w:val="1"/></w:lvlOverride>' for level in LEVELS
)


def numbering_xml(latin: str | None) -> str:
    """Give the content of word/numbering.xml: the list that headings count in.

    Each level names the heading style it belongs to: LibreOffice shows no number otherwise.
    """
    levels = "".join(
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:pStyle w:val="{heading_style(index + 1)}"/><w:suff w:val="nothing"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr>{INDENT}</w:pPr><w:rPr>{rfonts(face, latin)}</w:rPr></w:lvl>'
        for index, (form, text, face) in enumerate(_FORMATS)
    )
    return (
        '<w:abstractNum w:abstractNumId="1"><w:nsid w:val="4B5A0001"/><w:multiLevelType w:val="multilevel"/>'
        f'<w:tmpl w:val="4B5A0002"/>{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    )


def fresh_lists(abstract: str, numbers: Iterable[int]) -> str:
    """Give further numberings of a list, each of which begins at one again on every level."""
    return "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{_FRESH}</w:num>' for number in numbers
    )
