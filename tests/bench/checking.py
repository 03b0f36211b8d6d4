"""How long does it take to check filled forms, beside pandera given the same rules?"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import reduce
from time import perf_counter

import pandas as pd
import pandera.pandas as pa
from helpers import NOTHING, all_modules
from pandera.errors import SchemaErrors

from bench.files import PACK, PERIOD, TIER, forms
from bench.measure import Section, medians, told
from workbook.checks.check import check
from workbook.checks.rules import Judge, active_rules
from workbook.expression.parse import parse
from workbook.expression.tree import Arith, Compare, Logic, Node, Number, Ref, walk
from workbook.model import Rule, Submission
from workbook.period import parse_period
from workbook.reading.submission import read_submission
from workbook.values import Table

READ, ALONE = 120, 30  # forms that are read, and stand for many units; units judged one by one
_PLAIN = (Ref, Number, Arith, Compare, Logic)
_OPERATORS: dict[str, Callable[[pd.Series, pd.Series], pd.Series]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
    "and": operator.and_,
    "or": operator.or_,
}


_SAID = (
    "Processor time, median, in turn; the whole check once, on the clock. {read} forms as read stand for all units. "
    "pandera is given the rules that are arithmetic and comparisons over figures and skip what is missing; it computes "
    "in floats and finds no words for what failed. Ours is exact and tells undecided from passed."
)


def column(ref: Ref) -> str:
    return f"{ref.code} {ref.measure}"


def in_pandas(node: Node, frame: pd.DataFrame) -> pd.Series | float:
    """Return what an expression gives over a frame with a column per figure."""
    match node:
        case Number(value=value):
            return float(value)
        case Ref():
            return frame[column(node)]
        case Arith(op=op, left=left, right=right) | Compare(op=op, left=left, right=right):
            return _OPERATORS[op](in_pandas(left, frame), in_pandas(right, frame))  # type: ignore[arg-type]
        case Logic(op=op, args=args):
            return reduce(_OPERATORS[op], (in_pandas(a, frame) for a in args))  # type: ignore[arg-type]
    raise ValueError(node)


def as_pandera(rules: Sequence[Rule], refs: Iterable[Ref] = ()) -> pa.DataFrameSchema:
    """Return the rules as a pandera schema: a check over the frame each, what is missing passes.

    The columns of `refs` are checked too: numbers, not negative.
    """

    def over(rule: Rule) -> pa.Check:
        tree = parse(rule.expression)
        named = [column(node) for node in walk(tree) if isinstance(node, Ref)]
        return pa.Check(lambda frame: in_pandas(tree, frame) | frame[named].isna().any(axis=1), name=rule.id)

    columns = {column(ref): pa.Column(float, pa.Check.ge(0), nullable=True) for ref in refs}
    return pa.DataFrameSchema(columns, checks=[over(rule) for rule in rules])


def wide(table: Table, judge: Judge, refs: Iterable[Ref]) -> pd.DataFrame:
    """Return a column per figure, what is missing as NaN."""
    columns = {}
    for ref in refs:
        numbers = judge.plain.number(ref)
        exact = [float(numbers.exact(i)) if numbers.known[i] else float("nan") for i in range(table.size)]
        columns[column(ref)] = exact
    return pd.DataFrame(columns, dtype=float)


def failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> int:
    """Return how often a rule failed."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        cases = cases[cases["schema_context"] == "DataFrameSchema"]
        return len(cases[["check", "index"]].drop_duplicates())
    return 0


def judged(table: Table, rules: Iterable[Rule]) -> int:
    judge = Judge(table, PACK.indicators)
    return sum(int((judge.verdicts(rule) == 0).sum()) for rule in rules)


def repeated(read: Sequence[Submission], many: int) -> dict[str, Submission]:
    """Return as many submissions, those read over and over, each of a unit of its own."""
    found = {}
    for n in range(many):
        like = read[n % len(read)]
        found[f"U{n:05}"] = replace(like, unit=replace(like.unit, code=f"U{n:05}"), file=f"U{n:05}")
    return found


def table_of(submissions: dict[str, Submission]) -> Table:
    return check(PACK, submissions, NOTHING, period=PERIOD, modules=all_modules(PACK)).table


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure rules alone beside pandera, then the whole check with its sentences."""
    read = [read_submission(path, PACK) for path in forms(min(READ, max(sizes)))]
    rows = [row for many in sizes for row in _measured(repeated(read, many))]
    return [Section("Checking", _SAID.format(read=len(read)), ("units", "what", "took", ""), rows)]


def _measured(submissions: dict[str, Submission]) -> list[tuple[str, ...]]:
    many, modules = len(submissions), all_modules(PACK)
    rules = [r for r in active_rules(PACK, parse_period(PERIOD), modules).values() if TIER in r.tiers]
    plain = [r for r in rules if r.missing == "any" and all(isinstance(n, _PLAIN) for n in walk(parse(r.expression)))]
    refs = sorted({n for r in plain for n in walk(parse(r.expression)) if isinstance(n, Ref)}, key=column)
    table = table_of(submissions)
    alone = [table_of({code: submissions[code]}) for code in [*submissions][:ALONE]]
    frame = wide(table, Judge(table, PACK.indicators), refs)
    schema, columns = as_pandera(plain), as_pandera(plain, refs)
    with warnings.catch_warnings(action="ignore"):
        ours, theirs = judged(table, plain), failures(schema, frame)
        took = medians(
            {
                "same": lambda: judged(table, plain),
                "pandera": lambda: failures(schema, frame),
                "columns": lambda: failures(columns, frame),
                "all": lambda: judged(table, rules),
                "alone": lambda: [judged(one, rules) for one in alone],
            }
        )
    start = perf_counter()
    found = check(PACK, submissions, NOTHING, period=PERIOD, modules=modules).findings
    whole, findings = perf_counter() - start, sum(map(len, found.values()))
    same, all_ = took["same"], took["all"]
    each, each_alone = all_ / (len(rules) * many), took["alone"] / (len(rules) * len(alone))
    lines = {
        f"{len(plain)} rules": (same, f"{ours} failures"),
        "pandera, the same rules": (took["pandera"], f"{theirs} failures, {took['pandera'] / same:.1f} × ours"),
        f"pandera, {len(refs)} columns not negative too": (
            took["columns"],
            f"{took['columns'] / same:.1f} × ours without",
        ),
        f"all {len(rules)} rules": (all_, f"{each * 1e6:.2f} µs per rule and unit"),
        f"all {len(rules)} rules, {len(alone)} units one by one": (
            took["alone"],
            f"{each_alone * 1e6:.1f} µs per rule and unit, {each_alone / each:.0f} × at once",
        ),
        "whole check, findings worded": (
            whole,
            f"{whole / many * 1e3:.2f} ms per form, {findings / many:.2f} findings per form",
        ),
    }
    return [(str(many), what, told(span), more) for what, (span, more) in lines.items()]
