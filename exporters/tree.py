"""Which round hands up to which, and in what order they are consolidated: lower ones first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from workbook.form.book import form_name
from workbook.messages import say
from workbook.model import Defect, Round, Unit
from workbook.round import IN, ROUND_FILE

_Key = tuple[str, str, str, str]  # pack, period, unit, tier


@dataclass(frozen=True, slots=True)
class Step:
    """One round on the way up; `above` names the office of the round above and `target` is its form there, if any."""

    path: Path
    name: str
    above: str = ""
    target: Path | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """The rounds, level by level from below; a level rests on those before it. `notes` say what looks odd."""

    levels: tuple[tuple[Step, ...], ...]
    notes: tuple[str, ...] = ()


def tree_of(rounds: Sequence[Round]) -> tuple[Tree | None, tuple[Defect, ...]]:
    """Return the tree of some rounds, the same in whatever order they are given; None and why there is none."""
    rounds = sorted(rounds, key=lambda r: r.path)
    candidates = _listing(rounds)
    above: dict[Path, tuple[Round, Unit]] = {}
    defects: list[Defect] = []
    notes: list[str] = []
    for round_ in rounds:
        listed = candidates.get(_key(round_, round_.upward), []) if round_.upward else []
        found = [(upper, unit) for upper, unit in listed if _meant(round_, upper, unit)]
        if len(found) > 1:
            names = "、".join(name_of(upper) for upper, _ in found)
            defects.append(_defect(round_, "two_above", name=name_of(round_), names=names))
        elif found:
            above[round_.path] = found[0]
        else:
            values = {"name": name_of(round_), "given": round_.above or say("word.dash")}
            notes += [say("tree.other_name", upper=name_of(upper), **values) for upper, _ in listed]
    defects += _twice(rounds, above) or _cycle(rounds, above)
    if defects:
        return None, tuple(defects)
    steps = {r.path: _step(r, *above.get(r.path, (None, None))) for r in rounds}
    return Tree(tuple(_levels(steps, {lower: upper.path for lower, (upper, _) in above.items()})), tuple(notes)), ()


def name_of(round_: Round) -> str:
    """Return what a round is called among others: its office and its folder."""
    return say("tree.name", office=round_.office or say("word.dash"), folder=round_.path.name)


def _key(round_: Round, unit: Unit) -> _Key:
    return (round_.pack.id, round_.period, unit.code, unit.tier)


def _listing(rounds: Sequence[Round]) -> Mapping[_Key, list[tuple[Round, Unit]]]:
    """Return the rounds that have one of these offices among their units, each with that unit."""
    wanted = {_key(r, r.upward) for r in rounds if r.upward}
    listing: dict[_Key, list[tuple[Round, Unit]]] = defaultdict(list)
    for round_ in rounds:
        for unit in round_.units:
            if (key := _key(round_, unit)) in wanted:
                listing[key].append((round_, unit))
    return listing


def _meant(round_: Round, upper: Round, unit: Unit) -> bool:
    """Return whether a round that lists this office is the one above: codes alone may be the same in many counties.

    The office above must have the name that stands in [upward]; where none is written, its list must call us as we do.
    """
    if round_.above and upper.office:
        return round_.above == upper.office
    return round_.upward is not None and round_.upward.name == unit.name


def _twice(rounds: Sequence[Round], above: Mapping[Path, tuple[Round, Unit]]) -> list[Defect]:
    """Return which rounds are the same unit of the same round above: they would overwrite each other's form."""
    same: dict[tuple[Path, str], list[Round]] = defaultdict(list)
    for round_ in rounds:
        if round_.path in above:
            upper, unit = above[round_.path]
            same[upper.path, unit.code].append(round_)
    return [
        _defect(lower[0], "twice", names="、".join(map(name_of, lower)), upper=name_of(above[lower[0].path][0]))
        for lower in same.values()
        if len(lower) > 1
    ]


def _cycle(rounds: Sequence[Round], above: Mapping[Path, tuple[Round, Unit]]) -> list[Defect]:
    """Return the rounds that hand up to each other in a ring."""
    try:
        TopologicalSorter({lower: [upper.path] for lower, (upper, _) in above.items()}).prepare()
    except CycleError as ring:
        by_path = {r.path: r for r in rounds}
        found = [by_path[path] for path in ring.args[1]]
        return [_defect(found[0], "cycle", names=" → ".join(map(name_of, reversed(found))))]
    return []


def _levels(steps: Mapping[Path, Step], above: Mapping[Path, Path]) -> list[tuple[Step, ...]]:
    order: TopologicalSorter[Path] = TopologicalSorter(dict.fromkeys(steps, ()))
    for lower, upper in above.items():
        order.add(upper, lower)
    order.prepare()
    levels = []
    while order.is_active():
        ready = order.get_ready()
        levels.append(tuple(steps[path] for path in sorted(ready)))
        order.done(*ready)
    return levels


def _step(round_: Round, upper: Round | None, unit: Unit | None) -> Step:
    if upper is None or unit is None:
        return Step(round_.path, name_of(round_))
    target = upper.path / IN / form_name(unit, upper.period)
    return Step(round_.path, name_of(round_), name_of(upper), target)


def _defect(round_: Round, key: str, **values: str) -> Defect:
    file = f"{round_.path.name}/{ROUND_FILE}"
    return Defect(file, 0, say(f"tree.{key}", **values), say(f"tree.{key}_remedy", **values))
