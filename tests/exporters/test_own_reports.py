"""Units' reports of the demo: every figure worked out again from the unit's filled form, and valid files."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from genres import OWN, PACK
from openxml_audit import OpenXmlValidator
from plain import Plain, catalog, filled, rounded

from exporters.demo.run import DemoRound
from exporters.narrative.report import genres_of
from workbook.round import IN, RESULTS

TAG = re.compile(r"hb:([A-Z0-9_]+)@([\w\-]{1,16})\.([a-z_]+)")
NUMERALS = "零一两三四五六七八九十"
ROUNDS = ("2019H1", "2019", "2020H1", "2020")


@pytest.fixture(scope="module", params=ROUNDS)
def entry(request: pytest.FixtureRequest, demo: dict[str, DemoRound]) -> DemoRound:
    return demo[request.param]


def reports_of(entry: DemoRound) -> dict[tuple[str, str], Path]:
    """Return the reports by genre and unit."""
    folder = entry.collection.round.path / RESULTS / "报告"
    names = {g.output: g.id for g in PACK.genres.values()}
    return {(names[p.parent.name], p.stem.split("_")[0]): p for p in folder.glob("*/*.docx")}


def controls(path: Path) -> list[tuple[str, str]]:
    found = []
    for sdt in docx.Document(str(path)).element.body.iter(qn("w:sdt")):
        tag = sdt.find(qn("w:sdtPr")).find(qn("w:tag")).get(qn("w:val"))
        found.append((tag, "".join(t.text or "" for t in sdt.iter(qn("w:t")))))
    return found


WHOLES = {
    part: whole
    for genre in OWN
    for part, whole in re.findall(
        r'all_of\("(\w+)", "(\w+)"\)', (PACK.root / PACK.genres[genre].template).read_text("utf-8")
    )
}
"""What 全部 is said of, by the part."""


class Again:
    """One unit's figures from its filled form."""

    def __init__(self, unit: str, path: Path, rows: Counter[str]) -> None:
        self.unit, self.rows = unit, rows
        self.plain = Plain({unit: filled(path)})

    def value(self, code: str, when: str = "value") -> Fraction | None:
        source = catalog()[code]["calc"]
        if found := re.fullmatch(r"rows\((\w+)\)", source):
            return Fraction(self.rows[found[1]])
        found_then = self.plain.value(self.unit, code, when)
        if found_then is None and when == "opening":  # in an annual round both are the end of last year
            return self.plain.value(self.unit, code, "prior")
        return found_then

    def ways(self, code: str, when: str = "value") -> set[str]:
        value, row = self.value(code, when), catalog()[code]
        assert value is not None, (code, when)
        if row["dimension"] == "percent":
            one = rounded(value, 1) if rounded(value, 1) != "100" or value == 100 else rounded(value, 2)
            return {one, one if "." in one else f"{one}.0"}
        decimals = int(row["decimals"])
        ways = {rounded(value, min(decimals, 2)), rounded(value, decimals)}
        return ways | ({rounded(value / 10000, 2)} if row["display_scale"] == "万" and value >= 10000 else set())

    def change(self, code: str) -> tuple[str, str]:
        now, before = self.value(code), self.value(code, "prior")
        assert now is not None
        assert before is not None
        points = catalog()[code]["dimension"] == "percent"
        if now == before:
            return "持平", ""
        by = now - before if points else (now - before) / before * 100 if before else now
        if before and abs(by) < Fraction(1, 20):
            return "基本持平", ""
        words = ("提高", "降低") if points else ("增长", "下降") if before else ("新增", "")
        if not before and not points:
            return "新增", rounded(now, 2)
        return words[by < 0], rounded(abs(by) / 100, 1) if not points and by >= 200 else rounded(abs(by), 1)

    def rounds_down(self, code: str, text: str) -> bool:
        """Return whether a round number is the value with all but its two leading figures cut off."""
        value = self.value(code)
        assert value is not None
        shown = Fraction(text) * (10000 if value >= 10000 and catalog()[code]["display_scale"] == "万" else 1)
        return shown <= value < shown * Fraction(11, 10) and len(text.replace(".", "").rstrip("0")) <= 2

    def unknown(self, code: str, measure: str) -> bool:
        """Return whether there is nothing to tell: a dash in a table."""
        times = ("value", "prior") if measure in ("yoy", "dir") else (measure,)
        return any(self.value(code, when) is None for when in times)

    def right(self, code: str, measure: str, text: str) -> bool:
        if text == "—":
            return self.unknown(code, measure)
        if measure == "full":
            return text == "全部" and self.value(code) == self.value(WHOLES[code])
        if measure in ("value", "prior", "opening"):
            return text in self.ways(code, measure)
        if measure in ("yoy", "dir"):
            return text == self.change(code)[measure == "yoy"]
        if measure == "size":
            return text in {way.lstrip("-") for way in self.ways(code)}
        if measure == "words":
            return text == NUMERALS[int(self.value(code) or 0)]
        if measure == "rows":
            return text == NUMERALS[self.rows[code]] if self.rows[code] <= 10 else True
        if measure in ("near", "over", "more") and text in self.ways(code):
            return True  # round as it is, or too small to be rounded
        if measure == "near":
            return 0 < Fraction(text) - (self.value(code) or 0) <= Fraction(text) * Fraction(3, 100)
        return measure in ("over", "more") and self.rounds_down(code, text)


def test_every_unit_with_an_accepted_form_has_the_reports_of_its_genres(entry: DemoRound) -> None:
    period = entry.collection.round.period
    wanted = {
        (genre.id, code)
        for code, form in entry.collection.submissions.items()
        for genre in genres_of(PACK, form.unit, period)
    }
    assert set(reports_of(entry)) == wanted
    assert {genre for genre, _ in wanted} == {
        g for g in OWN if ("half" if "H" in period else "year") in PACK.genres[g].periods
    }


def test_every_figure_equals_a_plain_recomputation_from_the_units_form(entry: DemoRound) -> None:
    used = {r.unit: r.file for r in entry.collection.receipts if r.state == "used"}
    seen: Counter[str] = Counter()
    for (_, unit), path in reports_of(entry).items():
        form = entry.collection.submissions[unit]
        rows = Counter({code: len(items) for code, items in form.texts.items()})
        again = Again(unit, entry.collection.round.path / IN / used[unit], rows)
        for tag, text in controls(path):
            code, scope, measure = TAG.fullmatch(tag).groups()  # type: ignore[union-attr]
            seen[measure] += 1
            assert scope == unit
            assert again.right(code, measure, text), (path.name, tag, text)
    assert seen["value"] > 400
    assert seen["words"] > 5


def test_one_report_of_each_genre_is_valid_ooxml(entry: DemoRound) -> None:
    for genre in OWN:
        found = [p for (g, _), p in reports_of(entry).items() if g == genre][:1]
        for path in found:
            assert OpenXmlValidator().validate(path).errors == [], path


def test_a_speech_prints_no_internal_and_nothing_prints_restricted_but_the_units_own_report(entry: DemoRound) -> None:
    levels = {c: i.sensitive for c, i in PACK.indicators.items()}
    for (genre, _), path in reports_of(entry).items():
        printed = {levels.get(TAG.fullmatch(tag)[1], "none") for tag, _ in controls(path)}  # type: ignore[index]
        assert not printed & set(PACK.genres[genre].withheld), path
