"""Nodes of a parsed expression. A tree is data: compared, walked and compiled, never executed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from workbook.model import Measure

NodeKind = Literal["number", "condition", "text"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number, exact."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Text:
    """A literal text, to compare TIER or PERIOD with."""

    value: str


@dataclass(frozen=True, slots=True)
class Ref:
    """An indicator of the unit judged, now or at an earlier time."""

    code: str
    measure: Measure = "value"


@dataclass(frozen=True, slots=True)
class TextRef:
    """A text input, argument of rows() and filled(); with `column` the sum of that column, as total() gives it."""

    code: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """UMBRELLA, TIER or PERIOD."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the table in `functions.py` applied to its arguments."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Arith:
    """`left op right` with op one of + - * /."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` with op one of <= >= < > == !=."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` over two or more conditions."""

    op: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Negated condition."""

    operand: Node


Node = Number | Text | Ref | TextRef | Context | Call | Arith | Compare | Logic | Not


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of a node, left to right."""
    match node:
        case Call(args=args) | Logic(args=args):
            return args
        case Arith(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Not(operand=operand):
            return (operand,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, left to right."""
    yield node
    for child in children(node):
        yield from walk(child)


def operands(node: Node) -> tuple[Ref, ...]:
    """Return the numeric operands in order of appearance, each once.

    The argument of present() is no numeric operand (semantics: missing policy).
    """
    if isinstance(node, Ref):
        return (node,)
    if isinstance(node, Call) and node.name == "present":
        return ()
    found = [ref for child in children(node) for ref in operands(child)]
    return tuple(dict.fromkeys(found))


def mentioned(node: Node) -> tuple[str, ...]:
    """Return all indicator codes that occur, present() included, in order of appearance, each once."""
    return tuple(dict.fromkeys(n.code for n in walk(node) if isinstance(n, Ref)))


def texts(node: Node) -> tuple[str, ...]:
    """Return all text inputs that occur, each once."""
    return tuple(dict.fromkeys(n.code for n in walk(node) if isinstance(n, TextRef)))


def columns(node: Node) -> tuple[TextRef, ...]:
    """Return all columns of lists that are summed, each once."""
    return tuple(dict.fromkeys(n for n in walk(node) if isinstance(n, TextRef) and n.column))
