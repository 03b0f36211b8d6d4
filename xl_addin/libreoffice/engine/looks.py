"""How do cells look? Colour, font, number format, wrapping, widths and heights. None where the cells differ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xl_addin.libreoffice.engine.bridge import enum
from xl_addin.libreoffice.engine.places import Place

if TYPE_CHECKING:
    from xl_addin.libreoffice.engine.ranges import Range

Colour = tuple[int, int, int]
_NONE = -1  # no background; the font's automatic colour
_VERTICAL = {1: "top", 2: "center", 3: "bottom"}  # com.sun.star.table.CellVertJustify2
_POINT = 2540 / 72  # UNO measures in hundredths of a millimetre
_PIXEL = 2540 / 96
_DIGIT, _PADDING = 7, 5  # pixels: of a digit in Excel's usual font, and what a column has besides
_BOLD, _REGULAR = 150.0, 100.0  # com.sun.star.awt.FontWeight
_SCRIPTS = ("", "Asian", "Complex")  # a font is kept once for Latin, Chinese and other letters


class Looks(Place):
    """Cells as one sees them."""

    @property
    def color(self) -> Colour | None:
        """The background; None where there is none."""
        colour = _common(self.api, "CellBackColor")
        return None if colour in (None, _NONE) else _rgb(colour)

    @color.setter
    def color(self, colour: Colour | str | int | None) -> None:
        self.claim()
        self.api.CellBackColor = _NONE if colour is None else _number(colour)

    @property
    def font(self) -> Font:
        """The font."""
        return Font(self)

    @property
    def number_format(self) -> str | None:
        """Excel's code of the number format."""
        key = _common(self.api, "NumberFormat")
        return None if key is None else self.sheet.book.formats.code(key)

    @number_format.setter
    def number_format(self, code: str) -> None:
        self.claim()
        self.api.NumberFormat = self.sheet.book.formats.key(code)

    @property
    def wrap_text(self) -> bool | None:
        """Whether texts go on in a new line at the edge."""
        wrapped = _common(self.api, "IsTextWrapped")
        return None if wrapped is None else bool(wrapped)

    @wrap_text.setter
    def wrap_text(self, wrapped: bool) -> None:
        self.claim()
        self.api.IsTextWrapped = bool(wrapped)

    @property
    def vertical_alignment(self) -> str | None:
        """Where texts stand in cells higher than they are: "top", "center" or "bottom"."""
        where = _common(self.api, "VertJustify")
        return None if where is None else _VERTICAL.get(int(where), "bottom")

    @vertical_alignment.setter
    def vertical_alignment(self, where: str) -> None:
        self.claim()
        self.api.VertJustify = next(number for number, name in _VERTICAL.items() if name == where)

    @property
    def row_height(self) -> float:
        """The height of the first row in points."""
        height: int = self.api.getRows().getByIndex(0).Height
        return round(height / _POINT, 2)

    @row_height.setter
    def row_height(self, points: float) -> None:
        self.api.getRows().Height = round(points * _POINT)

    @property
    def column_width(self) -> float:
        """The width of the first column in digits of Excel's usual font."""
        width: int = self.api.getColumns().getByIndex(0).Width
        return round((width / _PIXEL - _PADDING) / _DIGIT, 2)

    @column_width.setter
    def column_width(self, digits: float) -> None:
        self.api.getColumns().Width = round((digits * _DIGIT + _PADDING) * _PIXEL)

    def autofit(self, axis: str | None = None) -> None:
        """Make columns ("c", "columns"), rows ("r", "rows") or both as large as what stands in them."""
        if axis in (None, "c", "columns"):
            self.api.getColumns().OptimalWidth = True
        if axis in (None, "r", "rows"):
            self.api.getRows().OptimalHeight = True


class Font(base_classes.Font):
    """The font of cells. What is set is set for Latin and Chinese letters alike, as Excel knows one font only."""

    def __init__(self, cells: Looks | Range) -> None:
        self._cells = cells

    @property
    def api(self) -> Any:
        """The cell range, which has the font's properties."""
        return self._cells.api

    def _set(self, name: str, value: object) -> None:
        self._cells.claim()
        names = tuple(f"{name}{script}" for script in _SCRIPTS)
        self.api.setPropertyValues(names, (value,) * len(names))

    @property
    def bold(self) -> bool | None:
        """Whether it is bold."""
        weight = _common(self.api, "CharWeight")
        return None if weight is None else weight > _REGULAR

    @bold.setter
    def bold(self, bold: bool) -> None:
        self._set("CharWeight", _BOLD if bold else _REGULAR)

    @property
    def italic(self) -> bool | None:
        """Whether it is italic."""
        slant = _common(self.api, "CharPosture")
        return None if slant is None else slant.value != "NONE"

    @italic.setter
    def italic(self, italic: bool) -> None:
        self._set("CharPosture", enum("awt.FontSlant", "ITALIC" if italic else "NONE"))

    @property
    def size(self) -> float | None:
        """The size in points."""
        size = _common(self.api, "CharHeight")
        return None if size is None else float(size)

    @size.setter
    def size(self, points: float) -> None:
        self._set("CharHeight", float(points))

    @property
    def name(self) -> str | None:
        """The name."""
        name = _common(self.api, "CharFontName")
        return None if name is None else str(name)

    @name.setter
    def name(self, name: str) -> None:
        self._set("CharFontName", name)

    @property
    def color(self) -> Colour | None:
        """The colour; the automatic one is black, as Excel says it."""
        colour = _common(self.api, "CharColor")
        return None if colour is None else _rgb(max(colour, 0))

    @color.setter
    def color(self, colour: Colour | str | int | None) -> None:
        self._cells.claim()
        self.api.CharColor = _NONE if colour is None else _number(colour)


def _common(cells: Any, name: str) -> Any:
    """Return a property that all cells share, else None: LibreOffice would answer for the first one."""
    return None if cells.getPropertyState(name).value == "AMBIGUOUS_VALUE" else cells.getPropertyValue(name)


def _rgb(number: int) -> Colour:
    return (number >> 16 & 255, number >> 8 & 255, number & 255)


def _number(colour: Colour | str | int) -> int:
    """Return UNO's number of a colour. As a number Excel writes it the other way round, blue first."""
    if isinstance(colour, str):
        if not re.fullmatch("#?[0-9a-fA-F]{6}", colour):
            raise ValueError(colour)
        return int(colour.removeprefix("#"), 16)
    if isinstance(colour, int):
        blue, green, red = _rgb(colour)
        return red << 16 | green << 8 | blue
    return colour[0] << 16 | colour[1] << 8 | colour[2]
