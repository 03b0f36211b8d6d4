"""What a document body is made of, before it becomes XML: paragraphs; a table is the other block."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: the id of its style, its inline XML, and the few properties set on the paragraph itself.

    `level` and `numbering` number it directly, where its style does not; `placing` holds tabs, spacing and
    indents that depend on the text; `section` closes a section with these properties.
    """

    style: str
    inline: str = ""
    level: int = 0
    numbering: int = 0
    placing: str = ""
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
        return f"<w:p><w:pPr>{properties}{self.placing}{self.section}</w:pPr>{self.inline}</w:p>"
