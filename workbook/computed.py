"""How computed items come about: the tree behind an indicator, now and at earlier times."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from workbook.expression.parse import parse
from workbook.expression.tree import Arith, Call, Compare, Logic, Node, Not, Number, Ref, operands, texts
from workbook.model import Indicator, Measure

HUNDRED = Number(Fraction(100))


def formula(indicator: Indicator) -> Node | None:
    """Return the tree of a computed item (×100 for a percentage), None for one that is typed."""
    if indicator.calc:
        return parse(indicator.calc, "number")
    if indicator.denominator:
        part = parse(indicator.numerator, "number")
        if indicator.percent:
            part = Arith("*", part, HUNDRED)
        return Arith("/", part, parse(indicator.denominator, "number"))
    return None


def carries(indicator: Indicator, measure: Measure) -> bool:
    """Return whether the form has a cell of this measure for the indicator."""
    if measure == "prior":
        return indicator.prior_year
    if measure == "half":
        return indicator.half
    return measure == "value" or indicator.nature == "stock"


def definition(indicator: Indicator, measure: Measure, indicators: Mapping[str, Indicator]) -> Node | None:
    """Return the tree of a computed item at `measure`, or None when the figure itself is stored.

    An earlier figure is recomputed when every part is carried at that time; otherwise (the half-year total of
    parts that are not carried, say) the stored figure stands for itself.
    """
    tree = formula(indicator)
    if tree is None or measure == "value":
        return tree
    parts = operands(tree)
    if texts(tree) or any(p.measure != "value" or not carries(indicators[p.code], measure) for p in parts):
        return None
    return at_time(tree, measure)


def at_time(node: Node, measure: Measure) -> Node:
    """Return the tree with every current figure replaced by the one of `measure`."""
    match node:
        case Ref(code=code):
            return Ref(code, measure)
        case Arith(op=op, left=left, right=right):
            return Arith(op, at_time(left, measure), at_time(right, measure))
        case Compare(op=op, left=left, right=right):
            return Compare(op, at_time(left, measure), at_time(right, measure))
        case Logic(op=op, args=args):
            return Logic(op, tuple(at_time(a, measure) for a in args))
        case Call(name=name, args=args):
            return Call(name, tuple(at_time(a, measure) for a in args))
        case Not(operand=operand):
            return Not(at_time(operand, measure))
    return node


def stored_refs(node: Node, indicators: Mapping[str, Indicator]) -> tuple[Ref, ...]:
    """Return the stored figures an expression rests on, computed items taken apart, each once."""
    found: list[Ref] = []
    for ref in operands(node):
        tree = definition(indicators[ref.code], ref.measure, indicators)
        found += [ref] if tree is None else stored_refs(tree, indicators)
    return tuple(dict.fromkeys(found))
