"""The corpus of damaged forms: every value is right or reported, whatever was done to the form in LibreOffice."""

from __future__ import annotations

import pytest
from corpus import PAGE, Outcome, damaged, forms_in, page
from desk import Desk

Outcomes = list[tuple[str, Outcome]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, desk: Desk) -> Outcomes:
    folder = tmp_path_factory.mktemp("damaged")
    return list(damaged(desk, folder, forms_in(folder)))


def test_no_figure_is_read_as_another(outcomes: Outcomes) -> None:
    assert {name: o.figures()[2] for name, o in outcomes if o.figures()[2]} == {}


def test_what_is_not_read_is_reported(outcomes: Outcomes) -> None:
    silent = {
        name: [code for code in (*o.figures()[1], *o.texts()[1]) if not o.told(code)]
        for name, o in outcomes
        if not o.receipt
    }
    assert {name: codes for name, codes in silent.items() if codes} == {}


def test_what_is_understood_is_told(outcomes: Outcomes) -> None:
    """Hidden rows, lost formats, values as text, columns nobody fills: nothing had to be understood."""
    plain = {name for name, o in outcomes if not o.repairs and not o.findings and not o.receipt}
    assert plain == {"隐藏几行", "隐藏几列", "删去“同比增减”“怎么填”两列", "合并名称格", "数字粘贴成文本"}


def test_the_table_in_the_documentation_is_what_was_seen(outcomes: Outcomes) -> None:
    assert page(outcomes) == PAGE.read_text(encoding="utf-8"), "run: python docs/damaged_forms.py"
