"""Where the rows and columns of figures stand on a sheet now.

A row is known by the code hidden in its first column, else by its exact name; a column by its heading, else by the
place it was handed out at, if what stands around it is still in its own place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from workbook.layout import CODE, DEFINITION, NAME, WORD, Layout, Section
from workbook.messages import say
from workbook.model import MEASURES, Measure
from workbook.reading.grid import NOWHERE, Sheet, squeezed

Heads: TypeAlias = dict[str, list[int]]  # heading of the form -> the columns it stands over

_HEADS = ("code", "number", "name", "word", *MEASURES, "change", "definition")


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator's row, counted from 0. `other` is the indicator whose name stands beside the code of this one."""

    code: str
    number: int
    coded: bool  # known by its code, else by its name
    named: bool = True  # its own name stands in it
    other: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet of figures as it stands now; `section` is what it was handed out as."""

    sheet: Sheet
    section: Section
    rows: tuple[Row, ...]
    heads: tuple[tuple[int, Heads], ...]  # rows with headings, from the top
    assumed: Mapping[Measure, int]  # columns without a heading that are certain all the same
    edge: int  # the column of definitions: what is left of it belongs to the table

    def head_of(self, row: int) -> Heads:
        """Return the headings that hold for a row: the nearest above, else the first."""
        above = [heads for number, heads in self.heads if number <= row]
        return above[-1] if above else self.heads[0][1] if self.heads else {}

    def columns(self, row: int, measure: Measure) -> Sequence[int]:
        """Return the columns a measure of a row stands in: one, none where it cannot be told, more where copied."""
        found = self.head_of(row).get(measure)
        return found or ([self.assumed[measure]] if measure in self.assumed else ())


@dataclass(frozen=True, slots=True)
class Labels:
    """What the form prints, without blanks, so that it is known again."""

    layout: Layout
    own: Mapping[str, str]  # code -> name
    holders: Mapping[str, Mapping[str, str]]  # name -> sheet -> code, "" where several on a sheet are called so
    heads: Mapping[str, str]
    sections: Mapping[str, Section]  # by code
    mark: str  # behind the names of required ones

    def code_of(self, name: str, section: Section) -> str:
        """Return the one indicator of this name, on the section's sheet or else anywhere; "" if it is not just one."""
        holders = self.holders.get(name.removesuffix(self.mark), {})
        if section.sheet in holders:
            return holders[section.sheet]
        return next(iter(holders.values())) if len(holders) == 1 else ""


def labels_of(layout: Layout) -> Labels:
    """Return the labels of a form."""
    own = {c: squeezed(layout.indicators[c].name) for s in layout.sections for c in s.rows}
    holders: dict[str, dict[str, str]] = {}
    for section in layout.sections:
        for code in section.rows:
            here = holders.setdefault(own[code], {})
            here[section.sheet] = "" if section.sheet in here else code
    heads = {squeezed(say(f"form.head_{key}")): key for key in _HEADS}
    sections = {c: s for s in layout.sections for c in s.rows}
    return Labels(layout, own, holders, heads, sections, squeezed(say("form.required_mark")))


@dataclass(slots=True)
class _Seen:
    """What was seen of our labels on a sheet: in which columns, of which sections."""

    codes: Counter[int] = field(default_factory=Counter)
    sections: Counter[str] = field(default_factory=Counter)
    names: Counter[tuple[str, int]] = field(default_factory=Counter)
    heads: dict[int, Heads] = field(default_factory=dict)


def find_table(sheet: Sheet, labels: Labels, *, texts: bool) -> Table | None:
    """Return the figures of a sheet, None where it holds none.

    `texts` says that it holds text inputs, whose cells may name indicators too.
    """
    seen = _look_over(sheet, labels)
    section = _section(sheet, seen, labels)
    if section is None:
        return None
    code_column = seen.codes.most_common(1)[0][0] if seen.codes else NOWHERE
    named = Counter({c: n for (s, c), n in seen.names.items() if s == section.sheet})
    name_column = named.most_common(1)[0][0] if named else NOWHERE
    heads = _heading_rows(seen)
    rows = _rows(sheet, labels, section, (code_column, name_column))
    if not rows or (not heads and (texts or 2 * len(rows) < len(section.rows))):
        return None
    shift = _shift(sheet, labels, rows, (code_column, name_column))
    table = Table(sheet, section, rows, heads, {}, _edge(heads, shift))
    return Table(sheet, section, rows, heads, _assumed(table, labels, shift), table.edge)


def _look_over(sheet: Sheet, labels: Labels) -> _Seen:
    seen = _Seen()
    for number, row in enumerate(sheet.grid):
        for column, raw in enumerate(row):
            text = squeezed(raw)
            if not text:
                continue
            if text in labels.sections:
                seen.codes[column] += 1
                seen.sections[labels.sections[text].sheet] += 1
            elif text in labels.heads:
                seen.heads.setdefault(number, {}).setdefault(labels.heads[text], []).append(column)
            else:
                for name in labels.holders.get(text.removesuffix(labels.mark), ()):
                    seen.names[name, column] += 1
    return seen


def _section(sheet: Sheet, seen: _Seen, labels: Labels) -> Section | None:
    """Return what a sheet was handed out as: by most codes, else by its name, else by most names."""
    sections = {s.sheet: s for s in labels.layout.sections}
    if seen.sections:
        return sections[seen.sections.most_common(1)[0][0]]
    if not seen.names:
        return None
    return sections.get(sheet.name) or sections[seen.names.most_common(1)[0][0][0]]


def _heading_rows(seen: _Seen) -> tuple[tuple[int, Heads], ...]:
    """Return the rows with headings of figures; a lone heading counts only where there are no better ones."""
    rows = [(n, h) for n, h in sorted(seen.heads.items()) if any(m in h for m in MEASURES)]
    return tuple([(n, h) for n, h in rows if len(h) > 1] or rows)


def _rows(sheet: Sheet, labels: Labels, section: Section, columns: tuple[int, int]) -> tuple[Row, ...]:
    rows = []
    for number in range(len(sheet.grid)):
        code, name = (squeezed(sheet.at(number, c)) for c in columns)
        by_name = labels.code_of(name, section)
        if code in labels.sections:
            own = name.removesuffix(labels.mark) == labels.own[code]
            rows.append(Row(code, number, coded=True, named=own, other="" if own else by_name))
        elif by_name:
            rows.append(Row(by_name, number, coded=False))
    return tuple(rows)


def _shift(sheet: Sheet, labels: Labels, rows: Sequence[Row], columns: tuple[int, int]) -> int | None:
    """Return by how many columns the whole table was moved; None if not all of it stands in one piece.

    Names, measure words and definitions must stand in most rows where the layout puts them; they enclose the figures.
    """
    code_column, name_column = columns
    shift = name_column - NAME
    if name_column == NOWHERE or (code_column != NOWHERE and code_column - CODE != shift):
        return None
    for place in (WORD, DEFINITION):
        asked = [(r.number, _printed(labels, r.code, place)) for r in rows]
        hits = sum(squeezed(sheet.at(n, place + shift)) == text for n, text in asked if text)
        if 2 * hits <= sum(bool(text) for _, text in asked):
            return None
    return shift


def _printed(labels: Labels, code: str, place: int) -> str:
    item = labels.layout.indicators[code]
    return squeezed(item.measure_word if place == WORD else item.definition)


def _edge(heads: Sequence[tuple[int, Heads]], shift: int | None) -> int:
    headed = [c for _, h in heads for c in h.get("definition", ())]
    return max(headed) if headed else NOWHERE if shift is None else DEFINITION + shift


def _assumed(table: Table, labels: Labels, shift: int | None) -> dict[Measure, int]:
    """Return the columns of measures without a heading, where nothing else can stand in their place."""
    if shift is None:
        return {}
    assumed: dict[Measure, int] = {}
    for measure in needed(table, labels.layout):
        column = labels.layout.column(measure) + shift
        blank = all(not squeezed(table.sheet.at(number, column)) for number, _ in table.heads)
        if blank and not any(measure in h for _, h in table.heads):
            assumed[measure] = column
    return assumed


def needed(table: Table, layout: Layout) -> list[Measure]:
    """Return the measures some row of the table is asked for."""
    asked = {m for r in table.rows for m in layout.measures(layout.indicators[r.code])}
    return [m for m in MEASURES if m in asked]
