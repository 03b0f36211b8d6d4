"""Reports as PDF: many in one start of LibreOffice, and a sentence where one cannot be made."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pdfplumber
import pytest

from exporters.pdf import pdf_maker, to_pdf
from exporters.word.official import OfficialDocument
from exporters.word.pieces import Piece
from workbook.messages import say
from workbook.model import Defect


def report(path: Path, words: str) -> Path:
    document = OfficialDocument(words, datetime(2020, 7, 5, tzinfo=UTC))
    document.body([Piece(words), Piece("2318", "hb:DJ0101")])
    path.parent.mkdir(exist_ok=True)
    document.save(path)
    return path


def words_of(path: Path) -> str:
    with pdfplumber.open(path) as pdf:
        return "".join("".join(page.extract_text().split()) for page in pdf.pages)


def test_good_files_are_converted_and_bad_ones_told(tmp_path: Path) -> None:
    good = [report(tmp_path / name / "全市 汇总报告.docx", name) for name in ("东城县", "西城县")]
    bad = tmp_path / "坏的.docx"
    bad.write_bytes(b"PK\x03\x04 nothing")
    written, defects = to_pdf([good[0], bad, tmp_path / "没有.docx", good[1]])
    assert written == [path.with_suffix(".pdf") for path in good]
    assert [words_of(path)[:7] for path in written] == ["东城县2318", "西城县2318"]
    assert defects == [
        Defect("没有.docx", 0, say("pdf.unread"), say("pdf.unread_remedy")),
        Defect("坏的.docx", 0, say("pdf.failed"), say("pdf.failed_remedy")),
    ]
    assert sorted(path.name for path in good[0].parent.iterdir()) == ["全市 汇总报告.docx", "全市 汇总报告.pdf"]


def test_pdf_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    written, defects = to_pdf([report(tmp_path / "报告.docx", "甲")], tmp_path / "PDF")
    assert (written, defects) == ([tmp_path / "PDF" / "报告.pdf"], [])


def test_figures_are_text_not_fields_of_a_form(tmp_path: Path) -> None:
    (written,), _ = to_pdf([report(tmp_path / "报告.docx", "甲")])
    with pdfplumber.open(written) as pdf:
        assert [page.annots for page in pdf.pages] == [[]]


def test_pdf_that_cannot_be_replaced_stays_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    path = report(tmp_path / "报告.docx", "甲")
    path.with_suffix(".pdf").write_text("旧")
    monkeypatch.setattr(os, "replace", refuse)
    assert to_pdf([path]) == ([], [Defect("报告.pdf", 0, say("pdf.held"), say("pdf.held_remedy"))])
    assert path.with_suffix(".pdf").read_text() == "旧"


def test_machine_without_an_office_program_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("exporters.pdf._USUAL_PLACES", ())
    assert pdf_maker() is None
    path = report(tmp_path / "报告.docx", "甲")
    assert to_pdf([path]) == ([], [Defect("PDF", 0, say("pdf.no_maker"), say("pdf.no_maker_remedy"))])
    assert to_pdf([]) == ([], [])
