"""What can be said of an expression before any data: mixed dimensions, verdicts that bounds alone decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf

from workbook.computed import definition
from workbook.expression.tree import Arith, Call, Compare, Logic, Node, Not, Number, Ref, children
from workbook.model import Indicator

COUNT = "count"
COUNT_LIKE = frozenset(
    ("count", "times", "persons", "person_times", "cases", "documents")
)  # comparable with each other
Interval = tuple[float, float]
Possible = frozenset[bool]  # which verdicts a condition can come to, missing figures aside
_EITHER: Possible = frozenset((True, False))


def dimension(node: Node, indicators: Mapping[str, Indicator]) -> str:
    """Return what a number counts, "" where that is open: literals, products and quotients."""
    match node:
        case Ref(code=code):
            found = indicators[code].dimension
            return COUNT if found in COUNT_LIKE else found
        case Call(name="rows"):
            return COUNT
        case Call(name="abs" | "min" | "max" | "round", args=args):
            return dimension(args[0], indicators)
        case Arith(op="+" | "-", left=left, right=right):
            return dimension(left, indicators) or dimension(right, indicators)
    return ""


def mixed(node: Node, indicators: Mapping[str, Indicator]) -> Iterator[tuple[str, str]]:
    """Yield pairs of dimensions that are added or compared though they don't belong together: 万元 and 人."""
    if isinstance(node, Compare) or (isinstance(node, Arith) and node.op in "+-"):
        left, right = dimension(node.left, indicators), dimension(node.right, indicators)
        if left and right and left != right:
            yield left, right
    for child in children(node):
        yield from mixed(child, indicators)


def interval(node: Node, indicators: Mapping[str, Indicator]) -> Interval:
    """Return the least and greatest value a number can take within the bounds of its figures."""
    match node:
        case Number(value=value):
            return float(value), float(value)
        case Ref(code=code, measure=measure):
            item = indicators[code]
            low = -inf if item.minimum is None else float(item.minimum)
            high = inf if item.maximum is None else float(item.maximum)
            tree = definition(item, measure, indicators)
            if tree is None:
                return low, high
            inner = interval(tree, indicators)
            return max(low, inner[0]), min(high, inner[1])
        case Arith(op=op, left=left, right=right):
            return _arith(op, interval(left, indicators), interval(right, indicators))
        case Call(name="abs", args=(inner_node,)):
            low, high = interval(inner_node, indicators)
            return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
        case Call(name="rows"):
            return 0.0, inf
    return -inf, inf


def _arith(op: str, a: Interval, b: Interval) -> Interval:
    if op == "+":
        return a[0] + b[0], a[1] + b[1]
    if op == "-":
        return a[0] - b[1], a[1] - b[0]
    if op == "*" and all(abs(x) != inf for x in (*a, *b)):
        products = [x * y for x in a for y in b]
        return min(products), max(products)
    return (0.0, inf) if a[0] >= 0 and b[0] >= 0 else (-inf, inf)


def possible(node: Node, indicators: Mapping[str, Indicator]) -> Possible:
    """Return which verdicts a condition can come to within bounds; figures count as independent of each other."""
    match node:
        case Compare(op=op, left=left, right=right) if op in ("<", "<=", ">", ">=") and _numbers(node):
            a, b = interval(left, indicators), interval(right, indicators)
            if op in (">", ">="):
                a, b, op = b, a, {">": "<", ">=": "<="}[op]
            always = a[1] < b[0] or (op == "<=" and a[1] == b[0])
            never = a[0] > b[1] or (op == "<" and a[0] == b[1])
            return frozenset((True,)) if always else frozenset((False,)) if never else _EITHER
        case Logic(op=op, args=args):
            parts = [possible(a, indicators) for a in args]
            decisive = op == "or"
            if any(p == {decisive} for p in parts):
                return frozenset((decisive,))
            return frozenset((not decisive,)) if all(p == {not decisive} for p in parts) else _EITHER
        case Not(operand=operand):
            return frozenset(not v for v in possible(operand, indicators))
        case Call(name="implies", args=(first, second)):
            if possible(first, indicators) == {False} or possible(second, indicators) == {True}:
                return frozenset((True,))
            if possible(first, indicators) == {True}:
                return possible(second, indicators)
    return _EITHER


def _numbers(node: Compare) -> bool:
    return not isinstance(node.left, Compare | Logic | Not)
