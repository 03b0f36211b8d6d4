"""查一个指标 on 溯源: choose it, and every unit's line says where it stands in the unit's own form."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
from desk import Desk
from helpers import a_round, collected, party_building, submission

from exporters.consolidated.book import write_book
from exporters.consolidated.finder import make_finder
from exporters.consolidated.places import make_places
from exporters.demo.run import DemoRound
from workbook.computed import definition
from workbook.model import Unit
from workbook.round import IN, RESULTS

TRACE, DATA = "溯源", "溯源数据"
PLACE = re.compile(r"'(.+)'!([A-Z]+[0-9]+)")
CHOSEN, HEAD = "K1", "所选指标所在的格"


def lines(desk: Desk) -> dict[str, tuple[str, str]]:
    """Return what 溯源 says of every unit, as LibreOffice shows it: place, word to open it."""
    shown = desk.read(TRACE, "B1:L60")
    head = next(n for n, row in enumerate(shown) if HEAD in row)
    at = shown[head].index(HEAD)
    return {str(r[0]): (str(r[at]), str(r[at + 1])) for r in shown[head + 1 :] if r[0]}


def test_every_unit_says_where_the_chosen_indicator_stands(demo: dict[str, DemoRound], desk: Desk) -> None:
    entry = demo["2020H1"]
    collection = entry.collection
    forms = {u: entry.collection.round.path / IN / s.file for u, s in collection.submissions.items()}
    desk.open(collection.round.path / RESULTS / "汇总表.xlsx")
    before = lines(desk)
    desk.recalculate()
    assert lines(desk) == before
    books = {u: openpyxl.load_workbook(forms[u], read_only=False) for u in list(forms)[:3] + list(forms)[-3:]}
    compared = 0
    for code in ("BASE_MEMBERS", "ORG_BRANCHES_SOFT", "THE_CENTER_SESSIONS", "REC_DONE"):
        item = collection.round.pack.indicators.get(code)
        if item is None or definition(item, "value", collection.round.pack.indicators) is not None:
            continue
        desk.put(TRACE, CHOSEN, item.name)
        desk.recalculate()
        told = lines(desk)
        assert set(told) == set(forms)
        figures = collection.by_unit(code, "all")
        for unit, book in books.items():
            if unit in figures:
                found = PLACE.fullmatch(told[unit][0])
                assert found, (unit, told[unit])
                assert float(book[found[1]][found[2]].value) == float(figures[unit])
                assert told[unit][1] == "打开"
                compared += 1
    assert compared > 10


def test_a_form_whose_rows_were_moved_has_places_of_its_own(tmp_path: Path, desk: Desk) -> None:
    units = [Unit(f"X{n}", f"第{n}县", "county") for n in range(1, 5)]
    forms = [replace(submission({"BASE_MEMBERS": 7}, unit=u.code), unit=u) for u in units]
    key = ("BASE_MEMBERS", "value")
    usual = forms[0].cells[key].address
    moved = replace(forms[3].cells[key], address="E99")
    forms[3] = replace(forms[3], cells={**forms[3].cells, key: moved})
    (tmp_path / IN).mkdir()
    for form in forms:
        (tmp_path / IN / form.file).write_bytes(b"x")
    collection = collected(a_round(tmp_path, units, return_on_error=False), *forms)
    path = tmp_path / RESULTS / "book.xlsx"
    write_book(path, collection, frozenset())
    desk.open(path)
    desk.put(TRACE, CHOSEN, collection.round.pack.indicators["BASE_MEMBERS"].name)
    desk.recalculate()
    told = {unit: place for unit, (place, _) in lines(desk).items()}
    assert told == {**dict.fromkeys(("X1", "X2", "X3"), f"'基本情况'!{usual}"), "X4": "'基本情况'!E99"}


def test_nothing_restricted_can_be_looked_up_in_what_is_passed_on(demo: dict[str, DemoRound]) -> None:
    entry = demo["2020H1"]
    book = openpyxl.load_workbook(entry.collection.round.path / RESULTS / "汇总表.xlsx")
    codes = {row[1] for row in book[DATA].iter_rows(min_row=2, values_only=True) if row[1]}
    restricted = {c for c, i in party_building().indicators.items() if i.sensitive == "restricted"}
    assert codes
    assert not codes & restricted
    assert book[DATA].sheet_state == "hidden"


def test_two_indicators_of_one_name_are_told_apart() -> None:
    pack = party_building()
    same = {c: replace(i, name="同名") for c, i in list(pack.indicators.items())[:3]}
    collection = collected(a_round(Path("nowhere"), [Unit("U1", "甲县", "county")]), submission({}))
    finder = make_finder(collection, make_places(collection, {**collection.indicators, **same}))
    assert len(set(finder.names)) == len(finder.names)
