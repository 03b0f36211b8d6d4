"""The one table of functions: name, arguments, result, Excel form, form over all units, and what it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from workbook.expression.tree import NodeKind
from workbook.model import Measure

Argument = Literal["number", "condition", "indicator", "text", "column"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the rule language.

    `excel` has {0}, {1} … for compiled arguments; `exact` is the function on fractions and `vector` the one on floats
    of all units, where there is one. They are empty for functions that look at more than numbers: those that only move
    an indicator in time have `time`, the rest are spelled out in excel.py and evaluate.py.
    """

    name: str
    arguments: tuple[Argument, ...]
    result: NodeKind
    doc: str
    excel: str = ""
    exact: Callable[..., Fraction] | None = None
    vector: Callable[..., Any] | None = None
    time: Measure | None = None


def round_half_up(value: Fraction, places: int | Fraction) -> Fraction:
    """Return value rounded to `places` decimals, halves away from zero (as Excel and people do)."""
    up, down = 10 ** max(0, int(places)), 10 ** max(0, -int(places))
    above, below = abs(value.numerator) * up, value.denominator * down
    whole = (2 * above + below) // (2 * below)
    return Fraction((whole if value.numerator >= 0 else -whole) * down, up)


FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (
        Function("prev", ("indicator",), "number", "value of the same period last year", time="prior"),
        Function("opening", ("indicator",), "number", "value at the end of last year", time="opening"),
        Function("half", ("indicator",), "number", "accepted half-year value of this year", time="half"),
        Function("implies", ("condition", "condition"), "condition", "if the first holds, so must the second"),
        Function("present", ("indicator",), "condition", "a number, zero included, was entered"),
        Function("rows", ("text",), "number", "items filled in a text input; 0 for an empty table"),
        Function("total", ("text", "column"), "number", "sum of a column of a list; 0 for an empty one"),
        Function("filled", ("text",), "condition", "the text input has at least one item"),
        Function("abs", ("number",), "number", "distance from zero", "ABS({0})", abs, np.abs),
        Function("min", ("number", "number"), "number", "the smaller of two", "MIN({0},{1})", min, np.minimum),
        Function("max", ("number", "number"), "number", "the larger of two", "MAX({0},{1})", max, np.maximum),
        Function(
            "round", ("number", "number"), "number", "halves rounded up at n places", "ROUND({0},{1})", round_half_up
        ),
    )
}

CONTEXT: dict[str, NodeKind] = {"UMBRELLA": "condition", "TIER": "text", "PERIOD": "text"}
