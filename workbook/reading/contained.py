"""Work on what others sent, in processes of their own: a crash, an endless loop or hunger for memory costs one task."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Generic, TypeVar

from workbook.reading.kind import Unreadable

Task = TypeVar("Task")
Result = TypeVar("Result")

_MOST_PROCESSES = 8  # beyond that the disk sets the pace
_AHEAD = 64  # results kept while an earlier task is still worked on
_START = 60.0  # seconds a process may take to begin
_MODULE = "workbook.lots.judge"  # with all that reading and judging need; loaded once, for every process that follows

# Not plain fork: the libraries of the calling process have threads, and a fork in the middle of theirs can hang.
if sys.platform == "linux":
    _processes = multiprocessing.get_context("forkserver")
    _processes.set_forkserver_preload(["__main__", _MODULE])
else:
    _processes = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take. A form takes a tenth of a second; memory is limited on Linux only."""

    seconds: float = 60
    memory: int = 2 * 1024**3  # bytes beyond what the process has when it begins


LIMITS = Limits()


def begin(module: str = _MODULE) -> None:
    """Load `module` for the processes to come, while the caller still loads what it needs itself.

    To be said before the first of them; instead of more than they need. Elsewhere than on Linux each loads for itself.
    """
    if sys.platform == "linux":
        _processes.set_forkserver_preload(["__main__", module])
        _fork_from_now_on()


def _fork_from_now_on() -> None:
    """Start the process that others are forked from. It keeps what it begins with: no ear for Ctrl+C, the caller's."""
    if sys.platform == "linux":
        from multiprocessing import forkserver, resource_tracker

        resource_tracker.ensure_running()  # or it would begin below, and open our ears again
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what comes meanwhile is heard afterwards
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Job(Generic[Task, Result]):
    """A task, and what came of it as soon as that is known."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.done = False
        self.result: Result | Unreadable | OSError

    def end(self, result: Result | Unreadable | OSError) -> None:
        """Note what came of it."""
        self.result, self.done = result, True


def contained(
    work: Callable[[Task], Result], tasks: Iterable[Task], limits: Limits = LIMITS
) -> Iterator[tuple[Task, Result | Unreadable]]:
    """Yield every task with what `work` makes of it, in order; `tasks` are taken only as fast as they are worked on.

    Unreadable stands for the result where `work` raised it (its own reason), where it raised any other exception or
    its process died (`crashed`; a note holds the traceback), and where it took too long (`too_slow`). OSError is
    raised: it is the disk's. `work`, tasks and results travel between processes, so they must pickle, and the calling
    script must guard its main part; RuntimeError if processes cannot begin. A process that may not start others, as a
    worker of a cluster, works itself and without limits: whoever gave it the task minds its death.
    """
    if multiprocessing.current_process().daemon:
        yield from _here(work, tasks)
        return
    crew = _Crew(work, limits)
    jobs: deque[_Job[Task, Result]] = deque()
    try:
        for task in tasks:
            jobs.append(_Job(task))
            crew.give(jobs[-1])
            while jobs and (jobs[0].done or len(jobs) > _AHEAD):
                yield crew.finished(jobs.popleft())
        while jobs:
            yield crew.finished(jobs.popleft())
    finally:
        crew.dismiss()


def _here(work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Unreadable]]:
    for task in tasks:
        result = outcome(work, task)
        if isinstance(result, OSError):
            raise result
        yield task, result


class _Crew(Generic[Task, Result]):
    """The processes at work. Each has a pipe of its own, so that a death is told apart from all others."""

    def __init__(self, work: Callable[[Task], Result], limits: Limits) -> None:
        self._work, self._limits = work, limits
        self._members: list[_Member[Task, Result]] = []
        self._most = min(os.cpu_count() or 1, _MOST_PROCESSES)

    def give(self, job: _Job[Task, Result]) -> None:
        """Hand out a job as soon as somebody is free."""
        while (free := self._free()) is None:
            self._listen()
        free.begin(job)

    def finished(self, job: _Job[Task, Result]) -> tuple[Task, Result | Unreadable]:
        """Return a job's task and result as soon as it is done."""
        while not job.done:
            self._listen()
        if isinstance(job.result, OSError):
            raise job.result
        return job.task, job.result

    def dismiss(self) -> None:
        """End all processes."""
        for member in self._members:
            member.end()

    def _free(self) -> _Member[Task, Result] | None:
        member = next((m for m in self._members if m.job is None), None)
        if member is None and len(self._members) < self._most:
            member = _Member(self._work, self._limits)
            self._members.append(member)
        return member

    def _listen(self) -> None:
        """Wait until somebody has something to tell, or has taken too long."""
        busy = {m.pipe: m for m in self._members if m.job is not None}
        soonest = min(m.until for m in busy.values())
        for pipe in wait(list(busy), max(0.0, soonest - time.monotonic())):
            busy[pipe].hear()  # type: ignore[index]  # what `wait` returns is among what it got
        for member in self._members:
            member.check_time()
        self._members = [m for m in self._members if not m.ended]


class _Member(Generic[Task, Result]):
    """One process and the job it has."""

    def __init__(self, work: Callable[[Task], Result], limits: Limits) -> None:
        self.pipe, other = _processes.Pipe()
        self.job: _Job[Task, Result] | None = None
        self.until = 0.0  # when its job must be done
        self.ended = False
        self._seconds = limits.seconds
        self._ready = False
        _fork_from_now_on()
        self._process = _processes.Process(target=_serve, args=(other, work, limits.memory), daemon=True)
        self._process.start()
        other.close()

    def begin(self, job: _Job[Task, Result]) -> None:
        """Send a job; its time runs from when the process is ready for it."""
        self.job = job
        self.until = time.monotonic() + (self._seconds if self._ready else _START)
        try:
            self.pipe.send(job.task)
        except OSError:
            self._lose("crashed")

    def hear(self) -> None:
        """Take what the process has to tell: first that it is ready, then results."""
        try:
            told = self.pipe.recv()
        except (EOFError, OSError):
            self._lose("crashed")
            return
        if not self._ready:
            self._ready, self.until = True, time.monotonic() + self._seconds
        elif self.job is not None:
            self.job.end(told)
            self.job = None

    def check_time(self) -> None:
        """End the process if its job takes too long."""
        if self.job is not None and time.monotonic() > self.until:
            self._lose("too_slow", n=f"{self._seconds:g}")

    def _lose(self, reason: str, **values: str) -> None:
        self.end()
        if not self._ready:
            raise RuntimeError(f"a process for reading ended before it began (exit code {self._process.exitcode})")
        if self.job is not None:
            self.job.end(Unreadable(reason, **values))
            self.job = None

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.pipe.close()
        self.ended = True


def _serve(pipe: Connection, work: Callable[[Task], Result], memory: int) -> None:
    """Work on tasks until there are no more, in a process of our own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the caller's
    _limit(memory)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a dying parser says is no word for a clerk
    gc.freeze()  # the pack stays; and hardly any circular garbage is made, while looking for it costs a tenth
    gc.set_threshold(50_000, 20, 100)
    pipe.send(None)
    while True:
        try:
            task: Task = pipe.recv()
        except EOFError:
            return
        pipe.send(outcome(work, task))


def _limit(memory: int) -> None:
    """Make running out of memory this process's own trouble, and its end silent."""
    if sys.platform == "linux":
        import resource

        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + memory, now + memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    elif sys.platform == "win32":
        import msvcrt

        msvcrt.SetErrorMode(msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX)  # or a box waits for a click


def outcome(work: Callable[[Task], Result], task: Task) -> Result | Unreadable | OSError:
    """Return what `work` makes of a task, or what it raised, as a value; what nobody expected is `crashed`."""
    try:
        return work(task)
    except (Unreadable, OSError) as known:
        return known
    except BaseException:
        crashed = Unreadable("crashed")
        crashed.add_note(traceback.format_exc())
        return crashed
