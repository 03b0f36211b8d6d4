"""Several documents of one period: reports, the consolidated workbook, a signed PDF. Do they say the same?"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pypdf
import pytest
from edits import BIG, RATE, Edit, in_table, type_over
from helpers import office, party_building
from in_word import changed

from exporters.demo.run import DemoRound
from exporters.figures.across import Across
from exporters.figures.document import NotAReport
from exporters.figures.held import Held, Reports, each
from exporters.figures.pdf_text import print_of, read_pdf
from exporters.figures.several import Several, several
from exporters.figures.workbook_figures import Workbook, read_workbook
from exporters.pdf import to_pdf
from workbook.messages import say

ROOT = Path(__file__).parents[2]
COUNTY = "hb:BASE_MEMBERS@X01.value"


@pytest.fixture(scope="session")
def results(demo: dict[str, DemoRound]) -> Path:
    return demo["2020H1"].collection.round.path / "成果"


@pytest.fixture(scope="session")
def merged(results: Path) -> Path:
    return results / "全市汇总报告.docx"


@pytest.fixture(scope="session")
def county(results: Path) -> Path:
    return next((results / "报告").rglob("X01_*.docx"))


@pytest.fixture(scope="session")
def book(results: Path) -> Path:
    return results / "汇总表.xlsx"


@pytest.fixture(scope="session")
def printed(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the county's report as LibreOffice prints it."""
    written, defects = to_pdf([county], tmp_path_factory.mktemp("pdf"))
    assert defects == []
    return written[0]


def edited(path: Path, folder: Path, edit: Edit) -> Path:
    copy = folder / path.name
    copy.write_bytes(changed(path.read_bytes(), edit))
    return copy


def held(*paths: Path, data: Path | None = None) -> list[Held]:
    found = [one for _, one in each(paths, Reports(data))]
    assert all(isinstance(one, Held) for one in found), found
    return [one for one in found if isinstance(one, Held)]


def together(reports: list[Path], *beside: Path) -> Several:
    return several(held(*reports), beside, Reports(None))


def across(reports: list[Path], *beside: Path) -> Across:
    found = together(reports, *beside)
    assert found.unusable == []
    assert found.across is not None
    return found.across


@pytest.mark.parametrize("period", ["2019H1", "2020H1", "2020"])
def test_all_that_a_round_leaves_behind_says_the_same(demo: dict[str, DemoRound], period: str) -> None:
    results = demo[period].collection.round.path / "成果"
    reports = [results / "全市汇总报告.docx", *(results / "报告").rglob("*.docx")]
    found = across(reports, results / "汇总表.xlsx", results / "汇总表（本室留存）.xlsx")
    assert found.differ == ()
    assert found.told == ()
    assert found.compared > 5_000


@pytest.mark.parametrize(
    ("words", "differs"),
    [("135171", True), ("13.6万", True), ("13.52万", False), ("13万余", False), ("近13万", True), ("135,170", False)],
)
def test_a_figure_of_a_report_is_compared_with_the_workbook_as_far_as_it_is_written(
    merged: Path, book: Path, tmp_path: Path, words: str, differs: bool
) -> None:
    found = across([edited(merged, tmp_path, type_over(BIG, words))], book)
    assert [d.tag for d in found.differ] == [BIG] * differs
    if differs:
        (difference,) = found.differ
        assert {(s.document, s.text) for s in difference.statements} >= {
            (merged.name, words),
            (book.name, "135170"),
        }
        assert difference.title == "党员总数（全市）"
        assert all(s.where for s in difference.statements)


@pytest.mark.parametrize(("measure", "words"), [("yoy", "1.8"), ("dir", "下降")])
def test_changes_and_their_direction_are_compared_too(
    merged: Path, book: Path, tmp_path: Path, measure: str, words: str
) -> None:
    found = across([edited(merged, tmp_path, type_over(f"{RATE}.{measure}", words))], book)
    assert [d.tag for d in found.differ] == [f"{RATE}.{measure}"]


def test_running_text_and_table_of_one_report_are_the_same_figure(merged: Path, book: Path, tmp_path: Path) -> None:
    found = across([edited(merged, tmp_path, in_table("135171"))], book)
    assert [(d.tag, Counter(s.document for s in d.statements)) for d in found.differ] == [
        (BIG, {merged.name: 2, book.name: 1})
    ]


def test_a_unit_is_the_same_in_its_own_report_and_in_the_merged_one(merged: Path, county: Path, tmp_path: Path) -> None:
    assert across([merged, county]).differ == ()
    own = held(county)[0]
    tag = next(
        v.tag
        for v in own.result.verdicts
        if v.said.isdigit() and any(v.tag == f.tag for f in held(merged)[0].manifest.figures)
    )
    found = across([merged, edited(county, tmp_path, type_over(tag, "977"))])
    assert [d.tag for d in found.differ] == [tag]
    assert {s.document for s in found.differ[0].statements} == {merged.name, county.name}


def test_documents_of_other_periods_are_named_and_not_compared(demo: dict[str, DemoRound], merged: Path) -> None:
    year = demo["2020"].collection.round.path / "成果" / "全市汇总报告.docx"
    found = across([merged, year])
    assert (found.compared, found.differ) == (0, ())
    assert [("2020年上半年的" in told, "2020年的" in told) for told in found.told] == [(True, True)]


def numbers(book: Workbook) -> dict[str, float]:
    return {tag: float(cell.value) for tag, cell in book.cells.items() if cell.value is not None}


def read(path: Path) -> Workbook:
    found = read_workbook(path, party_building())
    assert found is not None
    return found


def test_columns_and_rows_that_were_moved_are_found_by_what_they_are_called(book: Path, tmp_path: Path) -> None:
    before = read(book)
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["思想理论武装"]
    sheet.protection.sheet = False
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, max_row=15)]
    for at, row in enumerate(reversed(rows), 6):
        for column, value in enumerate(row, 1):
            sheet.cell(at, column).value = value
    sheet.insert_cols(2)
    path = tmp_path / "动过的.xlsx"
    workbook.save(path)
    after = read(path)
    of_sheet = {tag for tag, cell in before.cells.items() if cell.where.startswith(sheet.title)}
    assert len(of_sheet) > 300
    assert {t: numbers(after).get(t) for t in of_sheet} == {t: numbers(before).get(t) for t in of_sheet}
    # openpyxl keeps no results of formulas: what cannot be read is told, and no total is made up
    assert any("公式" in told and "分级汇总" in told for told in after.unread)
    assert BIG not in after.cells
    recomputed = read(office(path, "xlsx", tmp_path / "again"))
    assert numbers(recomputed)[BIG] == numbers(before)[BIG]
    assert not any("公式" in told for told in recomputed.unread)


def test_a_sheet_that_lost_its_heads_is_named(book: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    workbook["思想理论武装"].protection.sheet = False
    for row in workbook["思想理论武装"]["A3:AZ5"]:
        for cell in row:
            if type(cell).__name__ == "Cell":
                cell.value = None
    workbook.save(tmp_path / "无表头.xlsx")
    assert any("思想理论武装" in told for told in read(tmp_path / "无表头.xlsx").unread)


def test_a_report_is_held_against_the_workbook_and_never_said_to_agree_where_it_has_nothing(
    merged: Path, county: Path, book: Path
) -> None:
    for path, least in ((merged, 4_000), (county, 130)):
        (one,) = held(path, data=book)
        kinds = Counter(v.kind for v in one.result.verdicts)
        assert set(kinds) == {"agrees", "unknown"}
        assert kinds["agrees"] >= least
        for verdict in one.result.verdicts:
            measure = verdict.tag.rpartition(".")[2]
            assert not (measure in ("top", "share", "mean", "met") and verdict.kind == "agrees")
        assert one.found == []


def test_what_was_changed_in_the_report_or_in_the_workbook_is_found(merged: Path, book: Path, tmp_path: Path) -> None:
    (one,) = held(edited(merged, tmp_path, type_over(BIG, "135171")), data=book)
    assert [(v.kind, v.tag, v.now) for v in one.result.must] == [("changed", BIG, "135170")]
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["基本情况"]
    column = next(c.column for row in sheet.iter_rows() for c in row if c.value == "BASE_MEMBERS")
    row = next(c.row for row in sheet.iter_rows(max_col=1) for c in row if c.value == "X01")
    sheet.cell(row, column).value += 1
    workbook.save(tmp_path / "汇总表.xlsx")
    changed_book = office(tmp_path / "汇总表.xlsx", "xlsx", tmp_path / "again")
    (one,) = held(merged, data=changed_book)
    stale = {v.tag for v in one.result.must}
    assert {BIG, COUNTY, "hb:BASE_MEMBERS@县区.value"} <= stale
    assert all(tag.startswith("hb:BASE_MEMBERS@") or "MEMBERS" in tag or "_RATE" in tag for tag in stale), stale


def test_a_workbook_of_another_period_is_refused(demo: dict[str, DemoRound], merged: Path) -> None:
    other = demo["2020"].collection.round.path / "成果" / "汇总表.xlsx"
    ((_, told),) = each([merged], Reports(other))
    assert isinstance(told, str)
    assert "2020年上半年" in told


def test_a_print_has_every_figure_of_its_report(county: Path, printed: Path) -> None:
    (own,) = held(county)
    found = print_of(printed, [own])
    assert (found.found, found.differ, found.absent) == (len(own.manifest.figures), 0, ())


def test_a_long_report_with_annexes_is_found_in_its_print(merged: Path, tmp_path: Path) -> None:
    (own,) = held(merged)
    (path,), _ = to_pdf([merged], tmp_path)
    found = print_of(path, [own])
    assert found.found >= 0.98 * len(own.manifest.figures)
    assert found.differ == 0


def test_what_was_changed_before_signing_is_found_in_the_print(county: Path, tmp_path: Path) -> None:
    tag = "hb:THE_CENTER_SESSIONS@X01.value"
    folder = tmp_path / "signed"
    folder.mkdir()
    (signed,), _ = to_pdf([edited(county, folder, type_over(tag, "77"))])
    found = across([county], signed)
    assert [d.tag for d in found.differ] == [tag]
    assert ("X01_青禾县.pdf", "77") in {(s.document, s.text) for s in found.differ[0].statements}


def test_a_print_goes_to_the_report_it_is_of(results: Path, county: Path, printed: Path) -> None:
    others = [p for p in (results / "报告").rglob("*.docx") if p.parent == county.parent and p != county]
    assert print_of(printed, held(*others, county)).report == county
    with pytest.raises(NotAReport, match="不是同时给出的任何一份报告的打印件"):
        print_of(printed, held(*others))


def test_a_pdf_without_text_is_told_in_a_sentence(printed: Path, tmp_path: Path) -> None:
    blank, locked, broken = (tmp_path / name for name in ("扫描.pdf", "加密.pdf", "坏的.pdf"))
    scan = pypdf.PdfWriter()
    scan.add_blank_page(595, 842)
    scan.write(blank)
    secret = pypdf.PdfWriter(clone_from=printed)
    secret.encrypt("密码", algorithm="RC4-128")
    secret.write(locked)
    broken.write_bytes(printed.read_bytes()[:900])
    for path, words in ((blank, "扫描件"), (locked, "密码"), (broken, "损坏")):
        with pytest.raises(NotAReport, match=words):
            read_pdf(path)


def huibao(*args: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
    command = [sys.executable, str(ROOT / "huibao.py"), "reconcile", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)


def test_the_command_takes_them_all(county: Path, book: Path, printed: Path, tmp_path: Path) -> None:
    done = huibao(county, book, printed, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["across"]["differ"] == []
    assert told["across"]["compared"] > 100
    assert [b["period"] for b in told["workbooks"]] == ["2020年上半年"]
    assert [p["not_found"] for p in told["prints"]] == [[]]
    wrong = edited(county, tmp_path, type_over("hb:THE_CENTER_SESSIONS@X01.value", "77"))
    done = huibao(wrong, book)
    assert done.returncode == 1
    assert "几份材料里不一致" in done.stderr
    done = huibao(wrong, tmp_path / wrong.name, io.__file__)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_command_reads_a_report_by_its_words(county: Path, demo: dict[str, DemoRound], tmp_path: Path) -> None:
    from by_words import stripped

    folder = demo["2020H1"].collection.round.path
    path = tmp_path / "手写.docx"
    path.write_bytes(stripped(county.read_bytes()))
    done = huibao(path, "--by-text", "--data", folder, "--unit", "X01")
    assert done.returncode == 0, done.stderr
    assert "没有核对的" in done.stderr
    wrong = edited(county, tmp_path, type_over("hb:THE_CENTER_SESSIONS@X01.value", "77"))
    path.write_bytes(stripped(wrong.read_bytes()))
    done = huibao(path, "--by-text", "--data", folder, "--unit", "X01", "--json", "--mark")
    assert done.returncode == 1, done.stderr
    (report,) = json.loads(done.stdout)["reports"]
    assert [(f["said"], f["must"]) for f in report["found"]] == [("77次", True)]
    assert (tmp_path / f"手写{say('folder.marked')}.docx").is_file()
    assert huibao(path, "--by-text").returncode == 2
