"""A lot: some files as they were read and judged, one row a file, in columns that can be kept and sent as they are.

Figures and cells lie in flat columns, so that thousands of files are merged without an object per figure; the rest of
a form and its findings are packed. Nothing in a lot is ever run: records are packed by their types.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from workbook.check_code import CheckCodes
from workbook.checks.check import Checked
from workbook.checks.table import outline_of
from workbook.lots.arrays import integers, lists, packed, texts
from workbook.model import MEASURES, Finding, Outline, Pack, Submission
from workbook.reading.kind import Unreadable
from workbook.values import Ints

RULES = b"rules"  # key of the metadata: whose outcomes stand in the column, in which order
FIGURE_COLUMNS = {"code": pa.int16(), "measure": pa.int8(), "state": pa.int8(), "scaled": pa.int64()}
CELL_COLUMNS = FIGURE_COLUMNS | {
    "digits": pa.int8(),
    "sheet": pa.int16(),
    "raw": pa.string(),
    "cell": pa.string(),
    "typed": pa.string(),
}
SCHEMA = pa.schema(
    [
        ("digest", pa.string()),
        ("problem", pa.binary()),  # why it is no form; null for one
        ("outline", pa.binary()),
        ("head", pa.large_binary()),  # the submission but for its cells
        ("findings", pa.large_binary()),
        ("check_code", pa.string()),  # of a form of the round
        ("outcomes", pa.list_(pa.int8())),
        ("sheets", pa.list_(pa.string())),  # what the numbers in cell_sheet stand for
        *((f"figure_{name}", pa.list_(kind)) for name, kind in FIGURE_COLUMNS.items()),
        *((f"cell_{name}", pa.list_(kind)) for name, kind in CELL_COLUMNS.items()),
    ]
)


def _plain(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(f"no packing for {type(value)}")


def _meant(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise TypeError(f"no packing for {kind}")


pack = msgspec.msgpack.Encoder(enc_hook=_plain).encode
unpack_head = msgspec.msgpack.Decoder(Submission, dec_hook=_meant).decode
unpack_outline = msgspec.msgpack.Decoder(Outline, dec_hook=_meant).decode
unpack_findings = msgspec.msgpack.Decoder(tuple[Finding, ...]).decode
unpack_problem = msgspec.msgpack.Decoder(tuple[str, dict[str, str]]).decode


def lot_of(read: Mapping[str, Submission | Unreadable], checked: Checked, catalog: Pack) -> pa.Table:
    """Return what was read as a lot, by digest; `checked` judged those of them that are forms of the round.

    Columns as SCHEMA. Codes and measures are numbers: places in the pack's indicators and in MEASURES.
    """
    forms = {d: s for d, s in read.items() if isinstance(s, Submission)}
    problems = {d: pack((p.reason, p.values)) for d, p in read.items() if isinstance(p, Unreadable)}
    sheets = {d: tuple(dict.fromkeys(c.sheet for c in s.cells.values())) for d, s in forms.items()}
    ours, check_codes = set(checked.table.units), CheckCodes(catalog)
    digests, codes = list(read), {code: n for n, code in enumerate(catalog.indicators)}
    outlines = [pack(outline_of(catalog, forms[d])) if d in forms else None for d in digests]
    heads = [pack(replace(forms[d], cells={})) if d in forms else None for d in digests]
    findings = [pack(checked.findings.get(d, ())) if d in forms else None for d in digests]
    named = [sheets.get(d, ()) for d in digests]
    columns = {
        "digest": texts(digests),
        "problem": packed([problems.get(d) for d in digests], pa.binary()),
        "outline": packed(outlines, pa.binary()),
        "head": packed(heads, pa.large_binary()),
        "findings": packed(findings, pa.large_binary()),
        "check_code": texts([check_codes.of(forms[d]) if d in ours else None for d in digests]),
        "outcomes": _outcomes(checked, digests),
        "sheets": lists([len(own) for own in named], texts([sheet for own in named for sheet in own])),
    }
    columns |= _figures(checked, digests)
    columns |= _cells(forms, sheets, codes, digests)
    rules = {RULES: "\n".join(checked.outcomes).encode()}
    return pa.Table.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA.with_metadata(rules))


def columns_of(lot: pa.Table | Path, *names: str) -> pa.Table:
    """Return some columns of a lot, or all; OSError from the disk.

    A lot on the disk is mapped as long as the table is held, and only what is looked at is read. (Arrow's own way to
    read some columns sets aside room for all of them.) Windows lets nobody delete a file that is mapped.
    """
    if isinstance(lot, Path):
        with pa.OSFile(str(lot)) if sys.platform == "win32" else pa.memory_map(str(lot)) as source:
            lot = pa.ipc.open_file(source.read_buffer()).read_all()
    return lot.select(names or SCHEMA.names)


def only(lot: pa.Table, digests: Container[str]) -> pa.Table:
    """Return the rows of a lot whose digests are among those."""
    rows = [row for row, digest in enumerate(lot["digest"].to_pylist()) if digest in digests]
    return lot.take(integers(rows, pa.int64())).combine_chunks()


def _outcomes(checked: Checked, digests: Sequence[str]) -> pa.Array:
    """Return how each rule came out as lists, one a digest; missing where none was asked."""
    units = checked.table.units
    by_rule = np.array(list(checked.outcomes.values()), dtype=np.int8).reshape(len(checked.outcomes), len(units))
    rows = {unit: row for row, unit in enumerate(units)}
    judged = [d in rows for d in digests]
    outcomes = by_rule.T[[rows[d] for d in digests if d in rows]]
    return lists(np.where(judged, len(by_rule), 0), integers(outcomes.ravel()), judged)


def _figures(checked: Checked, digests: Sequence[str]) -> dict[str, pa.Array]:
    """Return the columns of the figures that count as lists, one a digest."""
    at, figures = {digest: n for n, digest in enumerate(digests)}, checked.figures
    owner = np.array([at[key] for key in checked.table.units], dtype=np.int64)[figures.owner]
    order = np.argsort(owner, kind="stable")
    code, measure = np.divmod(figures.key, len(MEASURES))
    columns = {"code": code, "measure": measure, "state": figures.state, "scaled": figures.scaled}
    flat = {name: integers(columns[name][order], kind) for name, kind in FIGURE_COLUMNS.items()}
    return _listed("figure_", np.bincount(owner, minlength=len(digests)), flat)


def _cells(
    forms: Mapping[str, Submission],
    sheets: Mapping[str, Sequence[str]],
    codes: Mapping[str, int],
    digests: Sequence[str],
) -> dict[str, pa.Array]:
    """Return the columns of the cells of all forms as lists, one a digest."""
    measures = {measure: n for n, measure in enumerate(MEASURES)}
    places = [place for form in forms.values() for place in form.cells]
    cells = [cell for form in forms.values() for cell in form.cells.values()]
    numbers = ({sheet: n for n, sheet in enumerate(sheets[digest])} for digest in forms)
    columns: dict[str, list[Any]] = {
        "code": [codes[code] for code, _ in places],
        "measure": [measures[measure] for _, measure in places],
        "state": [cell.state for cell in cells],
        "scaled": [cell.scaled or 0 for cell in cells],
        "digits": [cell.digits for cell in cells],
        "sheet": [
            n[cell.sheet] for n, form in zip(numbers, forms.values(), strict=True) for cell in form.cells.values()
        ],
        "raw": [cell.raw for cell in cells],
        "cell": [cell.address for cell in cells],
        "typed": [cell.typed for cell in cells],
    }
    many = [len(forms[d].cells) if d in forms else 0 for d in digests]
    flat = {
        name: texts(columns[name]) if kind == pa.string() else integers(columns[name], kind)
        for name, kind in CELL_COLUMNS.items()
    }
    return _listed("cell_", many, flat)


def _listed(prefix: str, many: Sequence[int] | Ints, flat: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Return flat columns as lists, of so many elements each."""
    return {f"{prefix}{name}": lists(many, column) for name, column in flat.items()}
