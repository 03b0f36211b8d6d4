"""Computed items of many units at once, from a table of what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbook.computed import carries, definition
from workbook.expression.evaluate import Evaluator
from workbook.expression.functions import round_half_up
from workbook.expression.tree import Ref, operands
from workbook.model import MEASURES, Indicator, Measure, State
from workbook.values import Ints, Key, States, Table


class Computed(NamedTuple):
    """A computed item over all units: state (int8), scaled (int64), undefined (bool).

    Undefined: all parts known, yet the denominator is 0. A missing result takes the state of the part that is missing;
    不适用 before 未统计 before blank.
    """

    state: States
    scaled: Ints
    undefined: npt.NDArray[np.bool_]


def computed_figures(table: Table, indicators: Mapping[str, Indicator]) -> dict[Key, Computed]:
    """Return the computed items of all units, at every time they can be recomputed for."""
    evaluator = Evaluator(table, indicators)
    return {
        (item.code, measure): _column(table, evaluator, item, measure)
        for item in indicators.values()
        for measure in MEASURES
        if item.computed and carries(item, measure) and definition(item, measure, indicators) is not None
    }


def _column(table: Table, evaluator: Evaluator, item: Indicator, measure: Measure) -> Computed:
    tree = definition(item, measure, evaluator.indicators)
    assert tree is not None
    numbers = evaluator.number(Ref(item.code, measure))
    scale = 10**item.decimals
    scaled = np.zeros(table.size, dtype=np.int64)
    if numbers.whole and scale == 1:
        scaled[numbers.known] = numbers.approx[numbers.known].astype(np.int64)
    else:
        for i in np.flatnonzero(numbers.known):
            scaled[i] = int(round_half_up(numbers.exact(int(i)) * scale, 0))
    known_parts = np.ones(table.size, dtype=np.bool_)
    why = np.full(table.size, State.BLANK, dtype=np.int8)
    for state in (State.UNREADABLE, State.NOT_COUNTED, State.NOT_APPLICABLE):
        for ref in operands(tree):
            if not evaluator.indicators[ref.code].computed:
                why[table.figures(ref.code, ref.measure)[1] == state] = state
    for ref in operands(tree):
        known_parts &= evaluator.number(ref).known
    known_state = np.where(scaled == 0, State.ZERO, State.NUMBER)
    states = np.where(numbers.known, known_state, why).astype(np.int8)
    return Computed(states, scaled, known_parts & ~numbers.known)


def plain(scaled: int, decimals: int) -> float | int:
    """Return the number behind a stored integer: an int for whole items, else the nearest float."""
    return scaled if decimals == 0 else scaled / 10**decimals
