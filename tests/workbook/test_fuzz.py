"""Files changed at random end in a form or a receipt: a few seeds; tests/fuzz.py goes on for as long as asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from fuzz import FAULTS, changed, outcomes, sources
from incoming import taken

SEEDS = range(15)


@pytest.fixture(scope="module")
def given() -> Mapping[str, bytes]:
    return sources()


def test_reading_a_changed_file_neither_crashes_nor_waits(given: Mapping[str, bytes]) -> None:
    found = list(outcomes(given, SEEDS))
    assert len(found) == len(SEEDS) * len(given)
    assert [case for case in found if case[2] in FAULTS] == []
    assert {outcome for _, _, outcome, _ in found} >= {"read", "other"}


def test_the_same_seed_changes_a_file_in_the_same_way(given: Mapping[str, bytes]) -> None:
    for kind, source in given.items():
        assert changed(source, kind, 7) == changed(source, kind, 7) != source


def test_a_run_over_changed_files_balances_and_takes_the_good_form(given: Mapping[str, bytes], tmp_path: Path) -> None:
    files = {f"{kind}-{seed}.{kind}": changed(given[kind], kind, seed) for kind in given for seed in range(100, 103)}
    receipts = taken(tmp_path, {**files, "!好.xlsx": given["xlsx"]})
    assert set(files) < set(receipts)
    assert receipts["!好.xlsx"].state in ("used", "duplicate")  # an archive may have come through whole
