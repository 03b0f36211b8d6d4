"""Rounds of several tiers in one go: each is consolidated as alone, then its form goes to the round above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from exporters.chasing import Owed, who_owes
from exporters.console import DONE, UNBALANCED, UNUSABLE, Stop, defects_text, in_words, print_json, progress
from exporters.crews import crew_of, whole_code
from exporters.results import Results, summary, write_results
from exporters.screen import ScreenTable, run_shown, show
from exporters.tree import Step, Tree, tree_of
from exporters.upward import hand_up, upward_lines, upward_path
from workbook.collect import collect
from workbook.collection import Collection
from workbook.lock import Busy, at_work
from workbook.lots.crew import Crew
from workbook.messages import say
from workbook.model import Round
from workbook.pack import load_pack
from workbook.reading.contained import contained
from workbook.reading.kind import Unreadable
from workbook.round import PackLoader, load_round

_PATIENCE = 10  # seconds until the system has let go of what a lost worker held


@dataclass(frozen=True, slots=True)
class Climbed:
    """What became of a round, short enough to come from another machine.

    `line` says it in a sentence, `shown` is what else there is to see; all of a run where nothing is above it.
    """

    line: str
    code: int
    summary: Mapping[str, Any]
    shown: tuple[str | ScreenTable, ...] = ()
    top: bool = True


@dataclass(frozen=True, slots=True)
class _HandedUp:
    """What became of a form for the round above, in words, and whether it lies there."""

    sentence: str = ""
    there: bool = False
    code: int = DONE


def consolidate_all(folders: Sequence[Path], scheduler: str | None, *, as_json: bool) -> int:
    """Consolidate several rounds, tell the screen, and return the worst exit code."""
    tree, lost = tree_in(folders)
    climbed = list(lost)
    show((*tree.notes, *(c.line for c in lost)))
    if tree.levels:
        begin = say("tree.begin", n=sum(map(len, tree.levels)), levels=len(tree.levels))
        with crew_of(scheduler, whole_code) as crew, progress(begin):
            for one in climb(tree, crew, cluster=scheduler is not None):
                climbed.append(one)
                show((one.line, *(() if one.top else one.shown)))
    for one in climbed:
        if one.top and one.shown:
            show(("", one.line, *one.shown))
    if as_json:
        print_json([one.summary for one in climbed])
    return max(one.code for one in climbed)


def tree_in(folders: Sequence[Path]) -> tuple[Tree, list[Climbed]]:
    """Return the tree of the rounds in some folders, and what became of those that cannot be opened.

    Stop where it is not clear which hands up to which.
    """
    load, rounds, lost = cache(load_pack), [], []
    for path in folders:
        round_, why = _opened(path, load)
        if round_ is None:
            lost.append(_failed(Step(path, path.name), f"{why} {say('tree.lost')}"))
        else:
            rounds.append(round_)
    tree, defects = tree_of(rounds)
    if tree is None:
        raise Stop(defects_text(defects))
    return tree, lost


def _opened(path: Path, load: PackLoader = load_pack) -> tuple[Round | None, str]:
    """Return the round in a folder, or None and why it cannot be opened, in words."""
    try:
        if not path.is_dir():
            return None, say("cli.no_folder", folder=path)
        round_, defects = load_round(path, load)
    except OSError as error:
        return None, in_words(error)
    return round_, defects_text(defects)


def climb(tree: Tree, crew: Crew, *, cluster: bool) -> Iterator[Climbed]:
    """Yield what becomes of every round, lower ones first.

    On a cluster the rounds of a level are done at the same time, each by one worker; a round that is alone on its
    level is done from here, its files by all of them. So is one over which workers died: it loses one file, no more.
    """
    for level in tree.levels:
        here = list(level)
        if cluster and len(level) > 1:
            here = []
            for step, outcome in crew(apart, level):
                if isinstance(outcome, Unreadable):
                    here.append(step)
                else:
                    yield outcome
        for step in here:
            yield consolidated(step, crew, far=cluster)


def apart(step: Step) -> Climbed:
    """Return what becomes of a round on a worker, which does it by itself; tried again if the worker is lost."""
    return consolidated(step, contained, patience=_PATIENCE)


def consolidated(step: Step, crew: Crew, *, far: bool = False, patience: float = 0) -> Climbed:
    """Consolidate a round, put its form into 收件 of the round above, and return what became of it.

    A crew that is `far` takes the files in, too; `patience` is in seconds.
    """
    round_, why = _opened(step.path)
    if round_ is None:
        return _failed(step, why)
    try:
        with at_work(step.path, patience):
            collection, defects = collect(round_, crew, far=far)
            if collection is None:
                return _failed(step, defects_text(defects))
            now = datetime.now()
            results = write_results(collection, now)
            up = _handed_up(step, collection, results)
            return _told(step, collection, results, who_owes(collection, now), up)
    except (Busy, OSError) as error:
        return _failed(step, in_words(error))


def _handed_up(step: Step, collection: Collection, results: Results) -> _HandedUp:
    if step.target is None:
        return _HandedUp()
    absent = say("tree.not_up", above=step.above)
    if upward_path(collection.round) not in results.outputs:
        return _HandedUp(absent)
    try:
        handed = hand_up(collection.round, step.target)
    except OSError as error:
        return _HandedUp(in_words(error) + absent, code=UNUSABLE)
    return _HandedUp(say(f"tree.{handed}", above=step.above, path=step.target), handed != "left")


def _told(step: Step, collection: Collection, results: Results, owed: Sequence[Owed], up: _HandedUp) -> Climbed:
    balance = collection.balance
    line = say("tree.line", name=step.name, expected=balance.expected, **{str(k): v for k, v in balance.units.items()})
    line += say("book.balanced" if balance.balanced else "book.unbalanced") + up.sentence
    data = summary(collection, results, owed) | {"handed_up": str(step.target) if up.there else ""}
    top = step.target is None
    shown = [*(run_shown(collection, results, owed) if top else upward_lines(collection))]
    code = up.code if balance.balanced else UNBALANCED
    if results.defects:
        code = UNUSABLE
        shown.append(defects_text(results.defects))
    return Climbed(line, code, data, tuple(shown), top)


def _failed(step: Step, why: str) -> Climbed:
    sentence = say("tree.not_up", above=step.above) if step.target is not None else ""
    line = say("tree.failed", name=step.name, why=why) + sentence
    return Climbed(line, UNUSABLE, {"round": str(step.path), "problem": why}, top=step.target is None)
