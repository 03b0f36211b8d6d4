"""Lots, read: each file found by its digest, its form unpacked when it is wanted, figures of many merged at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from workbook.checks.rules import Tally, tallies_of
from workbook.lots.lot import RULES, unpack_findings, unpack_head, unpack_outline, unpack_problem
from workbook.model import MEASURES, Cell, Finding, Form, Measure, Outline, Pack, State, Submission
from workbook.reading.kind import Unreadable
from workbook.values import Columns, Ints, exact_sums

Key = tuple[str, Measure]
_KEPT = 512  # forms whose cells stay unpacked


class _Slice(NamedTuple):
    """The figures or cells of a lot, flat."""

    owner: Ints  # which of the digests asked for each belongs to; -1 for none
    column: Callable[[str], npt.NDArray[Any]]


class Lots:
    """Files as they were read and judged, by digest. Rows of several lots are merged in the order they are asked."""

    def __init__(self, catalog: Pack, lots: Iterable[pa.Table]) -> None:
        self._catalog, self._lots = catalog, [lot.combine_chunks() for lot in lots]
        self._codes = tuple(catalog.indicators)
        self._digests = [lot["digest"].to_pylist() for lot in self._lots]
        self._at = {d: (n, row) for n, digests in enumerate(self._digests) for row, d in enumerate(digests)}
        self.cells_of = lru_cache(_KEPT)(self._cells_of)

    def __contains__(self, digest: object) -> bool:
        return digest in self._at

    def __reduce__(self) -> tuple[type[Lots], tuple[Pack, list[pa.Table]]]:
        return Lots, (self._catalog, self._lots)

    def problem(self, digest: str) -> Unreadable | None:
        """Return why a file is no form, None for one."""
        packed = self._packed(digest, "problem")
        if packed is None:
            return None
        reason, values = unpack_problem(packed)
        return Unreadable(reason, **values)

    def outline(self, digest: str) -> Outline:
        """Return the outline of a form, as it was sent."""
        packed = self._packed(digest, "outline")
        assert packed is not None, "a file that is no form has no outline"
        return unpack_outline(packed)

    def head(self, digest: str) -> Submission:
        """Return a form but for its cells; what its file is called and when it came stands in the Form."""
        packed = self._packed(digest, "head")
        assert packed is not None, "a file that is no form has no head"
        return unpack_head(packed)

    def findings(self, digest: str) -> tuple[Finding, ...]:
        """Return what was found in a form."""
        return unpack_findings(self._packed(digest, "findings") or b"\x90")

    def check_code(self, digest: str) -> str:
        """Return the check code of a form of the round."""
        lot, row = self._at[digest]
        code: str = self._lots[lot].column("check_code").chunk(0)[row].as_py()
        return code

    def _packed(self, digest: str, column: str) -> memoryview | None:
        lot, row = self._at[digest]
        value = self._lots[lot].column(column).chunk(0)[row]
        return memoryview(value.as_buffer()) if value.is_valid else None

    def submission(self, form: Form) -> Submission:
        """Return a form as it was read, its cells unpacked when somebody looks at them."""
        head = self.head(form.sha256)
        return replace(
            head, file=form.file, received=form.received, unit=form.unit, cells=_Cells(self.cells_of, form.sha256)
        )

    def _cells_of(self, digest: str) -> dict[Key, Cell]:
        lot, row = self._at[digest]
        table = self._lots[lot]

        def own(column: str) -> list[Any]:
            values: list[Any] = table.column(column).chunk(0)[row].values.to_pylist()
            return values

        names = ("code", "measure", "state", "scaled", "raw", "digits", "sheet", "cell", "typed")
        sheets, columns = own("sheets"), (own(f"cell_{name}") for name in names)
        cells: dict[Key, Cell] = {}
        for code, measure, state, scaled, raw, digits, sheet, cell, typed in zip(*columns, strict=True):
            meant = State(state)
            known = scaled if meant.known else None
            place = (sheets[sheet], cell)
            cells[self._codes[code], MEASURES[measure]] = Cell(meant, known, raw, digits, *place, typed)
        return cells

    def tallies(self, digests: Iterable[str]) -> tuple[Tally, ...]:
        """Return how often each rule came out how on some forms."""
        wanted, found, rules = list(digests), [], b""
        for lot, rows in self._rows(wanted):
            column = lot.column("outcomes").chunk(0)
            judged = np.flatnonzero((rows >= 0) & column.is_valid().to_numpy(zero_copy_only=False))
            rules = lot.schema.metadata[RULES]
            each = len(rules.split(b"\n")) if rules else 0
            found.append(column.take(judged).flatten().to_numpy().reshape(len(judged), each))
        names = rules.decode().split("\n") if rules else []
        outcomes = np.concatenate(found) if found else np.empty((0, 0), dtype=np.int8)
        return tallies_of(dict(zip(names, outcomes.T, strict=True)))

    def _rows(self, wanted: Sequence[str]) -> Iterator[tuple[pa.Table, Ints]]:
        """Yield every lot with the place of each of its rows among the wanted digests, -1 for one that is not."""
        places = {digest: n for n, digest in enumerate(wanted)}
        for lot, digests in zip(self._lots, self._digests, strict=True):
            yield lot, np.array([places.get(digest, -1) for digest in digests], dtype=np.int64)

    def _slices(self, prefix: str, digests: Sequence[str]) -> Iterator[_Slice]:
        """Yield, lot by lot, the flat columns of what belongs to some digests."""
        for lot, rows in self._rows(digests):
            if (rows < 0).all():
                continue
            ends = lot.column(f"{prefix}_code").chunk(0).offsets.to_numpy()
            owner = np.repeat(rows, np.diff(ends))

            def column(name: str, lot: pa.Table = lot, ends: Ints = ends) -> npt.NDArray[Any]:
                flat = _flat(lot, f"{prefix}_{name}")
                if name != "sheet":
                    return flat
                first = np.repeat(lot.column("sheets").chunk(0).offsets.to_numpy()[:-1], np.diff(ends))
                named: npt.NDArray[Any] = _flat(lot, "sheets")[first + flat]
                return named

            yield _Slice(owner, column)

    def columns(self, digests: Sequence[str]) -> Columns:
        """Return the figures that count as columns over some forms, in their order: scaled and state by code, measure.

        What a form has no figure of is blank.
        """
        many = len(digests)
        column_of = np.full(len(self._codes) * len(MEASURES), -1, dtype=np.int64)
        scaled, state = np.zeros((0, many), dtype=np.int64), np.zeros((0, many), dtype=np.int8)
        for part in self._slices("figure", digests):
            ours = part.owner >= 0
            owner = part.owner[ours]
            keys = part.column("code")[ours].astype(np.int64) * len(MEASURES) + part.column("measure")[ours]
            if len(new := np.unique(keys[column_of[keys] < 0])):
                column_of[new] = len(scaled) + np.arange(len(new))
                scaled = np.pad(scaled, ((0, len(new)), (0, 0)))
                state = np.pad(state, ((0, len(new)), (0, 0)), constant_values=State.BLANK)
            scaled[column_of[keys], owner] = part.column("scaled")[ours]
            state[column_of[keys], owner] = part.column("state")[ours]
        return {
            (self._codes[key // len(MEASURES)], MEASURES[key % len(MEASURES)]): (scaled[at], state[at])
            for key, at in enumerate(column_of.tolist())
            if at >= 0
        }

    def sums(self, digests: Sequence[str]) -> dict[str, int]:
        """Return per code the sum of what stands in the cells of its value, scaled, where it is a number."""
        sums: dict[str, int] = {}
        for part in self._slices("cell", digests):
            known = (part.owner >= 0) & (part.column("state") <= State.ZERO)
            known &= part.column("measure") == MEASURES.index("value")
            codes, scaled = part.column("code")[known], part.column("scaled")[known].astype(np.int64)
            for code, total in exact_sums(codes, scaled):
                sums[self._codes[code]] = sums.get(self._codes[code], 0) + total
        return sums

    def figures(self, units: Mapping[str, str]) -> pd.DataFrame:
        """Return the figures that count as a long frame, columns as figures_frame; `units` are names by digest."""
        return self._frame("figure", units, ("state", "scaled"))

    def cells(self, units: Mapping[str, str]) -> pd.DataFrame:
        """Return every cell as read, columns as cells_frame; `units` are names by digest."""
        return self._frame("cell", units, ("state", "scaled", "digits", "raw", "sheet", "cell"))

    def _frame(self, prefix: str, units: Mapping[str, str], names: Sequence[str]) -> pd.DataFrame:
        digests, parts = list(units), []
        labels, codes = np.array(list(units.values()), dtype=object), np.array(self._codes, dtype=object)
        measures = np.array(MEASURES, dtype=object)
        for part in self._slices(prefix, digests):
            ours = part.owner >= 0
            columns = {"place": part.owner[ours], "unit": labels[part.owner[ours]]}
            columns |= {"code": codes[part.column("code")[ours]], "measure": measures[part.column("measure")[ours]]}
            columns |= {name: part.column(name)[ours] for name in names}
            parts.append(pd.DataFrame(columns))
        empty = pd.DataFrame({n: pd.Series(dtype=object) for n in ("place", "unit", "code", "measure", *names)})
        whole = pd.concat(parts, ignore_index=True) if parts else empty
        whole = whole.sort_values("place", kind="stable", ignore_index=True)
        return whole[["unit", "code", "measure", *names]]


def _flat(lot: pa.Table, column: str) -> npt.NDArray[Any]:
    """Return all that stands in the lists of a column, one after another."""
    flat: npt.NDArray[Any] = lot.column(column).chunk(0).flatten().to_numpy(zero_copy_only=False)
    return flat


class _Cells(Mapping[Key, Cell]):
    """The cells of a form, unpacked when somebody looks at them."""

    def __init__(self, cells_of: Callable[[str], dict[Key, Cell]], digest: str) -> None:
        self._cells_of, self._digest = cells_of, digest

    @property
    def _cells(self) -> dict[Key, Cell]:
        return self._cells_of(self._digest)

    def __getitem__(self, key: Key) -> Cell:
        return self._cells[key]

    def __contains__(self, key: object) -> bool:
        return key in self._cells

    def __iter__(self) -> Iterator[Key]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def __eq__(self, other: object) -> bool:
        return self._cells == (other._cells if isinstance(other, _Cells) else other)

    def __hash__(self) -> int:
        return hash(self._digest)

    def __reduce__(self) -> tuple[type[dict[Key, Cell]], tuple[dict[Key, Cell]]]:
        return dict, (self._cells,)


class Submissions(Mapping[str, Submission]):
    """The forms that stand for units, by unit; each is unpacked when it is wanted, and stays."""

    def __init__(self, lots: Lots, forms: Mapping[str, Form]) -> None:
        self._lots, self._forms = lots, forms
        self._unpacked: dict[str, Submission] = {}

    def __getitem__(self, unit: str) -> Submission:
        if unit not in self._unpacked:
            self._unpacked[unit] = self._lots.submission(self._forms[unit])
        return self._unpacked[unit]

    def __contains__(self, unit: object) -> bool:
        return unit in self._forms

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)
