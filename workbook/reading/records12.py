"""The records of an .xlsb, looked through in one pass and written anew with nothing in them but values.

The parser behind us steps over records it does not know: cells written in short form, rich text in a cell and results
that are errors would read as blank, and a sheet may get lost. So it is given the few records it reads right, for all
that a cell may hold. Numbers of records are those of [MS-XLSB]; names begin with Brt there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from workbook.layout import RULES_SHEET
from workbook.reading.extent import Extent
from workbook.reading.kind import Unreadable
from workbook.reading.marks import ERRORS, Marks, Place, is_percent

BOOK, LINKS = "xl/workbook.bin", "xl/_rels/workbook.bin.rels"
_TEXTS, _STYLES = "xl/sharedStrings.bin", "xl/styles.bin"
_PROPERTIES, _SHEET, _END_SHEETS, _END_BOOK = 153, 156, 144, 132
_BEGIN_TEXTS, _TEXT, _END_TEXTS = 159, 19, 160
_BEGIN_FORMATS, _FORMAT, _END_FORMATS, _BEGIN_STYLES, _STYLE, _END_STYLES = 615, 44, 616, 617, 47, 618
_ROW, _END_SHEET, _BEGIN_CELLS, _END_CELLS, _EXTENT = 0, 130, 145, 146, 148
_RK, _ERROR, _BOOL, _REAL, _ST, _ISST, _RICH = 2, 3, 4, 5, 6, 7, 62
_CELLS = (*range(1, 12), _RICH)  # 1 is blank
_SHORT = range(12, 19)  # 1 to 7 once more, without a column: it is the next one
_FORMULAS = {8: _ST, 9: _REAL, 10: _BOOL, 11: _ERROR}  # the formula stands behind its result
_SIZES = {_RK: 4, _ERROR: 1, _BOOL: 1, _REAL: 8, _ISST: 4}
_ROWS, _COLUMNS = 1_048_576, 16_384
_STYLE_BITS = 0x00FF_FFFF  # of a cell's second number
_NOWHERE = 0xFFFF_FFFF  # the length of a text that is not there


def plain_book(
    parts: Mapping[str, bytes], targets: Mapping[str, str], extent: Extent, marks: Marks
) -> dict[str, bytes]:
    """Return the parts of a workbook with the same sheets, values and number formats, without the sheet of rules.

    `targets` are the parts by the identifiers of their relationships. An error in a cell becomes the text it shows as.
    Unreadable if there is too much in it or a record is damaged; LookupError or struct.error also say it is damaged.
    """
    texts, lengths = _texts(parts.get(_TEXTS, b""), extent)
    properties, sheets = _sheets(parts[BOOK], targets, extent)
    styles, percents = _styles(parts.get(_STYLES, b""), extent)
    plain = {_TEXTS: texts, _STYLES: styles}
    book, links = [properties], []
    for number, (part, name) in enumerate(sheets.items()):
        extent.sheet(name)
        key, target = f"s{number}", f"worksheets/{number}.bin"
        plain[f"xl/{target}"] = _filled(parts[part], lengths, extent, _Marker(marks, percents))
        book.append(_record(_SHEET, struct.pack("<II", 0, number + 1) + _packed(key) + _packed(name)))
        links.append(f'<Relationship Id="{key}" Target="{target}"/>')
    plain[BOOK] = b"".join((*book, _record(_END_SHEETS), _record(_END_BOOK)))
    plain[LINKS] = f"<Relationships>{''.join(links)}</Relationships>".encode()
    return plain


def _sheets(part: bytes, targets: Mapping[str, str], extent: Extent) -> tuple[bytes, dict[str, str]]:
    """Return the record that says from which year dates count, and the name of every sheet by its part."""
    properties = b""
    sheets: dict[str, str] = {}
    for kind, body in _records(part, extent):
        if kind == _PROPERTIES:
            properties = _record(_PROPERTIES, body[:1])
        elif kind == _SHEET and struct.unpack_from("<I", body, 8)[0] != _NOWHERE:
            link = _wide(body, 8)
            name, target = _said(_wide(body, 8 + len(link))), targets[_said(link)]
            if target in sheets:
                raise Unreadable("other")
            sheets[target] = name
    return properties, {target: name for target, name in sheets.items() if name != RULES_SHEET}


def _texts(part: bytes, extent: Extent) -> tuple[bytes, list[int]]:
    """Return the shared texts without their looks, and how long each is."""
    records, lengths = [], []
    for kind, body in _records(part, extent):
        if kind == _TEXT:
            text = _wide(body, 1)
            lengths.append(_length(text))
            extent.text(lengths[-1], times=0)
            records.append(_record(_TEXT, b"\0" + text))
    count = struct.pack("<II", len(records), len(records))
    return b"".join((_record(_BEGIN_TEXTS, count), *records, _record(_END_TEXTS))), lengths


def _styles(part: bytes, extent: Extent) -> tuple[bytes, set[int]]:
    """Return the number formats and which style of a cell has which: by them dates are told from numbers.

    Beside it stand the styles that show a number as percent.
    """
    formats: list[bytes] = []
    styles: list[bytes] = []
    codes: dict[int, str] = {}
    percents: set[int] = set()
    of_cells = False
    for kind, body in _records(part, extent):
        if kind == _FORMAT:
            code = _wide(body, 2)
            codes[struct.unpack_from("<H", body)[0]] = _said(code)
            formats.append(_record(_FORMAT, body[:2] + code))
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            of_cells = kind == _BEGIN_STYLES
        elif kind == _STYLE and of_cells:
            parent, number = struct.unpack_from("<HH", body)
            if is_percent(number, codes.get(number, "")):
                percents.add(len(styles))
            styles.append(_record(_STYLE, struct.pack("<HH", parent, number)))
    plain = (
        *(_record(_BEGIN_FORMATS, struct.pack("<I", len(formats))), *formats, _record(_END_FORMATS)),
        *(_record(_BEGIN_STYLES, struct.pack("<I", len(styles))), *styles, _record(_END_STYLES)),
    )
    return b"".join(plain), percents


class _Marker:
    """Notes what the parser will not say of cells."""

    def __init__(self, marks: Marks, percents: set[int]) -> None:
        self._marks, self._percents = marks, percents

    def mark(self, place: Place, kind: int, body: bytes) -> None:
        """Note what the record of a filled cell says."""
        if kind in _FORMULAS:
            self._marks.formula(place)
        shown = _FORMULAS.get(kind, kind)
        if shown == _ERROR:
            self._marks.error(place, ERRORS.get(body[8], ""))
        elif shown in (_RK, _REAL) and struct.unpack_from("<I", body, 4)[0] & _STYLE_BITS in self._percents:
            self._marks.percent(place)


def _filled(part: bytes, lengths: list[int], extent: Extent, marker: _Marker) -> bytes:
    """Return a sheet with nothing but its filled cells."""
    plain = [_record(_EXTENT, bytes(16)), _record(_BEGIN_CELLS)]
    begun = -1
    for row, kind, body in _cells(part, extent):
        value = _value(_FORMULAS.get(kind, kind), body[8:], lengths, extent)
        if value is None:
            continue
        column = struct.unpack_from("<I", body)[0]
        if not (0 <= row < _ROWS and column < _COLUMNS):
            raise Unreadable("other")
        extent.content(row, column)
        marker.mark((extent.name, row, column), kind, body)
        if row != begun:
            plain.append(_record(_ROW, struct.pack("<I", row)))
            begun = row
        plain.append(_record(value[0], body[:8] + value[1]))
    return b"".join((*plain, _record(_END_CELLS)))


def _cells(part: bytes, extent: Extent) -> Iterator[tuple[int, int, bytes]]:
    """Yield row, kind and body of every cell of a sheet, short ones written out."""
    row = column = -1
    for kind, body in _records(part, extent):
        if kind in (_END_CELLS, _END_SHEET):  # a sheet of charts has no cells
            return
        if kind == _ROW:
            row, column = struct.unpack_from("<I", body)[0], -1
        elif kind in _SHORT:
            column += 1
            yield row, kind - 11, struct.pack("<I", column) + body
        elif kind in _CELLS:
            column = struct.unpack_from("<I", body)[0]
            yield row, kind, body
    raise Unreadable("other")


def _value(kind: int, body: bytes, lengths: list[int], extent: Extent) -> tuple[int, bytes] | None:
    """Return the kind of record for a cell's value and what stands in it; None for a blank cell."""
    if kind in (_ST, _RICH):
        text = _wide(body, 1 if kind == _RICH else 0)
        extent.text(_length(text))
        return _ST, text
    if kind not in _SIZES:
        return None
    if len(body) < _SIZES[kind]:
        raise Unreadable("other")
    if kind == _ISST:
        extent.text(lengths[struct.unpack_from("<I", body)[0]])
    elif kind == _ERROR:
        return _ST, _packed(ERRORS.get(body[0], ERRORS[0x0F]))
    return kind, body[: _SIZES[kind]]


def _records(part: bytes, extent: Extent) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of all records of a part; both kind and size are written in groups of seven bits."""
    at = 0
    while at < len(part):
        extent.step()
        kind, at = part[at], at + 1
        if kind > 0x7F:
            kind, at = kind & 0x7F | (part[at] & 0x7F) << 7, at + 1
        size = 0
        for shift in (0, 7, 14, 21):
            group, at = part[at], at + 1
            size |= (group & 0x7F) << shift
            if group < 0x80:
                break
        if at + size > len(part):
            raise Unreadable("other")
        yield kind, part[at : at + size]
        at += size


def _record(kind: int, body: bytes = b"") -> bytes:
    head = [kind] if kind < 0x80 else [kind & 0x7F | 0x80, kind >> 7]
    size = len(body)
    while size > 0x7F:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((*head, size)) + body


def _wide(body: bytes, at: int) -> bytes:
    """Return the text at a place of a record as it stands there, its length before it."""
    end = at + 4 + 2 * struct.unpack_from("<I", body, at)[0]
    if end > len(body):
        raise Unreadable("other")
    return body[at:end]


def _length(wide: bytes) -> int:
    return len(wide) // 2 - 2


def _said(wide: bytes) -> str:
    return wide[4:].decode("utf-16-le", "replace")


def _packed(text: str) -> bytes:
    wide = text.encode("utf-16-le")
    return struct.pack("<I", len(wide) // 2) + wide
