"""`huibao check` at the unit's desk: the round's switches travel in the form."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from helpers import NOTHING, a_round, party_building, plan

from exporters.desk import check_files
from exporters.given import each_file
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.model import Switch, Unit
from workbook.reading.submission import read_submission

UNIT = Unit("X1", "甲县", "county")
SWITCHES = (Switch("R001", "off", "在职口径本年调整"), Switch("R002", "warning", "先试一年"))


def written(folder: Path, switches: tuple[Switch, ...]) -> Path:
    """Return a form in which R001 fails, handed out in a round with these switches."""
    round_ = a_round(folder, [UNIT], switches=switches)
    content = blank_contents(round_, NOTHING)["X1"]
    entries = {**content.entries, ("BASE_INSERVICE", "value"): 11, ("BASE_MEMBERS", "value"): 10}
    path = folder / f"{len(switches)}.xlsx"
    write_form(path, round_, plan(round_, UNIT), replace(content, entries=entries))
    return path


CHECKED = """
import sys
from huibao import cli
cli.main(['check', sys.argv[1]], standalone_mode=False)
assert 'pandas' not in sys.modules
"""


def severities(path: Path) -> dict[str, str]:
    (result,), _, _ = check_files([path])
    return {f["rule"]: f["severity"] for f in result["findings"]}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a form in which R001 fails."""
    return written(tmp_path_factory.mktemp("filled"), ())


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return path


def shown(files: list[Path], folder: Path) -> list[str]:
    return [f.relative_to(folder).as_posix() for f in files]


def test_checking_a_form_needs_no_pandas(filled: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECKED, filled],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "R001" in done.stdout + done.stderr


def test_the_desk_judges_by_the_switches_the_form_was_handed_out_with(tmp_path: Path) -> None:
    plain, switched = severities(written(tmp_path, ())), severities(written(tmp_path, SWITCHES))
    assert plain["R001"] == "error"
    assert "R001" not in switched


def test_the_form_says_which_rules_the_round_switched_and_why(tmp_path: Path) -> None:
    path = written(tmp_path, SWITCHES)
    read = read_submission(path, party_building())
    assert [(s.rule, s.to) for s in read.switches] == [("R001", "off"), ("R002", "warning")]
    guide = [str(row[1]) for row in openpyxl.load_workbook(path)["填报说明"].iter_rows(values_only=True)]
    assert "本期调整：规则 R001 改为“停用”，理由：在职口径本年调整" in guide
    listed = [row[3] for row in openpyxl.load_workbook(path, data_only=True)["校验结果"].iter_rows(values_only=True)]
    assert "R001" not in listed


def test_a_form_in_an_archive_is_judged_as_if_it_lay_there_by_itself(filled: Path, tmp_path: Path) -> None:
    packed = archive(tmp_path / "全县.zip", {"乡镇/甲.xlsx": filled.read_bytes(), "说明.txt": b"hello"})
    files, odd = each_file([packed])
    (inside,), codes, unusable = check_files(files)
    (alone,), _, _ = check_files([filled])
    assert inside == {**alone, "file": str(packed / "乡镇" / "甲.xlsx")}
    assert list(codes) == [inside["file"]]
    assert odd == []
    assert unusable == [f"{packed / '说明.txt'}：不是能认出的报表，或文件已损坏。请单位重新报送 .xlsx 报表。"]


def test_a_folder_gives_every_file_in_it_and_in_its_archives_but_hidden_ones(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "乡").mkdir()
    for name in ("乙.xlsx", "乡/甲.xlsx", ".DS_Store", "~$甲.xlsx", "读我.pdf"):
        (tmp_path / name).write_bytes(filled.read_bytes())
    archive(tmp_path / "丙.zip", {"丙.xlsx": filled.read_bytes(), "里/.隐藏": b"x"})
    files, odd = each_file([tmp_path])
    assert shown(files, tmp_path) == ["丙.zip/丙.xlsx", "乙.xlsx", "乡/甲.xlsx", "读我.pdf"]
    assert odd == [f"{tmp_path / '~$甲.xlsx'}：是打开报表时产生的临时文件。关闭正在打开的报表后可删除它。"]


def test_an_archive_in_an_archive_and_one_that_is_damaged_are_told(filled: Path, tmp_path: Path) -> None:
    inner = archive(tmp_path / "inner", {"甲.xlsx": filled.read_bytes()}).read_bytes()
    outer = archive(tmp_path / "外.zip", {"内.zip": inner})
    empty = archive(tmp_path / "空.zip", {})
    files, odd = each_file([outer, empty])
    results, _, unusable = check_files(files)
    assert results == []
    assert [s.split("：")[0] for s in unusable] == [str(outer / "内.zip")]
    assert odd == [f"{empty}：空文件。请单位重新报送。"]


def test_a_form_in_an_archive_came_when_the_archive_came(filled: Path, tmp_path: Path) -> None:
    packed = archive(tmp_path / "甲.zip", {"甲.xlsx": filled.read_bytes()})
    moment = datetime(2020, 7, 1, 12)
    os.utime(packed, (moment.timestamp(), moment.timestamp()))
    assert read_submission(packed / "甲.xlsx").received == moment
