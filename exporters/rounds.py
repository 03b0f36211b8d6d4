"""Handing out: a new round's folder and one form per unit."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from exporters.cores import on_all_cores
from workbook.files import replacing
from workbook.form.book import form_name, write_form
from workbook.form.content import Content, blank_contents
from workbook.form.plan import Plan
from workbook.form.verdicts import Verdicts, verdicts_of
from workbook.history import stored_figures
from workbook.messages import say
from workbook.model import Defect, Pack, Round
from workbook.period import parse_period
from workbook.round import OUT, UNIT_COLUMNS, UNITS_FILE, load_round, read_units, write_round
from workbook.tables import write_table

Task = tuple[Path, Content, Verdicts]
_BATCH = 8


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
    contents = blank_contents(round_, stored)
    folder = round_.path / OUT
    return write_books(round_, {folder / form_name(c.unit, round_.period): c for c in contents.values()}), ()


def write_books(round_: Round, contents: dict[Path, Content]) -> list[Path]:
    """Write one form per path, on all cores where that pays."""
    verdicts = verdicts_of(round_, {str(path): content for path, content in contents.items()})
    kinds: dict[tuple[str, bool], list[Task]] = {}
    for path, content in contents.items():
        kinds.setdefault((content.unit.tier, content.unit.umbrella), []).append((path, content, verdicts[str(path)]))
    batches = [tasks[i : i + _BATCH] for tasks in kinds.values() for i in range(0, len(tasks), _BATCH)]
    written = on_all_cores(partial(_write_batch, round_), batches, len(contents))
    return [path for paths in written for path in paths]


def _write_batch(round_: Round, tasks: list[Task]) -> list[Path]:
    """Write forms of one kind, their checks compiled once."""
    unit = tasks[0][1].unit
    plan = Plan(round_, unit)
    for path, content, verdicts in tasks:
        with replacing(path) as temporary:
            write_form(temporary, round_, plan, content, verdicts)
    return [path for path, _, _ in tasks]
