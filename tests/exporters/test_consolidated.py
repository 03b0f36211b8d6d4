"""The consolidated workbook: complete, right to the last digit, alive, and discreet."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from helpers import a_round, collected, office, party_building, submission
from openxml_audit import OpenXmlValidator
from plain import Plain, catalog, filled

from exporters.chasing import who_owes
from exporters.consolidated.book import Beside, write_book, write_consolidated
from exporters.cores import another
from exporters.demo.run import DemoRound
from exporters.office.desk import open_desk
from workbook.model import Unit
from workbook.round import IN, RESULTS
from workbook.values import keys_of

SHAREABLE, OFFICE = "汇总表.xlsx", "汇总表（本室留存）.xlsx"
SCOPE_COLUMNS = {"全市": "all", "县区": "县区", "其中：县": "county", "其中：区": "district", "市直": "市直"}


@pytest.fixture(scope="session", params=["2020H1", "2020"])
def entry(request: pytest.FixtureRequest, demo: dict[str, DemoRound]) -> DemoRound:
    return demo[request.param]


def result(entry: DemoRound, name: str) -> Path:
    return entry.collection.round.path / RESULTS / name


def plain(entry: DemoRound) -> Plain:
    """Return the accepted forms of a round, read anew from 收件."""
    used = {r.unit: r.file for r in entry.collection.receipts if r.state == "used"}
    folder = entry.collection.round.path / IN
    return Plain({u.code: filled(folder / used[u.code]) for u in entry.collection.round.units if u.code in used})


def totals(path: Path) -> dict[str, dict[str, object]]:
    """Return code -> heading -> cached value of 分级汇总."""
    sheet = openpyxl.load_workbook(path, data_only=True)["分级汇总"]
    heads = [str(c.value).replace("\n", "") for c in sheet[3]][
        ::-1
    ]  # of headings that repeat, the first counts: the whole
    return {
        str(r[0]): dict(zip(heads, r[::-1], strict=True)) for r in sheet.iter_rows(min_row=4, values_only=True) if r[0]
    }


def test_every_indicator_reaches_the_collection_and_the_workbook(demo: dict[str, DemoRound]) -> None:
    entry = demo["2020"]
    codes = set(party_building().indicators)
    lots, keys = entry.collection.lots, keys_of(party_building().indicators)
    figures = lots.figures([form.sha256 for form in entry.collection.forms.values()])
    assert {keys[key][0] for key in figures.key.tolist()} == codes
    assert set(totals(result(entry, OFFICE))) == codes
    restricted = {c for c, i in party_building().indicators.items() if i.sensitive == "restricted"}
    assert set(totals(result(entry, SHAREABLE))) == codes - restricted


def test_every_total_equals_a_plain_recomputation_from_the_filled_files(entry: DemoRound) -> None:
    again, seen = plain(entry), 0
    for code, row in totals(result(entry, OFFICE)).items():
        decimals = int(catalog()[code]["decimals"])
        for heading, scope in SCOPE_COLUMNS.items():
            same(row[heading], again.total(code, scope) if catalog()[code]["calc"][:4] != "rows" else None, decimals)
            seen += 1
        if row["可比口径本期"] is not None:
            same(row["可比口径本期"], again.total(code, both=True), decimals)
            same(row["可比口径上年同期"], again.total(code, when="prior", both=True), decimals)
            assert str(row["可比/应报"]).split("/")[0] == str(len(again.counted(code, "all", both=True))), code
        if catalog()[code]["calc"][:4] != "rows":
            assert str(row["有数/应报"]).split("/")[0] == str(len(again.counted(code, "all"))), code
    assert seen > 800


def same(shown: object, exact: Fraction | None, decimals: int) -> None:
    if exact is None:
        assert shown in (None, "—", "不相加")
    else:
        assert isinstance(shown, int | float)
        assert abs(Fraction(str(shown)) - exact) <= Fraction(1, 2 * 10**decimals), (shown, float(exact))


def test_every_unit_figure_is_what_the_unit_filled_in(entry: DemoRound) -> None:
    """A computed item that cannot be computed carries the word of the part that is missing."""
    again, seen = plain(entry), 0
    book = openpyxl.load_workbook(result(entry, OFFICE), data_only=True)
    for name in {i.section for i in party_building().indicators.values()}:
        codes = [c.value for c in book[name][3]]
        for row in book[name].iter_rows(min_row=6, values_only=True):
            for code, shown in zip(codes, row, strict=False):
                if code in catalog() and str(row[0]) in again.forms:
                    typed = again.forms[str(row[0])].get((str(code), "value"))
                    computed = bool(catalog()[str(code)]["calc"] or catalog()[str(code)]["denominator"])
                    if computed and not isinstance(typed, int | float):
                        assert not isinstance(shown, int | float), (row[0], code)
                    else:
                        assert shown == typed, (row[0], code)
                    seen += 1
    assert seen > 3000


def test_totals_are_formulas_and_libreoffice_computes_what_the_cache_shows(entry: DemoRound, tmp_path: Path) -> None:
    path = result(entry, SHAREABLE)
    live = openpyxl.load_workbook(path)
    cached = openpyxl.load_workbook(path, data_only=True)["分级汇总"]
    formulas = [c.coordinate for r in live["分级汇总"].iter_rows() for c in r if c.data_type == "f"]
    assert len(formulas) > 1000
    poisoned = tmp_path / "poisoned.xlsx"
    live.save(poisoned)  # openpyxl drops the cache, so what comes back was computed
    assert openpyxl.load_workbook(poisoned, data_only=True)["分级汇总"][formulas[0]].value is None
    fresh = openpyxl.load_workbook(office(poisoned, "xlsx:Calc MS Excel 2007 XML", tmp_path / "out"), data_only=True)
    for place in formulas:
        a, b = cached[place].value, fresh["分级汇总"][place].value
        assert a == b or (isinstance(a, float | int) and abs(a - b) < 1e-9), (
            place,
            a,
            b,
            live["分级汇总"][place].value,
        )


def test_the_workbook_is_valid_ooxml(entry: DemoRound) -> None:
    for name in (SHAREABLE, OFFICE):
        assert OpenXmlValidator().validate(result(entry, name)).errors == []


def test_restricted_items_are_nowhere_in_what_is_passed_on(entry: DemoRound) -> None:
    pack = party_building()
    names = [i.name for i in pack.indicators.values() if i.sensitive == "restricted"]
    names += [t.name for t in pack.texts.values() if t.sensitive == "restricted"]
    phone = "0000-2020706"
    words = [
        str(c.value)
        for s in openpyxl.load_workbook(result(entry, SHAREABLE)).worksheets
        for r in s.iter_rows()
        for c in r
    ]
    assert not [w for w in words if any(n in w for n in (*names, phone))]


def test_text_of_units_never_becomes_a_formula(tmp_path: Path) -> None:
    from datetime import datetime

    from helpers import a_round, collected, submission

    from exporters.consolidated.book import write_book
    from workbook.model import Unit

    evil = '=HYPERLINK("http://x","点我")'
    unit = Unit("X1", evil, "county")
    round_ = a_round(tmp_path, [unit], return_on_error=False, deadline=datetime(2021, 1, 1))
    form = submission({}, unit="X1", texts={"TXT_PRACTICE_POL": [[evil, "+1+cmd|' /C calc'!A0"]]})
    collection = collected(round_, form)
    write_book(tmp_path / "x.xlsx", collection, frozenset())
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = [
        c for s in book.worksheets for r in s.iter_rows() for c in r if isinstance(c.value, str) and "点我" in c.value
    ]
    assert cells
    assert {c.data_type for c in cells} == {"s", "f"}, "a name is text, or a text inside the formula of a link"
    outside = [re.sub(r'"(?:[^"]|"")*"', "", c.value) for c in cells if c.data_type == "f"]
    assert {text for text in outside if text not in ("=HYPERLINK(,)", '=IF(="",,)')} == set()


def test_the_cover_links_only_to_sheets_that_are_there(tmp_path: Path) -> None:
    round_ = a_round(tmp_path, [Unit("X1", "甲县", "county")], "2020H1")
    collection = collected(round_, submission({"BASE_MEMBERS": 10}, unit="X1", period="2020H1"))
    write_book(tmp_path / "book.xlsx", collection, frozenset())
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    targets = {
        cell.hyperlink.location.split("!")[0].strip("'") for row in book["说明"] for cell in row if cell.hyperlink
    }
    assert targets <= set(book.sheetnames)


def test_the_only_book_of_a_pack_without_restricted_items_may_be_passed_on(tmp_path: Path) -> None:
    """Nothing is hidden in it, and yet it is no office copy: whom to call is not in it."""
    pack = party_building()
    items = {c: replace(i, sensitive="none") for c, i in pack.indicators.items()}
    texts = {c: replace(t, sensitive="none") for c, t in pack.texts.items()}
    unit = Unit("X1", "甲县", "county", contact="0000-2020706")
    round_ = replace(a_round(tmp_path, [unit]), pack=replace(pack, indicators=items, texts=texts))
    collection = collected(round_)
    paths = write_consolidated(collection, Beside(who_owes(collection, datetime(2021, 1, 13))))
    assert [p.name for p in paths] == [SHAREABLE]
    words = words_of(paths[0])
    assert len([w for w in words if w.startswith("可传阅")]) == 2, "on 总览 and 说明"
    assert not [w for w in words if "本室留存" in w or "0000-2020706" in w]


def test_the_office_copy_is_the_same_out_of_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units = [Unit(f"X{n}", f"{n}县", "county", contact="0000-2020706") for n in range(3)]
    round_ = a_round(tmp_path, units, return_on_error=False)
    texts = {"TXT_PRACTICE_POL": [["做法", "一句话"]]}
    forms = [submission({"BASE_MEMBERS": 10 + n}, unit=f"X{n}", texts=texts) for n in range(2)]
    collection = collected(round_, *forms)
    beside = Beside(who_owes(collection, datetime(2021, 1, 13)), open_desk(collection))
    monkeypatch.setattr("exporters.cores.os.cpu_count", lambda: 2)
    found = []
    for fewest in (1000, 1):
        monkeypatch.setattr("exporters.cores._WORTH_A_COPY", fewest)
        with another(len(collection.forms)) as give:
            found.append([parts(path) for path in write_consolidated(collection, beside, give)])
    assert found[0] == found[1]
    (round_.path / RESULTS / OFFICE).unlink()
    (round_.path / RESULTS / OFFICE).mkdir()
    with another(len(collection.forms)) as give, pytest.raises(OSError, match=OFFICE):
        write_consolidated(collection, beside, give)


def parts(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook but for the one that says when it was written."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}


def test_both_books_say_which_they_are(entry: DemoRound) -> None:
    for name, told, other in ((SHAREABLE, "可传阅", "本室留存"), (OFFICE, "本室留存", "可传阅")):
        words = words_of(result(entry, name))
        assert len([w for w in words if w.startswith(told)]) == 2
        assert not [w for w in words if w.startswith(other)]


def words_of(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path)
    return [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
