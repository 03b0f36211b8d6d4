"""A filled form → a submission, found again by its stamp and its codes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, cast

from python_calamine import CalamineError, CalamineWorkbook

from workbook.computed import definition
from workbook.layout import (
    CODE,
    COVER_VALUE,
    HEADING_MARK,
    ITEM_MARK,
    RULES_SHEET,
    STAMP_SHEET,
    Layout,
    address,
    make_layout,
)
from workbook.messages import say
from workbook.model import MEASURES, Cell, Measure, Pack, Repair, State, Submission, Switch, TextInput, TextRow, Unit
from workbook.pack import find_pack, load_pack
from workbook.period import parse_period
from workbook.reading.cells import read_cell, read_computed
from workbook.reading.kind import Unreadable, kind_of
from workbook.reading.marks import Marks
from workbook.reading.safety import judged
from workbook.reading.values import Raw, length, show

Grid: TypeAlias = list[list[Raw]]
CARRIED, SWITCHED = "carried ", "switch "  # keys of the stamp, before "CODE measure" and a rule's id
_WORKBOOKS = ("workbook", "ods", "xls", "xlsb")  # as which a form may come back
NOWHERE = 10_000  # column or row of what is not there
SHORTEST_REASON = 8  # characters a written reason must have, blanks not counted (semantics: confirm)


def read_submission(path: Path, pack: Pack | None = None) -> Submission:
    """Return the form in `path`; Unreadable when it is something else, OSError from the disk.

    Without `pack` the form's stamp says which shipped pack it belongs to. Nothing in the file is run or followed.
    """
    return read_form(path.read_bytes(), str(path), datetime.fromtimestamp(path.stat().st_mtime), pack)


def read_form(data: bytes, file: str, received: datetime, pack: Pack | None = None) -> Submission:
    """Return the form in `data`, which came as `file`; Unreadable when it is something else."""
    kind = kind_of(data)
    if kind not in _WORKBOOKS:
        raise Unreadable(kind)
    safe, marks = judged(data, kind)
    sheets = _open(safe)
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
    sheets = {name: sheets[name] for name in sorted(sheets, key=lambda name: name not in layout.sheets)}
    texts, starts = _read_texts(sheets, layout)
    cells, repairs = _read_figures(sheets, layout, marks)
    unit = Unit(stamp["unit"], stamp.get("unit_name", ""), stamp["tier"], stamp.get("umbrella") == "y")
    return Submission(
        file=file,
        sha256=hashlib.sha256(data).hexdigest(),
        pack=pack.id,
        pack_hash=stamp.get("pack_hash", ""),
        form_version=stamp["form_version"],
        unit=unit,
        period=str(period),
        modules=modules,
        received=received,
        cells=cells,
        texts=texts,
        reasons=reasons_of(layout, texts),
        handed=_handed(stamp, layout),
        switches=tuple(Switch(k[len(SWITCHED) :], v, "") for k, v in stamp.items() if k.startswith(SWITCHED)),
        places=starts | _sections_now(cells, layout),
        repairs=repairs,
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


def _handed(stamp: Mapping[str, str], layout: Layout) -> dict[tuple[str, Measure], str]:
    """Return the figures the form was handed out with."""
    handed: dict[tuple[str, Measure], str] = {}
    for key, value in stamp.items():
        if key.startswith(CARRIED):
            code, _, measure = key[len(CARRIED) :].partition(" ")
            if measure in MEASURES and code in layout.indicators:
                handed[code, measure] = value
    return handed


def _read_figures(
    sheets: Mapping[str, Grid], layout: Layout, marks: Marks
) -> tuple[dict[tuple[str, Measure], Cell], tuple[Repair, ...]]:
    """Return every figure cell of the form, found by the code in its row and the heading of its column.

    A cell whose row is gone is blank and has no address. Of two rows with one code the first counts, on the sheets
    that were handed out before others.
    """
    heads: dict[str, Measure] = {say(f"form.head_{m}"): m for m in MEASURES}
    cells: dict[tuple[str, Measure], Cell] = {}
    repairs: list[Repair] = []
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
                    computed = definition(item, measure, layout.pack.indicators) is not None
                    read = read_computed if computed else read_cell
                    cells[code, measure], done = read(_at(row, column), item, (sheet, number, column), marks)
                    repairs += done
    return cells | _lost(cells, layout), tuple(repairs)


def _lost(cells: Mapping[tuple[str, Measure], Cell], layout: Layout) -> dict[tuple[str, Measure], Cell]:
    """Return the figures whose row is gone: blank, on their sheet, without an address."""
    now = _sections_now(cells, layout)
    return {
        (code, measure): Cell(State.BLANK, None, "", 0, now.get(section.sheet, (section.sheet, ""))[0], "")
        for section in layout.sections
        for code in section.rows
        for measure in layout.measures(layout.indicators[code])
        if (code, measure) not in cells
    }


def _sections_now(cells: Mapping[tuple[str, Measure], Cell], layout: Layout) -> dict[str, tuple[str, str]]:
    """Return what the sheets of figures are called in this file, by the name they were handed out with."""
    now: dict[str, tuple[str, str]] = {}
    for section in layout.sections:
        for code in section.rows:
            if (code, "value") in cells and section.sheet not in now:
                now[section.sheet] = (cells[code, "value"].sheet, "")
    return now


def _read_texts(
    sheets: Mapping[str, Grid], layout: Layout
) -> tuple[dict[str, tuple[TextRow, ...]], dict[str, tuple[str, str]]]:
    """Return the filled items of every text input whose block is there, cover included, and where each starts."""
    found: dict[str, list[TextRow]] = {}
    starts: dict[str, tuple[str, str]] = {}
    for sheet, grid in sheets.items():
        places: dict[str, list[int]] = {}
        for number, row in enumerate(grid):
            code, mark, item = _block_code(show(_at(row, CODE)))
            if code not in layout.blocks:
                continue
            text = layout.blocks[code].text
            if mark == HEADING_MARK:
                places[code] = _headings(row, text)
                found.setdefault(code, [])
                starts.setdefault(code, (sheet, ""))
            elif code in places:
                if item == 1 and not starts[code][1]:
                    starts[code] = (sheet, address(number, min(places[code])))
                shown = [(s, show(_at(row, c))) for s, c in zip(text.subfields, places[code], strict=True)]
                values = tuple(layout.named.get(v, v) if s.kind == "code" else v for s, v in shown)
                if any(length(v) for v in values):
                    cells = tuple(address(number, c) for c in places[code])
                    found[code].append(TextRow(values, sheet, cells, item))
    found.update(_read_cover(sheets, layout))
    return {code: tuple(rows) for code, rows in found.items()}, starts


def _block_code(text: str) -> tuple[str, str, int]:
    """Take the code column of a text sheet apart: TXT_PLANS# heads a block, TXT_PLANS.3 is its third item."""
    if text.endswith(HEADING_MARK):
        return text[:-1], HEADING_MARK, 0
    code, mark, number = text.rpartition(ITEM_MARK)
    return (code, mark, int(number)) if mark and number.isascii() and number.isdigit() else ("", "", 0)


def _headings(row: list[Raw], text: TextInput) -> list[int]:
    """Return the column of each subfield; a heading is its label, with or without the limit behind it."""
    shown = {show(value): column for column, value in reversed(list(enumerate(row)))}
    limits = {s.name: say("form.limit", n=s.limit) if s.limit else "" for s in text.subfields}
    return [shown.get(s.label + limits[s.name], shown.get(s.label, NOWHERE)) for s in text.subfields]


def _read_cover(sheets: Mapping[str, Grid], layout: Layout) -> Iterator[tuple[str, list[TextRow]]]:
    """Yield the cover's lines, wherever their names stand in the code column of a sheet."""
    cover = next((t for t in layout.pack.texts.values() if t.place == "cover"), None)
    names = [s.name for s in cover.subfields] if cover else []
    for sheet, grid in sheets.items():
        places = {show(_at(row, CODE)): number for number, row in enumerate(grid)}
        if cover is not None and sheet != STAMP_SHEET and sum(n in places for n in names) > len(names) // 2:
            rows = [places.get(n, NOWHERE) for n in names]
            values = tuple(show(_at(grid[r], COVER_VALUE)) if r < len(grid) else "" for r in rows)
            yield cover.code, [TextRow(values, sheet, tuple(address(r, COVER_VALUE) for r in rows))]
            return


def reasons_of(layout: Layout, texts: Mapping[str, tuple[TextRow, ...]]) -> dict[str, str]:
    """Return the written reasons by rule id, or by indicator where no rule is named; shorter ones are no reasons."""
    reasons: dict[str, str] = {}
    for text, block in layout.blocks.items():
        names = [s.name for s in block.text.subfields]
        if block.text.place == "notes" and {"rule", "code", "reason"} <= set(names):
            for row in texts.get(text, ()):
                rule, code, reason = (row.values[names.index(n)] for n in ("rule", "code", "reason"))
                if length(reason) >= SHORTEST_REASON:
                    reasons[(rule or layout.named.get(code, code)).upper()] = reason
    return reasons
