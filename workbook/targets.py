"""Targets units set themselves: plans that name an indicator and what it is to reach, this round and the last."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path

from workbook.model import Indicator, Pack, Round, Submission, TextInput
from workbook.period import Period, parse_period
from workbook.reading.values import read_figure
from workbook.round import RESULTS, ROUND_FILE, TARGETS
from workbook.tables import read_text

CODE, VALUE = "target_code", "target_value"  # subfields that make a text input one of plans with targets


@dataclass(frozen=True, slots=True)
class Target:
    """One plan that names an indicator, or a value for one, as its unit wrote it."""

    unit: str
    text: str  # code of the text input
    title: str
    code: str
    value: str
    due: str

    def number(self, item: Indicator) -> Fraction | None:
        """Return the value to reach, None where what was written is no number."""
        cell = read_figure(self.value, item.decimals, "", "")
        return Fraction(cell.raw) if cell.state.known else None


def targets_of(pack: Pack, submissions: Mapping[str, Submission]) -> tuple[Target, ...]:
    """Return the targets in the accepted forms, by text input, in the order of the units."""
    found = []
    for text in pack.texts.values():
        if not {CODE, VALUE} <= {s.name for s in text.subfields}:
            continue
        title, due = _first(text, "text"), _first(text, "date")
        for unit, submission in submissions.items():
            for row in submission.texts.get(text.code, ()):
                values = dict(zip((s.name for s in text.subfields), row.values, strict=True))
                if values[CODE] or values[VALUE]:
                    told = (values.get(title, ""), values[CODE], values[VALUE], values.get(due, ""))
                    found.append(Target(unit, text.code, *told))
    return tuple(found)


def _first(text: TextInput, kind: str) -> str:
    return next((s.name for s in text.subfields if s.kind == kind), "")


def write_targets(path: Path, targets: tuple[Target, ...]) -> None:
    """Keep the targets of a round for the next one."""
    import pandas as pd

    names = [f.name for f in fields(Target)]
    pd.DataFrame([asdict(t) for t in targets], columns=names, dtype=str).to_parquet(path, index=False)


def earlier_targets(round_: Round) -> tuple[Period, tuple[Target, ...]] | None:
    """Return the previous round's period and targets, None where there is no such round or it kept none."""
    folder = round_.previous
    if folder is None or not (folder / RESULTS / TARGETS).is_file():
        return None
    import pandas as pd

    try:
        period = parse_period(str(tomllib.loads(read_text(folder / ROUND_FILE)).get("period", "")))
        frame = pd.read_parquet(folder / RESULTS / TARGETS)
    except (OSError, ValueError):
        return None
    return period, tuple(Target(*row) for row in frame.itertuples(index=False))
