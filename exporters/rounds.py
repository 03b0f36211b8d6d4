"""Handing out: a new round's folder and one form per unit."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from exporters.cores import on_all_cores, share
from workbook.files import replacing
from workbook.form.book import form_name, write_form
from workbook.form.content import Content, blank_contents
from workbook.form.plan import Plan
from workbook.form.stamp import Stamp, fits
from workbook.form.verdicts import verdicts_of
from workbook.history import by_unit, stored_figures
from workbook.messages import say
from workbook.model import Defect, Pack, Round, Unit
from workbook.period import parse_period
from workbook.round import OUT, UNIT_COLUMNS, UNITS_FILE, load_round, read_units, write_round
from workbook.tables import write_table
from workbook.values import Earlier

Task = TypeVar("Task")
_LEAST = 100  # forms of one kind that are stamped at a time: their stamp, made anew, takes as long as these
_MOST = 1500  # forms at a time: what stands in each and what is said of it are kept in memory until all are written
_FEW = 8  # forms that are built, each of which takes as long as dozens that are stamped
_WORTH_A_STAMP = 4  # forms; a stamp takes as long as two or three of them
_WRITERS = 4  # a form that is stamped waits longer for the disk than it takes to make


@dataclass(frozen=True, slots=True)
class NewRound:
    """What `huibao new` was told."""

    path: Path
    pack: Pack
    period: str
    units: Path | None
    previous: Path | None
    office: str
    deadline: datetime | None


def create_round(told: NewRound) -> tuple[Defect, ...]:
    """Create the round's folder, its settings and its list of units; return what stops it, nothing written then.

    Without a list of units the previous round's is taken over, and its office and parameters with it.
    """
    try:
        period = str(parse_period(told.period))
    except ValueError as error:
        return (Defect("--period", 0, str(error), say("cli.bad_period_remedy")),)
    before: Round | None = None
    if told.previous is not None:
        before, defects = load_round(told.previous)
        if before is None:
            return defects
    source = told.units or (told.previous / UNITS_FILE if told.previous else None)
    if source is None:
        return _sample_units(told.path, told.pack)
    units, unit_defects = read_units(source, told.pack)
    if unit_defects:
        return tuple(unit_defects)
    told.path.mkdir(parents=True, exist_ok=True)
    target = told.path / UNITS_FILE
    if not target.exists() or not target.samefile(source):
        shutil.copyfile(source, target)
    write_round(
        Round(
            path=told.path,
            pack=told.pack,
            period=period,
            office=told.office or (before.office if before else ""),
            deadline=told.deadline,
            previous=told.previous.resolve() if told.previous else None,
            modules=before.modules if before else tuple(m.code for m in told.pack.modules),
            basis=before.basis if before else "units",
            return_on_error=before.return_on_error if before else True,
            switches=(),
            parameters=before.parameters if before else (),
            units=units,
            upward=before.upward if before else None,
            above=before.above if before else "",
        )
    )
    return ()


def _sample_units(path: Path, pack: Pack) -> tuple[Defect, ...]:
    """Leave an empty list of units to fill in; say so."""
    path.mkdir(parents=True, exist_ok=True)
    target = path / UNITS_FILE
    if not target.exists():
        write_table(target, UNIT_COLUMNS, [])
    tiers = "、".join(t.name for t in pack.tiers)
    return (Defect(UNITS_FILE, 0, say("cli.no_units"), say("cli.no_units_remedy", path=target, tiers=tiers)),)


def write_forms(round_: Round) -> tuple[list[Path], tuple[Defect, ...]]:
    """Write every unit's blank form into 下发, earlier figures carried over; return the paths and what stops it."""
    stored, defects = stored_figures(round_)
    if defects:
        return [], defects
    batches = [
        (units, by_unit(stored, {u.code for u in units}))
        for units in _batches(round_.units, lambda unit: unit, share(len(round_.units), _LEAST, _MOST))
    ]
    written = on_all_cores(partial(_write_blank, round_), batches, len(round_.units))
    return [path for paths in written for path in paths], ()


def _write_blank(round_: Round, batch: tuple[list[Unit], Earlier]) -> list[Path]:
    """Write the blank forms of units of one kind."""
    units, earlier = batch
    contents = blank_contents(replace(round_, units=tuple(units)), earlier)
    folder = round_.path / OUT
    return _write_kind(round_, [(folder / form_name(c.unit, round_.period), c) for c in contents.values()])


def write_books(round_: Round, contents: dict[Path, Content]) -> list[Path]:
    """Write one form per path, on all cores where that pays."""
    ways: tuple[list[tuple[Path, Content]], ...] = [], []
    for path, content in contents.items():
        ways[fits(round_, content)].append((path, content))
    sizes = _FEW, share(len(ways[True]), _LEAST, _MOST)
    built, stamped = (_batches(w, lambda form: form[1].unit, s) for w, s in zip(ways, sizes, strict=True))
    batches = [*built, *stamped]
    written = on_all_cores(partial(_write_kind, round_), batches, len(contents))
    return [path for paths in written for path in paths]


def _batches(tasks: Iterable[Task], unit_of: Callable[[Task], Unit], size: int) -> list[list[Task]]:
    """Return the tasks in batches of one kind of form each, of no more than `size`."""
    kinds: dict[tuple[str, bool], list[Task]] = {}
    for task in tasks:
        unit = unit_of(task)
        kinds.setdefault((unit.tier, unit.umbrella), []).append(task)
    return [kind[i : i + size] for kind in kinds.values() for i in range(0, len(kind), size)]


def _write_kind(round_: Round, forms: list[tuple[Path, Content]]) -> list[Path]:
    """Write forms of one kind: checks compiled once, blank forms stamped where that pays, the others built."""
    plan = Plan(round_, forms[0][1].unit)
    blank = {path for path, content in forms if fits(round_, content)}
    stamp = Stamp(round_, plan) if len(blank) >= _WORTH_A_STAMP else None
    contents = {str(path): content for path, content in forms}
    verdicts = stamp.verdicts_of(contents) if stamp is not None else verdicts_of(round_, contents)
    with ThreadPoolExecutor(_WRITERS) as disk:
        written: deque[Future[None]] = deque()
        for path, content in forms:
            if stamp is not None and path in blank:
                written.append(disk.submit(_write, path, stamp.form(content, verdicts[str(path)])))
            else:
                with replacing(path) as temporary:
                    write_form(temporary, round_, plan, content, verdicts[str(path)])
            while len(written) > 2 * _WRITERS:
                written.popleft().result()
        for one in written:
            one.result()
    return [path for path, _ in forms]


def _write(path: Path, form: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(form)
