"""One macro in a process of its own, as LibreOffice starts it. The macros and the engine are stood in for."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from stand_in import StandIn

from workbook.messages import say
from xl_addin.libreoffice.host import SENTENCE
from xl_addin.own_folder import log_file


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path)


def command(stand_in: StandIn, macro: str, pipe: str = "") -> list[str]:
    module = ["-P", "-m", "xl_addin.libreoffice.host"]
    return [str(stand_in.path), *module, "--pipe", pipe, "--document", "", "--macro", macro]


def press(stand_in: StandIn, macro: str, home: Path, pipe: str = "") -> subprocess.CompletedProcess[str]:
    reading, writing = os.pipe()  # as LibreOffice does, we hold the other end of its stdin
    try:
        return subprocess.run(
            command(stand_in, macro, pipe),
            stdin=reading,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={"HOME": str(home), "PATH": os.defpath, "PYTHONIOENCODING": "utf-8"},
            timeout=60,
            check=False,
        )
    finally:
        os.close(reading)
        os.close(writing)


def test_a_macro_runs_and_nothing_is_said(stand_in: StandIn, tmp_path: Path) -> None:
    done = press(stand_in, "consolidate", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [run["macro"] for run in stand_in.runs()] == ["consolidate"]


@pytest.mark.parametrize("macro", ["", "__init__", "os", "check_form()", "seal"])
def test_what_is_no_button_is_not_run(stand_in: StandIn, macro: str, tmp_path: Path) -> None:
    done = press(stand_in, macro, tmp_path)
    assert (done.returncode, done.stderr) == (1, f"{SENTENCE}{say('extension.unknown', macro=macro)}\n")
    assert stand_in.runs() == []


def test_without_a_workbook_a_button_that_needs_one_says_so(stand_in: StandIn, tmp_path: Path) -> None:
    done = press(stand_in, "check_form", tmp_path)
    assert (done.returncode, done.stderr) == (1, f"{SENTENCE}{say('extension.no_workbook')}\n")
    assert stand_in.runs() == []


def test_what_the_engine_words_is_said_as_it_is(stand_in: StandIn, tmp_path: Path) -> None:
    done = press(stand_in, "consolidate", tmp_path, "gone")
    assert (done.returncode, done.stderr) == (1, f"{SENTENCE}it is gone\n")
    assert not log_file(tmp_path).exists()


def test_an_unexpected_error_is_one_sentence_and_the_log_has_the_rest(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.behave("fail")
    for times in (1, 2):
        done = press(stand_in, "report", tmp_path)
        log = log_file(tmp_path)
        sentence = say("extension.broke", button=say("button.report"), log=log)
        assert (done.returncode, done.stderr) == (1, f"{SENTENCE}{sentence}\n")
        assert log.read_text(encoding="utf-8").count("ValueError: something in the macro") == times


def test_it_ends_when_libreoffice_does(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.behave("wait")
    environment = {"HOME": str(tmp_path), "PATH": os.defpath}
    started = subprocess.Popen(
        command(stand_in, "report"), stdin=subprocess.PIPE, env=environment, start_new_session=True
    )
    assert started.stdin is not None
    end = time.monotonic() + 30
    while not stand_in.runs() and time.monotonic() < end:
        time.sleep(0.05)
    assert stand_in.runs()
    started.stdin.close()
    assert started.wait(10) != 0
