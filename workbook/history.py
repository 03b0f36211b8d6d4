"""Figures of earlier rounds: what a form carries over and what this round is compared with."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from workbook.messages import say
from workbook.model import Defect, Measure, Round, State, Unit
from workbook.period import Period, parse_period
from workbook.round import FIGURES, RESULTS, ROUND_FILE, UNITS_FILE, read_units
from workbook.tables import read_text
from workbook.units import reports
from workbook.values import Earlier, Key

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_CHAIN = 40

# Figures that earlier rounds accepted, by what they are to this one: prior, opening or half. Columns: unit, code (str);
# state (int8); scaled (int64, value × 10**decimals, 0 where not known); definition (str): the version in force then.
Stored: TypeAlias = "Mapping[Measure, pd.DataFrame]"


def earlier_periods(period: Period) -> dict[Measure, Period]:
    """Return which earlier period stands behind each measure."""
    wanted: dict[Measure, Period] = {"prior": period.prior, "opening": period.opening}
    if period.half is not None:
        wanted["half"] = period.half
    return wanted


def unknown_periods(period: Period, stored: Stored) -> dict[Measure, Period]:
    """Return the earlier periods that no accepted figure is stored of, by the measure they stand behind."""
    return {m: p for m, p in earlier_periods(period).items() if m not in stored or not len(stored[m])}


def stored_figures(round_: Round, units: Collection[str] | None = None) -> tuple[Stored, tuple[Defect, ...]]:
    """Return the accepted figures of earlier rounds that this one is compared with, and what could not be read.

    Only those of `units` where they are named. Rounds are found by following `previous` from folder to folder.
    """
    folders, defects = _folders(round_)
    stored: dict[Measure, pd.DataFrame] = {}
    for period, folder in folders.items():
        path = folder / RESULTS / FIGURES
        if not path.is_file():
            defects += (Defect(path.name, 0, say("round.no_figures", folder=folder), say("round.no_figures_remedy")),)
            break
        kept = read_figures(path, units)
        stored |= {m: kept for m, p in _measures(round_) if p == period}
    return stored, defects


def by_unit(stored: Stored, units: Collection[str]) -> Earlier:
    """Return what takes the place of what the forms of some units say about earlier times."""
    earlier: dict[str, dict[Key, tuple[State, int]]] = {}
    for measure, figures in stored.items():
        carried = carried_figures(figures[figures["unit"].isin(units)])
        columns = (carried[c].tolist() for c in ("unit", "code", "state", "scaled"))
        for unit, code, state, scaled in zip(*columns, strict=True):
            earlier.setdefault(unit, {})[code, measure] = State(state), scaled
    return earlier


def carried_figures(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of an earlier round that take the place of what a form says about that time."""
    return figures[figures["state"].isin([State.NUMBER, State.ZERO, State.NOT_APPLICABLE])]


def units_then(round_: Round, stored: Stored) -> tuple[tuple[Unit, ...], tuple[Defect, ...]]:
    """Return the units that had to report in the same period last year, and what is wrong with their list.

    The list of that round tells, and for units it no longer has, this one's. None where there is no such round.
    """
    prior = parse_period(round_.period).prior
    folder = _folders(round_)[0].get(prior)
    if folder is None:
        return (), ()
    listed, faults = read_units(folder / UNITS_FILE, round_.pack)
    defects = [replace(f, file=f"{folder.name}/{f.file}") for f in faults]
    units = {u.code: u for u in listed if reports(u, prior)}
    figures = dict.fromkeys(stored["prior"]["unit"] if "prior" in stored else ())
    units |= {u.code: u for u in (*round_.units, *round_.others) if u.code in figures and u.code not in units}
    if not defects and (strange := [code for code in figures if code not in units]):
        told = {"codes": "、".join(strange), "folder": folder}
        defects = [Defect(UNITS_FILE, 0, say("round.strange_units", **told), say("round.strange_units_remedy"))]
    return tuple(units.values()), tuple(defects)


def earlier_files(round_: Round) -> list[Path]:
    """Return the files that the figures of earlier rounds are kept in."""
    return [folder / RESULTS / FIGURES for folder in _folders(round_)[0].values()]


def earlier_folders(round_: Round) -> dict[Measure, Path]:
    """Return the folder of the earlier round that stands behind each measure, of those that are found."""
    folders, _ = _folders(round_)
    return {measure: folders[period] for measure, period in _measures(round_) if period in folders}


def _folders(round_: Round) -> tuple[dict[Period, Path], tuple[Defect, ...]]:
    """Return the folders of the rounds this one is compared with, and where the way to them is broken."""
    wanted = set(earlier_periods(parse_period(round_.period)).values())
    found: dict[Period, Path] = {}
    folder, steps = round_.previous, 0
    while folder is not None and steps < _LONGEST_CHAIN and wanted - set(found):
        try:
            head = tomllib.loads(read_text(folder / ROUND_FILE))
            period = parse_period(str(head.get("period", "")))
        except (OSError, ValueError):
            return found, (
                Defect(ROUND_FILE, 0, say("round.no_previous", folder=folder), say("round.no_previous_remedy")),
            )
        if period in wanted:
            found.setdefault(period, folder)
        previous = str(head.get("previous", ""))
        folder, steps = ((folder / previous).resolve() if previous else None), steps + 1
    return found, ()


def _measures(round_: Round) -> list[tuple[Measure, Period]]:
    return list(earlier_periods(parse_period(round_.period)).items())


def read_figures(path: Path, units: Collection[str] | None = None) -> pd.DataFrame:
    """Return the accepted figures of a consolidated round, of `units` only if they are named.

    Columns: unit, code, state, scaled, definition.
    """
    import pandas as pd

    of_units = None if units is None else [("unit", "in", list(units))]
    return pd.read_parquet(path, columns=["unit", "code", "state", "scaled", "definition"], filters=of_units)
