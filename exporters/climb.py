"""Rounds of several tiers in one go: each is consolidated as alone, then its form goes to the round above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from exporters.chasing import who_owes
from exporters.console import DONE, UNBALANCED, UNUSABLE, Stop, defects_text, in_words
from exporters.results import Results, summary, write_results
from exporters.screen import Grid, run_shown
from exporters.tree import Step, Tree, tree_of
from exporters.upward import hand_up, upward_lines, upward_path
from workbook.collect import collect
from workbook.collection import Collection
from workbook.lock import Busy, at_work
from workbook.lots.kept import Crew
from workbook.messages import say
from workbook.pack import load_pack
from workbook.reading.contained import contained
from workbook.reading.kind import Unreadable
from workbook.round import load_round

_PATIENCE = 10  # seconds until the system has let go of what a lost worker held


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a round, short enough to come from another machine.

    `line` says it in a sentence, `shown` is what else there is to see; all of a run where nothing is above it.
    """

    line: str
    code: int
    summary: Mapping[str, Any]
    shown: tuple[str | Grid, ...] = ()
    top: bool = True


@dataclass(frozen=True, slots=True)
class Given:
    """The rounds a command was given: how they hang together, and what became of those that cannot be opened."""

    tree: Tree
    lost: tuple[Outcome, ...]


def rounds_given(paths: Sequence[Path]) -> Given:
    """Return the rounds in some folders; Stop where it is not clear which hands up to which."""
    load, rounds, lost = cache(load_pack), [], []
    for path in paths:
        round_, defects = load_round(path, load)
        if round_ is None:
            why = defects_text(defects) if path.is_dir() else say("cli.no_folder", folder=path)
            lost.append(_failed(Step(path, path.name), f"{why} {say('tree.lost')}"))
        else:
            rounds.append(round_)
    tree, defects = tree_of(rounds)
    if tree is None:
        raise Stop(defects_text(defects))
    return Given(tree, tuple(lost))


def climb(tree: Tree, crew: Crew, *, cluster: bool) -> Iterator[Outcome]:
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
            yield consolidated(step, crew)


def apart(step: Step) -> Outcome:
    """Return what becomes of a round on a worker, which does it by itself; tried again if the worker is lost."""
    return consolidated(step, contained, _PATIENCE)


def consolidated(step: Step, crew: Crew, patience: float = 0) -> Outcome:
    """Consolidate a round, put its form into 收件 of the round above, and return what became of it."""
    round_, defects = load_round(step.path)
    if round_ is None:
        return _failed(step, defects_text(defects))
    try:
        with at_work(step.path, patience):
            collection, defects = collect(round_, crew)
            if collection is None:
                return _failed(step, defects_text(defects))
            now = datetime.now()
            results = write_results(collection, now)
            sentence, handed = _handed_up(step, collection, results)
    except (Busy, OSError) as error:
        return _failed(step, in_words(error))
    return _told(step, collection, results, now, (sentence, handed))


def _handed_up(step: Step, collection: Collection, results: Results) -> tuple[str, bool]:
    """Return what became of the form for the round above, in words, and whether it lies there."""
    if step.target is None:
        return "", False
    if upward_path(collection.round) not in results.outputs:
        return say("tree.not_up", above=step.above), False
    handed = hand_up(collection.round, step.target)
    return say(f"tree.{handed}", above=step.above, path=step.target), handed != "left"


def _told(step: Step, collection: Collection, results: Results, now: datetime, up: tuple[str, bool]) -> Outcome:
    balance, owed = collection.balance, who_owes(collection, now)
    sentence, handed = up
    line = say("tree.line", name=step.name, expected=balance.expected, **{str(k): v for k, v in balance.units.items()})
    line += say("book.balanced" if balance.balanced else "book.unbalanced") + sentence
    data = summary(collection, results, owed) | {"handed_up": str(step.target) if handed else ""}
    top = step.target is None
    shown = [*(run_shown(collection, results, owed) if top else upward_lines(collection))]
    code = DONE if balance.balanced else UNBALANCED
    if balance.balanced and results.defects:
        code = UNUSABLE
        shown.append(defects_text(results.defects))
    return Outcome(line, code, data, tuple(shown), top)


def _failed(step: Step, why: str) -> Outcome:
    sentence = say("tree.not_up", above=step.above) if step.target is not None else ""
    line = say("tree.failed", name=step.name, why=why) + sentence
    return Outcome(line, UNUSABLE, {"round": str(step.path), "problem": why}, top=step.target is None)
