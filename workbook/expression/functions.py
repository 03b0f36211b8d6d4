"""The one table of functions: name, arguments, result, Excel form and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbook.expression.tree import NodeKind
from workbook.model import Measure

Argument = Literal["number", "condition", "indicator", "text", "column"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the rule language.

    `time` is set for functions that only move an indicator in time; `excel` has {0}, {1} … for compiled
    arguments and is empty where the form needs more than a formula of the arguments.
    """

    name: str
    arguments: tuple[Argument, ...]
    result: NodeKind
    doc: str
    excel: str = ""
    time: Measure | None = None


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
        Function("abs", ("number",), "number", "distance from zero", "ABS({0})"),
        Function("min", ("number", "number"), "number", "the smaller of two", "MIN({0},{1})"),
        Function("max", ("number", "number"), "number", "the larger of two", "MAX({0},{1})"),
        Function("round", ("number", "number"), "number", "rounded half up to n places", "ROUND({0},{1})"),
    )
}

CONTEXT: dict[str, NodeKind] = {"UMBRELLA": "condition", "TIER": "text", "PERIOD": "text"}
