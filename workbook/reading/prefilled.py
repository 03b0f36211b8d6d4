"""What a form that holds totals was filled with: which of it still stands, and what the totals are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from workbook.checks.carried import altered
from workbook.computed import definition, stored_refs
from workbook.expression.evaluate import Evaluator
from workbook.expression.functions import round_half_up
from workbook.expression.parse import parse
from workbook.expression.tree import Ref
from workbook.figures import figures_frame
from workbook.layout import Layout
from workbook.messages import say
from workbook.model import MEASURES, Cell, Indicator, Measure, Part, Repair, State
from workbook.values import Table

PREFILLED, PART = "prefilled ", "part "  # keys of the stamp, before "CODE measure" and a code
_FRACTION = r"-?\d{1,200}(?:/[1-9]\d{0,199})?"
_PART = re.compile(rf"({_FRACTION}) ({_FRACTION}) (\d{{1,7}}) (\d{{1,7}})", re.ASCII)
Cells = Mapping[tuple[str, Measure], Cell]


def written(part: Part) -> str:
    """Return a part as it stands in the stamp, "" where it is too long for it."""
    text = f"{part.above} {part.below} {part.n} {part.units}"
    return text if _PART.fullmatch(text) else ""


def read_part(text: str) -> Part | None:
    """Return the part written as `text`, None where it is none."""
    found = _PART.fullmatch(text)
    return Part(Fraction(found[1]), Fraction(found[2]), int(found[3]), int(found[4])) if found else None


def prefilled_in(stamp: Mapping[str, str], layout: Layout) -> dict[tuple[str, Measure], str]:
    """Return the totals a form was filled with before its office saw it, as text."""
    found: dict[tuple[str, Measure], str] = {}
    for key, value in stamp.items():
        code, _, measure = key.removeprefix(PREFILLED).partition(" ")
        if key.startswith(PREFILLED) and measure in MEASURES and code in layout.indicators:
            found[code, measure] = value
    return found


def parts_in(stamp: Mapping[str, str]) -> dict[str, Part]:
    """Return the parts in a stamp by code, as their sender has them."""
    read = {k.removeprefix(PART): read_part(v) for k, v in stamp.items() if k.startswith(PART)}
    return {code: part for code, part in read.items() if part is not None}


def standing(
    parts: Mapping[str, Part], filled: Mapping[tuple[str, Measure], str], cells: Cells, layout: Layout
) -> dict[str, Part]:
    """Return the parts that count: those of totals that stand as prefilled and that give what the form shows.

    Whoever sends a form may write any part into it; it must not weigh more than the form itself shows.
    """
    if not parts:
        return {}
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
    return Table([""], figures_frame(rows), tiers=[""], umbrella=[True], period="", rows={})


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


def corrections(filled: Mapping[tuple[str, Measure], str], cells: Cells, layout: Layout) -> tuple[Repair, ...]:
    """Return what an office put in place of the totals its form was filled with; what it put there counts."""
    found = []
    for (code, measure), text in filled.items():
        cell = cells.get((code, measure))
        if cell is not None and altered(text, cell):
            name = layout.indicators[code].name + ("" if measure == "value" else say(f"form.head_{measure}"))
            nothing = say("word.missing")
            message = say("repair.corrected", name=name, total=text or nothing, raw=cell.raw or nothing)
            found.append(Repair("corrected", cell.sheet, cell.address, code, message))
    return tuple(found)
