"""Every formula of both consolidated workbooks, on every sheet: LibreOffice computes what is kept beside it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from desk import Desk
from openpyxl.utils import get_column_letter, range_boundaries

from exporters.demo.run import DemoRound
from workbook.round import RESULTS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BOOKS = ("汇总表.xlsx", "汇总表（本室留存）.xlsx")
WRONG = "-987654"
CACHED = re.compile(rb'(<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?)(?: t="[a-z]+")?(><f>[^<]*</f>)<v>[^<]*</v>')
Cells = dict[str, float | str]


def kept(path: Path) -> dict[str, Cells]:
    """Return sheet -> address -> what is kept beside the formula there, read from the file itself."""
    with zipfile.ZipFile(path) as package:
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))
        names = [str(s.get("name")) for s in book.iter(f"{MAIN}sheet")]
        return {
            name: dict(_formulas(package.read(f"xl/worksheets/sheet{number}.xml")))
            for number, name in enumerate(names, 1)
        }


def _formulas(sheet: bytes) -> Iterator[tuple[str, float | str]]:
    for cell in ElementTree.fromstring(sheet).iter(f"{MAIN}c"):
        if cell.find(f"{MAIN}f") is not None:
            value = cell.findtext(f"{MAIN}v") or ""
            yield str(cell.get("r")), value if cell.get("t") == "str" else float(value)


def poisoned(path: Path, folder: Path) -> tuple[Path, int]:
    """Return a copy with a wrong number beside every formula, and how many: what comes back right was computed."""
    copy, changed = folder / "poisoned.xlsx", 0
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content, n = CACHED.subn(rb"\1\2<v>" + WRONG.encode() + b"</v>", source.read(part))
            target.writestr(part, content)
            changed += n
    return copy, changed


def computed(desk: Desk, cells: dict[str, Cells]) -> dict[str, Cells]:
    """Return what the open book shows where there are formulas."""
    shown: dict[str, Cells] = {}
    for sheet, formulas in cells.items():
        places = {a: range_boundaries(a)[:2] for a in formulas}
        if places:
            right, bottom = (max(p[i] for p in places.values()) for i in (0, 1))
            rows = desk.read(sheet, f"A1:{get_column_letter(right)}{bottom}")
            shown[sheet] = {a: rows[row - 1][column - 1] for a, (column, row) in places.items()}
    return shown


@pytest.mark.parametrize("name", BOOKS)
def test_every_formula_of_every_sheet_comes_to_what_is_kept_beside_it(
    name: str, demo: dict[str, DemoRound], desk: Desk, tmp_path: Path
) -> None:
    path = demo["2020H1"].collection.round.path / RESULTS / name
    cells = kept(path)
    wrong, changed = poisoned(path, tmp_path)
    desk.open(wrong)
    desk.recalculate()
    compared = 0
    for sheet, shown in computed(desk, cells).items():
        for address, value in shown.items():
            expected = cells[sheet][address]
            alike = value == expected
            if isinstance(value, float) and isinstance(expected, float):
                alike = abs(value - expected) <= 1e-9 * max(1.0, abs(expected))
            assert alike, (sheet, address, expected, value)
            compared += 1
    desk.close()
    print(f"{name}: {compared} formulas on {sum(map(bool, cells.values()))} sheets")
    assert compared == changed == sum(map(len, cells.values()))
    assert compared > 2500
