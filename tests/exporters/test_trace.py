"""溯源: every link from a total to its units and from a figure to its cell leads where the figure stands."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from desk import Desk
from helpers import a_round, collected, office, party_building, submission
from sheets import rows, written

from exporters.consolidated import trace
from exporters.demo.run import DemoRound
from workbook.collection import Collection
from workbook.computed import formula
from workbook.model import Unit
from workbook.round import FIGURES, IN, RESULTS

SHAREABLE, OFFICE = "汇总表.xlsx", "汇总表（本室留存）.xlsx"
SCOPES = {"全市": "all", "县区": "县区", "其中：县": "county", "其中：区": "district", "市直": "市直"}
TIERS, PRIOR, TRACE = "分级汇总", "上年同期", "溯源"
JUMP = re.compile(r'=HYPERLINK\("#\'(.+?)\'!([A-Z]+)([0-9]+)",')
SECTIONS = {i.section for i in party_building().indicators.values()}
UNITS = [Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county"), Unit("Q1", "丙区", "district")]
RESTRICTED = frozenset(c for c, i in party_building().indicators.items() if i.sensitive == "restricted")


@pytest.fixture(scope="session", params=["2020H1", "2020"])
def entry(request: pytest.FixtureRequest, demo: dict[str, DemoRound]) -> DemoRound:
    return demo[request.param]


def path_of(entry: DemoRound, name: str = OFFICE) -> Path:
    return entry.collection.round.path / RESULTS / name


@cache
def opened(path: Path, *, data_only: bool = False) -> Any:
    return openpyxl.load_workbook(path, data_only=data_only)


def figures(book: Any) -> Iterator[tuple[Any, str, str, str]]:
    """Yield the figure cells of the unit sheets with unit, code and measure."""
    for name in (*SECTIONS, PRIOR):
        sheet = book[name]
        codes = {c.column: c.value for c in sheet[3] if c.value}
        for line in sheet.iter_rows(min_row=6):
            for cell in line[4:]:
                if cell.column in codes and cell.value is not None:
                    yield cell, line[0].value, codes[cell.column], "prior" if name == PRIOR else "value"


def test_every_n_of_n_leads_to_the_column_of_its_indicator_and_the_first_of_its_units(entry: DemoRound) -> None:
    book, seen = opened(path_of(entry)), 0
    sheet = book[TIERS]
    heads = [str(c.value).replace("\n", "") for c in sheet[3]]
    for line in sheet.iter_rows(min_row=4):
        code = line[0].value
        if not code:
            continue
        above = ""
        for head, cell in zip(heads, line, strict=True):
            above = head if head in SCOPES else above
            if head not in ("有数/应报", "可比/应报") or cell.value is None:
                continue
            scope, measure = ("all", "prior") if head == "可比/应报" else (SCOPES[above], "value")
            found = JUMP.match(str(cell.value))
            assert found, (cell.coordinate, cell.value)
            target, column, row = found[1], found[2], int(found[3])
            assert target == (PRIOR if measure == "prior" else party_building().indicators[code].section)
            assert book[target][f"{column}3"].value == code
            units = [u.code for u in entry.collection.scope_units(scope) if code in entry.collection.collected[u.tier]]
            places = {c.value: c.row for c in book[target]["A"] if c.value in units}
            assert row == min(places.values())
            assert set(places) == set(units)
            seen += 1
    assert seen > 800


def test_a_heading_leads_back_to_its_total(entry: DemoRound) -> None:
    book = opened(path_of(entry))
    for name in (*SECTIONS, PRIOR):
        for code, head in zip(book[name][3], book[name][4], strict=True):
            if code.value:
                found = JUMP.match(head.value)
                assert found
                assert found[1] == TIERS
                assert book[TIERS][f"A{found[3]}"].value == code.value


def test_every_figure_leads_to_the_cell_that_holds_it(entry: DemoRound) -> None:
    """Of every figure that was read: opening its link shows the same number, or the same word, in the unit's file."""
    book, shown = opened(path_of(entry)), opened(path_of(entry), data_only=True)
    understood = {(s.file, r.sheet, r.cell) for s in entry.collection.submissions.values() for r in s.repairs}
    linked = unlinked = 0
    for cell, unit, code, measure in figures(book):
        computed, link = formula(entry.collection.indicators[code]), cell.hyperlink
        if link is None:
            assert computed is not None, (unit, code, measure)
            unlinked += 1
        elif link.target is None:
            assert measure == "prior"
            assert "汇总结果" in link.tooltip
            sheet, row = re.fullmatch(r"'(.+)'!A([0-9]+)", link.location).groups()
            assert shown[sheet].cell(int(row), 2).value == unit
        else:
            file = (path_of(entry).parent / unquote(link.target)).resolve()
            assert file.parent == (entry.collection.round.path / IN).resolve()
            assert file.name == entry.collection.submissions[unit].file
            sheet, address = re.fullmatch(r"'(.+)'!([A-Z]+[0-9]+)", link.location).groups()
            assert link.tooltip == f"{file.name} › {sheet} › {address}"
            typed = opened(file, data_only=True)[sheet][address].value
            if (file.name, sheet, address) not in understood:
                assert typed == shown[cell.parent.title][cell.coordinate].value, (unit, code, measure)
            linked += 1
    assert linked > 3000
    assert unlinked > 100


def test_a_linked_figure_is_still_a_number(entry: DemoRound) -> None:
    numbers = [c for c, *_ in figures(opened(path_of(entry))) if c.hyperlink and isinstance(c.value, int | float)]
    assert len(numbers) > 3000
    assert {c.data_type for c in numbers} == {"n"}


def test_what_is_passed_on_traces_no_restricted_figure(entry: DemoRound) -> None:
    """Nor do the numbers of figures per unit tell how many there are."""
    indicators = party_building().indicators
    for name, hidden in ((SHAREABLE, RESTRICTED), (OFFICE, frozenset())):
        typed = {(c, "value") for c, item in indicators.items() if c not in hidden and formula(item) is None}
        read = {
            unit: sum(cell.state.known for key, cell in form.cells.items() if key in typed)
            for unit, form in entry.collection.submissions.items()
        }
        listed = rows(path_of(entry, name), TRACE)
        head = next(n for n, r in enumerate(listed) if r[0] == "单位代码")
        assert {r[0]: r[4] for r in listed[head + 1 :]} == read
    tips = {(u, c) for _, u, c, _ in figures(opened(path_of(entry, SHAREABLE)))}
    assert not {c for _, c in tips} & RESTRICTED


def test_the_sheet_says_who_sent_what_and_opens_it(entry: DemoRound) -> None:
    sheet, folder = opened(path_of(entry))[TRACE], path_of(entry).parent
    found = {r[1].value: str(r[3].value) for r in sheet.iter_rows(min_row=10) if r[1].value}
    assert set(found) == set(entry.collection.submissions)
    for unit, link in found.items():
        target = re.match(r'=HYPERLINK\("(.+?)"', link)
        assert target
        assert (folder / target[1]).resolve() == entry.collection.round.path / IN / entry.collection.submissions[
            unit
        ].file
    notes = " ".join(str(r[0]) for r in rows(path_of(entry), TRACE)[:7])
    assert "点蓝色的数" in notes
    assert f"{RESULTS}/{FIGURES}" in notes


def test_items_of_texts_lead_to_where_they_were_written(demo: dict[str, DemoRound]) -> None:
    entry = demo["2020H1"]
    sheet, seen = opened(path_of(entry))["文字材料"], 0
    for line in sheet.iter_rows(min_row=3):
        found = re.match(r'=HYPERLINK\("(.+?)#\'(.+)\'!([A-Z]+[0-9]+)","(.+)"\)', str(line[1].value))
        assert found
        place = opened((path_of(entry).parent / found[1]).resolve(), data_only=True)[found[2]][found[3]]
        words = " ".join(str(c.value) for c in line[3:])
        assert str(place.value).split(" ")[0].strip() in words or place.is_date, (found.groups(), words)
        seen += 1
    assert seen > 100


def test_forms_open_from_the_list_of_files_and_what_nobody_recognised_does_not(demo: dict[str, DemoRound]) -> None:
    entry = demo["2020H1"]
    states = {r.file: r.state for r in entry.collection.receipts}
    shown = rows(path_of(entry), "收到的文件")
    for line in opened(path_of(entry))["收到的文件"].iter_rows(min_row=4, min_col=2, max_col=2):
        name = shown[line[0].row - 1][0]
        assert (line[0].data_type == "f") == (states[name] in ("used", "rejected", "superseded", "duplicate"))


def city(folder: Path, names: dict[str, str], units: list[Unit] = UNITS, **place: str) -> Collection:
    """Return a round whose files lie in 收件 by these names; forms are what `place` changes of a figure's cell."""
    (folder / IN).mkdir(exist_ok=True)
    pack = party_building()
    pack = replace(
        pack,
        indicators={c: replace(i, required=False) for c, i in pack.indicators.items()},
        texts={c: replace(t, required=False) for c, t in pack.texts.items()},
        rules={},
    )
    forms = []
    for unit in units:
        form = submission({"BASE_MEMBERS": 7, "prev(BASE_MEMBERS)": 5}, unit=unit.code, tier=unit.tier, pack=pack)
        name = names.get(unit.code, f"{unit.code}.xlsx")
        cells = {k: replace(c, **place) for k, c in form.cells.items()}
        forms.append(replace(form, file=name, cells=cells))
    round_ = replace(a_round(folder, units), pack=pack)
    return collected(round_, *forms)


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / IN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def members(path: Path) -> dict[str, Any]:
    """Return the link of each unit's own figure."""
    found = figures(openpyxl.load_workbook(path))
    return {u: c.hyperlink for c, u, code, measure in found if (code, measure) == ("BASE_MEMBERS", "value")}


HOSTILE = ["a#b.xlsx", "50%25.xlsx", "it's.xlsx", "[1].xlsx", "a`{b}^.xlsx", "a|b.xlsx", "http:x.xlsx", 'say "x".xlsx']


@pytest.mark.parametrize("name", [*HOSTILE, "…" * 190 + "#.xlsx"])
def test_a_name_that_programs_read_differently_gets_no_link_to_a_file(name: str, tmp_path: Path) -> None:
    if len(name.encode()) < 255:
        put(tmp_path, name)
    path = written(city(tmp_path, {"X1": name}), tmp_path)
    link = members(path)["X1"]
    assert link.target is None
    assert link.location.startswith(f"'{TRACE}'!A")
    assert re.search(r" › E[0-9]+$", link.tooltip)
    assert len(link.tooltip.encode("utf-16-le")) <= 2 * 255
    assert not [
        c.coordinate
        for s in openpyxl.load_workbook(path).worksheets
        for r in s.iter_rows()
        for c in r
        if c.data_type == "f" and "../" in str(c.value)
    ]


def test_blanks_brackets_and_long_names_are_linked(tmp_path: Path) -> None:
    names = {"X1": "甲县 （更正）(2) &+,=@~$.xlsx", "X2": "子夹/" + "长" * 70 + ".xlsx", "Q1": "Q1.xlsx"}
    put(tmp_path, *names.values())
    found = members(written(city(tmp_path, names), tmp_path))
    for unit, name in names.items():
        assert unquote(found[unit].target) == f"../{IN}/{name}"


def test_a_link_never_leaves_the_folder_of_received_files(tmp_path: Path) -> None:
    (tmp_path / "secret.xlsx").write_bytes(b"x")
    names = {"X1": "../secret.xlsx", "X2": "/etc/passwd", "Q1": "link.xlsx"}
    (tmp_path / IN).mkdir()
    (tmp_path / IN / "link.xlsx").symlink_to(tmp_path / "secret.xlsx")
    found = members(written(city(tmp_path, names), tmp_path))
    assert {u: link.target for u, link in found.items()} == {"X1": None, "X2": None, "Q1": None}


def test_a_file_known_by_anothers_name_is_not_linked(tmp_path: Path) -> None:
    """What it goes by on paper, X1.xlsx, is here the name of a file with an invisible letter in it."""
    put(tmp_path, "X\u200b1.xlsx", "X2.xlsx")
    found = members(written(city(tmp_path, {}), tmp_path))
    assert found["X1"].target is None
    assert unquote(found["X2"].target) == f"../{IN}/X2.xlsx"


@pytest.mark.parametrize("sheet", ["a#b", "[x]", "坏\u0007名", "x" * 300, "😀" * 200])
def test_a_strange_sheet_name_does_no_harm(sheet: str, tmp_path: Path) -> None:
    put(tmp_path, "X1.xlsx")
    path = written(city(tmp_path, {}, sheet=sheet), tmp_path)
    link = members(path)["X1"]
    assert len(link.tooltip.encode("utf-16-le")) <= 2 * 255
    assert (link.target is None) == (sheet in ("a#b", "[x]", "坏\u0007名"))


def test_a_form_in_an_archive_opens_the_archive(tmp_path: Path) -> None:
    (tmp_path / IN).mkdir()
    with zipfile.ZipFile(tmp_path / IN / "全部.zip", "w") as archive:
        archive.writestr("县/X1.xlsx", b"x")
    link = members(written(city(tmp_path, {"X1": "全部.zip/县/X1.xlsx"}), tmp_path))["X1"]
    assert unquote(link.target) == f"../{IN}/全部.zip"
    assert link.tooltip.startswith("全部.zip/县/X1.xlsx › ")


def test_returned_and_missing_units_have_no_links(tmp_path: Path) -> None:
    put(tmp_path, "X1.xlsx", "X2.xlsx")
    collection = city(tmp_path, {}, UNITS[:2])
    round_ = replace(collection.round, units=tuple(UNITS))
    path = written(replace(collection, round=round_, states={**collection.states, "Q1": "missing"}), tmp_path)
    sheet = openpyxl.load_workbook(path)["基本情况"]
    names = {r[0].value: r[1] for r in sheet.iter_rows(min_row=6)}
    assert names["Q1"].data_type == "s"
    assert names["X1"].data_type == "f"


def test_rounds_of_more_units_link_units_not_figures_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "X1.xlsx", "X2.xlsx", "Q1.xlsx")
    monkeypatch.setattr(trace, "MOST_UNITS", 2)
    path = written(city(tmp_path, {}), tmp_path)
    assert set(members(path).values()) == {None}
    sheet = openpyxl.load_workbook(path)["基本情况"]
    assert sheet["B6"].value == f'=HYPERLINK("../{IN}/X1.xlsx","甲县")'
    notes = " ".join(str(r[0]) for r in rows(path, TRACE)[:6])
    assert "本期单位超过 2 个" in notes
    assert "点蓝色的数" not in notes


def test_a_sheet_with_too_many_figures_has_none_linked_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "X1.xlsx")
    few = city(tmp_path, {})
    columns = sum(i.section == "基本情况" for i in few.indicators.values())
    monkeypatch.setattr(trace, "MOST_LINKS", 3 * columns - 1)
    path = written(few, tmp_path)
    assert set(members(path).values()) == {None}
    assert "基本情况" in " ".join(str(r[0]) for r in rows(path, TRACE)[1:3])


def test_unit_sheets_cannot_be_sorted_or_typed_into_but_filtered(entry: DemoRound) -> None:
    for name in (*SECTIONS, PRIOR):
        locks = opened(path_of(entry))[name].protection
        assert locks.sheet
        assert locks.password is None
        assert (locks.sort, locks.autoFilter, locks.formatColumns, locks.formatRows) == (True, False, False, False)
        assert not locks.selectLockedCells


def test_libreoffice_keeps_figures_numbers_and_follows_the_links(demo: dict[str, DemoRound], desk: Desk) -> None:
    entry = demo["2020H1"]
    path = path_of(entry)
    book, shown = opened(path), opened(path, data_only=True)
    jumps = [c for r in book[TIERS].iter_rows(min_row=4) for c in r if JUMP.match(str(c.value))]
    desk.open(path)
    desk.recalculate()
    again = desk.get(TIERS, [c.coordinate for c in jumps])
    assert again == [shown[TIERS][c.coordinate].value for c in jumps]
    for cell in jumps[:: len(jumps) // 20]:
        target = re.match(r'=HYPERLINK\("(.+?)"', cell.value)
        assert target
        place = JUMP.match(cell.value)
        assert place
        assert desk.follow(target[1]) == (place[1], f"{place[2]}{place[3]}")
    links = [(c, u) for c, u, _, _ in figures(book) if c.hyperlink is not None]
    for cell, _ in links[:: len(links) // 200]:
        (value,) = desk.get(cell.parent.title, [cell.coordinate])
        assert value == shown[cell.parent.title][cell.coordinate].value
    for cell, _ in [x for x in links if x[0].hyperlink.target][:3]:
        file = (path.parent / unquote(cell.hyperlink.target)).resolve()
        sheet, address = re.fullmatch(r"'(.+)'!([A-Z]+[0-9]+)", cell.hyperlink.location).groups()
        assert desk.follow(f"{file.as_uri()}#{cell.hyperlink.location}") == (sheet, address)


def test_saving_in_libreoffice_keeps_the_links_of_figures(demo: dict[str, DemoRound], tmp_path: Path) -> None:
    entry = demo["2020H1"]
    round_ = tmp_path / "round"
    shutil.copytree(entry.collection.round.path / IN, round_ / IN)
    (round_ / RESULTS).mkdir()
    path = Path(shutil.copy(path_of(entry), round_ / RESULTS / "before.xlsx"))
    saved = office(path, "xlsx:Calc MS Excel 2007 XML", round_ / RESULTS / "saved")
    then, now = (
        {
            (u, c, m): (cell.value, cell.hyperlink.location)
            for cell, u, c, m in figures(openpyxl.load_workbook(p))
            if cell.hyperlink and cell.hyperlink.target
        }
        for p in (path, saved)
    )
    assert then.keys() == now.keys()
    assert {k: v for k, (v, _) in then.items()} == {k: v for k, (v, _) in now.items()}
    assert {k: p for k, (_, p) in then.items()} == {k: unquote(p) for k, (_, p) in now.items()}
