"""Stretches of report text, and the inline WordprocessingML they become.

A piece with a tag is a *figure*: Word shows it as an inline content control (ISO/IEC 29500-1, 17.5.2)
that can be found again by its tag. A hidden bookmark around it is the fallback, because LibreOffice 7.4
drops the tag on saving. Everything here escapes: text typed by a unit is only ever text.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from exporters.word.captions import Captions, Reference

LONGEST_TAG = 64
"""Word refuses to open a document whose control has a longer tag or alias."""

LONGEST_BOOKMARK = 40
"""Word cuts longer bookmark names, after which they may no longer be unique."""

_NOT_IN_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]",
)
_UNCLEAN = re.compile(f"\r|{_NOT_IN_XML.pattern}")
_BREAKS = re.compile(r"(\n|\t)")
_SPECIAL = re.compile("[&<>\n\t]")
_TO_QUOTE = re.compile("[&<>\"'\n\t]")
_NOT_IN_NAMES = re.compile(r"\W")


def clean_text(text: str) -> str:
    r"""Give `text` without the characters XML 1.0 (2.2) forbids or discourages; line ends become \n."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(slots=True)
class Piece:
    """A stretch of text; with a `tag`, one figure that can be found again in the finished document.

    Never changed once made; not frozen, because a report makes hundreds and a frozen one takes twice as long.
    `alias` is what Word shows on the control's handle (the tag if left empty).
    """

    text: str
    tag: str = ""
    alias: str = ""
    bold: bool = False

    def __post_init__(self) -> None:
        """Clean all three texts and refuse names Word could not open."""
        if _UNCLEAN.search(self.text + self.tag + self.alias):
            self.text, self.tag, self.alias = map(clean_text, (self.text, self.tag, self.alias))
        if len(self.tag) > LONGEST_TAG or len(self.alias) > LONGEST_TAG:
            raise ValueError(f"a figure's tag or alias is longer than {LONGEST_TAG} characters: {self.tag, self.alias}")
        if self.alias and not self.tag:
            raise ValueError(f"a piece with an alias needs a tag: {self.alias!r}")


Inline = Piece | Reference


class InlineWriter:
    """Writes pieces as runs and controls; one writer per document, so that ids and names stay unique."""

    def __init__(self) -> None:
        """Begin with no figure and no title written."""
        self.captions = Captions()
        self._figures = 0

    def write(self, pieces: Iterable[Inline], character_style: str = "") -> str:
        """Give the XML of `pieces`, each run in `character_style` when one is named."""
        style = f'<w:rStyle w:val="{character_style}"/>' if character_style else ""
        plain = f"<w:rPr>{style}</w:rPr>" if style else ""
        written = ""
        for piece in pieces:
            if isinstance(piece, Reference):
                written += self.captions.mention(piece, plain)
                continue
            properties = f"<w:rPr>{style}<w:b/><w:bCs/></w:rPr>" if piece.bold else plain
            if piece.tag:
                written += self._figure(piece, properties)
            elif piece.text:
                written += f"<w:r>{properties}{_content(piece.text)}</w:r>"
        return written

    def _figure(self, piece: Piece, properties: str) -> str:
        """Give a control inside its bookmark.

        It is never a plain-text control (w:text): LibreOffice 7.4 makes an input field of one, sets it in the
        face of the paragraph whatever its run says, and doubles content such as "1.20万" on saving.
        """
        self._figures += 1
        number = self._figures
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="{bookmark_name(piece.tag, number)}"/>'
            f"<w:sdt><w:sdtPr>{properties}<w:alias w:val={_quoted(piece.alias or piece.tag)}/>"
            f'<w:tag w:val={_quoted(piece.tag)}/><w:id w:val="{number}"/></w:sdtPr><w:sdtContent>'
            f"<w:r>{properties}{_content(piece.text)}</w:r></w:sdtContent></w:sdt>"
            f'<w:bookmarkEnd w:id="{number}"/>'
        )


def _quoted(text: str) -> str:
    return quoteattr(text) if _TO_QUOTE.search(text) else f'"{text}"'


def bookmark_name(tag: str, number: int) -> str:
    """Give the hidden bookmark of the `number`-th figure: `_hb_`, the tag as far as it fits, the number.

    Word hides names that begin with an underscore and allows letters, digits and underscores only.
    """
    ending = f"_{number}"
    return "_hb_" + _NOT_IN_NAMES.sub("_", tag)[: LONGEST_BOOKMARK - len("_hb_") - len(ending)] + ending


def is_wide(character: str) -> bool:
    """Tell whether `character` takes a full square in a Chinese face (UAX 11: wide, full or ambiguous)."""
    return unicodedata.east_asian_width(character) in "WFA"


def _content(text: str) -> str:
    """Give `text` as the content of one run, line ends and tabs as Word's own elements."""
    if not _SPECIAL.search(text):
        return f'<w:t xml:space="preserve">{text}</w:t>' if text else "<w:t/>"
    parts = []
    for part in _BREAKS.split(text):
        if part == "\n":
            parts.append("<w:br/>")
        elif part == "\t":
            parts.append("<w:tab/>")
        elif part:
            parts.append(f'<w:t xml:space="preserve">{escape(part)}</w:t>')
    return "".join(parts)
