"""Figures a form came with: altered by the unit, or overtaken by what earlier rounds accepted since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbook.checks.builtin import Place, finding
from workbook.computed import definition
from workbook.figures import plain
from workbook.messages import say
from workbook.model import Cell, Finding, Indicator, State, Submission
from workbook.reading.values import altered, show
from workbook.values import Key


def carried_findings(
    key: str,
    submission: Submission,
    indicators: Mapping[str, Indicator],
    stored: Mapping[Key, tuple[State, int]],
) -> Iterator[Finding]:
    """Yield an error for every carried-over figure a unit altered, a warning where the form was handed out too early.

    `stored` has the unit's figures of earlier rounds. They count in any case, so putting one in is no alteration.
    """
    differing, agreeing = _against_stored(submission, indicators, stored)
    for (code, measure), handed in submission.handed.items():
        cell = submission.cells.get((code, measure))
        if cell is None or cell.doubtful or definition(indicators[code], measure, indicators) is not None:
            continue  # a computed cell is judged by its parts, a doubt asked back by itself
        if (code, measure) in agreeing or not altered(handed, cell):
            continue
        right = differing.pop((code, measure), handed)
        place, values = _told(indicators[code], measure, cell, right)
        yield finding("carried", "error", key, place, **values)
    for (code, measure), right in differing.items():
        place, values = _told(indicators[code], measure, submission.cells[code, measure], right)
        yield finding("stored", "warning", key, place, **values)


def _told(item: Indicator, measure: str, cell: Cell, right: str) -> tuple[Place, dict[str, str]]:
    """Return where a finding points and what its words are filled with."""
    values = {"name": item.name, "time": say(f"form.head_{measure}"), "right": right, "raw": cell.raw}
    return Place(cell.sheet, cell.address, item.code), values


def _against_stored(
    submission: Submission, indicators: Mapping[str, Indicator], stored: Mapping[Key, tuple[State, int]]
) -> tuple[dict[Key, str], set[Key]]:
    """Return where a form says something else than is stored, with what is stored, and where it says the same."""
    differing: dict[Key, str] = {}
    agreeing: set[Key] = set()
    for (code, measure), cell in submission.cells.items() if stored else ():
        if (code, measure) not in stored or cell.state == State.BLANK:
            continue
        state, scaled = stored[code, measure]
        if (cell.scaled or 0) == scaled and (cell.state == state or (cell.state.known and state.known)):
            agreeing.add((code, measure))
        elif definition(item := indicators[code], measure, indicators) is None:
            number = show(plain(scaled, item.decimals))
            differing[code, measure] = say("word.not_applicable") if state == State.NOT_APPLICABLE else number
    return differing, agreeing
