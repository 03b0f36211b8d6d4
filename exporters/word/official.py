"""An official document after GB/T 9704-2012, written block by block from top to bottom.

Clause numbers are those of the standard; how each is met in Word, and what bites, is in `styles`, `page`
and `numbering`.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from exporters.word.blocks import Block, Paragraph, Table
from exporters.word.numbering import LEVELS, numbering_xml
from exporters.word.package import WordPackage
from exporters.word.page import (
    CHARACTER,
    EVEN_FOOTER,
    HALF_CHARACTER,
    LANDSCAPE,
    ODD_FOOTER,
    PORTRAIT,
    SETTINGS,
    Grid,
    Page,
    footer_xml,
    section_xml,
    twips,
)
from exporters.word.pieces import InlineWriter, Piece, is_wide
from exporters.word.styles import font_table_xml, heading_style, styles_xml
from exporters.word.table import Align, Row, table_xml

_LEADS = {1: "Lead1", 2: "Lead2"}
_ROUNDING = twips(0.2)


class OfficialDocument:
    """An A4 report: title, addressee, four numbered levels, tables, signature, page numbers.

    The same calls with the same arguments give the same file, byte for byte.
    """

    def __init__(
        self, title: str, created: datetime, *, remarks: str = "", latin: str | None = None, grid: Grid = "portable"
    ) -> None:
        """Begin a portrait document; `title`, `created` and `remarks` become its core properties.

        `latin` is the face of digits and letters in running text (the Chinese face if None).
        """
        self._title, self._remarks = title, remarks
        self._created = created
        self._latin = latin
        self._grid: Grid = grid
        self._writer = InlineWriter()
        self._blocks: list[Block] = []
        self._page = PORTRAIT
        self._numbering = 1
        self._levels_used = False
        self._break_pending = False
        self._title_pending = False
        self._section_is_empty = True

    def title(self, text: str) -> None:
        r"""Add the title, 2号小标宋 centred (7.3.1); "\n" in it breaks the line where sense allows.

        A title after headings opens a new part, whose headings count from 一、 again.
        """
        if self._levels_used:
            self._numbering += 1
            self._levels_used = False
        self._title_pending = False
        self._add(Paragraph("DocumentTitle", self._write(text)))
        self._title_pending = True

    def subtitle(self, text: str) -> None:
        """Add a line under the title, 楷体 3号 centred, such as （2020年上半年）."""
        self._title_pending = False
        self._add(Paragraph("DocumentSubtitle", self._write(text)))
        self._title_pending = True

    def addressee(self, text: str) -> None:
        """Add the receiving bodies, flush left after one blank line (7.3.2); a missing colon is added."""
        self._add(Paragraph("Addressee", self._write(text if text.endswith("：") else f"{text}：")))

    def heading(self, level: int, pieces: Sequence[Piece]) -> None:
        """Add a heading of level 1 to 4, numbered 一、/（一）/1./（1） by Word itself (7.3.3)."""
        inline = self._writer.write(pieces)
        if self._numbering == 1:
            self._check_level(level)
            self._add(Paragraph(heading_style(level), inline))
        else:
            self._add(self._numbered(heading_style(level), level, inline))

    def run_in(self, level: int, lead_pieces: Sequence[Piece], body_pieces: Sequence[Piece]) -> None:
        """Add a paragraph that opens with its own numbered heading sentence, then runs on (7.3.3)."""
        lead = self._writer.write(lead_pieces, _LEADS.get(level, ""))
        self._add(self._numbered("RunIn", level, lead + self._writer.write(body_pieces)))

    def body(self, pieces: Sequence[Piece]) -> None:
        """Add a paragraph of text, 3号仿宋, two characters in (7.3.3)."""
        self._add(Paragraph("Body", self._writer.write(pieces)))

    def table_title(self, text: str) -> None:
        """Add the title of the table that follows, kept on its page."""
        self._add(Paragraph("TableTitle", self._write(text)))

    def table(
        self, header: Sequence[str], rows: Sequence[Row], widths_mm: Sequence[float], align: Sequence[Align]
    ) -> None:
        """Add a ruled table; its head repeats on every page and no row is split across pages.

        Raises ValueError when the columns do not agree or are wider than the type area together.
        """
        if twips(sum(widths_mm)) > self._page.text_width + _ROUNDING:
            raise ValueError(f"the table is {sum(widths_mm):g} mm wide, more than the type area")
        content = table_xml(self._writer, header, rows, widths_mm, align)
        last = self._blocks[-1] if self._blocks else None
        if self._break_pending or self._title_pending or isinstance(last, Table):
            self._add(Paragraph("Separator"))
        self._blocks.append(Table(content))
        self._section_is_empty = False

    def note(self, text: str) -> None:
        """Add a small note under a table."""
        self._add(Paragraph("TableNote", self._write(text)))

    def page_break(self) -> None:
        """Begin the next block on a new page."""
        self._break_pending = True

    def signature(self, office: str, date: str) -> None:
        """Add office and date as a document without a seal has them (7.3.5.2).

        One blank line; the office ends two characters from the right; the date begins two characters
        right of the office, or, being longer, ends two characters from the right and the office moves left.
        """
        office_right = 2 * CHARACTER
        date_right = office_right + _width(office) - 2 * CHARACTER - _width(date)
        if date_right < 2 * CHARACTER:
            office_right += 2 * CHARACTER - date_right
            date_right = 2 * CHARACTER
        self._keep_last_with_next()
        self._add(Paragraph("Office", self._write(office), right=office_right))
        self._add(Paragraph("IssueDate", self._write(date), right=date_right))

    def landscape_section(self) -> None:
        """Begin a new page set sideways, for wide tables (7.4): 225 x 156 mm of type area."""
        self._begin_section(LANDSCAPE)

    def portrait_section(self) -> None:
        """Begin a new upright page: 156 x 225 mm of type area."""
        self._begin_section(PORTRAIT)

    def save(self, path: Path) -> None:
        """Write the document to `path` in one step; a file already there is replaced."""
        blocks = list(self._blocks)
        if not blocks or isinstance(blocks[-1], Table):
            blocks.append(Paragraph("Separator"))
        package = WordPackage(self._title, self._created, self._remarks)
        package.set_styles(styles_xml(self._latin, self._grid))
        package.set_numbering(numbering_xml(self._numbering, self._latin))
        package.set_settings(SETTINGS)
        package.set_fonts(font_table_xml())
        package.add_footer(ODD_FOOTER, footer_xml("right"))
        package.add_footer(EVEN_FOOTER, footer_xml("left"))
        package.set_body("".join(block.xml() for block in blocks) + section_xml(self._page, self._grid))
        package.save(path)

    def _write(self, text: str) -> str:
        return self._writer.write([Piece(text)])

    def _add(self, paragraph: Paragraph) -> None:
        """Add a paragraph, after the blank line and the page break that are due."""
        if self._title_pending:
            self._title_pending = False
            self._add(Paragraph("Body"))
        if self._break_pending:
            self._break_pending = False
            paragraph = dataclasses.replace(paragraph, break_before=not self._section_is_empty)
        self._section_is_empty = False
        self._blocks.append(paragraph)

    def _numbered(self, style: str, level: int, inline: str) -> Paragraph:
        self._check_level(level)
        return Paragraph(style, inline, level=level, numbering=self._numbering)

    def _check_level(self, level: int) -> None:
        if level not in LEVELS:
            raise ValueError(f"an official document has levels 1 to 4, not {level}")
        self._levels_used = True

    def _keep_last_with_next(self) -> None:
        """Keep the last paragraph by the signature: no page may hold a signature alone (7.3.5.4)."""
        if self._blocks and isinstance(last := self._blocks[-1], Paragraph):
            self._blocks[-1] = dataclasses.replace(last, keep_next=True)

    def _begin_section(self, page: Page) -> None:
        """Close the section at the last paragraph and go on with `page`."""
        self._break_pending = False
        if not self._section_is_empty:
            last = self._blocks[-1]
            if isinstance(last, Table):
                last = Paragraph("Separator")
                self._blocks.append(last)
            self._blocks[-1] = dataclasses.replace(last, section=section_xml(self._page, self._grid))
        self._page = page
        self._section_is_empty = True


def _width(text: str) -> int:
    """Give the width of a line of 3号 text in twips."""
    return sum(CHARACTER if is_wide(character) else HALF_CHARACTER for character in text)
