"""Whatever is missing or zero, a unit's report stays grammatical, and what went is listed."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from genres import OWN, PACK, full_texts, full_values, told
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import faults

from workbook.blank import blanks_in
from workbook.tables import read_text


@pytest.mark.parametrize("genre", OWN)
def test_a_report_with_everything_in_it_drops_nothing_it_could_say(genre: str) -> None:
    text, dropped, _ = told(genre, full_values(genre), full_texts(genre))
    assert faults(text) == []
    assert not [d for d in dropped if "没有填" in d.reason]


@pytest.mark.parametrize("genre", OWN)
def test_every_figure_of_the_genres_text_is_printed_when_it_is_known(genre: str) -> None:
    source = read_text(PACK.root / PACK.genres[genre].template)
    wanted = {b.code for b in blanks_in(source) if b.code in PACK.indicators}
    _, _, tags = told(genre, full_values(genre), full_texts(genre))
    assert wanted <= {t[3:].split("@")[0] for t in tags}


@pytest.mark.parametrize("genre", OWN)
def test_with_any_one_figure_missing_or_zero_the_text_reads_on(genre: str) -> None:
    values, texts = full_values(genre), full_texts(genre)
    printed = {t[3:].split("@")[0] for t in told(genre, values, texts)[2]}
    for code in sorted(c for c in printed if c in PACK.indicators):
        missing = {k: v for k, v in values.items() if k[0] != code}
        text, dropped, tags = told(genre, missing, texts)
        assert faults(text) == [], code
        assert not [t for t in tags if t.startswith(f"hb:{code}@")]
        assert [d for d in dropped if PACK.indicators[code].name in d.reason] or code not in blank_codes(genre), code
        text, _, _ = told(genre, {**values, (code, "value"): Fraction(0)}, texts)
        assert faults(text) == [], code


def blank_codes(genre: str) -> set[str]:
    return {b.code for b in blanks_in(read_text(PACK.root / PACK.genres[genre].template)) if b.measure != "words"}


@pytest.mark.parametrize("genre", OWN)
@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.1, 0.3, 0.6, 0.9, 1.0]))
@settings(max_examples=100, deadline=None)
def test_with_any_subset_missing_or_zero_the_text_reads_on(genre: str, seed: int, share: float) -> None:
    chance = Random(seed)
    values = {k: v for k, v in full_values(genre).items() if chance.random() > share}
    for key in list(values):
        if chance.random() < 0.1:
            values[key] = Fraction(0)
    texts = {c: items[: chance.randint(0, len(items))] for c, items in full_texts(genre).items()}
    text, _, _ = told(genre, values, texts)
    assert faults(text) == []


@pytest.mark.parametrize("genre", OWN)
def test_a_report_of_a_form_with_nothing_in_it_has_no_empty_heading(genre: str) -> None:
    text, dropped, tags = told(genre, {}, {})
    assert faults(text) == []
    assert tags == []
    assert dropped
