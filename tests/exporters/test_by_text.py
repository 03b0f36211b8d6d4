"""Reports without controls, read by their words: what is bound, what is found, and nothing claimed beyond that."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from by_words import Given, detected, measured, read, stripped
from edits import BIG, sentence, type_over
from in_word import WordFile, changed

from exporters.demo.run import DemoRound
from exporters.figures.by_text import SURE, ByText, by_text_of
from exporters.figures.data import Data, NotTheData
from exporters.figures.document import NotAReport
from exporters.figures.held import Reports
from exporters.figures.written import content_of
from exporters.narrative.report import of_round, of_units
from exporters.office.desk import open_desk
from workbook.messages import say

ROUNDS = ("2020H1", "2020", "2019H1")


@pytest.fixture(scope="session")
def given(demo: dict[str, DemoRound]) -> dict[str, list[Given]]:
    """Return the reports of the demo by genre; of those over a whole round one, for its annexes are long."""
    found: dict[str, list[Given]] = defaultdict(list)
    for period in ROUNDS:
        collection = demo[period].collection
        data = Data(collection)
        for genre in collection.round.pack.genres.values():
            if collection.period.kind not in genre.periods:
                continue
            if genre.tiers:
                reports = list(of_units(collection, genre))
            else:
                reports = [] if found[genre.id] else [of_round(collection, genre, open_desk(collection).picks)]
            found[genre.id] += [Given(genre.id, content_of(r), r.unit.code if r.unit else "", data) for r in reports]
    return found


@pytest.fixture(scope="session")
def own(given: dict[str, list[Given]]) -> Given:
    """Return the report of a county."""
    return given["county_half"][0]


def edited(given: Given, folder: Path, edit: object) -> ByText:
    return read(stripped(changed(given.content, edit)), given, folder)  # type: ignore[arg-type]


def test_untouched_reports_are_bound_rightly_and_raise_no_alarm(given: dict[str, list[Given]], tmp_path: Path) -> None:
    """The table of docs/user/by-text.md: its numbers are these."""
    told = {genre: measured(reports, tmp_path) for genre, reports in given.items()}
    own = sum((counts for genre, counts in told.items() if genre != "city_merge"), Counter[str]())
    assert own["numbers"] >= 3000, told
    assert own["bound"] >= 0.55 * own["numbers"], told
    assert own["right"] >= 0.95 * own["bound"], told
    assert own["doubted"] == 0, told
    merged = told["city_merge"]
    assert merged["right"] >= 40, told
    assert merged["doubted"] == 0, told


def test_most_changed_figures_are_found(given: dict[str, list[Given]], tmp_path: Path) -> None:
    each = {"city_merge": 40, "organs_report": 20, "county_half": 6, "district_speech": 5, "party_group_year": 3}
    told = {genre: detected(reports, tmp_path, each=each.get(genre, 2)) for genre, reports in given.items()}
    own = sum((counts for genre, counts in told.items() if genre != "city_merge"), Counter[str]())
    assert own["changed"] >= 290, told
    assert own["doubted"] >= 0.9 * own["changed"], told
    assert own["sure"] >= 0.75 * own["changed"], told
    assert own["taken for right"] <= 0.01 * own["changed"], told  # 36.7 made 36.71 may be true
    assert told["city_merge"]["doubted"] >= 0.25 * told["city_merge"]["changed"], told
    assert told["city_merge"]["taken for right"] == 0, told


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("中心组集中学习{now}次。", "agrees"),
        ("中心组集中学习{other}次。", "differs"),
        ("中心组集中学习{now}次，去年同期{prior}次。", "agrees"),
        ("中心组集中学习{now}次，去年同期{other}次。", "differs"),
        ("下一步，力争中心组集中学习{other}次。", "unknown"),
        ("来信中说到的{other}件小事。", "unknown"),
    ],
)
def test_a_number_is_held_against_the_time_its_words_speak_of(
    own: Given, tmp_path: Path, words: str, verdict: str
) -> None:
    facts = own.data.facts(own.unit)[0]
    values = {m: facts.then("THE_CENTER_SESSIONS", own.unit, m) for m in ("value", "prior")}
    text = words.format(now=values["value"], prior=values["prior"], other=977)
    result = edited(own, tmp_path, lambda word: _only(word, text))
    assert result.numbers[-1].verdict == verdict, result.numbers


def _only(word: WordFile, text: str) -> None:
    """Leave one paragraph of a report."""
    paragraph = next(p for p in word.body if p.tag.endswith("}p"))
    for element in [e for e in word.body if e is not paragraph and not e.tag.endswith("}sectPr")]:
        word.body.remove(element)
    properties = next((c for c in paragraph if c.tag.endswith("}pPr")), None)
    for child in list(paragraph):
        paragraph.remove(child)
    if properties is not None:
        properties.clear()
    sentence_in(paragraph, text)


def sentence_in(paragraph: object, text: str) -> None:
    from in_word import made

    paragraph.append(made(f"<w:r><w:t>{text}</w:t></w:r>"))  # type: ignore[attr-defined]


def test_a_report_whose_manifest_was_tampered_with_is_read_by_its_words(
    own: Given, tmp_path: Path, demo: dict[str, DemoRound]
) -> None:
    word = WordFile(own.content)
    name = next(name for name, part in word.parts.items() if b"<figures" in part)
    word.parts[name] = word.parts[name].replace(b"value", b"valve", 1)
    path = tmp_path / "report.docx"
    path.write_bytes(word.saved())
    folder = demo["2020H1"].collection.round.path
    result = by_text_of(path, Reports(folder), folder, own.unit)
    assert len(result.of("agrees")) > 30
    assert result.of("differs") == []


def test_a_report_that_still_has_its_manifest_says_whose_it_is(own: Given, tmp_path: Path, demo: object) -> None:
    folder = demo["2020H1"].collection.round.path  # type: ignore[index]
    path = tmp_path / "report.docx"
    path.write_bytes(own.content)
    assert len(by_text_of(path, Reports(folder), folder, "").of("agrees")) > 30


def test_what_cannot_be_read_by_its_words_is_told_in_a_sentence(
    own: Given, tmp_path: Path, demo: dict[str, DemoRound]
) -> None:
    folder = demo["2020H1"].collection.round.path
    reports = Reports(folder)
    good, old, broken = (tmp_path / name for name in ("good.docx", "old.doc", "broken.docx"))
    good.write_bytes(stripped(own.content))
    old.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    broken.write_bytes(own.content[:2000])
    with pytest.raises(NotAReport, match="另存为"):
        by_text_of(old, reports, folder, own.unit)
    with pytest.raises(NotAReport, match="损坏"):
        by_text_of(broken, reports, folder, own.unit)
    with pytest.raises(NotTheData, match="X99"):
        by_text_of(good, reports, folder, "X99")
    with pytest.raises(NotTheData) as nothing:
        by_text_of(good, Reports(None), None, "")
    assert str(nothing.value) == say("across.by_text_data")


def test_only_what_is_sure_must_be_corrected(given: dict[str, list[Given]], tmp_path: Path) -> None:
    merged = given["city_merge"][0]
    result = edited(merged, tmp_path, type_over(BIG, "135971"))
    found = [n for n in result.of("differs") if n.said.startswith("135971")]
    assert [n.tag for n in found] == [BIG]
    assert [n.must for n in found] == [found[0].confidence >= SURE]
    untold = edited(merged, tmp_path, sentence("另有流动党员88名。"))
    assert not any(n.must for n in untold.numbers)
