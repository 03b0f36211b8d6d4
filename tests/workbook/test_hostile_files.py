"""Files made to exhaust the machine, or made badly: each ends in its receipt and never stops a run.

What each takes of the processor is measured by docs/hostile.py, not here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import office, party_building
from hostile import ALL, HARMLESS, HOSTILE_ARCHIVES, IN_THE_FOLDER, STRAY, made, text_cell, wide_xls, with_rows
from incoming import form, taken

from workbook.messages import say
from workbook.reading.kind import Unreadable
from workbook.reading.submission import read_submission

ROOT = Path(__file__).parents[2]
SECONDS = 6  # of work for one file, where docs/hostile.py measured it
MEGABYTES = 700  # for all of them one after another, pandas included


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return form(tmp_path_factory.mktemp("good")).read_bytes()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return a form as other programs save it."""
    folder = tmp_path_factory.mktemp("opened")
    path = form(folder)
    return {to: office(path, to, folder).read_bytes() for to in ("ods", "xls")}


@pytest.mark.parametrize(("of", "kind"), ALL)
def test_a_hostile_workbook_is_refused_for_its_own_reason(
    of: str, kind: str, good: bytes, opened: dict[str, bytes], tmp_path: Path
) -> None:
    reason, data = made(of, kind, good, opened)
    (tmp_path / "a.xlsx").write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        read_submission(tmp_path / "a.xlsx", party_building())
    assert caught.value.reason == reason
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


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_only_looks_dangerous_does_no_harm_and_the_form_is_read(kind: str, good: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(HARMLESS[kind](good))
    (tmp_path / "good.xlsx").write_bytes(good)
    read = read_submission(tmp_path / "a.xlsx", party_building())
    assert read.cells == read_submission(tmp_path / "good.xlsx", party_building()).cells


def test_all_of_them_together_take_little_memory(good: bytes, opened: dict[str, bytes], tmp_path: Path) -> None:
    for number, (of, kind) in enumerate(ALL):
        (tmp_path / f"{number}.{of}").write_bytes(made(of, kind, good, opened)[1])
    for kind, make in HARMLESS.items():
        (tmp_path / f"{kind}.xlsx").write_bytes(make(good))
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


def test_every_kind_has_its_line_in_the_documentation() -> None:
    page = (ROOT / "docs" / "reference" / "hostile-files.md").read_text(encoding="utf-8")
    kinds = [("xlsx", "a form as it should be"), *ALL, *(("xlsx", k) for k in HARMLESS)]
    kinds += [*(("zip", k) for k in HOSTILE_ARCHIVES), *(("folder", k) for k in IN_THE_FOLDER)]
    assert re.findall(r"^\| (xlsx|ods|xls|zip|folder) \| ([^|]+) \|", page, re.MULTILINE) == kinds
    assert all(float(s) <= SECONDS for s in re.findall(r"\| ([\d.]+) \| \d+ \|$", page, re.MULTILINE))
    assert not re.search(say("receipt.crashed") + "|" + say("receipt.too_slow", n=".*"), page)


def test_a_good_form_beside_hostile_ones_is_accepted(good: bytes, opened: dict[str, bytes], tmp_path: Path) -> None:
    files = {f"{n}.xlsx": made(of, kind, good, opened)[1] for n, (of, kind) in enumerate(ALL)}
    receipts = taken(tmp_path, files | {"好.xlsx": good})
    assert receipts.pop("好.xlsx").state == "used"
    assert {r.state for r in receipts.values()} == {"unrecognised"}
    assert all(r.note and r.remedy for r in receipts.values())
