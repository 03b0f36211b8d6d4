"""Files made to exhaust the machine, or made badly: each ends in its receipt, quickly, and never stops a run."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import office, party_building
from incoming import form, package, taken

from workbook.messages import say
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_submission

ROOT = Path(__file__).parents[2]
SHEET = "xl/worksheets/sheet4.xml"  # 基本情况
STRINGS = "xl/sharedStrings.xml"
END = b"</sheetData>"
SECONDS, MEGABYTES = 6, 700  # of work for one file; for all of them one after another, pandas included


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return form(tmp_path_factory.mktemp("good")).read_bytes()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return a form as other programs save it."""
    folder = tmp_path_factory.mktemp("opened")
    path = form(folder)
    return {to: office(path, to, folder).read_bytes() for to in ("ods", "xls")}


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(data)
    return package(parts | {name: change(parts.get(name, b""))})


def with_rows(data: bytes, rows: bytes) -> bytes:
    return with_part(data, SHEET, lambda xml: xml.replace(END, rows + END))


def lying(data: bytes) -> bytes:
    """Return a book with a part that says it has a hundred bytes and unpacks to a hundred million."""
    data = with_part(data, "xl/theme/extra.xml", lambda _: b"<a>" + b" " * 10**8 + b"</a>")
    place = data.rindex(b"xl/theme/extra.xml") - 46  # its entry in the central directory
    head = struct.unpack_from("<I", data, place + 42)[0]
    changed = bytearray(data)
    for at in (place + 24, head + 22):
        struct.pack_into("<I", changed, at, 100)
    return bytes(changed)


def many_sheets(data: bytes) -> bytes:
    sheet = b'<sheet name="x%d" sheetId="%d" r:id="y%d"/>'
    link = (
        b'<Relationship Id="y%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    )
    link += b' Target="worksheets/y%d.xml"/>'
    many = range(100, 1_500)
    data = with_part(
        data,
        "xl/workbook.xml",
        lambda x: x.replace(b"</sheets>", b"".join(sheet % (i, i, i) for i in many) + b"</sheets>"),
    )
    data = with_part(
        data,
        "xl/_rels/workbook.xml.rels",
        lambda x: x.replace(b"</Relationships>", b"".join(link % (i, i) for i in many) + b"</Relationships>"),
    )
    empty = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
    return package(parts_of(data) | {f"xl/worksheets/y{i}.xml": empty for i in many})


def entities(xml: bytes) -> bytes:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (i + 1, b"&l%d;" % i * 10) for i in range(9))
    head, rest = xml.split(b"?>", 1)
    return head + b'?><!DOCTYPE x [<!ENTITY l0 "ha">' + laughs + b"]>" + rest.replace(END, text_cell(b"&l9;") + END)


def text_cell(text: bytes, place: bytes = b"Z900") -> bytes:
    return b'<row><c r="' + place + b'" t="inlineStr"><is><t>' + text + b"</t></is></c></row>"


def repeated_text(data: bytes) -> bytes:
    """Return a book in which one text of ninety thousand characters stands in ninety thousand cells."""
    number = parts_of(data)[STRINGS].count(b"<si>")
    data = with_part(data, STRINGS, lambda x: x.replace(b"</sst>", b"<si><t>" + b"x" * 90_000 + b"</t></si></sst>"))
    return with_rows(
        data, b"".join(b'<row><c r="Z%d" t="s"><v>%d</v></c></row>' % (i, number) for i in range(500, 30_000))
    )


def ods(data: bytes, rows: bytes) -> bytes:
    begin = b"<table:table-row"
    return with_part(data, "content.xml", lambda x: x.replace(begin, rows + begin, 1))


def ods_cell(text: bytes, columns: int = 1, rows: int = 1) -> bytes:
    return (
        b'<table:table-row table:number-rows-repeated="%d"><table:table-cell office:value-type="string"'
        b' table:number-columns-repeated="%d"><text:p>%s</text:p></table:table-cell></table:table-row>'
    ) % (rows, columns, text)


def wide_xls(data: bytes) -> bytes:
    """Return an .xls that says its first sheet of figures reaches to the last cell there is."""
    place = data.index(struct.pack("<HH", 0x0200, 14), data.index(struct.pack("<HH", 0x0200, 14)) + 1)
    return data[: place + 4] + struct.pack("<IIHHH", 0, 65_536, 0, 256, 0) + data[place + 18 :]


FAR = b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
FAR += b'<table:table-row><table:table-cell table:number-columns-repeated="16000"/>'
FAR += b'<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
STRAY = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
MADE_OF_XLSX: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a zip bomb": ("huge", lambda d: with_part(d, SHEET, lambda x: x + b" " * 300_000_000)),
    "sizes that lie": ("other", lying),
    "entities": ("doctype", lambda d: with_part(d, SHEET, entities)),
    "an entity from outside": (
        "doctype",
        lambda d: with_part(
            d, "xl/styles.xml", lambda _: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
        ),
    ),
    "a stray cell": ("stray", lambda d: with_rows(d, STRAY)),
    "a stray cell without its place": (
        "stray",
        lambda d: with_rows(d, b'<row r="1048000"><c r="XFC1048000"/><c><v>1</v></c></row>'),
    ),
    "a sheet full of cells": (
        "huge",
        lambda d: with_rows(d, b"".join(b'<row r="%d">%s</row>' % (i, b"<c/>" * 40) for i in range(500, 90_000))),
    ),
    "thousands of sheets": ("sheets", many_sheets),
    "a text of ten megabytes": ("long_text", lambda d: with_rows(d, text_cell(b"x" * 10_000_000))),
    "a shared text of ten megabytes": (
        "long_text",
        lambda d: with_part(d, STRINGS, lambda x: x.replace(b"<t>", b"<t>" + b"x" * 10_000_000, 1)),
    ),
    "a long text in many cells": ("huge", repeated_text),
    "two names for one sheet": (
        "other",
        lambda d: with_part(
            d,
            "xl/workbook.xml",
            lambda x: x.replace(b"</sheets>", b'<sheet name="z" sheetId="99" r:id="rId4"/></sheets>'),
        ),
    ),
    "thousands of parts": ("huge", lambda d: package(parts_of(d) | {f"xl/media/{i}": b"" for i in range(3_000)})),
    "a text that is not there": ("other", lambda d: with_rows(d, b'<row><c r="A900" t="s"><v>99999</v></c></row>')),
    "two parts of nearly one name": ("other", lambda d: package(parts_of(d) | {"xl/SharedStrings.xml": b"<sst/>"})),
    "half a file": ("other", lambda d: d[: len(d) // 2]),
    "a broken table": ("other", lambda d: d[:-60] + bytes(38) + d[-22:]),
    "a part of rubbish": ("other", lambda d: with_part(d, SHEET, lambda _: b"\xff\xfe<worksheet")),
    "no sheets": ("other", lambda d: package({"xl/workbook.xml": b"<workbook/>"})),
    "an odd place": ("other", lambda d: with_rows(d, b'<row><c r="A99999999999"><v>1</v></c></row>')),
}
MADE_OF_ODS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a stray cell": ("stray", lambda d: ods(d, FAR)),
    "a cell a million times": ("stray", lambda d: ods(d, ods_cell(b"1", 1_000, 1_000_000))),
    "blanks by the milliard": ("long_text", lambda d: ods(d, ods_cell(b'<text:s text:c="4000000000"/>'))),
    "a long text in many cells": ("huge", lambda d: ods(d, ods_cell(b"x" * 90_000, 10, 1_000))),
    "entities": ("doctype", lambda d: with_part(d, "content.xml", entities)),
    "half its content": ("other", lambda d: with_part(d, "content.xml", lambda x: x[: len(x) // 2])),
    "a password": (
        "encrypted",
        lambda d: with_part(d, "META-INF/manifest.xml", lambda x: x + b"<!-- encryption-data -->"),
    ),
    "numbers that are none": ("other", lambda d: ods(d, b'<table:table-row table:number-rows-repeated="x"/>')),
}
MADE_OF_XLS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a stray cell": ("stray", wide_xls),
    "half a file": ("other", lambda d: d[: len(d) // 2]),
    "a head and nothing": ("other", lambda d: d[:8] + bytes(100)),
    "an older book": (
        "old_workbook",
        lambda d: d.replace("Workbook".encode("utf-16-le"), "Wirkbook".encode("utf-16-le")),
    ),
}
ALL = [(of, k) for of, m in (("xlsx", MADE_OF_XLSX), ("ods", MADE_OF_ODS), ("xls", MADE_OF_XLS)) for k in m]


def made(of: str, kind: str, good: bytes, opened: dict[str, bytes]) -> tuple[str, bytes]:
    reason, make = {"xlsx": MADE_OF_XLSX, "ods": MADE_OF_ODS, "xls": MADE_OF_XLS}[of][kind]
    return reason, make(good if of == "xlsx" else opened[of])


@pytest.mark.parametrize(("of", "kind"), ALL)
def test_a_hostile_workbook_is_refused_quickly_for_its_own_reason(
    of: str, kind: str, good: bytes, opened: dict[str, bytes], tmp_path: Path
) -> None:
    reason, data = made(of, kind, good, opened)
    (tmp_path / "a.xlsx").write_bytes(data)
    begun = time.process_time()
    with pytest.raises(Unreadable) as caught:
        read_submission(tmp_path / "a.xlsx", party_building())
    assert caught.value.reason == reason
    assert time.process_time() - begun < SECONDS
    assert "{" not in say(f"receipt.{reason}", **caught.value.values) + say(
        f"receipt.{reason}_remedy", **caught.value.values
    )


def test_a_stray_cell_is_named_with_its_sheet(good: bytes, opened: dict[str, bytes], tmp_path: Path) -> None:
    told = []
    strays = [
        with_rows(good, STRAY),
        with_rows(good, b'<row r="300"><c r="XFD300"><v>1</v></c></row>' + text_cell(b"x")),
    ]
    for data in [*strays, wide_xls(opened["xls"])]:
        (tmp_path / "a.xlsx").write_bytes(data)
        with pytest.raises(Unreadable) as caught:
            read_submission(tmp_path / "a.xlsx", party_building())
        told.append((caught.value.values["sheet"], caught.value.values["cell"]))
    assert told == [("基本情况", "XFD1048576"), ("基本情况", "XFD300"), ("封面", "IV65536")]


@pytest.mark.parametrize("rows", ["styled rows", "styled cells"])
def test_a_million_styled_empty_rows_do_no_harm_and_the_form_is_read(rows: str, good: bytes, tmp_path: Path) -> None:
    row = b'<row r="%d" s="1" customFormat="1"/>' if rows == "styled rows" else b'<row r="%d"><c s="1"/></row>'
    many = b"".join(row % i for i in range(500, 1_000_500))
    (tmp_path / "a.xlsx").write_bytes(with_rows(good, many))
    (tmp_path / "good.xlsx").write_bytes(good)
    begun = time.process_time()
    read = read_submission(tmp_path / "a.xlsx", party_building())
    assert time.process_time() - begun < SECONDS
    assert read.cells == read_submission(tmp_path / "good.xlsx", party_building()).cells


def test_all_of_them_together_take_little_memory(good: bytes, opened: dict[str, bytes], tmp_path: Path) -> None:
    for number, (of, kind) in enumerate(ALL):
        (tmp_path / f"{number}.{of}").write_bytes(made(of, kind, good, opened)[1])
    code = (
        "import sys, pathlib\n"
        "from workbook.reading.submission import read_submission\nfrom workbook.reading.kind import Unreadable\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try:\n        read_submission(path)\n    except Unreadable:\n        pass\n"
        "print(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) / 1024 < MEGABYTES


def test_a_good_form_beside_hostile_ones_is_accepted(good: bytes, opened: dict[str, bytes], tmp_path: Path) -> None:
    files = {f"{n}.xlsx": made(of, kind, good, opened)[1] for n, (of, kind) in enumerate(ALL)}
    receipts = taken(tmp_path, files | {"好.xlsx": good})
    assert receipts.pop("好.xlsx").state == "used"
    assert {r.state for r in receipts.values()} == {"unrecognised"}
    assert all(r.note and r.remedy for r in receipts.values())
