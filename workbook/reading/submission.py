"""A filled form → a submission, found again by its stamp and its codes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, cast

from python_calamine import CalamineError, CalamineWorkbook

from workbook.layout import (
    CODE,
    HEADING_MARK,
    RULES_SHEET,
    STAMP_SHEET,
    Layout,
    address,
    make_layout,
)
from workbook.messages import say
from workbook.model import Cell, Measure, Pack, Submission, TextInput, TextRow, Unit
from workbook.pack import find_pack, load_pack
from workbook.period import parse_period
from workbook.reading.kind import kind_of
from workbook.reading.values import Raw, read_figure, show

Grid: TypeAlias = list[list[Raw]]
SHORTEST_REASON = 8  # characters a written reason must have (semantics: confirm)


class Unreadable(Exception):
    """The file is no form we can take; `reason` names the message under [receipt]."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_submission(path: Path, pack: Pack | None = None) -> Submission:
    """Return the form in `path`; Unreadable when it is something else, OSError from the disk.

    Without `pack` the form's stamp says which shipped pack it belongs to. Nothing in the file is run or followed.
    """
    data = path.read_bytes()
    kind = kind_of(data)
    if kind != "workbook":
        raise Unreadable(kind)
    sheets = _open(data)
    stamp = _stamp(sheets)
    if not stamp.get("unit") or not stamp.get("period"):
        raise Unreadable("no_stamp")
    pack = pack or _pack_of(stamp)
    if stamp.get("pack") != pack.id:
        raise Unreadable("other_pack")
    if stamp.get("form_version") not in pack.accepted_forms:
        raise Unreadable("old_form")
    if stamp.get("tier") not in {t.code for t in pack.tiers}:
        raise Unreadable("no_stamp")
    try:
        period = parse_period(stamp["period"])
    except ValueError:
        raise Unreadable("no_stamp") from None
    modules = tuple(stamp.get("modules", "").split())
    layout = make_layout(pack, stamp["tier"], period, modules)
    texts = _read_texts(sheets, layout)
    unit = Unit(stamp["unit"], stamp.get("unit_name", ""), stamp["tier"], stamp.get("umbrella") == "y")
    return Submission(
        file=str(path),
        sha256=hashlib.sha256(data).hexdigest(),
        pack=pack.id,
        pack_hash=stamp.get("pack_hash", ""),
        form_version=stamp["form_version"],
        unit=unit,
        period=str(period),
        modules=modules,
        received=datetime.fromtimestamp(path.stat().st_mtime),
        cells=_read_figures(sheets, layout),
        texts=texts,
        reasons=reasons_of(layout, texts),
    )


def _open(data: bytes) -> dict[str, Grid]:
    """Return all sheets as grids that start at A1; a parser's crash is the file's fault, not ours."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {
            name: cast("Grid", book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
            if name != RULES_SHEET
        }
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except CalamineError:
        raise Unreadable("other") from None
    except BaseException as error:  # a Rust panic arrives as BaseException
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Unreadable("other") from None
        raise


def _pack_of(stamp: Mapping[str, str]) -> Pack:
    folder = find_pack(Path(stamp.get("pack", "")).name or "-")
    pack = load_pack(folder)[0] if folder is not None else None
    if pack is None:
        raise Unreadable("other_pack")
    return pack


def _stamp(sheets: Mapping[str, Grid]) -> dict[str, str]:
    grid = sheets.get(STAMP_SHEET, [])
    return {show(row[0]): show(row[1]) for row in grid if len(row) > 1 and show(row[0])}


def _at(row: list[Raw], column: int) -> Raw:
    return row[column] if column < len(row) else None


def _read_figures(sheets: Mapping[str, Grid], layout: Layout) -> dict[tuple[str, Measure], Cell]:
    """Return every figure cell of the form, found by the code in its row and the heading of its column."""
    heads: dict[str, Measure] = {
        say("form.head_value"): "value",
        say("form.head_prior"): "prior",
        say("form.head_half"): "half",
        say("form.head_opening"): "opening",
    }
    cells: dict[tuple[str, Measure], Cell] = {}
    for sheet, grid in sheets.items():
        columns: dict[Measure, int] = {}
        for number, row in enumerate(grid):
            code = show(_at(row, CODE))
            if code == say("form.head_code"):
                columns = {heads[h]: c for c, v in enumerate(row) if (h := show(v)) in heads}
            item = layout.indicators.get(code)
            if item is None or (code, "value") in cells:
                continue
            for measure, column in columns.items():
                if measure in layout.measures(item):
                    place = address(number, column)
                    cells[code, measure] = read_figure(_at(row, column), item.decimals, sheet, place)
    return cells


def _read_texts(sheets: Mapping[str, Grid], layout: Layout) -> dict[str, tuple[TextRow, ...]]:
    """Return the filled items of every text input whose block is there, cover included."""
    found: dict[str, list[TextRow]] = {}
    for sheet, grid in sheets.items():
        columns: dict[str, dict[str, int]] = {}
        for number, row in enumerate(grid):
            mark = show(_at(row, CODE))
            code = mark.rstrip(HEADING_MARK)
            if code not in layout.blocks:
                continue
            text = layout.blocks[code].text
            if mark != code:
                columns[code] = _headings(row, text)
                found.setdefault(code, [])
            elif code in columns:
                shown = [(s, show(_at(row, columns[code].get(s.name, 10_000)))) for s in text.subfields]
                values = tuple(layout.named.get(v, v) if s.kind == "code" else v for s, v in shown)
                if any(values):
                    first = min(columns[code].values(), default=CODE)
                    found[code].append(TextRow(values, sheet, address(number, first)))
    found.update(_read_cover(sheets, layout))
    return {code: tuple(rows) for code, rows in found.items()}


def _headings(row: list[Raw], text: TextInput) -> dict[str, int]:
    """Return the column of each subfield; a heading is its label, with or without the limit behind it."""
    shown = [(column, show(value)) for column, value in enumerate(row)]
    places: dict[str, int] = {}
    for subfield in text.subfields:
        limit = say("form.limit", n=subfield.limit) if subfield.limit else ""
        for column, heading in shown:
            if heading in (subfield.label, subfield.label + limit):
                places[subfield.name] = column
                break
    return places


def _read_cover(sheets: Mapping[str, Grid], layout: Layout) -> Iterator[tuple[str, list[TextRow]]]:
    cover = next((t for t in layout.pack.texts.values() if t.place == "cover"), None)
    grid = sheets.get(say("form.cover_sheet"))
    if cover is not None and grid is not None:
        lines = {show(_at(row, CODE)): show(_at(row, 2)) for row in grid}
        values = tuple(lines.get(s.name, "") for s in cover.subfields)
        yield cover.code, [TextRow(values, say("form.cover_sheet"), "C4")]


def reasons_of(layout: Layout, texts: Mapping[str, tuple[TextRow, ...]]) -> dict[str, str]:
    """Return the written reasons by rule id, or by indicator where no rule is named; shorter ones are no reasons."""
    reasons: dict[str, str] = {}
    for text, block in layout.blocks.items():
        names = [s.name for s in block.text.subfields]
        if block.text.place == "notes" and {"rule", "code", "reason"} <= set(names):
            for row in texts.get(text, ()):
                rule, code, reason = (row.values[names.index(n)] for n in ("rule", "code", "reason"))
                if len(reason) >= SHORTEST_REASON:
                    reasons[rule.upper() or code] = reason
    return reasons
