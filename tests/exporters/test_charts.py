"""图表: every chart reads the cells it says, and none shows what is restricted."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
from helpers import a_round, collected, party_building, submission
from sheets import written

from workbook.model import Unit

REF = re.compile(r"<c:f>'?([^'!<]+)'?!\$([A-Z]+)\$(\d+):\$([A-Z]+)\$(\d+)</c:f>")
UNITS = [Unit(f"X{n}", f"第{n}县", "county") for n in range(1, 4)]


def book_of(folder: Path) -> Path:
    values = {c: 10 + n for n, c in enumerate(party_building().indicators)}
    values |= {f"prev({c})": v - 1 for c, v in values.items()}
    forms = [replace(submission(values, unit=u.code), unit=u) for u in UNITS]
    hidden = frozenset(c for c, i in party_building().indicators.items() if i.sensitive == "restricted")
    return written(collected(a_round(folder, UNITS, return_on_error=False), *forms), folder, hidden)


def test_every_section_has_its_charts_and_they_read_names_and_figures_of_the_same_rows(tmp_path: Path) -> None:
    path = book_of(tmp_path)
    book = openpyxl.load_workbook(path, data_only=True)
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if re.match(r"xl/charts/chart\d+\.xml", n)]
    refs = [REF.findall(chart) for chart in charts]
    changes = [r for r in refs if r and r[0][0] == "分级汇总"]
    by_unit = [r for r in refs if r and r[0][0] in party_building().sections]
    sections = [s for s in party_building().sections if s in book.sheetnames]
    assert 5 < len(changes) <= len(sections)
    assert 5 < len(by_unit) <= len(sections)
    names = {i.name for i in party_building().indicators.values() if i.sensitive != "restricted"}
    for (sheet, column, first, _, last), values in changes:
        assert values[2] == first
        assert values[4] == last
        assert {book[sheet][f"{column}{row}"].value for row in range(int(first), int(last) + 1)} <= names
    for (sheet, column, first, _, last), values in by_unit:
        assert (values[0], values[2], values[4]) == (sheet, first, last)
        shown = [book[sheet][f"{column}{row}"].value for row in range(int(first), int(last) + 1)]
        assert shown == [u.name for u in UNITS]
