"""What units write comes out of a report as plain text, whatever it looks like."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from genres import OWN, PACK, facts_of, full_texts, full_values
from openxml_audit import OpenXmlValidator

from exporters.narrative.report import document_of, of_facts
from exporters.narrative.told import plain_text

HOSTILE = {
    "template": "{{7*7}}{% raw %}{{ unit }}",
    "markup": "<w:p><w:r><w:t>x</w:t></w:r></w:p>",
    "entities": "&lt;&amp;&#x0;]]>",
    "controls": "甲\x00\x07\x1b\ufdd0a\ufdd1b\ufdd2\ufdd3乙",
    "line marks": "# 标题\n## 一级\n| 格 | 格 |\n~ 某局 | 2020年\n+ 附件",
    "direction": "甲\u202e\u2066乙\u200f丙\u202c",
    "own list": "一是甲。二是乙；三是丙，其中丁。",
    "no end": "没有句号，",
    "quotes": "“《（没有另一半",
    "private": "甲\U000f0000\U000f0001乙",
}


def written_with(genre: str, words: str) -> tuple[str, str]:
    """Return a report whose every text is `words`, as plain text and as the XML of its document."""
    texts = {
        code: [
            [words if s.kind == "text" else v for s, v in zip(PACK.texts[code].subfields, row, strict=True)]
            for row in rows
        ]
        for code, rows in full_texts(genre).items()
    }
    report = of_facts(facts_of(genre, full_values(genre), texts), PACK.genres[genre])  # type: ignore[arg-type]
    with zipfile.ZipFile(_saved(report)) as package:
        return plain_text(report.lines), package.read("word/document.xml").decode()


def _saved(report: object) -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp()) / "report.docx"
    document_of(report).save(path)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("genre", OWN)
def test_hostile_text_comes_out_as_plain_text(genre: str, kind: str) -> None:
    text, xml = written_with(genre, HOSTILE[kind])
    headings = written_with(genre, "平常的话。")[1]
    assert xml.count("<w:tbl>") == headings.count("<w:tbl>")
    assert xml.count("<w:pStyle") == headings.count("<w:pStyle") or kind == "no end"
    assert not re.search("[\x00-\x08\ufdd0-\ufdef\U000f0000-\U000ffffd]", text)
    if kind in ("template", "markup"):
        assert HOSTILE[kind] in text


def test_two_megabytes_of_text_are_told_and_valid(tmp_path: Path) -> None:
    values, texts = full_values("county_half"), full_texts("county_half")
    texts["TXT_OPENING"] = [["很长的话。" * 400_000]]
    report = of_facts(facts_of("county_half", values, texts), PACK.genres["county_half"])  # type: ignore[arg-type]
    document_of(report).save(tmp_path / "long.docx")
    assert OpenXmlValidator().validate(tmp_path / "long.docx").errors == []
