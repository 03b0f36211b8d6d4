"""An old report becomes a template: paragraphs, blanks, the table of confirmation and back; hostile files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from helpers import party_building

from exporters.old_reports.confirmation import apply_confirmation, read_confirmation, write_confirmation
from exporters.old_reports.import_report import Proposal, propose_template
from exporters.old_reports.old_report import read_report

REPORT = """中共X县委2020年上半年党建工作总结
市委：
今年以来，我县认真落实全面从严治党要求。
一、主要工作情况
（一）强化理论武装。县委中心组集中学习12次，其中专题研讨5次。
立案86件，去年同期70件。
返还20个离退休支部党费78000元，接待党校培训班18批次。
二、下半年打算
1. 力争60个村集体经济收入突破5万元。
中共X县委
2020年7月5日
"""
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def proposed(folder: Path, text: str = REPORT, name: str = "报告.txt") -> Proposal:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    proposal, findings = propose_template(path, party_building())
    assert findings == ()
    return proposal


def word(folder: Path, body: str, doctype: str = "", **parts: str) -> Path:
    """Return a .docx whose body is given as XML."""
    path = folder / "报告.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        document = f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", document)
        for part, content in parts.items():
            archive.writestr(f"word/{part}.xml", content)
    return path


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_a_report_becomes_the_lines_of_a_template(tmp_path: Path) -> None:
    assert proposed(tmp_path).lines == (
        "# 中共X县委2020年上半年党建工作总结",
        "@ 市委：",
        "今年以来，我县认真落实全面从严治党要求。",
        "## 主要工作情况",
        "### 强化理论武装。县委中心组集中学习{{THE_CENTER_SESSIONS}}，其中专题研讨{{THE_CENTER_SEMINARS}}。",
        "立案{{DIS_FILED_CASES}}，去年同期{{DIS_FILED_CASES.prior}}。",
        "返还{{ORG_DUES_BRANCHES}}离退休支部党费{{ORG_DUES_RETURNED}}，接待党校培训班{{ORG_SCHOOL_BATCHES|bare}}批次。",
        "## 下半年打算",
        "#### 力争{{PLN_COLL_VILLAGES}}村集体经济收入突破{{PLN_COLL_INCOME}}。",
        "~ 中共X县委 | 2020年7月5日",
    )


def test_a_heading_says_that_goals_follow(tmp_path: Path) -> None:
    lines = proposed(
        tmp_path, "总结\n一、工作情况\n（一）组织建设。发展党员64名。\n（二）下半年打算。发展党员60名。\n"
    ).lines
    assert lines[2:] == ("### 组织建设。发展党员{{ORG_DEVELOPED}}。", "### 下半年打算。发展党员60名。")


def test_nothing_of_the_old_text_becomes_markup(tmp_path: Path) -> None:
    lines = proposed(tmp_path, "总结\n# 井号\n| 竖线 |\n{{ 7 * 7 }}{% raw %}{# 注 #}\n=等号\n~ 波浪 | 线\n+ 加\n").lines
    assert lines[1:] == (
        "＃ 井号",
        "｜ 竖线 |",
        "｛｛ 7 * 7 ｝｝｛% raw %｝｛# 注 #｝",
        "＝等号",
        "～ 波浪 | 线",
        "＋ 加",
    )


def test_a_table_is_read_by_its_labels_and_heads(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("一、主要工作")
    document.add_paragraph("表1 主要数据")
    table = document.add_table(rows=3, cols=4)
    rows = (("指标", "单位", "本期数", "上年同期"), ("发展党员", "名", "64", "58"), ("栽树|种花", "棵", "900", "800"))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.save(str(tmp_path / "报告.docx"))
    proposal, findings = propose_template(tmp_path / "报告.docx", party_building())
    assert findings == ()
    assert proposal.lines[1:] == (
        "= 表1 主要数据",
        "| 指标 | 单位 | 本期数 | 上年同期 |",
        "| 发展党员 | 名 | {{ORG_DEVELOPED|bare}} | {{ORG_DEVELOPED.prior|bare}} |",
        "| 栽树｜种花 | 棵 | 900 | 800 |",
    )


def test_what_a_reader_of_word_sees_is_read(tmp_path: Path) -> None:
    path = word(
        tmp_path,
        f"<w:p>{run('一、立')}{run('案情况')}</w:p>"
        f"<w:p><w:ins>{run('立案')}</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>{run('8')}{run('6件')}</w:p>"
        f"<w:p><w:sdt><w:sdtContent>{run('处分')}</w:sdtContent></w:sdt><w:hyperlink>{run('79人。')}</w:hyperlink></w:p>"
        f"<w:p><w:r><w:pict><w:txbxContent><w:p>{run('文本框')}</w:p></w:txbxContent></w:pict></w:r>{run('正文')}</w:p>"
        f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('前半')}</w:p><w:p>{run('后半')}</w:p>",
    )
    paragraphs, defects = read_report(path)
    assert defects == ()
    assert [p.text for p in paragraphs] == ["立案情况", "立案86件", "处分79人。", "正文", "前半后半"]


def test_numbers_that_word_gives_make_headings(tmp_path: Path) -> None:
    numbering = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="7">'
        '<w:lvl w:ilvl="0"><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    )
    listed = '<w:p><w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="3"/></w:numPr></w:pPr>{}</w:p>'
    body = f"<w:p>{run('正文一句。')}</w:p>" + listed.format(0, run("主要工作")) + listed.format(1, run("组织建设"))
    paragraphs, _ = read_report(word(tmp_path, body, numbering=numbering))
    assert [(p.level, p.text) for p in paragraphs[1:]] == [("h1", "主要工作"), ("h2", "组织建设")]


def test_a_decided_table_makes_the_template(tmp_path: Path) -> None:
    pack = party_building()
    proposal = proposed(tmp_path)
    path = tmp_path / "确认.xlsx"
    write_confirmation(proposal, pack, path)
    book = openpyxl.load_workbook(path)
    sheet = book["指标对应"]
    heads = {cell.value: cell.column for cell in sheet[4]} | {cell.value: cell.column for cell in sheet[3]}
    said = {"12": "不是数字", "86": "DIS_EIGHT_CASES", "70": "立案件数"}
    for row in sheet.iter_rows(min_row=4):
        raw = str(row[heads["原文"] - 1].value)
        if raw in said:
            row[heads["改为"] - 1].value = said[raw]
    book.save(path)
    decided, defects = read_confirmation(path, pack)
    assert defects == ()
    template, defects = apply_confirmation(proposal, decided, pack)
    assert defects == ()
    assert "集中学习12次，其中专题研讨{{THE_CENTER_SEMINARS}}" in template
    assert "立案{{DIS_EIGHT_CASES|bare}}件，去年同期{{DIS_FILED_CASES}}。" in template


def test_an_untouched_table_gives_what_was_proposed(tmp_path: Path) -> None:
    proposal = proposed(tmp_path)
    write_confirmation(proposal, party_building(), tmp_path / "确认.xlsx")
    decided, defects = read_confirmation(tmp_path / "确认.xlsx", party_building())
    assert defects == ()
    assert len(decided) == len(proposal.places)
    assert apply_confirmation(proposal, decided, party_building()) == ("\n".join(proposal.lines) + "\n", ())


def test_a_table_of_another_report_and_unknown_words_are_told(tmp_path: Path) -> None:
    pack = party_building()
    write_confirmation(proposed(tmp_path), pack, tmp_path / "确认.xlsx")
    decided, _ = read_confirmation(tmp_path / "确认.xlsx", pack)
    _, defects = apply_confirmation(proposed(tmp_path, "总结\n立案5件。\n"), decided, pack)
    assert defects
    book = openpyxl.load_workbook(tmp_path / "确认.xlsx")
    sheet = book["指标对应"]
    first = next(row for row in sheet.iter_rows() if row[1].value == 2 or row[1].value == "2")
    first[10].value = "没有这个指标"
    book.save(tmp_path / "确认.xlsx")
    _, defects = read_confirmation(tmp_path / "确认.xlsx", pack)
    assert len(defects) == 1
    assert "没有这个指标" in defects[0].problem
    assert read_confirmation(tmp_path / "没有.xlsx", pack)[1]


def test_indicators_that_a_genre_cannot_print_stay_text(tmp_path: Path) -> None:
    pack = party_building()
    path = tmp_path / "报告.txt"
    path.write_text("总结\n立案86件，留置3人。\n", encoding="utf-8")
    proposal, _ = propose_template(path, pack, pack.genres["city_merge"])
    assert proposal.lines[1] == "立案{{DIS_FILED_CASES}}，留置3人。"


def test_text_files_are_read_in_either_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("总结\n立案5件。".encode("gbk"))
    (tmp_path / "b.txt").write_bytes("总结\n立案5件。".encode("utf-8-sig"))
    assert [p.text for p in read_report(tmp_path / "a.txt")[0]] == [p.text for p in read_report(tmp_path / "b.txt")[0]]


def test_hostile_files_end_in_a_defect(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE w:document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    files = {
        "doctype": word(tmp_path, "<w:p/>", doctype=bomb).read_bytes(),
        "broken": word(tmp_path, "<w:p>").read_bytes(),
        "nothing": word(tmp_path, "").read_bytes(),
        "endless": word(tmp_path, f"<w:p>{run('长' * 1_500_000)}</w:p>").read_bytes(),
        "cut": word(tmp_path, f"<w:p>{run('文字')}</w:p>").read_bytes()[:200],
        "old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "pdf": b"%PDF-1.7 ...",
        "noise": bytes(range(256)) * 8,
        "empty": b"",
    }
    for name, data in files.items():
        path = tmp_path / f"{name}.docx"
        path.write_bytes(data)
        proposal, findings = propose_template(path, party_building())
        assert len(findings) == 1, name
        assert findings[0].problem
        assert findings[0].remedy
        assert proposal.lines == ()
    assert propose_template(tmp_path / "gone.docx", party_building())[1]


def test_a_zip_that_lies_about_its_parts_is_refused(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (70 * 1024 * 1024))
    (tmp_path / "a.docx").write_bytes(data.getvalue())
    assert read_report(tmp_path / "a.docx")[1]


@pytest.mark.parametrize(
    ("row", "told"), [("DIS_NOTHING,立案\n", "DIS_NOTHING"), ("DIS_DETAINED,DIS_GONE 人\n", "DIS_GONE")]
)
def test_words_for_unknown_indicators_are_a_defect_of_the_pack(tmp_path: Path, row: str, told: str) -> None:
    import shutil

    from workbook.pack import packs_folder
    from workbook.pack_check import check_pack

    copy = tmp_path / "pack"
    shutil.copytree(packs_folder() / "party-building", copy)
    with (copy / "synonyms.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    _, defects = check_pack(copy)
    assert [d.file for d in defects] == ["synonyms.csv"]
    assert told in defects[0].problem
