"""Figures a form came with: altered by the unit, or overtaken by what earlier rounds accepted since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from workbook.checks.builtin import Place, finding
from workbook.computed import definition
from workbook.figures import plain
from workbook.messages import say
from workbook.model import Cell, Finding, Indicator, Measure, State, Submission
from workbook.reading.values import altered, show

CARRIED_STATES = (State.NUMBER, State.ZERO, State.NOT_APPLICABLE)
Key = tuple[str, str, Measure]  # submission key, code, measure


def carried_findings(
    submissions: Mapping[str, Submission],
    indicators: Mapping[str, Indicator],
    cells: pd.DataFrame,
    stored: pd.DataFrame,
) -> Iterator[Finding]:
    """Yield an error for every carried-over figure a unit altered, a warning where the form was handed out too early.

    `cells` is cells_frame; `stored` has figures of earlier rounds by unit code. What is stored counts in any case, so
    putting in the stored figure is no alteration.
    """
    differing, agreeing = _against_stored(submissions, indicators, cells, stored)
    for key, submission in submissions.items():
        for (code, measure), handed in submission.handed.items():
            cell = submission.cells.get((code, measure))
            if cell is None or cell.doubtful or definition(indicators[code], measure, indicators) is not None:
                continue  # a computed cell is judged by its parts, a doubt asked back by itself
            if (key, code, measure) in agreeing or not altered(handed, cell):
                continue
            right = differing.pop((key, code, measure), handed)
            place, values = _told(indicators[code], measure, cell, right)
            yield finding("carried", "error", key, place, **values)
    for (key, code, measure), right in differing.items():
        cell = submissions[key].cells[code, measure]
        place, values = _told(indicators[code], measure, cell, right)
        yield finding("stored", "warning", key, place, **values)


def _told(item: Indicator, measure: str, cell: Cell, right: str) -> tuple[Place, dict[str, str]]:
    """Return where a finding points and what its words are filled with."""
    values = {"name": item.name, "time": say(f"form.head_{measure}"), "right": right, "raw": cell.raw}
    return Place(cell.sheet, cell.address, item.code), values


def _against_stored(
    submissions: Mapping[str, Submission],
    indicators: Mapping[str, Indicator],
    cells: pd.DataFrame,
    stored: pd.DataFrame,
) -> tuple[dict[Key, str], set[Key]]:
    """Return where a form says something else than is stored, with what is stored, and where it says the same."""
    known = stored[stored["state"].isin(CARRIED_STATES)]
    if not len(known) or not len(cells):
        return {}, set()
    keys = pd.DataFrame({"key": list(submissions), "unit": [s.unit.code for s in submissions.values()]})
    mine = keys.merge(known, on="unit").drop(columns="unit").rename(columns={"key": "unit"})
    both = cells.merge(mine, on=["unit", "code", "measure"], suffixes=("", "_stored"))
    both = both[(both["state"] != State.BLANK) & both["code"].isin(list(indicators))]
    zero = both["state"].isin([State.NUMBER, State.ZERO]) & both["state_stored"].isin([State.NUMBER, State.ZERO])
    same = (both["scaled"] == both["scaled_stored"]) & (zero | (both["state"] == both["state_stored"]))
    columns = ["unit", "code", "measure"]
    agreeing = set(both.loc[same, columns].itertuples(index=False, name=None))
    differing: dict[Key, str] = {}
    rows = (both.loc[~same, c].tolist() for c in [*columns, "state_stored", "scaled_stored"])
    for key, code, measure, state, scaled in zip(*rows, strict=True):
        item = indicators[code]
        if definition(item, measure, indicators) is None:
            number = show(plain(scaled, item.decimals))
            differing[key, code, measure] = say("word.not_applicable") if state == State.NOT_APPLICABLE else number
    return differing, agreeing
