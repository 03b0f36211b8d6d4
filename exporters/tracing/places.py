"""Where a unit's figure stands: the cell of its form, or of the form of an earlier round that it was taken from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from workbook.collection import Collection
from workbook.expression.tree import Ref
from workbook.history import earlier_folders, earlier_periods
from workbook.model import Measure, State
from workbook.reading.values import clean
from workbook.round import FIGURES, RESULTS

_PLACE = ["unit", "raw", "file", "sha256", "sheet", "cell"]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell and what stands in it as it was typed; `earlier` is the period of the round it was carried over from.

    `folder` is that of the round whose 收件 the file came in.
    """

    raw: str
    file: str
    sha256: str
    sheet: str
    cell: str
    folder: Path
    earlier: str = ""


@dataclass(frozen=True)
class Places:
    """Finds cells of a round; looks earlier rounds up once."""

    collection: Collection
    _seen: dict[Ref, Mapping[str, Place]] = field(default_factory=dict)

    def of(self, unit: str, ref: Ref) -> Place | None:
        """Return where a unit's figure stands that counts at this time, None where it stands nowhere."""
        if ref.measure != "value" and (found := self._earlier(ref).get(unit)) is not None:
            return found
        form = self.collection.submissions.get(unit)
        if form is None:
            return None
        cell = form.cells.get((ref.code, ref.measure))
        if cell is None and ref.measure == "opening":  # an annual form has it as last year's
            cell = form.cells.get((ref.code, "prior"))
        if cell is None:
            return None
        carried = self._titles[ref.measure] if (unit, ref.code, ref.measure) in self.collection.carried else ""
        place = (form.file, form.sha256, cell.sheet, cell.address)
        return Place(clean(cell.raw), *place, self.collection.round.path, carried)

    @cached_property
    def _titles(self) -> dict[Measure, str]:
        return {measure: period.title for measure, period in earlier_periods(self.collection.period).items()}

    def _earlier(self, ref: Ref) -> Mapping[str, Place]:
        """Return by unit where the figures that count from an earlier round stood in its forms."""
        if ref not in self._seen:
            self._seen[ref] = {}
            if (frame := self._frames.get(ref.measure)) is not None:
                rows = frame[frame["code"] == ref.code][_PLACE].itertuples(index=False, name=None)
                folder, title = self._folders[ref.measure], self._titles[ref.measure]
                self._seen[ref] = {
                    unit: Place(clean(raw), file, sha256, sheet, cell, folder, title)
                    for unit, raw, file, sha256, sheet, cell in rows
                }
        return self._seen[ref]

    @cached_property
    def _folders(self) -> dict[Measure, Path]:
        return earlier_folders(self.collection.round)

    @cached_property
    def _frames(self) -> dict[Measure, pd.DataFrame]:
        paths = {measure: folder / RESULTS / FIGURES for measure, folder in self._folders.items()}
        frames = {m: pd.read_parquet(p, columns=["code", "state", *_PLACE]) for m, p in paths.items() if p.is_file()}
        return {m: f[f["state"].isin([State.NUMBER, State.ZERO, State.NOT_APPLICABLE])] for m, f in frames.items()}
