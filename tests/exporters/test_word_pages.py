"""What GB/T 9704-2012 asks of a printed page, measured in millimetres on pages set by LibreOffice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pdfplumber
import pytest
from openxml_audit import OpenXmlValidator
from pdfplumber.page import Page

from exporters.pdf import to_pdf
from exporters.word.captions import Reference
from exporters.word.layout import Layout
from exporters.word.official import OfficialDocument
from exporters.word.pieces import Inline, Piece

CREATED = datetime(2020, 7, 5, tzinfo=UTC)
LONG = "各县区委普遍建立书记抓党建责任清单把基层党建纳入年度综合考核实行月调度季通报半年盘点"
MM = 72 / 25.4
CHARACTER = 15.75 / MM
LINE = 579 / 20 / MM
LEFT, RIGHT, TOP, BOTTOM = 28, 184, 37, 262
DATE_WIDTH = (6 * 7.75 + 3 * 15.75) / MM
"""Of the date in 仿宋, whose digits are half as wide as its characters. LibreOffice 7.4 adds gaps between them."""

OFFICE, DATE = "中共澜州市委组织部", "2020年7月5日"
FACES = {"SerifCJK": "仿宋", "UKai": "楷体", "SansCJK": "黑体", "UMing": "宋体", "Bold": "小标宋"}


def text(*content: str | Inline) -> list[Inline]:
    return [Piece(part) if isinstance(part, str) else part for part in content]


@dataclass(frozen=True)
class Line:
    """A line as printed: its words, the faces in it, and where it stands on the paper."""

    words: str
    faces: tuple[str, ...]
    left: float
    right: float
    top: float
    bottom: float


def lines_of(page: Page) -> list[Line]:
    lines = []
    for found in page.extract_text_lines(return_chars=True):
        faces = [name for char in found["chars"] for key, name in FACES.items() if key in char["fontname"]]
        place = [found[edge] / MM for edge in ("x0", "x1", "top", "bottom")]
        lines.append(Line(re.sub(r"\s", "", found["text"]), tuple(dict.fromkeys(faces)), *place))
    return lines


def rules_of(page: Page) -> list[float]:
    """The heights of rules as wide as the type area."""
    wide = [rule for rule in page.lines + page.rects if rule["width"] / MM == pytest.approx(RIGHT - LEFT, abs=0.5)]
    assert all(rule["x0"] / MM == pytest.approx(LEFT, abs=0.3) for rule in wide)
    return sorted({round(rule["top"] / MM, 1) for rule in wide})


def text_lines(page: Page) -> list[Line]:
    """The lines of the type area, without the page number."""
    return [line for line in lines_of(page) if line.bottom < BOTTOM + 2]


def line_with(page: Page, words: str) -> Line:
    return next(line for line in lines_of(page) if words in line.words)


def page_with(pages: list[Page], words: str) -> Page:
    return next(page for page in pages if any(words in line.words for line in lines_of(page)))


def everything(document: OfficialDocument) -> None:
    document.red_head("中共澜州市委组织部文件")
    document.number("澜组发〔2020〕5号")
    document.title("关于2020年上半年基层党建\n工作情况的报告")
    document.addressee("市委")
    document.body(text("见", Reference("table", "main"), "和", Reference("figure", "main"), "。"))
    document.heading(1, text("主要做法"))
    document.run_in(2, text("建立组织", Piece("34", "hb:DJ0101"), "个。"), text(LONG))
    document.heading(3, text("农村"))
    document.heading(4, text("村级阵地"))
    document.body(text(LONG))
    document.table_title("主要指标", "main")
    document.table(["单位", "数"], [[text("东城县"), text("3")]] * 3, [60, 60], ["left", "right"])
    document.chart("line", ["一月", "二月"], [("市直机关", [1, 2]), ("县区", [2, 3])], unit="（场）")
    document.figure_title("活动场次", "main")
    document.annex_note(["各县（区）党组织和党员队伍主要指标汇总表以及其他各项指标情况说明", "名单"])
    document.signature(OFFICE, DATE)
    document.annex("指标汇总表", 1, landscape=True)
    document.table(["指标"] * 10, [[text("3")] * 10] * 20, [22] * 10, ["center"] * 10, ruled=True)
    document.annex("名单", 2)
    document.heading(1, text("重新编号"))
    document.imprint("市纪委，" * 12, "中共澜州市委组织部办公室", DATE)


def full_page(document: OfficialDocument) -> None:
    document.body(text("党" * 28 * 22 * 2))


def filled(count: int, then: Callable[[OfficialDocument], None]) -> Callable[[OfficialDocument], None]:
    """Give a document with `count` lines before what is looked at."""

    def add(document: OfficialDocument) -> None:
        for number in range(count):
            document.body(text(f"第{number + 1}行"))
        then(document)

    return add


def headings(document: OfficialDocument) -> None:
    document.heading(1, text("一级"))
    document.heading(2, text("二级"))
    document.body(text(LONG))


def titled_table(document: OfficialDocument) -> None:
    document.table_title("指标")
    document.table(["单位", "数"], [[text("东城县"), text("3")]] * 6, [60, 60], ["left", "right"])
    document.note("注：截至六月底。")


def titled_chart(document: OfficialDocument) -> None:
    document.chart("bar", ["东城县", "西城县"], [("数", [1, 2])])
    document.figure_title("发展党员数")


def short_signature(document: OfficialDocument) -> None:
    document.signature(OFFICE, DATE)


def imprint(document: OfficialDocument) -> None:
    document.imprint("市纪委，市委宣传部", OFFICE, DATE)


def turned_end(document: OfficialDocument) -> None:
    document.annex("表", landscape=True)
    imprint(document)


NEAR_THE_END = range(15, 23)
DOCUMENTS: dict[str, tuple[Layout, Callable[[OfficialDocument], None]]] = {
    "everything": (Layout(), everything),
    "full": (Layout(), full_page),
    "sealed": (Layout(seal=True), filled(1, short_signature)),
    "long date": (Layout(), filled(1, lambda document: document.signature("组织部", DATE))),
    "turned end": (Layout(), turned_end),
    "short landscape": (Layout(), lambda document: document.annex("表", landscape=True)),
    **{
        f"{add.__name__} {count}": (Layout(), filled(count, add))
        for add in (headings, titled_table, titled_chart, short_signature, imprint)
        for count in NEAR_THE_END
    },
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Page]]]:
    """Every document as pages, set with stand-in faces that can be told apart."""
    folder = tmp_path_factory.mktemp("pages")
    paths = []
    for name, (layout, add) in DOCUMENTS.items():
        document = OfficialDocument(name, CREATED, layout=layout)
        add(document)
        paths.append(folder / f"{name}.docx")
        document.save(paths[-1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FONTCONFIG_FILE", str(Path(__file__).parent.parent / "fonts.conf"))
        written, defects = to_pdf(paths)
    assert defects == []
    opened = {path.stem: pdfplumber.open(path) for path in written}
    yield {name: list(pdf.pages) for name, pdf in opened.items()}
    for pdf in opened.values():
        pdf.close()


def test_outside_judge_finds_no_error(tmp_path: Path) -> None:
    document = OfficialDocument("x", CREATED)
    everything(document)
    document.save(tmp_path / "x.docx")
    assert OpenXmlValidator().validate(tmp_path / "x.docx").errors == []


def test_page_holds_twenty_two_lines_of_twenty_eight_characters(printed: dict[str, list[Page]]) -> None:
    lines = text_lines(printed["full"][1])
    assert [len(line.words) for line in lines] == [28] * 22
    assert min(line.left for line in lines) == pytest.approx(LEFT, abs=0.2)
    assert max(line.right for line in lines) == pytest.approx(RIGHT, abs=0.5)
    assert lines[0].top >= TOP
    assert lines[-1].bottom <= BOTTOM
    assert lines[1].top - lines[0].top == pytest.approx(LINE, abs=0.1)


def test_page_number_stands_outside_seven_millimetres_under_the_text(printed: dict[str, list[Page]]) -> None:
    upright = [page for page in printed["everything"] if page.height > page.width]
    for page in upright:
        number = lines_of(page)[-1]
        assert number.words == f"—{page.page_number}—"
        assert number.faces == ("宋体",)
        assert (number.top + number.bottom) / 2 == pytest.approx(BOTTOM + 7, abs=0.7)
        if page.page_number % 2:
            assert number.right == pytest.approx(RIGHT - 4.94, abs=0.2)
        else:
            assert number.left == pytest.approx(LEFT + 4.94, abs=0.2)


@pytest.mark.parametrize("name", ["everything", "short landscape"])
def test_page_number_of_a_turned_page_is_where_it_is_on_the_others(printed: dict[str, list[Page]], name: str) -> None:
    turned = [page for page in printed[name] if page.width > page.height]
    assert turned
    for page in turned:
        number = [char for char in page.chars if char["x1"] / MM < 35]
        assert "".join(char["text"] for char in sorted(number, key=lambda c: c["top"])).replace(" ", "") in (
            f"—{page.page_number}—"
        )
        assert {char["upright"] for char in number} == {False}
        middle = (min(char["x0"] for char in number) + max(char["x1"] for char in number)) / 2 / MM
        assert middle == pytest.approx(297 - BOTTOM - 7, abs=0.7)
        if page.page_number % 2:
            assert max(char["bottom"] for char in number) / MM == pytest.approx(RIGHT - 4.94, abs=0.2)
        else:
            assert min(char["top"] for char in number) / MM == pytest.approx(LEFT + 4.94, abs=0.2)


@pytest.mark.parametrize(
    ("words", "faces"),
    [
        ("关于2020年上半年", ("小标宋",)),
        ("市委：", ("仿宋",)),
        ("一、主要做法", ("黑体",)),
        ("（一）建立组织34个。", ("楷体", "仿宋")),
        ("1.农村", ("仿宋",)),
        ("（1）村级阵地", ("仿宋",)),
        ("表1　主要指标".replace("　", ""), ("黑体",)),
        ("附件2", ("黑体",)),
    ],
)
def test_every_level_has_its_face(printed: dict[str, list[Page]], words: str, faces: tuple[str, ...]) -> None:
    page = page_with(printed["everything"], words)
    found = line_with(page, words).faces
    assert set(found) == set(faces) | ({"仿宋"} if "小标宋" in found else set())


def test_figure_in_a_heading_has_the_face_of_the_heading(printed: dict[str, list[Page]]) -> None:
    page = page_with(printed["everything"], "建立组织34个")
    heading = [char["fontname"] for char in page.chars if char["text"] in "34" and char["size"] == pytest.approx(16)]
    assert any("UKai" in face for face in heading)
    assert line_with(page, "建立组织34个").words.startswith("（一）建立组织34个。")


def test_red_head_and_red_line_stand_where_the_standard_says(printed: dict[str, list[Page]]) -> None:
    page = printed["everything"][0]
    head, number = line_with(page, "组织部文件"), line_with(page, "澜组发")
    assert head.top == pytest.approx(TOP + 35, abs=2)
    assert (head.left + head.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)
    assert page.chars[0]["non_stroking_color"] == (1, 0, 0)
    (rule,) = rules_of(page)
    assert rule - number.bottom == pytest.approx(4, abs=1.5)  # the stand-in sits higher in its line
    assert line_with(page, "关于2020年").top - rule == pytest.approx(2 * LINE, abs=3)


def test_unsealed_date_begins_two_characters_right_of_the_office(printed: dict[str, list[Page]]) -> None:
    page = page_with(printed["everything"], DATE)
    office, date = line_with(page, OFFICE), line_with(page, DATE)
    assert office.right == pytest.approx(RIGHT - 2 * CHARACTER, abs=0.7)
    assert date.right - DATE_WIDTH == pytest.approx(office.left + 2 * CHARACTER, abs=0.7)


def test_long_unsealed_date_ends_two_characters_from_the_right(printed: dict[str, list[Page]]) -> None:
    page = printed["long date"][0]
    assert line_with(page, DATE).right == pytest.approx(RIGHT - 2 * CHARACTER, abs=0.7)


def test_sealed_office_is_centred_on_a_date_four_characters_from_the_right(printed: dict[str, list[Page]]) -> None:
    page = printed["sealed"][0]
    office, date = line_with(page, OFFICE), line_with(page, DATE)
    assert date.right == pytest.approx(RIGHT - 4 * CHARACTER, abs=0.7)
    assert (office.left + office.right) / 2 == pytest.approx(date.right - DATE_WIDTH / 2, abs=0.7)
    seal_top = (office.top + date.bottom) / 2 - 3 - 21  # of 42 mm, office and date a little below its middle
    assert 0 <= seal_top - line_with(page, "第1行").bottom <= LINE


def test_names_of_annexes_are_aligned(printed: dict[str, list[Page]]) -> None:
    page = page_with(printed["everything"], "附件：1.")
    lines = lines_of(page)
    first = next(number for number, line in enumerate(lines) if line.words.startswith("附件：1."))
    assert lines[first].left == pytest.approx(LEFT + 2 * CHARACTER, abs=0.5)
    name = next(char for char in page.chars if char["text"] == "各" and char["top"] / MM > lines[first].top - 1)
    assert lines[first + 1].left == pytest.approx(name["x0"] / MM, abs=0.5)
    listed = next(char for char in page.chars if char["text"] == "名" and char["top"] / MM > lines[first].top)
    assert listed["x0"] == pytest.approx(name["x0"], abs=1)


def test_title_of_an_annex_is_on_the_third_line(printed: dict[str, list[Page]]) -> None:
    mark, title = text_lines(page_with(printed["everything"], "附件2"))[:2]
    assert (mark.words, title.words) == ("附件2", "名单")
    assert mark.left == pytest.approx(LEFT, abs=0.3)
    assert (mark.top + mark.bottom) / 2 == pytest.approx(TOP + LINE / 2, abs=1)
    assert (title.top + title.bottom) / 2 == pytest.approx(TOP + 2.5 * LINE, abs=1.5)
    assert (title.left + title.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)


def test_references_and_headings_are_numbered_as_printed(printed: dict[str, list[Page]]) -> None:
    pages = printed["everything"]
    shown = "".join(line.words for page in pages for line in lines_of(page))
    assert "见表1和图1。" in shown
    expected = [
        "一、主要做法",
        "（一）建立组织",
        "1.农村",
        "（1）村级阵地",
        "表1主要指标",
        "图1活动场次",
        "一、重新编号",
    ]
    places = [shown.find(words) for words in expected]
    assert -1 not in places
    assert places == sorted(places)


def test_head_of_a_table_is_printed_on_every_page(printed: dict[str, list[Page]]) -> None:
    turned = [page for page in printed["everything"] if page.width > page.height]
    assert [sum("指标指标" in line.words for line in lines_of(page)) for page in turned] == [1, 1]


@pytest.mark.parametrize("count", NEAR_THE_END)
def test_no_heading_stands_alone_at_the_end_of_a_page(printed: dict[str, list[Page]], count: int) -> None:
    for page in printed[f"headings {count}"]:
        assert not text_lines(page)[-1].words.endswith("级")


@pytest.mark.parametrize("count", NEAR_THE_END)
def test_title_and_note_stay_with_their_table(printed: dict[str, list[Page]], count: int) -> None:
    pages = printed[f"titled_table {count}"]
    for page in pages:
        assert not text_lines(page)[-1].words.startswith(("表1", "单位"))
    assert any("东城县" in line.words for line in lines_of(page_with(pages, "注：截至")))


@pytest.mark.parametrize("count", NEAR_THE_END)
def test_title_stays_with_its_figure(printed: dict[str, list[Page]], count: int) -> None:
    page = page_with(printed[f"titled_chart {count}"], "图1")
    assert any("西城县" in line.words for line in lines_of(page))


@pytest.mark.parametrize("count", NEAR_THE_END)
def test_no_page_holds_a_signature_alone(printed: dict[str, list[Page]], count: int) -> None:
    page = page_with(printed[f"short_signature {count}"], DATE)
    assert text_lines(page)[0].words.startswith("第")


@pytest.mark.parametrize("count", NEAR_THE_END)
def test_last_line_of_imprint_is_on_the_type_area_bottom(printed: dict[str, list[Page]], count: int) -> None:
    """And the box covers no text: where it does not fit, it is on the next page."""
    page = printed[f"imprint {count}"][-1]
    rules = rules_of(page)
    assert len(rules) == 3
    assert rules[-1] == pytest.approx(BOTTOM, abs=0.5)
    assert all(line.bottom < rules[0] for line in text_lines(page) if line.words.startswith("第"))
    lines = text_lines(page)
    assert all(lower.top > upper.top + 3 for upper, lower in itertools.pairwise(lines))


def test_long_list_of_copies_stands_inside_its_rules(printed: dict[str, list[Page]]) -> None:
    page = printed["everything"][-1]
    rules = rules_of(page)
    copies = [line for line in lines_of(page) if "市纪委" in line.words]
    assert len(copies) > 1
    assert rules[0] < copies[0].top
    assert copies[-1].bottom < rules[1]


def test_imprint_after_a_turned_page_has_an_upright_one(printed: dict[str, list[Page]]) -> None:
    turned, upright = printed["turned end"]
    assert turned.width > turned.height
    assert rules_of(upright)[-1] == pytest.approx(BOTTOM, abs=0.5)
