"""The Word file: official layout, native numbering, figures that can be found again."""

import io
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from exporters.word.captions import Reference, UnknownReference
from exporters.word.chart import Kind
from exporters.word.layout import Grid, Layout
from exporters.word.official import OfficialDocument
from exporters.word.pieces import Inline, Piece, bookmark_name

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CREATED = datetime(2020, 7, 5, 9, 30, tzinfo=UTC)
LONG = "各县（区）委普遍建立书记抓党建责任清单，把基层党建纳入年度综合考核，实行月调度、季通报、半年盘点。"
TABLE_ROWS = 30


def text(content: str) -> list[Inline]:
    return [Piece(content)]


def write_report(path: Path) -> Path:
    """Write a report with every kind of block."""
    document = OfficialDocument("工作情况报告", CREATED)
    document.red_head("中共澜州市委组织部文件")
    document.number("澜组发〔2020〕5号")
    document.title("关于2020年上半年基层党建\n工作情况的报告")
    document.subtitle("（2020年上半年）")
    document.addressee("市委")
    document.body([Piece("共有党组织"), Piece("2318", "hb:DJ0101", "党组织总数"), Piece("个。"), *text(LONG)])
    document.heading(1, text("主要做法"))
    document.run_in(2, text("压实责任。"), text(LONG))
    document.run_in(2, text("建强组织。"), [*text(LONG), Piece("2318", "hb:DJ0101", "党组织总数"), Piece("个。")])
    document.heading(3, text("农村"))
    document.heading(4, text("村级阵地"))
    document.chart("bar", ["甲县", "乙县"], [("上年", [1, None]), ("本期", [3, 4.5])], unit="（个）")
    document.figure_title("党组织数", "organisations")
    document.body([Reference("table", "main"), Reference("figure", "organisations")])
    document.heading(1, text("存在问题"))
    document.heading(2, text("融合不够"))
    document.table_title("各县（区）主要指标", "main")
    rows = [[text(f"单位{number}"), [Piece("7", f"hb:{number}")], text("5.0")] for number in range(TABLE_ROWS)]
    document.table(["单位", "党组织（个）", "占比（%）"], rows, [76, 40, 40], ["left", "right", "center"])
    document.note("注：截至6月底。")
    document.signature("中共澜州市委组织部", "2020年7月5日")
    document.annex("指标表", 1, landscape=True)
    document.table(["指标"] * 10, [[text("3")] * 10], [22] * 10, ["center"] * 10, ruled=True)
    document.annex("情况", 2)
    document.title("另一份报告")
    document.heading(1, text("重新编号"))
    document.imprint("市纪委", "组织部办公室", "2020年7月5日")
    document.save(path)
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("word") / "report.docx")


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
        assert control.find(f"{W}sdtPr/{W}text") is None  # LibreOffice 7.4 sets a plain-text control in another face
        assert "".join(control.itertext()) == "2318"
    names = [name for name in values(root, ".//w:bookmarkStart", "name") if name.startswith("_hb_")]
    assert "_hb_hb_DJ0101_1" in names
    assert len(set(names)) == len(names) == 2 + TABLE_ROWS
    assert len(set(values(root, ".//w:sdtPr/w:id"))) == 2 + TABLE_ROWS


def test_bookmark_name_fits_whatever_the_tag() -> None:
    assert bookmark_name("hb:" + "长" * 60, 12345) == "_hb_hb_" + "长" * 27 + "_12345"
    assert len(bookmark_name("x" * 64, 1)) == 40


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


def test_package_has_these_parts_and_no_other(report: Path) -> None:
    with zipfile.ZipFile(report) as package:
        names = package.namelist()
    assert sorted(names) == sorted(
        ["[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels"]
        + ["word/charts/chart1.xml", "word/charts/_rels/chart1.xml.rels", "word/embeddings/chart1.xlsx"]
        + [f"word/{name}.xml" for name in ("document", "styles", "numbering", "settings", "fontTable", "theme/theme1")]
        + [f"word/footer{name}.xml" for name in ("Odd", "Even", "OddTurned", "EvenTurned")]
    )


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
def test_line_grid_has_twenty_two_lines(tmp_path: Path, grid: Grid, kind: str) -> None:
    OfficialDocument("x", CREATED, layout=Layout(grid=grid)).save(tmp_path / "x.docx")
    found = body(tmp_path / "x.docx").find(f".//{W}docGrid")
    assert found is not None
    assert found.get(f"{W}type") == kind
    assert 22 * int(found.get(f"{W}linePitch", "0")) <= 16838 - 2098 - 1984


def test_reference_names_the_number_of_a_title_that_comes_later(tmp_path: Path) -> None:
    def mentioned(document: OfficialDocument) -> None:
        document.body([Piece("见"), Reference("table", "second"), Piece("、"), Reference("figure", "only")])
        for key in ("first", "second"):
            document.table_title("指标", key)
            document.table(["甲"], [[text("1")]], [20], ["left"])
        document.figure_title("图", "only")

    root = written(tmp_path, mentioned)
    assert "".join(next(root.iter(f"{W}p")).itertext()) == "见表2、图1"
    marks = {name: "".join(p.itertext()) for p in root.iter(f"{W}p") for name in values(p, "w:bookmarkStart", "name")}
    fields = values(root, ".//w:fldSimple", "instr")
    assert [marks[field.split()[1]] for field in fields if "REF" in field] == ["表2　指标", "图1　图"]
    assert [field.split()[:2] for field in fields if "SEQ" in field] == [["SEQ", "表"]] * 2 + [["SEQ", "图"]]


def test_reference_without_a_title_is_refused() -> None:
    document = OfficialDocument("x", CREATED)
    document.body([Reference("table", "nowhere")])
    with pytest.raises(UnknownReference, match="nowhere") as refusal:
        document.to_bytes()
    assert refusal.value.references == [Reference("table", "nowhere")]


def test_two_titles_with_one_key_are_refused() -> None:
    document = OfficialDocument("x", CREATED)
    document.table_title("甲", "same")
    document.figure_title("甲", "same")
    with pytest.raises(ValueError, match="same"):
        document.table_title("乙", "same")


def test_tables_in_the_text_have_three_rules_and_annexed_ones_a_grid(report: Path) -> None:
    styles = part(report, "word/styles.xml")
    assert values(body(report), ".//w:tblStyle") == ["ThreeLineTable", "RuledTable"]
    by_id = {style.get(f"{W}styleId"): style for style in styles.iter(f"{W}style")}
    rules = {e.tag.removeprefix(W): e.get(f"{W}sz") for e in by_id["ThreeLineTable"].iterfind(f".//{W}tblBorders/*")}
    assert rules == {"top": "12", "bottom": "12"}
    assert values(by_id["ThreeLineTable"], "w:tblStylePr/w:tcPr/w:tcBorders/w:bottom", "sz") == ["6"]
    assert len(list(by_id["RuledTable"].iterfind(f".//{W}tblBorders/*"))) == 6


def test_note_stays_with_the_last_row_of_its_table(report: Path) -> None:
    last = list(next(body(report).iter(f"{W}tbl")).iter(f"{W}tr"))[-1]
    assert all(paragraph.find(f"{W}pPr/{W}keepNext") is not None for paragraph in last.iter(f"{W}p"))


def test_chart_opens_a_workbook_with_its_numbers(report: Path) -> None:
    with zipfile.ZipFile(report) as package:
        book = openpyxl.load_workbook(io.BytesIO(package.read("word/embeddings/chart1.xlsx")))
        chart = package.read("word/charts/chart1.xml").decode()
    assert list(book["Sheet1"].values) == [(None, "上年", "本期"), ("甲县", 1, 3), ("乙县", None, 4.5)]
    assert "Sheet1!$C$2:$C$3" in chart


@pytest.mark.parametrize("kind", ["bar", "line", "share"])
def test_chart_with_hostile_names_is_valid(tmp_path: Path, kind: Kind) -> None:
    document = OfficialDocument("x", CREATED)
    document.chart(kind, ["<甲&\x00", "=1+1"], [("]]>\"'", [1, 2])], unit="<个>")
    document.save(tmp_path / "x.docx")
    assert OpenXmlValidator().validate(tmp_path / "x.docx").errors == []


def test_chart_that_lacks_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="2 values"):
        OfficialDocument("x", CREATED).chart("bar", ["甲", "乙"], [("数", [1])])


@pytest.mark.parametrize(
    ("titles", "lines"),
    [
        pytest.param(["指标表。"], ["附件：指标表"], id="a single one has no number"),
        pytest.param(["指标表；", "名单"], ["附件：1.指标表", "2.名单"], id="several are numbered"),
    ],
)
def test_annexes_are_listed_without_end_marks(tmp_path: Path, titles: list[str], lines: list[str]) -> None:
    root = written(tmp_path, lambda document: document.annex_note(titles))
    assert ["".join(p.itertext()) for p in root.iter(f"{W}p")] == lines


def test_what_the_layout_leaves_out_adds_nothing(tmp_path: Path) -> None:
    bare = Layout(head=False, annex_note=False, imprint=False)

    def calls(document: OfficialDocument) -> None:
        document.red_head("红头")
        document.number("文号")
        document.annex_note(["附件"])
        document.imprint("抄送", "印发", "2020年7月5日")

    document = OfficialDocument("x", CREATED, layout=bare)
    calls(document)
    assert document.to_bytes() == OfficialDocument("x", CREATED, layout=bare).to_bytes()
    assert "红头" in "".join(written(tmp_path, calls).itertext())
