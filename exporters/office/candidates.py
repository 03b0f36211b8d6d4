"""What units wrote that the office may choose from: one item of a list or table each, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from workbook.collection import Collection
from workbook.model import Pack, Subfield, TextInput, TextRow, Unit
from workbook.tables import read_text

SECTION = "section"


@dataclass(frozen=True, slots=True)
class Words:
    """What an item says: the section it is filed under, its title, what it tells, its other fields."""

    section: str
    title: str
    body: str
    rest: str

    @property
    def fingerprint(self) -> str:
        """The same as long as nothing but blanks and line breaks changes."""
        squeezed = "\0".join("".join(t.split()) for t in (self.section, self.title, self.body, self.rest))
        return sha256(squeezed.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of a unit's accepted form."""

    unit: Unit
    text: TextInput
    number: int
    words: Words
    row: TextRow
    key: str  # what it is known by: it changes when its words change


def split_words(text: TextInput, row: TextRow) -> tuple[str, str, list[tuple[Subfield, str]]]:
    """Return title, body and the other fields of an item; an item of one text has no title.

    Title and body are the first two fields that hold running text.
    """
    pairs = list(zip(text.subfields, row.values, strict=True))
    running = [p for p in pairs if p[0].limit][:2]
    shown = [s.name for s, _ in running]
    others = [(s, v) for s, v in pairs if s.name not in shown]
    told = [v for _, v in running]
    return told[0] if len(told) > 1 else "", told[-1] if told else "", others


def in_words(pairs: list[tuple[Subfield, str]]) -> str:
    """Return fields as label：value；label：value."""
    return "；".join(f"{s.label}：{v}" for s, v in pairs if v)


def fields_of(text: TextInput) -> tuple[str, str]:
    """Return the names of the fields that hold title and body of an item, "" for a title it has not."""
    running = [s.name for s in text.subfields if s.limit][:2]
    return (running[0] if len(running) > 1 else "", running[-1] if running else "")


def choosable(pack: Pack) -> dict[str, TextInput]:
    """Return the text inputs the office chooses from.

    Lists and tables that an editor must choose from, and those a merged report prints; never restricted ones.
    """
    told = _merged_reports(pack)
    return {
        code: text
        for code, text in pack.texts.items()
        if text.kind in ("list", "table")
        and text.place == "texts"
        and text.sensitive != "restricted"
        and (text.editor or code in told)
    }


def _merged_reports(pack: Pack) -> str:
    paths = [pack.root / g.template for g in pack.genres.values() if not g.tiers]
    return "".join(_read(path) for path in paths if path.is_file())


@lru_cache(maxsize=8)
def _read(path: Path) -> str:
    return read_text(path)


def candidates(collection: Collection) -> Iterator[Candidate]:
    """Yield every item of accepted forms that the office may choose, by text input, then by unit, as written."""
    for code, text in choosable(collection.round.pack).items():
        for submission in collection.submissions.values():
            seen: dict[str, int] = {}
            for number, row in enumerate(submission.texts.get(code, ()), 1):
                words = words_of(text, row)
                fingerprint = words.fingerprint
                repeat = seen[fingerprint] = seen.get(fingerprint, 0) + 1  # of items that say the very same
                if any(row.values):
                    key = f"{submission.unit.code}|{code}|{fingerprint}" + (f"|{repeat}" if repeat > 1 else "")
                    yield Candidate(submission.unit, text, number, words, row, key)


def words_of(text: TextInput, row: TextRow) -> Words:
    """Return what an item says."""
    title, body, others = split_words(text, row)
    section = next((v for s, v in others if s.name == SECTION), "")
    return Words(section, title, body, in_words([(s, v) for s, v in others if s.name != SECTION]))
