"""Totals as Excel formulas over the unit cells, for every kind of aggregation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exporters.consolidated.places import Places
from workbook.computed import at_time, definition
from workbook.expression.parse import parse
from workbook.expression.tree import Arith, Node, Number, Ref
from workbook.messages import say
from workbook.model import Indicator, Measure, Unit

Terms = tuple[tuple[int, tuple[Ref, ...]], ...]  # sign and factors of each addend


@dataclass(frozen=True, slots=True)
class Scope:
    """The units a total runs over, the figures that must all be numbers, and units left out."""

    units: tuple[Unit, ...]
    known: tuple[Ref, ...]
    excluded: tuple[str, ...] = ()


def linear(node: Node, sign: int = 1) -> Terms | None:
    """Return a tree of sums and differences of figures as signed addends, None if it is more than that."""
    match node:
        case Ref():
            return ((sign, (node,)),)
        case Arith(op="+" | "-" as op, left=left, right=right):
            a, b = linear(left, sign), linear(right, sign if op == "+" else -sign)
            return a + b if a is not None and b is not None else None
        case Number(value=value) if value == 0:
            return ()
    return None


def _sum(places: Places, terms: Terms, scope: Scope) -> str:
    """Return Σ over the scope's units, counting a unit only where all `known` figures are numbers."""
    parts = []
    for sign, factors in terms:
        columns = [places.ranges(scope.units, ref) for ref in (*scope.known, *factors)]
        for stretch in zip(*columns, strict=True):
            flags = [f"--ISNUMBER({r})" for r in dict.fromkeys(stretch[: len(scope.known)])]
            body = ",".join([*flags, *stretch[len(scope.known) :]])
            parts.append(f"{'+' if sign > 0 else '-'}SUMPRODUCT({body})")
        for unit in scope.excluded:
            cells = "*".join(places.cell(unit, ref) for ref in factors)
            parts.append(f"{'-' if sign > 0 else '+'}{cells}")
    return "".join(parts).lstrip("+") or "0"


def _refs(terms: Terms) -> tuple[Ref, ...]:
    return tuple(dict.fromkeys(ref for _, factors in terms for ref in factors))


def parts_of(item: Indicator, measure: Measure, indicators: dict[str, Indicator]) -> tuple[Terms, Terms] | None:
    """Return numerator and denominator as addends; the denominator is empty for a plain sum."""
    if item.aggregation == "ratio" and definition(item, measure, indicators) is not None:
        trees = [parse(text, "number") for text in (item.numerator, item.denominator)]
        if measure != "value":
            trees = [at_time(tree, measure) for tree in trees]
        above, below = linear(trees[0]), linear(trees[1])
        return (above, below) if above is not None and below is not None else None
    figure = Ref(item.code, measure)
    if item.aggregation == "mean_weighted":
        weight = Ref(item.weight, measure)
        return ((1, (figure, weight)),), ((1, (weight,)),)
    return (((1, (figure,)),), ()) if item.aggregation == "sum" else None


def known_refs(parts: tuple[Terms, Terms]) -> tuple[Ref, ...]:
    """Return the figures that must be known for a unit to count."""
    return tuple(dict.fromkeys((*_refs(parts[0]), *_refs(parts[1]))))


def shown(places: Places, refs: Sequence[Ref]) -> bool:
    """Return whether every figure a formula needs stands in this workbook."""
    return all((r.code, r.measure) in places.columns for r in refs)


def total_formula(places: Places, item: Indicator, parts: tuple[Terms, Terms], scope: Scope) -> str:
    """Return the formula of a total without '=': — where nothing is known or the denominator is 0.

    Nothing is rounded here: the cell format shows the declared decimals, and changes round once, at the end.
    """
    above, below = parts
    dash = say("word.dash")
    if not below:
        if scope.known == _refs(above) and not scope.excluded:
            ranges = ",".join(places.ranges(scope.units, above[0][1][0]))
            return f'IF(COUNT({ranges})=0,"{dash}",SUM({ranges}))'
        return f'IF({count_formula(places, scope)}=0,"{dash}",{_sum(places, above, scope)})'
    numerator, denominator = _sum(places, above, scope), _sum(places, below, scope)
    factor = "*100" if item.percent and item.aggregation == "ratio" else ""
    return f'IF(({denominator})=0,"{dash}",({numerator}){factor}/({denominator}))'


def count_formula(places: Places, scope: Scope) -> str:
    """Return the formula without '=' that counts the units with all `known` figures."""
    columns = [places.ranges(scope.units, ref) for ref in scope.known]
    if len(columns) == 1 and not scope.excluded:
        return f"COUNT({','.join(columns[0])})"
    counts = [
        "SUMPRODUCT(" + "*".join(f"ISNUMBER({r})" for r in stretch) + "*1)" for stretch in zip(*columns, strict=True)
    ]
    return "+".join(counts) + (f"-{len(scope.excluded)}" if scope.excluded else "")
