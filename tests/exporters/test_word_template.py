"""Templates written for docxtpl: filled in the sandbox, figures as controls, clauses without figures left out."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from helpers import party_building, submission
from openxml_audit import OpenXmlValidator

from exporters.figures.written import write_report
from exporters.narrative.report import Report, fault_of, of_form
from exporters.narrative.template import TemplateFault
from workbook.model import Pack
from workbook.pack import load_pack
from workbook.pack_check import check_pack

GENRE = "dept_half"


class Desk:
    """A pack whose genre is a Word file with these paragraphs, and a report of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "pack"
        shutil.copytree(party_building().root, self.folder)
        self.document = docx.Document()
        (self.folder / party_building().genres[GENRE].template).unlink()

    @property
    def pack(self) -> Pack:
        self.document.save(str(self.folder / party_building().genres[GENRE].word_template))
        pack, defects = load_pack(self.folder)
        assert pack is not None
        assert defects == ()
        return pack

    def report(self, **texts: list[list[str]]) -> Report:
        values = {"THE_CENTER_SESSIONS": 12, "prev(THE_CENTER_SESSIONS)": 10, "ORG_DEVELOPED": 30}
        sent = submission(values, tier="organ", period="2020H1", texts=texts)
        return of_form(sent, self.pack, self.pack.genres[GENRE])

    def written(self, path: Path, **texts: list[list[str]]) -> docx.document.Document:
        write_report(self.report(**texts), path)
        template = self.folder / party_building().genres[GENRE].word_template
        assert faults(path) <= faults(template)  # of python-docx's own parts
        return docx.Document(str(path))


def faults(path: Path) -> set[str]:
    return {error.description for error in OpenXmlValidator().validate(path).errors}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def text_of(element: object) -> str:
    return "".join(t.text or "" for t in element.iter(qn("w:t")))  # type: ignore[attr-defined]


def lines(document: docx.document.Document) -> list[str]:
    return [text_of(p) for p in document.element.body.iter(qn("w:p"))]


def test_blanks_are_filled_by_name_and_by_call_and_keep_their_look(desk: Desk, tmp_path: Path) -> None:
    paragraph = desk.document.add_paragraph("召开会议")
    paragraph.add_run("{{ THE_CENTER_SESSIONS }}").bold = True
    paragraph.add_run('，{{THE_CENTER_SESSIONS.yoy}}；{{ fig("ORG_DEVELOPED") }}议题，{{ORG_DEVELOPED|bare}}项。')
    document = desk.written(tmp_path / "out.docx")
    assert lines(document)[0] == "召开会议12次，同比增长20%；30名议题，30项。"
    controls = list(document.element.body.iter(qn("w:sdt")))
    tags = [c.find(qn("w:sdtPr")).find(qn("w:tag")).get(qn("w:val")) for c in controls]
    assert "hb:THE_CENTER_SESSIONS@U1.value" in tags
    assert controls[0].find(f".//{qn('w:b')}") is not None
    assert text_of(controls[0]) == "12"


def test_a_clause_without_its_figure_is_left_out_and_told(desk: Desk, tmp_path: Path) -> None:
    desk.document.add_paragraph("召开会议{{THE_CENTER_SESSIONS}}，制定文件{{POL_NORM_DOCS}}。")
    desk.document.add_paragraph("制定文件{{POL_NORM_DOCS}}。")
    desk.document.add_paragraph("完。")
    report = desk.report()
    assert lines(desk.written(tmp_path / "out.docx")) == ["召开会议12次。", "完。"]
    assert next(d.clause for d in report.dropped).startswith("制定文件")


def test_conditions_on_paragraphs_and_loops_over_rows(desk: Desk, tmp_path: Path) -> None:
    for text in ('{%p if known("ORG_DEVELOPED") %}', "有议题。", "{%p else %}", "没有。", "{%p endif %}"):
        desk.document.add_paragraph(text)
    table = desk.document.add_table(rows=3, cols=2)
    table.cell(0, 0).text = "{%tr for code in [“THE_CENTER_SESSIONS”, “POL_NORM_DOCS”] %}"
    table.cell(1, 0).text, table.cell(1, 1).text = "{{ name(code) }}", "{{ cell(code) }}"
    table.cell(2, 0).text = "{%tr endfor %}"
    document = desk.written(tmp_path / "out.docx")
    assert "有议题。" in lines(document)
    assert "没有。" not in lines(document)
    cells = [[text_of(c._tc) for c in row.cells] for row in document.tables[0].rows]
    assert [row[1] for row in cells] == ["12", "—"]


def test_blanks_that_word_split_over_runs_are_filled(desk: Desk, tmp_path: Path) -> None:
    paragraph = desk.document.add_paragraph("会议")
    for part in ("{", "{ THE_CENTER_", "SESSIONS", " }", "}。"):
        paragraph.add_run(part)
    desk.document.add_paragraph("{{r ORG_DEVELOPED }}议题。")
    assert lines(desk.written(tmp_path / "out.docx"))[:2] == ["会议12次。", "30名议题。"]


def test_what_units_write_is_only_ever_text(desk: Desk, tmp_path: Path) -> None:
    code = next(
        c for c, t in party_building().texts.items() if t.kind == "text" and "organ" in t.tiers and t.place == "texts"
    )
    desk.document.add_paragraph(f"{{{{{code}}}}}")
    said = "{{7*7}}{%p if 1 %}A&B<C</w:t>"
    assert said in lines(desk.written(tmp_path / "out.docx", **{code: [[said]]}))[0]


@pytest.mark.parametrize(
    "text",
    ["{{ no_such }}", "{{ ''.__class__.__mro__ }}", "{% if %}", "{{ fig('NO_SUCH') ", "{{ kind.x }}", "{{NO_SUCH}}"],
)
def test_a_faulty_template_is_a_fault_of_the_template(desk: Desk, text: str) -> None:
    desk.document.add_paragraph(text)
    with pytest.raises(TemplateFault) as raised:
        desk.report()
    assert fault_of(party_building().genres[GENRE], raised.value).file.endswith("/report.docx")


def test_a_damaged_file_is_a_fault_of_the_template(desk: Desk) -> None:
    pack = desk.pack
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 100_000_000)
    for data in (b"no zip", buffer.getvalue()):
        (pack.root / pack.genres[GENRE].word_template).write_bytes(data)
        with pytest.raises(TemplateFault):
            of_form(submission({}, tier="organ", period="2020H1"), pack, pack.genres[GENRE])


def test_pack_check_finds_a_code_nothing_has_in_a_word_template(desk: Desk) -> None:
    desk.document.add_paragraph("{{NO_SUCH}}次")
    assert desk.pack
    assert [d.file[-5:] for d in check_pack(desk.folder)[1]] == [".docx"]


def test_a_pack_may_have_a_word_file_in_place_of_a_text(desk: Desk) -> None:
    assert desk.pack
    assert check_pack(desk.folder)[1] == ()
