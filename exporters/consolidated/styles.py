"""Formats shared by the sheets of the consolidated workbook."""

from __future__ import annotations

from typing import Any

from workbook.form.styles import COLOURS, FONT, HEAD, INK, RULE
from workbook.messages import say

GREY = "#5B6675"
SUMMARY = {"bg_color": "#F1F3F5"}
LEADS = {"font_color": "#2F6296"}  # of what leads somewhere on a click: blue, not underlined, there is too much of it
LOOKS: dict[str, dict[str, object]] = {
    "label": {"text_wrap": True},
    "centre": {"align": "center"},
    "number": {"align": "right"},
    "share": {"align": "right", "num_format": '0.0"%"'},
}


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: Any, size: int = 11) -> None:
        base = {"font_name": FONT, "font_size": size, "font_color": INK, "valign": "vcenter"}
        boxed = base | {"border": 1, "border_color": RULE}
        add = book.add_format
        self._book, self._boxed, self._figures = book, boxed, dict[tuple[str, bool, bool], Any]()
        self._plain = dict[tuple[int, bool, bool], Any]()
        self.label, self.centre, self.number, self.share = (add(boxed | look) for look in LOOKS.values())
        self._marked = {name: add(boxed | look | {"bg_color": "#FCE8D5"}) for name, look in LOOKS.items()}
        self._summary = {name: add(boxed | look | SUMMARY) for name, look in LOOKS.items()}
        typed = boxed | {"text_wrap": True, "bg_color": COLOURS["input"], "locked": False}  # a person types here
        self.typed, self.typed_centre = add(typed), add(typed | {"align": "center"})
        self.open, self.open_centre = add(base | {"text_wrap": True}), add(base | {"align": "center"})
        box = {"border": 1, "border_color": RULE}  # of cells that are left out
        self.bare, self.bare_typed = add(box), add(box | {"bg_color": COLOURS["input"]})
        self.hint = add(boxed | {"align": "center", "bold": True, "font_color": "#B3541E"})
        self.chosen = add({"bg_color": "#E3F1E3"})
        self.title = add(base | {"font_size": 16, "bold": True, "font_color": HEAD})
        self.note = add(base | {"font_size": 10, "font_color": GREY})
        self.note_right = add(base | {"font_size": 10, "font_color": GREY, "align": "right"})
        self.note_wrapped = add(base | {"font_size": 10, "font_color": GREY, "text_wrap": True})
        self.heading = add(
            boxed | {"bold": True, "align": "center", "text_wrap": True, "bg_color": HEAD, "font_color": "#FFFFFF"}
        )
        self.section = add(boxed | {"bold": True, "bg_color": "#DCE6F1", "font_color": HEAD})
        self.wrapped = add(boxed | {"text_wrap": True, "valign": "top"})
        self.absent = add(boxed | SUMMARY)
        self.count = add(boxed | {"align": "center", "font_size": 10, "font_color": GREY})
        self.word = add(boxed | {"align": "center", "font_color": GREY})
        self.good = add(boxed | {"align": "center", "font_color": "#1E7145"})
        self.bad = add(boxed | {"align": "center", "font_color": "#B3261E", "bold": True})
        self.percent = add(boxed | {"num_format": '+0.0"%";-0.0"%";0.0"%"', "align": "right"})
        self.block = add(base | {"bold": True, "font_size": 12, "font_color": HEAD, "bottom": 2, "bottom_color": HEAD})
        link = boxed | {"font_color": "#1F5FA8", "underline": 1}
        self.link, self.fitted_link = add(link), add(link | {"shrink": True})
        self.leads = add(boxed | {"text_wrap": True} | LEADS)
        self.leads_centre = add(boxed | {"align": "center"} | LEADS)
        self.leads_top = add(boxed | {"text_wrap": True, "valign": "top"} | LEADS)
        self.jump = add(boxed | {"align": "center", "font_size": 10} | LEADS)
        self.fitted, self.fitted_centre = (
            add(boxed | {"shrink": True}),
            add(boxed | {"shrink": True, "align": "center"}),
        )

    def state(self, word: str) -> Any:
        """Return the format of a unit's state."""
        return self.good if word == say("state.accepted") else self.bad

    def marked(self, look: str) -> Any:
        """Return the format of a cell in a row that stands out by its colour."""
        return self._marked[look]

    def summary(self, look: str) -> Any:
        """Return the format of a cell in a row that sums up others."""
        return self._summary[look]

    def figure(self, decimals: int, *, summary: bool = False, leads: bool = False) -> Any:
        """Return the format of a figure with this many decimals, blue where it leads somewhere."""
        if found := self._plain.get((decimals, summary, leads)):
            return found
        number_format = "0" if decimals == 0 else "0." + "0" * min(decimals, 2) + "#" * max(0, decimals - 2)
        found = self._plain[decimals, summary, leads] = self.custom(number_format, summary=summary, leads=leads)
        return found

    def custom(self, number_format: str, *, summary: bool = False, leads: bool = False) -> Any:
        """Return a boxed figure format, shaded in a row that sums up others."""
        key = (number_format, summary, leads)
        if key not in self._figures:
            look = self._boxed | {"num_format": number_format, "align": "right"} | (SUMMARY if summary else {})
            look |= LEADS if leads else {}
            self._figures[key] = self._book.add_format(look)
        return self._figures[key]
