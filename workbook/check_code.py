"""校验码: a short number over unit, period, all values and typed states, so that paper and file can be compared.

The form works it out by plain formulas where no Python exists; here is the same sum. It is a checksum against mix-ups
and later changes, no signature: any change of one cell changes it, as do most others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from workbook.computed import definition
from workbook.expression.tree import Ref, TextRef
from workbook.form.parts import cells_of, lists_of
from workbook.layout import Layout, make_layout
from workbook.model import Cell, Pack, State, Submission
from workbook.period import parse_period
from workbook.reading.values import read_figure

MODULUS = 99_999_989  # the largest prime of eight digits
REDUCED = 9_999_991  # figures are reduced by this prime first: all sums stay far below 2**53, exact in a cell
SPREAD, WEIGHTS = 7_919, 99_991
STATES = {State.NOT_APPLICABLE: 1, State.NOT_COUNTED: 2, State.BLANK: 3, State.UNREADABLE: 4}


def coded_parts(layout: Layout) -> list[Ref | TextRef]:
    """Return what the code covers, in order: every figure that is typed or carried, the length of every list."""
    indicators = layout.pack.indicators
    typed = [r for r in cells_of(layout) if definition(indicators[r.code], r.measure, indicators) is None]
    return [*typed, *lists_of(layout)]


def weight(number: int) -> int:
    """Return the weight of the number-th part."""
    return number * SPREAD % WEIGHTS + 1


def seed(unit: str, period: str) -> int:
    """Return what unit and period add."""
    return int(hashlib.sha256(f"{unit} {period}".encode()).hexdigest()[:12], 16) % MODULUS


def check_code(submission: Submission, layout: Layout, parts: Sequence[Ref | TextRef] = ()) -> str:
    """Return the code as the cover of the form shows it: 1234 5678. `parts` are coded_parts, when they are known."""
    return _code(submission, parts or coded_parts(layout), layout.pack)


def _code(submission: Submission, parts: Sequence[Ref | TextRef], pack: Pack) -> str:
    total, cells = seed(submission.unit.code, submission.period), submission.cells
    for number, part in enumerate(parts):
        if isinstance(part, TextRef):
            rows = submission.texts.get(part.code)
            term = REDUCED + STATES[State.BLANK] if rows is None else len(rows)
        else:
            cell = cells.get((part.code, part.measure))
            if cell is not None and cell.typed is not None:
                cell = in_form(cell, pack.indicators[part.code].decimals)
            term = term_of(cell)
        total += term * weight(number)
    return grouped(total % MODULUS)


def passed_on(code: str, period: str, giver: str, taker: str) -> str:
    """Return the code of a unit's form that holds what another unit's holds, out of that one's code."""
    return grouped((int(code.replace(" ", "")) - seed(giver, period) + seed(taker, period)) % MODULUS)


class CheckCodes:
    """The codes of many forms: what is covered is worked out once for those of the same layout."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._parts: dict[tuple[str, str, tuple[str, ...]], list[Ref | TextRef]] = {}

    def of(self, submission: Submission) -> str:
        """Return the code of a form as it was handed out: its tier, period and modules."""
        return _code(submission, self._covered(submission), self._pack)

    def _covered(self, submission: Submission) -> list[Ref | TextRef]:
        tier, period, modules = submission.unit.tier, submission.period, submission.modules
        if (tier, period, modules) not in self._parts:
            layout = make_layout(self._pack, tier, parse_period(period), modules)
            self._parts[tier, period, modules] = coded_parts(layout)
        return self._parts[tier, period, modules]


def code_of(submission: Submission, pack: Pack) -> str:
    """Return the code of a form as it was handed out: its tier, period and modules."""
    return CheckCodes(pack).of(submission)


def in_form(cell: Cell, decimals: int) -> Cell:
    """Return a cell as the form itself takes it: it knows plain numbers only."""
    return cell if cell.typed is None else read_figure(cell.typed, decimals, cell.sheet, cell.address)


def term_of(cell: Cell | None) -> int:
    """Return what one figure adds before it is weighted."""
    if cell is None or not cell.state.known:
        return REDUCED + STATES[cell.state if cell is not None else State.BLANK]
    return (cell.scaled or 0) % REDUCED


def grouped(code: int) -> str:
    """Return a code as people read it aloud."""
    text = f"{code:08d}"
    return f"{text[:4]} {text[4:]}"
