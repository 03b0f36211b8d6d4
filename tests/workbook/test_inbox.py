"""收件 itself: whatever lies there, nothing is followed out of it, nothing waits for ever, nothing is left unsaid."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from helpers import a_round
from hostile import IN_THE_FOLDER
from hypothesis import given
from hypothesis import strategies as st
from incoming import UNIT, form

from exporters.results import write_results
from workbook.arrivals import arrivals
from workbook.collect import collect
from workbook.inbox import found
from workbook.messages import say
from workbook.reading.names import label
from workbook.receive import take_in
from workbook.round import IN

NOBODY = 65534


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return form(tmp_path_factory.mktemp("good")).read_bytes()


@pytest.mark.parametrize("kind", IN_THE_FOLDER)
def test_what_is_no_ordinary_file_has_its_receipt_and_is_not_opened(kind: str, tmp_path: Path) -> None:
    name, reason, make = IN_THE_FOLDER[kind]
    (tmp_path / IN).mkdir()
    make(tmp_path / IN)
    (receipt,) = take_in(a_round(tmp_path, [UNIT], "2020H1")).receipts
    assert (receipt.file, receipt.note, receipt.state) == (name, say(f"receipt.{reason}"), "unrecognised")
    assert receipt.remedy == say(f"receipt.{reason}_remedy")


def test_a_good_form_beside_all_of_them_is_accepted_and_every_output_written(good: bytes, tmp_path: Path) -> None:
    for kind, (_, _, make) in IN_THE_FOLDER.items():
        (tmp_path / IN / kind).mkdir(parents=True)
        make(tmp_path / IN / kind)
    (tmp_path / IN / "好.xlsx").write_bytes(good)
    round_ = replace(a_round(tmp_path, [UNIT], "2020H1"), return_on_error=False)
    collection, _ = collect(round_)
    assert collection is not None
    assert collection.balance.balanced
    assert collection.balance.received == len(IN_THE_FOLDER) + 1
    assert collection.submissions["X01"].file == "好.xlsx"
    results = write_results(collection, datetime(2020, 7, 13))
    assert results.defects == ()
    assert [path.name for path in results.outputs if not path.is_file()] == []


def test_two_names_that_look_alike_stay_two(tmp_path: Path) -> None:
    for name in ("甲.xlsx", "甲\x01.xlsx", "甲\u202e.xlsx"):
        (tmp_path / name).write_bytes(b"x")
    assert sorted(f.name for f in found(tmp_path)) == ["甲.xlsx", "甲.xlsx (2)", "甲.xlsx (3)"]


def test_hidden_files_are_none_and_files_in_folders_are_named_with_them(tmp_path: Path) -> None:
    for name in (".DS_Store", "a/b/甲.xlsx", "a/.~lock", "乙.xlsx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [f.name for f in found(tmp_path)] == ["a/b/甲.xlsx", "乙.xlsx"]
    assert found(tmp_path / "nothing") == []


@contextmanager
def ordinary_account() -> Iterator[Path]:
    """Yield a folder of an ordinary account, at work as that account: to root everything is open."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() != 0:
            yield Path(name)
            return
        os.chown(name, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield Path(name)
        finally:
            os.seteuid(0)


def test_what_may_not_be_opened_has_its_receipt() -> None:
    with ordinary_account() as path:
        locked = path / IN / "锁"
        locked.mkdir(parents=True)
        for file in (path / IN / "甲.xlsx", locked / "乙.xlsx"):
            file.write_bytes(b"x")
            file.chmod(0)
        locked.chmod(0)
        came = {a.key: a.problem.reason for a in arrivals(a_round(path, [UNIT])) if a.problem}
        with pytest.raises(PermissionError):
            found(locked)
        locked.chmod(0o700)
    assert came == {"甲.xlsx": "unopened", "锁": "no_entry"}


@given(st.text(st.characters(), max_size=60))
def test_any_name_becomes_one_line_that_can_be_written(name: str) -> None:
    shown = label(name)
    assert shown
    assert shown.encode("utf-8")
    assert shown == label(shown)
    assert len(shown.splitlines()) == 1
    assert not shown.startswith("/")
    assert ".." not in shown.split("/")


@given(st.binary(max_size=40).map(os.fsdecode))
def test_a_name_in_any_bytes_can_be_written(name: str) -> None:
    assert label(name).encode("utf-8")
