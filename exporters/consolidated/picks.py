"""选材: what units wrote, an item a row, with yellow columns to choose, order, reword and merge in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from exporters.consolidated.listing import AT_ONCE, Block, Column, Linked, Listing, Value, write_list
from exporters.consolidated.received import Received
from exporters.consolidated.styles import Styles
from exporters.office.candidates import Words
from exporters.office.desk import Desk
from exporters.office.picks import Pick, behind, companies
from exporters.office.typed import FIELDS
from workbook.collection import Collection
from workbook.layout import letters
from workbook.messages import say

_HINT, _USED, _ORDER = "hint", "used", "order"
_COLUMNS = {  # in the order of the sheet -> width; what a person types is yellow
    **{_HINT: 10, _USED: 7, _ORDER: 7, "text": 16, "section": 16, "unit": 18, "source": 22, "body": 62},
    **{"title": 20, "wording": 50, "credit": 14, "group": 8, "together": 8, "behind": 8, "remark": 22},
    **{"rest": 24, "before": 44, "key": 8},
}
_EMPTY = {
    _HINT,
    _USED,
    _ORDER,
    "title",
    "wording",
    "credit",
    "group",
    "together",
    "behind",
    "remark",
    "before",
}  # mostly
_FROZEN = 4  # the margin and the first three columns
_PRINTED = 12  # columns, margin and all, up to 署名: the rest is for the screen


def write_picks(book: Any, styles: Styles, collection: Collection, desk: Desk, received: Received) -> None:
    """Add the sheet, each unit linked to where it wrote an item."""
    columns = [Column(key, width, _look(key), "picks", bare=key in _EMPTY) for key, width in _COLUMNS.items()]
    notes = [say("picks.note"), say("picks.note_merge"), say("picks.note_hint")]
    listing = Listing(say("book.picks_sheet"), collection.period.title, columns, notes, frozen=_FROZEN)
    sheet = write_list(book, styles, listing, _rows(collection, desk, received))
    places = {key: place for place, key in enumerate(_COLUMNS, 1)}
    first, last = listing.first, listing.first + max(0, len(desk.picks) - 1)
    yes, no = say("word.yes"), say("word.no")
    sheet.data_validation(
        first, places[_USED], last, places[_USED], {"validate": "list", "source": [yes, no], "show_error": False}
    )
    whole = {"validate": "integer", "criteria": ">=", "value": 1, "error_message": say("picks.order_error")}
    sheet.data_validation(first, places[_ORDER], last, places[_ORDER], whole)
    chosen = f'=${letters(places[_USED])}{first + 1}="{yes}"'
    rule = {"type": "formula", "criteria": chosen, "format": styles.chosen}
    sheet.conditional_format(first, places["text"], last, places["body"], rule)
    _dress(sheet, styles, (first, last), places)
    sheet.set_column(places["key"], places["key"], None, None, {"hidden": True})
    sheet.print_area(0, 0, max(last, first), _PRINTED)
    sheet.set_paper(8)  # A3: a page of A4 would be too small to read


def _dress(sheet: Any, styles: Styles, rows: tuple[int, int], places: Mapping[str, int]) -> None:
    """Let cells that are left out look like the others: of thousands of units there are a million of them."""
    always = {"type": "formula", "criteria": "=TRUE"}
    for key in (key for key in _COLUMNS if key in _EMPTY):
        place, colours = places[key], styles.bare_typed if key in FIELDS else styles.bare
        sheet.set_column(
            place, place, _COLUMNS[key], styles.open_centre if _look(key) == "typed_centre" else styles.open
        )
        sheet.conditional_format(rows[0], place, rows[1], place, always | {"format": colours})


def _look(key: str) -> str:
    if key in FIELDS:
        return "typed_centre" if key in (_USED, _ORDER, "group") else "typed"
    return {"hint": "hint", "together": "centre", "behind": "centre"}.get(key, "label")


def _rows(collection: Collection, desk: Desk, received: Received) -> Iterator[Block]:
    behind_of = _behind(desk.picks, frozenset(u.code for u in collection.counted))
    for first in range(0, len(desk.picks), AT_ONCE):
        picks = desk.picks[first : first + AT_ONCE]
        told = _told(picks) | {
            "unit": [Linked(pick.unit.name, _place(collection, received, pick)) for pick in picks],
            "behind": [behind_of.get(pick.key, "") for pick in picks],
        }
        yield Block([told[key] for key in _COLUMNS])


def _behind(picks: Sequence[Pick], counted: Set[str]) -> dict[str, int]:
    """Return by key how many of the counted units stand behind items that are merged or proposed to be."""
    merged = [pick for pick in picks if pick.together or pick.group]
    together = companies(merged, proposed=True)
    many = {id(company): behind(company, counted) for company in {id(c): c for c in together.values()}.values()}
    return {pick.key: many[id(together[pick.key])] if pick.key in together else 0 for pick in merged}


def _place(collection: Collection, received: Received, pick: Pick) -> str:
    return received.place(collection.forms[pick.unit.code].file, pick.candidate.row) if pick.candidate else ""


def _told(picks: Sequence[Pick]) -> dict[str, Sequence[Value]]:
    """Return what the columns say of some items, but for the units."""
    words = [pick.words for pick in picks]
    return {
        _HINT: [say(f"picks.{pick.hint}") if pick.hint else "" for pick in picks],
        "text": [pick.text.name for pick in picks],
        "section": [said.section for said in words],
        "source": [said.title for said in words],
        "body": [said.body for said in words],
        "together": [say("picks.like", n=pick.together) if pick.together else "" for pick in picks],
        "rest": [said.rest for said in words],
        "before": [_whole(pick.before) if pick.before else "" for pick in picks],
        "key": [pick.key for pick in picks],
        **{name: [pick.typed[name] for pick in picks] for name in FIELDS},
        _ORDER: [pick.order or pick.typed[_ORDER] for pick in picks],
    }


def _whole(words: Words) -> str:
    return "\n".join(text for text in (words.title, words.body, words.rest) if text)
