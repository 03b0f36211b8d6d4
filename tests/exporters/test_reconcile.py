"""Edited reports held against their data: exactly what was done to them is found, and nothing else."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import docx
import pytest
from desk import Desk
from edits import BIG, CASES, LIBREOFFICE, PAGE, Case, figure, page, type_over, unwrapped
from in_word import W, WordFile, changed, delete, insert
from openxml_audit import OpenXmlValidator
from reports import ROUNDS, held, opened, reports, the_report

from exporters.demo.run import DemoRound
from exporters.figures.charts import charts_of
from exporters.figures.comments import marked_copy
from exporters.figures.data import Data
from exporters.figures.document import MAIN, read_document
from exporters.figures.manifest import Figure, Manifest, Tampered, manifest_of, replaced
from exporters.figures.reconcile import Verdict, reconcile
from exporters.figures.refresh import refresh
from exporters.figures.words import found_words
from exporters.figures.written import content_of
from exporters.narrative.writer import Point
from exporters.word.package import archive

NOW = datetime(2020, 7, 1)


@pytest.fixture(scope="session")
def data(demo: dict[str, DemoRound]) -> Data:
    return Data(demo["2020H1"].collection)


@pytest.fixture(scope="session")
def merged(demo: dict[str, DemoRound]) -> bytes:
    """Return the merged report of a round without its annexes but the first: the others have thousands of figures."""
    report = the_report(demo["2020H1"], "city_merge")
    annexes = [at for at, line in enumerate(report.lines) if line.kind in ("annex", "wide_annex")]
    return content_of(replace(report, lines=report.lines[: annexes[1]]))


@pytest.fixture(scope="session")
def county(demo: dict[str, DemoRound]) -> bytes:
    """Return a county's report of its own."""
    return content_of(the_report(demo["2020H1"], "county_half", "X02"))


@pytest.mark.parametrize("period", ROUNDS)
def test_a_report_just_written_agrees_with_its_data_in_every_figure(demo: dict[str, DemoRound], period: str) -> None:
    known = Data(demo[period].collection)
    told = Counter[str]()
    for report in reports(demo[period].collection):
        result = held(content_of(report), known)
        assert result.found == []
        told[report.genre.id] += len(result.verdicts)
    assert all(n >= 30 for n in told.values()), told


def test_every_genre_is_among_them_and_no_figure_is_told_by_nothing_we_know(demo: dict[str, DemoRound]) -> None:
    every = [r for period in ROUNDS for r in reports(demo[period].collection)]
    assert {r.genre.id for r in every} == set(demo["2020"].collection.round.pack.genres)
    styles = Counter(f.style for r in every for f in opened(content_of(r))[1].figures)
    assert styles["fixed"] == 0
    assert styles["prose"] + styles["cell"] > 10 * styles["fresh"], styles


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_exactly_what_was_edited_is_found(case: Case, merged: bytes, data: Data) -> None:
    for known in (data, None):
        result = held(changed(merged, case.edit), known)
        assert Counter(v.kind for v in result.found) == case.found, told(result.found)


def told(verdicts: list[Verdict]) -> list[tuple[str, ...]]:
    return [(v.kind, v.tag, v.said, v.now) for v in verdicts]


def other_number(number: str, chance: random.Random) -> str:
    """Return another number with as many places."""
    whole, point, places = number.partition(".")
    while True:
        if point and chance.random() < 0.5:
            new = f"{whole}.{chance.randrange(10 ** len(places)):0{len(places)}}"
        else:
            new = f"{max(0, int(whole) + chance.choice([-7, -2, -1, 1, 2, 3, 10, 100]))}{point}{places}"
        if float(new) != float(number):
            return new


def change_at_random(word: WordFile, tags: list[str], chance: random.Random) -> None:
    """Put another number into each figure, in one of the ways people do."""
    for tag in tags:
        control = figure(word, tag)
        run = next(control.iter(f"{W}r"))
        number = next(run.iter(f"{W}t")).text
        new = other_number(number, chance)
        way = chance.choice(["type", "track", "unwrap", "behind"])
        if way == "type":
            type_over(tag, new)(word)
        elif way == "track":
            delete(run)
            insert(run.getparent(), new)
        elif way == "unwrap":
            unwrapped(tag, words=new)(word)
        else:
            type_over(tag, f"{number}{chance.randrange(1, 10)}" if "." not in number else new)(word)


def test_numbers_changed_at_random_are_all_found_and_no_other_is(county: bytes, data: Data) -> None:
    """Three hundred trials of one to six changes each."""
    _, manifest = opened(county)
    once = Counter(f.tag for f in manifest.figures)
    numbers = [f.tag for f in manifest.figures if re.fullmatch(r"\d+(\.\d+)?", f.text) and once[f.tag] == 1]
    assert len(numbers) > 60
    for seed in range(300):
        chance = random.Random(seed)
        tags = chance.sample(numbers, chance.randrange(1, 7))
        edited = changed(county, lambda word, tags=tags, chance=chance: change_at_random(word, tags, chance))
        result = held(edited, data if seed % 3 else None)
        assert sorted(v.tag for v in result.must) == sorted(tags), (seed, told(result.found))
        assert {v.kind for v in result.found} <= {"changed", "stale"}, (seed, told(result.found))


def test_a_figure_that_is_stale_by_the_data_and_untouched_is_not_put_down_to_a_hand(county: bytes) -> None:
    document, manifest = opened(county)

    class Other:
        def now(self, figure: Figure) -> object:
            return None

    result = held(county)
    assert result.found == []
    assert {v.kind for v in reconcile(manifest, document, Other()).verdicts} <= {"stale", "wording"}  # type: ignore[arg-type]


def test_a_chart_whose_number_was_typed_over_is_found(merged: bytes, data: Data) -> None:
    def edit(word: WordFile) -> None:
        name = next(n for n in word.parts if n.startswith("word/charts/chart"))
        part = word.parts[name].decode()
        first = re.search(r"<c:val>.*?<c:v>([^<]*)</c:v>", part, re.DOTALL)
        assert first is not None
        word.parts[name] = (part[: first.start(1)] + "12345" + part[first.end(1) :]).encode()

    (found,) = held(changed(merged, edit), data).found
    assert (found.kind, found.said) == ("changed", "12345")
    assert found.point is not None


def test_a_chart_that_is_deleted_is_missing_once(merged: bytes, data: Data) -> None:
    def edit(word: WordFile) -> None:
        chart = next(word.body.iter("{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"))
        paragraph = next(chart.iterancestors(f"{W}p"))
        paragraph.getparent().remove(paragraph)

    assert [v.kind for v in held(changed(merged, edit), data).found] == ["missing"]
    assert len(charts_of(read_document(merged))) == 3


def test_a_copy_with_comments_says_at_the_place_what_is_wrong(merged: bytes, data: Data, tmp_path: Path) -> None:
    document, manifest = opened(changed(merged, type_over(BIG, "135171")))
    known = data.known(manifest)
    found = reconcile(manifest, document, known).found
    path = tmp_path / "marked.docx"
    path.write_bytes(marked_copy(document, [(v.place, found_words(v, known.names)) for v in found], NOW))
    assert OpenXmlValidator().validate(path).errors == []
    (comment,) = docx.Document(str(path)).comments
    assert "“135171”" in comment.text
    assert "“135170”" in comment.text
    around = re.search(
        rb"<w:commentRangeStart.*?<w:commentRangeEnd", opened(path.read_bytes())[0].part(MAIN) or b"", re.S
    )
    assert around is not None
    assert re.findall(rb"<w:t(?: [^>]*)?>([^<]*)<", around[0]) == [b"135171"]
    assert [v.kind for v in held(path.read_bytes(), data).found] == ["changed"]  # a comment changes no figure


def test_a_comment_on_what_is_gone_stands_at_the_head(merged: bytes, tmp_path: Path) -> None:
    path = tmp_path / "marked.docx"
    path.write_bytes(marked_copy(read_document(merged), [(None, "删去了一个数")], NOW))
    assert OpenXmlValidator().validate(path).errors == []
    assert [c.text for c in docx.Document(str(path)).comments] == ["删去了一个数"]


@pytest.mark.parametrize("name", LIBREOFFICE)
def test_what_was_edited_in_libreoffice_is_found_by_bookmarks_and_manifest(
    name: str, merged: bytes, data: Data, desk: Desk, tmp_path: Path
) -> None:
    """It drops every tag on saving; bookmarks and manifest stay."""
    edits, found = LIBREOFFICE[name]
    source, target = tmp_path / "a.docx", tmp_path / "b.docx"
    source.write_bytes(merged)
    desk.open_text(source)
    for edit, *arguments in edits:
        if edit == "track":
            desk.track(on=bool(arguments[0]))
        else:
            getattr(desk, str(edit))(*arguments)
    desk.save_as(target)
    result = held(target.read_bytes(), data)
    kinds = Counter(v.kind for v in result.found)
    assert kinds.pop("lost") > 1000
    assert kinds == found, told([v for v in result.found if v.kind != "lost"])


def test_libreoffice_leaves_the_text_as_it_is(merged: bytes, desk: Desk, tmp_path: Path) -> None:
    source, target = tmp_path / "a.docx", tmp_path / "b.docx"
    source.write_bytes(merged)
    desk.open_text(source)
    desk.save_as(target)
    before, after = (
        [p.text.replace("\t", "").strip() for p in read_document(path.read_bytes()).paragraphs if p.part == MAIN]
        for path in (source, target)
    )
    assert [text for text in before if text] == [text for text in after if text]


def test_a_manifest_that_was_tampered_with_is_not_believed(county: bytes, tmp_path: Path) -> None:
    document, manifest = opened(county)
    parts = replaced(document.parts, manifest)
    forged = [
        type(p)(p.name, p.content.replace(b',"16",', b',"17",')) if b"<figures" in p.content else p for p in parts
    ]
    with pytest.raises(Tampered):
        manifest_of(read_document(archive(forged)))


@pytest.mark.parametrize(
    "odd",
    [
        lambda m: replace(m, figures=(m.figures[0]._replace(exact="1/0"),)),
        lambda m: replace(m, figures=(m.figures[0]._replace(style="shouted"),)),
        lambda m: replace(m, figures=(m.figures[0]._replace(number="1"),)),
        lambda m: replace(m, figures=(m.figures[0]._replace(text=["16"]),)),
        lambda m: replace(m, period=2020),
        lambda m: replace(m, pack=None),
        lambda m: replace(m, loose=(1,)),
        lambda m: replace(m, points=(Point("1", "甲", "乙", "hb:A@all.value", "1"),)),  # type: ignore[arg-type]
    ],
)
def test_a_manifest_that_is_odd_is_not_believed_though_its_digest_is_right(
    odd: Callable[[Manifest], Manifest], county: bytes
) -> None:
    document, manifest = opened(county)
    with pytest.raises(Tampered):
        manifest_of(read_document(archive(replaced(document.parts, odd(manifest)))))


def test_the_table_of_edits_in_the_documentation_is_what_is_found_here() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), "run: python docs/edited_reports.py"


@pytest.mark.parametrize("tag", ["hb:BASE_MEMBERS@all.zzz", "hb:BASE_MEMBERS", "hb:@@..", "hb:units@all", "hb:NO@X.y"])
def test_a_tag_that_nobody_of_ours_wrote_is_told_and_stops_nothing(tag: str, merged: bytes, data: Data) -> None:
    def edit(word: WordFile) -> None:
        figure(word, BIG).find(f"{W}sdtPr/{W}tag").set(f"{W}val", tag)

    document, manifest = opened(changed(merged, edit))
    known = data.known(manifest)
    result = reconcile(manifest, document, known)
    assert Counter(v.kind for v in result.found) == {"lost": 1, "typed": 1}
    assert all(found_words(v, known.names) for v in result.found)
    assert refresh(manifest, document, result, known, NOW, tracked=False).changes == []
