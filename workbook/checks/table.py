"""Submissions as one long frame and one table: the common ground of checks and totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from workbook.figures import computed_figures, figures_frame
from workbook.layout import adds_up, summed_columns
from workbook.model import Outline, Pack, State, Submission, TextInput, Unit
from workbook.period import parse_period
from workbook.reading.values import read_figure
from workbook.values import Columns, Table


def cells_frame(submissions: Mapping[str, Submission]) -> pd.DataFrame:
    """Return every figure cell as read, one row each, `unit` being the key of the submission.

    Columns: unit, code, measure, raw, sheet, cell (str); state (int8); scaled (int64, 0 where not known);
    digits (int8, decimal places typed).
    """
    cells = [c for s in submissions.values() for c in s.cells.values()]
    places = [place for s in submissions.values() for place in s.cells]
    return pd.DataFrame(
        {
            "unit": pd.Series([key for key, s in submissions.items() for _ in s.cells], dtype=str),
            "code": pd.Series([code for code, _ in places], dtype=str),
            "measure": pd.Series([measure for _, measure in places], dtype=str),
            "state": np.array([c.state for c in cells], dtype=np.int8),
            "scaled": np.array([c.scaled or 0 for c in cells], dtype=np.int64),
            "digits": np.array([c.digits for c in cells], dtype=np.int8),
            "raw": pd.Series([c.raw for c in cells], dtype=str),
            "sheet": pd.Series([c.sheet for c in cells], dtype=str),
            "cell": pd.Series([c.address for c in cells], dtype=str),
        }
    )


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


def outline_of(pack: Pack, submission: Submission) -> Outline:
    """Return the outline of a form."""
    return Outline(
        submission.unit,
        submission.period,
        tuple(len(submission.texts[code]) if code in submission.texts else -1 for code in pack.texts),
        tuple(column_sum(pack.texts[ref.code], ref.column, submission) for ref in summed_columns(pack)),
        tuple(sorted(defined_otherwise(pack, submission))),
        submission.parts,
    )


def defined_otherwise(pack: Pack, submission: Submission) -> set[str]:
    """Return the indicators that a unit says it counts by a definition of its own."""
    noted = [t for t in pack.texts.values() if t.place == "definitions"]
    at = {t.code: [s.name for s in t.subfields].index("code") for t in noted}
    return {row.values[place] for code, place in at.items() for row in submission.texts.get(code, ())}


def make_table(
    units: Mapping[str, Unit], outlines: Sequence[Outline], figures: pd.DataFrame | Columns, pack: Pack, period: str
) -> Table:
    """Return the table rules are judged on; the forms are all of `period`, `units` who sent them by their keys."""
    summed = [(ref.code, ref.column) for ref in summed_columns(pack)]
    rows: dict[str | tuple[str, str], list[Any]] = {}
    rows |= {code: [o.rows[n] for o in outlines] for n, code in enumerate(pack.texts)}
    rows |= {ref: [o.sums[n] for o in outlines] for n, ref in enumerate(summed)}
    if parse_period(period).kind != "year":
        figures = _without_half(figures)
    table = Table(
        list(units),
        figures,
        tiers=[u.tier for u in units.values()],
        umbrella=[adds_up(pack, u) for u in units.values()],
        period=period,
        rows=rows,
    )
    return table.made_of(o.parts for o in outlines)


def _without_half(figures: pd.DataFrame | Columns) -> pd.DataFrame | Columns:
    if isinstance(figures, pd.DataFrame):
        return figures[figures["measure"] != "half"]
    return {(code, measure): column for (code, measure), column in figures.items() if measure != "half"}


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
    fresh = set(zip(computed["code"].tolist(), computed["measure"].tolist(), strict=True))
    pairs = zip(figures["code"].tolist(), figures["measure"].tolist(), strict=True)
    kept = np.array([pair not in fresh for pair in pairs], dtype=np.bool_)
    columns = list(figures_frame([]).columns)
    return pd.concat([figures[kept][columns], computed[columns]], ignore_index=True)
