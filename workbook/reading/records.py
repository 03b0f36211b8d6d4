"""The records of an .xls, looked through in one pass: how far its cells reach, whether it has a password."""

from __future__ import annotations

import io
import struct
from collections import Counter
from collections.abc import Iterator

import olefile

from workbook.reading.extent import Extent
from workbook.reading.kind import Unreadable

_BOOK = "Workbook"  # since Excel 97; what is older has "Book"
_BOF, _EOF, _PASSWORD, _SHEET, _STRINGS, _MORE = 0x0809, 0x000A, 0x002F, 0x0085, 0x00FC, 0x003C
_DIMENSIONS, _SHARED, _NUMBERS = 0x0200, 0x00FD, 0x00BD
_CELLS = (0x0006, 0x00D6, 0x0203, 0x0204, 0x0205, 0x027E, _SHARED, _NUMBERS)
_MOST_BYTES = 32 * 1024 * 1024  # a form has 1.6 MB
_MOST_TEXT = 4_000_000_000  # bytes of all strings × how often one is used: beyond what could become of a form


def look_at_records(data: bytes, extent: Extent) -> None:
    """Count what stands in an .xls; Unreadable if it is too much, older than Excel 97 or has a password."""
    stream = _stream(data)
    sheets: list[tuple[int, str]] = []
    strings, last = 0, 0
    for kind, body in _records(stream, 0, extent):
        if kind == _PASSWORD:
            raise Unreadable("encrypted")
        if kind == _SHEET:
            sheets.append((struct.unpack_from("<I", body)[0], _name(body)))
        last = last if kind == _MORE else kind
        strings += len(body) if last == _STRINGS else 0
    used: Counter[int] = Counter()
    for start, name in sheets:
        extent.sheet(name)
        for kind, body in _records(stream, start, extent):
            if kind == _DIMENSIONS:
                _, rows, _, columns = struct.unpack_from("<IIHH", body)
                extent.content(max(rows - 1, 0), max(columns - 1, 0))  # room is reserved as it says
            elif kind in _CELLS:
                row, column = struct.unpack_from("<HH", body)
                extent.content(row, struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _NUMBERS else column)
                if kind == _SHARED:
                    used[struct.unpack_from("<I", body, 6)[0]] += 1
    if strings * max(used.values(), default=0) > _MOST_TEXT:
        raise Unreadable("huge")


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
    wide = body[7] & 1
    return body[8 : 8 + body[6] * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")
