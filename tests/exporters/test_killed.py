"""A run killed at any moment, as by a power cut: outputs stay whole, the next run puts everything right.

By hand: `KILLS=200 pytest tests/exporters/test_killed.py`; the moments are seeded.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from helpers import NOTHING, a_round
from python_calamine import CalamineWorkbook

from exporters.rounds import write_books
from workbook.computed import definition
from workbook.files import replacing, sweep
from workbook.form.book import form_name
from workbook.form.content import Content, blank_contents, layouts_of, with_computed
from workbook.model import Round, Unit
from workbook.pack import load_pack, packs_folder
from workbook.round import IN, MEMORY, PICKS_FILE, RESULTS, ROUND_FILE, UNIT_COLUMNS, UNITS_FILE, write_round
from workbook.tables import write_table

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "12"))
UNITS = [Unit(f"X{n}", f"第{n}县", "county") for n in range(4)] + [Unit(f"S{n}", f"第{n}局", "organ") for n in range(2)]
# Marks forms on all cores, however few there are.
RUN = "import exporters.cores as cores; cores._WORTH_A_POOL = 1; import huibao; huibao.main()"
RETURNING, LENIENT = "return_on_error = true", "return_on_error = false"


@pytest.fixture(scope="module")
def round_(tmp_path_factory: pytest.TempPathFactory) -> Round:
    """Return a small round: six units have sent their forms, two of them with an error."""
    folder = tmp_path_factory.mktemp("killed")
    shutil.copytree(packs_folder() / "party-building", folder / "pack", ignore=shutil.ignore_patterns("demo"))
    for name, kept in (("indicators", None), ("texts", None), ("rules", 3)):
        less(folder / "pack" / f"{name}.csv", kept)
    pack, _ = load_pack(folder / "pack")
    assert pack is not None
    made = replace(a_round(folder / "round", UNITS, "2020H1"), pack=pack, modules=("core",))
    write_round(made)
    write_table(made.path / UNITS_FILE, UNIT_COLUMNS[:3], [(u.code, u.name, pack.tier(u.tier).name) for u in UNITS])
    contents = with_computed(made, {u.code: filled(made, u, 3 + n) for n, u in enumerate(UNITS)})
    write_books(made, {made.path / IN / form_name(c.unit, made.period): c for c in contents.values()})
    return made


def less(path: Path, kept: int | None) -> None:
    """Keep the first rows of a pack's table; nothing is required."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    if "required" in head:
        for row in rows:
            row[head.index("required")] = "n"
    write_table(path, head, rows[:kept])


def filled(round_: Round, unit: Unit, figure: int) -> Content:
    blank = blank_contents(replace(round_, units=(unit,)), NOTHING)[unit.code]
    layout = layouts_of(round_)[unit.tier]
    indicators = round_.pack.indicators
    typed = [c for c, item in layout.indicators.items() if definition(item, "value", indicators) is None]
    entries = dict(blank.entries) | {(code, "value"): figure for code in typed}
    if unit.code in ("X0", "S1"):
        entries["BASE_BRANCHES", "value"] = "约三十"
    texts = {c: [["甲乙丙"] * len(b.columns)] for c, b in layout.blocks.items() if b.text.place == "texts"}
    return replace(blank, entries=entries, texts=dict(blank.texts) | texts)


def begin(path: Path) -> subprocess.Popen[bytes]:
    """Begin a run in a group of processes of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, "consolidate", str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def undisturbed(path: Path) -> tuple[dict[str, object], float]:
    """Run to the end; return what it left, and the seconds it took."""
    begun = time.monotonic()
    assert begin(path).wait() == 0
    return left_by(path), time.monotonic() - begun


def left_by(path: Path) -> dict[str, object]:
    """Return what stands in each output. An error here is half a file."""
    files = [path / PICKS_FILE, *(path / RESULTS).rglob("*")]
    return {
        f.relative_to(path).as_posix(): content(f) for f in files if f.is_file() and not f.name.startswith(".huibao-")
    }


def content(path: Path) -> object:
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(path)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    if path.suffix == ".docx":
        return [p.text for p in Document(str(path)).element.body.iter() if p.text]
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return [line for line in lines if not line.startswith("截至")]  # when it was written


def unfinished(path: Path) -> list[Path]:
    return [p for p in path.rglob(".huibao-*") if p.is_file()]


def alive(group: int) -> Iterator[int]:
    """Yield the processes of a group that have not ended."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it ended meanwhile
            continue
        if int(of) == group and state != "Z":
            yield int(stat.parent.name)


def ended(group: int) -> bool:
    """Return whether all processes of a group end by themselves within a minute; what does not is ended."""
    for _ in range(600):
        if not list(alive(group)):
            return True
        time.sleep(0.1)
    os.killpg(group, signal.SIGKILL)
    return False


def told(round_: Round, policy: str) -> None:
    settings = round_.path / ROUND_FILE
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(RETURNING, policy).replace(LENIENT, policy), encoding="utf-8")


def test_a_killed_run_leaves_whole_outputs_and_the_next_one_puts_everything_right(round_: Round) -> None:
    path = round_.path
    told(round_, LENIENT)
    before, _ = undisturbed(path)
    told(round_, RETURNING)
    after, seconds = undisturbed(path)
    assert len(after) == 9
    assert before != after
    chance = random.Random(7)
    moments = [(n + chance.random()) / KILLS * seconds for n in range(KILLS)]
    chance.shuffle(moments)
    for number, moment in enumerate(moments):
        told(round_, (LENIENT, RETURNING)[number % 2])
        run = begin(path)
        time.sleep(moment)
        if chance.random() < 0.5:
            os.killpg(run.pid, signal.SIGKILL)
        else:  # the helpers must end by themselves
            run.kill()
        run.wait()
        assert ended(run.pid)
        for name, found in left_by(path).items():
            assert found in (before.get(name), after.get(name)), name
    told(round_, RETURNING)
    for folder in (path, path / MEMORY, path / RESULTS, path / RESULTS / "退回"):
        (folder / ".huibao-a1.xlsx").write_bytes(b"PK")  # in case no kill came while a file was written
    again, _ = undisturbed(path)
    assert again == after
    assert unfinished(path) == []


def test_only_what_runs_left_unfinished_is_swept(tmp_path: Path) -> None:
    kept = [tmp_path / n for n in ("汇总表.xlsx", "~$汇总表.xlsx", ".xlsx", "huibao-1.xlsx")]
    for path in (*kept, tmp_path / ".huibao-a1.xlsx"):
        path.touch()
    (tmp_path / ".huibao").mkdir()
    (tmp_path / IN).mkdir()
    (tmp_path / IN / ".huibao-a1.xlsx").touch()
    sweep(tmp_path, but=IN)
    assert sorted(tmp_path.iterdir()) == sorted([*kept, tmp_path / ".huibao", tmp_path / IN])
    assert len(list((tmp_path / IN).iterdir())) == 1


def test_a_file_that_is_being_written_is_called_as_what_is_swept(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.xlsx") as temporary:
        temporary.write_text("新")
        assert not (tmp_path / "a.xlsx").exists()
        assert unfinished(tmp_path) == [temporary]
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_file_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, moved = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("kept"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda old, new: (done.append("moved"), moved(old, new)))
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("新")
    assert done == ["kept", "moved", "kept"]


def test_helpers_end_when_the_run_they_work_for_is_killed() -> None:
    code = "import exporters.cores as c, time; c._WORTH_A_POOL = 1; c.on_all_cores(time.sleep, [600.0] * 4, 4)"
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, start_new_session=True)
    while len(list(alive(run.pid))) < 2:
        time.sleep(0.1)
    run.kill()
    run.wait()
    assert ended(run.pid)
