"""Edited reports held against their data: exactly what was done to them is found, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest
from edits import CASES, Case
from in_word import changed

from exporters.demo.run import DemoRound
from exporters.figures.data import Data
from exporters.figures.document import read_document
from exporters.figures.manifest import manifest_of
from exporters.figures.reconcile import AsWritten, Reconciled, reconcile
from exporters.figures.written import content_of
from exporters.narrative.report import Report, of_round, of_units
from exporters.office.desk import open_desk

ROUNDS = ("2019H1", "2020H1", "2020")


def reports(entry: DemoRound) -> list[Report]:
    """Return every report of a round."""
    collection = entry.collection
    found: list[Report] = []
    for genre in collection.round.pack.genres.values():
        if collection.period.kind not in genre.periods:
            continue
        found += (
            of_units(collection, genre) if genre.tiers else [of_round(collection, genre, open_desk(collection).picks)]
        )
    return found


@pytest.fixture(scope="session")
def data(demo: dict[str, DemoRound]) -> Data:
    return Data(demo["2020H1"].collection)


@pytest.fixture(scope="session")
def merged(demo: dict[str, DemoRound]) -> bytes:
    """Return the merged report of a round."""
    return content_of(next(r for r in reports(demo["2020H1"]) if r.unit is None))


def held(content: bytes, data: Data | None = None) -> Reconciled:
    document = read_document(content)
    manifest = manifest_of(document)
    assert manifest is not None
    return reconcile(manifest, document, data.known(manifest) if data else AsWritten())


@pytest.mark.parametrize("period", ROUNDS)
def test_a_report_just_written_agrees_with_its_data_in_every_figure(demo: dict[str, DemoRound], period: str) -> None:
    known = Data(demo[period].collection)
    told = Counter[str]()
    for report in reports(demo[period]):
        result = held(content_of(report), known)
        assert result.found == []
        told[report.genre.id] += len(result.verdicts)
    assert all(n >= 30 for n in told.values()), told


def test_every_genre_was_looked_at(demo: dict[str, DemoRound]) -> None:
    genres = demo["2020"].collection.round.pack.genres
    assert {r.genre.id for period in ROUNDS for r in reports(demo[period])} == set(genres)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_exactly_what_was_edited_is_found(case: Case, merged: bytes, data: Data) -> None:
    for known in (data, None):
        result = held(changed(merged, case.edit), known)
        assert Counter(v.kind for v in result.found) == case.found, [
            (v.kind, v.tag, v.said, v.now) for v in result.found
        ]
