"""How is a number shown? Number formats of a workbook by Excel's codes, and what kind of value they make of it."""

from __future__ import annotations

import re
from typing import Any

from xl_addin.libreoffice.engine.bridge import struct

# com.sun.star.util.NumberFormat
DATE = 2
TIME = 4
LOGICAL = 1024
GENERAL = 0  # the key of the format every cell begins with
_GENERAL = "General"
_PARTS = re.compile(r"""([YMDHS]+)|"[^"]*"|\\.|\[[^\]]*\]|AM/PM""")


class NumberFormats:
    """The number formats of a document, asked for once each: every question goes to another process."""

    def __init__(self, document: Any) -> None:
        self._formats = document.getNumberFormats()
        self._english = struct("lang.Locale", "en", "US", "")  # Excel's codes are those of the English Excel
        self._types: dict[int, int] = {}
        self._keys: dict[str, int] = {}

    def type(self, key: int) -> int:
        """Return the kinds of a format as bits."""
        if key not in self._types:
            self._types[key] = self._formats.getByKey(key).Type
        return self._types[key]

    def types(self, cells: Any, rows: int, columns: int) -> list[list[int]]:
        """Return the kinds of the formats of a block of cells."""
        if cells.getPropertyState("NumberFormat").value != "AMBIGUOUS_VALUE":
            return [[self.type(cells.NumberFormat)] * columns] * rows
        result = [[0] * columns for _ in range(rows)]
        corner = cells.getRangeAddress()
        groups = cells.getUniqueCellFormatRanges()
        for group in (groups.getByIndex(i) for i in range(groups.getCount())):
            kind = self.type(group.NumberFormat)
            if kind & (DATE | LOGICAL):
                for area in group.getRangeAddresses():
                    left, right = area.StartColumn - corner.StartColumn, area.EndColumn - corner.StartColumn + 1
                    for row in result[area.StartRow - corner.StartRow : area.EndRow - corner.StartRow + 1]:
                        row[left:right] = [kind] * (right - left)
        return result

    def logical(self) -> int:
        """Return the key of the format that shows TRUE and FALSE."""
        return int(self._formats.getStandardFormat(LOGICAL, self._english))

    def key(self, code: str) -> int:
        """Return the key of a format, a new one where the document does not have it."""
        if code == _GENERAL:
            return GENERAL
        if code not in self._keys:
            # In the language of the office: an English one would be written as English, "[$-409]0".
            self._keys[code] = int(self._formats.addNewConverted(code, self._english, struct("lang.Locale")))
        return self._keys[code]

    def code(self, key: int) -> str:
        """Return Excel's code of a format. Excel needs no format for TRUE and FALSE, so that one is none."""
        if self.type(key) & LOGICAL:
            return _GENERAL
        code = str(self._formats.getByKey(self._formats.getFormatForLocale(key, self._english)).FormatString)
        return _PARTS.sub(_small, code) if self.type(key) & (DATE | TIME) else code


def _small(found: re.Match[str]) -> str:
    """Return letters of dates and times as Excel says them; what is quoted or in brackets stays."""
    return found[1].lower() if found[1] else found[0]
