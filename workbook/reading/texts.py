"""What texts, lists and tables a form holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workbook.layout import Layout, address
from workbook.model import Subfield, TextRow
from workbook.reading.blocks import Item, Stand, find_blocks, is_blank
from workbook.reading.grid import NOWHERE, Sheet
from workbook.reading.notes import Notes
from workbook.reading.values import length, show

_FIRST_DAY = date(1899, 12, 30)  # as workbooks count days
_DAYS = range(32_874, 73_051)  # 1990 to 2099, as the form allows


@dataclass(frozen=True, slots=True)
class Texts:
    """The filled items of every text input that is there, where each starts, and the sheets they stand on."""

    rows: Mapping[str, tuple[TextRow, ...]]
    starts: Mapping[str, tuple[str, str]]
    sheets: Mapping[str, str]  # sheet handed out -> its name in this file
    held: frozenset[str]  # sheets with text inputs


def read_texts(sheets: Sequence[Sheet], layout: Layout, notes: Notes) -> Texts:
    """Return the text inputs of a form, the cover left out."""
    stands: dict[str, list[Stand]] = {}
    for sheet in sheets:
        for code, stand in find_blocks(sheet, layout).items():
            stands.setdefault(code, []).append(stand)
    rows: dict[str, tuple[TextRow, ...]] = {}
    starts: dict[str, tuple[str, str]] = {}
    now: dict[str, str] = {}
    for code, block in layout.blocks.items():
        if code not in stands:
            notes.repair("lost_block", block.sheet, "", code, name=block.text.name)
            continue
        first, *copies = sorted(stands[code], key=lambda s: s.sheet.name != block.sheet)
        now.setdefault(block.sheet, first.sheet.name)
        starts[code] = (first.sheet.name, _start(first))
        rows[code] = _rows_of(first, layout, notes)
        _tell(first, rows[code], notes)
        for copy in copies:
            _compare(first, rows[code], copy, _rows_of(copy, layout, Notes()), notes)
    _tell_moved([found[0] for found in stands.values()], notes)
    return Texts(rows, starts, now, frozenset(s.sheet.name for found in stands.values() for s in found))


def _start(stand: Stand) -> str:
    """Return where the first item stands."""
    columns = [c for c in stand.columns if c != NOWHERE]
    row = next((i.row for i in stand.items if i.number == 1), stand.items[0].row if stand.items else NOWHERE)
    return address(row, min(columns)) if columns and row != NOWHERE else ""


def _rows_of(stand: Stand, layout: Layout, notes: Notes) -> tuple[TextRow, ...]:
    """Return the items with something in them, in the order in which they stand."""
    rows = []
    named = layout.named
    for place, item in enumerate(stand.items, 1):
        if is_blank(stand, item):
            continue
        subfields = zip(stand.block.text.subfields, stand.columns, strict=True)
        shown = [(s, _shown(stand, s, (item.row, c), notes)) for s, c in subfields]
        values = tuple(named.get(v, v) if s.kind == "code" else v for s, v in shown)
        if any(length(v) for v in values):
            cells = tuple(address(item.row, c) if c != NOWHERE else "" for c in stand.columns)
            rows.append(TextRow(values, stand.sheet.name, cells, item.number or place))
    return tuple(rows)


def _shown(stand: Stand, subfield: Subfield, at: tuple[int, int], notes: Notes) -> str:
    """Return what a cell of an item shows; a date whose format is gone shows as its number, and is a date again."""
    raw = stand.sheet.at(*at)
    if subfield.kind == "date" and isinstance(raw, int | float) and _DAYS[0] <= raw <= _DAYS[-1] and raw == int(raw):
        day, text = (_FIRST_DAY + timedelta(days=int(raw))).isoformat(), stand.block.text
        notes.repair("day", stand.sheet.name, address(*at), text.code, name=text.name, raw=int(raw), day=day)
        return day
    return show(raw)


def _tell_moved(stands: Sequence[Stand], notes: Notes) -> None:
    """Note, once for a sheet, that items or columns are not where they were handed out."""
    items: Counter[str] = Counter()
    for stand in stands:
        first = stand.block.first_row - 1
        items[stand.sheet.name] += sum(1 for i in stand.items if i.number and i.row != first + i.number)
    for sheet in dict.fromkeys(s.sheet.name for s in stands if not s.unknown and s.columns != [*s.block.columns]):
        notes.repair("moved_blocks", sheet)
    for sheet, n in items.items():
        if n:
            notes.repair("moved_items", sheet, n=n)


def _tell(stand: Stand, rows: Sequence[TextRow], notes: Notes) -> None:
    """Note what of a block is not as it was handed out."""
    sheet, text = stand.sheet, stand.block.text
    unknown = stand.unknown
    if unknown and (stand.items or stand.coded):
        heads, n = "、".join(unknown), str(len(stand.items))
        notes.doubt("no_column_text", sheet.name, "", text.code, name=text.name, heads=heads, n=n)
    if not stand.coded and stand.items:
        notes.repair("by_title", sheet.name, _start(stand), text.code, name=text.name, n=len(rows))
    if stand.assumed:
        notes.repair("assumed_text", sheet.name, _start(stand), text.code, name=text.name)
    left, right = min(stand.columns), max(stand.columns)
    beside = () if unknown or right - left < len(stand.columns) else set(range(left, right)).difference(stand.columns)
    between = sorted(beside)
    for item in stand.items:
        if stand.coded and not item.number:
            place = address(item.row, left) if not unknown else ""
            notes.repair("list_row", sheet.name, place, text.code, name=text.name)
        if between or sheet.has_joined(item.row):
            _tell_cells(stand, item, between, notes)


def _tell_cells(stand: Stand, item: Item, between: Sequence[int], notes: Notes) -> None:
    """Note cells of an item that are joined to others, and what stands `between` its columns."""
    sheet, text = stand.sheet, stand.block.text
    for column in stand.columns if sheet.has_joined(item.row) else ():
        shown = sheet.joined(item.row, column)
        if shown is not None:
            place = address(item.row, column)
            notes.repair("merged_text", sheet.name, place, text.code, name=text.name, shown=address(*shown))
    for column in between:
        if length(raw := show(sheet.at(item.row, column))):
            notes.repair("beside", sheet.name, address(item.row, column), text.code, name=text.name, raw=raw[:40])


def _compare(first: Stand, rows: Sequence[TextRow], copy: Stand, others: Sequence[TextRow], notes: Notes) -> None:
    """Note a block that stands a second time; a doubt where it says something else."""
    text = first.block.text
    if {r.values for r in others} <= {r.values for r in rows}:
        if others:
            notes.repair(
                "copied_text", copy.sheet.name, _start(copy), text.code, name=text.name, first=first.sheet.name
            )
        return
    where = f"{copy.sheet.name} {_start(copy)}".strip()
    notes.doubt("twice_text", first.sheet.name, _start(first), text.code, name=text.name, there=where)
