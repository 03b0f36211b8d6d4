"""Text of a rule → tree. Python's own grammar reads it; only a listed part of that grammar is let through."""

from __future__ import annotations

import ast
from fractions import Fraction
from functools import lru_cache

from workbook.expression.functions import CONTEXT, FUNCTIONS
from workbook.expression.tree import (
    Arith,
    Call,
    Compare,
    Context,
    Logic,
    Node,
    NodeKind,
    Not,
    Number,
    Ref,
    Text,
    TextRef,
    texts,
)
from workbook.messages import say

_ARITH = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE = {ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">", ast.Eq: "==", ast.NotEq: "!="}
_LONGEST = 2000


class ExpressionError(ValueError):
    """The text is no expression of the language: column (1-based), what is wrong, what to do."""

    def __init__(self, column: int, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.column, self.problem, self.remedy = column, problem, remedy


@lru_cache(maxsize=4096)
def parse(text: str, want: NodeKind = "condition") -> Node:
    """Return the tree of `text`, whose result must be of kind `want`; ExpressionError if it is not."""
    try:
        body = ast.parse(text.strip()[:_LONGEST], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = getattr(error, "offset", None) or 1
        raise ExpressionError(column, say("expression.syntax"), say("expression.syntax_remedy")) from None
    node = _convert(body)
    _expect(body, node, want)
    return node


def kind(node: Node) -> NodeKind:
    """Return what the node yields: number, condition or text."""
    match node:
        case Number() | Ref() | Arith():
            return "number"
        case Text() | TextRef():
            return "text"
        case Context(name=name):
            return CONTEXT[name]
        case Call(name=name):
            return FUNCTIONS[name].result
    return "condition"


def _fail(at: ast.AST, key: str, **values: object) -> ExpressionError:
    column = getattr(at, "col_offset", 0) + 1
    return ExpressionError(column, say(f"expression.{key}", **values), say(f"expression.{key}_remedy", **values))


def _expect(at: ast.AST, node: Node, want: NodeKind) -> None:
    if kind(node) != want:
        raise _fail(at, "kind", want=say(f"expression.{want}"), got=say(f"expression.{kind(node)}"))


def _convert(at: ast.expr) -> Node:
    match at:
        case ast.Constant():
            return _literal(at)
        case ast.Name(id=name):
            return Context(name) if name in CONTEXT else Ref(name)
        case ast.UnaryOp(op=ast.Not()):
            operand = _convert(at.operand)
            _expect(at.operand, operand, "condition")
            return Not(operand)
        case ast.UnaryOp(op=ast.USub()):
            return Arith("-", Number(Fraction(0)), _number(at.operand))
        case ast.BinOp() if type(at.op) in _ARITH:
            return Arith(_ARITH[type(at.op)], _number(at.left), _number(at.right))
        case ast.BoolOp():
            return Logic("and" if isinstance(at.op, ast.And) else "or", tuple(_condition(v) for v in at.values))
        case ast.Compare():
            return _comparison(at)
        case ast.Call():
            return _call(at)
    raise _fail(at, "construct")


def _literal(at: ast.Constant) -> Node:
    if isinstance(at.value, str):
        return Text(at.value)
    if isinstance(at.value, int | float) and not isinstance(at.value, bool):
        return Number(Fraction(ast.unparse(at)))
    raise _fail(at, "construct")


def _number(at: ast.expr) -> Node:
    node = _convert(at)
    _expect(at, node, "number")
    return node


def _condition(at: ast.expr) -> Node:
    node = _convert(at)
    _expect(at, node, "condition")
    return node


def _comparison(at: ast.Compare) -> Node:
    """Return a chain as pairs: `a < b < c` means `a < b and b < c`. Conditions and texts know only == and !=."""
    sides = [at.left, *at.comparators]
    nodes = [_convert(side) for side in sides]
    parts: list[Node] = []
    for i, op in enumerate(at.ops):
        if type(op) not in _COMPARE:
            raise _fail(at, "construct")
        sign = _COMPARE[type(op)]
        _expect(sides[i + 1], nodes[i + 1], kind(nodes[i]))
        if kind(nodes[i]) != "number" and sign not in ("==", "!="):
            raise _fail(at, "order")
        parts.append(Compare(sign, nodes[i], nodes[i + 1]))
    return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))


def _call(at: ast.Call) -> Node:
    name = at.func.id if isinstance(at.func, ast.Name) else ""
    function = FUNCTIONS.get(name)
    if function is None or at.keywords:
        raise _fail(at, "function", name=name or ast.unparse(at.func), known=" ".join(sorted(FUNCTIONS)))
    if len(at.args) != len(function.arguments):
        raise _fail(at, "arity", name=name, n=len(function.arguments))
    args: list[Node] = []
    for argument, want in zip(at.args, function.arguments, strict=True):
        if want in ("indicator", "text", "column"):
            if not isinstance(argument, ast.Name) or argument.id in CONTEXT:
                raise _fail(argument, "code", name=name)
            if function.time is not None:
                return Ref(argument.id, function.time)
            if want == "column":
                args[-1] = TextRef(texts(args[-1])[0], argument.id)
            else:
                args.append(Ref(argument.id) if want == "indicator" else TextRef(argument.id))
        else:
            args.append(_number(argument) if want == "number" else _condition(argument))
    return Call(name, tuple(args))
