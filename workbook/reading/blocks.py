"""Where the blocks of text inputs stand on a sheet now.

A row is known by the code hidden in its first column; one without a code belongs to the block above it. A block
without codes is known by its title.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from workbook.layout import HEADING_MARK, ITEM_MARK, Block, Layout
from workbook.messages import say
from workbook.model import Subfield, TextInput
from workbook.reading.grid import NOWHERE, Sheet, squeezed
from workbook.reading.values import Raw, length, show
from workbook.same import Same

_MOST_DIGITS = 6  # of an item's number
_NO_CODE = "", "", 0


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a block; `number` is the one in its code, 0 for a row without a code."""

    row: int
    number: int


@dataclass(slots=True)
class Stand:
    """A block as it stands on a sheet: a column per subfield, NOWHERE where it cannot be told; its rows in order."""

    block: Block
    sheet: Sheet
    columns: list[int] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    coded: bool = False
    heading: int = NOWHERE  # row of the headings
    assumed: bool = False  # some headings are gone, but the columns are certain

    @property
    def unknown(self) -> list[str]:
        """The headings of the subfields whose column cannot be told."""
        subfields = self.block.text.subfields
        return [s.label for s, c in zip(subfields, self.columns, strict=True) if c == NOWHERE]


def find_blocks(sheet: Sheet, layout: Layout) -> dict[str, Stand]:
    """Return the blocks of text inputs on a sheet by code."""
    titles = _titles(Same(layout))
    titled = {row: titles[text] for row, _, text in sheet.texts if text in titles}
    codes = _codes(sheet, layout)
    if not codes and not titled:
        return {}
    stands: dict[str, Stand] = {}
    current = ""
    for number, row in enumerate(sheet.grid):
        code, mark, item = codes.get(number, _NO_CODE)
        if item and code in stands:  # nearly all rows
            stands[code].coded, current = True, code
            stands[code].items.append(Item(number, item))
            continue
        title = titled.get(number, "")
        if code not in layout.blocks:
            code, mark = title or current, ITEM_MARK
        if not code:
            continue
        current = code
        stand = stands.get(code) or stands.setdefault(code, Stand(layout.blocks[code], sheet))
        stand.coded |= bool(item) or mark == HEADING_MARK
        columns = headings(row, stand.block.text) if not item and any(row) else []
        if mark == HEADING_MARK or (columns and NOWHERE not in columns):
            if not stand.columns:
                stand.columns, stand.heading = columns, number
        elif item or not title:
            stand.items.append(Item(number, item))
    _assume(list(stands.values()))
    for stand in stands.values():
        stand.items = [item for item in stand.items if item.number or _filled(stand, item)]
    return stands


@lru_cache(maxsize=32)
def _titles(layout: Same[Layout]) -> Mapping[str, str]:
    """Return the code of every block by its title, without blanks."""
    return {squeezed(title_of(b.text)): code for code, b in layout.it.blocks.items()}


def title_of(text: TextInput) -> str:
    """Return the title the form prints above a block."""
    mark = say("form.required_mark") if text.required else ""
    return text.name + mark + say("form.limits", items=text.max_items, length=text.max_length)


def block_code(text: str) -> tuple[str, str, int]:
    """Take the code column of a text sheet apart: TXT_PLANS# heads a block, TXT_PLANS.3 is its third item."""
    if text.endswith(HEADING_MARK):
        return text[:-1], HEADING_MARK, 0
    code, mark, number = text.rpartition(ITEM_MARK)
    known = mark and len(number) < _MOST_DIGITS and number.isascii() and number.isdigit()
    return (code, mark, int(number)) if known else _NO_CODE


def headings(row: Sequence[Raw], text: TextInput) -> list[int]:
    """Return the column of each subfield; a heading is its label, with or without the limit behind it."""
    shown = {squeezed(value): column for column, value in reversed(list(enumerate(row))) if value}
    return [shown.get(long, shown.get(short, NOWHERE)) for long, short in _labels(text.subfields)]


@lru_cache(maxsize=256)
def _labels(subfields: tuple[Subfield, ...]) -> Sequence[tuple[str, str]]:
    """Return the label of each subfield with its limit and without."""
    limits = (say("form.limit", n=s.limit) if s.limit else "" for s in subfields)
    return [(squeezed(s.label + limit), squeezed(s.label)) for s, limit in zip(subfields, limits, strict=True)]


def _codes(sheet: Sheet, layout: Layout) -> Mapping[int, tuple[str, str, int]]:
    """Return by row what stands in the column with most codes of text inputs, taken apart."""
    columns: dict[int, dict[int, tuple[str, str, int]]] = {}
    seen: Counter[int] = Counter()
    for row, column, text in sheet.texts:
        if ITEM_MARK in text or HEADING_MARK in text:
            parts = block_code(text)
            columns.setdefault(column, {})[row] = parts
            seen[column] += parts[0] in layout.blocks
    column, most = max(seen.items(), key=lambda found: found[1], default=(NOWHERE, 0))
    return columns[column] if most else {}


def _assume(stands: Sequence[Stand]) -> None:
    """Give a block without headings its own columns, where the headings of others stand over each in its place."""
    pairs = [(was, now) for s in stands for was, now in zip(s.block.columns, s.columns, strict=False) if now != NOWHERE]
    shifts = {now - was for was, now in pairs}
    headed = {was for was, _ in pairs}
    for stand in stands:
        stand.columns = stand.columns or [NOWHERE] * len(stand.block.columns)
        if NOWHERE in stand.columns and len(shifts) == 1 and headed.issuperset(stand.block.columns):
            shift = next(iter(shifts))
            places = [c + shift for c in stand.block.columns]
            wanting = [p for p, now in zip(places, stand.columns, strict=True) if now == NOWHERE]
            if not any(squeezed(stand.sheet.at(stand.heading, p)) for p in wanting):
                stand.columns, stand.assumed = places, True


def is_blank(stand: Stand, item: Item) -> bool:
    """Return whether nothing at all stands in the columns of an item; most items of a form are so."""
    row = stand.sheet.grid[item.row]
    there = [row[c] for c in stand.columns if c < len(row)]
    return there.count(None) + there.count("") == len(there)


def _filled(stand: Stand, item: Item) -> bool:
    """Return whether something stands in the block's columns of a row; anywhere while these cannot be told."""
    columns = [c for c in stand.columns if c != NOWHERE] or range(len(stand.sheet.grid[item.row]))
    return any(length(show(stand.sheet.at(item.row, c))) for c in columns)
