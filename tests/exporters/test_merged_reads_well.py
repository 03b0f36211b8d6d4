"""Whatever is missing or zero in a round, the merged report stays grammatical."""

from __future__ import annotations

from collections.abc import Collection as Codes
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random

import pytest
from genres import PACK, full_texts
from helpers import a_round, collected, submission
from helpers import chosen as choose
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import faults

from exporters.narrative.facts import OfRound
from exporters.narrative.figures import Figures
from exporters.narrative.measures import HOW
from exporters.narrative.merge import Merge
from exporters.narrative.report import source_of
from exporters.narrative.told import plain_text, tell
from workbook.blank import blanks_in
from workbook.collection import Collection
from workbook.model import Unit
from workbook.totals import Total

GENRE = PACK.genres["city_merge"]
UNITS = [
    *(Unit(f"X{n}", f"第{n}县", "county") for n in range(1, 4)),
    *(Unit(f"Q{n}", f"第{n}区", "district") for n in range(1, 3)),
    *(Unit(f"S{n}", f"第{n}局", "organ") for n in range(1, 5)),
]
BODY = source_of(PACK, GENRE).partition("\n+wide")[0]
CODES = sorted({blank.code for blank in blanks_in(BODY)})


@dataclass(frozen=True)
class Altered(OfRound):
    """A round in which some totals are missing and some are zero."""

    missing: frozenset[str] = field(default_factory=frozenset)
    zero: frozenset[str] = field(default_factory=frozenset)

    def total(self, code: str, scope: str) -> Total | None:
        found = super().total(code, scope)
        if found is None or code not in self.missing | self.zero:
            return found
        if code in self.missing:
            return replace(found, value=None, n=0, matched=0, matched_value=None, matched_prior=None)
        return replace(found, value=Fraction(0), matched_value=Fraction(0))


@cache
def city() -> Collection:
    forms = []
    for place, unit in enumerate(UNITS):
        values: dict[str, int] = {}
        for at, code in enumerate(PACK.indicators):
            values |= {code: 300 - at + place, f"prev({code})": 290 - at, f"opening({code})": 280 - at}
        texts = {c: rows for c, rows in full_texts("county_half").items() if unit.tier in PACK.texts[c].tiers}
        forms.append(replace(submission(values, tier=unit.tier, unit=unit.code, texts=texts), unit=unit))
    return collected(a_round(Path("nowhere"), UNITS, return_on_error=False), *forms)


def told(missing: Codes[str] = (), zero: Codes[str] = (), chosen: int = 3) -> str:
    collection = city()
    figures = Figures(Altered(collection, frozenset(missing), frozenset(zero)), frozenset(GENRE.withheld), HOW)
    body = "把清单贴到村口，办完一件销一件。"
    picks = choose(
        collection,
        lambda p: p.unit in UNITS[:chosen] and p.text.editor and p.text.kind == "list" and p.candidate.number == 1,
        title="题目",
        wording=body,
    )
    lines, _ = tell(BODY, Merge(collection, figures, picks).context(), figures, {})
    return plain_text(lines)


def test_a_merged_report_with_everything_in_it_reads_well() -> None:
    text = told()
    assert faults(text) == []
    assert "县区占" in text


@pytest.mark.parametrize("code", CODES)
def test_with_any_one_figure_missing_or_zero_the_merged_report_reads_on(code: str) -> None:
    assert faults(told(missing=[code])) == []
    assert faults(told(zero=[code])) == []


@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.1, 0.4, 0.8, 1.0]), chosen=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_with_any_subset_missing_or_zero_the_merged_report_reads_on(seed: int, share: float, chosen: int) -> None:
    chance = Random(seed)
    missing = [c for c in CODES if chance.random() < share]
    zero = [c for c in CODES if chance.random() < 0.1]
    assert faults(told(missing, zero, chosen)) == []
