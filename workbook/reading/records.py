"""The records of an .xls, looked through in one pass: how far its cells reach, what they hide, whether it is locked."""

from __future__ import annotations

import io
import struct
from collections import Counter
from collections.abc import Iterator

import olefile

from workbook.layout import RULES_SHEET
from workbook.reading.extent import Extent
from workbook.reading.kind import Unreadable
from workbook.reading.marks import ERRORS, Marks, is_percent

_BOOK = "Workbook"  # since Excel 97; what is older has "Book"
_BOF, _EOF, _PASSWORD, _SHEET, _STRINGS, _MORE = 0x0809, 0x000A, 0x002F, 0x0085, 0x00FC, 0x003C
_DIMENSIONS, _SHARED, _NUMBERS = 0x0200, 0x00FD, 0x00BD
_FORMULA, _NUMBER, _RK, _ERROR, _FORMAT, _STYLE = 0x0006, 0x0203, 0x027E, 0x0205, 0x041E, 0x00E0
_CELLS = (_FORMULA, 0x00D6, _NUMBER, 0x0204, _ERROR, _RK, _SHARED, _NUMBERS)
_NO_NUMBER = b"\xff\xff"  # at the end of a formula's result that is something else; its first byte says what
_RESULT_ERROR = 2
_MOST_BYTES = 32 * 1024 * 1024  # a form has 1.6 MB
_MOST_TEXT = 4_000_000_000  # bytes of all strings × how often one is used: beyond what could become of a form


def look_at_records(data: bytes, extent: Extent, marks: Marks) -> None:
    """Count what stands in an .xls; Unreadable if it is too much, older than Excel 97 or has a password."""
    stream = _stream(data)
    sheets: list[tuple[int, str]] = []
    styles = _Styles()
    strings, last = 0, 0
    for kind, body in _records(stream, 0, extent):
        if kind == _PASSWORD:
            raise Unreadable("encrypted")
        if kind == _SHEET:
            sheets.append((struct.unpack_from("<I", body)[0], _name(body)))
        styles.hear(kind, body)
        last = last if kind == _MORE else kind
        strings += len(body) if last == _STRINGS else 0
    used: Counter[int] = Counter()
    for start, name in sheets:
        extent.sheet(name)
        for kind, body in _records(stream, start, extent):
            _count(extent, kind, body)
            if kind == _SHARED:
                used[struct.unpack_from("<I", body, 6)[0]] += 1
            elif kind in _CELLS and name != RULES_SHEET:
                _mark(marks, styles, name, kind, body)
    if strings * max(used.values(), default=0) > _MOST_TEXT:
        raise Unreadable("huge")


def _count(extent: Extent, kind: int, body: bytes) -> None:
    """Count how far a record reaches."""
    if kind == _DIMENSIONS:
        _, rows, _, columns = struct.unpack_from("<IIHH", body)
        extent.content(max(rows - 1, 0), max(columns - 1, 0))  # room is reserved as it says
    elif kind in _CELLS:
        row, column = struct.unpack_from("<HH", body)
        extent.content(row, struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _NUMBERS else column)


class _Styles:
    """Gathers which styles of cells show a number as percent."""

    def __init__(self) -> None:
        self.percents: set[int] = set()
        self._count = 0
        self._codes: dict[int, str] = {}

    def hear(self, kind: int, body: bytes) -> None:
        """Keep a number format, or a style that uses one; formats come first."""
        if kind == _FORMAT:
            self._codes[struct.unpack_from("<H", body)[0]] = _text(
                struct.unpack_from("<H", body, 2)[0], body[4], body[5:]
            )
        elif kind == _STYLE:
            number = struct.unpack_from("<H", body, 2)[0]
            if is_percent(number, self._codes.get(number, "")):
                self.percents.add(self._count)
            self._count += 1


def _mark(marks: Marks, styles: _Styles, sheet: str, kind: int, body: bytes) -> None:
    """Note what a record says of its cells."""
    row, column, style = struct.unpack_from("<HHH", body)
    place = (sheet, row, column)
    if kind == _NUMBERS:
        for number in range((len(body) - 6) // 6):
            if struct.unpack_from("<H", body, 4 + number * 6)[0] in styles.percents:
                marks.percent((sheet, row, column + number))
    elif kind == _FORMULA:
        marks.formula(place)
        if body[12:14] != _NO_NUMBER:
            if style in styles.percents:
                marks.percent(place)
        elif body[6] == _RESULT_ERROR:
            marks.error(place, ERRORS.get(body[8], ""))
    elif kind == _ERROR and body[7]:  # else it is a truth value
        marks.error(place, ERRORS.get(body[6], ""))
    elif kind in (_NUMBER, _RK) and style in styles.percents:
        marks.percent(place)


def _stream(data: bytes) -> bytes:
    if len(data) > _MOST_BYTES:
        raise Unreadable("huge")
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if container.exists(_BOOK):
                return bytes(container.openstream(_BOOK).read())
            reason = "word" if container.exists("WordDocument") else "old_workbook"
    except Exception:  # whatever a reader trips over in a damaged file
        raise Unreadable("other") from None
    raise Unreadable(reason)


def _records(stream: bytes, at: int, extent: Extent) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of the records from a place to the end of their part."""
    while at + 4 <= len(stream):
        extent.step()
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _EOF:
            return
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _name(body: bytes) -> str:
    """Return the name of a sheet."""
    return _text(body[6], body[7], body[8:])


def _text(length: int, flags: int, characters: bytes) -> str:
    """Return a text that is not split over records."""
    wide = flags & 1
    return characters[: length * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")
