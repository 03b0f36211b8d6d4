"""总览: the first page; each number recomputed, each link leads somewhere, nothing restricted, one page."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import Value, a_round, collected, office, party_building, submission
from openpyxl.utils import get_column_letter
from openxml_audit import OpenXmlValidator

from exporters.chasing import who_owes
from exporters.consolidated.attention import matters
from exporters.consolidated.book import Beside, write_book
from exporters.consolidated.overview import headlines
from workbook.collection import Collection
from workbook.model import Pack, Unit
from workbook.pack import packs_folder
from workbook.pack_check import MOST_HEADLINES, check_pack

DEADLINE = datetime(2020, 7, 2)
UNITS = [
    *(Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county"), Unit("X3", "丙县", "county")),
    *(Unit("Q1", "丁区", "district"), Unit("Q2", "戊区", "district"), Unit("S1", "己局", "organ")),
]
PLAIN = {"BASE_INSERVICE": 5, "BASE_MEMBERS": 110, "prev(BASE_MEMBERS)": 100, "THE_PREACH_SESSIONS": 30}
GIVEN: Mapping[str, Mapping[str, Value]] = {  # X2 breaks R001, X3 and S1 grow so much that R105 asks why; Q2 is silent
    "X1": PLAIN | {"REC_DONE": 3, "REC_PROBLEMS": 4, "prev(REC_DONE)": 1, "prev(REC_PROBLEMS)": 3},
    "X2": {"BASE_INSERVICE": 9, "BASE_MEMBERS": 5},
    "X3": {"BASE_MEMBERS": 500, "prev(BASE_MEMBERS)": 100, "REC_DONE": 2, "REC_PROBLEMS": 5},
    "Q1": {"BASE_MEMBERS": 40, "THE_PREACH_SESSIONS": 12, "prev(THE_PREACH_SESSIONS)": 15},
    "S1": {"BASE_MEMBERS": 900, "prev(BASE_MEMBERS)": 100},
}
USED = ("X1", "X3", "Q1", "S1")
RESTRICTED = "CAD_SUSPENDED"
HIDDEN = frozenset({RESTRICTED})


def lenient(**more: object) -> Pack:
    """Return the first pack with nothing required and two rules only, so that a few figures make a form."""
    pack = party_building()
    return replace(
        pack,
        indicators={c: replace(i, required=False) for c, i in pack.indicators.items()},
        texts={c: replace(t, required=False) for c, t in pack.texts.items()},
        rules={c: pack.rules[c] for c in ("R001", "R105")},
        **more,
    )


def city(folder: Path, pack: Pack | None = None, given: Mapping[str, Mapping[str, Value]] = GIVEN) -> Collection:
    pack = pack or lenient()
    round_ = replace(a_round(folder, UNITS, deadline=DEADLINE), pack=pack)
    tiers = {u.code: u.tier for u in UNITS}
    reasons = {"S1": {"R105": "两个支部整建制转入"}}
    forms = [submission(v, unit=u, tier=tiers[u], reasons=reasons.get(u), pack=pack) for u, v in given.items()]
    late = {"Q1": datetime(2020, 7, 3)}
    return collected(round_, *(replace(f, received=late.get(f.unit.code, f.received)) for f in forms))


def written(folder: Path, collection: Collection, hidden: frozenset[str] = HIDDEN) -> Path:
    path = folder / "book.xlsx"
    write_book(path, collection, hidden, Beside(who_owes(collection, DEADLINE)), office_copy=not hidden)
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    return written(folder, city(folder))


def page(path: Path) -> Any:
    return openpyxl.load_workbook(path, data_only=True)["总览"]


def lines(sheet: Any) -> list[list[object]]:
    """Return what stands in each row, without the empty cells."""
    return [[v for v in row if v is not None] for row in sheet.iter_rows(values_only=True)]


def below(sheet: Any, head: str, column: int | None = None) -> Iterator[tuple[str, list[object]]]:
    """Yield the rows under a heading: the first word and the rest, up to the next gap."""
    start = next(c for row in sheet.iter_rows() for c in row if c.value == head)
    for row in sheet.iter_rows(min_row=start.row + 1, min_col=start.column, max_col=column):
        if row[0].value is None:
            return
        yield str(row[0].value), [c.value for c in row[1:]]


def test_it_is_the_first_sheet_and_says_which_copy_it_is(path: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:2] == ["总览", "说明"]
    assert book.active.title == "总览"
    assert lines(book["总览"])[0] == ["党建工作总览（2020年）", "可传阅：不含受限指标和受限文字。"]
    office_copy = page(written(tmp_path, city(tmp_path), frozenset()))
    assert "本室留存，不得外传：含受限指标和受限文字。" in lines(office_copy)[0]


def test_the_tiles_and_the_tiers_count_the_units(path: Path) -> None:
    sheet = page(path)
    top = lines(sheet)
    assert dict(zip(top[2], top[3], strict=True)) == {
        **{"应报单位": 6, "已采用": 4, "已退回": 1, "未报送": 1},
        "账目": "平衡",
    }
    tiers = {name: [v for v in rest if v is not None] for name, rest in below(sheet, "层级", 8)}
    assert tiers == {"县": [3, 2, 1, 0], "区": [2, 1, 0, 1], "市直机关": [1, 1, 0, 0]}


def test_books_that_do_not_balance_say_so(tmp_path: Path) -> None:
    collection = city(tmp_path)
    unbalanced = replace(collection, balance=replace(collection.balance, sums_differ=("BASE_MEMBERS",)))
    assert "不平" in lines(page(written(tmp_path, unbalanced)))[3]


def test_the_headlines_are_recomputed_from_what_the_units_gave(path: Path) -> None:
    pack = party_building()
    rows = dict(below(page(path), "指标", 13))
    assert list(rows) == [pack.indicators[c].name for c in pack.headline]
    for code in ("BASE_MEMBERS", "THE_PREACH_SESSIONS"):
        values = {u: GIVEN[u].get(code) for u in USED}
        known = [int(str(v)) for v in values.values() if v is not None]
        both = [u for u in USED if f"prev({code})" in GIVEN[u] and values[u] is not None]
        now, then = (sum(int(str(GIVEN[u][k])) for u in both) for k in (code, f"prev({code})"))
        change = float(round(Fraction(100 * (now - then), then), 1))
        shown = [v for v in rows[pack.indicators[code].name] if v is not None]
        assert shown == [pack.indicators[code].measure_word, sum(known), f"{len(known)}/6", then, change], code
    rate = [v for v in rows["反馈问题整改完成率"] if v is not None]
    assert rate[0] == "%"
    assert abs(float(str(rate[1])) - 100 * 5 / 9) < 1e-9
    assert abs(float(str(rate[3])) - 100 / 3) < 1e-9
    assert (rate[2], rate[4]) == ("2/6", float(round(75 - Fraction(100, 3), 2)))
    assert [v for v in rows["发展党员数"] if v is not None] == ["名", "—", "0/6", "—", "—"]


def test_matters_are_counted(path: Path) -> None:
    counts = {name: rest[-1] for name, rest in below(page(path), "事项", 25)}
    assert counts == {
        **{"已退回、等单位重报": 1, "还没有报送的单位": 1, "迟报但已采用的单位": 1},
        **{"必须改正、尚未改正": 1, "须说明、尚未说明": 1, "须说明、已经说明": 1, "只作提示的问题": 0},
        **{"合计数的问题": 3, "离群值（只供核实）": 0, "没能运行的规则": 0, "不通过比例高的规则": 0},
        **{"改乱了仍能认出之处": 0, "无法识别的文件": 0, "全市报告略去之处": 0},
    }


def test_counts_agree_with_the_sheets_they_lead_to(path: Path) -> None:
    book = openpyxl.load_workbook(path, data_only=True)
    found = [(str(r[2].value), bool(r[-1].value)) for r in book["审核情况"].iter_rows(min_col=2, max_col=10)]
    counts = {name: rest[-1] for name, rest in below(book["总览"], "事项", 25)}
    assert found.count(("必须改正", True)) == counts["必须改正、尚未改正"]
    assert found.count(("须说明", False)) == counts["合计数的问题"], "of no file"
    assert found.count(("须说明", True)) == int(str(counts["须说明、尚未说明"])) + int(str(counts["须说明、已经说明"]))


def test_every_sheet_has_a_link_and_every_link_a_sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    links = {c.hyperlink.location.split("!")[0].strip("'") for r in book["总览"] for c in r if c.hyperlink}
    hidden = {s.title for s in book.worksheets if s.sheet_state == "hidden"}
    assert links == set(book.sheetnames) - {"总览"} - hidden


def test_libreoffice_computes_what_the_cache_shows(path: Path, tmp_path: Path) -> None:
    live, cached = openpyxl.load_workbook(path), page(path)
    formulas = [c.coordinate for row in live["总览"].iter_rows() for c in row if c.data_type == "f"]
    assert len(formulas) == 4 * MOST_HEADLINES - 2, "DIS_DOCS_CUT is not compared with last year"
    live.save(tmp_path / "poisoned.xlsx")  # without the cache
    fresh = office(tmp_path / "poisoned.xlsx", "xlsx:Calc MS Excel 2007 XML", tmp_path / "out")
    again = page(fresh)
    for place in formulas:
        a, b = cached[place].value, again[place].value
        assert a == b or abs(a - b) < 1e-9, place


def test_it_is_valid_and_fits_one_screen_and_one_page(path: Path, tmp_path: Path) -> None:
    assert OpenXmlValidator().validate(path).errors == []
    sheet = openpyxl.load_workbook(path)["总览"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1) == (1, 1)
    assert len(sheet._charts) == 2
    narrow = [sheet.column_dimensions[get_column_letter(c)] for c in range(1, 26)]
    width = sum(7 * (d.width if d.width != 13 else narrow[1].width) for d in narrow)
    height = sum(sheet.row_dimensions[r].height or 15 for r in range(1, sheet.max_row + 1)) * 96 / 72
    assert width < 1330
    assert height < 680
    printed = subprocess.run(
        ["pdftotext", "-layout", str(office(path, "pdf", tmp_path)), "-"], capture_output=True, check=True, text=True
    ).stdout.split("\f")
    for words in ("应报单位", "反馈问题整改完成率", "不通过比例高的规则", "各层级报送进度", "各表链接", "规则运行"):
        assert words in re.sub(r"\s", "", printed[0]), words
    assert "各表链接" not in printed[1]


def test_restricted_items_never_stand_on_it(tmp_path: Path) -> None:
    pack = lenient(headline=(RESTRICTED, "BASE_MEMBERS"))
    given = {u: dict(v) | ({RESTRICTED: 2} if u[0] != "S" else {}) for u, v in GIVEN.items()}
    collection = city(tmp_path, pack, given)
    for hidden in (HIDDEN, frozenset[str]()):
        sheet = page(written(tmp_path, collection, hidden))
        assert [name for name, _ in below(sheet, "指标", 13)] == ["党员总数"]
    told = {i.name for i in pack.indicators.values() if i.sensitive == "restricted"}
    assert not told & {str(v) for row in lines(sheet) for v in row}


def test_findings_on_restricted_items_are_not_counted_in_what_is_passed_on(tmp_path: Path) -> None:
    collection = city(tmp_path)
    sheets = frozenset(openpyxl.load_workbook(written(tmp_path, collection)).sheetnames)
    for hidden, counts in ((frozenset({"BASE_MEMBERS"}), (0, 0, 0, 0)), (frozenset[str](), (1, 1, 1, 3))):
        found = {m.key: m.n for m in matters(collection, hidden, (), sheets, {})}
        assert tuple(found[k] for k in ("errors", "unexplained", "explained", "totals")) == counts


def test_text_stays_text(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x","点我")'
    pack = lenient(title=evil)
    items = {c: replace(i, name=evil + c) if c == "BASE_MEMBERS" else i for c, i in pack.indicators.items()}
    tiers = tuple(replace(t, name="+1+cmd") for t in pack.tiers)
    sheet = openpyxl.load_workbook(written(tmp_path, city(tmp_path, replace(pack, indicators=items, tiers=tiers))))
    cells = [c for row in sheet["总览"] for c in row if "HYPERLINK" in str(c.value) or "cmd" in str(c.value)]
    assert len(cells) == 5
    assert all(c.data_type == "s" for c in cells)


def test_a_pack_without_headlines_shows_required_sums_of_every_section(tmp_path: Path) -> None:
    collection = city(tmp_path, replace(party_building(), headline=()))
    codes = headlines(collection, collection.indicators)
    items = [collection.indicators[c] for c in codes]
    assert len(codes) == MOST_HEADLINES
    assert all(i.required and i.module == "core" and i.aggregation == "sum" for i in items)
    assert all(i.sensitive != "restricted" for i in items)
    possible = {
        i.section
        for i in collection.indicators.values()
        if i.required and i.module == "core" and i.aggregation == "sum" and i.sensitive != "restricted"
    }
    assert {i.section for i in items} == possible


def test_a_round_with_nothing_in_it_has_its_page(tmp_path: Path) -> None:
    sheet = page(written(tmp_path, city(tmp_path, None, {})))
    assert lines(sheet)[3] == [6, 0, 0, 6, "平衡"]
    assert len(sheet._charts) == 1, "no changes, no chart of them"


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        (["BASE_MEMBER"], "BASE_MEMBER"),
        ([RESTRICTED], "受限"),
        (["BASE_MEMBERS"] * 16, "16"),
    ],
)
def test_the_pack_check_looks_at_the_headlines(tmp_path: Path, codes: Sequence[str], word: str) -> None:
    root = tmp_path / "pack"
    shutil.copytree(packs_folder() / "party-building", root)
    head = root / "pack.toml"
    text = head.read_text(encoding="utf-8")
    named = f"headline = [{', '.join(map(repr, codes))}]\n"
    head.write_text(re.sub(r"^headline = \[.*?^\]\n", named, text, flags=re.M | re.S), encoding="utf-8")
    defects = check_pack(root)[1]
    assert [word in d.problem for d in defects] == [True]


def test_the_headlines_are_those_of_the_merged_report() -> None:
    """The pack names them twice, for the page and for the report's first table; both agree."""
    pack = party_building()
    report = (pack.root / "reports" / "city_merge" / "report.txt").read_text(encoding="utf-8")
    loop = next(line for line in report.splitlines() if line.startswith("{% for code in ["))
    assert re.findall(r'"([A-Z_]+)"', loop) == list(pack.headline)


def test_tiers_fold_by_section_filter_and_print(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["分级汇总"]
    levels = {r: sheet.row_dimensions[r].outlineLevel for r in range(4, sheet.max_row + 1)}
    assert all(levels[r] == (1 if sheet.cell(r, 1).value else 0) for r in levels)
    assert not any(sheet.row_dimensions[r].hidden for r in levels)
    assert sheet.sheet_properties.outlinePr.summaryBelow is False
    assert sheet.auto_filter.ref.startswith("B3:")
    assert sheet.auto_filter.ref.endswith(str(sheet.max_row))
    assert all(m.max_row <= 2 for m in sheet.merged_cells.ranges), "nothing is merged under the filter"
    assert sheet.print_title_rows.replace("$", "") == "3:3"
    assert (sheet.page_setup.orientation, sheet.freeze_panes) == ("landscape", "D4")


def test_only_changes_that_can_be_for_the_better_are_coloured(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["分级汇总"]
    heads = {str(c.value).replace("\n", ""): c.column for c in sheet[3]}
    coloured: dict[tuple[str, str], list[str]] = {}
    for found in sheet.conditional_formatting:
        (rule,) = found.rules
        ends = tuple(c.rgb[2:] for c in (rule.colorScale.color[0], rule.colorScale.color[-1]))
        for cell in str(found.sqref).split():
            row, column = sheet[cell].row, sheet[cell].column
            assert column in (heads["同比（可比口径）"], heads["同比（当时口径）"])
            item = party_building().indicators[str(sheet.cell(row, 1).value)]
            assert ends == (("F3C3A0", "A9C9E6") if item.direction == "higher" else ("A9C9E6", "F3C3A0"))
            coloured.setdefault((item.code, item.direction), []).append(cell)
    assert {direction for _, direction in coloured} == {"higher", "lower"}
    assert all(len(cells) == 1 for cells in coloured.values()), "as reported, units are missing: not coloured"
