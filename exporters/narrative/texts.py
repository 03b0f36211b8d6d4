"""What one unit wrote, as it stands in its own report: whole texts, lists in order, names in their marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from exporters.prose import lists
from exporters.prose.marks import mark, missing, plain, readable, words
from exporters.prose.ordinals import chinese_number
from workbook.blank import tag
from workbook.messages import say
from workbook.model import Pack, Submission, TextInput

Row = dict[str, str]

_DATE = re.compile(r"(\d{4})\D(\d{1,2})(?:\D(\d{1,2}))?")
_LATER, _EARLIER = "date_desc", ("date", "due")


@dataclass
class Texts:
    """Tells the texts of one submission; `lost` has why one is missing, by its tag."""

    pack: Pack
    submission: Submission
    forbidden: frozenset[str]
    lost: dict[str, str] = field(default_factory=dict)

    def rows(self, code: str, section: str = "", **equal: str) -> list[Row]:
        """Return the items of a text input in its order, each column by name: of one section, with columns equal to.

        Running text is marked as the unit's own words; a section, level, date or choice is plain.
        """
        text = self.pack.texts[code]
        if text.sensitive in self.forbidden:
            return []
        wanted = {**equal, **({"section": section} if section else {})}
        kept = []
        for row in self.submission.texts.get(code, ()):
            values = {s.name: plain(v) for s, v in zip(text.subfields, row.values, strict=True)}
            if any(values.values()) and all(values.get(k) == v for k, v in wanted.items()):
                kept.append(values)
        free = {s.name for s in text.subfields if s.kind == "text"}
        rows = self._sorted(text, kept)
        return [{k: words(lists.balanced(v)) if k in free else v for k, v in row.items()} for row in rows]

    def _sorted(self, text: TextInput, rows: list[Row]) -> list[Row]:
        """Return rows in the order the pack asks for within one unit; keys between units say nothing here."""
        for key in reversed(text.order.split(">")):
            rows = sorted(rows, key=self._key(key, text))
        return rows

    def _key(self, key: str, text: TextInput) -> Callable[[Row], Any]:
        levels = {level: place for place, level in enumerate(self.pack.levels)}
        if key == "level_desc":
            return lambda row: levels.get(row.get("level", ""), len(levels))
        if key in (*_EARLIER, _LATER):
            column = next((s.name for s in text.subfields if s.kind == "date"), "")
            sign = -1 if key == _LATER else 1
            return lambda row: [sign * int(n) for n in re.findall(r"\d+", row.get(column, ""))]
        if key == "pieces_desc":
            return lambda row: -int(row.get("pieces") or 0) if (row.get("pieces") or "0").isdigit() else 0
        return lambda row: 0

    def text(self, code: str) -> str:
        """Return a whole text as sentences, the mark of a missing one where nothing was written."""
        told = [lists.sentence(self._line(row)) for row in self.rows(code)]
        return "".join(told) or self.drop(code)

    def ordered(self, given: str | Sequence[Row], most: int = 99) -> str:
        """Return items as 一是……。二是……。, an item being its title and what it says."""
        rows = self._given(given)[:most]
        if not rows:
            return self.drop(given) if isinstance(given, str) else ""
        return lists.ordered([lists.sentence(self._line(row)) for row in rows])

    def _line(self, row: Row) -> str:
        """Return an item as running text: its title, then its body as further sentences."""
        told = [v for v in row.values() if v]
        title, body = next(iter(told), ""), row.get("body") or row.get("detail") or ""
        return lists.sentence(title) + body if body and body != title else title

    def books(self, given: str | Sequence[Row], most: int = 3) -> str:
        """Return the names of documents in 《》, 等 where there are more."""
        return self._names(given, "《》", most)

    def quoted(self, given: str | Sequence[Row], most: int = 6) -> str:
        """Return names in “”, 等 where there are more."""
        return self._names(given, "“”", most)

    def listed(self, given: str | Sequence[Row], most: int = 6) -> str:
        """Return names as they are, 等 where there are more."""
        found = self._first(given)
        if not found:
            return self.drop(given) if isinstance(given, str) else ""
        return "、".join(words(n) for n in found[:most]) + (say("word.etc") if len(found) > most else "")

    def _names(self, given: str | Sequence[Row], around: str, most: int) -> str:
        found = self._first(given)
        if not found:
            return self.drop(given) if isinstance(given, str) else ""
        return lists.names(found, around, most)

    def _first(self, given: str | Sequence[Row]) -> list[str]:
        """Return the first column of the items, each name once."""
        return list(dict.fromkeys(n for row in self._given(given) if (n := plain(next(iter(row.values()), "")))))

    def _given(self, given: str | Sequence[Row]) -> Sequence[Row]:
        return self.rows(given) if isinstance(given, str) else given

    def count(self, code: str, most: int = 99) -> str:
        """Return how many items of a list are printed, in Chinese numerals."""
        number = min(len(self.rows(code)), most)
        if not number:
            return self.drop(code)
        return mark(tag(code, self.submission.unit.code, "rows"), chinese_number(min(number, 99)))

    def drop(self, code: str) -> str:
        """Return the mark of a missing text and note why it is missing."""
        name = tag(code, self.submission.unit.code, "text")
        why = "report.forbidden" if self.pack.texts[code].sensitive in self.forbidden else "report.not_written"
        self.lost[name] = say("report.lost", name=self.pack.texts[code].name, why=say(why))
        return missing(name)


def day(text: str) -> str:
    """Return a date as running text has it, without the year: 5月20日; what is no date as it is."""
    found = _DATE.search(readable(text))
    if not found:
        return text
    return say("report.month_day" if found[3] else "report.month", m=int(found[2]), d=int(found[3] or 0))
