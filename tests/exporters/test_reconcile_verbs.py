"""Reconcile and refresh as a person meets them: real processes, one clear sentence, the right exit code."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from edits import type_over
from in_word import WordFile, changed
from openxml_audit import OpenXmlValidator

from exporters.demo.run import DemoRound
from workbook.round import RESULTS

ROOT = Path(__file__).parent.parent.parent


def huibao(*args: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(ROOT / "huibao.py"), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)


@pytest.fixture(scope="module")
def city(demo: dict[str, DemoRound], demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the round."""
    target = tmp_path_factory.mktemp("verbs") / "city"
    shutil.copytree(demo_folder, target)
    return target / "2020H1"


@pytest.fixture
def report(city: Path, tmp_path: Path) -> Path:
    """Return an organ's report, outside its round."""
    source = next((city / RESULTS).rglob("S01_*.docx"))
    return Path(shutil.copy(source, tmp_path / "总结.docx"))


def first_number(path: Path) -> str:
    """Return the tag of a figure that is a number."""
    word = WordFile(path.read_bytes())
    for control in word.controls():
        tag = control.find(".//{*}tag").get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}val")
        if "".join(t.text or "" for t in control.iter("{*}t")).isdigit():
            return str(tag)
    raise AssertionError(path)


def test_a_report_in_its_round_needs_no_word_about_its_data(city: Path) -> None:
    path = next((city / RESULTS).rglob("S01_*.docx"))
    done = huibao("reconcile", path, "--json")
    (told,) = json.loads(done.stdout)["reports"]
    assert (done.returncode, told["found"]) == (0, [])
    assert told["agree"] == told["figures"] > 5
    assert "数据就是报告写成时的数据" in told["against"]


def test_what_was_edited_is_told_marked_and_gives_one(city: Path, report: Path) -> None:
    tag = first_number(report)
    report.write_bytes(changed(report.read_bytes(), type_over(tag, "98765")))
    done = huibao("reconcile", report, "--data", city, "--mark")
    assert done.returncode == 1
    assert "手工改动" in done.stderr
    assert "98765" in done.stderr
    marked = report.with_name("总结_核对.docx")
    assert OpenXmlValidator().validate(marked).errors == []
    assert len(list(docx.Document(str(marked)).comments)) == 1


def test_without_its_round_a_report_is_held_against_itself(report: Path) -> None:
    done = huibao("reconcile", report)
    assert done.returncode == 0
    assert "没有找到它的轮次" in done.stderr


def test_a_folder_of_reports_is_held_in_one_run(city: Path) -> None:
    done = huibao("reconcile", city / RESULTS / "报告", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(told["reports"]) > 20
    assert all(r["found"] == [] for r in told["reports"])


def test_refreshing_writes_beside_the_report_and_leaves_it_alone(city: Path, report: Path, tmp_path: Path) -> None:
    before = report.read_bytes()
    done = huibao("refresh", report, "--data", city, "--json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["reports"]
    assert told["changes"] == told["left"] == []
    assert report.read_bytes() == before
    assert Path(told["output"]) == tmp_path / "总结_更新.docx"
    assert OpenXmlValidator().validate(told["output"]).errors == []


def forged(content: bytes) -> bytes:
    """Return a report whose manifest somebody has changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.startswith("customXml/item") and b"<figures" in data:
                data = data.replace(b'"unit":"S01"', b'"unit":"S02"')
            new.writestr(part, data)
    return buffer.getvalue()


def without_manifest() -> bytes:
    buffer = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("开展学习12次。")
    document.save(buffer)
    return buffer.getvalue()


BAD = {
    "a text": (lambda content: "学习12次".encode(), "不是 Word 文件"),
    "an empty file": (lambda content: b"", "不是 Word 文件"),
    "half a file": (lambda content: content[: len(content) // 2], "不是 Word 文件"),
    "a file with a password": (lambda content: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "密码"),
    "a report without a manifest": (lambda content: without_manifest(), "没有数字清单"),
    "a manifest that was tampered with": (forged, "被改动过"),
}


@pytest.mark.parametrize("verb", ["reconcile", "refresh"])
@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_report_gets_one_clear_sentence(name: str, verb: str, report: Path, city: Path) -> None:
    make, words = BAD[name]
    report.write_bytes(make(report.read_bytes()))
    done = huibao(verb, report, "--data", city)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "总结.docx" in done.stderr


def test_data_that_are_not_the_reports_are_told(report: Path, city: Path) -> None:
    other_period = huibao("reconcile", report, "--data", city.parent / "2020")
    form = next((city / "收件").glob("S02*.xlsx"))
    other_unit = huibao("reconcile", report, "--data", form)
    no_round = huibao("reconcile", report, "--data", city.parent)
    nothing = huibao("reconcile", report, "--data", city / "nothing")
    no_data = huibao("refresh", report)
    told = [d.stderr for d in (other_period, other_unit, no_round, nothing, no_data)]
    assert [d.returncode for d in (other_period, other_unit, no_round, nothing, no_data)] == [2] * 5
    assert "2020H1" in told[0]
    assert "S01" in told[1]
    assert all("Traceback" not in t for t in told)
    assert "--data" in told[4]


def test_one_bad_file_among_many_stops_none_of_them(report: Path, city: Path) -> None:
    bad = report.with_name("别的.docx")
    bad.write_bytes(b"x")
    done = huibao("reconcile", report, bad, "--data", city, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 2
    assert len(told["reports"]) == 1
    assert "别的.docx" in told["unusable"][0]
