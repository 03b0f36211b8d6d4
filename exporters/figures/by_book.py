"""The consolidated workbook as the data a report is held against: it knows totals and units' figures, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from exporters.figures.compare import written_as
from exporters.figures.data import NotTheData
from exporters.figures.manifest import Figure, Manifest
from exporters.figures.now import Now
from exporters.figures.reconcile import Reconciled, Verdict
from exporters.figures.workbook_figures import Cell, Workbook
from exporters.prose.numbers import digits
from exporters.prose.said import direction
from workbook.messages import say
from workbook.period import parse_period

_TRUE = frozenset(("agrees", "rewritten", "lost", "copied"))


@dataclass(frozen=True)
class ByBook:
    """What a workbook says of a report's figures; what it does not have is held against how it was written."""

    book: Workbook
    names: Mapping[str, str]

    def now(self, figure: Figure) -> Now:
        """Return what a figure reads by the workbook, how it was written where the workbook does not have it."""
        cell = self.cell(figure)
        if cell is None:
            return Now(figure.text, figure.value, figure.word)
        if cell.value is not None:
            exact = _exact(cell, figure, cell.value)
            return Now(figure.text if exact == figure.value else _text(cell, figure, exact), exact, figure.word)
        way = direction(cell.text)
        return Now(figure.text if way and way == direction(figure.text) else cell.text, None, figure.word)

    def cell(self, figure: Figure) -> Cell | None:
        """Return the cell that tells a figure."""
        return None if figure.whole else self.book.cell(figure.tag)

    def judged(self, result: Reconciled) -> Reconciled:
        """Return the verdicts, none of them of agreement where nothing was compared."""
        verdicts = [v._replace(kind="unknown") if v.kind in _TRUE and not self._has(v) else v for v in result.verdicts]
        return replace(result, verdicts=tuple(verdicts))

    def _has(self, verdict: Verdict) -> bool:
        """Return whether the workbook has what a verdict is on: a figure, or a point of a chart."""
        figure = verdict.figure
        return (self.cell(figure) if figure is not None else self.book.cell(verdict.tag)) is not None


def by_book(book: Workbook, manifest: Manifest, names: Mapping[str, str]) -> ByBook:
    """Return a workbook as data for a report; NotTheData where it is of another period, or does not say of which."""
    wanted = parse_period(manifest.period).title
    if book.period != wanted:
        told = book.period or say("across.no_period")
        raise NotTheData(say("across.other_period", file=book.name, report=wanted, data=told))
    return ByBook(book, names)


def _exact(cell: Cell, figure: Figure, value: Fraction) -> Fraction:
    """Return the number in a cell; the one the report was written from where the cell is that one, rounded."""
    was = figure.value
    return was if was is not None and abs(was - value) * 2 * 10**cell.places <= 1 else value


def _text(cell: Cell, figure: Figure, exact: Fraction) -> str:
    """Return a number as the figure tells it, with as many places."""
    was = written_as(figure)
    return digits(exact / was.stored, was.places, trim=False) if was is not None else cell.text
