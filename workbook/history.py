"""Figures of earlier rounds: what a form carries over and what this round is compared with."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd

from workbook.figures import figures_frame
from workbook.messages import say
from workbook.model import Defect, Measure, Round
from workbook.period import Period, parse_period
from workbook.round import FIGURES, RESULTS, ROUND_FILE
from workbook.tables import read_text

_LONGEST_CHAIN = 40


def earlier_periods(period: Period) -> dict[Measure, Period]:
    """Return which earlier period stands behind each measure."""
    wanted: dict[Measure, Period] = {"prior": period.prior, "opening": period.opening}
    if period.half is not None:
        wanted["half"] = period.half
    return wanted


def unknown_periods(period: Period, stored: pd.DataFrame) -> dict[Measure, Period]:
    """Return the earlier periods that no accepted figure is stored of, by the measure they stand behind."""
    found = set(stored["measure"])
    return {m: p for m, p in earlier_periods(period).items() if m not in found}


def stored_figures(round_: Round) -> tuple[pd.DataFrame, tuple[Defect, ...]]:
    """Return the accepted figures of earlier rounds that this one is compared with, and what could not be read.

    Columns as figures_frame, measure being prior, opening or half, plus definition (str): the definition version
    in force then. Rounds are found by following `previous` from folder to folder.
    """
    periods = {p: m for m, p in earlier_periods(parse_period(round_.period)).items()}
    wanted = dict.fromkeys(periods)
    frames: list[pd.DataFrame] = []
    folder, steps = round_.previous, 0
    while folder is not None and steps < _LONGEST_CHAIN and wanted:
        try:
            head = tomllib.loads(read_text(folder / ROUND_FILE))
            period = parse_period(str(head.get("period", "")))
        except (OSError, ValueError):
            return _join(frames), (
                Defect(ROUND_FILE, 0, say("round.no_previous", folder=folder), say("round.no_previous_remedy")),
            )
        path = folder / RESULTS / FIGURES
        if period in wanted:
            del wanted[period]
            if not path.is_file():
                return _join(frames), (
                    Defect(path.name, 0, say("round.no_figures", folder=folder), say("round.no_figures_remedy")),
                )
            frames += [read_figures(path).assign(measure=m) for m, p in _measures(round_) if p == period]
        previous = str(head.get("previous", ""))
        folder, steps = ((folder / previous).resolve() if previous else None), steps + 1
    return _join(frames), ()


def _measures(round_: Round) -> list[tuple[Measure, Period]]:
    return list(earlier_periods(parse_period(round_.period)).items())


def _join(frames: list[pd.DataFrame]) -> pd.DataFrame:
    if frames:
        return pd.concat(frames, ignore_index=True)
    return figures_frame([]).assign(definition="")


def read_figures(path: Path) -> pd.DataFrame:
    """Return the accepted figures of a consolidated round: unit, code, state, scaled, definition."""
    return pd.read_parquet(path, columns=["unit", "code", "state", "scaled", "definition"])
