"""Sentences whose figures are known, read by the product: how many are bound, how many rightly."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

from helpers import party_building

from exporters.old_reports.propose import Reading, read_paragraph
from exporters.old_reports.vocabulary import Vocabulary

FOLDER = Path(__file__).parent / "data" / "figures"


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(party_building())


def read(text: str, heading: str = "") -> list[Reading]:
    """Return what every number of a text is, by the first pack's words."""
    return read_paragraph(text, vocabulary(), heading)


def bound(text: str, heading: str = "") -> dict[str, str]:
    """Return the figures of a text that are bound: number with measure word -> code, with .prev and the like."""
    return {
        f"{r.number.raw}{r.number.word}": r.code + ("" if r.basis in ("current", "target") else f".{r.basis}")
        for r in read(text, heading)
        if r.code
    }


@dataclass
class Score:
    """How a set of sentences was read."""

    figures: int = 0
    bound: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)  # bound rightly, but another number

    @property
    def precision(self) -> float:
        return self.right / self.bound if self.bound else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.figures if self.figures else 1.0


def sentences(name: str) -> Iterator[tuple[str, dict[int, dict[str, str]]]]:
    """Yield every sentence of a set with what its numbers are, by their places."""
    known: dict[str, dict[int, dict[str, str]]] = {}
    with (FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            known.setdefault(row["text"], {})[int(row["start"])] = row
    yield from known.items()


def score(name: str) -> Score:
    """Return how the sentences of a set are read; a number bound that is not listed counts as wrong."""
    found = Score()
    for text, rows in sentences(name):
        readings = {r.number.start: r for r in read(text)}
        assert all(start in readings for start in rows), text
        found.figures += sum(row["indicator_code"] != "NONE" for row in rows.values())
        for start, reading in readings.items():
            row = rows.get(start, {"indicator_code": "NONE", "basis": "", "value": ""})
            told = f"{reading.number.raw}{reading.number.word} {row['indicator_code']} {reading.code}: {text}"
            if not reading.code:
                found.missed += [told] if row["indicator_code"] != "NONE" else []
                continue
            found.bound += 1
            if (reading.code, reading.basis) != (row["indicator_code"], row["basis"]):
                found.wrong.append(told)
                continue
            found.right += 1
            if row["value"] and reading.value != Decimal(row["value"]):
                found.values.append(told)
    return found
