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

_COLUMNS = ["unit", "code", "state", "raw", "file", "sha256", "sheet", "cell"]


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
    _seen: dict[Measure, Mapping[tuple[str, str], Place]] = field(default_factory=dict)

    def of(self, unit: str, ref: Ref) -> Place | None:
        """Return where a unit's figure stands that counts at this time, None where it stands nowhere."""
        if ref.measure != "value" and (found := self._earlier(ref.measure).get((unit, ref.code))) is not None:
            return found
        form = self.collection.submissions.get(unit)
        if form is None:
            return None
        cell = form.cells.get((ref.code, ref.measure))
        if cell is None and ref.measure == "opening":  # an annual form has it as last year's
            cell = form.cells.get((ref.code, "prior"))
        if cell is None:
            return None
        carried = self._titles[ref.measure] if (unit, ref.code, ref.measure) in self._carried else ""
        place = (form.file, form.sha256, cell.sheet, cell.address)
        return Place(clean(cell.raw), *place, self.collection.round.path, carried)

    @cached_property
    def _carried(self) -> frozenset[tuple[str, str, str]]:
        cells = self.collection.cells[self.collection.cells["carried"]]
        return frozenset(cells[["unit", "code", "measure"]].itertuples(index=False, name=None))

    @cached_property
    def _titles(self) -> dict[Measure, str]:
        return {measure: period.title for measure, period in earlier_periods(self.collection.period).items()}

    def _earlier(self, measure: Measure) -> Mapping[tuple[str, str], Place]:
        """Return where the figures that count from an earlier round stood in its forms."""
        if measure not in self._seen:
            folder = earlier_folders(self.collection.round).get(measure)
            path = folder / RESULTS / FIGURES if folder is not None else None
            self._seen[measure] = {} if path is None or not path.is_file() else self._read(path, measure)
        return self._seen[measure]

    def _read(self, path: Path, measure: Measure) -> dict[tuple[str, str], Place]:
        frame = pd.read_parquet(path, columns=_COLUMNS)
        frame = frame[frame["state"].isin([State.NUMBER, State.ZERO, State.NOT_APPLICABLE])]
        folder, title = path.parent.parent, self._titles[measure]
        rows = frame.drop(columns="state").itertuples(index=False, name=None)
        return {
            (unit, code): Place(clean(raw), file, sha256, sheet, cell, folder, title)
            for unit, code, raw, file, sha256, sheet, cell in rows
        }
