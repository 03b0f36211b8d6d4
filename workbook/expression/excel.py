"""Tree → Excel formula. Numbers for computed cells; verdicts in three-valued logic for rules that live in a form.

A verdict formula yields 1 pass, 0 fail, 0.5 undecided, 2 broken: with T = 1, F = 0 and U = 0.5 Kleene's and, or and
not are MIN, MAX and 1 - x. Only functions that Excel 2010, WPS and LibreOffice 7 share are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

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
from workbook.model import Indicator

Locate = Callable[[Ref | TextRef], str]
UNDECIDED, BROKEN = "0.5", "2"
_PLACES = 9  # differences below this are the noise of binary fractions; figures have at most four decimals
_WIDE_BLANKS = ("\u3000", "\u00a0")
_SIGNS = {"==": "=", "!=": "<>"}


def tidied(cell: str) -> str:
    """Return the Excel expression for a text without control characters, outer blanks of any width cut."""
    return f"TRIM({_replaced(cell, _WIDE_BLANKS, ' ')})"


def characters(cell: str) -> str:
    """Return the Excel expression for how many characters of a text count, as reading.values.length counts them."""
    return f"LEN({_replaced(cell, (' ', *_WIDE_BLANKS), '')})"


def _replaced(cell: str, blanks: Iterable[str], by: str) -> str:
    text = f"CLEAN({cell})"
    for blank in blanks:
        text = f'SUBSTITUTE({text},"{blank}","{by}")'
    return text


def number_formula(node: Node, locate: Locate) -> str:
    """Return `node` as an Excel expression without the leading '='.

    `locate` gives the Excel expression that yields an operand's cell, the count of a text's items or a column's sum.
    Conditions raise TypeError: only arithmetic can stand in a figure's cell.
    """
    match node:
        case Number(value=value):
            if value.denominator == 1:
                return str(value.numerator)
            return f"({value.numerator}/{value.denominator})"
        case Ref():
            return locate(node)
        case Call(name="rows" | "total", args=(TextRef() as text,)):
            return locate(text)
        case Arith(op=op, left=left, right=right):
            return f"({number_formula(left, locate)}{op}{number_formula(right, locate)})"
        case Call(name=name, args=args) if FUNCTIONS[name].excel:
            return FUNCTIONS[name].excel.format(*(number_formula(a, locate) for a in args))
    raise TypeError(f"not arithmetic: {node}")


@dataclass(frozen=True, slots=True)
class Operand:
    """Excel expressions about one operand: its number (0 where missing), whether it is known and readable, its text."""

    value: str
    known: str
    readable: str = "TRUE"
    raw: str = '""'  # what stands in the cell, outer blanks cut
    exact: str = "0"  # the number as typed; `value` has the declared decimals
    handed: str = '""'  # the figure the form was handed out with


@dataclass(frozen=True, slots=True)
class PassedUp:
    """A computed figure that lower units make other than the totals beside it, None where there is none.

    It counts while `stands`, an Excel condition: nobody has altered those totals.
    """

    value: Fraction | None
    stands: str


@dataclass(frozen=True)
class Live:
    """Compiles rules for one form. `find` gives an operand under the rule's missing policy (zero-filled or not).

    `passed_up` has, by code, computed figures that are not to be worked out from what stands in the form.
    """

    find: Callable[[Ref | TextRef, bool], Operand]
    indicators: Mapping[str, Indicator]
    umbrella: bool
    tier: str
    period: str
    passed_up: Mapping[str, PassedUp] = field(default_factory=dict)

    def verdict(self, node: Node, missing: str) -> str:
        """Return the verdict formula of a rule without the leading '='."""
        zero = missing == "zero"
        result = self.condition(node, zero=zero)
        known = [_all(self.known(ref, zero=zero)) for ref in operands(node)]
        if known and missing == "any":
            result = f"IF({_all(known)},{result},{UNDECIDED})"
        elif known and missing == "all":
            result = f"IF(OR({','.join(known)}),{result},{UNDECIDED})"
        return f"IFERROR({result},{BROKEN})"

    def condition(self, node: Node, *, zero: bool) -> str:
        """Return a condition as an Excel expression that yields 1, 0 or 0.5."""
        match node:
            case Compare():
                return self._compare(node, zero=zero)
            case Logic(op=op, args=args):
                parts = ",".join(self.condition(a, zero=zero) for a in args)
                return f"{'MIN' if op == 'and' else 'MAX'}({parts})"
            case Not(operand=operand):
                return f"(1-{self.condition(operand, zero=zero)})"
            case Context():
                return "1" if self.umbrella else "0"
            case Call(name="implies", args=(first, second)):
                return f"MAX(1-{self.condition(first, zero=zero)},{self.condition(second, zero=zero)})"
            case Call(name="present", args=(Ref() as ref,)):
                if definition(self.indicators[ref.code], ref.measure, self.indicators) is not None:
                    return f"IF({_all(self.known(ref, zero=False))},1,0)"
                cell = self.find(ref, False)
                return f"IF({cell.readable},IF({cell.known},1,0),{UNDECIDED})"
            case Call(name="filled", args=(TextRef() as text,)):
                rows = self.find(text, False)
                return f"IF({rows.known},IF({rows.value}>0,1,0),{UNDECIDED})"
        raise TypeError(f"not a condition: {node}")

    def known(self, node: Node, *, zero: bool) -> list[str]:
        """Return what must hold for a number to be known: every operand there, no denominator zero."""
        match node:
            case Ref():
                tree = definition(self.indicators[node.code], node.measure, self.indicators)
                if tree is None:
                    return [self.find(node, zero).known]
                known = self.known(tree, zero=zero)
                if passed := self._passed_up(node):
                    return [f"IF({passed.stands},{str(passed.value is not None).upper()},{_all(known)})"]
                return known
            case Call(name="rows" | "total", args=(TextRef() as text,)):
                return [self.find(text, zero).known]
            case Arith(op=op, left=left, right=right):
                parts = [*self.known(left, zero=zero), *self.known(right, zero=zero)]
                if op != "/":
                    return parts
                below = self.number(right, zero=zero)  # may itself divide by zero, which is as good as zero here
                return [*parts, f"IFERROR(ROUND({below},{_PLACES})<>0,FALSE)"]
            case Call(args=args):
                return [part for a in args for part in self.known(a, zero=zero)]
        return []

    def number(self, node: Node, *, zero: bool) -> str:
        """Return a number as an Excel expression; meaningful only where `known` holds."""

        def locate(ref: Ref | TextRef) -> str:
            if isinstance(ref, Ref):
                tree = definition(self.indicators[ref.code], ref.measure, self.indicators)
                if tree is not None and (passed := self._passed_up(ref)) and passed.value is not None:
                    right = number_formula(Number(passed.value), locate)
                    return f"IF({passed.stands},{right},{self.number(tree, zero=zero)})"
                if tree is not None:
                    return self.number(tree, zero=zero)
            return self.find(ref, zero).value

        return number_formula(node, locate)

    def _passed_up(self, ref: Ref) -> PassedUp | None:
        return self.passed_up.get(ref.code) if ref.measure == "value" else None

    def _compare(self, node: Compare, *, zero: bool) -> str:
        sign = _SIGNS.get(node.op, node.op)
        words = [self._word(side) for side in (node.left, node.right)]
        if None not in words:
            same = words[0] == words[1]
            return "1" if same == (node.op == "==") else "0"
        if isinstance(node.left, Compare | Logic | Not | Context) or _conditional(node.left):
            a, b = self.condition(node.left, zero=zero), self.condition(node.right, zero=zero)
            return f"IF(OR({a}={UNDECIDED},{b}={UNDECIDED}),{UNDECIDED},IF({a}{sign}{b},1,0))"
        known = list(dict.fromkeys([*self.known(node.left, zero=zero), *self.known(node.right, zero=zero)]))
        left, right = self.number(node.left, zero=zero), self.number(node.right, zero=zero)
        test = f"IF(ROUND({left}-{right},{_PLACES}){sign}0,1,0)"
        return f"IF({_all(known)},{test},{UNDECIDED})" if known else test

    def _word(self, node: Node) -> str | None:
        if isinstance(node, Text):
            return node.value
        return (
            {Context("TIER"): self.tier, Context("PERIOD"): self.period}.get(node)
            if isinstance(node, Context)
            else None
        )


def _conditional(node: Node) -> bool:
    return isinstance(node, Call) and FUNCTIONS[node.name].result == "condition"


def _all(tests: list[str]) -> str:
    unique = list(dict.fromkeys(tests))
    return unique[0] if len(unique) == 1 else f"AND({','.join(unique)})"
