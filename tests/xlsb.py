"""A writer of .xlsb by [MS-XLSB], for tests: no program on a Linux machine saves one.

It is itself held to the truth: LibreOffice must show what was written.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

import openpyxl
from incoming import package
from python_calamine import CalamineWorkbook

DATE, DATE_FORMAT, PERCENT = 1, 2, 3  # styles of cells, the second with a format of the book's own; 0 is none
ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
BEGUN = datetime(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Error:
    """A cell that shows an error."""

    text: str


@dataclass(frozen=True, slots=True)
class Rich:
    """A text with its looks, written into its cell."""

    text: str


@dataclass(frozen=True, slots=True)
class Inline:
    """A text written into its cell."""

    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a formula shows. The formula is that value, so that it stays right whoever calculates."""

    value: float | bool | str | Error


@dataclass(frozen=True, slots=True)
class Percent:
    """A number shown as percent."""

    value: float


Value: TypeAlias = float | bool | str | date | Error | Rich | Inline | Result | Percent | None
Grid: TypeAlias = Sequence[Sequence[Value]]


def grids_of(path: Path) -> dict[str, list[list[Value]]]:
    """Return all sheets of an .xlsx as they show, formulas as their results."""
    shown, written = CalamineWorkbook.from_path(path), openpyxl.load_workbook(path)
    grids: dict[str, list[list[Value]]] = {}
    for sheet in written.worksheets:
        grid: list[list[Value]] = shown.get_sheet_by_name(sheet.title).to_python(skip_empty_area=False)
        for row in sheet.iter_rows(max_row=len(grid)):
            for cell in row:
                if cell.data_type == "f" and cell.column <= len(grid[cell.row - 1]):
                    grid[cell.row - 1][cell.column - 1] = Result(grid[cell.row - 1][cell.column - 1])
        grids[sheet.title] = grid
    return grids


def write_xlsb(path: Path, grids: Mapping[str, Grid], *, short: bool = False, since_1904: bool = False) -> Path:
    """Write sheets; `short` leaves the column out of a cell that stands right of another, as some programs do."""
    path.write_bytes(package(parts_of(grids, short=short, since_1904=since_1904)))
    return path


def parts_of(grids: Mapping[str, Grid], *, short: bool = False, since_1904: bool = False) -> dict[str, bytes]:
    """Return the parts of a workbook by their names."""
    texts: dict[str, int] = {}
    sheets = {f"worksheets/sheet{n}.bin": sheet(g, texts, short) for n, g in enumerate(grids.values(), 1)}
    main = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    kinds = {"/xl/workbook.bin": main} | {f"/xl/{name}": "application/vnd.ms-excel.worksheet" for name in sheets}
    kinds |= {f"/xl/{n}.bin": f"application/vnd.ms-excel.{n}" for n in ("styles", "sharedStrings")}
    overrides = "".join(f'<Override PartName="{n}" ContentType="{k}"/>' for n, k in kinds.items())
    content_types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>"
    )
    linked = [("worksheet", name) for name in sheets] + [
        ("styles", "styles.bin"),
        ("sharedStrings", "sharedStrings.bin"),
    ]
    return {
        "[Content_Types].xml": content_types.encode(),
        "_rels/.rels": links([("officeDocument", "xl/workbook.bin")]),
        "xl/workbook.bin": book(grids, since_1904),
        "xl/_rels/workbook.bin.rels": links(linked),
        **{f"xl/{name}": content for name, content in sheets.items()},
        "xl/styles.bin": styles(),
        "xl/sharedStrings.bin": shared(texts),
    }


def links(linked: Iterable[tuple[str, str]]) -> bytes:
    of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    rows = "".join(f'<Relationship Id="rId{n}" Type="{of}{k}" Target="{t}"/>' for n, (k, t) in enumerate(linked, 1))
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'
    ).encode()


def record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind % 128 + 128, kind // 128])
    size, groups = len(body), []
    while True:
        groups.append(size % 128)
        size //= 128
        if not size:
            return head + bytes(g + 128 for g in groups[:-1]) + bytes(groups[-1:]) + body


def wide(text: str) -> bytes:
    units = text.encode("utf-16-le")
    return struct.pack("<I", len(units) // 2) + units


def book(names: Iterable[str], since_1904: bool = False) -> bytes:
    listed = (record(156, struct.pack("<II", 0, n) + wide(f"rId{n}") + wide(name)) for n, name in enumerate(names, 1))
    properties = record(153, struct.pack("<II", 0x1_0020 + since_1904, 0) + wide("ThisWorkbook"))
    return b"".join((record(131), properties, record(143), *listed, record(144), record(132)))


def shared(texts: Iterable[str]) -> bytes:
    items = [record(19, b"\0" + wide(text)) for text in texts]
    return b"".join((record(159, struct.pack("<II", len(items), len(items))), *items, record(160)))


def styles() -> bytes:
    """Return the least a book's looks may be: one of everything, four styles of cells."""
    black = struct.pack("<BBhBBBB", 5, 0, 0, 0, 0, 0, 255)
    font = struct.pack("<HHHHBBBB", 220, 0, 400, 0, 0, 2, 0, 0) + black + b"\0" + wide("Calibri")
    fills = [record(45, struct.pack("<I", n) + black * 2 + bytes(4 + 5 * 8 + 4)) for n in (0, 17)]
    of_style, *of_cells = (
        record(47, struct.pack("<HHHHHBBHBB", parent, form, 0, 0, 0, 0, 0, 0x1010, form > 0, 0))
        for parent, form in ((0xFFFF, 0), (0, 0), (0, 14), (0, 164), (0, 10))
    )
    parts = [
        (615, [record(44, struct.pack("<H", 164) + wide('yyyy"年"m"月"d"日"'))], 616),
        (611, [record(43, font)], 612),
        (603, fills, 604),
        (613, [record(46, b"\0" + (b"\0\0" + black) * 5)], 614),
        (626, [of_style], 627),
        (617, of_cells, 618),
        (619, [record(48, struct.pack("<IHBB", 0, 1, 0, 0) + wide("Normal"))], 620),
        (505, [], 506),
    ]
    listed = (
        record(begin, struct.pack("<I", len(items))) + b"".join(items) + record(end) for begin, items, end in parts
    )
    tables = record(508, struct.pack("<I", 0) + wide("TableStyleMedium2") + wide("PivotStyleLight16")) + record(509)
    return b"".join((record(278), *listed, tables, record(279)))


def sheet(grid: Grid, texts: dict[str, int], short: bool = False) -> bytes:
    """Return a sheet; new texts are added to those shared."""
    wide_most = max((len(row) for row in grid), default=1)
    extent = record(148, struct.pack("<IIII", 0, max(len(grid) - 1, 0), 0, max(wide_most - 1, 0)))
    rows = (row_head(n) + cells(row, texts, short) for n, row in enumerate(grid))
    return b"".join((record(129), extent, record(145), *rows, record(146), record(130)))


def row_head(number: int) -> bytes:
    return record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))


def cells(row: Sequence[Value], texts: dict[str, int], short: bool = False) -> bytes:
    out = []
    for column, value in enumerate(row):
        kind, body, style = told(value, texts)
        head = struct.pack("<I", style)
        if short and column and kind < 8:
            out.append(record(kind + 11, head + body))
        else:
            out.append(cell(column, kind, body, style))
    return b"".join(out)


def cell(column: int, kind: int, body: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + body)


def told(value: Value, texts: dict[str, int]) -> tuple[int, bytes, int]:
    """Return kind of record, content and style of a cell."""
    if isinstance(value, Result):
        return *of_formula(value.value), 0
    if isinstance(value, Percent):
        return *of_value(value.value), PERCENT
    if isinstance(value, date):
        days = (datetime(*value.timetuple()[:6]) - BEGUN).total_seconds() / 86_400
        return 5, struct.pack("<d", days), DATE if days.is_integer() else DATE_FORMAT
    if value is None or value == "":
        return 1, b"", 0
    if isinstance(value, Rich):
        return 62, b"\1" + wide(value.text) + struct.pack("<I", 1) + struct.pack("<HH", 0, 0), 0
    if isinstance(value, Inline):
        return 6, wide(value.text), 0
    if isinstance(value, str):
        return 7, struct.pack("<I", texts.setdefault(value, len(texts))), 0
    return *of_value(value), 0


def of_value(value: float | bool | Error) -> tuple[int, bytes]:
    if isinstance(value, Error):
        return 3, bytes([ERRORS[value.text]])
    if isinstance(value, bool):
        return 4, bytes([value])
    if float(value).is_integer() and abs(value) < 2**29:
        return 2, struct.pack("<i", int(value) << 2 | 2)
    hundredths = round(value * 100)
    if abs(hundredths) < 2**29 and hundredths / 100 == value:
        return 2, struct.pack("<i", hundredths << 2 | 3)
    return 5, struct.pack("<d", value)


def of_formula(value: float | bool | str | Error) -> tuple[int, bytes]:
    if isinstance(value, Error):
        kind, shown, token = 11, bytes([ERRORS[value.text]]), bytes([0x1C, ERRORS[value.text]])
    elif isinstance(value, bool):
        kind, shown, token = 10, bytes([value]), bytes([0x1D, value])
    elif isinstance(value, str):
        kind, shown = 8, wide(value)
        token = b"\x17" + struct.pack("<H", len(shown) // 2 - 2) + shown[4:]
    else:
        kind, shown = 9, struct.pack("<d", value)
        token = b"\x1f" + shown
    return kind, shown + struct.pack("<HI", 0, len(token)) + token + bytes(4)
