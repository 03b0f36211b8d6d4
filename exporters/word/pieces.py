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

LONGEST_TAG = 64
"""Word refuses to open a document whose control has a longer tag or alias."""

LONGEST_BOOKMARK = 40
"""Word cuts longer bookmark names, after which they may no longer be unique."""

_NOT_IN_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]",
)
_BREAKS = re.compile(r"(\n|\t)")


def clean_text(text: str) -> str:
    r"""Give `text` without the characters XML 1.0 (2.2) forbids or discourages; line ends become \n."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True)
class Piece:
    """A stretch of text; with a `tag`, one figure that can be found again in the finished document.

    `alias` is what Word shows on the control's handle (the tag if left empty).
    """

    text: str
    tag: str = ""
    alias: str = ""
    bold: bool = False

    def __post_init__(self) -> None:
        """Clean all three texts and refuse names Word could not open."""
        for name in ("text", "tag", "alias"):
            object.__setattr__(self, name, clean_text(getattr(self, name)))
        for name, value in (("tag", self.tag), ("alias", self.alias)):
            if len(value) > LONGEST_TAG:
                raise ValueError(f"{name} of a figure is longer than {LONGEST_TAG} characters: {value!r}")
        if self.alias and not self.tag:
            raise ValueError(f"a piece with an alias needs a tag: {self.alias!r}")


class InlineWriter:
    """Writes pieces as runs and controls; one writer per document, so that ids and names stay unique."""

    def __init__(self) -> None:
        """Begin with no figure written."""
        self._figures = 0

    def write(self, pieces: Iterable[Piece], character_style: str = "") -> str:
        """Give the XML of `pieces`, each run in `character_style` when one is named."""
        return "".join(self._piece(piece, character_style) for piece in pieces if piece.text or piece.tag)

    def _piece(self, piece: Piece, character_style: str) -> str:
        properties = _run_properties(piece, character_style)
        run = f"<w:r>{properties}{_content(piece.text)}</w:r>"
        if not piece.tag:
            return run
        self._figures += 1
        number = self._figures
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="{bookmark_name(piece.tag, number)}"/>'
            f"<w:sdt><w:sdtPr>{properties}<w:alias w:val={quoteattr(piece.alias or piece.tag)}/>"
            f'<w:tag w:val={quoteattr(piece.tag)}/><w:id w:val="{number}"/>{_kind(piece.text)}</w:sdtPr>'
            f'<w:sdtContent>{run}</w:sdtContent></w:sdt><w:bookmarkEnd w:id="{number}"/>'
        )


def bookmark_name(tag: str, number: int) -> str:
    """Give the hidden bookmark of the `number`-th figure: `_hb_`, the tag as far as it fits, the number.

    Word hides names that begin with an underscore and allows letters, digits and underscores only.
    """
    ending = f"_{number}"
    return "_hb_" + re.sub(r"\W", "_", tag)[: LONGEST_BOOKMARK - len("_hb_") - len(ending)] + ending


def is_wide(character: str) -> bool:
    """Tell whether `character` takes a full square in a Chinese face (UAX 11: wide, full or ambiguous)."""
    return unicodedata.east_asian_width(character) in "WFA"


def _run_properties(piece: Piece, character_style: str) -> str:
    style = f'<w:rStyle w:val="{character_style}"/>' if character_style else ""
    bold = "<w:b/><w:bCs/>" if piece.bold else ""
    return f"<w:rPr>{style}{bold}</w:rPr>" if style or bold else ""


def _content(text: str) -> str:
    """Give `text` as the content of one run, line ends and tabs as Word's own elements."""
    parts = []
    for part in _BREAKS.split(text):
        if part == "\n":
            parts.append("<w:br/>")
        elif part == "\t":
            parts.append("<w:tab/>")
        elif part:
            parts.append(f'<w:t xml:space="preserve">{escape(part)}</w:t>')
    return "".join(parts) or "<w:t/>"


def _kind(text: str) -> str:
    """Make the control plain text, except where LibreOffice 7.4 would then repeat its content.

    It does so when a plain control mixes Chinese and Latin text ("1.20万"); such a control stays rich.
    """
    wide = {is_wide(character) for character in text}
    if len(wide) > 1:
        return ""
    return '<w:text w:multiLine="1"/>' if "\n" in text else "<w:text/>"
