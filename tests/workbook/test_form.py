"""Forms: every indicator has its place, only what is to be filled is open, and what a formula shows is right."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from helpers import NOTHING, a_round, all_modules, office, party_building, plan
from openxml_audit import OpenXmlValidator
from python_calamine import CalamineWorkbook

from workbook.form.book import form_name, write_form
from workbook.form.content import Content, blank_contents, with_computed
from workbook.layout import COVER_VALUE, EARLIER, PRIOR, VALUE, make_layout
from workbook.model import Unit
from workbook.period import parse_period

COUNTY, DISTRICT, ORGAN = (
    Unit("X01", "青禾县", "county"),
    Unit("Q01", "城南区", "district"),
    Unit("S01", "市委办", "organ"),
)


def written(folder: Path, unit: Unit, period: str = "2020", entries: dict | None = None) -> Path:
    """Write the form of one unit, prefilled with `entries`."""
    round_ = a_round(folder, [unit], period)
    content = blank_contents(round_, NOTHING)[unit.code]
    if entries:
        filled = Content(unit, {**content.entries, **entries}, frozenset(), texts={}, cover=content.cover)
        content = with_computed(round_, {unit.code: filled})[unit.code]
    path = folder / form_name(unit, period)
    write_form(path, round_, plan(round_, unit), content)
    return path


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("forms")
    return {u.tier: written(folder, u) for u in (COUNTY, DISTRICT, ORGAN)}


def test_every_indicator_reaches_a_form(blank: dict[str, Path]) -> None:
    seen: set[str] = set()
    for path in blank.values():
        for sheet in openpyxl.load_workbook(path).worksheets:
            seen |= {str(row[0]) for row in sheet.iter_rows(max_col=1, values_only=True)}
    assert set(party_building().indicators) <= seen


def test_a_unit_sees_only_what_its_tier_and_the_rounds_modules_report() -> None:
    pack = party_building()
    core = make_layout(pack, "organ", parse_period("2020"), ("core",))
    assert all(i.module == "core" and "organ" in i.tiers for i in core.indicators.values())
    assert "ORG_DUES_BRANCHES" not in core.indicators
    assert "ORG_DUES_BRANCHES" in make_layout(pack, "organ", parse_period("2020"), all_modules(pack)).indicators


def test_a_form_is_valid_ooxml_and_needs_no_macro(blank: dict[str, Path]) -> None:
    for path in blank.values():
        assert OpenXmlValidator().validate(path).errors == []
        assert not [n for n in zipfile.ZipFile(path).namelist() if "vba" in n.lower()]


def test_inputs_are_open_and_everything_else_is_locked(blank: dict[str, Path]) -> None:
    pack = party_building()
    layout = make_layout(pack, "county", parse_period("2020"), all_modules(pack))
    book = openpyxl.load_workbook(blank["county"])
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    for section in layout.sections:
        sheet = book[section.sheet]
        for code, row in section.rows.items():
            item = layout.indicators[code]
            assert sheet.cell(row + 1, VALUE + 1).protection.locked == item.computed, code
            assert sheet.cell(row + 1, 1).protection.locked
            assert sheet.cell(row + 1, 3).protection.locked
    filler = next(r for r in book["封面"].iter_rows(min_row=4, max_row=12) if r[0].value == "filler_role")
    assert not filler[COVER_VALUE].protection.locked


def test_every_input_has_a_validation_with_its_own_message(blank: dict[str, Path]) -> None:
    pack = party_building()
    layout = make_layout(pack, "county", parse_period("2020"), all_modules(pack))
    book = openpyxl.load_workbook(blank["county"])
    for section in layout.sections:
        rules = book[section.sheet].data_validations.dataValidation
        for code, row in section.rows.items():
            if not layout.indicators[code].computed:
                found = [v for v in rules if f"E{row + 1}" in v.cells]
                assert len(found) == 1, code
                assert layout.indicators[code].measure_word in found[0].error
                assert "不适用" in found[0].formula1


def test_three_colours_tell_input_computed_and_carried_apart(tmp_path: Path) -> None:
    round_ = a_round(tmp_path, [COUNTY])
    content = blank_contents(round_, NOTHING)["X01"]
    carried = ("BASE_MEMBERS", "prior")
    entries = {**content.entries, carried: 100}
    path = tmp_path / "x.xlsx"
    write_form(path, round_, plan(round_, COUNTY), Content(COUNTY, entries, frozenset([carried])))
    sheet = openpyxl.load_workbook(path)["基本情况"]
    rows = {r[0].value: r for r in sheet.iter_rows(min_row=5)}
    colours = [
        rows["BASE_MEMBERS"][VALUE].fill.fgColor.rgb,
        rows["BASE_PARTY_ORGS"][VALUE].fill.fgColor.rgb,
        rows["BASE_MEMBERS"][PRIOR].fill.fgColor.rgb,
    ]
    assert len(set(colours)) == 3
    assert rows["BASE_MEMBERS"][PRIOR].protection.locked
    assert not rows["BASE_BRANCHES"][PRIOR].protection.locked, "nothing stored: open for typing"


def test_the_half_year_column_is_asked_in_annual_rounds_and_the_opening_in_half_year_rounds(tmp_path: Path) -> None:
    annual = openpyxl.load_workbook(written(tmp_path, COUNTY, "2020"))["思想理论武装"]
    half = openpyxl.load_workbook(written(tmp_path, COUNTY, "2020H1"))["基层组织与党员队伍"]
    assert annual.cell(4, EARLIER + 1).value == "上半年"
    assert half.cell(4, EARLIER + 1).value == "上年末"
    rows = {r[0].value: r for r in half.iter_rows(min_row=5)}
    assert not rows["ORG_ALLIANCE_MEMBERS"][EARLIER].protection.locked


def test_pages_are_set_up_for_a4_with_titles_and_numbers(blank: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(blank["county"])
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible" and sheet.title not in ("封面", "填报说明"):
            assert sheet.page_setup.paperSize == 9
            assert sheet.print_title_rows
            assert "&P" in sheet.oddFooter.center.text
            assert sheet.freeze_panes


def test_definitions_stand_beside_the_cell(blank: dict[str, Path]) -> None:
    pack = party_building()
    sheet = openpyxl.load_workbook(blank["organ"])["干部与人才"]
    for row in sheet.iter_rows(min_row=5):
        if row[0].value in pack.indicators:
            assert row[8].value == pack.indicators[row[0].value].definition


FILLED = {
    **{(c, "value"): v for c, v in {"BASE_COMMITTEES": 3, "BASE_GENERAL_BRANCHES": 4, "BASE_BRANCHES": 50}.items()},
    **{(c, "prior"): v for c, v in {"BASE_COMMITTEES": 3, "BASE_GENERAL_BRANCHES": 4, "BASE_BRANCHES": 45}.items()},
    ("BASE_MEMBERS", "value"): 1000,
    ("BASE_MEMBERS", "prior"): 970,
    ("BASE_INSERVICE", "value"): 700,
    ("BASE_INSERVICE", "prior"): 690,
    ("THE_XXQG_REGISTERED", "value"): 613,
    ("THE_XXQG_REGISTERED", "prior"): 600,
    ("DIS_DOCS", "value"): 93,
    ("DIS_DOCS", "prior"): 100,
    ("ORG_COLL_FUND", "value"): 120.5,
    ("ORG_COLL_FUND_VILLAGES", "value"): 0,
    ("REC_PROBLEMS", "value"): "不适用",
    ("REC_DONE", "value"): 3,
}


def test_what_a_formula_shows_from_its_cache_is_what_libreoffice_computes(tmp_path: Path) -> None:
    """The cache is poisoned first, so that the recalculation is proven to have happened."""
    path = written(tmp_path, COUNTY, "2020", FILLED)
    cached = grid(path)
    poisoned = tmp_path / "poisoned" / path.name
    poisoned.parent.mkdir()
    book = openpyxl.load_workbook(path)  # drops every cached value
    book.save(poisoned)
    assert grid(poisoned)["基本情况"]["BASE_PARTY_ORGS"][VALUE] == ""
    fresh = grid(office(poisoned, "xlsx:Calc MS Excel 2007 XML", tmp_path / "out"))
    for sheet, rows in cached.items():
        for code, row in rows.items():
            for column in (VALUE, PRIOR, EARLIER, 7):
                assert fresh[sheet][code][column] == row[column], (sheet, code, column)
    shown = {code: row for rows in cached.values() for code, row in rows.items()}
    assert shown["BASE_PARTY_ORGS"][VALUE] == 57
    assert shown["THE_XXQG_REG_RATE"][VALUE] == 87.57
    assert shown["DIS_DOCS_CUT"][VALUE] == 7
    assert shown["ORG_COLL_FUND_AVG"][VALUE] == "—"
    assert shown["REC_RATE"][VALUE] == ""
    assert shown["BASE_MEMBERS"][7] == 3.1
    assert shown["THE_XXQG_REG_RATE"][7] == 0.61


def grid(path: Path) -> dict[str, dict[str, list[object]]]:
    """Return sheet -> code -> row of every section sheet, as stored in the file."""
    book = CalamineWorkbook.from_path(path)
    sheets: dict[str, dict[str, list[object]]] = {}
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        coded = {str(r[0]): [*r, *[""] * 9][:9] for r in rows[4:] if r and str(r[0]) in party_building().indicators}
        if coded:
            sheets[name] = coded
    return sheets


def test_every_cached_result_in_a_form_is_what_libreoffice_computes(tmp_path: Path) -> None:
    """Some ten thousand formulas, live checks included, on a form with errors, words and blanks."""
    slips = {("BASE_INSERVICE", "value"): 1200, ("BASE_VILLAGES", "value"): "约三十", ("POL_DUTY_REPORTS", "value"): 40}
    path = written(tmp_path, COUNTY, "2020", FILLED | slips | {("ORG_DEMO_FUND", "value"): 1.234})
    formulas, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    poisoned = tmp_path / "poisoned.xlsx"
    formulas.save(poisoned)
    fresh = openpyxl.load_workbook(office(poisoned, "xlsx:Calc MS Excel 2007 XML", tmp_path / "out"), data_only=True)
    count = 0
    for sheet in formulas.worksheets:
        for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
            a, b = cached[sheet.title][cell.coordinate].value, fresh[sheet.title][cell.coordinate].value
            both = isinstance(a, int | float) and isinstance(b, int | float)
            assert (a or "") == (b or "") or (both and abs(a - b) < 1e-9), (sheet.title, cell.coordinate, a, b)
            count += 1
    assert count > 8000
    assert cached["封面"]["C12"].value.startswith("错误 ")


SHARED = {  # functions that Excel 2010, WPS and LibreOffice 7 all have
    *(
        "ABS",
        "ADDRESS",
        "AND",
        "CELL",
        "CHOOSE",
        "CLEAN",
        "COLUMN",
        "COUNT",
        "COUNTIF",
        "COUNTIFS",
        "FIND",
        "HYPERLINK",
    ),
    *(
        "IF",
        "IFERROR",
        "INDEX",
        "INT",
        "ISERROR",
        "ISNUMBER",
        "ISTEXT",
        "LEFT",
        "LEN",
        "MATCH",
        "MAX",
        "MIN",
        "MOD",
        "N",
    ),
    *("NA", "NOT", "OR", "REPT", "RIGHT", "ROUND", "ROW", "SMALL", "SUBSTITUTE", "SUM", "SUMIF"),
    *("SUMPRODUCT", "TEXT", "TRIM", "VALUE"),
}


def test_formulas_use_only_what_excel_2010_wps_and_libreoffice_share(blank: dict[str, Path]) -> None:
    for path in blank.values():
        with zipfile.ZipFile(path) as package:
            sheets = [package.read(n).decode() for n in package.namelist() if n.startswith("xl/worksheets/")]
        formulas = [f for sheet in sheets for f in re.findall(r"<(?:f|formula|formula1)[^>]*>([^<]*)<", sheet)]
        bare = [re.sub(r"'[^']*'|\"[^\"]*\"|&quot;.*?&quot;", "", f) for f in formulas]
        assert {name for f in bare for name in re.findall(r"([A-Z][A-Z0-9.]*)\(", f)} <= SHARED
        assert max(map(len, formulas)) < 8192, "no program takes longer formulas"
        assert "_xlfn" not in "".join(formulas)


def test_no_formula_refers_to_a_cell_that_a_clerk_may_cut(blank: dict[str, Path]) -> None:
    """Cut and paste drags references along; so formulas look through whole columns, by code."""
    for path in blank.values():
        book = openpyxl.load_workbook(path)
        open_sheets = {s.title for s in book.worksheets if any(not c.protection.locked for r in s["A1:L60"] for c in r)}
        assert len(open_sheets) > 5
        for row in book["huibao_rules"].iter_rows():
            for cell in row:
                for sheet, place in re.findall(
                    r"'([^']+)'!(\$[A-Z]+\$?\d+)", str(getattr(cell.value, "text", cell.value))
                ):
                    assert sheet not in open_sheets or place == "$L$1", (cell.coordinate, place)
