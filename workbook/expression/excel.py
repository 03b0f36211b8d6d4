"""Number tree → Excel formula, with operands found by code so that cut and paste cannot move them."""

from __future__ import annotations

from collections.abc import Callable

from workbook.expression.functions import FUNCTIONS
from workbook.expression.tree import Arith, Call, Node, Number, Ref, TextRef

Locate = Callable[[Ref | TextRef], str]


def number_formula(node: Node, locate: Locate) -> str:
    """Return `node` as an Excel expression without the leading '='.

    `locate` gives the Excel expression that yields an operand's cell, or the count of a text's items.
    Conditions raise TypeError: only arithmetic can stand in a figure's cell.
    """
    match node:
        case Number(value=value):
            if value.denominator == 1:
                return str(value.numerator)
            return f"({value.numerator}/{value.denominator})"
        case Ref():
            return locate(node)
        case Call(name="rows", args=(TextRef() as text,)):
            return locate(text)
        case Arith(op=op, left=left, right=right):
            return f"({number_formula(left, locate)}{op}{number_formula(right, locate)})"
        case Call(name=name, args=args) if FUNCTIONS[name].excel:
            return FUNCTIONS[name].excel.format(*(number_formula(a, locate) for a in args))
    raise TypeError(f"not arithmetic: {node}")
