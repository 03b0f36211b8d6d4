"""What is written onto a sheet that is printed already: the cells of one unit's form on the form of its kind."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from workbook.form.pieces import Packed, Pieces
from workbook.layout import address

_PIECE = re.compile(
    r'<row r="(?P<row>\d+)".*?</row>'
    r"|(?P<checks><dataValidations [^>]*>|</dataValidations>)"
    r'|<dataValidation [^>]*?sqref="(?P<check>[^"]*)"(?:/>|.*?</dataValidation>)'
    r'|(?P<size><dimension ref="[^"]*"/>)'
    r"|(?P<rows></sheetData>)"
    r"|(?P<foot><oddFooter>.*?</oddFooter>)",
    re.DOTALL,
)
_ROW = re.compile(r"<row ([^>]*)>(.*)</row>", re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+\d+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_HEIGHT = re.compile(r' ht="[^"]*" customHeight="1"')
_OPEN, _CLOSE, _SIZE, _ROWS, _FOOT = "open", "close", "size", "rows", "foot"


class Printed:
    """A sheet of the form of a kind, taken apart into rows, checks on what is typed, and foot."""

    def __init__(self, name: str, text: str, strings: Mapping[str, int]) -> None:
        self.strings = strings
        self.checks: list[str] = []
        self._rows: dict[int, tuple[str, dict[str, str]]] = {}
        self.pieces = Pieces(name, self._pieces(text))

    def _pieces(self, text: str) -> Iterator[tuple[Hashable, str]]:
        end = 0
        for found in _PIECE.finditer(text):
            yield None, text[end : found.start()]
            end = found.end()
            key: Hashable = found.lastgroup
            if found["row"]:
                key = int(found["row"]) - 1
            elif found["checks"]:
                key = _CLOSE if found["checks"].startswith("</") else _OPEN
            elif found["check"]:
                key = ("check", found["check"])
                self.checks.append(found["check"])
            yield key, found[0]
        yield None, text[end:]

    def row(self, number: int) -> tuple[str, dict[str, str]]:
        """Return a row's attributes and cells as they are printed."""
        if number not in self._rows:
            found = _ROW.fullmatch(self.pieces.texts.get(number, ""))
            cells = {c[1]: c[0] for c in _CELL.finditer(found[2])} if found else {}
            self._rows[number] = (found[1] if found else f'r="{number + 1}"', cells)
        return self._rows[number]


class Overprint:
    """Takes what is written to a sheet, as XlsxWriter's sheets do, and gives the printed sheet with it.

    A cell written anew counts whole: a check on what is typed there stands only if it is written again.
    """

    def __init__(self, printed: Printed) -> None:
        self.printed = printed
        self._rows: dict[int, dict[str, str]] = {}
        self._heights: dict[int, float] = {}
        self._checked: set[str] = set()
        self._foot: str | None = None

    def write_string(self, row: int, column: int, text: str, style: Any = None) -> None:
        """Write a text; one that the form of the kind has too is not kept twice."""
        place = self.printed.strings.get(text)
        if place is not None:
            self._put(row, column, style, f' t="s"><v>{place}</v></c>')
        else:
            self._put(row, column, style, f' t="inlineStr"><is><t>{escape(text)}</t></is></c>')

    def write_number(self, row: int, column: int, number: float, style: Any = None) -> None:
        """Write a number."""
        self._put(row, column, style, f"><v>{number:.16G}</v></c>")

    def write(self, row: int, column: int, value: float | str, style: Any = None) -> None:
        """Write a number or a text."""
        if isinstance(value, str):
            self.write_string(row, column, value, style)
        else:
            self.write_number(row, column, value, style)

    def write_blank(self, row: int, column: int, _: None, style: Any) -> None:
        """Write a cell with nothing in it."""
        self._put(row, column, style, "/>")

    def write_formula(self, row: int, column: int, formula: str, style: Any, shown: float | str) -> None:
        """Write a formula with its result."""
        if not isinstance(shown, str):
            self._put(row, column, style, f"><f>{_formula(formula)}</f><v>{shown}</v></c>")
        elif shown:
            self._put(row, column, style, f' t="str"><f>{_formula(formula)}</f><v>{escape(shown)}</v></c>')
        else:
            self._put(row, column, style, f"><f>{_formula(formula)}</f><v></v></c>")

    def set_row(self, row: int, height: float) -> None:
        """Set the height of a row, in points; it is kept in whole pixels."""
        self._heights[row] = int(height * 4 / 3 + 0.5) * 0.75

    def set_footer(self, footer: str) -> None:
        """Set what stands at the foot of every page."""
        self._foot = footer

    def data_validation(self, row: int, column: int, *_: object) -> None:
        """Keep the check that is printed for a cell."""
        self._checked.add(address(row, column))

    def packed(self) -> Packed:
        """Return the whole sheet."""
        printed = self.printed.pieces.texts
        changed: dict[Hashable, str] = {row: self._row(row) for row in self._rows}
        beyond = [changed.pop(row) for row in sorted(self._rows) if row not in printed]
        if beyond:
            changed[_ROWS] = "".join([*beyond, printed[_ROWS]])
            changed[_SIZE] = re.sub(r'\d+(?=")', str(max(self._rows) + 1), printed[_SIZE])
        if self._foot is not None:
            changed[_FOOT] = f"<oddFooter>{escape(self._foot)}</oddFooter>"
        return self.printed.pieces.packed(changed | self._unchecked())

    def _put(self, row: int, column: int, style: Any, rest: str) -> None:
        at, cell = _cell(row, column, None if style is None else style.xf_index)
        if row in self._rows:
            self._rows[row][at] = cell + rest
        else:
            self._rows[row] = {at: cell + rest}

    def _row(self, row: int) -> str:
        attributes, printed = self.printed.row(row)
        if row in self._heights:
            attributes = _HEIGHT.sub("", attributes) + f' ht="{self._heights[row]:.16g}" customHeight="1"'
        cells = printed | self._rows[row]
        if len(cells) > len(printed):
            cells = dict(sorted(cells.items(), key=lambda c: (len(c[0]), c[0])))
        return f"<row {attributes}>{''.join(cells.values())}</row>"

    def _unchecked(self) -> dict[Hashable, str]:
        """Return the printed checks that go, by key, each with the nothing that takes its place."""
        written = {at for cells in self._rows.values() for at in cells}
        gone = [at for at in self.printed.checks if at in written and at not in self._checked]
        if not gone:
            return {}
        left = len(self.printed.checks) - len(gone)
        changed: dict[Hashable, str] = {("check", at): "" for at in gone}
        if not left:
            return changed | {_OPEN: "", _CLOSE: ""}
        return changed | {_OPEN: re.sub(r"\d+", str(left), self.printed.pieces.texts[_OPEN])}


@cache
def _cell(row: int, column: int, style: int | None) -> tuple[str, str]:
    """Return the address of a cell and how it begins."""
    at = address(row, column)
    return at, f'<c r="{at}"' if style is None else f'<c r="{at}" s="{style}"'


@cache
def _formula(formula: str) -> str:
    """Return a formula, which begins with an equals sign, as it stands in a cell."""
    return escape(formula[1:])
