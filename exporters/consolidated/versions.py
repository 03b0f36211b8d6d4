"""版本差异: what units changed between two versions of their forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exporters.consolidated.listing import Column, Listing, Value, write_list
from exporters.consolidated.styles import Styles
from workbook.collection import Collection
from workbook.messages import say
from workbook.versions import Difference

_LONGEST = 200  # characters of a text that are shown; the forms have all of it


def write_versions(book: Any, styles: Styles, collection: Collection, hidden: frozenset[str]) -> None:
    """Add 版本差异, a line per figure or text that changed; nothing where no unit reported twice."""
    if not collection.differences:
        return
    columns = [
        *(Column("unit", 24), Column("changed", 34), Column("when", 12, "centre"), Column("then", 34)),
        *(Column("now", 34), Column("sheet", 22), Column("cell", 8, "centre")),
        *(Column("earlier_file", 34), Column("later_file", 34)),
    ]
    rows = _rows(collection, hidden)
    write_list(book, styles, Listing(say("book.versions_sheet"), collection.period.title, columns), rows)


def _rows(collection: Collection, hidden: frozenset[str]) -> Iterator[list[Value]]:
    names = {u.code: u.name for u in collection.round.units}
    for c in collection.differences:
        if c.code not in hidden:
            then, now = (_shown(text) for text in (c.then, c.now))
            yield [names.get(c.unit, c.unit), *_what(collection, c), then, now, c.sheet, c.cell, c.earlier, c.later]


def _what(collection: Collection, difference: Difference) -> tuple[str, str]:
    """Return what changed and of when, as people call it."""
    pack = collection.round.pack
    if difference.measure is None:
        return say("book.item_of", name=pack.texts[difference.code].name, n=difference.number), ""
    return pack.indicators[difference.code].name, say(f"form.head_{difference.measure}")


def _shown(text: str) -> str:
    if not text:
        return say("book.blank")
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "……"
