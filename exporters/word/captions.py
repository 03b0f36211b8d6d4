"""Numbers of tables and figures, 表1 and 图1, and references to them, as fields Word keeps up to date."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["table", "figure"]

_LABELS: dict[Kind, str] = {"table": "表", "figure": "图"}
_OPEN, _CLOSE = "\ufdd6", "\ufdd7"  # no text has them: see pieces.clean_text
_UNRESOLVED = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_FIRST_BOOKMARK = 1_000_000  # far from the ids of figures in the text


@dataclass(frozen=True)
class Reference:
    """A mention of the table or figure whose title has this key; it reads 表1 or 图1, and follows its number."""

    kind: Kind
    key: str


class UnknownReference(ValueError):
    """The text mentions tables or figures that have no title; `references` are these."""

    def __init__(self, references: list[Reference]) -> None:
        super().__init__(", ".join(f"{reference.kind} {reference.key!r}" for reference in references))
        self.references = references


class Captions:
    """Counts the titles of one document and knows who mentions them, before or after."""

    def __init__(self) -> None:
        self._counts: dict[Kind, int] = {"table": 0, "figure": 0}
        self._marks: dict[Reference, int] = {}
        self._numbers: dict[int, int] = {}

    def caption(self, kind: Kind, key: str) -> str:
        """Give the inline XML of the label and number of the next title, bookmarked when it has a key.

        ValueError when another title of this kind has the same key.
        """
        self._counts[kind] += 1
        number = self._counts[kind]
        label = _LABELS[kind]
        text = f'<w:r><w:t>{label}</w:t></w:r><w:fldSimple w:instr=" SEQ {label} \\* ARABIC "><w:r><w:t>{number}</w:t>'
        text += "</w:r></w:fldSimple>"
        if key:
            mark = self._mark(Reference(kind, key))
            if mark in self._numbers:
                raise ValueError(f"two titles of a {kind} have the key {key!r}")
            self._numbers[mark] = number
            id = _FIRST_BOOKMARK + mark
            text = f'<w:bookmarkStart w:id="{id}" w:name="_Ref_{mark}"/>{text}<w:bookmarkEnd w:id="{id}"/>'
        return text

    def mention(self, reference: Reference, run_properties: str = "") -> str:
        """Give the inline XML of a reference; its number is put in by `resolve`."""
        mark = self._mark(reference)
        return (
            f'<w:fldSimple w:instr=" REF _Ref_{mark} \\h "><w:r>{run_properties}<w:t>'
            f"{_LABELS[reference.kind]}{_OPEN}{mark}{_CLOSE}</w:t></w:r></w:fldSimple>"
        )

    def resolve(self, xml: str) -> str:
        """Give finished text with the number in every reference; UnknownReference when a title is wanting."""
        unknown = [reference for reference, mark in self._marks.items() if mark not in self._numbers]
        if unknown:
            raise UnknownReference(unknown)
        return _UNRESOLVED.sub(lambda found: str(self._numbers[int(found[1])]), xml) if self._marks else xml

    def _mark(self, reference: Reference) -> int:
        return self._marks.setdefault(reference, len(self._marks) + 1)
