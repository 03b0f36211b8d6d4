"""The blocks of a document from top to bottom: where pages and sections begin, what stays together."""

import dataclasses

from exporters.word.blocks import Paragraph
from exporters.word.style_document import Section, StyleDocument
from exporters.word.table import Table


class Flow:
    """Collects blocks and keeps the rules between neighbours: blank lines, breaks, tables that must not touch."""

    def __init__(self, style: StyleDocument) -> None:
        self._style = style
        self._blocks: list[Paragraph | Table] = []
        self._section = style.portrait
        self._section_is_empty = True
        self._break_pending = False
        self._blank_pending = False

    @property
    def text_width(self) -> int:
        """Width of the type area of the page in work, in twips."""
        return self._section.text_width

    @property
    def landscape(self) -> bool:
        """Whether the page in work is a turned one."""
        return self._section is self._style.landscape

    def add(self, paragraph: Paragraph) -> None:
        """Add a paragraph, after the blank line and the page break that are due."""
        self._end_title()
        if self._break_pending:
            self._break_pending = False
            paragraph = dataclasses.replace(paragraph, break_before=not self._section_is_empty)
        self._section_is_empty = False
        self._blocks.append(paragraph)

    def add_title(self, paragraph: Paragraph) -> None:
        """Add a line of a title; a blank line follows the last of them."""
        self._blank_pending = False
        self.add(paragraph)
        self._blank_pending = True

    def add_table(self, table: Table) -> None:
        """Add a table; two in a row would grow together."""
        self._end_title()
        if self._break_pending or (self._blocks and isinstance(self._blocks[-1], Table)):
            self.add(self._separator())
        self._blocks.append(table)
        self._section_is_empty = False

    def break_page(self) -> None:
        """Begin the next block on a new page."""
        self._break_pending = True

    def begin_section(self, section: Section) -> None:
        """Close the section at the last paragraph and go on, on a new page, with another kind of page."""
        self._break_pending = self._blank_pending = False
        if not self._section_is_empty:
            last = self._blocks[-1]
            if isinstance(last, Table):
                last = self._separator()
                self._blocks.append(last)
            self._blocks[-1] = dataclasses.replace(last, section=self._section.xml)
        self._section = section
        self._section_is_empty = True

    def keep_last(self) -> None:
        """Keep the end of the last block on the page of what follows."""
        if self._blocks and not self._section_is_empty:
            self._blocks[-1] = dataclasses.replace(self._blocks[-1], keep_next=True)

    def xml(self) -> str:
        """Give all blocks and the last section's properties."""
        blocks = self._blocks
        if not blocks or isinstance(blocks[-1], Table) or self._section_is_empty:
            blocks = [*blocks, self._separator()]
        return "".join([block.xml() for block in blocks]) + self._section.xml

    def _end_title(self) -> None:
        """Add the blank line that is due after a title."""
        if self._blank_pending:
            self._blank_pending = False
            self.add(Paragraph(self._style.ids["Body"]))

    def _separator(self) -> Paragraph:
        return Paragraph(self._style.ids["Separator"])
