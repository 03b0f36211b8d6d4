"""The XML of a workbook, looked through in one pass: how far its cells reach, how much stands in them, what they hide.

Entities and document types are refused: no program that writes workbooks declares any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Protocol
from xml.parsers import expat

from workbook.layout import RULES_SHEET
from workbook.reading.extent import Extent
from workbook.reading.kind import Unreadable
from workbook.reading.marks import Marks, Place, is_percent

_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_CELLS = ("table:table-cell", "table:covered-table-cell")


class Looker(Protocol):
    """What is told about elements as they pass."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""

    def end(self, name: str) -> None:
        """Hear that an element ends."""

    def text(self, text: str) -> None:
        """Hear of text in the innermost element."""


def look(content: bytes, looker: Looker) -> None:
    """Tell `looker` what stands in a part; Unreadable if the XML is broken or declares a document type."""
    parser = _parser()
    parser.buffer_text = True
    parser.StartElementHandler = looker.start
    parser.EndElementHandler = looker.end
    parser.CharacterDataHandler = looker.text
    _parse(parser, content)


def parse(content: bytes) -> None:
    """Look at the XML of a part alone; Unreadable as `look` is."""
    _parse(_parser(), content)


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8")  # whatever it says of itself: the parser behind us reads nothing else
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _parse(parser: expat.XMLParserType, content: bytes) -> None:
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise Unreadable("other") from None


def _refuse(*_: object) -> None:
    raise Unreadable("doctype")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class Elements:
    """Gathers the attributes of all elements of one name, by their names without prefix."""

    def __init__(self, name: str, extent: Extent) -> None:
        self.found: list[Mapping[str, str]] = []
        self._name, self._extent = name, extent

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the attributes of what is looked for."""
        self._extent.step()
        if _local(name) == self._name:
            self.found.append({_local(k): v for k, v in attributes.items()})

    def end(self, name: str) -> None:
        """Hear nothing."""

    def text(self, text: str) -> None:
        """Hear nothing."""


class Styles:
    """Gathers which styles of cells show a number as percent."""

    def __init__(self, extent: Extent) -> None:
        self.percents: set[str] = set()  # numbers of styles, as cells write them
        self._extent = extent
        self._codes: dict[str, str] = {}
        self._count: int | None = None  # of the styles of cells so far

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep number formats, then the styles that use one with a percent sign."""
        self._extent.step()
        name = _local(name)
        if name == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._count = 0
        elif name == "xf" and self._count is not None:
            number = attributes.get("numFmtId", "0")
            if is_percent(int(number), self._codes.get(number, "")):
                self.percents.add(str(self._count))
            self._count += 1

    def end(self, name: str) -> None:
        """Hear no more of styles of cells."""
        if _local(name) == "cellXfs":
            self._count = None

    def text(self, text: str) -> None:
        """Hear nothing."""


class Sheets:
    """Looks through the shared strings of an Excel workbook, then its sheets, then all the rest.

    `percents` are the styles that show a number as percent; it may be filled until the first sheet comes.
    """

    def __init__(self, extent: Extent, marks: Marks, percents: Collection[str]) -> None:
        self._extent, self._marks, self._percents = extent, marks, percents
        self.lengths: list[int] = []  # of the shared strings
        self._row = self._column = -1
        self._length = 0
        self._inside = (
            0  # cells and shared strings that are open; notes, names and conditions may be as many as they like
        )
        self._kind = self._style = ""
        self._value: list[str] | None = None  # what is gathered of a shared string's number, or of an error value

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Count the element; a cell with a value reaches as far as its place."""
        self._extent.step()
        name = _local(name)
        if name in ("c", "si"):
            self._inside += 1
        if name == "c":
            self._place(attributes.get("r"))
            self._kind, self._style, self._length = attributes.get("t", "n"), attributes.get("s", "0"), 0
        elif name in ("v", "is") and self._inside:  # charts have some too
            self._begin_value()
        elif name == "f" and self._inside:
            self._marks.formula(self._here())
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif name in ("si", "worksheet"):
            self._row, self._length = -1, 0

    def _begin_value(self) -> None:
        self._extent.content(max(self._row, 0), max(self._column, 0))
        self._value = [] if self._kind in ("s", "e") else None
        if self._kind == "n" and self._style in self._percents:
            self._marks.percent(self._here())

    def _here(self) -> Place:
        return self._extent.name, self._row, self._column

    def _place(self, place: str | None) -> None:
        if place is None:
            self._column += 1
            return
        match = _PLACE.fullmatch(place)
        if match is None:
            raise Unreadable("other")
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        self._row, self._column = int(match[2]) - 1, column - 1

    def end(self, name: str) -> None:
        """Count a text once for each cell it stands in."""
        name = _local(name)
        if name in ("c", "si"):
            self._inside -= 1
        if name == "si":
            self.lengths.append(self._length)
        elif name == "v" and self._value is not None:
            value = "".join(self._value)
            if self._kind == "e":
                self._marks.error(self._here(), value)
            else:
                self._extent.text(self.lengths[int(value)])
            self._value = None

    def text(self, text: str) -> None:
        """Count the characters of a cell or shared string."""
        if not self._inside:
            return
        self._length += len(text)
        self._extent.text(self._length, times=0)
        if self._value is not None:
            self._value.append(text)


class OpenDocument:
    """Looks through the content of an .ods, where rows, cells and blanks stand once and are told how often to repeat.

    Names are compared with their usual prefixes, as the parser does it.
    """

    def __init__(self, extent: Extent, marks: Marks) -> None:
        self._extent, self._marks = extent, marks
        self._cell: dict[str, str] = {}
        self._text: list[str] = []
        self._row = self._column = self._length = 0
        self._rows = self._columns = 1
        self._filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Count the element."""
        self._extent.step()
        if name in _CELLS:
            self._columns = int(attributes.get("table:number-columns-repeated", 1))
            self._filled, self._length = "office:value-type" in attributes, 0
            self._cell, self._text = attributes, []
        elif name == "text:p":
            self._filled = True
        elif name == "text:s":
            self._length += int(attributes.get("text:c", 1))
            self._extent.text(self._length, times=0)
        elif name == "table:table-row":
            self._rows, self._column = int(attributes.get("table:number-rows-repeated", 1)), 0
        elif name == "table:table":
            self._extent.sheet(attributes.get("table:name", ""))
            self._row = 0

    def end(self, name: str) -> None:
        """Count a cell as often as it repeats."""
        if name in _CELLS:
            self._mark()
            self._column += self._columns
            if self._filled:
                self._extent.content(self._row + self._rows - 1, self._column - 1)
                self._extent.text(self._length, times=self._rows * self._columns)
            self._filled = False
        elif name == "table:table-row":
            self._row += self._rows

    def _mark(self) -> None:
        """Note what the cell is, as often as it repeats."""
        if self._extent.name == RULES_SHEET:
            return
        cell, shown, kind = self._cell, "".join(self._text), self._cell.get("office:value-type", "")
        notes: list[Callable[[Place], None]] = []
        if cell.get("calcext:value-type") == "error" or (kind == "float" and shown.isalpha()):  # or TRUE, as a number
            notes.append(partial(self._marks.error, shown=shown))
        if "table:formula" in cell:
            notes.append(self._marks.formula)
        if kind == "percentage":
            notes.append(self._marks.percent)
        for note in notes:
            for row in range(self._row, self._row + self._rows):
                for column in range(self._column, self._column + self._columns):
                    note((self._extent.name, row, column))

    def text(self, text: str) -> None:
        """Count the characters of a cell."""
        self._length += len(text)
        self._extent.text(self._length, times=0)
        self._text.append(text)
