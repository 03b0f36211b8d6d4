"""What stands in the columns of 汇总表 that are the office's own? Read from the file as a person left it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbook.messages import say
from workbook.reading.contained import Limits, contained
from workbook.reading.grid import Sheet, open_book, squeezed
from workbook.reading.kind import Unreadable
from workbook.reading.values import show

FIELDS = ("used", "order", "title", "wording", "credit", "group", "remark")  # of an item, in the order of the sheet
_HEADS = 20  # rows among which the headings stand
_LIMITS = Limits(seconds=600, memory=8 * 1024**3)  # a book of thousands of units


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row of 选材: what a person typed by field, and what the row shows of the item and of its state."""

    typed: Mapping[str, str]
    section: str
    title: str
    body: str
    rest: str
    hint: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in one workbook; `lost` are sheets that have lost the columns they are read by."""

    items: Mapping[str, TypedRow] = field(default_factory=dict)  # of 选材, by key
    notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # sheet -> unit or indicator -> note
    lost: tuple[str, ...] = ()


def read_typed(path: Path, sheets: frozenset[str]) -> Typed | Unreadable:
    """Return what a person typed into these sheets of a workbook, or why it cannot be read; in a process of its own."""
    ((_, found),) = contained(_read, [(path, sheets)], _LIMITS)
    return found


def _read(task: tuple[Path, frozenset[str]]) -> Typed:
    path, wanted = task
    items: dict[str, TypedRow] = {}
    notes: dict[str, dict[str, str]] = {}
    lost: list[str] = []
    for sheet in open_book(path.read_bytes(), "workbook", wanted):
        if sheet.name == say("book.picks_sheet"):
            found = _items(sheet)
            items = found or {}
            lost += [] if found is not None else [sheet.name]
        elif (told := _notes(sheet)) is not None:
            notes[sheet.name] = told
    return Typed(items, notes, tuple(lost))


def _columns(sheet: Sheet, wanted: str) -> tuple[int, dict[str, int]] | None:
    """Return the row of headings, where one of them is `wanted`, and the column of each."""
    for number, row in enumerate(sheet.grid[:_HEADS]):
        heads = {squeezed(raw): column for column, raw in reversed(list(enumerate(row))) if raw}
        if wanted in heads:
            return number, heads
    return None


def _items(sheet: Sheet) -> dict[str, TypedRow] | None:
    found = _columns(sheet, say("picks.key"))
    if found is None:
        return None
    head, columns = found
    named = {name: columns[say(f"picks.{name}")] for name in FIELDS if say(f"picks.{name}") in columns}
    shown = [columns.get(say(f"picks.{name}"), -1) for name in ("section", "source", "body", "rest", "hint")]
    items: dict[str, TypedRow] = {}
    for number in range(head + 1, len(sheet.grid)):
        key = _text(sheet, number, columns[say("picks.key")])
        if key.count("|") < 2:
            continue
        typed = {name: _text(sheet, number, column) for name, column in named.items()}
        if key in items:  # a row somebody copied: what is blank in the first is taken from it
            typed = {name: items[key].typed[name] or value for name, value in typed.items()}
        items[key] = TypedRow(typed, *(_text(sheet, number, column) for column in shown))
    return items


def _notes(sheet: Sheet) -> dict[str, str] | None:
    """Return the notes beside the rows of a sheet, by unit or indicator; None for a sheet without such a column."""
    found = _columns(sheet, say("book.office_note"))
    if found is None:
        return None
    head, columns = found
    keys = [columns[say(k)] for k in ("book.unit_code", "book.code") if say(k) in columns]
    if not keys:
        return {}
    notes: dict[str, str] = {}
    for number in range(head + 1, len(sheet.grid)):
        key, note = (_text(sheet, number, column) for column in (keys[0], columns[say("book.office_note")]))
        if key:
            notes[key] = notes.get(key) or note
    return notes


def _text(sheet: Sheet, row: int, column: int) -> str:
    return show(sheet.at(row, column)) if column >= 0 else ""
