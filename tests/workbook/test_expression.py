"""The rule language: three-valued logic, missing policies, exact comparison, and errors that help."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from helpers import findings_of
from hypothesis import given
from hypothesis import strategies as st

from workbook.expression.evaluate import kleene_and, kleene_not, kleene_or
from workbook.expression.excel import number_formula
from workbook.expression.functions import FUNCTIONS, round_half_up
from workbook.expression.parse import ExpressionError, parse
from workbook.expression.tree import Ref, TextRef, mentioned, operands

T, F, U = 1, 0, -1
WORDS = {"T": T, "F": F, "U": U}


def vector(value: int) -> np.ndarray:
    return np.array([value], dtype=np.int8)


@pytest.mark.parametrize(
    ("operator", "row"),
    [
        ("and", "TT=T TF=F TU=U FT=F FF=F FU=F UT=U UF=F UU=U"),
        ("or", "TT=T TF=T TU=T FT=T FF=F FU=U UT=T UF=U UU=U"),
        ("implies", "TT=T TF=F TU=U FT=T FF=T FU=T UT=T UF=U UU=U"),
    ],
)
def test_logic_is_three_valued(operator: str, row: str) -> None:
    for case in row.split():
        a, b, expected = WORDS[case[0]], WORDS[case[1]], WORDS[case[3]]
        parts = [vector(a), vector(b)]
        if operator == "and":
            result = kleene_and(parts)
        elif operator == "or":
            result = kleene_or(parts)
        else:
            result = kleene_or([kleene_not(parts[0]), parts[1]])
        assert result[0] == expected, (operator, case)


def fired(rule: str, values: dict[str, object], **more: object) -> bool:
    return bool(findings_of(values, [rule], **more))


def test_policy_any_skips_a_rule_with_one_blank_operand() -> None:
    assert not fired("R001", {"BASE_INSERVICE": 11})
    assert fired("R001", {"BASE_INSERVICE": 11, "BASE_MEMBERS": 10})


def test_policy_all_judges_what_is_there() -> None:
    """R099: 文件 rose, 会议 blank: the conjunction is false whatever 会议 is."""
    assert fired("R099", {"DIS_DOCS": 105, "prev(DIS_DOCS)": 100})
    assert not fired("R099", {"DIS_DOCS": 95, "prev(DIS_DOCS)": 100})
    assert not fired("R099", {})


def test_policy_zero_counts_blank_and_not_applicable_but_not_uncounted() -> None:
    assert fired("R057", {"DIS_EIGHT_CASES": 3})
    assert fired("R057", {"DIS_EIGHT_CASES": 3, "DIS_EIGHT_PERSONS": "不适用"})
    assert not fired("R057", {"DIS_EIGHT_CASES": 3, "DIS_EIGHT_PERSONS": "未统计"})
    assert not fired("R057", {"DIS_EIGHT_CASES": 3, "DIS_EIGHT_PERSONS": "三人"})


def test_earlier_figures_are_never_filled_with_zero() -> None:
    """R068: punished without filed cases; last year's count is unknown, so nothing can be said."""
    assert not fired("R068", {"DIS_PUNISHED": 2, "DIS_FILED_CASES": 0})
    assert fired("R068", {"DIS_PUNISHED": 2, "DIS_FILED_CASES": 0, "prev(DIS_FILED_CASES)": 0})


def test_a_ratio_with_denominator_zero_is_missing() -> None:
    values = {"THE_XXQG_REGISTERED": 0, "BASE_INSERVICE": 0, "PLN_XXQG_REG_RATE": 0}
    assert not fired("R138", values)


def test_a_rate_is_compared_exactly_not_as_rounded() -> None:
    """2/3 is 66.67 when stored; a target of 66.66 is below it, 66.67 is above it."""
    values: dict[str, object] = {"THE_XXQG_REGISTERED": 2, "BASE_INSERVICE": 3}
    assert fired("R138", values | {"PLN_XXQG_REG_RATE": 66.66})
    assert not fired("R138", values | {"PLN_XXQG_REG_RATE": 66.67})


def test_binary_fractions_do_not_decide_a_tie() -> None:
    """R010 is 0.3 <= 0.3 and R102's bound 100 is met exactly, whatever floats say of 0.1 * 3."""
    assert not fired("R010", {"CAD_TALENT_AWARD": 0.3, "CAD_TALENT_FUND": 0.3})
    assert fired("R102", {"CAD_TALENT_FUND": 70, "prev(CAD_TALENT_FUND)": 0.7})
    assert not fired("R102", {"CAD_TALENT_FUND": 69.99, "prev(CAD_TALENT_FUND)": 0.7})


def test_message_prints_values_and_says_what_is_missing() -> None:
    (finding,) = findings_of({"DIS_EIGHT_CASES": 3}, ["R057"])
    assert "3 起" in finding.message
    assert "（缺） 人" in finding.message


def test_rows_of_a_sheet_not_delivered_decide_nothing() -> None:
    from dataclasses import replace

    from helpers import judged, submission

    without = submission({})
    without = replace(without, texts={k: v for k, v in without.texts.items() if k != "TXT_PROBLEMS"})
    assert "R123" not in {f.rule for f in judged(without).findings["U1"]}
    assert "R123" in {f.rule for f in judged(submission({})).findings["U1"]}


@pytest.mark.parametrize(
    ("text", "column", "word"),
    [
        ("A <= ", 1, "写法"),
        ("A <= B +", 1, "写法"),
        ("A + B", 1, "条件"),
        ("lag(A) > 1", 1, "lag"),
        ("prev(A + 1) > 1", 6, "代码"),
        ("prev(A, B) > 1", 1, "1 个参数"),
        ("A <= (B > 1)", 7, "数字"),
        ("[A] == 1", 1, "不支持"),
        ("__import__('os').system('x') == 1", 1, "没有名为"),
        ("A.b > 1", 1, "不支持"),
        ("A == True", 6, "不支持"),
    ],
)
def test_a_faulty_expression_says_where_and_what(text: str, column: int, word: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert word in caught.value.problem
    assert caught.value.column >= column or column == 1
    assert caught.value.remedy


def test_argument_of_present_is_no_numeric_operand() -> None:
    tree = parse("implies(present(A), B > prev(C))")
    assert operands(tree) == (Ref("B"), Ref("C", "prior"))
    assert mentioned(tree) == ("A", "B", "C")


def test_every_function_is_explained() -> None:
    assert all(f.doc and f.arguments for f in FUNCTIONS.values())


def test_arithmetic_becomes_an_excel_formula() -> None:
    def find(ref: Ref | TextRef) -> str:
        return ref.code

    tree = parse("abs(A - B) / max(C, 1) * 0.5", "number")
    assert number_formula(tree, find) == "((ABS((A-B))/MAX(C,1))*(1/2))"
    with pytest.raises(TypeError):
        number_formula(parse("A > 1"), find)


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=999), st.integers(0, 4))
def test_rounding_is_half_away_from_zero(value: Fraction, places: int) -> None:
    rounded = round_half_up(value, places)
    assert abs(rounded - value) <= Fraction(1, 2) / 10**places
    if abs(rounded - value) == Fraction(1, 2) / 10**places:
        assert abs(rounded) > abs(value)
