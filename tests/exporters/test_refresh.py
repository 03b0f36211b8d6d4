"""Edited reports brought up to date after late resubmissions: every figure new, every word of the office kept."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import docx
import pytest
from desk import Desk
from edits import BIG, BY_DATA, paragraph_of, text_of, type_over, unwrapped
from edits import figure as control
from in_word import W, WordFile, changed, made
from openxml_audit import OpenXmlValidator
from reports import after_late_resubmissions, controls, held, opened, reports

from exporters.demo.run import DemoRound
from exporters.figures.charts import charts_of
from exporters.figures.data import Data
from exporters.figures.loose import OBJECT, masked
from exporters.figures.reconcile import reconcile
from exporters.figures.refresh import Refreshed, refresh, sentences_added
from exporters.figures.written import content_of, whole_of
from exporters.narrative.report import Report

NOW = datetime(2020, 8, 1)


@pytest.fixture(scope="session")
def early(demo: dict[str, DemoRound]) -> dict[tuple[str, str], Report]:
    """Return the round's reports as they were before, by genre and unit."""
    return {(r.genre.id, r.unit.code if r.unit else ""): r for r in reports(demo["2020H1"].collection)}


@pytest.fixture(scope="session")
def late(demo: dict[str, DemoRound], tmp_path_factory: pytest.TempPathFactory) -> Data:
    return Data(after_late_resubmissions(demo["2020H1"], tmp_path_factory.mktemp("late") / "city"))


@pytest.fixture(scope="session")
def merged(early: dict[tuple[str, str], Report]) -> bytes:
    return content_of(early["city_merge", ""])


def refreshed(content: bytes, data: Data, *, tracked: bool = False) -> Refreshed:
    document, manifest = opened(content)
    known = data.known(manifest)
    return refresh(manifest, document, reconcile(manifest, document, known), known, NOW, tracked=tracked)


def fresh(content: bytes, data: Data) -> Counter[tuple[str, str]]:
    """Return every figure of the report as it would be written anew."""
    return Counter(whole_of(data.anew(opened(content)[1])))


@pytest.mark.parametrize("tracked", [False, True])
def test_every_figure_reads_what_a_report_written_anew_reads(
    early: dict[tuple[str, str], Report], late: Data, tmp_path: Path, *, tracked: bool
) -> None:
    """What is not there is told: figures of sentences that are gone or come anew by the data."""
    touched = 0
    for (genre, unit), report in early.items():
        before = content_of(report)
        done = refreshed(before, late, tracked=tracked)
        touched += len(done.changes)
        result = held(done.content, late)
        left = {x.verdict.tag for x in done.left}
        assert {v.tag for v in result.found} <= left, (genre, unit)
        wanted, there = fresh(before, late), Counter(c for c in controls(done.content) if c[1])
        drawn = {p.tag for p in opened(before)[1].points}
        assert all(tag in left for tag, _ in there - wanted), (genre, unit)
        told = sentences_added(opened(done.content)[1], late.anew(opened(before)[1]))
        new = {tag for tag, _ in (wanted - there) if tag not in drawn}
        assert bool(new) <= bool(told), (genre, unit, new)
        path = tmp_path / "x.docx"
        path.write_bytes(done.content)
        assert OpenXmlValidator().validate(path).errors == []
    assert touched > 2_000


def test_what_the_data_have_changed_is_told_by_what_it_is(early: dict[tuple[str, str], Report], late: Data) -> None:
    """A number is stale, a claim about it is not true any more."""
    kinds: dict[str, set[str]] = {}
    for report in early.values():
        for verdict in held(content_of(report), late).must:
            kinds.setdefault(verdict.tag.rpartition(".")[2], set()).add(verdict.kind)
    assert {measure: kinds[measure] for measure in BY_DATA} == {m: {kind} for m, (_, kind) in BY_DATA.items()}


def test_a_round_that_has_not_changed_changes_nothing(merged: bytes, demo: dict[str, DemoRound]) -> None:
    done = refreshed(merged, Data(demo["2020H1"].collection))
    assert (done.changes, done.left) == ([], [])
    assert controls(done.content) == controls(merged)


def edit_by_hand(word: WordFile) -> None:
    """Reword sentences, set some in bold, write one of one's own."""
    word.type("全市有基层党组织", "全市已有各类基层党组织")
    for run in paragraph_of(word, BIG).iter(f"{W}r"):
        properties = run.find(f"{W}rPr")
        if properties is None:
            run.insert(0, made("<w:rPr><w:b/></w:rPr>"))
        else:
            properties.append(made("<w:b/>"))
    paragraph_of(word, BIG).addnext(made("<w:p><w:r><w:t>这是办公室自己写的一句话。</w:t></w:r></w:p>"))


def test_what_the_office_wrote_and_how_it_looks_stays(merged: bytes, late: Data, tmp_path: Path) -> None:
    edited = changed(merged, edit_by_hand)
    done = refreshed(edited, late)
    path = tmp_path / "x.docx"
    path.write_bytes(done.content)
    before, after = (sentences_without_figures(content) for content in (edited, done.content))
    assert len(before) > 60
    assert before == after
    (bold,) = [p for p in docx.Document(str(path)).paragraphs if "全市已有各类基层党组织" in p.text]
    runs = [r for r in bold._p.iter(f"{W}r") if r.find(f"{W}t") is not None]
    assert all(r.find(f"{W}rPr/{W}b") is not None for r in runs)
    assert "这是办公室自己写的一句话" in after
    assert held(done.content, late).must == []


def sentences_without_figures(content: bytes) -> list[str]:
    """Return what no figure stands in, in order."""
    found = []
    for paragraph in opened(content)[0].paragraphs:
        places = [(h.start, h.end) for h in paragraph.holds if h.control]
        found += [s for s in re.split("[，。；、]", masked(paragraph.text, places)) if s and OBJECT not in s]
    return [s for s in found if not re.fullmatch(r".*(同比|上年同期|可比)", s)]


def prose(content: bytes) -> list[str]:
    return [p.text for p in opened(content)[0].paragraphs if not p.in_cell]


def test_a_number_changed_by_hand_stays_and_is_told(merged: bytes, late: Data) -> None:
    tag = "hb:POL_MEETINGS_TOTAL@all.value"
    done = refreshed(changed(merged, type_over(tag, "9999")), late)
    assert (tag, "9999") in controls(done.content)
    assert [(x.verdict.tag, x.why) for x in done.left if x.why == "changed"] == [(tag, "changed")]


def test_a_copy_of_a_figure_is_brought_up_to_date_too(merged: bytes, late: Data) -> None:
    import copy

    tag = "hb:POL_MEETINGS_TOTAL@all.value"

    def edit(word: WordFile) -> None:
        paragraph = made("<w:p><w:r><w:t>再说会议：</w:t></w:r></w:p>")
        paragraph.append(copy.deepcopy(control(word, tag)))
        paragraph_of(word, tag).addnext(paragraph)

    done = refreshed(changed(merged, edit), late)
    values = {text for t, text in controls(done.content) if t == tag}
    assert len(values) == 1
    assert values != {text for t, text in controls(merged) if t == tag}


def test_figures_whose_control_is_gone_are_written_where_the_bookmark_is(merged: bytes, late: Data) -> None:
    tag = "hb:POL_MEETINGS_TOTAL@all.value"
    done = refreshed(changed(merged, unwrapped(tag)), late)
    wanted = next(text for t, text in fresh(merged, late) if t == tag)
    assert any(f"召开党建工作会议{wanted}次" in p for p in prose(done.content))


def test_a_change_that_becomes_none_takes_its_number_along(merged: bytes, late: Data) -> None:
    """下降1.5% is told as 持平 now, and back the other way."""
    done = refreshed(merged, late)
    shapes = [c for c in done.changes if c.was.endswith("持平") != c.now.endswith("持平")]
    assert len(shapes) > 3
    text = "\n".join(prose(done.content))
    assert not re.search("持平[0-9]|持平%|比上年同期持平|与上年同期(增长|下降)", text)


def test_words_right_beside_a_figure_that_were_changed_keep_it_from_being_written_anew(
    merged: bytes, late: Data
) -> None:
    change = next(
        c
        for c in refreshed(merged, late).changes
        if c.was.endswith("持平") and not c.now.endswith("持平") and "同" in c.was
    )

    def edit(word: WordFile) -> None:
        found = next(s for s in word.controls() if s.find(f"{W}sdtPr/{W}tag").get(f"{W}val") == change.tag)
        before = next(r for r in found.itersiblings(f"{W}r", preceding=True))
        text = next(before.iter(f"{W}t"))
        text.text = re.sub("(同比|与上年同期)$", "与去年", text.text)

    done = refreshed(changed(merged, edit), late)
    assert [(x.verdict.tag, x.why) for x in done.left] == [(change.tag, "reworded")]
    assert any("与去年持平" in p for p in prose(done.content))


def test_charts_and_the_workbooks_behind_them_are_brought_up_to_date(merged: bytes, late: Data) -> None:
    import io

    import openpyxl

    done = refreshed(merged, late)
    document, manifest = opened(done.content)
    wanted = dict(list(fresh(merged, late)))
    charts = charts_of(document)
    drawn = 0
    for point in manifest.points:
        chart = charts[point.chart - 1]
        assert float(chart.values[point.series, point.category].text) == float(wanted[point.tag])
        book = openpyxl.load_workbook(io.BytesIO(document.part(chart.book) or b""))
        rows = list(book.active.iter_rows(values_only=True))
        column = [str(v) for v in rows[0]].index(point.series)
        row = next(r for r in rows if str(r[0]) == point.category)
        assert float(row[column]) == float(wanted[point.tag])
        drawn += 1
    assert drawn == 19


def test_tracked_changes_can_be_taken_back(merged: bytes, late: Data) -> None:
    """What is deleted is what stood there, figure by figure."""
    done = refreshed(merged, late, tracked=True)
    document, _ = opened(done.content)
    root = document.roots["word/document.xml"]
    deleted = ["".join(t.text or "" for t in d.iter(f"{W}delText")) for d in root.iter(f"{W}del")]
    assert len(deleted) >= len([c for c in done.changes if c.verdict.point is None])
    for inserted in list(root.iter(f"{W}ins")):
        inserted.getparent().remove(inserted)
    for gone in root.iter(f"{W}del"):
        for text in gone.iter(f"{W}delText"):
            text.tag = f"{W}t"
    restored = ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in root.iter(f"{W}p")]
    original = opened(merged)[0].roots["word/document.xml"]
    assert restored == ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in original.iter(f"{W}p")]


def test_a_report_that_went_through_libreoffice_is_brought_up_to_date(
    early: dict[tuple[str, str], Report], late: Data, desk: Desk, tmp_path: Path
) -> None:
    content = content_of(early["county_half", "X02"])
    source, target = tmp_path / "a.docx", tmp_path / "b.docx"
    source.write_bytes(content)
    desk.open_text(source)
    desk.save_as(target)
    done = refreshed(target.read_bytes(), late)
    assert len(done.changes) > 20
    assert {v.kind for v in held(done.content, late).found} <= {"lost", "wording"}
    assert {x.verdict.tag.rpartition(".")[2] for x in done.left} <= {"full"}


def test_text_of_a_control_is_never_split_from_its_looks(merged: bytes, late: Data) -> None:
    """A figure set by hand in red stays red."""

    def edit(word: WordFile) -> None:
        run = next(control(word, BIG).iter(f"{W}r"))
        run.insert(0, made('<w:rPr><w:color w:val="FF0000"/></w:rPr>'))

    done = refreshed(changed(merged, edit), late)
    word = WordFile(done.content)
    run = next(control(word, BIG).iter(f"{W}r"))
    assert run.find(f"{W}rPr/{W}color").get(f"{W}val") == "FF0000"
    assert text_of(control(word, BIG)).text == next(text for tag, text in fresh(merged, late) if tag == BIG)
