"""Templates edited in Word: nothing is lost on the way there and back, and what staff do there is understood."""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import office, party_building
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_word import W, WordFile, changed, delete, insert, made, shown
from openxml_audit import OpenXmlValidator

from exporters.drafts.kept import stored
from exporters.drafts.lines import text_of, view_of
from exporters.drafts.taken_back import Taken, read_view, taken_back
from exporters.drafts.view import edited
from exporters.narrative.template import MARKS
from workbook.model import Defect
from workbook.tables import read_text

PACK = party_building()
GENRE = PACK.genres["city_merge"]
SHORT = """{# 说明 #}
# 党建工作情况报告
@ 市委：
## 总体情况
### 会议。{{ period }}，召开会议{{POL_MEETINGS_TOTAL}}，{{POL_MEETINGS_TOTAL.yoy}}；党员{{BASE_MEMBERS|bare}}名。
整改完成率为{{REC_RATE}}{% if changed %}，不可比{% endif %}。学习平均{{THE_CENTER_SESSIONS@县区.mean}}。
{{TXT_PLANS}}
= 主要指标 #main
| 指标 | 数 |
|= 30l 20r
{% for code in ["REC_RATE"] %}
| {{ name(code) }} | {{ cell(code) }} |
{% endfor %}
! 注：略。
~ {{ office }} | {{ signed }}
"""


def back(data: bytes, text: str = SHORT) -> tuple[Taken, tuple[Defect, ...]]:
    came, defects = read_view(data, "模板.docx")
    assert came is not None, defects
    return taken_back(came, PACK, GENRE, text)


def after(what: Callable[[WordFile], None], text: str = SHORT) -> Taken:
    taken, defects = back(changed(edited(text, PACK, GENRE), what), text)
    assert defects == ()
    return taken


def faults(what: Callable[[WordFile], None], text: str = SHORT) -> list[str]:
    return [d.problem for d in back(changed(edited(text, PACK, GENRE), what), text)[1]]


def nothing(_: WordFile) -> None:
    """Leave it as it is."""


@pytest.mark.parametrize("genre", [g.id for g in PACK.genres.values() if (PACK.root / g.template).is_file()])
def test_every_template_of_the_pack_comes_back_the_same(genre: str) -> None:
    text = stored(PACK, PACK.genres[genre]).text
    came, _ = read_view(edited(text, PACK, PACK.genres[genre]), "")
    assert came is not None
    taken, defects = taken_back(came, PACK, PACK.genres[genre], text)
    assert (taken.text, defects, taken.notes) == (text, (), ())
    assert taken.changes == type(taken.changes)()


_CODES = st.sampled_from(sorted(PACK.indicators)[:40])
_BLANKS = st.builds(
    "{}{}{}{}{}{}".format,
    st.just("{{"),
    _CODES,
    st.sampled_from(["", "@县区", "@all"]),
    st.sampled_from(["", ".yoy", ".mean", ".n", ".share", ".met"]),
    st.sampled_from(["", "|bare"]),
    st.just("}}"),
)
_WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=8)
_PARTS = st.one_of(
    *(_BLANKS, _WORDS, _WORDS),
    st.sampled_from(
        [
            "次",
            "%",
            "。",
            "个",
            "|",
            " | ",
            "#key",
            "{{ period }}",
            "{{ x }}",
            "{% if a %}",
            "{% endif %}",
            "“",
            "{#c#}",
        ]
    ),
    st.sampled_from(
        ["{{TXT_PLANS}}", "{{", "}}", "｛｛x｝｝", "{% if x == '“' %}", "{{ " + "long" * 20 + " }}", "\t", "　"]
    ),
)
_DIRECTIVES = ["{% for a in b %}", "  {% for a in b %}", "{% endfor %} ", "|= 20l 30c"]
_LINES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "  ", "\t"]),
    st.sampled_from(
        [mark for mark, _ in MARKS] + ["", "", "", "|= 30l 40r", "|= 3x", "{% for a in b %}", "{# a", "#}"]
    ),
    st.lists(_PARTS, max_size=5).map("".join),
)
_ROWS = st.lists(_PARTS, min_size=1, max_size=3).map(lambda cells: f"| {' | '.join(cells)} |")
_TABLES = st.lists(st.one_of(_ROWS, st.sampled_from(_DIRECTIVES)), max_size=4)
TEMPLATES = st.lists(st.one_of(_LINES.map(lambda line: [line]), _TABLES), max_size=8).map(
    lambda groups: "\n".join(line for group in groups for line in group)
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEMPLATES)
def test_any_text_comes_back_the_same(text: str) -> None:
    assert text_of(view_of(text)) == text
    came, _ = read_view(edited(text, PACK, GENRE), "")
    assert came is not None
    taken, _ = taken_back(came, PACK, GENRE, text)
    assert taken.text == text
    assert taken.changes == type(taken.changes)()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEMPLATES)
def test_any_text_comes_back_the_same_when_a_program_drops_the_tags(text: str) -> None:
    def edit(word: WordFile) -> None:
        for control in word.controls():
            properties = control.find(f"{W}sdtPr")
            for name in ("alias", "tag"):
                properties.remove(properties.find(f"{W}{name}"))

    taken, _ = back(changed(edited(text, PACK, GENRE), edit), text)
    assert taken.text == text


def test_a_figure_reads_as_officials_draft_it() -> None:
    word = WordFile(edited(SHORT, PACK, GENRE))
    text = "\n".join(map(shown, word.paragraphs))
    assert "会议。〔报告期〕，召开会议X次，同比X；党员X名。" in text
    assert "整改完成率为X%{% if changed %}，不可比{% endif %}。学习平均X次。" in text
    assert "30左" in text


def test_the_view_is_valid_word(tmp_path: Path) -> None:
    every = "\n".join(f"{mark}字{{{{REC_RATE}}}}" for mark, kind in MARKS if kind != "widths")
    for n, text in enumerate((SHORT, every, "", "| a | b |", read_text(PACK.root / GENRE.template))):
        path = tmp_path / f"{n}.docx"
        path.write_bytes(edited(text, PACK, GENRE))
        assert OpenXmlValidator().validate(path).errors == []


def test_the_same_text_gives_the_same_file() -> None:
    assert edited(SHORT, PACK, GENRE) == edited(SHORT, PACK, GENRE)


def test_runs_that_word_splits_and_marks_it_puts_in_change_nothing() -> None:
    assert after(WordFile.split).text == SHORT


def test_words_may_be_changed_around_blanks() -> None:
    taken = after(lambda word: word.type("召开会议", "组织召开各类会议"))
    assert taken.text == SHORT.replace("召开会议", "组织召开各类会议")


def test_tracked_changes_read_as_accepted() -> None:
    def edit(word: WordFile) -> None:
        run = next(r for r in word.body.iter(f"{W}r") if "召开会议" in shown(r))
        insert(run, "，共开会")
        delete(run)

    assert after(edit).text == SHORT.replace("，召开会议", "，共开会")


def test_a_paragraph_whose_end_was_deleted_joins_the_next() -> None:
    def edit(word: WordFile) -> None:
        mark = made('<w:rPr><w:del w:id="7" w:author="科长"/></w:rPr>')
        word.paragraph("整改完成率").find(f"{W}pPr").append(mark)

    assert after(edit).text == SHORT.replace("。\n{{TXT_PLANS}}", "。{{TXT_PLANS}}")


def test_a_moved_blank_is_told_and_kept() -> None:
    def edit(word: WordFile) -> None:
        word.paragraph("整改完成率").append(word.control("POL_MEETINGS_TOTAL.yoy"))

    taken = after(edit)
    assert "{{POL_MEETINGS_TOTAL}}，；党员" in taken.text
    assert "{{POL_MEETINGS_TOTAL.yoy}}\n" in taken.text
    assert taken.changes.lost == taken.changes.added == ()
    assert len(taken.changes.moved) == 1


def test_a_sentence_moved_with_changes_tracked_stands_only_where_it_went() -> None:
    def edit(word: WordFile) -> None:
        paragraph = word.paragraph("整改完成率")
        control = word.control("REC_RATE")
        there = made('<w:moveTo w:id="5"/>')
        paragraph.append(there)
        there.append(copy.deepcopy(control))
        gone = made('<w:moveFrom w:id="6"/>')
        control.addprevious(gone)
        gone.append(control)

    taken = after(edit)
    assert taken.text.count("{{REC_RATE") == 1
    assert taken.changes.lost == ()


def test_a_copied_sentence_brings_its_blanks() -> None:
    def edit(word: WordFile) -> None:
        paragraph = word.paragraph("整改完成率")
        paragraph.addnext(copy.deepcopy(paragraph))

    taken = after(edit)
    line = SHORT.split("\n")[5]
    assert taken.text == SHORT.replace(line, f"{line}\n{line}")
    assert len(taken.changes.added) == 4


def test_lost_blanks_are_listed_with_their_sentence() -> None:
    def edit(word: WordFile) -> None:
        control = word.control("REC_RATE")
        control.getparent().remove(control)

    taken = after(edit)
    assert taken.changes.lost == ("反馈问题整改完成率——整改完成率为【反馈问题整改完成率】，不可比。",)


def test_a_blank_deleted_with_changes_tracked_is_lost() -> None:
    taken = after(lambda word: delete(word.control("REC_RATE")))
    assert len(taken.changes.lost) == 1


def test_a_directive_that_is_gone_is_lost_too() -> None:
    text = SHORT.replace("{% if changed %}，不可比{% endif %}", "{% set a = 1 %}")
    taken = after(lambda word: word.type("{% set a = 1 %}", ""), text)
    assert [s.split("——")[0] for s in taken.changes.lost] == ["{% set a = 1 %}"]


def test_a_blank_is_bound_to_another_indicator_from_its_list() -> None:
    taken = after(lambda word: word.choose("POL_MEETINGS_TOTAL", "（THE_CENTER_SESSIONS）"))
    assert taken.text == SHORT.replace("{{POL_MEETINGS_TOTAL}}", "{{THE_CENTER_SESSIONS}}")
    assert len(taken.changes.rebound) == 1
    assert taken.changes.lost == taken.changes.added == ()


def test_a_blank_bound_anew_is_not_called_moved_where_another_is_bound_so_too() -> None:
    taken = after(lambda word: word.choose("REC_RATE", "（POL_MEETINGS_TOTAL）"))
    assert len(taken.changes.rebound) == 1
    assert taken.changes.moved == taken.changes.lost == taken.changes.added == ()


def test_the_measure_word_of_the_indicator_before_goes_when_a_blank_is_bound_anew() -> None:
    taken = after(lambda word: word.choose("POL_MEETINGS_TOTAL", "（ORG_COLL_FUND）"))
    assert "召开会议{{ORG_COLL_FUND}}，{{POL" in taken.text


def test_scope_and_measure_stay_when_a_blank_is_bound_anew() -> None:
    taken = after(lambda word: word.choose("THE_CENTER_SESSIONS@县区.mean", "（THE_PREACH_SESSIONS）"))
    assert "学习平均{{THE_PREACH_SESSIONS@县区.mean}}。" in taken.text


def test_a_figure_without_its_measure_word_prints_none() -> None:
    taken = after(lambda word: word.type("次", "回"))
    assert taken.text == SHORT.replace("{{POL_MEETINGS_TOTAL}}，", "{{POL_MEETINGS_TOTAL|bare}}回，")
    assert taken.changes.lost == ()
    assert any("次" in note for note in taken.notes)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("{{REC_RATE}}", "{{REC_RATE}}"),
        ("{{党员总数}}", "{{BASE_MEMBERS}}"),
        ("｛｛党员总数｝｝", "{{BASE_MEMBERS}}"),
        ("{{党员总数@县区.同比}}", "{{BASE_MEMBERS@县区.yoy}}"),
        ("{{ 党员总数 ｜bare }}", "{{BASE_MEMBERS|bare}}"),
        ("{{ join(“甲”，“乙，丙”) }}", '{{ join("甲","乙，丙") }}'),
        ("｛％ if a ％｝字｛% endif %｝", "{% if a %}字{% endif %}"),
    ],
)
def test_staff_type_blanks_by_name_with_whatever_braces_and_quotes(typed: str, meant: str) -> None:
    taken = after(lambda word: word.paragraph("整改完成率").addnext(word.styled("公文正文", f"新增{typed}。")))
    assert f"新增{meant}。\n" in taken.text
    assert len(taken.changes.added) == max(1, typed.count("if"))


def test_a_name_nothing_has_is_refused_with_what_is_like_it() -> None:
    problems = faults(lambda word: word.type("召开会议", "召开{{党员总人数}}"))
    assert len(problems) == 1
    assert "党员总数" in problems[0]


def test_a_code_nothing_has_is_refused() -> None:
    assert any("NO_SUCH" in p for p in faults(lambda word: word.type("召开会议", "召开{{NO_SUCH}}")))
    assert any("NO_SUCH" in p for p in faults(lambda word: word.type("召开会议", "召开{{ cell(“NO_SUCH”) }}")))


def test_a_directive_without_its_end_is_refused_with_its_place() -> None:
    assert len(faults(lambda word: word.type("{% endif %}", ""))) == 1


def test_an_x_typed_as_mere_text_is_pointed_out() -> None:
    taken = after(lambda word: word.type("召开会议", "新增X个，召开会议"))
    assert any("新增X个" in note for note in taken.notes)


def test_new_headings_and_paragraphs_are_what_their_styles_say() -> None:
    def edit(word: WordFile) -> None:
        word.paragraph("整改完成率").addnext(word.styled("heading 2", "新的一节"))
        word.paragraph("新的一节").addnext(word.styled("公文正文", "一段话。"))

    assert "\n### 新的一节\n一段话。\n{{TXT" in after(edit).text


def test_a_paragraph_in_a_strange_style_is_body_text_and_told() -> None:
    taken = after(lambda word: word.paragraph("整改完成率").addnext(word.styled("Quote", "引文。")))
    assert "\n引文。\n" in taken.text


def test_pictures_are_refused() -> None:
    def edit(word: WordFile) -> None:
        word.paragraph("整改完成率").append(made("<w:r><w:drawing/></w:r>"))

    assert len(faults(edit)) == 1


def test_a_row_added_to_a_table_is_a_row() -> None:
    def edit(word: WordFile) -> None:
        row = next(r for r in word.body.iter(f"{W}tr") if shown(r).startswith("指标"))
        copied = copy.deepcopy(row)
        row.addnext(copied)
        for text, words in zip(copied.iter(f"{W}t"), ("合计", "1"), strict=True):
            text.text = words

    assert "| 指标 | 数 |\n| 合计 | 1 |\n|= 30l" in after(edit).text


def test_a_column_added_to_a_table_is_as_wide_as_it_is_drawn() -> None:
    def edit(word: WordFile) -> None:
        table = next(word.body.iter(f"{W}tbl"))
        table.find(f"{W}tblGrid").append(made('<w:gridCol w:w="1134"/>'))
        for row in table.iter(f"{W}tr"):
            cells = row.findall(f"{W}tc")
            if len(cells) == 2:
                added = copy.deepcopy(cells[-1])
                cells[-1].addnext(added)
                for inline in [c for p in added.iter(f"{W}p") for c in p if c.tag != f"{W}pPr"]:
                    inline.getparent().remove(inline)

    assert "| 指标 | 数 | |\n|= 30l 20r 20l\n" in after(edit).text


def test_a_file_without_its_origin_but_with_tags_is_taken_against_the_text_in_the_pack() -> None:
    def edit(word: WordFile) -> None:
        del word.parts["customXml/item1.xml"]

    assert after(edit).text == SHORT


def test_a_file_that_lost_tags_and_origin_is_refused_when_the_text_has_changed() -> None:
    data = changed(edited(SHORT, PACK, GENRE), lambda word: word.parts.pop("customXml/item1.xml"))
    came, _ = read_view(data, "")
    assert came is not None
    assert taken_back(came, PACK, GENRE, SHORT + "改")[1]


def test_a_text_changed_meanwhile_is_pointed_out() -> None:
    came, _ = read_view(edited(SHORT, PACK, GENRE), "")
    assert came is not None
    taken, defects = taken_back(came, PACK, GENRE, SHORT + "改")
    assert (taken.text, defects, len(taken.notes)) == (SHORT, (), 1)


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 100_000_000)
    return buffer.getvalue()


def entity() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "word/document.xml",
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
            f'<w:document xmlns:w="{W[1:-1]}"><w:body><w:p><w:r>'
            "<w:t>&a;</w:t></w:r></w:p></w:body></w:document>",
        )
    return buffer.getvalue()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bomb()])
def test_what_is_no_word_file_gets_a_clear_sentence(data: bytes) -> None:
    came, defects = read_view(data, "a.docx")
    assert came is None
    assert len(defects) == 1


def test_a_file_nested_as_deep_as_a_parser_allows_is_read_or_refused() -> None:
    def edit(word: WordFile) -> None:
        inner = word.paragraph("整改完成率")
        for _ in range(240):
            outer = made('<w:ins w:id="1"/>')
            inner.append(outer)
            inner = outer
        inner.append(made("<w:r><w:t>深</w:t></w:r>"))

    assert "深" in after(edit).text


def test_an_entity_is_never_resolved() -> None:
    came, _ = read_view(entity(), "")
    assert came is None or Path("/etc/hostname").read_text().strip() not in str(came)


@pytest.mark.parametrize("text", [SHORT, read_text(PACK.root / GENRE.template)], ids=["short", "city_merge"])
def test_libreoffice_may_open_and_save_it(text: str, tmp_path: Path) -> None:
    """It drops every tag; bookmarks and the text the file was made from tell the blanks."""
    (tmp_path / "view.docx").write_bytes(edited(text, PACK, GENRE))
    saved = office(tmp_path / "view.docx", "docx", tmp_path / "saved").read_bytes()
    assert b"hb:" not in WordFile(saved).parts["word/document.xml"]
    taken, defects = back(saved, "an older text")
    assert (taken.text, defects) == (text, ())
    assert taken.changes == type(taken.changes)()


def test_a_blank_is_bound_anew_in_a_file_libreoffice_saved(tmp_path: Path) -> None:
    (tmp_path / "view.docx").write_bytes(edited(SHORT, PACK, GENRE))
    word = WordFile(office(tmp_path / "view.docx", "docx", tmp_path / "saved").read_bytes())
    figure = next(c for c in word.controls() if shown(c) == "X")
    next(figure.iter(f"{W}t")).text = "理论学习中心组学习次数（THE_CENTER_SESSIONS）"
    taken, defects = back(word.saved())
    assert defects == ()
    assert taken.text == SHORT.replace("{{POL_MEETINGS_TOTAL}}", "{{THE_CENTER_SESSIONS}}")
    assert len(taken.changes.rebound) == 1
