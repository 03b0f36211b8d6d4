"""A round's store: what lies there is taken as what lies in a folder; what cannot be had is told in a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from helpers import a_round
from hostile import IN_THE_FOLDER
from incoming import UNIT, form, lenient
from sealing import received
from test_cli import huibao

from workbook import store
from workbook.arrivals import arrivals
from workbook.inbox import found
from workbook.messages import say
from workbook.model import Round
from workbook.originals import keep, kept, original
from workbook.receive import take_in
from workbook.round import IN, MEMORY, RESULTS, ROUND_FILE, load_round, write_round
from workbook.store import Unreachable, listed

NOBODY_LISTENS = "ftp://127.0.0.1:1/2020H1"


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()


def with_store(folder: Path, url: str) -> Round:
    return replace(a_round(folder, [UNIT], "2020H1"), store=url)


@pytest.mark.parametrize("kind", IN_THE_FOLDER)
def test_what_is_no_ordinary_file_is_told_of_as_in_a_folder(kind: str, tmp_path: Path) -> None:
    (tmp_path / IN).mkdir()
    IN_THE_FOLDER[kind][2](tmp_path / IN)
    here, there = found(tmp_path / IN), listed(f"file://{tmp_path}")
    deep = {"unopened": "no_entry"}  # what is too deep is told of one folder higher
    assert [(f.name, f.problem) for f in there] == [(f.name, deep.get(f.problem, f.problem)) for f in here]


def test_hidden_and_temporary_files_and_names_that_look_alike_are_as_in_a_folder(tmp_path: Path) -> None:
    names = (
        ".DS_Store",
        "a/b/甲.xlsx",
        "a/.~lock",
        "~$乙.xlsx",
        "a.xlsx",
        "a b/丙.xlsx",
        "甲\x01.xlsx",
        "甲\u202e.xlsx",
    )
    for name in names:
        (tmp_path / IN / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / IN / name).write_bytes(b"%PDF" + name.encode())
        os.utime(tmp_path / IN / name, (1.59e9, 1.59e9))
    here, there = ([*arrivals(a_round(tmp_path, [UNIT]))] for _ in range(2))
    assert len(here) == 6
    elsewhere = with_store(tmp_path / "elsewhere", f"file://{tmp_path}")
    there = [*arrivals(elsewhere)]
    told = [[(a.key, a.received, a.digest, a.problem and a.problem.reason) for a in came] for came in (here, there)]
    assert told[0] == told[1]


def test_no_name_in_a_store_leads_out_of_it(memory: MemoryFileSystem, tmp_path: Path) -> None:
    for name in (
        f"{IN}/../外.xlsx",
        f"{IN}/甲/../../外.xlsx",
        f"{IN}/甲//乙.xlsx",
        f"{IN}/\x1b[2J丙\n.xlsx",
        "外.xlsx",
    ):
        memory.pipe_file(f"/b/{name}", b"%PDF-1.4")
    round_ = with_store(tmp_path, "memory://b")
    came = {a.key: a.problem.reason if a.problem else "" for a in arrivals(round_)}
    assert [name for name, problem in came.items() if not problem] == ["[2J丙 .xlsx"]
    assert set(came.values()) == {"", "outside"}
    assert all(name.isprintable() and ".." not in name.split("/") and name[0] != "/" for name in came)
    assert {f.name for f in tmp_path.rglob("*")} <= {".huibao", "seen"}


class Odd(MemoryFileSystem):
    """A server that lists what was not asked for."""

    protocol = "odd"

    def ls(self, path: str, detail: bool = True, **_: object) -> list[dict[str, object]]:
        if not path.endswith(IN):
            return []
        names = (path, f"{path}/..", f"{path}/a/b.xlsx", "/etc/passwd", f"{path}/甲.xlsx")
        listed = [{"name": name, "type": "file", "size": 3, "LastModified": "once"} for name in names]
        no_name = {"name": f"{path}/", "type": "directory", "size": 0}
        return [*listed, {"name": f"{path}/", "type": "file", "size": 0}, no_name]


def test_what_a_server_lists_beside_what_it_was_asked_for_is_not_opened(tmp_path: Path) -> None:
    fsspec.register_implementation("odd", Odd, clobber=True)
    there = {f.path.rpartition("/")[2]: f for f in listed("odd://b")}
    assert {name for name, f in there.items() if f.problem == "outside"} == {"", "..", "b.xlsx", "passwd"}
    assert there["甲.xlsx"].problem == ""
    assert there["甲.xlsx"].received == datetime.min
    assert listed("odd://b")[-1].mark != listed("odd://b")[-1].mark  # it does not say when it changed: read every time


def test_a_form_is_opened_again_only_when_it_changed(
    memory: MemoryFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = form(tmp_path).read_bytes()
    monkeypatch.setattr("workbook.seen._TICK", -(10**12))
    round_ = replace(lenient(tmp_path), store="memory://b")
    memory.pipe_file(f"/b/{IN}/甲.xlsx", content)
    opened: list[str] = []

    def noted(url: str, path: str) -> bytes:
        opened.append(path)
        return content

    monkeypatch.setattr(store, "fetched", noted)
    first, again = [*arrivals(round_)], [*arrivals(round_)]
    assert first == again
    assert len(opened) == 1
    memory.pipe_file(f"/b/{IN}/甲.xlsx", content)
    assert next(arrivals(round_)).digest == first[0].digest
    assert len(opened) == 2
    memory.rm("/b/originals", recursive=True)
    assert next(arrivals(round_)).digest == first[0].digest
    assert len(opened) == 3
    assert original(round_, first[0].digest) == content


def test_an_original_is_kept_once_and_a_damaged_one_is_told_of(memory: MemoryFileSystem, tmp_path: Path) -> None:
    round_ = with_store(tmp_path, "memory://b")
    digest = keep(round_, b"x")
    (path,) = memory.find("/b/originals")
    assert path == f"/b/originals/{digest[:2]}/{digest}"
    written = memory.store[path]
    assert keep(round_, b"x") == digest
    assert memory.store[path] is written
    assert kept(round_)(digest, 1)
    assert not kept(round_)(digest, 2)
    memory.pipe_file(path, b"y")
    with pytest.raises(Unreachable, match=digest):
        original(round_, digest)
    memory.pipe_file(path, b"")
    keep(round_, b"x")
    assert original(round_, digest) == b"x"


def test_a_file_that_goes_while_it_is_taken_in_has_its_receipt(
    memory: MemoryFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe_file(f"/b/{IN}/甲.xlsx", b"x")
    listed_before = listed("memory://b")
    memory.rm(f"/b/{IN}/甲.xlsx")
    monkeypatch.setattr(store, "listed", lambda url: listed_before)
    (receipt,) = take_in(with_store(tmp_path, "memory://b")).receipts
    assert receipt.note == say("receipt.unopened")


@pytest.mark.parametrize(
    ("url", "word"),
    [(NOBODY_LISTENS, NOBODY_LISTENS), ("nothing://b", "nothing://"), ("memory://nobody-wrote-here", IN)],
)
def test_a_store_that_cannot_be_had_is_told_and_nothing_is_registered(url: str, word: str, tmp_path: Path) -> None:
    round_ = with_store(tmp_path, url)
    with pytest.raises(Unreachable, match=word):
        take_in(round_)
    assert not [*tmp_path.rglob("*.sqlite")]


def test_a_machine_without_fsspec_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(Unreachable, match="pip install"):
        take_in(with_store(tmp_path, "s3://b"))


def test_files_in_the_folder_beside_a_store_are_not_passed_over_in_silence(tmp_path: Path) -> None:
    (tmp_path / IN).mkdir()
    (tmp_path / IN / "甲.xlsx").write_bytes(b"x")
    with pytest.raises(Unreachable, match="1 个文件"):
        take_in(with_store(tmp_path, f"file://{tmp_path}"))


def test_the_command_says_so_in_one_sentence(tmp_path: Path) -> None:
    write_round(replace(received(tmp_path / "2020H1", []), store=NOBODY_LISTENS))
    done = huibao("consolidate", tmp_path / "2020H1")
    assert done.returncode == 2
    assert "对象存储 ftp://127.0.0.1:1/2020H1 读写不了" in done.stderr
    assert "Traceback" not in done.stderr


def test_results_are_written_of_a_store_and_returned_forms_are_those_that_lie_there(tmp_path: Path) -> None:
    round_ = replace(received(tmp_path / "2020H1", []), store=f"file://{tmp_path}/store")
    write_round(round_)
    (tmp_path / "store" / IN).mkdir(parents=True)
    blank = form(tmp_path).rename(tmp_path / "store" / IN / "X01.xlsx")
    done = huibao("consolidate", round_.path)
    assert done.returncode == 0, done.stderr
    (returned,) = (round_.path / RESULTS / say("folder.returned")).iterdir()
    assert returned.name == "X01_青禾县.xlsx"
    assert sha256(blank.read_bytes()).hexdigest() in {path.name for path in (tmp_path / "store").rglob("*")}
    assert not (round_.path / MEMORY / "originals").exists()
    (tmp_path / "store").rename(tmp_path / "gone")
    returned.unlink()
    done = huibao("consolidate", round_.path)
    assert (done.returncode, returned.exists()) == (2, False)


@pytest.mark.parametrize("url", ["s3://bucket/2020H1", "file:///mnt/huibao", "memory://b", "sftp://me@host:22/a"])
def test_a_store_is_read_and_written_with_the_round(url: str, tmp_path: Path) -> None:
    round_ = replace(received(tmp_path / "2020H1", []), store=url)
    write_round(round_)
    again, defects = load_round(tmp_path / "2020H1")
    assert defects == ()
    assert again is not None
    assert again.store == url


@pytest.mark.parametrize(
    "value",
    ["bucket/2020H1", "s3:bucket", "s3://", "D:\\\\收件", "s3://key:secret@bucket/a", "S3 ://b", "a::s3://b", "true"],
)
def test_what_is_no_address_of_a_store_is_a_defect(value: str, tmp_path: Path) -> None:
    received(tmp_path / "2020H1", [])
    path = tmp_path / "2020H1" / ROUND_FILE
    path.write_text(f'store = "{value}"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    round_, (defect,) = load_round(tmp_path / "2020H1")
    assert round_ is None
    assert defect.file == ROUND_FILE
    assert "store" in defect.problem
    assert "secret" not in defect.problem
