"""What the hidden sheet of a form has a row for: figure cells, lists, items of lists, sheets."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.expression.tree import Ref, TextRef
from workbook.layout import Layout, summed_columns


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a list, from 1, as handed out."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that holds data, by the name it was handed out with."""

    name: str


Part = Ref | TextRef | Item | Sheet


def parts_of(layout: Layout) -> list[Part]:
    """Return everything the form's checks look at, in form order."""
    parts: list[Part] = [*cells_of(layout), *lists_of(layout), *columns_of(layout)]
    parts += [Item(code, n) for code, block in layout.blocks.items() for n in range(1, block.text.max_items + 1)]
    return parts + [Sheet(name) for name in layout.sheets]


def cells_of(layout: Layout) -> list[Ref]:
    """Return every figure cell."""
    return [Ref(i.code, m) for i in layout.indicators.values() for m in layout.measures(i)]


def lists_of(layout: Layout) -> list[TextRef]:
    """Return every text input that has a block."""
    return [TextRef(code) for code in layout.blocks]


def columns_of(layout: Layout) -> list[TextRef]:
    """Return every column of a list that some rule or computed item sums."""
    return [ref for ref in summed_columns(layout.pack) if ref.code in layout.blocks]


def in_form(part: Ref | TextRef, layout: Layout) -> Ref | TextRef:
    """Return the cell a figure stands in: in an annual round the year's opening is last year's closing figure."""
    if isinstance(part, Ref) and part.measure == "opening" and layout.earlier == "half":
        return Ref(part.code, "prior")
    return part
