"""Submissions as figures and as one table: the common ground of checks and totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from workbook.figures import computed_figures
from workbook.layout import adds_up, summed_columns
from workbook.model import Outline, Pack, State, Submission, TextInput, Unit
from workbook.period import parse_period
from workbook.reading.values import read_figure
from workbook.values import Columns, Earlier, Flat, Key, Table, keys_of


def typed_figures(submissions: Mapping[str, Submission], pack: Pack, earlier: Earlier) -> Flat:
    """Return the figures that count, in the order of the submissions.

    That is what was typed, but for earlier times what is stored. In an annual round the opening of a stock is last
    year's value.
    """
    numbers = {key: n for n, key in enumerate(keys_of(pack.indicators))}
    stocks = {c for c, i in pack.indicators.items() if i.nature == "stock"}
    figures: list[dict[Key, tuple[State, int]]] = []
    for submission in submissions.values():
        own = {key: stored for key, stored in earlier.get(submission.unit.code, {}).items() if key in numbers}
        for key, cell in submission.cells.items():
            if key not in own:
                own[key] = cell.state, cell.scaled or 0
        for code in [code for code, measure in own if measure == "prior" and code in stocks]:
            own.setdefault((code, "opening"), own[code, "prior"])
        figures.append(own)
    return Flat(
        np.repeat(np.arange(len(figures)), [len(own) for own in figures]),
        np.array([numbers[key] for own in figures for key in own], dtype=np.int64),
        np.array([state for own in figures for state, _ in own.values()], dtype=np.int8),
        np.array([scaled for own in figures for _, scaled in own.values()], dtype=np.int64),
    )


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
    units: Mapping[str, Unit], outlines: Sequence[Outline], figures: Columns, pack: Pack, period: str
) -> Table:
    """Return the table rules are judged on; the forms are all of `period`, `units` who sent them by their keys."""
    summed = [(ref.code, ref.column) for ref in summed_columns(pack)]
    rows: dict[str | tuple[str, str], list[Any]] = {}
    rows |= {code: [o.rows[n] for o in outlines] for n, code in enumerate(pack.texts)}
    rows |= {ref: [o.sums[n] for o in outlines] for n, ref in enumerate(summed)}
    if parse_period(period).kind != "year":
        figures = {(code, measure): column for (code, measure), column in figures.items() if measure != "half"}
    table = Table(
        list(units),
        figures,
        tiers=[u.tier for u in units.values()],
        umbrella=[adds_up(pack, u) for u in units.values()],
        period=period,
        rows=rows,
    )
    return table.made_of(o.parts for o in outlines)


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


def with_computed(table: Table, figures: Flat, pack: Pack) -> Flat:
    """Return the figures with every computed item replaced by what its parts give: what was typed is never believed."""
    numbers = {key: n for n, key in enumerate(keys_of(pack.indicators))}
    computed = computed_figures(table, pack.indicators)
    keys = np.array([numbers[key] for key in computed], dtype=np.int64)
    typed = np.ones(len(numbers), dtype=np.bool_)
    typed[keys] = False
    kept = typed[figures.key]
    owner, every = np.tile(np.arange(table.size), len(keys)), np.repeat(keys, table.size)
    return Flat(
        np.concatenate([figures.owner[kept], owner]),
        np.concatenate([figures.key[kept], every]),
        np.concatenate([figures.state[kept], *(column.state for column in computed.values())]),
        np.concatenate([figures.scaled[kept], *(column.scaled for column in computed.values())]),
    )
