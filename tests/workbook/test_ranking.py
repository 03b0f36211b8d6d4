"""Ranks are those of the exact values, however near these are to each other."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from workbook.expression.evaluate import Numbers, of_ints
from workbook.ranking import at_least, ranked

NEARLY = Fraction(1, 10**17)
values = st.one_of(
    st.fractions(-3, 3, max_denominator=7),
    st.builds(lambda n, d, e: Fraction(n, d) + e * NEARLY, st.integers(0, 3), st.integers(1, 3), st.integers(-2, 2)),
)


def as_numbers(exact: list[Fraction]) -> Numbers:
    known = np.ones(len(exact), dtype=np.bool_)
    return Numbers(np.array([float(value) for value in exact], dtype=np.float64), known, exact.__getitem__)


def plainly(exact: list[Fraction], rows: list[int], *, lower: bool) -> list[tuple[int, int]]:
    best_first = sorted(rows, key=lambda row: exact[row], reverse=not lower)
    better = {row: sum(exact[o] < exact[row] if lower else exact[o] > exact[row] for o in rows) for row in rows}
    return [(better[row] + 1, row) for row in best_first]


@given(rows=st.permutations(range(12)), exact=st.lists(values, min_size=12, max_size=12), lower=st.booleans())
@example(rows=[0, 1, 2], exact=[Fraction(1, 3), Fraction(1, 3) + NEARLY, Fraction(1, 3)], lower=False)
def test_ranks_are_those_of_exact_values(rows: list[int], exact: list[Fraction], lower: bool) -> None:
    found = ranked(as_numbers(exact), np.array(rows, dtype=np.int64), lower=lower)
    assert found == plainly(exact, list(rows), lower=lower)


@given(st.lists(st.integers(-4, 4), max_size=12), st.booleans())
def test_whole_numbers_are_ranked_alike(ints: list[int], lower: bool) -> None:
    numbers = of_ints(np.array(ints, dtype=np.int64), 10, np.ones(len(ints), dtype=np.bool_))
    rows = list(range(len(ints)))
    assert ranked(numbers, np.array(rows, dtype=np.int64), lower=lower) == plainly(
        [Fraction(n, 10) for n in ints], rows, lower=lower
    )


@given(st.lists(values, max_size=8), st.integers(-2, 2))
def test_a_bound_is_held_exactly(exact: list[Fraction], least: int) -> None:
    assert at_least(as_numbers(exact), least).tolist() == [value >= least for value in exact]
