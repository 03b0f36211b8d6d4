"""An office restyles its reports in Word: what it saves is read back by the names of the styles."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from helpers import office
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from exporters.word.layout import STANDARD, Layout
from exporters.word.official import OfficialDocument
from exporters.word.pieces import Piece
from exporters.word.style_document import StyleDocument, StyleFault, default_style, load_style, style_document
from workbook.messages import say

CREATED = datetime(2020, 7, 5, tzinfo=UTC)
ORIGINAL = style_document(STANDARD)


def report(style: StyleDocument | None, layout: Layout = STANDARD) -> bytes:
    document = OfficialDocument("x", CREATED, style=style, layout=layout)
    document.title("报告")
    document.heading(1, [Piece("一级")])
    document.run_in(2, [Piece("二级。")], [Piece("正文")])
    document.table(["甲"], [[[Piece("1")]]], [20], ["left"])
    document.annex("附件", landscape=True)
    document.heading(1, [Piece("重新编号")])
    return document.to_bytes()


def changed(change: Callable[[str, str], str], data: bytes = ORIGINAL) -> bytes:
    """Give a style document whose parts went through `change(name, text)`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name).decode()))
    return buffer.getvalue()


def text_of(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name).decode()


@pytest.mark.parametrize("layout", [STANDARD, Layout(latin="Times New Roman", grid="word")], ids=["standard", "Times"])
def test_report_with_the_default_style_document_equals_one_without(layout: Layout) -> None:
    assert report(load_style(style_document(layout)), layout) == report(None, layout)


def test_outside_judge_finds_no_error_in_the_style_document(tmp_path: Path) -> None:
    (tmp_path / "x.docx").write_bytes(ORIGINAL)
    assert OpenXmlValidator().validate(tmp_path / "x.docx").errors == []


def test_style_document_shows_every_style() -> None:
    shown = text_of(ORIGINAL, "word/document.xml")
    for id in set(default_style(STANDARD).ids) - {"Footer", "Lead1", "Lead2", "RuledTable", "ThreeLineTable"}:
        assert f'<w:pStyle w:val="{id}"/>' in shown


def test_styles_are_found_by_name_whatever_a_chinese_word_calls_them(tmp_path: Path) -> None:
    ids = {"Heading1": "1", "Heading2": "2", "Body": "a5", "TableText": "ad", "ThreeLineTable": "af", "Lead2": "20"}

    def renamed(name: str, text: str) -> str:
        return re.sub(r'(?<=")\w+(?=")', lambda found: ids.get(found[0], found[0]), text)

    style = load_style(changed(renamed))
    assert {id: style.ids[id] for id in ids} == ids
    (tmp_path / "x.docx").write_bytes(report(style))
    assert OpenXmlValidator().validate(tmp_path / "x.docx").errors == []
    used = set(re.findall(r'w:(?:pStyle|rStyle|tblStyle) w:val="(\w+)"', text_of(report(style), "word/document.xml")))
    assert {"1", "20", "ad", "af"} <= used
    assert not used & set(ids)


def test_further_lists_count_in_the_list_of_the_office() -> None:
    def renumbered(name: str, text: str) -> str:
        return re.sub(r'(w:numId(?: w:val)?="|<w:num w:numId=")1"', r'\g<1>7"', text)

    data = report(load_style(changed(renumbered)))
    assert re.findall(r'<w:num w:numId="(\d+)"', text_of(data, "word/numbering.xml")) == ["7", "8"]
    assert re.findall(r'<w:numId w:val="(\d+)"', text_of(data, "word/document.xml")) == ["7", "8"]


def test_list_is_found_where_only_the_list_names_the_heading() -> None:
    def unlinked(name: str, text: str) -> str:
        return re.sub("<w:numPr>.*?</w:numPr>", "", text) if name == "word/styles.xml" else text

    assert load_style(changed(unlinked)).list_number == 1


def test_what_the_office_changed_is_in_every_report() -> None:
    def wider(name: str, text: str) -> str:
        if name == "word/styles.xml":
            return text.replace('w:val="FF0000"', 'w:val="C00000"')
        return text.replace('w:left="1588"', 'w:left="1700"').replace("— ", "- ")

    data = report(load_style(changed(wider)))
    assert "C00000" in text_of(data, "word/styles.xml")
    assert 'w:left="1700"' in text_of(data, "word/document.xml")
    assert "- " in text_of(data, "word/footerOdd.xml")


def test_style_document_saved_by_another_program_still_works(tmp_path: Path) -> None:
    """LibreOffice gives every style an id of its own, as a Chinese Word does."""
    (tmp_path / "style.docx").write_bytes(ORIGINAL)
    saved = office(tmp_path / "style.docx", "docx", tmp_path / "saved")
    style = load_style(saved)
    assert style.ids["Body"] != "Body"
    assert style.portrait.text_width == default_style(STANDARD).portrait.text_width
    (tmp_path / "report.docx").write_bytes(report(style))
    assert office(tmp_path / "report.docx", "pdf", tmp_path).stat().st_size > 1000


def test_missing_styles_are_named() -> None:
    def without(name: str, text: str) -> str:
        return text.replace("公文正文", "正文甲").replace("三线表", "表甲") if name == "word/styles.xml" else text

    with pytest.raises(StyleFault) as refusal:
        load_style(changed(without))
    assert refusal.value.problems == (say("style.missing", name="公文正文"), say("style.missing", name="三线表"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(lambda n, t: t.replace(' w:orient="landscape"', ""), "style.pages", id="no turned page"),
        pytest.param(lambda n, t: t.replace(" PAGE ", " INCLUDETEXT c:/x "), "style.footer_links", id="field"),
        pytest.param(lambda n, t: t.replace(" PAGE ", " DDEAUTO cmd "), "style.footer_links", id="command"),
        pytest.param(
            lambda n, t: re.sub("<w:numPr>.*?</w:numPr>|<w:pStyle [^>]*>", "", t),
            "style.no_numbering",
            id="no numbering",
        ),
        pytest.param(lambda n, t: t.replace("</w:style>", ""), "style.not_word", id="broken"),
        pytest.param(lambda n, t: t.replace('w:w="16838"', 'w:w="wide"'), "style.not_word", id="no number"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(change: Callable[[str, str], str], problem: str) -> None:
    with pytest.raises(StyleFault) as refusal:
        load_style(changed(change))
    assert refusal.value.problems == (say(problem),)


def test_page_number_spread_over_runs_is_still_one() -> None:
    runs = '<w:instrText xml:space="preserve"> PA</w:instrText></w:r><w:r><w:instrText>GE \\* MERGEFORMAT</w:instrText>'

    def spread(name: str, text: str) -> str:
        return re.sub("<w:instrText .*?</w:instrText>", lambda _: runs, text)

    assert load_style(changed(spread))


def test_what_leads_out_of_the_file_is_left_behind() -> None:
    link = '<w:attachedTemplate r:id="rId9"/><w:footnotePr><w:footnote w:id="0"/></w:footnotePr>'

    def linked(name: str, text: str) -> str:
        return text.replace("<w:bordersDoNotSurroundHeader/>", link) if name == "word/settings.xml" else text

    settings = text_of(report(load_style(changed(linked))), "word/settings.xml")
    assert "attachedTemplate" not in settings
    assert "footnote" not in settings
    assert "evenAndOddHeaders" in settings


def test_ordinary_word_file_is_told_which_styles_it_lacks() -> None:
    buffer = io.BytesIO()
    docx.Document().save(buffer)
    with pytest.raises(StyleFault) as refusal:
        load_style(buffer.getvalue())
    assert say("style.missing", name="公文标题") in refusal.value.problems
    assert say("style.missing", name="heading 1") not in refusal.value.problems


def test_file_that_unpacks_to_too_much_is_refused() -> None:
    bomb = changed(lambda name, text: text + " " * 30_000_000 if name == "word/theme/theme1.xml" else text)
    with pytest.raises(StyleFault):
        load_style(bomb)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(ORIGINAL) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_damaged_file_is_refused_or_read(place: int, junk: bytes, cut: bool) -> None:
    data = ORIGINAL[:place] + junk + (b"" if cut else ORIGINAL[place + len(junk) :])
    try:
        style = load_style(data)
    except StyleFault:
        return
    assert report(style)
