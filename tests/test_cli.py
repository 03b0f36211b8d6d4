"""The command line as a person meets it: real processes, one clear Chinese sentence, the right exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from exporters.demo.run import DemoRound
from workbook.round import IN, OUT, RESULTS

ROOT = Path(__file__).parent.parent
HAN = re.compile("[\u4e00-\u9fff]")


def huibao(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(ROOT / "huibao.py"), *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=environment, check=False
    )


@pytest.fixture(scope="module")
def units_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("units") / "单位.csv"
    path.write_bytes("单位代码,单位名称,层级\nX1,甲县,县\nS1,某局,市直机关\n".encode("gbk"))
    return path


@pytest.fixture
def city(demo: dict[str, DemoRound], demo_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the told round that a test may spoil."""
    target = tmp_path / "city"
    shutil.copytree(demo_folder, target)
    return target / "2020H1"


@pytest.mark.parametrize(
    "args",
    [
        ["frobnicate"],
        ["new"],
        ["check"],
        ["new", "x", "--colour", "red"],
        ["new", "x", "--period"],
        ["new", "x"],
        ["new", "x", "--period", "2020H3", "--units", "none.csv"],
        ["new", "x", "--period", "2020H1", "--units", "none.csv"],
        ["new", "x", "--period", "2020H1", "--pack", "no-such-pack"],
        ["new", "x", "--period", "2020H1", "--deadline", "tomorrow"],
        ["check", "no-such-file.xlsx"],
        ["consolidate", "no-such-folder"],
        ["consolidate", "."],
        ["report", "no-such-folder", "--genre", "city_merge"],
        ["report", "."],
        ["demo", str(ROOT)],
        ["pack", "check", "no-such-folder"],
        ["pack", "polish"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_used_gets_one_chinese_sentence_and_exit_code_2(args: list[str], tmp_path: Path) -> None:
    done = huibao(*args, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(said) == 1
    assert HAN.search(said[0])
    assert said[0][-1] in "。："


def test_help_is_chinese_throughout() -> None:
    for args in ([], ["new"], ["check"], ["consolidate"], ["report"], ["demo"], ["pack"], ["pack", "check"]):
        done = huibao(*args, "--help")
        assert done.returncode == 0
        assert HAN.search(done.stdout)
        assert not re.search("Usage|Options|Commands|Arguments|default|TEXT|PATH|Show this", done.stdout), done.stdout


def test_a_new_round_is_set_up_and_its_forms_written(tmp_path: Path, units_file: Path) -> None:
    done = huibao("new", tmp_path / "2020H1", "--period", "2020H1", "--units", units_file, "--office", "县委办")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "2020H1" / OUT).iterdir()) == [
        "S1_某局_2020H1.xlsx",
        "X1_甲县_2020H1.xlsx",
    ]
    again = huibao("new", tmp_path / "2020H1")
    assert again.returncode == 0
    other = huibao("new", tmp_path / "2020H1", "--period", "2021H1")
    assert other.returncode == 2


def test_a_new_round_without_units_leaves_a_list_to_fill_in(tmp_path: Path) -> None:
    done = huibao("new", tmp_path / "r", "--period", "2020H1")
    assert done.returncode == 2
    assert (tmp_path / "r" / "units.csv").is_file()
    assert "units.csv" in done.stderr


def test_check_says_what_must_be_changed(city: Path) -> None:
    bad, good = city / IN / "X04_白湖县_2020H1.xlsx", city / IN / "X02_云坪县_2020H1.xlsx"
    passed, failed = huibao("check", good), huibao("check", bad, "--json")
    assert (passed.returncode, failed.returncode) == (0, 1)
    cover = {row[1]: row[2] for row in openpyxl.load_workbook(good, data_only=True)["封面"].iter_rows(values_only=True)}
    assert f"校验码 {cover['校验码']}" in passed.stderr
    assert "校验码" not in failed.stderr
    told = json.loads(failed.stdout)
    assert set(told) == {"file", "unit", "period", "verdict", "findings", "repairs"}
    assert (told["unit"], told["period"], told["verdict"]) == ("X04", "2020H1", "error")
    (finding,) = [f for f in told["findings"] if f["severity"] == "error"]
    assert (finding["rule"], finding["outcome"], finding["sheet"]) == ("R057", "fail", "作风建设与纪律监督")
    cell = openpyxl.load_workbook(bad)[finding["sheet"]][finding["cell"]]
    assert openpyxl.load_workbook(bad)[finding["sheet"]][f"A{cell.row}"].value == finding["indicator"]
    assert finding["values"]["DIS_EIGHT_PERSONS"] == "0"
    assert finding["remedy"]


def test_check_of_what_is_no_form_is_exit_code_2(city: Path) -> None:
    done = huibao("check", next((city / IN).glob("*.pdf")))
    assert done.returncode == 2
    assert "扫描件" in done.stderr


def test_check_takes_folders_and_archives_and_says_what_else_is_in_them(city: Path, tmp_path: Path) -> None:
    bad, good = city / IN / "X04_白湖县_2020H1.xlsx", city / IN / "X02_云坪县_2020H1.xlsx"
    packed = tmp_path / "收齐.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(bad, bad.name)
        archive.write(good, good.name)
        archive.writestr("说明.txt", "x")
    done = huibao("check", packed, "--json")
    assert done.returncode == 1, done.stderr
    told = {Path(r["file"]).name: r["verdict"] for r in json.loads(done.stdout)["files"]}
    assert told == {bad.name: "error", good.name: "pass"}
    assert "说明.txt：不是能认出的报表" in done.stderr
    assert "共审核 2 份报表：通过 1 份，有须说明的 0 份，有必须改正的 1 份；不是报表的文件 1 个。" in done.stderr
    (tmp_path / "空").mkdir()
    assert huibao("check", good, tmp_path / "空").returncode == 2


def test_consolidate_prints_the_books_and_writes_everything(city: Path) -> None:
    before = {p.name for p in (city / RESULTS).iterdir()}
    shutil.rmtree(city / RESULTS)
    done = huibao("consolidate", city, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["units"] == {"expected": 35, "accepted": 27, "returned": 3, "missing": 5}
    assert told["files"]["received"] == 34
    assert told["balanced"] is True
    assert [u["state"] for u in told["chasing"]].count("missing") == 5
    assert "要催的单位：8 个" in done.stderr
    assert {p.name for p in (city / RESULTS).iterdir()} == before - {"报告"}, "units' reports are another verb's"
    assert all(Path(p).is_file() for p in told["outputs"])
    assert "账目平衡" in done.stderr


def test_consolidate_says_which_rules_the_round_switched(city: Path) -> None:
    with (city / "round.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[rule]]\nid = "R001"\nto = "warning"\nreason = "口径调整"\n')
    done = huibao("consolidate", city, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["switches"] == [{"rule": "R001", "to": "warning", "reason": "口径调整"}]
    assert "本期调整：规则 R001 改为“提示”，理由：口径调整" in done.stderr


def test_the_same_input_gives_the_same_report_to_the_byte(city: Path) -> None:
    report = city / RESULTS / "全市汇总报告.docx"
    first = report.read_bytes()
    assert huibao("report", city, "--genre", "city_merge").returncode == 0
    assert report.read_bytes() == first


def test_a_report_can_be_written_elsewhere(city: Path, tmp_path: Path) -> None:
    done = huibao("report", city, "--genre", "city_merge", "-o", tmp_path / "给领导.docx", "--json")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "给领导.docx").is_file()
    assert json.loads(done.stdout)["dropped"]


def test_a_damaged_round_is_told_in_words(city: Path) -> None:
    (city / "round.toml").write_text("pack = \n", encoding="utf-8")
    done = huibao("consolidate", city)
    assert done.returncode == 2
    assert "round.toml 第 1 行" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_round_before_must_have_been_consolidated(city: Path) -> None:
    shutil.rmtree(city.parent / "2019" / RESULTS)
    done = huibao("consolidate", city)
    assert done.returncode == 2
    assert "还没有汇总结果" in done.stderr


def test_pack_check_lists_defects(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "templates" / "party-building", tmp_path / "pack")
    assert huibao("pack", "check", tmp_path / "pack").returncode == 0
    rules = tmp_path / "pack" / "rules.csv"
    rules.write_text(
        rules.read_text(encoding="utf-8-sig").replace("BASE_INSERVICE <=", "BASE_INSERVIC <="), encoding="utf-8"
    )
    done = huibao("pack", "check", tmp_path / "pack")
    assert done.returncode == 1
    assert re.search(r"rules\.csv 第 \d+ 行", done.stdout)
    assert "BASE_INSERVICE" in done.stdout


def test_a_decision_is_made_used_shown_and_kept(city: Path, tmp_path: Path) -> None:
    refused = huibao("decide", city, "X04", "--accept", "--return", "--why", "两样都要")
    assert refused.returncode == 2
    made = huibao("decide", city, "X04", "--accept", "--why", "电话核实，数据属实")
    assert made.returncode == 0, made.stderr
    run = huibao("consolidate", city, "--json")
    assert run.returncode == 0, run.stderr
    data = json.loads(run.stdout)
    assert [(d["unit"], d["kind"], d["why"]) for d in data["decisions"]] == [("X04", "accept", "电话核实，数据属实")]
    assert data["units"]["returned"] == 2
    book = openpyxl.load_workbook(city / RESULTS / "汇总表.xlsx", read_only=True)
    for name in ("说明", "审核情况"):
        assert any("电话核实，数据属实" in str(c) for row in book[name].iter_rows(values_only=True) for c in row)
    told = huibao("ledger", city, "-o", tmp_path / "登记.csv")
    assert told.returncode == 0, told.stderr
    lines = (tmp_path / "登记.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "时间,经手人,事项,单位代码,文件,说明,内容指纹"
    assert any("电话核实，数据属实" in line for line in lines)


def test_who_comes_second_is_told_who_works(city: Path) -> None:
    from workbook.lock import at_work

    before = (city / RESULTS / "汇总表.xlsx").read_bytes()
    with at_work(city):
        done = huibao("consolidate", city)
    assert done.returncode == 2
    assert done.stderr.startswith("这一期工作正由别人处理（")
    assert "Traceback" not in done.stderr
    assert (city / RESULTS / "汇总表.xlsx").read_bytes() == before


LOSING = """
import dataclasses
import huibao
import workbook.collect as collect

whole = collect.take_in

def losing(*given, **more):
    incoming = whole(*given, **more)
    return dataclasses.replace(incoming, receipts=incoming.receipts[1:])

collect.take_in = losing
huibao.main()
"""


def test_books_that_do_not_balance_end_the_run_loudly_and_leave_the_last_outputs(city: Path) -> None:
    def left() -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in (city / RESULTS).rglob("*") if p.is_file()}

    before = left()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", LOSING, "consolidate", str(city), "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["balanced"] is False
    assert "账目不平，汇总结果不能使用，请联系维护人员。" in done.stderr
    assert left() == before


def test_reports_of_all_genres_go_into_a_folder_with_a_list_of_what_was_left_out(city: Path, tmp_path: Path) -> None:
    done = huibao("report", city, "--all", "-o", tmp_path / "送审", "--json")
    assert done.returncode == 0, done.stderr
    outputs = [Path(p) for p in json.loads(done.stdout)["outputs"]]
    assert len(outputs) > 25
    assert all(p.is_relative_to(tmp_path / "送审") and p.is_file() for p in outputs)
    assert (city / RESULTS / "报告" / "略去内容.xlsx").is_file()
    assert "略去" in done.stderr


def test_a_unit_writes_its_report_from_its_form_alone(city: Path, tmp_path: Path) -> None:
    form = next((city / IN).glob("X02_*.xlsx"))
    done = huibao("report", form, "--genre", "county_half", "-o", tmp_path / "总结.docx")
    assert done.returncode == 0, done.stderr
    again = huibao("report", city, "--genre", "county_half", "--unit", "X02", "-o", tmp_path / "本室.docx")
    assert again.returncode == 0, again.stderr
    texts = [text_of(tmp_path / name) for name in ("总结.docx", "本室.docx")]
    assert texts[0] == texts[1]
    assert "云坪县" in texts[0]


def text_of(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        return re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode())


def test_a_genre_of_another_tier_or_period_is_told_in_words(city: Path) -> None:
    form = next((city / IN).glob("X02_*.xlsx"))
    done = huibao("report", form, "--genre", "organs_report")
    assert done.returncode == 2
    assert "organs_report" in done.stderr
    assert "Traceback" not in done.stderr
