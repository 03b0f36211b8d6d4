"""What a document body is made of: paragraphs and tables, before they become XML."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: a style, its inline XML, and the few properties set on the paragraph itself.

    `level` and `numbering` number it directly, where its style does not; `right` is an indent in twips;
    `section` closes a section with these properties.
    """

    style: str
    inline: str = ""
    level: int = 0
    numbering: int = 0
    right: int = 0
    keep_next: bool = False
    break_before: bool = False
    section: str = ""

    def xml(self) -> str:
        """Give the w:p element, properties in the order the schema asks for."""
        properties = f'<w:pStyle w:val="{self.style}"/>'
        if self.keep_next:
            properties += "<w:keepNext/>"
        if self.break_before:
            properties += "<w:pageBreakBefore/>"
        if self.level:
            properties += f'<w:numPr><w:ilvl w:val="{self.level - 1}"/><w:numId w:val="{self.numbering}"/></w:numPr>'
        if self.right:
            properties += f'<w:ind w:right="{self.right}"/>'
        return f"<w:p><w:pPr>{properties}{self.section}</w:pPr>{self.inline}</w:p>"


@dataclass(frozen=True)
class Table:
    """A finished table."""

    content: str

    def xml(self) -> str:
        """Give the w:tbl element."""
        return self.content


Block = Paragraph | Table
