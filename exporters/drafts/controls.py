"""The inline WordprocessingML of a template's line: words, grey directives, and a control for every blank."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from exporters.drafts.lines import Token, tokens
from exporters.drafts.wording import Wording
from exporters.word.pieces import LONGEST_TAG, clean_text
from workbook.blank import held_as

BOOKMARK = "_hbt_"
_BREAKS = re.compile(r"(\n|\t)")


def held(text: str) -> list[str]:
    """Return every {{…}} of a text that has a control, in order: the number of its bookmark is its place."""
    return [t.source for t in tokens(text) if t.kind == "value" and fits(t.source)]


def fits(source: str) -> bool:
    """Return whether a {{…}} fits into a tag; Word refuses to open a file with a longer one."""
    tag = held_as(source)
    return len(tag) <= LONGEST_TAG and clean_text(tag) == tag and not any(c in tag for c in "\n\r\t")


@dataclass
class Controls:
    """Writes the text of lines; numbers its controls in the order they are written."""

    wording: Wording
    ids: Mapping[str, str]
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._figures, self._texts = (_list(c) for c in (self.wording.choices, self.wording.text_choices))

    def line(self, text: str, *, lead: bool = False, key: str = "") -> str:
        """Return a line; with `lead` its first sentence set apart, a `key` behind it in grey."""
        opening = lead
        out = []
        for token in tokens(text):
            style = "lead" if opening else ""
            if opening and token.kind == "words" and "。" in token.source:
                first, stop, rest = token.source.partition("。")
                out += [self.run(first + stop, "lead"), self.run(rest)]
                opening = False
            else:
                out.append(self._token(token, style))
        return "".join(out) + self.run(key, "code")

    def run(self, text: str, style: str = "") -> str:
        """Return words as a run."""
        properties = f'<w:rPr><w:rStyle w:val="{self.ids[style]}"/></w:rPr>' if style else ""
        return f"<w:r>{properties}{_content(text)}</w:r>" if text else ""

    def _token(self, token: Token, style: str) -> str:
        if token.kind == "words":
            return self.run(token.source, style)
        if token.kind != "value" or not fits(token.source):
            return self.run(token.source, "code")
        blank = self.wording.blank(token.source)
        after = self.run(self.wording.word(blank), style) if blank else ""
        return self._control(token.source) + after

    def _control(self, source: str) -> str:
        self.written.append(source)
        number, blank = len(self.written), self.wording.blank(source)
        pack = self.wording.pack
        if blank is not None and blank.code in pack.indicators:
            lock, kind = "", self._figures
        elif blank is not None and blank.code in pack.texts:
            lock, kind = "", self._texts
        else:
            lock, kind = '<w:lock w:val="contentLocked"/>', ""
        alias = clean_text(self.wording.called(source))[:LONGEST_TAG]
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="{BOOKMARK}{number}"/><w:sdt><w:sdtPr>'
            f"<w:alias w:val={quoteattr(alias)}/><w:tag w:val={quoteattr(held_as(source))}/>"
            f'<w:id w:val="{number}"/>{lock}{kind}</w:sdtPr>'
            f"<w:sdtContent>{self.run(self.wording.shown(source), 'blank')}</w:sdtContent></w:sdt>"
            f'<w:bookmarkEnd w:id="{number}"/>'
        )


def _list(choices: Sequence[tuple[str, str]]) -> str:
    items = "".join(f"<w:listItem w:displayText={quoteattr(s)} w:value={quoteattr(v)}/>" for s, v in choices)
    return f"<w:dropDownList>{items}</w:dropDownList>"


def _content(text: str) -> str:
    parts = []
    for part in _BREAKS.split(clean_text(text)):
        if part in ("\n", "\t"):
            parts.append("<w:br/>" if part == "\n" else "<w:tab/>")
        elif part:
            parts.append(f'<w:t xml:space="preserve">{escape(part)}</w:t>')
    return "".join(parts)
