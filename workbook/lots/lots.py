"""Lots, read: each file found by its digest, its form unpacked when it is wanted, figures of many merged at once.

Of a lot on the disk only the columns are read that are asked for, and they do not stay: memory hardly grows with the
number of files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbook.checks.rules import Tally, tallies_of
from workbook.lots.arrays import integers, numbers, parted, there
from workbook.lots.cells import Cells, Numbering, form_by_form
from workbook.lots.lot import (
    RULES,
    columns_of,
    unpack_findings,
    unpack_head,
    unpack_outline,
    unpack_problem,
)
from workbook.model import MEASURES, Cell, Finding, Form, Outline, Pack, State, Submission
from workbook.reading.kind import Unreadable
from workbook.values import Columns, Flat, Ints, Key, exact_sums, keys_of, spread

_KEPT = 512  # forms whose cells stay unpacked
_OPEN = 4  # lots of which large columns stay read: who goes through all forms meets those of a lot together


class _Slice(NamedTuple):
    """The figures or cells of a lot that belong to some digests, flat."""

    owner: Ints  # to which of the digests
    columns: Mapping[str, pa.Array]  # of the whole lot
    rows: Ints  # of them that belong to one

    def numbers(self, name: str) -> npt.NDArray[Any]:
        """Return a column of numbers."""
        column = numbers(self.columns[name])
        return column[self.rows] if len(self.rows) < len(column) else column

    def column(self, name: str) -> pa.Array:
        """Return any column."""
        return self.columns[name].take(integers(self.rows))

    def figures(self) -> Flat:
        """Return the figures as they are known everywhere."""
        key = self.numbers("code").astype(np.int64) * len(MEASURES) + self.numbers("measure")
        return Flat(self.owner, key, self.numbers("state"), self.numbers("scaled"))


class Lots:
    """Files as they were read and judged, by digest. Rows of several lots are merged in the order they are asked.

    A lot is a table, or a file on the disk that stays as it is as long as it is read here; OSError from there.
    """

    def __init__(self, catalog: Pack, lots: Iterable[pa.Table | Path]) -> None:
        self._catalog, self._lots = catalog, [lot if isinstance(lot, Path) else lot.combine_chunks() for lot in lots]
        self._codes = tuple(catalog.indicators)
        self._digests = [columns_of(lot, "digest")["digest"].to_pylist() for lot in self._lots]
        self._at = {d: (n, row) for n, digests in enumerate(self._digests) for row, d in enumerate(digests)}
        self._before = [0, *accumulate(map(len, self._digests))]  # files in the lots before each
        self._small = cache(self._everywhere)
        self._large = lru_cache(_OPEN)(self._one)
        self.cells_of = lru_cache(_KEPT)(self._cells_of)

    def __contains__(self, digest: object) -> bool:
        return digest in self._at

    def __reduce__(self) -> tuple[type[Lots], tuple[Pack, list[pa.Table | Path]]]:
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
        lot, row = self._at[digest]
        packed = self._large(lot, "head")["head"].chunk(0)[row]
        assert packed.is_valid, "a file that is no form has no head"
        return unpack_head(memoryview(packed.as_buffer()))

    def findings(self, digest: str) -> tuple[Finding, ...]:
        """Return what was found in a form."""
        return unpack_findings(self._packed(digest, "findings") or b"\x90")

    def check_code(self, digest: str) -> str:
        """Return the check code of a form of the round."""
        code: str = self._small_of(digest, "check_code").as_py()
        return code

    def _packed(self, digest: str, column: str) -> memoryview | None:
        value = self._small_of(digest, column)
        return memoryview(value.as_buffer()) if value.is_valid else None

    def _small_of(self, digest: str, column: str) -> pa.Scalar:
        lot, row = self._at[digest]
        return self._small(column)[self._before[lot] + row]

    def _everywhere(self, column: str) -> pa.Array:
        """Return a column over all files: one of which each has little, and all are asked."""
        return pa.concat_arrays([columns_of(lot, column)[column].chunk(0) for lot in self._lots])

    def _one(self, lot: int, *columns: str) -> pa.Table:
        return columns_of(self._lots[lot], *columns)

    def submission(self, form: Form) -> Submission:
        """Return a form as it was read, its cells unpacked when somebody looks at them."""
        head = self.head(form.sha256)
        return replace(
            head, file=form.file, received=form.received, unit=form.unit, cells=_Cells(self.cells_of, form.sha256)
        )

    def _cells_of(self, digest: str) -> dict[Key, Cell]:
        lot, row = self._at[digest]
        names = ("code", "measure", "state", "scaled", "raw", "digits", "sheet", "cell", "typed")
        table = self._large(lot, "sheets", *(f"cell_{name}" for name in names))
        own = {name: table[name].chunk(0)[row].values.to_pylist() for name in table.column_names}
        sheets, columns = own["sheets"], (own[f"cell_{name}"] for name in names)
        cells: dict[Key, Cell] = {}
        for code, measure, state, scaled, raw, digits, sheet, cell, typed in zip(*columns, strict=True):
            meant = State(state)
            known = scaled if meant.known else None
            place = (sheets[sheet], cell)
            cells[self._codes[code], MEASURES[measure]] = Cell(meant, known, raw, digits, *place, typed)
        return cells

    def tallies(self, digests: Iterable[str]) -> tuple[Tally, ...]:
        """Return how often each rule came out how on some forms."""
        found, rules = [], b""
        for lot, rows in self._rows(list(digests)):
            table = columns_of(lot, "outcomes")
            column = table["outcomes"].chunk(0)
            judged = np.flatnonzero((rows >= 0) & there(column))
            rules = table.schema.metadata[RULES]
            each = len(rules.split(b"\n")) if rules else 0
            many, flat = parted(column)
            starts = (np.cumsum(many) - many)[judged]
            found.append(numbers(flat)[starts[:, np.newaxis] + np.arange(each)])
        names = rules.decode().split("\n") if rules else []
        outcomes = np.concatenate(found) if found else np.empty((0, 0), dtype=np.int8)
        return tallies_of(dict(zip(names, outcomes.T, strict=True)))

    def _rows(self, wanted: Sequence[str]) -> Iterator[tuple[pa.Table | Path, Ints]]:
        """Yield every lot with the place of each of its rows among the wanted digests, -1 for one that is not."""
        places = {digest: n for n, digest in enumerate(wanted)}
        for lot, digests in zip(self._lots, self._digests, strict=True):
            yield lot, np.array([places.get(digest, -1) for digest in digests], dtype=np.int64)

    def _slices(self, prefix: str, digests: Sequence[str], names: Sequence[str]) -> Iterator[_Slice]:
        """Yield, lot by lot, the code, the measure and other flat columns of what belongs to some digests."""
        wanted = {name: f"{prefix}_{name}" for name in ("code", "measure", *names)}
        for lot, rows in self._rows(digests):
            if (rows < 0).all():
                continue
            table = columns_of(lot, *wanted.values(), *(["sheets"] if "sheet" in names else []))
            many, _ = parted(table[wanted["code"]].chunk(0))
            flat = {name: parted(table[column].chunk(0))[1] for name, column in wanted.items()}
            if "sheet" in names:
                named, sheets = parted(table["sheets"].chunk(0))
                first = np.repeat(np.cumsum(named) - named, many)
                flat["sheet"] = sheets.take(integers(first + numbers(flat["sheet"])))
            owner = np.repeat(rows, many)
            ours = np.flatnonzero(owner >= 0)
            yield _Slice(owner[ours], flat, ours)

    def columns(self, digests: Sequence[str]) -> Columns:
        """Return the figures that count as columns over some forms, in their order.

        What a form has no figure of is blank.
        """
        parts = (part.figures() for part in self._slices("figure", digests, ("scaled", "state")))
        return spread(parts, keys_of(self._codes), len(digests))

    def sums(self, digests: Sequence[str]) -> dict[str, int]:
        """Return per code the sum of what stands in the cells of its value, scaled, where it is a number."""
        sums: dict[str, int] = {}
        for part in self._slices("cell", digests, ("scaled", "state")):
            known = (part.numbers("state") <= State.ZERO) & (part.numbers("measure") == MEASURES.index("value"))
            codes, scaled = part.numbers("code")[known], part.numbers("scaled")[known].astype(np.int64)
            for code, total in exact_sums(codes, scaled):
                sums[self._codes[code]] = sums.get(self._codes[code], 0) + total
        return sums

    def figures(self, digests: Sequence[str]) -> Flat:
        """Return the figures that count of some forms, form by form."""
        parts = (part.figures() for part in self._slices("figure", digests, ("scaled", "state")))
        return Flat(*form_by_form(parts, (np.int64, np.int64, np.int8, np.int64)))

    def cells(self, digests: Sequence[str], *names: str) -> Cells:
        """Return the figure cells of some forms as they were read, form by form, with these texts of theirs."""
        known = {name: Numbering() for name in names}

        def told_by(part: _Slice) -> list[npt.NDArray[Any]]:
            numbered = [numbering.of_column(part.column(name)) for name, numbering in known.items()]
            return [*part.figures()[:3], *numbered]

        parts = map(told_by, self._slices("cell", digests, ("scaled", "state", *names)))
        owner, key, state, *told = form_by_form(parts, (np.int64, np.int64, np.int8, *[np.int64] * len(names)))
        return Cells(owner, key, state, {n: t.told(found) for (n, t), found in zip(known.items(), told, strict=True)})


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
