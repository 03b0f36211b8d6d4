"""What a parser leaves out of cells and a reader must know: error values, formulas, numbers shown as percent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbook.layout import address
from workbook.reading.kind import Unreadable

Place = tuple[str, int, int]  # sheet, row and column from 0
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_UNKNOWN = "#ERR!"  # for an error value that has no name, or one of later years
_MOST = 200_000  # marks of one file; a form has some 200
_LONGEST = 20  # characters of an error value that are kept
_BUILT_IN = (9, 10)  # numbers of the formats 0% and 0.00%
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # of a number format: shown as it stands, or not at all


class Marks:
    """Places of cells that are not what a parser says of them; noted while a file is looked through."""

    def __init__(self) -> None:
        self.errors: dict[Place, str] = {}  # what is shown
        self.formulas: dict[str, set[str]] = {}  # by sheet their addresses: thousands, and so they are written
        self.percents: set[Place] = set()  # numbers shown a hundred times as large, with a percent sign
        self._noted = 0

    def error(self, place: Place, shown: str) -> None:
        """Note a cell that shows an error value."""
        self._note()
        self.errors[place] = shown[:_LONGEST] or _UNKNOWN

    def formula(self, place: Place) -> None:
        """Note a cell that is worked out."""
        self._note()
        self.formulas.setdefault(place[0], set()).add(address(*place[1:]))

    def percent(self, place: Place) -> None:
        """Note a number that is shown as percent."""
        self._note()
        self.percents.add(place)

    def all_formulas(self, sheet: str, addresses: Sequence[str]) -> None:
        """Note cells of a sheet that are worked out."""
        self._note(len(addresses))
        if addresses:
            self.formulas.setdefault(sheet, set()).update(addresses)

    def add(self, others: Marks) -> None:
        """Note what was noted elsewhere, all of it or nothing."""
        self._note(others._noted)
        self.errors |= others.errors
        for sheet, addresses in others.formulas.items():
            self.formulas.setdefault(sheet, set()).update(addresses)
        self.percents |= others.percents

    def _note(self, times: int = 1) -> None:
        if self._noted + times > _MOST:
            raise Unreadable("huge")
        self._noted += times


def is_percent(number: int, code: str) -> bool:
    """Return whether a number format, by its number and its code if it has one, multiplies by a hundred."""
    return "%" in _LITERAL.sub("", code) if code else number in _BUILT_IN
