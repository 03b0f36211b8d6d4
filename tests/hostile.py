"""The hostile corpus: files made to exhaust the machine, to lead astray, or badly; each with what is said of it."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from incoming import package

SHEET = "xl/worksheets/sheet4.xml"  # 基本情况
STRINGS = "xl/sharedStrings.xml"
BOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
END = b"</sheetData>"


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


def many(element: bytes, count: int = 600_000) -> bytes:
    return b"".join(element % i for i in range(500, 500 + count))


RELATION = b"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/table" Target="%s"/>
</Relationships>"""
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
    "a control character": ("other", lambda d: with_rows(d, text_cell(b"&#x1b;[31m"))),
    "a sheet from the network": (
        "other",
        lambda d: with_part(
            d, LINKS, lambda x: x.replace(b'"worksheets/sheet4.xml"', b'"http://127.0.0.1:9/x" TargetMode="External"')
        ),
    ),
    "a sheet from outside": (
        "other",
        lambda d: with_part(d, LINKS, lambda x: x.replace(b"worksheets/sheet4.xml", b"../../../../etc/passwd")),
    ),
    "relations of relations": (
        "other",
        lambda d: with_part(d, "_rels/.rels", lambda x: x.replace(b"xl/workbook.xml", b"_rels/.rels")),
    ),
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
JOINED = b"<mergeCells>" + b'<mergeCell ref="A1:B2"/>' * 500_000 + b"</mergeCells>"
# Forms that look dangerous and are read like any other.
HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "600,000 styled rows": lambda d: with_rows(d, many(b'<row r="%d" s="1" customFormat="1"/>')),
    "600,000 styled cells": lambda d: with_rows(d, many(b'<row r="%d"><c s="1"/></row>')),
    "half a million joined cells": lambda d: with_part(
        d,
        SHEET,
        lambda x: x.replace(END, END + b"<mergeCells>" + b'<mergeCell ref="A1:B2"/>' * 500_000 + b"</mergeCells>"),
    ),
    "names by the hundred thousand": lambda d: with_part(
        d,
        BOOK,
        lambda x: x.replace(
            b"<definedNames>", b"<definedNames>" + many(b'<definedName name="n%d">$A$1</definedName>', 300_000)
        ),
    ),
    "notes by the thousand": lambda d: with_part(
        d,
        "xl/comments9.xml",
        lambda _: b"<comments>" + b"<text><t>%s</t></text>" % (b"x" * 100) * 3_000 + b"</comments>",
    ),
    "an element of a hundred thousand attributes": lambda d: with_rows(
        d, b'<row r="900" ' + b" ".join(b'a%d=""' % i for i in range(100_000)) + b"/>"
    ),
    "elements half a million deep": lambda d: with_rows(d, b"<a>" * 500_000 + b"</a>" * 500_000),
    "a remark of fifty megabytes": lambda d: with_rows(d, b"<!--" + b"a" * 50_000_000 + b"-->"),
    "a sheet that says it has no end": lambda d: with_part(
        d, SHEET, lambda x: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', x)
    ),
    "a formula for all cells": lambda d: with_rows(
        d, b'<row r="900"><c r="A900"><f t="shared" si="4294967290" ref="A1:XFD1048576">A1</f><v>1</v></c></row>'
    ),
    "relations in a circle": lambda d: package(
        parts_of(d)
        | {"xl/worksheets/_rels/sheet4.xml.rels": RELATION % b"../_rels/workbook.xml.rels"}
        | {"xl/worksheets/_rels/sheet5.xml.rels": RELATION % b"../worksheets/sheet5.xml"}
        | {"xl/_rels/styles.xml.rels": RELATION % b"../_rels/.rels"}
    ),
    "links to other workbooks": lambda d: package(
        parts_of(with_rows(d, b'<row r="900"><c r="A900"><f>[1]x!A1</f><v>1</v></c></row>'))
        | {"xl/externalLinks/externalLink1.xml": b'<externalLink><externalBook id="rId1"/></externalLink>'}
        | {"xl/externalLinks/_rels/externalLink1.xml.rels": RELATION % b"http://127.0.0.1:9/x.xlsx"}
    ),
    "signs that turn the reading around": lambda d: with_rows(
        d, text_cell("_x0000__x001B_[31m\u202e\u2066\u200b\ufeff".encode(), b"A900")
    ),
}
ALL = [(of, k) for of, m in (("xlsx", MADE_OF_XLSX), ("ods", MADE_OF_ODS), ("xls", MADE_OF_XLS)) for k in m]


def archive(members: dict[str, bytes], make: type[zipfile.ZipInfo] = zipfile.ZipInfo, links: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in members.items():
            item = make(name)
            item.compress_type = zipfile.ZIP_DEFLATED
            item.external_attr = (stat.S_IFLNK | 0o777 if name == links else stat.S_IFREG | 0o644) << 16
            target.writestr(item, content)
    return buffer.getvalue()


def zeros(count: int) -> bytes:
    """Return an archive that holds that many files of 60 MB of nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("0.bin", bytes(60_000_000))
    one = buffer.getvalue()
    place, end = one.index(b"PK\x01\x02"), one.rindex(b"PK\x05\x06")
    table = one[place:end] * count  # the entries overlap: all point to one content
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(table), place, 0)
    return one[:place] + table + tail


HOSTILE_ARCHIVES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a bomb of overlapping files": ("archive_large", lambda: zeros(100)),
    "thousands of files": ("archive_large", lambda: archive({f"{i}.txt": b"" for i in range(3_000)})),
    "nothing in it": ("empty", lambda: archive({})),
    "half of it": ("other", lambda: archive({"a.txt": bytes(100_000), "b.txt": b"x"})[:150]),
    "a table of millions": ("huge", lambda: b"PK\x03\x04" + b"PK\x01\x02" * 300_000),
}


def made(of: str, kind: str, good: bytes, opened: dict[str, bytes]) -> tuple[str, bytes]:
    reason, make = {"xlsx": MADE_OF_XLSX, "ods": MADE_OF_ODS, "xls": MADE_OF_XLS}[of][kind]
    return reason, make(good if of == "xlsx" else opened[of])


def links(to: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "甲.xlsx").symlink_to(to)


def deep(folder: Path) -> None:
    """Make folders in folders until no path leads to the last one."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("深" * 60, dir_fd=here)
        here, before = os.open("深" * 60, os.O_RDONLY, dir_fd=here), here
        os.close(before)
    os.close(here)


# What may lie in 收件 and is no file to open: what it is called there, what is said of it, how it is made.
IN_THE_FOLDER: dict[str, tuple[str, str, Callable[[Path], None]]] = {
    "a link out of it": ("甲.xlsx", "no_file", links("/etc/passwd")),
    "a link to a folder": ("甲.xlsx", "no_file", links("/etc")),
    "a link to itself": ("甲.xlsx", "no_file", links("甲.xlsx")),
    "a link to an endless device": ("甲.xlsx", "no_file", links("/dev/zero")),
    "a link to nothing": ("甲.xlsx", "no_file", links("nothing")),
    "a pipe": ("甲.xlsx", "no_file", lambda folder: os.mkfifo(folder / "甲.xlsx")),
    "a socket": ("甲.xlsx", "no_file", lambda folder: os.mknod(folder / "甲.xlsx", stat.S_IFSOCK | 0o600)),
    "folders too deep": ("/".join(["深" * 60] * 30)[-200:], "unopened", deep),
    "a name with a line break": ("甲 乙.xlsx", "other", lambda folder: named(folder, "甲\n乙.xlsx")),
    "a name that steers the screen": ("甲[31m.xlsx", "other", lambda folder: named(folder, "甲\x1b[31m.xlsx")),
    "a name that turns around": ("甲xslx.exe", "other", lambda folder: named(folder, "甲\u202exslx.exe")),
    "a name of blanks": ("_", "other", lambda folder: named(folder, "\u3000\u200b ")),
    "a name in GBK": ("青禾县.xlsx", "other", lambda folder: named(folder, os.fsdecode("青禾县.xlsx".encode("gbk")))),
    "a name as long as can be": ("甲" * 83 + ".xlsx", "other", lambda folder: named(folder, "甲" * 83 + ".xlsx")),
    "a name like a formula": ("=cmd|'!A0.xlsx", "other", lambda folder: named(folder, "=cmd|'!A0.xlsx")),
    "a time no calendar has": ("甲.xlsx", "other", lambda folder: dated(folder, 2**40)),
    "a time before all calendars": ("甲.xlsx", "other", lambda folder: dated(folder, -(2**40))),
}


def named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")


def dated(folder: Path, time: int) -> None:
    named(folder, "甲.xlsx")
    os.utime(folder / "甲.xlsx", (time, time))
