"""Submissions as one long frame and one table: the common ground of checks and totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from workbook.figures import computed_figures, figures_frame
from workbook.layout import adds_up, summed_columns
from workbook.model import Pack, State, Submission, TextInput
from workbook.period import parse_period
from workbook.reading.values import read_figure
from workbook.values import Table


def cells_frame(submissions: Mapping[str, Submission]) -> pd.DataFrame:
    """Return every figure cell as read, one row each, `unit` being the key of the submission.

    Columns: unit, code, measure, raw, sheet, cell (str); state (int8); scaled (int64, 0 where not known);
    digits (int8, decimal places typed).
    """
    rows = [
        (key, code, measure, int(c.state), c.scaled or 0, c.digits, c.raw, c.sheet, c.address)
        for key, s in submissions.items()
        for (code, measure), c in s.cells.items()
    ]
    columns = ["unit", "code", "measure", "state", "scaled", "digits", "raw", "sheet", "cell"]
    frame = pd.DataFrame.from_records(rows, columns=columns)
    return frame.astype({"state": "int8", "scaled": "int64", "digits": "int8"})


def typed_figures(cells: pd.DataFrame, pack: Pack, keys: Mapping[str, str], stored: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that count, columns as figures_frame: what was typed, but for earlier times what is stored.

    `keys` maps submission keys to unit codes. Computed items are left out where they can be recomputed; they are
    never believed. In an annual round the opening of a stock is last year's value.
    """
    typed = cells[["unit", "code", "measure", "state", "scaled"]]
    known = carried_figures(stored)
    if len(known):
        by_unit = pd.DataFrame({"key": list(keys), "unit": list(keys.values())})
        mine = by_unit.merge(known, on="unit")[["key", "code", "measure", "state", "scaled"]]
        mine = mine.rename(columns={"key": "unit"})
        typed = pd.concat([mine, typed], ignore_index=True)
    typed = typed.drop_duplicates(["unit", "code", "measure"], keep="first")
    stocks = {c for c, i in pack.indicators.items() if i.nature == "stock"}
    has_opening = set(typed.loc[typed["measure"] == "opening", ["unit", "code"]].itertuples(index=False, name=None))
    prior = typed[(typed["measure"] == "prior") & typed["code"].isin(stocks)]
    pairs = prior[["unit", "code"]].itertuples(index=False, name=None)
    same = np.array([pair not in has_opening for pair in pairs], dtype=np.bool_)
    return pd.concat([typed, prior[same].assign(measure="opening")], ignore_index=True)


def carried_figures(stored: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of earlier rounds that take the place of what a form says about that time."""
    return stored[stored["state"].isin([State.NUMBER, State.ZERO, State.NOT_APPLICABLE])]


def make_table(submissions: Mapping[str, Submission], figures: pd.DataFrame, pack: Pack, period: str) -> Table:
    """Return the table rules are judged on; the submissions are all of `period`."""
    values = list(submissions.values())
    rows: dict[str | tuple[str, str], list[Any]] = {
        t: [len(s.texts[t]) if t in s.texts else -1 for s in values] for t in pack.texts
    }
    for ref in summed_columns(pack):
        rows[ref.code, ref.column] = [column_sum(pack.texts[ref.code], ref.column, s) for s in values]
    if parse_period(period).kind != "year":
        figures = figures[figures["measure"] != "half"]
    return Table(
        list(submissions),
        figures,
        tiers=[s.unit.tier for s in values],
        umbrella=[adds_up(pack, s.unit) for s in values],
        period=period,
        rows=rows,
    ).made_of(s.parts for s in values)


def column_sum(text: TextInput, column: str, submission: Submission) -> Fraction | None:
    """Return the sum of a list's column; None where its sheet is gone or something else than a number stands in it."""
    rows = submission.texts.get(text.code)
    place = [s.name for s in text.subfields].index(column)
    return None if rows is None else sum_of(row.values[place] for row in rows)


def sum_of(values: Iterable[str]) -> Fraction | None:
    """Return the sum of what was typed, blanks left out; None where something else than a plain number was."""
    cells = [read_figure(value, 0, "", "") for value in values if value]
    if not all(cell.state.known for cell in cells):
        return None
    return sum((Fraction(cell.raw) for cell in cells), Fraction(0))


def with_computed(table: Table, figures: pd.DataFrame, pack: Pack) -> pd.DataFrame:
    """Return the figures with every computed item replaced by what its parts give, columns as figures_frame."""
    computed = computed_figures(table, pack.indicators)
    fresh = set(zip(computed["code"], computed["measure"], strict=True))
    pairs = zip(figures["code"], figures["measure"], strict=True)
    kept = np.array([pair not in fresh for pair in pairs], dtype=np.bool_)
    columns = list(figures_frame([]).columns)
    return pd.concat([figures[kept][columns], computed[columns]], ignore_index=True)
