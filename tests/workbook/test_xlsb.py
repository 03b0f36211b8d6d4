""".xlsb: whatever way its records hold a form, it reads as the .xlsx does; what is too much or damaged is refused."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsb
from helpers import NOTHING, a_round, judged, office, party_building, plan
from incoming import UNIT, package, taken
from xlsb import Error, Grid, Inline, Percent, Result, Rich, Value, cell, grids_of, record, row_head, wide, write_xlsb

from workbook.form.book import write_form
from workbook.form.content import blank_contents, with_computed
from workbook.layout import RULES_SHEET
from workbook.messages import say
from workbook.model import State, Submission
from workbook.reading.kind import Unreadable, kind_of
from workbook.reading.submission import read_form, read_submission

ROOT = Path(__file__).parents[2]
MEGABYTES = 700  # as for the other formats, see test_hostile_files.py
MOMENT = datetime(2020, 7, 1)
SHEET, STRINGS, BOOK = "xl/worksheets/sheet4.bin", "xl/sharedStrings.bin", "xl/workbook.bin"
END = record(146)
FIGURES = {"BASE_COMMITTEES": 0, "BASE_BRANCHES": 51, "BASE_MEMBERS": "不适用", "BASE_INSERVICE": "未统计"}
FIGURES |= {"BASE_VILLAGES": "约三十", "BASE_ENT_ABOVE": "136", "THE_CENTER_SESSIONS": 12.5}
TEXTS = {
    "TXT_OPENING": [["全县党建工作紧扣产粮大县这个县情。"]],
    "TXT_CHANGE_NOTES": [["R105", "BASE_MEMBERS", "乡镇合并划转党员关系"]],
}


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a form with some figures and texts in it."""
    folder = tmp_path_factory.mktemp("form")
    round_ = a_round(folder, [UNIT], "2020H1")
    blank = blank_contents(round_, NOTHING)[UNIT.code]
    entries = dict(blank.entries) | {(code, "value"): figure for code, figure in FIGURES.items()}
    filled = replace(blank, entries=entries, texts=dict(blank.texts) | TEXTS)
    path = folder / "form.xlsx"
    write_form(path, round_, plan(round_, UNIT), with_computed(round_, {UNIT.code: filled})[UNIT.code])
    return path


@pytest.fixture(scope="module")
def grids(form: Path) -> dict[str, list[list[Value]]]:
    return grids_of(form)


@pytest.fixture(scope="module")
def parts(grids: dict[str, Grid]) -> dict[str, bytes]:
    return xlsb.parts_of(grids)


def read(data: bytes) -> Submission:
    return read_form(data, "form", MOMENT, party_building())


def alike(one: Submission, two: Submission) -> None:
    for name in ("unit", "period", "modules", "cells", "texts", "reasons", "handed", "switches", "places"):
        assert getattr(one, name) == getattr(two, name), name


def remade(grids: dict[str, Grid], change: Callable[[Value], Value]) -> dict[str, list[list[Value]]]:
    return {name: [[change(v) for v in row] for row in grid] for name, grid in grids.items()}


MIXED: dict[str, Grid] = {
    "数 与 字": [
        [1, 2.5, 0.1, -7, 2**40, 1e-9, True, "甲", None, "甲"],
        [None, Rich("带格式"), Inline("直写"), Result(3.5), Result("文"), Result(True)],
        [Error("#REF!"), Error("#N/A"), Result(Error("#DIV/0!"))],
        [datetime(2020, 3, 1), datetime(2020, 3, 1, 12)],
    ],
    "空": [],
    "尾": [[None, "x"], [], [0]],
}


def values_of(value: Value) -> object:
    inner = value.value if isinstance(value, Result) else value
    return (inner.text if isinstance(inner, Error | Rich | Inline) else inner) or (0 if inner == 0 else None)


@pytest.mark.parametrize("short", [False, True])
def test_what_our_writer_writes_libreoffice_shows(short: bool, grids: dict[str, Grid], tmp_path: Path) -> None:
    wanted = MIXED if short else MIXED | grids
    path = write_xlsb(tmp_path / "a.xlsb", wanted, short=short)
    book = openpyxl.load_workbook(office(path, "xlsx:Calc MS Excel 2007 XML", tmp_path / "lo"), data_only=True)
    assert book.sheetnames == list(wanted)
    for name, grid in wanted.items():
        shown = {c.coordinate: c.value for row in book[name].iter_rows() for c in row if c.value not in (None, "")}
        written = {
            f"{openpyxl.utils.get_column_letter(c + 1)}{r + 1}": values_of(v)
            for r, row in enumerate(grid)
            for c, v in enumerate(row)
            if values_of(v) is not None
        }
        assert shown == written, name


WAYS: dict[str, Callable[[Value], Value]] = {
    "as Excel does": lambda v: v,
    "texts in their cells": lambda v: Inline(v) if isinstance(v, str) and v else v,
    "texts with their looks": lambda v: Rich(v) if isinstance(v, str) and v else v,
    "everything by formulas": lambda v: Result(v) if isinstance(v, float | str) and v != "" else v,
    "results without formulas": lambda v: v.value if isinstance(v, Result) else v,
}


@pytest.mark.parametrize("short", [False, True], ids=["", "short"])
@pytest.mark.parametrize("way", WAYS)
def test_a_form_saved_as_xlsb_is_read_as_if_it_were_xlsx(
    way: str, short: bool, form: Path, grids: dict[str, Grid], tmp_path: Path
) -> None:
    path = write_xlsb(tmp_path / "a.xlsb", remade(grids, WAYS[way]), short=short)
    one, two = read_submission(form, party_building()), read_submission(path, party_building())
    alike(one, two)
    states = [two.cells[code, "value"].state for code in FIGURES]
    assert [s.name for s in states] == "ZERO NUMBER NOT_APPLICABLE NOT_COUNTED UNREADABLE NUMBER NUMBER".split()
    found = [[(f.rule, f.cell, f.message) for f in judged(s).findings[UNIT.code]] for s in (one, two)]
    assert found[0] == found[1]


def with_figure(grids: dict[str, Grid], code: str, value: Value) -> dict[str, Grid]:
    return {
        name: [[*row[:4], value, *row[5:]] if row and row[0] == code else row for row in grid]
        for name, grid in grids.items()
    }


@pytest.mark.parametrize("value", [Error("#REF!"), Result(Error("#REF!"))])
def test_an_error_is_not_taken_for_a_blank(value: Value, grids: dict[str, Grid]) -> None:
    form = read(package(xlsb.parts_of(with_figure(grids, "BASE_BRANCHES", value))))
    cell = form.cells["BASE_BRANCHES", "value"]
    assert (cell.state, cell.raw) == (State.UNREADABLE, "#REF!")
    messages = [f.message for f in judged(form).findings[UNIT.code] if f.indicator == "BASE_BRANCHES"]
    assert "这是公式出错的结果" in "".join(messages)


def test_a_formula_and_a_number_shown_as_percent_are_told(grids: dict[str, Grid]) -> None:
    form = read(package(xlsb.parts_of(with_figure(grids, "BASE_BRANCHES", Result(7)))))
    assert form.cells["BASE_BRANCHES", "value"].scaled == 7
    assert [r.kind for r in form.repairs] == ["formula"]
    form = read(package(xlsb.parts_of(with_figure(grids, "BASE_BRANCHES", Percent(0.12)))))
    cell = form.cells["BASE_BRANCHES", "value"]
    assert (cell.state, cell.raw) == (State.UNREADABLE, "12%")
    assert read(package(xlsb.parts_of(grids))).repairs == ()


@pytest.mark.parametrize(("since_1904", "day"), [(False, "2020-03-01"), (True, "2024-03-02")])
def test_a_date_is_told_from_a_number_by_its_format(since_1904: bool, day: str, grids: dict[str, Grid]) -> None:
    for moment, shown in ((datetime(2020, 3, 1), day), (datetime(2020, 3, 1, 12), day)):
        changed = with_figure(grids, "BASE_BRANCHES", moment)
        cell = read(package(xlsb.parts_of(changed, since_1904=since_1904))).cells["BASE_BRANCHES", "value"]
        assert cell.state == State.UNREADABLE
        assert cell.raw.startswith(shown)


def test_the_sheet_of_rules_is_not_opened(grids: dict[str, Grid], parts: dict[str, bytes], form: Path) -> None:
    number = list(grids).index(RULES_SHEET) + 1
    alike(read(package(parts | {f"xl/worksheets/sheet{number}.bin": b"\xff" * 9})), read_submission(form))


def with_rows(parts: dict[str, bytes], rows: bytes) -> bytes:
    return package(parts | {SHEET: parts[SHEET].replace(END, rows + END)})


def with_names(parts: dict[str, bytes], change: Callable[[bytes], bytes]) -> bytes:
    return package(parts | {BOOK: change(parts[BOOK])})


def many_sheets(parts: dict[str, bytes]) -> bytes:
    many = range(100, 1_500)
    listed = b"".join(record(156, struct.pack("<II", 0, n) + wide(f"y{n}") + wide(f"x{n}")) for n in many)
    linked = "".join(f'<Relationship Id="y{n}" Target="worksheets/y{n}.bin"/>' for n in many)
    name = "xl/_rels/workbook.bin.rels"
    changed = {
        BOOK: parts[BOOK].replace(record(144), listed + record(144)),
        name: parts[name].replace(b"</Relationships>", linked.encode() + b"</Relationships>"),
    }
    return package(parts | changed | {f"xl/worksheets/y{n}.bin": xlsb.sheet([], {}) for n in many})


def repeated_text(parts: dict[str, bytes]) -> bytes:
    """Return a book in which one text of ninety thousand characters stands in thirty thousand cells."""
    items = [record(19, b"\0" + wide("x" * 90_000)), record(160)]
    shared = parts[STRINGS][: -len(record(160))] + b"".join(items)
    number = struct.unpack_from("<I", parts[STRINGS], 3)[0]  # of texts so far, so that of the new one
    rows = b"".join(row_head(n) + cell(25, 7, struct.pack("<I", number)) for n in range(500, 30_000))
    return with_rows(parts | {STRINGS: shared}, rows)


def one(value: bytes, kind: int = 2, row: int = 500, column: int = 1) -> bytes:
    return row_head(row) + cell(column, kind, value)


ONE = struct.pack("<i", 1 << 2 | 2)
LONG = wide("x" * 1_000_000)
MADE: dict[str, tuple[str, Callable[[dict[str, bytes]], bytes]]] = {
    "a stray cell": ("stray", lambda p: with_rows(p, one(ONE, row=1_048_575, column=16_383))),
    "a stray cell in short form": (
        "stray",
        lambda p: with_rows(p, one(ONE, row=1_048_575, column=16_382) + record(13, bytes(4) + ONE)),
    ),
    "a row below the last": ("other", lambda p: with_rows(p, one(ONE, row=1_048_576))),
    "a column right of the last": ("other", lambda p: with_rows(p, one(ONE, column=16_384))),
    "a cell before any row": ("other", lambda p: package(p | {SHEET: cell(1, 2, ONE) + END})),
    "a text of a megabyte": ("long_text", lambda p: with_rows(p, one(LONG, 6))),
    "a result of a megabyte": ("long_text", lambda p: with_rows(p, one(LONG + bytes(10), 8))),
    "a shared text of a megabyte": (
        "long_text",
        lambda p: package(p | {STRINGS: p[STRINGS] + record(19, b"\0" + LONG)}),
    ),
    "a long text in many cells": ("huge", repeated_text),
    "a zip bomb": ("huge", lambda p: package(p | {SHEET: bytes(300_000_000)})),
    "millions of records of nothing": ("huge", lambda p: package(p | {SHEET: record(37) * 4_000_000})),
    "thousands of sheets": ("sheets", many_sheets),
    "thousands of parts": ("huge", lambda p: package(p | {f"xl/media/{n}": b"" for n in range(3_000)})),
    "half a file": ("other", lambda p: package(p)[: len(package(p)) // 2]),
    "half a sheet": ("other", lambda p: package(p | {SHEET: p[SHEET][: len(p[SHEET]) // 2]})),
    "a sheet that ends early": ("other", lambda p: package(p | {SHEET: p[SHEET][: p[SHEET].index(END)]})),
    "a record as large as can be said": ("other", lambda p: with_rows(p, b"\x06\xff\xff\xff\x7f")),
    "a record of endless size": ("other", lambda p: with_rows(p, b"\x06\xff\xff\xff\xff\xff\xff\xff")),
    "a text longer than its record": ("other", lambda p: with_rows(p, one(b"\xff\xff\xff\x7fab", 6))),
    "a text that is not there": ("other", lambda p: with_rows(p, one(b"\xff\xff\xff\x7f", 7))),
    "a number without its digits": ("other", lambda p: with_rows(p, one(b"\0\0", 5))),
    "a cell without a place": ("other", lambda p: with_rows(p, record(2, b"\0"))),
    "a sheet that is not there": ("other", lambda p: package({n: c for n, c in p.items() if n != SHEET})),
    "two names for one sheet": ("other", lambda p: with_names(p, lambda b: b.replace(wide("rId5"), wide("rId4")))),
    "a sheet linked to nothing": ("other", lambda p: with_names(p, lambda b: b.replace(wide("rId5"), wide("rIdX")))),
    "rubbish for a book": ("other", lambda p: with_names(p, lambda _: b"\x9c\x01\x10" + b"\x01" * 16)),
    "no sheets": ("no_stamp", lambda p: with_names(p, lambda _: xlsb.book([]))),
    "entities": (
        "doctype",
        lambda p: package(p | {"xl/_rels/workbook.bin.rels": b'<!DOCTYPE a [<!ENTITY l "ha">]><a>&l;</a>'}),
    ),
    "two parts of nearly one name": ("other", lambda p: package(p | {"xl/Workbook.bin": p[BOOK]})),
}


@pytest.mark.parametrize("kind", MADE)
def test_a_hostile_xlsb_is_refused_for_its_own_reason(kind: str, parts: dict[str, bytes]) -> None:
    reason, make = MADE[kind]
    data = make(parts)
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert caught.value.reason == reason


def test_a_stray_cell_is_named_with_its_sheet(parts: dict[str, bytes]) -> None:
    with pytest.raises(Unreadable) as caught:
        read(MADE["a stray cell"][1](parts))
    assert caught.value.values == {"sheet": "基本情况", "cell": "XFD1048576"}


def test_a_million_styled_empty_rows_do_no_harm_and_the_form_is_read(parts: dict[str, bytes], form: Path) -> None:
    blanks = (b"", cell(0, 1, b"", 1), record(12, b"\1\0\0\0"))  # a row, a cell, a cell in short form
    data = with_rows(parts, b"".join(row_head(n) + blanks[n % 3] for n in range(500, 1_000_500)))
    alike(read(data), read_submission(form))


def test_all_of_them_together_take_little_memory(parts: dict[str, bytes], tmp_path: Path) -> None:
    for number, (_, make) in enumerate(MADE.values()):
        (tmp_path / f"{number}.xlsb").write_bytes(make(parts))
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


def test_rubbish_in_its_records_ends_in_a_form_or_a_receipt(parts: dict[str, bytes]) -> None:
    chance = random.Random(12)
    refusals = set()
    for _ in range(120):
        name = chance.choice([SHEET, STRINGS, BOOK, "xl/styles.bin", "xl/_rels/workbook.bin.rels"])
        spoiled = bytearray(parts[name])
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(spoiled))
            spoiled[at : at + chance.choice([0, 1, 1, 4])] = chance.randbytes(chance.choice([0, 1, 1, 4]))
        try:
            assert read(package(parts | {name: bytes(spoiled)})).period == "2020H1"
        except Unreadable as refused:
            refusals.add(say(f"receipt.{refused.reason}", **refused.values))
    assert say("receipt.other") in refusals


def test_a_good_xlsb_beside_hostile_ones_is_accepted(parts: dict[str, bytes], tmp_path: Path) -> None:
    files = {f"{n}.xlsb": make(parts) for n, (_, make) in enumerate(list(MADE.values())[:6])}
    receipts = taken(tmp_path, files | {"好.xlsb": package(parts)})
    assert receipts.pop("好.xlsb").state == "rejected"  # 约三十 is no number
    assert {r.state for r in receipts.values()} == {"unrecognised"}


def test_an_xlsb_with_a_password_is_told_from_its_parts(parts: dict[str, bytes]) -> None:
    data = bytearray(package(parts))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert kind_of(bytes(data)) == "encrypted"


def test_cells_are_found_whatever_stands_between_them(parts: dict[str, bytes], form: Path) -> None:
    """Records of newer programs and of looks stand everywhere and mean nothing to us."""
    between = record(1_045, b"\x07" * 200) + record(37) + record(1_024, b"\0" * 4) + record(38)
    row = row_head(4)
    assert row in parts[SHEET]
    alike(read(package(parts | {SHEET: parts[SHEET].replace(row, between + row + between)})), read_submission(form))
