"""Formats, colours and input messages that all sheets of a form share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from math import ceil
from typing import Any
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from workbook.messages import say
from workbook.model import Indicator

COLOURS = {"input": "#FFF9DB", "computed": "#E4ECF7", "carried": "#E3F1E3", "absent": "#F1F3F5"}
FINDINGS = ("#F7B5B0", "#FBD38D", "#FFEC99")  # error, confirm, warning
INK, RULE, HEAD = "#1F2A37", "#B8C0CC", "#27496D"
FONT = say("form.font")
PROTECT = {"format_columns": True, "format_rows": True, "select_locked_cells": True}  # widths and heights stay theirs


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def width_of(text: str) -> int:
    """Return how many half-width places a text takes."""
    if text.isascii():
        return len(text)
    if _ASTRAL.search(text):
        return sum(map(_places, text))
    return 2 * len(text) - len("".join(_narrow().findall(text)))


def widths_of(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return how many half-width places each text takes: one by one where a character is rare, else all at once."""
    whole = "".join(texts)
    if _ASTRAL.search(whole):
        return np.array([width_of(text) for text in texts], dtype=np.int64)
    places = _widths()[np.frombuffer(whole.encode("utf-16-le", "surrogatepass"), dtype="<u2")]
    before = np.concatenate([[0], np.cumsum(places, dtype=np.int64)])
    ends = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    found: NDArray[np.int64] = np.diff(before[ends])
    return found


def _places(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


@cache
def _widths() -> NDArray[np.int8]:
    """Return how many places each character takes, but for astral ones."""
    return np.array([_places(chr(n)) for n in range(0x10000)], dtype=np.int8)


@cache
def _narrow() -> re.Pattern[str]:
    """Return what finds the characters of one place, but for astral ones: a workbook asks for millions."""
    narrow = "".join("x" if n == 1 else " " for n in _widths().tolist())
    runs = (f"\\u{run.start():04x}-\\u{run.end() - 1:04x}" for run in re.finditer("x+", narrow))
    return re.compile(f"[{''.join(runs)}]+")


class Styles:
    """The formats of one workbook (XlsxWriter formats belong to their book)."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._cache: dict[tuple[str, ...], Any] = {}
        base = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
        boxed = base | {"border": 1, "border_color": RULE}
        add = book.add_format
        self.title = add(base | {"font_size": 18, "bold": True, "align": "center", "font_color": HEAD})
        self.heading = add(
            boxed | {"bold": True, "align": "center", "text_wrap": True, "bg_color": HEAD, "font_color": "#FFFFFF"}
        )
        self.block = add(base | {"bold": True, "font_size": 12, "font_color": HEAD})
        self.caption = add(base | {"font_color": "#5B6675", "font_size": 10})
        self.caption_right = add(base | {"font_color": "#5B6675", "font_size": 10, "align": "right"})
        self.wrapped = add(base | {"text_wrap": True, "valign": "top"})
        self.number_label = add(base | {"align": "center", "valign": "top", "bold": True, "font_color": HEAD})
        self.label = add(boxed | {"text_wrap": True})
        self.centre = add(boxed | {"align": "center"})
        self.small = add(boxed | {"text_wrap": True, "font_size": 10, "font_color": "#5B6675"})
        self.absent = add(boxed | {"bg_color": COLOURS["absent"]})
        self.cover_label = add(boxed | {"bold": True, "align": "right", "indent": 1})
        self.cover_fixed = add(boxed | {"bg_color": COLOURS["computed"], "indent": 1})
        self.cover_input = add(boxed | {"bg_color": COLOURS["input"], "locked": False, "indent": 1, "num_format": "@"})
        dotted = base | {"bottom": 4, "bottom_color": RULE, "text_wrap": True}
        self.list_text = add(dotted)
        self.list_centre = add(dotted | {"align": "center"})
        self.list_link = add(dotted | {"font_color": "#1F5FA8", "underline": 1})
        self.findings = [add({"bg_color": c}) for c in FINDINGS]
        self._boxed = boxed

    def figure(self, colour: str, number_format: str = "General", *, locked: bool) -> Any:
        """Return the format of a figure cell in one of the three colours."""
        key = (colour, number_format, str(locked))
        if key not in self._cache:
            self._cache[key] = self.book.add_format(
                self._boxed
                | {
                    "bg_color": COLOURS[colour],
                    "align": "center",
                    "locked": locked,
                    "num_format": number_format,
                }
            )
        return self._cache[key]

    def entry(self, *, locked: bool, text: bool = True) -> Any:
        """Return the format of a text cell."""
        key = ("entry", str(locked), str(text))
        if key not in self._cache:
            colour = COLOURS["carried" if locked else "input"]
            number_format = "@" if text else "yyyy-mm-dd"
            self._cache[key] = self.book.add_format(
                self._boxed | {"bg_color": colour, "text_wrap": True, "locked": locked, "num_format": number_format}
            )
        return self._cache[key]

    def swatch(self, colour: str) -> Any:
        """Return a patch of one of the three colours for the legend."""
        return self.figure(colour, locked=True)

    @staticmethod
    def lines(text: str, width: int) -> int:
        """Return how many lines `text` takes in a column of this width."""
        if "\n" not in text:
            return max(1, ceil(width_of(text) / width))
        return sum(ceil(max(1, width_of(part)) / width) for part in text.split("\n"))

    @staticmethod
    def length_check(label: str, limit: int) -> dict[str, Any]:
        """Return the validation of a text's length, with its own message."""
        return {
            "validate": "length",
            "criteria": "<=",
            "value": limit,
            "error_title": say("form.too_long_title"),
            "error_message": say("form.too_long", label=label, limit=limit),
        }

    @staticmethod
    def figure_check(cell: str, item: Indicator) -> dict[str, Any]:
        """Return the validation of a figure: a number within bounds, or one of the two words."""
        tests = [f"ISNUMBER({cell})"]
        if item.minimum is not None:
            tests.append(f"{cell}>={item.minimum}")
        if item.maximum is not None:
            tests.append(f"{cell}<={item.maximum}")
        if item.value_type == "integer":
            tests.append(f"{cell}=INT({cell})")
        na, nc = say("word.not_applicable"), say("word.not_counted")
        guarded = f'IF(ISNUMBER({cell}),AND({",".join(tests)}),OR({cell}="{na}",{cell}="{nc}"))'
        kind = say("form.integer" if item.value_type == "integer" else "form.decimal", n=item.decimals)
        return {
            "validate": "custom",
            "value": f"={guarded}",
            "error_title": say("form.bad_figure_title"),
            "error_message": say(
                "form.bad_figure",
                kind=kind,
                low=_bound(item.minimum),
                high=_bound(item.maximum),
                word=item.measure_word,
            ),
        }


def _bound(value: object) -> str:
    return say("form.no_bound") if value is None else str(value)
