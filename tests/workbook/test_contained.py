"""What is done in a process of its own costs that one task, whatever happens there; real processes, real deaths."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from exporters.cores import on_all_cores
from workbook.reading.contained import Limits, contained
from workbook.reading.kind import Unreadable

LITTLE = Limits(seconds=60, memory=300_000_000)
HASTY = Limits(seconds=3)


class Odd(Exception):
    """Cannot travel between processes."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__()
        self.odd = lambda: one + two


def loop() -> None:
    while True:
        pass


def grow() -> None:
    held = []
    while True:
        held.append(bytearray(50_000_000))


def deep() -> None:
    deep()


def stop(error: BaseException) -> None:
    raise error


DEEDS: dict[str, Callable[[], None]] = {
    "abort": os.abort,
    "exit": lambda: os._exit(0),
    "leave": lambda: sys.exit("bye"),
    "loop": loop,
    "grow": grow,
    "deep": deep,
    "fault": lambda: stop(Odd(1, 2)),
    "refused": lambda: stop(Unreadable("stray", sheet="表", cell="A1")),
    "disk": lambda: stop(FileNotFoundError(2, "gone", "a.xlsx")),
}


def work(task: str) -> str:
    DEEDS.get(task, lambda: None)()
    return task.upper()


def results(*tasks: str, limits: Limits = LITTLE) -> list[tuple[str, str]]:
    found = list(contained(work, tasks, limits))
    assert [task for task, _ in found] == list(tasks)
    return [r.reason if isinstance(r, Unreadable) else r for _, r in found]


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("abort", "crashed"),
        ("exit", "crashed"),
        ("leave", "crashed"),
        ("grow", "crashed"),
        ("deep", "crashed"),
        ("fault", "crashed"),
        ("loop", "too_slow"),
        ("refused", "stray"),
    ],
)
def test_a_task_that_goes_wrong_costs_itself_only(task: str, reason: str) -> None:
    limits = HASTY if reason == "too_slow" else LITTLE
    assert results("a", task, "b", task, "c", limits=limits) == ["A", reason, "B", reason, "C"]


def test_nothing_is_lost_when_many_die_and_the_caller_is_busy() -> None:
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            sum(i * i for i in range(10_000))

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        found = results(*["abort", "a"] * 12)
    finally:
        stop.set()
        thread.join()
    assert found == ["crashed", "A"] * 12


def test_why_a_file_was_refused_travels_with_its_values_and_a_fault_with_its_traceback() -> None:
    (_, refused), (_, fault) = contained(work, ["refused", "fault"], LITTLE)
    assert isinstance(refused, Unreadable)
    assert refused.values == {"sheet": "表", "cell": "A1"}
    assert isinstance(fault, Unreadable)
    assert "raise error" in fault.__notes__[0]


def test_trouble_of_the_disk_is_no_fault_of_the_task() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        results("a", "disk")
    assert caught.value.filename == "a.xlsx"


def test_tasks_are_taken_only_as_fast_as_they_are_worked_on() -> None:
    taken = 0

    def tasks() -> Iterator[str]:
        nonlocal taken
        for number in range(1_000):
            taken += 1
            yield str(number)

    found = contained(work, tasks(), LITTLE)
    assert next(found) == ("0", "0")
    assert taken < 200
    found.close()


def test_large_tasks_and_results_pass() -> None:
    large = "x" * 20_000_000
    assert results(large, "a") == [large.upper(), "A"]


def test_no_task_starts_no_process() -> None:
    assert list(contained(work, [])) == []


def test_no_process_outlives_the_work() -> None:
    found = contained(os.path.getsize, ["/dev/null"] * 4)
    next(found)
    found.close()
    assert multiprocessing.active_children() == []


SCRIPT = """
    import os, sys
    from workbook.reading.contained import contained
    {guard}
    print([r for _, r in contained(abs, [-1, -2])], file=sys.stdout)
"""


@pytest.mark.parametrize(("guard", "good"), [("if __name__ == '__main__':", True), ("if True:", False)])
def test_a_script_without_a_guard_is_told_instead_of_waiting_for_ever(guard: str, good: bool, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    body = textwrap.dedent(SCRIPT).replace("{guard}\n", guard + "\n    ")
    script.write_text(body)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout == "[1, 2]\n") == good
    assert ("ended before it began" in done.stderr) != good


LOADED = """
    import sys
    from workbook.reading.contained import begin, contained
    def loaded(module):
        return module in sys.modules
    if __name__ == '__main__':
        begin(*sys.argv[1:])
        print(dict(contained(loaded, ["workbook.lots.judge", "workbook.reading.submission", "pandas"])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every process loads for itself")
@pytest.mark.parametrize("module", [[], ["workbook.reading.submission"]])
def test_processes_have_what_was_begun_and_none_of_it_is_pandas(module: list[str], tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(textwrap.dedent(LOADED))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(script), *module]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    there = f"{{'workbook.lots.judge': {not module}, 'workbook.reading.submission': True, 'pandas': False}}"
    assert done.stdout == f"{there}\n"


INTERRUPTED = """
    import sys
    from workbook.reading.contained import begin
    if __name__ == '__main__':
        begin("needed")
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            print("interrupted")
"""
NEEDED = """
    from pathlib import Path
    from time import sleep
    Path("loading").touch()
    while not Path("go on").exists():
        sleep(0.01)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is begun")
def test_ctrl_c_while_processes_load_is_the_callers_alone(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(textwrap.dedent(INTERRUPTED))
    (tmp_path / "needed.py").write_text(textwrap.dedent(NEEDED))
    run = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / "loading").exists():
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)
    (tmp_path / "go on").touch()
    assert run.communicate(timeout=120) == ("interrupted\n", "")


def whole(task: int) -> int:
    return task + 1


def inside(answers: Connection) -> None:
    """Work as a worker of a cluster does, which may not start processes."""
    answers.send(list(contained(whole, [1, 2])))
    answers.send([(task, type(result)) for task, result in contained(DEEDS.__getitem__, ["no such deed"])])
    answers.send(on_all_cores(whole, [1, 2], 100))


def test_a_process_that_may_not_start_others_works_itself() -> None:
    here, there = multiprocessing.Pipe()
    worker = multiprocessing.get_context("spawn").Process(target=inside, args=(there,), daemon=True)
    worker.start()
    there.close()
    assert here.recv() == [(1, 2), (2, 3)]
    assert here.recv() == [("no such deed", Unreadable)]
    assert here.recv() == [2, 3]
    worker.join()
