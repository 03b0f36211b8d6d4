"""The consolidated workbook read as figures: every total and every unit's figure by its tag, as it stands there now.

Offices edit it: columns are found by their headings, rows by their codes (by names where the codes are gone), and what
cannot be read is told. Formulas are taken by the results that Excel or WPS saved with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from exporters.consolidated.tiers import YEARS
from exporters.figures.document import NotAReport
from exporters.prose.numbers import change
from exporters.prose.said import Said, said_at
from workbook.blank import parts_of, tag
from workbook.collection import ALL
from workbook.layout import address, sheet_name
from workbook.messages import say
from workbook.model import Pack
from workbook.reading.contained import Limits, contained
from workbook.reading.grid import Sheet, open_book, squeezed
from workbook.reading.kind import Unreadable, kind_of
from workbook.reading.values import Raw, show

_HEADS = 20  # rows among which the headings stand
_LEAST_PLACES = 2  # a cell that shows fewer may still hold these
_LIMITS = Limits(seconds=600, memory=8 * 1024**3)  # a book of thousands of units
_EXACTLY = 12  # places that are true of a change between whole numbers
_CODE = re.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[A-Z]+[0-9]+")
_COVERED = re.compile(r"(\d+)/(\d+)")
_OF_WHICH = say("book.of_which", name="")
_PERCENT = "%"
_ERROR = "#"  # #REF!, #VALUE!
_NO_FIGURE = frozenset(
    (say("book.not_added"), say("word.not_applicable"), say("word.not_counted"), say("book.unreadable"))
)
_SAME_AS_VALUE = frozenset(("over", "more", "near", "about", "words"))
_OF_YEARS = {"reported_prior": "prior_reported", "matched_value": "same", "matched_prior": "prior"}
_COUNTS = {"reported_n": ("prior_n", "prior_units"), "matched_n": ("yoy_n", "yoy_units")}
_CHANGES = {  # heading -> measures of the change, its direction and what it is worked out from
    "reported_change": ("yoy_reported", "dir_reported", "value", "prior_reported"),
    "change": ("yoy", "dir", "same", "prior"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What the workbook says of one figure: a number in the indicator's unit, or words."""

    text: str
    value: Fraction | None
    places: int
    where: str  # sheet and cell

    @property
    def said(self) -> Said | None:
        """The number as a text would say it."""
        if self.value is not None:
            return Said(0, len(self.text), self.value, self.places, 1, "", Fraction(1))
        return said_at(self.text, 0, len(self.text))


@dataclass(frozen=True, slots=True)
class Called:
    """What a pack calls its scopes, indicators and sections: for headings, and rows whose codes are gone."""

    scopes: Mapping[str, str] = field(default_factory=dict)  # heading -> scope
    indicators: Mapping[str, str] = field(default_factory=dict)  # name -> code
    sections: frozenset[str] = frozenset()  # names of their sheets


@dataclass(frozen=True)
class Workbook:
    """The figures of one workbook; `unread` are sentences on what could not be read."""

    name: str
    period: str  # in words, "" where no title tells it
    cells: Mapping[str, Cell]
    percent: frozenset[str]  # codes of percentages
    unread: tuple[str, ...]

    def cell(self, name: str) -> Cell | None:
        """Return what it says of a figure, None where it has no such figure; a unit's change is worked out."""
        code, scope, measure = parts_of(name)
        if measure in _SAME_AS_VALUE:
            name = tag(code, scope, "value")
        found = self.cells.get(name)
        if found is None and measure in ("yoy", "dir") and scope != ALL:
            now, before = (self.cells.get(tag(code, scope, m)) for m in ("value", "prior"))
            if now is not None and before is not None:
                return _changed(now, before, code in self.percent, now.where).get(measure)
        return found


def called(pack: Pack) -> Called:
    """Return what a pack calls what a workbook shows."""
    scopes = {t.name: t.code for t in pack.tiers} | {say("book.of_which", name=t.name): t.code for t in pack.tiers}
    scopes |= {g: g for g in pack.groups} | {pack.whole: ALL}
    indicators = {squeezed(item.name): code for code, item in reversed(list(pack.indicators.items()))}
    sections = frozenset(sheet_name(title) for title in pack.sections)
    return Called({squeezed(head): scope for head, scope in scopes.items()}, indicators, sections)


def read_workbook(path: Path, pack: Pack | None) -> Workbook | None:
    """Return a consolidated workbook, None for a workbook that is none; NotAReport where it cannot be opened."""
    names = called(pack) if pack is not None else Called()
    ((_, found),) = contained(_read, [(path, names)], _LIMITS)
    if isinstance(found, Unreadable):
        raise NotAReport(say("across.unreadable", file=path.name))
    return found


def _read(task: tuple[Path, Called]) -> Workbook | None:
    path, names = task
    data = path.read_bytes()
    if kind_of(data) != "workbook":
        raise Unreadable("other")
    reader = _Reader(names)
    for sheet in open_book(data, "workbook"):
        reader.sheet(sheet)
    if not reader.seen:
        return None
    return Workbook(path.name, reader.period, reader.cells, frozenset(reader.percent), tuple(reader.unread))


class _Reader:
    """Gathers the figures of a workbook sheet by sheet."""

    def __init__(self, names: Called) -> None:
        self.names = names
        self.cells: dict[str, Cell] = {}
        self.percent: set[str] = set()
        self.unread: list[str] = []
        self.period = ""
        self.seen = False

    def sheet(self, sheet: Sheet) -> None:
        """Read a sheet if it is one of totals or of units' figures."""
        totals = _head(sheet, say("book.indicator"), say("book.n_of_head"), say("book.matched_n"))
        units = _head(sheet, say("book.unit_code"), say("book.tier"))
        if totals is not None:
            self.seen = True
            self._period(sheet)
            self._totals(sheet, totals)
        elif units is not None and (codes := self._codes(sheet, units)):
            self.seen = True
            self._period(sheet)
            self._units(sheet, units, codes)
        elif sheet.name in (say("book.tiers_sheet"), say("book.prior_sheet"), *self.names.sections):
            self.unread.append(say("across.no_heads", sheet=sheet.name))

    def _period(self, sheet: Sheet) -> None:
        """Take the period from the sheet's title: 分级汇总　2020年上半年."""
        title = next((raw for row in sheet.grid[:2] for raw in row if isinstance(raw, str) and raw.strip()), "")
        told = re.split("[\u3000 ]+", title.strip())[-1]
        self.period = self.period or (told if told[:4].isdigit() else "")

    def _totals(self, sheet: Sheet, head: int) -> None:
        columns = _columns(sheet, head)
        years = {key: columns[h] for key in YEARS if (h := squeezed(say(f"book.{key}"))) in columns}
        scopes = dict(self._scopes(sheet, head))
        code_at = columns.get(squeezed(say("book.code")), -1)
        name_at = columns[squeezed(say("book.indicator"))]
        word_at = columns.get(squeezed(say("book.word")), -1)
        empty = 0
        for row in range(head + 1, len(sheet.grid)):
            code = _text(sheet, row, code_at) or self.names.indicators.get(squeezed(sheet.at(row, name_at)), "")
            if not _CODE.fullmatch(code):
                continue
            if _text(sheet, row, word_at) == _PERCENT:
                self.percent.add(code)
            found = False
            for scope, (value, counted) in scopes.items():
                self._figure(sheet, row, value, tag(code, scope, "value"))
                found |= self._covered(sheet, row, counted, (tag(code, scope, "n"), tag(code, scope, "units")))
            empty += not found
            self._years(sheet, row, code, years)
        if empty:
            self.unread.append(say("across.no_results", sheet=sheet.name, n=empty))

    def _scopes(self, sheet: Sheet, head: int) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield scope, column of its totals and of their coverage, which stands behind them."""
        value, seen = -1, False
        counted = squeezed(say("book.n_of_head"))
        for column, raw in enumerate(sheet.grid[head]):
            text = squeezed(raw)
            if text != counted:
                value = column if text else value
                continue
            title = squeezed(sheet.at(head, value))
            if title in self.names.scopes:
                yield self.names.scopes[title], (value, column)
            elif not self.names.scopes and not title.startswith(_OF_WHICH):
                yield title if seen else ALL, (value, column)
            else:
                self.unread.append(say("across.no_scope", sheet=sheet.name, head=title))
            seen = True

    def _years(self, sheet: Sheet, row: int, code: str, years: Mapping[str, int]) -> None:
        for key, measure in _OF_YEARS.items():
            self._figure(sheet, row, years.get(key, -1), tag(code, ALL, measure))
        for key, (n, units) in _COUNTS.items():
            self._covered(sheet, row, years.get(key, -1), (tag(code, ALL, n), tag(code, ALL, units)))
        for key, (measure, way, *parts) in _CHANGES.items():
            told = self._cell(sheet, row, years.get(key, -1))
            now, before = (self.cells.get(tag(code, ALL, m)) for m in parts)
            if told is None or now is None or before is None:
                continue
            worked_out = _changed(now, before, code in self.percent, told.where)
            if told.value is not None and not _shows(told, now, before, percent=code in self.percent):
                direction = change(told.value, Fraction(0), percent_points=True)  # somebody typed over it
                way_told = Cell(direction[0] if direction else "", None, 0, told.where)
                worked_out = {"yoy": Cell(told.text, abs(told.value), told.places, told.where), "dir": way_told}
            for name, cell in zip((measure, way), (worked_out.get("yoy"), worked_out.get("dir")), strict=True):
                if cell is not None:
                    self.cells.setdefault(tag(code, ALL, name), cell)

    def _codes(self, sheet: Sheet, head: int) -> dict[int, str]:
        """Return the indicator of each column: by the hidden row of codes, else by the headings."""
        rows = [{c: show(raw) for c, raw in enumerate(row) if _CODE.fullmatch(show(raw))} for row in sheet.grid[:head]]
        codes = max(rows, key=len, default={})
        if not codes and sheet.name in (say("book.prior_sheet"), *self.names.sections):
            heads = {c: self.names.indicators.get(squeezed(raw), "") for c, raw in enumerate(sheet.grid[head])}
            codes = {c: code for c, code in heads.items() if code}
        return codes

    def _units(self, sheet: Sheet, head: int, codes: Mapping[int, str]) -> None:
        title = "".join(squeezed(raw) for raw in sheet.grid[0][:1])
        prior = say("book.prior_sheet") in (sheet.name, title[: len(say("book.prior_sheet"))])
        unit_at = _columns(sheet, head)[squeezed(say("book.unit_code"))]
        self.percent |= {code for column, code in codes.items() if _text(sheet, head + 1, column) == _PERCENT}
        for row in range(head + 1, len(sheet.grid)):
            unit = _text(sheet, row, unit_at)
            for column, code in codes.items() if unit else ():
                self._figure(sheet, row, column, tag(code, unit, "prior" if prior else "value"))

    def _figure(self, sheet: Sheet, row: int, column: int, name: str) -> None:
        cell = self._cell(sheet, row, column)
        if cell is not None:
            self.cells.setdefault(name, cell)

    def _cell(self, sheet: Sheet, row: int, column: int) -> Cell | None:
        raw = sheet.at(row, column) if column >= 0 else None
        text, where = show(raw), f"{sheet.name}!{address(row, max(column, 0))}"
        if not text:
            return None
        if text.startswith(_ERROR):
            self.unread.append(say("across.error", where=where, text=text))
            return None
        if text in _NO_FIGURE:
            return Cell(say("word.dash"), None, 0, where)
        value = _number(raw)
        places = max(_LEAST_PLACES, len(text.partition(".")[2])) if value is not None else 0
        return Cell(text, value, places, where)

    def _covered(self, sheet: Sheet, row: int, column: int, names: tuple[str, str]) -> bool:
        """Take n/N; return whether it was there."""
        found = _COVERED.match(_text(sheet, row, column))
        for name, number in zip(names, found.groups() if found else (), strict=False):
            where = f"{sheet.name}!{address(row, column)}"
            self.cells.setdefault(name, Cell(number, Fraction(number), 0, where))
        return found is not None


def _head(sheet: Sheet, *wanted: str) -> int | None:
    """Return the row that has all these headings."""
    heads = {squeezed(head) for head in wanted}
    return next((n for n, row in enumerate(sheet.grid[:_HEADS]) if heads <= {squeezed(raw) for raw in row}), None)


def _columns(sheet: Sheet, head: int) -> dict[str, int]:
    """Return the column of each heading, the first where two are alike."""
    return {squeezed(raw): column for column, raw in reversed(list(enumerate(sheet.grid[head]))) if squeezed(raw)}


def _text(sheet: Sheet, row: int, column: int) -> str:
    return show(sheet.at(row, column)) if column >= 0 else ""


def _number(raw: Raw) -> Fraction | None:
    return Fraction(Decimal(repr(raw))) if isinstance(raw, int | float) and not isinstance(raw, bool) else None


def _changed(now: Cell, before: Cell, percent: bool, where: str) -> dict[str, Cell]:
    """Return the change between two cells as a report tells it: its number and its direction."""
    told = change(now.value, before.value, percent_points=percent)
    if told is None or now.value is None or before.value is None:
        return {}
    direction, number, _ = told
    found = {"dir": Cell(direction, None, 0, where)}
    if number:
        rounded = percent or "." in now.text + before.text
        places = max(1, min(now.places, before.places) - 1) if rounded else _EXACTLY
        found["yoy"] = Cell(number, _by(now.value, before.value, percent=percent), places, where)
    return found


def _by(now: Fraction, before: Fraction, *, percent: bool) -> Fraction:
    return abs(now - before) if percent else abs(now - before) * 100 / before if before else now


def _shows(told: Cell, now: Cell, before: Cell, *, percent: bool) -> bool:
    """Return whether a cell with a change shows the one between two others."""
    if told.value is None or now.value is None or before.value is None or not (before.value or percent):
        return False
    by = _by(now.value, before.value, percent=percent)
    signed = by if now.value >= before.value else -by
    return abs(signed - told.value) <= Fraction(1, 10)
