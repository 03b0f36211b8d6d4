"""What units wrote that the office may choose from: one item of a list or table each, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from workbook.collection import Collection
from workbook.model import Pack, TextInput, TextRow, Unit
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
        whole = "\0".join((self.section, self.title, self.body, self.rest))
        return sha256("".join(whole.split()).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of a unit's accepted form."""

    unit: Unit
    text: TextInput
    number: int
    words: Words
    row: TextRow
    key: str  # what it is known by: it changes when its words change


class Fields:
    """Where title, body, section and all else of a text input's items stand: looked up once for thousands of items."""

    def __init__(self, text: TextInput) -> None:
        names = [s.name for s in text.subfields]
        shown = fields_of(text)
        self._title, self._body = (names.index(name) if name else None for name in shown)
        self._others = [(n, s.name, f"{s.label}：") for n, s in enumerate(text.subfields) if s.name not in shown]
        self._section = next((n for n, name, _ in self._others if name == SECTION), None)

    def told(self, row: TextRow) -> tuple[str, str, str]:
        """Return title, body and the other fields of an item, these in words."""
        return self._at(row, self._title), self._at(row, self._body), self._in_words(row, None)

    def words(self, row: TextRow) -> Words:
        """Return what an item says."""
        section, title, body = self._at(row, self._section), self._at(row, self._title), self._at(row, self._body)
        return Words(section, title, body, self._in_words(row, SECTION))

    def _at(self, row: TextRow, place: int | None) -> str:
        return "" if place is None else row.values[place]

    def _in_words(self, row: TextRow, but: str | None) -> str:
        """Return the other fields but one as label：value；label：value."""
        values = row.values
        return "；".join([label + values[n] for n, name, label in self._others if values[n] and name != but])


def fields_of(text: TextInput) -> tuple[str, str]:
    """Return the names of the fields that hold title and body of an item, "" for a title it has not.

    They are the first two that hold running text; an item of one text has no title.
    """
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
        fields = Fields(text)
        for submission in collection.submissions.values():
            seen: dict[str, int] = {}
            for number, row in enumerate(submission.texts.get(code, ()), 1):
                words = fields.words(row)
                fingerprint = words.fingerprint
                repeat = seen[fingerprint] = seen.get(fingerprint, 0) + 1  # of items that say the very same
                if any(row.values):
                    key = f"{submission.unit.code}|{code}|{fingerprint}" + (f"|{repeat}" if repeat > 1 else "")
                    yield Candidate(submission.unit, text, number, words, row, key)
