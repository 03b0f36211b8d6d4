"""The Word file: official layout, native numbering, figures that can be found again."""

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pdfplumber
import pytest
from openxml_audit import OpenXmlValidator
from pdfplumber.page import Page

from exporters.word.official import OfficialDocument
from exporters.word.pieces import Piece, bookmark_name

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CREATED = datetime(2020, 7, 5, 9, 30, tzinfo=UTC)
LONG = "各县（区）委普遍建立书记抓党建责任清单，把基层党建纳入年度综合考核，实行月调度、季通报、半年盘点。"
MM = 72 / 25.4
TABLE_ROWS = 30


def text(content: str) -> list[Piece]:
    return [Piece(content)]


def write_report(path: Path) -> Path:
    """Write a report with every kind of block; its table runs over a page end, the last but one is turned."""
    document = OfficialDocument("工作情况报告", CREATED)
    document.title("关于2020年上半年基层党建\n工作情况的报告")
    document.subtitle("（2020年上半年）")
    document.addressee("市委")
    document.body([Piece("共有党组织"), Piece("2318", "hb:DJ0101", "党组织总数"), Piece("个。"), *text(LONG)])
    document.heading(1, text("主要做法"))
    document.run_in(2, text("压实责任。"), text(LONG))
    document.run_in(2, text("建强组织。"), [*text(LONG), Piece("2318", "hb:DJ0101", "党组织总数"), Piece("个。")])
    document.heading(3, text("农村"))
    document.heading(4, text("村级阵地"))
    document.heading(1, text("存在问题"))
    document.heading(2, text("融合不够"))
    document.table_title("各县（区）主要指标")
    rows = [[text(f"单位{number}"), [Piece("7", f"hb:{number}")], text("5.0")] for number in range(TABLE_ROWS)]
    document.table(["单位", "党组织（个）", "占比（%）"], rows, [76, 40, 40], ["left", "right", "center"])
    document.note("注：截至6月底。")
    document.signature("中共澜州市委组织部", "2020年7月5日")
    document.landscape_section()
    document.table(["指标"] * 10, [[text("3")] * 10], [22] * 10, ["center"] * 10)
    document.portrait_section()
    document.title("另一份报告")
    document.heading(1, text("重新编号"))
    document.save(path)
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("word") / "report.docx")


@pytest.fixture(scope="module")
def pages(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Page]]:
    """The report as LibreOffice sets it, in a profile of its own."""
    office = shutil.which("soffice")
    assert office, "these tests need LibreOffice"
    folder = tmp_path_factory.mktemp("pdf")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(report)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    with pdfplumber.open(folder / "report.pdf") as pdf:
        yield list(pdf.pages)


def part(path: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(path) as package:
        return ElementTree.fromstring(package.read(name))


def body(path: Path) -> ElementTree.Element:
    return part(path, "word/document.xml")


def written(tmp_path: Path, add: Callable[[OfficialDocument], None]) -> ElementTree.Element:
    """Give the text of a document to which only `add` was applied."""
    document = OfficialDocument("x", CREATED)
    add(document)
    document.save(tmp_path / "x.docx")
    return body(tmp_path / "x.docx")


def values(root: ElementTree.Element, path: str, attribute: str = "val") -> list[str]:
    return [found.get(W + attribute, "") for found in root.iterfind(path.replace("w:", W))]


def test_outside_judge_finds_no_error(report: Path) -> None:
    assert OpenXmlValidator().validate(report).errors == []


def test_headings_are_numbered_by_word_itself(report: Path) -> None:
    numbering = part(report, "word/numbering.xml")
    assert values(numbering, "w:abstractNum/w:lvl/w:lvlText") == ["%1、", "（%2）", "%3.", "（%4）"]
    assert values(numbering, "w:abstractNum/w:lvl/w:pStyle") == [f"Heading{level}" for level in (1, 2, 3, 4)]
    assert "一、" not in "".join(body(report).itertext())


def test_run_in_heading_is_numbered_directly(tmp_path: Path) -> None:
    root = written(tmp_path, lambda document: document.run_in(2, text("导语。"), text("正文。")))
    assert values(root, ".//w:numPr/w:ilvl") == ["1"]
    assert values(root, ".//w:rStyle") == ["Lead2"]


def test_second_title_counts_from_one_again(report: Path) -> None:
    numbering = part(report, "word/numbering.xml")
    assert values(numbering, "w:num", "numId") == ["1", "2"]
    assert values(numbering, "w:num/w:lvlOverride/w:startOverride") == ["1"] * 4
    assert values(body(report), ".//w:numPr/w:numId")[-1] == "2"


def test_level_five_is_refused() -> None:
    with pytest.raises(ValueError, match="levels 1 to 4"):
        OfficialDocument("x", CREATED).heading(5, text("五级"))


def test_figure_is_a_control_with_its_tag_inside_a_hidden_bookmark(report: Path) -> None:
    root = body(report)
    controls = [control for control in root.iter(f"{W}sdt") if values(control, "w:sdtPr/w:tag") == ["hb:DJ0101"]]
    assert len(controls) == 2
    for control in controls:
        assert values(control, "w:sdtPr/w:alias") == ["党组织总数"]
        assert control.find(f"{W}sdtPr/{W}text") is not None
        assert "".join(control.itertext()) == "2318"
    names = values(root, ".//w:bookmarkStart", "name")
    assert "_hb_hb_DJ0101_1" in names
    assert len(set(names)) == len(names) == 2 + TABLE_ROWS
    assert len(set(values(root, ".//w:sdtPr/w:id"))) == 2 + TABLE_ROWS


def test_bookmark_name_fits_whatever_the_tag() -> None:
    assert bookmark_name("hb:" + "长" * 60, 12345) == "_hb_hb_" + "长" * 27 + "_12345"
    assert len(bookmark_name("x" * 64, 1)) == 40


def test_control_that_mixes_scripts_is_not_plain_text(tmp_path: Path) -> None:
    """LibreOffice 7.4 repeats the content of such a control when it saves it as plain text."""
    root = written(tmp_path, lambda document: document.body([Piece("1.20万", "hb:a"), Piece("12", "hb:b")]))
    assert [control.find(f"{W}sdtPr/{W}text") is not None for control in root.iter(f"{W}sdt")] == [
        False,
        True,
    ]


@pytest.mark.parametrize(("tag", "alias"), [("x" * 65, ""), ("t", "x" * 65)], ids=["tag", "alias"])
def test_name_too_long_for_word_is_refused(tag: str, alias: str) -> None:
    with pytest.raises(ValueError, match="longer than 64"):
        Piece("1", tag, alias)


def test_alias_without_a_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a tag"):
        Piece("1", alias="总数")


def test_text_from_units_is_never_markup(tmp_path: Path) -> None:
    hostile = "</w:t></w:r><w:br/>A&B<C> \"'{{x}}\ufdd0"
    root = written(tmp_path, lambda document: document.body([Piece(hostile, f'"/><{hostile}'[:40])]))
    assert "".join(root.itertext()) == hostile.removesuffix("\ufdd0")
    assert not list(root.iter(f"{W}br"))


def test_characters_xml_forbids_are_removed() -> None:
    assert Piece("甲\x00\x0b\ud800\uffff\r\n乙\t丙").text == "甲\n乙\t丙"


def test_spaces_and_line_ends_survive(tmp_path: Path) -> None:
    root = written(tmp_path, lambda document: document.body([Piece(" "), Piece("甲\n乙")]))
    assert "".join(root.itertext()) == " 甲乙"
    assert len(list(root.iter(f"{W}br"))) == 1


def test_table_head_repeats_and_rows_stay_whole(report: Path) -> None:
    table = next(body(report).iter(f"{W}tbl"))
    rows = list(table.iter(f"{W}tr"))
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True] + [False] * TABLE_ROWS
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_table_wider_than_the_page_is_refused() -> None:
    with pytest.raises(ValueError, match="type area"):
        OfficialDocument("x", CREATED).table(["甲"], [], [157], ["left"])


def test_ragged_table_is_refused() -> None:
    with pytest.raises(ValueError, match="2 columns"):
        OfficialDocument("x", CREATED).table(["甲", "乙"], [[text("1")]], [20, 20], ["left", "left"])


def test_tables_in_a_row_do_not_grow_together(tmp_path: Path) -> None:
    def two_tables(document: OfficialDocument) -> None:
        for _ in range(2):
            document.table(["甲"], [[text("1")]], [20], ["left"])

    kinds = [child.tag.removeprefix(W) for child in written(tmp_path, two_tables)[0]]
    assert kinds == ["tbl", "p", "tbl", "p", "sectPr"]


def test_page_break_belongs_to_the_next_paragraph(tmp_path: Path) -> None:
    def broken(document: OfficialDocument) -> None:
        document.body(text("前"))
        document.page_break()
        document.body(text("后"))

    paragraphs = list(written(tmp_path, broken).iter(f"{W}p"))
    assert [found.find(f"{W}pPr/{W}pageBreakBefore") is not None for found in paragraphs] == [False, True]


@pytest.mark.parametrize(
    ("office", "indents"),
    [
        pytest.param("中共澜州市委组织部", ["630", "960"], id="date two characters right of the office"),
        pytest.param("组织部", ["2190", "630"], id="long date pushes the office left"),
    ],
)
def test_signature_without_seal(tmp_path: Path, office: str, indents: list[str]) -> None:
    root = written(tmp_path, lambda document: document.signature(office, "2020年7月5日"))
    assert values(root, ".//w:ind", "right") == indents


def test_signature_never_stands_alone_on_a_page(tmp_path: Path) -> None:
    def signed(document: OfficialDocument) -> None:
        document.body(text(LONG))
        document.signature("组织部", "2020年7月5日")

    first = next(written(tmp_path, signed).iter(f"{W}p"))
    assert first.find(f"{W}pPr/{W}keepNext") is not None


def test_same_input_gives_the_same_bytes(report: Path, tmp_path: Path) -> None:
    again = write_report(tmp_path / "again.docx")
    assert again.read_bytes() == report.read_bytes()


def test_document_can_be_saved_twice(tmp_path: Path) -> None:
    document = OfficialDocument("x", CREATED)
    document.body(text("甲"))
    document.save(tmp_path / "1.docx")
    document.save(tmp_path / "2.docx")
    assert (tmp_path / "1.docx").read_bytes() == (tmp_path / "2.docx").read_bytes()


def test_nothing_of_the_library_template_remains(report: Path) -> None:
    with zipfile.ZipFile(report) as package:
        names = package.namelist()
        content = b"".join(package.read(name) for name in names)
    assert sorted(names) == sorted(
        ["[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels"]
        + ["word/theme/theme1.xml"]
        + [f"word/{name}.xml" for name in ("document", "styles", "numbering", "settings", "fontTable")]
        + ["word/footerOdd.xml", "word/footerEven.xml"]
    )
    assert b"python-docx" not in content
    assert b"Macintosh" not in content


def test_core_properties_are_title_and_time_given(tmp_path: Path) -> None:
    local = CREATED.astimezone(timezone(timedelta(hours=8)))
    OfficialDocument("甲<乙>", local).save(tmp_path / "x.docx")
    core = [(found.tag.rpartition("}")[2], found.text) for found in part(tmp_path / "x.docx", "docProps/core.xml")]
    moment = "2020-07-05T09:30:00Z"
    assert core == [("title", "甲<乙>"), ("created", moment), ("modified", moment)]


def test_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    target = tmp_path / "x.docx"
    target.write_text("旧")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        OfficialDocument("x", CREATED).save(target)
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("x.docx", "旧")]


def test_fonts_name_their_substitutes(report: Path) -> None:
    fonts = part(report, "word/fontTable.xml")
    assert values(fonts, "w:font", "name") == ["仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"]
    assert values(fonts, "w:font/w:altName") == ["仿宋", "楷体", "SimHei", "SimSun", "方正小标宋_GBK"]
    assert set(values(fonts, "w:font/w:charset")) == {"86"}


@pytest.mark.parametrize(("grid", "kind"), [("portable", "lines"), ("word", "linesAndChars")])
def test_line_grid_has_twenty_two_lines(tmp_path: Path, grid: str, kind: str) -> None:
    OfficialDocument("x", CREATED, grid="word" if grid == "word" else "portable").save(tmp_path / "x.docx")
    found = body(tmp_path / "x.docx").find(f".//{W}docGrid")
    assert found is not None
    assert found.get(f"{W}type") == kind
    assert 22 * int(found.get(f"{W}linePitch", "0")) <= 16838 - 2098 - 1984


def test_pages_are_a4_with_the_wide_table_on_a_turned_one(pages: list[Page]) -> None:
    sizes = [(round(page.width / MM), round(page.height / MM)) for page in pages]
    assert sizes == [(210, 297)] * (len(pages) - 2) + [(297, 210), (210, 297)]


def test_page_number_is_outside_right_on_odd_and_left_on_even_pages(
    pages: list[Page],
) -> None:
    for number, page in enumerate(pages, start=1):
        foot = page.crop(
            (
                0,
                page.height - 35 * MM if page.height > page.width else page.height - 26 * MM,
                page.width,
                page.height,
            )
        )
        assert re.sub(r"\s", "", foot.extract_text()) == f"—{number}—"
        assert (foot.chars[0]["x0"] > page.width / 2) == bool(number % 2)


def test_numbers_appear_in_the_official_order(pages: list[Page]) -> None:
    shown = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    expected = ["一、主要做法", "（一）压实责任。", "（二）建强组织。", "1.农村", "（1）村级阵地"]
    expected += ["二、存在问题", "（一）融合不够", "一、重新编号"]
    places = [shown.find(heading) for heading in expected]
    assert -1 not in places
    assert places == sorted(places)


def test_table_head_is_printed_on_every_page_of_the_table(pages: list[Page]) -> None:
    shown = [page.extract_text() for page in pages]
    with_rows = [number for number, content in enumerate(shown) if re.search(r"单位\d+ 7 5\.0", content)]
    assert len(with_rows) > 1
    assert [number for number, content in enumerate(shown) if "党组织（个）" in content] == with_rows


def test_text_keeps_inside_the_margins(pages: list[Page]) -> None:
    """One hanging mark may pass the right margin: LibreOffice lets it."""
    for page in pages[:2]:
        characters = [found for found in page.chars if found["text"].strip() and found["top"] < 262 * MM]
        assert min(found["x0"] for found in characters) / MM >= 28 - 0.1
        assert max(found["x1"] for found in characters if found["text"] not in "，。、") / MM <= 184 + 0.1
        assert min(found["top"] for found in characters) / MM >= 37 - 0.1
