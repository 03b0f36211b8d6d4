"""What one unit wrote, as it stands in its own report: whole texts, lists in order, names in their marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from exporters.prose import lists
from exporters.prose.marks import mark, missing, plain, readable, words
from exporters.prose.ordinals import chinese_number, counted
from workbook.blank import tag
from workbook.messages import say
from workbook.model import Pack, Submission, TextInput

Row = dict[str, str]
Given = str | Sequence[Row]  # a text input by its code: noted when nothing was written; or some of its items

_DATE = re.compile(r"(\d{4})\D(\d{1,2})(?:\D(\d{1,2}))?")
_LATER, _EARLIER = "date_desc", ("date", "due")


@dataclass
class Texts:
    """Tells the texts of one submission; `lost` has why one is missing, by its tag."""

    pack: Pack
    submission: Submission
    forbidden: frozenset[str]
    lost: dict[str, str] = field(default_factory=dict)
    _rows: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, code: str, section: str | Sequence[str] | None = None, **equal: str) -> list[Row]:
        """Return the items of a text input in its order, each column by name: of some sections, with columns equal to.

        Running text is marked as the unit's own words; a section, level, date or choice is plain.
        """
        text = self.pack.texts[code]
        if text.sensitive in self.forbidden:
            return []
        sections = (section,) if isinstance(section, str) else section
        return [
            row
            for row in self._all(text)
            if (sections is None or row.get("section", "") in sections)
            and all(readable(row.get(k, "")) == v for k, v in equal.items())
        ]

    def _all(self, text: TextInput) -> list[Row]:
        """Return all items of a text input that say anything; worked out once."""
        if text.code not in self._rows:
            self._rows[text.code] = self._told(text)
        return self._rows[text.code]

    def _told(self, text: TextInput) -> list[Row]:
        items = self.submission.texts.get(text.code, ())
        rows = [{s.name: plain(v) for s, v in zip(text.subfields, item.values, strict=True)} for item in items]
        free = {s.name for s in text.subfields if s.kind == "text"}
        kept = self._sorted(text, [row for row in rows if any(row.values())])
        return [{k: words(lists.balanced(v)) if k in free else v for k, v in row.items()} for row in kept]

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

    def ordered(self, given: Given, most: int = 99) -> str:
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

    def joined(self, given: Sequence[Row]) -> str:
        """Return items as sentences one after another, without ordinals."""
        return "".join(lists.sentence(self._line(row)) for row in given)

    def books(self, given: Given, most: int = 3, counted: bool | str = False) -> str:
        """Return the names of documents in 《》; see `named`."""
        return self._named(given, "《》", most, counted)

    def quoted(self, given: Given, most: int = 6, counted: bool | str = False) -> str:
        """Return names in “”; see `named`."""
        return self._named(given, "“”", most, counted)

    def listed(self, given: Given, most: int = 6, counted: bool | str = False) -> str:
        """Return names as they are; see `named`."""
        return self._named(given, "", most, counted)

    def _named(self, given: Given, around: str, most: int, counted: bool | str) -> str:
        """Return names, 等 where there are more, and where their number follows in the text (`counted` is true).

        With a measure word as `counted` their number is told right here: “甲”“乙”两项, “甲”“乙”等五项; none after one.
        """
        found = self._first(given)
        if not found:
            return self.drop(given) if isinstance(given, str) else ""
        told = lists.names(found if around else [*map(words, found)], around, most, counted=counted is True)
        if isinstance(counted, str) and isinstance(given, str) and len(found) > 1:
            told += self.count(given) + counted
        return told

    def column(self, code: str, name: str) -> list[Row]:
        """Return one column of a list, to be named like a list of its own."""
        return [{name: row.get(name, "")} for row in self.rows(code)]

    def claims(self, *codes: str) -> list[Row]:
        """Return the claims of a leading place that a unit gave evidence of for one of these indicators."""
        found = []
        for text in self.pack.texts.values():
            names = {s.name for s in text.subfields}
            if {"claim", "metric", "basis"} <= names:
                found += [r for r in self.rows(text.code) if r["metric"] in codes and r["basis"]]
        return found

    def _first(self, given: Given) -> list[str]:
        """Return the first column of the items, each name once."""
        return list(dict.fromkeys(n for row in self._given(given) if (n := plain(next(iter(row.values()), "")))))

    def _given(self, given: Given) -> Sequence[Row]:
        return self.rows(given) if isinstance(given, str) else given

    def count(self, code: str) -> str:
        """Return how many items a list has, in Chinese numerals."""
        number = len(self.rows(code))
        if not number:
            return self.drop(code)
        return mark(tag(code, self.submission.unit.code, "rows"), counted(min(number, 99)))

    def drop(self, code: str) -> str:
        """Return the mark of a missing text and note why it is missing."""
        name = tag(code, self.submission.unit.code, "text")
        why = "report.forbidden" if self.pack.texts[code].sensitive in self.forbidden else "report.not_written"
        self.lost[name] = say("report.lost", name=self.pack.texts[code].name, why=say(why))
        return missing(name)


def day(text: str) -> str:
    """Return a date as a document has it: 2020年6月30日, 2020年6月; "" for what is no date."""
    found = _DATE.search(text)
    if not found:
        return ""
    year, month, of_month = (int(n or 0) for n in found.groups())
    return say("report.day" if of_month else "report.month", y=year, m=month, d=of_month)


def nth(loop: Any) -> str:
    """Return 一是, 二是 … in a loop of a template; nothing where it has one turn only."""
    return say("report.nth", n=chinese_number(loop.index)) if loop.length > 1 else ""
