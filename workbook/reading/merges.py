"""Which cells of an .ods are joined into one: the parser tells it of .xlsx and .xls only."""

from __future__ import annotations

import io
import zipfile
from typing import TypeAlias

from workbook.reading.xml import look

Area: TypeAlias = tuple[tuple[int, int], tuple[int, int]]  # first and last cell, row and column from 0
_CELLS = ("table:table-cell", "table:covered-table-cell")
_MOST = 5_000  # of a sheet


def merged_in_ods(data: bytes) -> dict[str, list[Area]]:
    """Return the joined cells of every sheet of an .ods that was judged."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml")
    joined = _Joined()
    look(content, joined)
    return joined.found


class _Joined:
    """Gathers the cells that span more than one, as they pass."""

    def __init__(self) -> None:
        self.found: dict[str, list[Area]] = {}
        self._areas: list[Area] = []
        self._row = self._column = self._rows = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            down = int(attributes.get("table:number-rows-spanned", 1))
            right = int(attributes.get("table:number-columns-spanned", 1))
            if (down > 1 or right > 1) and len(self._areas) < _MOST:
                first = (self._row, self._column)
                self._areas.append((first, (self._row + down - 1, self._column + right - 1)))
            self._column += int(attributes.get("table:number-columns-repeated", 1))
        elif name == "table:table-row":
            self._column, self._rows = 0, int(attributes.get("table:number-rows-repeated", 1))
        elif name == "table:table":
            self._areas = self.found.setdefault(attributes.get("table:name", ""), [])
            self._row = 0

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._rows

    def text(self, text: str) -> None:
        pass
