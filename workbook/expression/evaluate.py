"""Tree → verdicts over all units at once: Kleene logic on vectors, exact where floats come near a tie."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from workbook.computed import definition
from workbook.expression.functions import FUNCTIONS
from workbook.expression.tree import (
    Arith,
    Call,
    Compare,
    Context,
    Logic,
    Node,
    Not,
    Number,
    Ref,
    Text,
    TextRef,
    operands,
)
from workbook.model import Indicator, State
from workbook.values import Ints, Table

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Verdicts = npt.NDArray[np.int8]

TRUE, FALSE, UNKNOWN = 1, 0, -1
NEAR = 1e-9  # relative distance below which two floats are compared again as exact fractions
_EXACT = 2.0**53  # below it a float holds every integer
_HELD = 2**62  # below it 64 bits hold an integer, and two of them one sum


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number per unit: float for speed, `exact(i)` for unit i where `known[i]`.

    `whole` numbers are integers no float rounds: comparing the floats is exact. `ints` are the same numbers as integers
    `over` one denominator, None where 64 bits might not hold them.
    """

    approx: Floats
    known: Bools
    exact: Callable[[int], Fraction]
    whole: bool = False
    ints: Ints | None = None
    over: int = 1


def of_ints(ints: Ints, over: int, known: Bools) -> Numbers:
    """Return integers over one denominator as numbers."""
    whole = over == 1 and bool((np.abs(ints) < _EXACT).all())
    return Numbers(ints / over, known, lambda i: Fraction(int(ints[i]), over), whole, ints, over)


class Evaluator:
    """Evaluates trees over one table of values under one missing policy.

    With `zero_fill`, blank and 不适用 of the current round count as 0 (policy `zero`); earlier rounds never.
    """

    def __init__(self, table: Table, indicators: Mapping[str, Indicator], *, zero_fill: bool = False) -> None:
        self.table, self.indicators, self.zero_fill = table, indicators, zero_fill
        self._refs: dict[Ref, Numbers] = {}

    def verdict(self, node: Node, missing: str) -> Verdicts:
        """Return 1, 0 or -1 (undecided) per unit for a condition, after the rule's missing policy."""
        result = self.condition(node)
        refs = operands(node)
        if missing == "any":
            for ref in refs:
                result = np.where(self.number(ref).known, result, UNKNOWN).astype(np.int8)
        elif missing == "all" and refs:
            some = np.logical_or.reduce([self.number(ref).known for ref in refs])
            result = np.where(some, result, UNKNOWN).astype(np.int8)
        return result

    def condition(self, node: Node) -> Verdicts:
        """Return 1, 0 or -1 per unit."""
        match node:
            case Compare():
                return self._compare(node)
            case Logic(op=op, args=args):
                parts = [self.condition(a) for a in args]
                return kleene_and(parts) if op == "and" else kleene_or(parts)
            case Not(operand=operand):
                return kleene_not(self.condition(operand))
            case Context():
                return self.table.umbrella.astype(np.int8)
            case Call(name="implies", args=(first, second)):
                return kleene_or([kleene_not(self.condition(first)), self.condition(second)])
            case Call(name="present", args=(Ref(code=code),)):
                return self._present(code)
            case Call(name="filled", args=(TextRef(code=code),)):
                rows = self.table.rows(code)
                return np.where(rows < 0, UNKNOWN, rows > 0).astype(np.int8)
        raise TypeError(f"not a condition: {node}")

    def number(self, node: Node) -> Numbers:
        """Return the number per unit; unknown where an operand is missing or a denominator is 0."""
        match node:
            case Number(value=value):
                n = self.table.size
                if abs(value.numerator) < _HELD:
                    same = np.full(n, value.numerator, dtype=np.int64)
                    return of_ints(same, value.denominator, np.ones(n, dtype=np.bool_))
                return Numbers(np.full(n, float(value)), np.ones(n, dtype=np.bool_), lambda _: value)
            case Ref():
                if node not in self._refs:
                    self._refs[node] = self._reference(node)
                return self._refs[node]
            case Arith(op=op, left=left, right=right):
                return arith(op, self.number(left), self.number(right))
            case Call(name="rows", args=(TextRef(code=code),)):
                rows = self.table.rows(code)
                return of_ints(rows, 1, rows >= 0)
            case Call(name="total", args=(TextRef(code=code, column=column),)):
                sums = self.table.sums(code, column)
                known = np.array([s is not None for s in sums], dtype=np.bool_)
                return Numbers(np.array([float(s or 0) for s in sums]), known, lambda i: sums[i] or Fraction(0))
            case Call(name=name, args=args):
                return _function(name, [self.number(a) for a in args])
        raise TypeError(f"not a number: {node}")

    def _reference(self, ref: Ref) -> Numbers:
        """Return a stored figure, or a computed one anew from its parts under the same policy."""
        indicator = self.indicators[ref.code]
        tree = definition(indicator, ref.measure, self.indicators)
        if tree is not None:
            return self._passed_up(ref, self.number(tree))
        scaled, state = self.table.figures(ref.code, ref.measure)
        known = state <= State.ZERO
        if self.zero_fill and ref.measure == "value":
            known = known | (state == State.BLANK) | (state == State.NOT_APPLICABLE)
        return of_ints(scaled, 10**indicator.decimals, known)

    def _passed_up(self, ref: Ref, numbers: Numbers) -> Numbers:
        """Return a computed figure with what lower units make of it in place of what their totals would give."""
        if ref.measure != "value" or ref.code not in self.table.parts:
            return numbers
        values = {i: part.value for i, part in self.table.parts[ref.code].items()}
        approx, known = numbers.approx.copy(), numbers.known.copy()
        for i, value in values.items():
            approx[i], known[i] = float(value or 0), value is not None

        def exact(i: int) -> Fraction:
            value = values.get(i)
            return numbers.exact(i) if value is None else value

        return Numbers(approx, known, exact)

    def _present(self, code: str) -> Verdicts:
        """T for states 1 and 2, F for 3 to 5, U for 6."""
        if definition(self.indicators[code], "value", self.indicators) is not None:
            return self.number(Ref(code)).known.astype(np.int8)
        _, state = self.table.figures(code, "value")
        return np.where(state == State.UNREADABLE, UNKNOWN, state <= State.ZERO).astype(np.int8)

    def _compare(self, node: Compare) -> Verdicts:
        left, right = node.left, node.right
        if _wordy(left) and _wordy(right):
            same = np.asarray(self._words(left) == self._words(right), dtype=np.bool_)
            return (same if node.op == "==" else ~same).astype(np.int8)
        if not _numeric(left):
            return self._alike(node)
        a, b = self.number(left), self.number(right)
        known = a.known & b.known
        diff = a.approx - b.approx
        sign = np.sign(diff)
        if (pair := _over_one(a, b)) is not None:
            sign = np.sign(pair[0] - pair[1]).astype(np.float64)
            return np.where(known, _SIGN[node.op](sign), UNKNOWN).astype(np.int8)
        near = known & (np.abs(diff) <= NEAR * np.maximum(1.0, np.maximum(np.abs(a.approx), np.abs(b.approx))))
        for i in np.flatnonzero(near):
            exact = a.exact(int(i)) - b.exact(int(i))
            sign[i] = (exact > 0) - (exact < 0)
        return np.where(known, _SIGN[node.op](sign), UNKNOWN).astype(np.int8)

    def _alike(self, node: Compare) -> Verdicts:
        """Compare two conditions: true when both are known and alike."""
        a, b = self.condition(node.left), self.condition(node.right)
        same = (a == b) if node.op == "==" else (a != b)
        return np.where((a == UNKNOWN) | (b == UNKNOWN), UNKNOWN, same).astype(np.int8)

    def _words(self, node: Node) -> npt.NDArray[np.object_]:
        if isinstance(node, Text):
            return np.full(self.table.size, node.value, dtype=object)
        return self.table.tier if node == Context("TIER") else np.full(self.table.size, self.table.period, dtype=object)


_SIGN: dict[str, Callable[[Floats], Bools]] = {
    "<=": lambda s: s <= 0,
    ">=": lambda s: s >= 0,
    "<": lambda s: s < 0,
    ">": lambda s: s > 0,
    "==": lambda s: s == 0,
    "!=": lambda s: s != 0,
}


def kleene_and(parts: list[Verdicts]) -> Verdicts:
    """F if any is F, T if all are T, else U."""
    stack = np.stack(parts)
    return np.where((stack == FALSE).any(0), FALSE, np.where((stack == TRUE).all(0), TRUE, UNKNOWN)).astype(np.int8)


def kleene_or(parts: list[Verdicts]) -> Verdicts:
    """T if any is T, F if all are F, else U."""
    stack = np.stack(parts)
    return np.where((stack == TRUE).any(0), TRUE, np.where((stack == FALSE).all(0), FALSE, UNKNOWN)).astype(np.int8)


def kleene_not(part: Verdicts) -> Verdicts:
    """T and F change places, U stays."""
    return np.where(part == UNKNOWN, UNKNOWN, 1 - part).astype(np.int8)


def _wordy(node: Node) -> bool:
    return isinstance(node, Text) or node in (Context("TIER"), Context("PERIOD"))


def _numeric(node: Node) -> bool:
    if isinstance(node, Call):
        return node.name not in ("implies", "present", "filled")
    return isinstance(node, Number | Ref | Arith)


def _over_one(a: Numbers, b: Numbers) -> tuple[Ints, Ints, int] | None:
    """Return two numbers as integers over one denominator, None where 64 bits might not hold their sum."""
    if a.ints is None or b.ints is None:
        return None
    over = lcm(a.over, b.over)
    left, right = over // a.over, over // b.over
    if _largest(a.ints) * left + _largest(b.ints) * right >= _HELD:
        return None
    return a.ints * left, b.ints * right, over


def _largest(ints: Ints) -> int:
    return max(abs(int(ints.min())), abs(int(ints.max()))) if len(ints) else 0


def arith(op: str, a: Numbers, b: Numbers) -> Numbers:
    """Return a sum, difference, product or quotient per unit; unknown where a part is, or the denominator is 0."""
    known = a.known & b.known
    if op in ("+", "-") and (pair := _over_one(a, b)) is not None:
        return of_ints(pair[0] + pair[1] if op == "+" else pair[0] - pair[1], pair[2], known)
    if op == "*" and a.ints is not None and b.ints is not None and _largest(a.ints) * _largest(b.ints) < _HELD:
        return of_ints(a.ints * b.ints, a.over * b.over, known)
    with np.errstate(all="ignore"):
        if op == "+":
            approx = a.approx + b.approx
            return Numbers(approx, known, lambda i: a.exact(i) + b.exact(i), _whole(approx, a, b))
        if op == "-":
            approx = a.approx - b.approx
            return Numbers(approx, known, lambda i: a.exact(i) - b.exact(i), _whole(approx, a, b))
        if op == "*":
            approx = a.approx * b.approx
            return Numbers(approx, known, lambda i: a.exact(i) * b.exact(i), _whole(approx, a, b))
        zero = np.abs(b.approx) < NEAR if b.ints is None else b.ints == 0
        for i in np.flatnonzero(known & zero & (b.ints is None)):
            zero[i] = b.exact(int(i)) == 0
        approx = a.approx / np.where(zero, np.nan, b.approx)
    return Numbers(approx, known & ~zero, lambda i: a.exact(i) / b.exact(i))


def _whole(approx: Floats, a: Numbers, b: Numbers) -> bool:
    """Return whether a sum or product of whole numbers is one too."""
    return a.whole and b.whole and bool((np.abs(approx) < _EXACT).all())


def _function(name: str, args: list[Numbers]) -> Numbers:
    function = FUNCTIONS[name]
    known = np.logical_and.reduce([a.known for a in args])

    def exact(i: int) -> Fraction:
        assert function.exact is not None, f"{name} is no function of numbers"
        return function.exact(*(a.exact(i) for a in args))

    if function.vector is not None:
        return Numbers(function.vector(*(a.approx for a in args)), known, exact)
    return Numbers(np.array([float(exact(i)) if k else np.nan for i, k in enumerate(known)]), known, exact)
