"""选材: what units wrote, an item a row, with yellow columns to choose, order, reword and merge in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exporters.consolidated.listing import Column, Linked, Listing, Value, write_list
from exporters.consolidated.received import Received
from exporters.consolidated.styles import Styles
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
_FROZEN = 4  # the margin and the first three columns
_PRINTED = 12  # columns, margin and all, up to 署名: the rest is for the screen


def write_picks(book: Any, styles: Styles, collection: Collection, desk: Desk, received: Received) -> None:
    """Add the sheet, each unit linked to where it wrote an item."""
    columns = [Column(key, width, _look(key), "picks") for key, width in _COLUMNS.items()]
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
    sheet.set_column(places["key"], places["key"], None, None, {"hidden": True})
    sheet.print_area(0, 0, max(last, first), _PRINTED)
    sheet.set_paper(8)  # A3: a page of A4 would be too small to read


def _look(key: str) -> str:
    if key in FIELDS:
        return "typed_centre" if key in (_USED, _ORDER, "group") else "typed"
    return {"hint": "hint", "together": "centre", "behind": "centre"}.get(key, "label")


def _rows(collection: Collection, desk: Desk, received: Received) -> Iterator[list[Value]]:
    counted = frozenset(u.code for u in collection.counted)
    together = companies(desk.picks, proposed=True)
    for pick in desk.picks:
        units = behind(together.get(pick.key, ()), counted) if pick.together or pick.group else ""
        told = _told(pick, units)
        if pick.candidate is not None:
            file = collection.submissions[pick.unit.code].file
            told["unit"] = Linked(pick.unit.name, received.place(file, pick.candidate.row))
        yield [told[key] for key in _COLUMNS]


def _told(pick: Pick, units: Value) -> dict[str, Value]:
    words, before = pick.words, pick.before
    return {
        "hint": say(f"picks.{pick.hint}") if pick.hint else "",
        "text": pick.text.name,
        "section": words.section,
        "unit": pick.unit.name,
        "source": words.title,
        "body": words.body,
        "together": say("picks.like", n=pick.together) if pick.together else "",
        "behind": units,
        "rest": words.rest,
        "before": "\n".join(t for t in (before.title, before.body, before.rest) if t) if before else "",
        "key": pick.key,
        **pick.typed,
        "order": pick.order or pick.typed["order"],
    }
