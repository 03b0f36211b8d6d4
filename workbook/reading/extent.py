"""How much stands in the sheets of a file: counted before a parser may allocate room for it."""

from __future__ import annotations

from workbook.layout import address
from workbook.reading.kind import Unreadable

# A county's form has 20 sheets, the largest with 2,200 rows × 17 columns.
_MOST_SHEETS = 200
_MOST_CELLS = 1_000_000  # of the rectangle from A1 to the last row and column with content: a parser allocates it whole
_MOST_CELLS_IN_ALL = 4_000_000
_MOST_STEPS = 3_000_000  # elements or records of a file; more than a second of looking
MOST_TEXT = 100_000  # characters of one cell; Excel itself holds 32,767
_MOST_TEXT_IN_ALL = 50_000_000  # a text that stands in many cells is kept once in the file, but read once for each
_ROWS, _COLUMNS = 1_048_576, 16_384  # of a sheet of Excel


class Extent:
    """Counts what a file holds; Unreadable as soon as it is more than we open."""

    def __init__(self) -> None:
        self.name = ""  # of the sheet that is being looked through
        self._sheets = self._cells = self._steps = self._text = 0
        self._tall = self._wide = (0, 0)  # the lowest cell with content, and the one furthest right

    def sheet(self, name: str) -> None:
        """Begin the next sheet."""
        self._cells += self._rectangle()
        self._sheets += 1
        self.name, self._tall, self._wide = name, (0, 0), (0, 0)
        if self._sheets > _MOST_SHEETS:
            raise Unreadable("sheets", n=str(_MOST_SHEETS))
        if self._cells > _MOST_CELLS_IN_ALL:
            raise Unreadable("huge")

    def step(self, times: int = 1) -> None:
        """Count elements or records."""
        self._steps += times
        if self._steps > _MOST_STEPS:
            raise Unreadable("huge")

    def content(self, row: int, column: int) -> None:
        """Count a cell with something in it, row and column from 0."""
        if row > self._tall[0]:
            self._tall = (row, column)
        elif column <= self._wide[1]:
            return
        if column > self._wide[1]:
            self._wide = (row, column)
        if self._rectangle() > _MOST_CELLS:
            low = self._tall[0] / _ROWS > self._wide[1] / _COLUMNS
            raise Unreadable("stray", sheet=self.name, cell=address(*(self._tall if low else self._wide)))

    def text(self, characters: int, times: int = 1) -> None:
        """Count a text that stands in so many cells."""
        if characters > MOST_TEXT:
            raise Unreadable("long_text", n=str(MOST_TEXT))
        self._text += characters * times
        if self._text > _MOST_TEXT_IN_ALL:
            raise Unreadable("huge")

    def _rectangle(self) -> int:
        return (self._tall[0] + 1) * (self._wide[1] + 1)
