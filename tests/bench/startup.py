"""How long does it take until a command answers?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from bench.files import forms
from bench.measure import Section, below, told
from bench.memory import COMMAND, Ran, ran

TIMES = 7


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure commands from the start of their process to its end, in turn; once before for the caches."""
    form = str(forms(1)[0])
    commands: dict[str, tuple[str, ...]] = {
        "python -c pass": ("-c", "pass"),
        "python -c 'import pandas'": ("-c", "import pandas"),
        "huibao --help": (*COMMAND, "--help"),
        "huibao check of one form": (*COMMAND, "check", form),
    }
    runs: dict[str, list[Ran]] = {name: [] for name in commands}
    for turn in range(TIMES + 1):
        for name, arguments in commands.items():
            run = ran(arguments, fine=(0, 1))  # 1 where a form has findings
            runs[name] += [run] if turn else []
    took = {name: median(run.wall for run in each) for name, each in runs.items()}
    rows = [(name, told(took[name]), told(median(run.cpu for run in each))) for name, each in runs.items()]
    aims = [below("`huibao --help`", took["huibao --help"], 0.3)]
    aims.append(below("`huibao check` of one form", took["huibao check of one form"], 1.0))
    said = f"A process of its own each time, median of {TIMES}."
    return [Section("Start", said, ("command", "on the clock", "processor"), rows, aims)]
