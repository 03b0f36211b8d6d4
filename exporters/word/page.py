"""The page of GB/T 9704-2012: paper, margins, line grid and page number, as WordprocessingML."""

from dataclasses import dataclass
from typing import Literal

from exporters.word.drawing import text_box
from exporters.word.layout import Grid

LINE = 579
"""One line in twips: 22 of them fill the 225 mm of the type area (5.2.2, 5.2.3)."""

CHARACTER = 315
"""Pitch of a full-width 3号 character in twips: 28 of them fill the 156 mm of the type area (5.2.3)."""

HALF_CHARACTER = 155
"""Pitch of a half-width digit or letter in twips."""

_TWIPS_PER_MM = 1440 / 25.4
_FOOTER_LINE = 280
_FOOTER_BOX = {"left": 9_000_001, "right": 9_000_002}  # ids, far from those of charts


def twips(millimetres: float) -> int:
    """Give a length in twentieths of a point."""
    return round(millimetres * _TWIPS_PER_MM)


@dataclass(frozen=True)
class Page:
    """One page layout; all lengths in twips."""

    width: int
    height: int
    top: int
    right: int
    bottom: int
    left: int
    footer: int
    landscape: bool = False

    @property
    def text_width(self) -> int:
        """Width of the type area."""
        return self.width - self.left - self.right

    @property
    def text_height(self) -> int:
        """Height of the type area."""
        return self.height - self.top - self.bottom


PORTRAIT = Page(11906, 16838, top=2098, right=1474, bottom=1984, left=1588, footer=twips(24.8))
"""A4, head 37 mm, gutter 28 mm, type area 156 x 225 mm (5.1, 5.2.1); page number 7 mm below it (7.5)."""

LANDSCAPE = Page(16838, 11906, top=1588, right=2098, bottom=1474, left=1984, footer=twips(15), landscape=True)
"""The same sheet turned: the table's head lies at the gutter on odd pages, at the cut on even ones (7.4)."""


def section_xml(page: Page, grid: Grid, footers: dict[str, str]) -> str:
    """Give the section properties for `page`; `footers` are relationship ids by kind of page.

    28 squares of 16 pt are 158 mm, wider than the type area of 156 mm, so they must be set closer. Grid
    "portable" does it by a character spacing in the default style, which every program understands; grid
    "word" by Word's own character grid, which LibreOffice 7.4 renders as 14 characters a line.
    """
    kind = 'w:type="lines"' if grid == "portable" else 'w:type="linesAndChars" w:charSpace="-849"'
    turned = ' w:orient="landscape"' if page.landscape else ""
    references = "".join(f'<w:footerReference w:type="{kind}" r:id="{id}"/>' for kind, id in footers.items())
    return (
        f'<w:sectPr>{references}<w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{page.width}" w:h="{page.height}"{turned}/>'
        f'<w:pgMar w:top="{page.top}" w:right="{page.right}" w:bottom="{page.bottom}" w:left="{page.left}" '
        f'w:header="{twips(15)}" w:footer="{page.footer}" w:gutter="0"/>'
        f'<w:cols w:space="425"/><w:docGrid {kind} w:linePitch="{LINE}"/></w:sectPr>'
    )


def footer_xml(side: Literal["left", "right"]) -> str:
    """Give a footer with the page number "— 1 —", one character in from the outer edge (7.5)."""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Footer"/><w:ind w:{side}Chars="100" w:{side}="280"/>'
        f'<w:jc w:val="{side}"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )


def turned_footer_xml(side: Literal["left", "right"]) -> str:
    """Give the footer of a turned page: the number where it is on all other sheets once bound (7.4, 7.5).

    What is the bottom of an upright sheet is the left edge of a turned one; the number stands there in a
    box whose text runs downwards.
    """
    box = text_box(
        footer_xml(side),
        number=_FOOTER_BOX[side],
        size=(_FOOTER_LINE, LANDSCAPE.text_height),
        place=(PORTRAIT.footer, LANDSCAPE.top),
        downwards=True,
    )
    return f'<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{box}</w:p>'


SETTINGS = (
    '<w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/><w:bordersDoNotSurroundFooter/>'
    '<w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
    '<w:characterSpacingControl w:val="doNotCompress"/>'
    "<w:compat><w:balanceSingleByteDoubleByteWidth/><w:useFELayout/>"
    '<w:compatSetting w:name="compatibilityMode" w:val="15" '
    'w:uri="http://schemas.microsoft.com/office/word"/>'
    "</w:compat>"
    '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
    '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
)
"""Content of word/settings.xml: page numbers differ on odd and even pages, punctuation keeps its square."""
