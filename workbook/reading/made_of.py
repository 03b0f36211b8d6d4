"""Which parts of a form's totals count: those its figures bear out. Only forms that hold totals need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbook.computed import definition, stored_refs
from workbook.expression.evaluate import Evaluator
from workbook.expression.functions import round_half_up
from workbook.expression.parse import parse
from workbook.expression.tree import Ref
from workbook.layout import Layout
from workbook.model import Cell, Indicator, Measure, Part, State
from workbook.reading.prefilled import Cells
from workbook.reading.values import altered
from workbook.values import Table, columns_of


def standing(
    parts: Mapping[str, Part], filled: Mapping[tuple[str, Measure], str], cells: Cells, layout: Layout
) -> dict[str, Part]:
    """Return the parts that count: those of totals that stand as prefilled and that give what the form shows.

    Whoever sends a form may write any part into it; it must not weigh more than the form itself shows.
    """
    indicators = layout.pack.indicators
    changed = {key for key, cell in cells.items() if altered(filled.get(key, ""), cell)}
    evaluator = Evaluator(_table(cells), indicators)
    return {
        code: part
        for code, part in parts.items()
        if code in layout.totals
        and (code, "value") in cells
        and not changed & {(ref.code, ref.measure) for ref in _rests_on(indicators[code], indicators)}
        and _gives(part, cells[code, "value"], indicators[code], indicators)
        and _weighs(part, indicators[code], evaluator)
    }


def _table(cells: Cells) -> Table:
    rows = (("", code, measure, int(c.state), c.scaled or 0) for (code, measure), c in cells.items())
    return Table([""], columns_of([""], rows), tiers=[""], umbrella=[True], period="", rows={})


def _rests_on(item: Indicator, indicators: Mapping[str, Indicator]) -> Iterator[Ref]:
    """Yield the typed figures behind an item, its weight's among them."""
    for code in (item.code, item.weight) if item.weight else (item.code,):
        yield from stored_refs(Ref(code), indicators)


def _gives(part: Part, cell: Cell, item: Indicator, indicators: Mapping[str, Indicator]) -> bool:
    """Return whether a part gives the figure in the cell; a computed cell may have lost its result."""
    if cell.state == State.BLANK and definition(item, "value", indicators) is not None:
        return True
    if part.value is None:
        return not cell.state.known
    exact = part.value * 10**item.decimals
    weighed = item.aggregation in ("ratio", "mean_weighted") or item.computed
    return cell.state.known and cell.scaled == (round_half_up(exact, 0) if weighed else exact)


def _weighs(part: Part, item: Indicator, evaluator: Evaluator) -> bool:
    """Return whether a part has no more below the line than the form shows there."""
    if item.aggregation not in ("ratio", "mean_weighted"):
        return part.below == (1 if part.n else 0)
    shown = evaluator.number(parse(item.denominator, "number") if item.denominator else Ref(item.weight))
    return part.below == 0 or (part.below > 0 and bool(shown.known[0]) and part.below <= shown.exact(0))
