"""The tables that are handed on: figures, units, indicators, and the dictionary of their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from workbook.messages import say
from workbook.model import Round, State

_STATES: Mapping[State, str] = {state: state.name.lower() for state in State}
FIGURES = "figures"
COLUMNS: Mapping[str, Mapping[str, str]] = {
    FIGURES: {
        **dict.fromkeys(("unit", "unit_name", "tier", "period", "code", "name", "state"), "text"),
        **{"value": "number", "exact": "text", "word": "text", "raw": "text", "definition": "text"},
        **dict.fromkeys(("file", "sha256", "sheet", "cell"), "text"),
    },
    "units": dict.fromkeys(("unit", "unit_name", "tier", "tier_name", "umbrella"), "text"),
    "indicators": {
        **dict.fromkeys(("code", "name", "section", "word"), "text"),
        **{"decimals": "integer", "definition": "text", "sensitive": "text", "computed": "text"},
    },
}
"""The columns of each table and their types."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name; `frame` has the columns of COLUMNS."""

    name: str
    frame: pd.DataFrame


def units_of(round_: Round) -> Table:
    """Return the units of a round."""
    return Table("units", pd.DataFrame(_units(round_), columns=[*COLUMNS["units"]]))


def indicators_of(round_: Round) -> Table:
    """Return the indicators of a round's pack."""
    return Table("indicators", pd.DataFrame(_indicators(round_), columns=[*COLUMNS["indicators"]]))


def dictionary() -> list[Sequence[str]]:
    """Return the dictionary: of every column its table, its name, its Chinese heading, its type and its meaning."""
    told: list[Sequence[str]] = []
    for table, columns in COLUMNS.items():
        for column, kind in columns.items():
            words = (say(f"exportcolumn.{column}"), say(f"exporttype.{kind}"), say(f"exportmeaning.{column}"))
            told.append((say(f"exporttable.{table}"), column, *words))
    return told


def figures_of(round_: Round, stored: pd.DataFrame) -> Table:
    """Return the figures; `stored` is the round's figures.parquet or part of it, see workbook.collect.figures_to_keep.

    There is a row per unit and indicator that was accepted: value is a float64, NaN where it is not known; exact the
    same number as it was reported, to the last digit, in the indicator's unit; state a name of State.
    """
    units = {u.code: u for u in round_.units}
    items = round_.pack.indicators
    known = stored["state"] <= State.ZERO
    exact = [
        format(Decimal(int(scaled)).scaleb(-int(places)), "f") if there else ""
        for scaled, places, there in zip(stored["scaled"], stored["decimals"], known, strict=True)
    ]
    frame = stored.assign(
        unit_name=stored["unit"].map({code: unit.name for code, unit in units.items()}),
        tier=stored["unit"].map({code: unit.tier for code, unit in units.items()}),
        period=round_.period,
        name=stored["code"].map({code: item.name for code, item in items.items()}),
        word=stored["code"].map({code: item.measure_word for code, item in items.items()}),
        state=stored["state"].map(_STATES),
        exact=exact,
        value=(stored["scaled"] / 10.0 ** stored["decimals"]).where(known),
    )
    texts = {column: "" for column, kind in COLUMNS[FIGURES].items() if kind == "text"}
    return Table(FIGURES, frame[[*COLUMNS[FIGURES]]].fillna(texts))


def _units(round_: Round) -> Iterator[tuple[str, ...]]:
    tiers = {tier.code: tier.name for tier in round_.pack.tiers}
    for unit in round_.units:
        yield unit.code, unit.name, unit.tier, tiers.get(unit.tier, ""), say("word.yes" if unit.umbrella else "word.no")


def _indicators(round_: Round) -> Iterator[tuple[str | int, ...]]:
    for code, item in round_.pack.indicators.items():
        about = (item.section, item.measure_word, item.decimals, item.definition_version, item.sensitive)
        yield (code, item.name, *about, item.computed)
