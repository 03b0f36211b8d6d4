"""Where the rows and columns of figures stand on a sheet now.

A row is known by the code hidden in its first column, else by its exact name; a column by its heading, else by the
line above the headings that says what is to be filled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from workbook.layout import CHANGE, EARLIER, PRIOR, Layout, Section
from workbook.messages import say
from workbook.model import MEASURES, Measure
from workbook.reading.grid import NOWHERE, Sheet, squeezed
from workbook.same import Same

Heads: TypeAlias = dict[str, list[int]]  # heading of the form -> the columns it stands over
Printed: TypeAlias = tuple[tuple[int, int, str], ...]  # what the form prints, as far as it stands on a sheet

_MOST_REMEMBERED = 1_000  # texts of a sheet whose places are remembered; the form prints 200
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
        if len(self.heads) == 1:
            return self.heads[0][1]
        for number, heads in reversed(self.heads):
            if number <= row:
                return heads
        return self.heads[0][1] if self.heads else {}

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
    hints: Mapping[str, str]  # the line above the headings: which colour is to be filled
    sections: Mapping[str, Section]  # by code
    sheets: Mapping[str, Section]  # by the name of their sheet
    mark: str  # behind the names of required ones
    known: frozenset[str]  # all of these texts

    def code_of(self, name: str, section: Section) -> str:
        """Return the one indicator of this name, on the section's sheet or else anywhere; "" if it is not just one."""
        holders = self.holders.get(name.removesuffix(self.mark), {})
        if section.sheet in holders:
            return holders[section.sheet]
        return next(iter(holders.values())) if len(holders) == 1 else ""


def labels_of(layout: Layout) -> Labels:
    """Return the labels of a form."""
    return _labels(Same(layout))


@lru_cache(maxsize=32)
def _labels(same: Same[Layout]) -> Labels:
    layout = same.it
    own = {c: squeezed(layout.indicators[c].name) for s in layout.sections for c in s.rows}
    holders: dict[str, dict[str, str]] = {}
    for section in layout.sections:
        for code in section.rows:
            here = holders.setdefault(own[code], {})
            here[section.sheet] = "" if section.sheet in here else code
    heads = {squeezed(say(f"form.head_{key}")): key for key in _HEADS}
    hints = {squeezed(say(f"form.short_{key}")): key for key in ("input", "carried", "computed")}
    sections = {c: s for s in layout.sections for c in s.rows}
    sheets = {s.sheet: s for s in layout.sections}
    mark = squeezed(say("form.required_mark"))
    known = frozenset({*sections, *heads, *hints, *holders, *(name + mark for name in holders)})
    return Labels(layout, own, holders, heads, hints, sections, sheets, mark, known)


@dataclass(slots=True)
class _Seen:
    """What was seen of our labels on a sheet: in which columns, of which sections."""

    codes: Counter[int] = field(default_factory=Counter)
    sections: Counter[str] = field(default_factory=Counter)
    names: Counter[tuple[str, int]] = field(default_factory=Counter)
    heads: dict[int, Heads] = field(default_factory=dict)
    hints: dict[str, list[int]] = field(default_factory=dict)  # what is to be filled -> columns


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where the figures of a sheet stand by what the form prints. `hinted` has columns of measures without heading."""

    section: Section
    rows: tuple[Row, ...]
    heads: tuple[tuple[int, Heads], ...]
    hinted: Mapping[Measure, int]
    edge: int


def find_table(sheet: Sheet, labels: Labels, *, texts: bool) -> Table | None:
    """Return the figures of a sheet, None where it holds none.

    `texts` says that it holds text inputs, whose cells may name indicators too.
    """
    printed = tuple([cell for cell in sheet.texts if cell[2] in labels.known])
    stands = _stands if len(printed) < _MOST_REMEMBERED else _stands.__wrapped__
    found = stands(Same(labels), sheet.name if sheet.name in labels.sheets else "", printed)
    if found is None or not found.rows:
        return None
    heads = found.heads
    if not heads and (texts or 2 * len(found.rows) < len(found.section.rows)):
        return None
    assumed = {m: c for m, c in found.hinted.items() if not any(squeezed(sheet.at(n, c)) for n, _ in heads)}
    return Table(sheet, found.section, found.rows, heads, assumed, found.edge)


@lru_cache(maxsize=128)
def _stands(same: Same[Labels], name: str, printed: Printed) -> _Standing | None:
    """Return where figures stand on a sheet of this name; the same in all forms that nobody changed."""
    labels = same.it
    seen = _look_over(printed, labels)
    section = _section(name, seen, labels)
    if section is None:
        return None
    code_column = seen.codes.most_common(1)[0][0] if seen.codes else NOWHERE
    named = Counter({c: n for (s, c), n in seen.names.items() if s == section.sheet})
    name_column = named.most_common(1)[0][0] if named else NOWHERE
    heads = _heading_rows(seen)
    rows = _rows(printed, labels, section, (code_column, name_column))
    edge = max((c for _, h in heads for c in h.get("definition", ())), default=NOWHERE)
    asked = {m for r in rows for m in labels.layout.measures(labels.layout.indicators[r.code])}
    headed = {m for _, found in heads for m in found}
    hinted = {m: c for m, c in _hinted(seen, labels.layout).items() if m in asked and m not in headed}
    return _Standing(section, rows, heads, hinted, edge)


def _look_over(printed: Printed, labels: Labels) -> _Seen:
    seen = _Seen()
    for number, column, text in printed:
        if text in labels.sections:
            seen.codes[column] += 1
            seen.sections[labels.sections[text].sheet] += 1
        elif text in labels.heads:
            seen.heads.setdefault(number, {}).setdefault(labels.heads[text], []).append(column)
        elif text in labels.hints:
            seen.hints.setdefault(labels.hints[text], []).append(column)
        else:
            for name in labels.holders.get(text.removesuffix(labels.mark), ()):
                seen.names[name, column] += 1
    return seen


def _section(name: str, seen: _Seen, labels: Labels) -> Section | None:
    """Return what a sheet was handed out as: by most codes, else by its name, else by most names."""
    if seen.sections:
        return labels.sheets[seen.sections.most_common(1)[0][0]]
    if not seen.names:
        return None
    return labels.sheets.get(name) or labels.sheets[seen.names.most_common(1)[0][0][0]]


def _heading_rows(seen: _Seen) -> tuple[tuple[int, Heads], ...]:
    """Return the rows with headings of figures; a lone heading counts only where there are no better ones."""
    rows = [(n, h) for n, h in sorted(seen.heads.items()) if any(m in h for m in MEASURES)]
    return tuple([(n, h) for n, h in rows if len(h) > 1] or rows)


def _rows(printed: Printed, labels: Labels, section: Section, columns: tuple[int, int]) -> tuple[Row, ...]:
    rows = []
    codes, names = ({row: text for row, at, text in printed if at == column} for column in columns)
    for number in sorted(codes.keys() | names.keys()):
        code, name = codes.get(number, ""), names.get(number, "")
        by_name = labels.code_of(name, section)
        if code in labels.sections:
            own = name.removesuffix(labels.mark) == labels.own[code]
            rows.append(Row(code, number, coded=True, named=own, other="" if own else by_name))
        elif by_name:
            rows.append(Row(by_name, number, coded=False))
    return tuple(rows)


def _hinted(seen: _Seen, layout: Layout) -> dict[Measure, int]:
    """Return the columns of measures as the line of hints above the headings has them: the three colours, once each."""
    columns = {key: found[0] for key, found in seen.hints.items() if len(found) == 1}
    hinted: dict[Measure, int] = {}
    if "input" in columns:
        hinted["value"] = columns["input"]
    if "carried" in columns:
        hinted["prior"] = columns["carried"]
        if columns.get("computed") == columns["carried"] + CHANGE - PRIOR:  # nothing came or went between them
            hinted[layout.earlier] = columns["carried"] + EARLIER - PRIOR
    return hinted
