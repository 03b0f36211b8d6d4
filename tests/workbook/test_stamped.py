"""Stamped forms: a form stamped is the form built for the unit itself, in every cell, style, check and property."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk import Desk
from helpers import NOTHING, a_round, by_measure, party_building, plan
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openxml_audit import OpenXmlValidator

from exporters import rounds
from exporters.rounds import write_forms
from workbook.check_code import code_of
from workbook.checks.check import check
from workbook.computed import definition
from workbook.form.book import write_form
from workbook.form.content import Content, blank_contents, layouts_of
from workbook.form.stamp import Stamp, fits
from workbook.form.verdicts import as_submission, verdicts_of
from workbook.history import Stored, by_unit
from workbook.model import Parameter, Round, State, Switch, Unit
from workbook.reading.submission import read_submission
from workbook.values import Earlier

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MOMENTS = "{http://purl.org/dc/terms/}created", "{http://purl.org/dc/terms/}modified"
PARAMETER = next(i for i in party_building().indicators.values() if i.nature == "param")
NUMBERS = (0, 1, 2, 5, 40, 600, 12_000, 3_500_000, 999_999_999)
COUNTY, UMBRELLA = Unit("X01", "青禾县", "county"), Unit("H01", "全市合计", "county", umbrella=True)
DISTRICT, ORGAN = Unit("Q01", "城南区", "district"), Unit("S01", "市委办", "organ")


def differing(one: Path, other: Path) -> list[str]:
    """Return the parts in which two workbooks differ, however they are kept."""
    parts, others = as_read(one), as_read(other)
    return sorted(name for name in parts.keys() | others.keys() if parts.get(name) != others.get(name))


def as_read(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook in canonical form, with texts and styles in their cells, without its moment."""
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        trees = {name: etree.fromstring(book.read(name)) for name in book.namelist()}
    texts = ["".join(si.itertext()) for si in trees.pop("xl/sharedStrings.xml")]
    looks, coloured = styles_of(trees.pop("xl/styles.xml"))
    for tree in trees.values():
        for cell in tree.iter(f"{MAIN}c"):
            if cell.get("s"):
                cell.set("s", looks[int(cell.get("s"))])
            if cell.get("t") in ("s", "inlineStr"):
                text = texts[int(cell[0].text)] if cell.get("t") == "s" else "".join(cell.itertext())
                cell[:] = []
                cell.text, cell.attrib["t"] = text, "text"
        for row in tree.iter(f"{MAIN}row"):
            row.attrib.pop("spans", None)  # tells readers how wide a row is, which they see
        for rule in tree.iter(f"{MAIN}cfRule"):
            if rule.get("dxfId"):
                rule.set("dxfId", coloured[int(rule.get("dxfId"))])
        for moment in tree.iter(*MOMENTS):
            moment.text = ""
    return {name: etree.tostring(tree, method="c14n") for name, tree in trees.items()}


def styles_of(styles: Any) -> tuple[list[str], list[str]]:
    """Return every cell style and every conditional one, spelled out."""
    parts = {kind: [etree.tostring(e).decode() for e in styles.find(MAIN + kind)] for kind in ("fonts", "fills")}
    borders = [etree.tostring(e).decode() for e in styles.find(f"{MAIN}borders")]
    formats = {e.get("numFmtId"): e.get("formatCode") for e in styles.iter(f"{MAIN}numFmt")}
    looks = []
    for xf in styles.find(f"{MAIN}cellXfs"):
        font, fill = parts["fonts"][int(xf.get("fontId"))], parts["fills"][int(xf.get("fillId"))]
        number = formats.get(xf.get("numFmtId"), xf.get("numFmtId"))
        rest = "".join(etree.tostring(e).decode() for e in xf)
        looks.append(" ".join((font, fill, borders[int(xf.get("borderId"))], number, rest)))
    return looks, [etree.tostring(e).decode() for e in styles.find(f"{MAIN}dxfs")]


def round_of(period: str, *units: Unit) -> Round:
    """Return a round that hands a parameter down and switches a rule."""
    handed_down = (Parameter("达标线", PARAMETER.code, "10", "文件<一>&“二”"),)
    return a_round(Path(), units, period, parameters=handed_down, switches=(Switch("R101", "warning", "试行"),))


@cache
def stamp_of(period: str, tier: str, *, umbrella: bool) -> Stamp:
    unit = Unit("", "", tier, umbrella)
    round_ = round_of(period, unit)
    return Stamp(round_, plan(round_, unit))


def carried_cells(round_: Round) -> Iterator[tuple[str, str, str]]:
    """Yield unit, code and measure of every cell that earlier rounds can fill."""
    layouts = layouts_of(round_)
    for unit in round_.units:
        layout = layouts[unit.tier]
        for code, item in layout.indicators.items():
            for measure in layout.measures(item):
                if measure != "value" and definition(item, measure, round_.pack.indicators) is None:
                    yield unit.code, code, measure


def stored(round_: Round, rng: random.Random, missing: float) -> Stored:
    """Return figures of earlier rounds at random: plausible or not, some of them missing, some 不适用."""
    records = []
    for key in carried_cells(round_):
        scaled, states = rng.choice(NUMBERS), [State.NOT_APPLICABLE, State.NOT_COUNTED, State.BLANK]
        if rng.random() < missing:
            records += [(*key, int(rng.choice(states)), 0)] if rng.random() < 0.5 else []
        else:
            records.append((*key, int(State.NUMBER if scaled else State.ZERO), scaled))
    names = ("unit", "code", "measure", "state", "scaled")
    return by_measure(dict(zip(names, record, strict=True)) for record in records)


def earlier(round_: Round, rng: random.Random, missing: float) -> Earlier:
    """Return such figures as forms are handed out with them."""
    return by_unit(stored(round_, rng, missing), [u.code for u in round_.units])


def both(folder: Path, round_: Round, content: Content) -> tuple[Path, Path]:
    """Write a form twice: stamped, and built for its unit."""
    (unit,) = round_.units
    stamped, built = folder / "stamped.xlsx", folder / "built.xlsx"
    stamp = stamp_of(round_.period, unit.tier, umbrella=unit.umbrella)
    stamped.write_bytes(stamp.form(content, stamp.verdicts_of({"": content})[""]))
    write_form(built, round_, plan(round_, unit), content, verdicts_of(round_, {"": content})[""])
    return stamped, built


def content_of(round_: Round, carried: Earlier) -> Content:
    (content,) = blank_contents(round_, carried).values()
    assert fits(round_, content)
    return content


@settings(max_examples=8, deadline=None)
@given(
    unit=st.sampled_from([COUNTY, UMBRELLA, DISTRICT, ORGAN]),
    name=st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=40),
    period=st.sampled_from(["2020", "2020H1"]),
    missing=st.sampled_from([0.0, 0.05, 0.6, 1.0]),
    seed=st.integers(0, 2**32),
)
def test_a_stamped_form_is_the_one_built_for_the_unit(
    unit: Unit, name: str, period: str, missing: float, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    round_ = round_of(period, replace(unit, name=name.replace("_x", "x")))
    content = content_of(round_, earlier(round_, random.Random(seed), missing))
    stamped, built = both(tmp_path_factory.mktemp("forms"), round_, content)
    assert differing(stamped, built) == []


@pytest.mark.parametrize("name", ["<县>&\"'区'", "=1+1", "&C&P甲&&乙", "县" * 80, "]]>", "&lt;", "𠮷野县"])
def test_a_stamped_form_spells_every_name_as_a_built_one(name: str, tmp_path: Path) -> None:
    round_ = round_of("2020", replace(COUNTY, name=name))
    stamped, built = both(tmp_path, round_, content_of(round_, NOTHING))
    assert differing(stamped, built) == []
    assert read_submission(stamped, round_.pack).unit.name == name


@pytest.mark.parametrize("name", ["县" * 81, " 县", "县\n区", "县\x01", "_x0041_县"])
def test_the_form_of_a_unit_whose_name_is_spelled_in_a_way_of_its_own_is_built(name: str) -> None:
    round_ = round_of("2020", replace(COUNTY, name=name))
    (content,) = blank_contents(round_, NOTHING).values()
    assert not fits(round_, content)


def test_forms_that_hold_more_than_who_they_are_and_what_they_come_with_are_built() -> None:
    round_ = round_of("2020", COUNTY)
    blank = content_of(round_, NOTHING)
    assert not fits(round_, replace(blank, notes=("含 3 个单位",)))
    assert not fits(round_, replace(blank, prefilled={("BASE_MEMBERS", "value"): 3}))
    assert not fits(round_, replace(blank, entries={**blank.entries, ("BASE_MEMBERS", "value"): 3}))
    assert not fits(round_, replace(blank, texts={**blank.texts, "TXT_CHANGE_NOTES": [["", "R101", "", "", ""]]}))


@pytest.mark.parametrize("unit", [COUNTY, UMBRELLA, DISTRICT, ORGAN])
def test_a_unit_that_comes_with_nothing_of_its_own_is_judged_like_nobody(unit: Unit, tmp_path: Path) -> None:
    round_ = round_of("2020H1", unit)
    content = content_of(round_, NOTHING)
    stamp = stamp_of("2020H1", unit.tier, umbrella=unit.umbrella)
    like_nobody, by_itself = stamp.verdicts_of({"": content})[""], verdicts_of(round_, {"": content})[""]
    assert like_nobody.findings is stamp.judged.verdicts.findings
    assert (like_nobody.code, like_nobody.rules) == (by_itself.code, by_itself.rules)
    assert {key: f.message for key, f in like_nobody.findings.items()} == {
        key: f.message for key, f in by_itself.findings.items()
    }
    stamped, built = both(tmp_path, round_, content)
    assert differing(stamped, built) == []


def test_units_do_not_leave_their_figures_in_the_forms_of_others(tmp_path: Path) -> None:
    first, last = (round_of("2020", replace(COUNTY, code=code, name=code)) for code in ("A1", "B2"))
    full, nothing = content_of(first, earlier(first, random.Random(1), 0)), content_of(last, NOTHING)
    _, built = both(tmp_path, last, nothing)
    both(tmp_path, first, full)
    stamped, built = both(tmp_path, last, nothing)
    assert differing(stamped, built) == []
    with zipfile.ZipFile(stamped) as book:
        assert not [n for n in book.namelist() if re.search(rb"\bA1</t>", book.read(n))]


def test_what_nobody_filled_in_yet_is_found_as_if_every_cell_were_looked_at() -> None:
    units = tuple(replace(u, code=f"{u.code}{n}") for u in (COUNTY, UMBRELLA, DISTRICT, ORGAN) for n in range(2))
    round_ = round_of("2020H1", *units)
    contents = blank_contents(round_, earlier(round_, random.Random(7), 0.2))
    layouts = layouts_of(round_)
    whole = {code: as_submission(round_, layouts[c.unit.tier], c) for code, c in contents.items()}
    checked = check(round_.pack, whole, NOTHING, period=round_.period, modules=round_.modules, switches=round_.switches)
    for code, verdicts in verdicts_of(round_, contents).items():
        assert sorted(f.message for f in verdicts.findings.values()) == sorted(
            f.message for f in checked.findings[code]
        )
        assert verdicts.code == code_of(whole[code], round_.pack)


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Round, list[Path]]:
    """Hand out a round with earlier figures: seven units of a kind, and one of another."""
    units = [replace(COUNTY, code=f"X{n}", name=f"第{n}县") for n in range(7)] + [ORGAN]
    round_ = replace(round_of("2020", *units), path=tmp_path_factory.mktemp("round"))
    figures = stored(round_, random.Random(3), 0.05)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "stored_figures", lambda _: (figures, ()))
        paths, defects = write_forms(round_)
    assert not defects
    return replace(round_, previous=None), paths


def test_a_form_that_was_handed_out_reads_as_one_built_for_its_unit(
    handed_out: tuple[Round, list[Path]], tmp_path: Path
) -> None:
    round_, paths = handed_out
    assert [p.name.split("_")[0] for p in paths] == [u.code for u in round_.units]
    contents = blank_contents(round_, earlier(round_, random.Random(3), 0.05))
    for unit, path in list(zip(round_.units, paths, strict=True))[::4]:
        built = tmp_path / path.name
        write_form(built, round_, plan(round_, unit), contents[unit.code])
        read, meant = read_submission(path, round_.pack), read_submission(built, round_.pack)
        assert read == replace(meant, file=read.file, sha256=read.sha256, received=read.received)
        assert (read.unit, read.doubts, read.repairs) == (unit, (), ())
    assert OpenXmlValidator().validate(paths[0]).errors == []


def test_a_round_is_handed_out_the_same_twice(handed_out: tuple[Round, list[Path]], tmp_path: Path) -> None:
    round_, paths = handed_out
    again = replace(round_, path=tmp_path)
    figures = stored(round_, random.Random(3), 0.05)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "stored_figures", lambda _: (figures, ()))
        for first, second in zip(paths, write_forms(again)[0], strict=True):
            with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
                for part, copy in zip(one.infolist(), other.infolist(), strict=True):
                    assert part.filename == copy.filename
                    if part.filename != "docProps/core.xml":  # says when it was made
                        assert (part.CRC, part.compress_size) == (copy.CRC, copy.compress_size)


def test_a_stamped_form_shows_what_its_formulas_give(handed_out: tuple[Round, list[Path]], desk: Desk) -> None:
    _, paths = handed_out
    path = paths[2]
    desk.open(path)
    desk.recalculate()
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in (book["封面"], book["校验结果"], *book.worksheets[3:6]):
        cells = [c.coordinate for row in sheet.iter_rows(max_row=60, max_col=12) for c in row if c.value is not None]
        for at, shown in zip(cells, desk.get(sheet.title, cells), strict=True):
            kept = sheet[at].value
            assert shown == (pytest.approx(kept) if isinstance(kept, int | float) else kept), (sheet.title, at)
