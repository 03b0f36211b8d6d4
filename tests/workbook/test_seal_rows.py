"""What a seal keeps, and what is made of seals that others wrote: a seal, no seal, never a crash."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from helpers import party_building, submission
from hypothesis import given
from hypothesis import strategies as st

from workbook.model import Seal, Submission
from workbook.seal import Change, changed_since, make_seal, seal_of, seal_rows, seal_state

PACK = party_building()
MOMENT = datetime(2020, 7, 3, 9, 30)
VALUES = {"BASE_MEMBERS": 12, "BASE_INSERVICE": "不适用", "prev(BASE_MEMBERS)": 0}
TEXTS = {"TXT_PLANS": 2}


def sealed(**more: object) -> Submission:
    form = submission(VALUES, texts=TEXTS, **more)
    return replace(form, seal=seal_of(seal_rows(make_seal(form, PACK, MOMENT))))


def altered(form: Submission, rows: dict[str, str]) -> Submission:
    """Return the form with some rows of its seal altered; a row of "" is gone."""
    assert form.seal is not None
    stamp = {key: value for key, value in (seal_rows(form.seal) | rows).items() if value}
    return replace(form, seal=seal_of(stamp))


def test_a_seal_keeps_figures_states_and_a_fingerprint_of_every_item() -> None:
    seal = sealed().seal
    assert seal is not None
    assert seal.moment == MOMENT
    assert seal.figures == {
        ("BASE_MEMBERS", "value"): "12",
        ("BASE_INSERVICE", "value"): "不适用",
        ("BASE_MEMBERS", "prior"): "0",
    }
    assert list(seal.texts) == [("TXT_PLANS", 1), ("TXT_PLANS", 2)]
    assert all(len(mark) == 16 for mark in seal.texts.values())


def test_a_seal_written_as_rows_reads_back() -> None:
    form = sealed()
    assert form.seal == make_seal(form, PACK, MOMENT)
    assert seal_state(form, PACK) == "sealed"
    assert seal_state(submission(VALUES), PACK) == "unsealed"
    assert changed_since(submission(VALUES), PACK) == []


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ({"BASE_MEMBERS": 0}, Change("BASE_MEMBERS", "value", 0, "12", "0")),
        ({"BASE_MEMBERS": None}, Change("BASE_MEMBERS", "value", 0, "12", "")),
        ({"BASE_INSERVICE": 0}, Change("BASE_INSERVICE", "value", 0, "不适用", "0")),
        ({"BASE_BRANCHES": "未统计"}, Change("BASE_BRANCHES", "value", 0, "", "未统计")),
        ({"prev(BASE_MEMBERS)": None}, Change("BASE_MEMBERS", "prior", 0, "0", "")),
    ],
)
def test_zero_blank_and_states_are_different_things_to_a_seal(now: dict[str, object], change: Change) -> None:
    form = submission(VALUES | now, texts=TEXTS)
    assert changed_since(replace(form, seal=sealed().seal), PACK) == [change]


def test_blanks_in_a_text_are_no_change_and_words_are() -> None:
    width = len(PACK.texts["TXT_PLANS"].subfields)
    first, spaced, other = (
        submission({}, texts={"TXT_PLANS": [[t] * width]}) for t in ("加强 学习", "加强\n学习", "学习")
    )
    seal = make_seal(first, PACK, MOMENT)
    assert changed_since(replace(spaced, seal=seal), PACK) == []
    assert [c.code for c in changed_since(replace(other, seal=seal), PACK)] == ["TXT_PLANS"]


def test_an_item_added_or_removed_is_known_by_its_number() -> None:
    form = sealed()
    fewer, more = (replace(submission(VALUES, texts={"TXT_PLANS": n}), seal=form.seal) for n in (1, 3))
    assert [(c.number, bool(c.then), bool(c.now)) for c in changed_since(fewer, PACK)] == [(2, True, False)]
    assert [(c.number, bool(c.then), bool(c.now)) for c in changed_since(more, PACK)] == [(3, False, True)]


def test_another_unit_or_period_under_the_seal_is_told_by_the_check_code() -> None:
    form = replace(submission(VALUES, texts=TEXTS, unit="U2"), seal=sealed().seal)
    (change,) = changed_since(form, PACK)
    assert (change.code, change.measure) == ("", None)


@pytest.mark.parametrize(
    "rows",
    [
        {"sealed": ""},
        {"sealed": "昨天"},
        {"sealed": "9" * 5000},
        {"sealed_code": ""},
        {"sealed_code": "1234"},
        {"sealed_code": "١٢٣٤ ٥٦٧٨"},
    ],
)
def test_a_seal_without_time_or_code_is_none(rows: dict[str, str]) -> None:
    assert seal_state(altered(sealed(), rows), PACK) == "unsealed"


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        ({"sealed BASE_MEMBERS value": ""}, 1),
        ({"sealed BASE_MEMBERS value": "13"}, 1),
        ({"sealed BASE_MEMBERS value": "长" * 30_000}, 1),
        ({"sealed TXT_PLANS.2": ""}, 1),
        ({"sealed TXT_PLANS.2": "0" * 16}, 1),
        ({"sealed TXT_PLANS." + "9" * 5000: "x"}, 0),
        ({"sealed TXT_PLANS.": "x", "sealed ": "y", "sealed .3": "z"}, 0),
        ({"sealed NO_SUCH_CODE value": "1", "sealed TXT_NONE.1": "x"}, 0),
        ({"sealed BASE_MEMBERS colour": "red"}, 0),
        ({"sealed_code": "0000 0000"}, 1),
        ({f"sealed TXT_PLANS.{n}": "x" for n in range(3, 40_000)}, 20_000 - 5),
    ],
)
def test_a_seal_that_was_tampered_with_is_a_change_or_makes_no_difference(rows: dict[str, str], changes: int) -> None:
    assert len(changed_since(altered(sealed(), rows), PACK)) == changes


def test_a_pack_with_more_indicators_by_now_finds_no_change_in_an_older_form() -> None:
    form = sealed()
    fewer = replace(PACK, form_version="0", indicators={k: i for k, i in PACK.indicators.items() if k != "BASE_CLEAN"})
    older = replace(
        form, form_version="0", cells={k: c for k, c in form.cells.items() if k[0] in fewer.indicators}, seal=None
    )
    assert seal_state(replace(older, seal=make_seal(older, fewer, MOMENT)), PACK) == "sealed"


@given(st.dictionaries(st.sampled_from(["sealed", "sealed_code"]) | st.text().map("sealed ".__add__), st.text()))
def test_whatever_stands_in_a_stamp_is_a_seal_or_none(stamp: dict[str, str]) -> None:
    seal = seal_of(stamp)
    assert seal is None or isinstance(seal, Seal)
    later = seal_of({"sealed": "2020-07-03T09:30:00", "sealed_code": "1234 5678"} | stamp)
    changed_since(replace(submission({}), seal=later), PACK)
