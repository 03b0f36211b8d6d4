"""A filled form → a submission, found again by its stamp and its codes, or by what else is left of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from workbook.layout import STAMP_SHEET, Layout, make_layout
from workbook.model import MEASURES, Measure, Pack, Part, Round, Submission, Switch, TextRow, Unit
from workbook.pack import load_pack, pack_named_in_file
from workbook.period import parse_period
from workbook.reading.archive import bytes_at, file_of
from workbook.reading.changes import tell_changes, tell_sheets
from workbook.reading.cover import find_cover, read_cover, tell_cover
from workbook.reading.figures import Figures, read_figures
from workbook.reading.grid import Sheet, open_book
from workbook.reading.kind import Unreadable, kind_of
from workbook.reading.leftovers import tell_leftovers, tell_other_sheets
from workbook.reading.marks import Marks
from workbook.reading.notes import Notes
from workbook.reading.prefilled import Cells, corrections, parts_in, prefilled_in
from workbook.reading.safety import judged
from workbook.reading.stamp import CARRIED, SWITCHED, Stamp, stamp_of, stamps_in, who_line
from workbook.reading.texts import Texts, read_texts
from workbook.reading.values import length
from workbook.seal import seal_of

_WORKBOOKS = ("workbook", "ods", "xls", "xlsb")  # as which a form may come back
SHORTEST_REASON = 8  # characters a written reason must have, blanks not counted (semantics: confirm)


def read_submission(path: Path, pack: Pack | None = None) -> Submission:
    """Return the form at `path`, perhaps in an archive; Unreadable when it is something else, OSError from the disk.

    Without `pack` the form's stamp says which shipped pack it belongs to. Nothing in the file is run or followed.
    """
    return read_form(bytes_at(path), str(path), datetime.fromtimestamp(file_of(path).stat().st_mtime), pack)


def read_form(
    data: bytes, file: str, received: datetime, pack: Pack | None = None, round_: Round | None = None
) -> Submission:
    """Return the form in `data`, which came as `file`; Unreadable when it is something else.

    With `round_`, a form whose stamp is gone is still recognised if it is of one of the round's units.
    """
    kind = kind_of(data)
    if kind not in _WORKBOOKS:
        raise Unreadable(kind)
    notes = Notes()
    safe, marks = judged(data, kind)
    sheets = open_book(safe, kind)
    stamp = stamp_of(sheets, data, kind, round_, notes)
    layout = _layout_of(stamp, pack)
    stamps = frozenset({STAMP_SHEET, *stamps_in(sheets)})
    sheets = [sheet for sheet in sheets if sheet.name not in stamps]
    figures, texts = read_sheets(sheets, layout, who_line(stamp), notes, marks)
    prefilled = prefilled_in(stamp, layout)
    return Submission(
        file=file,
        sha256=hashlib.sha256(data).hexdigest(),
        pack=layout.pack.id,
        pack_hash=stamp.get("pack_hash", ""),
        form_version=stamp["form_version"],
        unit=Unit(stamp["unit"], stamp.get("unit_name", ""), stamp["tier"], stamp.get("umbrella") == "y"),
        period=str(layout.period),
        modules=layout.modules,
        received=received,
        cells=figures.cells,
        texts=texts.rows,
        reasons=reasons_of(layout, texts.rows),
        handed=_handed(stamp, layout),
        switches=tuple(Switch(k[len(SWITCHED) :], v, "") for k, v in stamp.items() if k.startswith(SWITCHED)),
        places=dict(texts.starts) | {was: (name, "") for was, name in figures.now.items()},
        repairs=(*notes.repairs, *corrections(prefilled, figures.cells, layout)),
        doubts=tuple(notes.doubts),
        prefilled=prefilled,
        parts=_made_of(stamp, prefilled, figures.cells, layout),
        seal=seal_of(stamp),
    )


def read_sheets(sheets: Sequence[Sheet], layout: Layout, who: str, notes: Notes, marks: Marks) -> tuple[Figures, Texts]:
    """Return the figures and the texts of a form, the cover among them; `who` is the line above its tables."""
    texts = read_texts(sheets, layout, notes)
    figures = read_figures(sheets, layout, who, texts.held, notes, marks)
    cover = find_cover(sheets, layout.pack)
    tell_cover(cover, layout.pack, notes)
    tell_changes(figures.tables, layout, notes)
    tell_leftovers(figures.tables, layout, notes)
    tell_sheets(sheets, {**figures.now, **texts.sheets}, layout, notes)
    tell_other_sheets(sheets, texts.held, figures.tables, cover, notes)
    lines = {} if cover is None else read_cover(cover, layout.pack)
    return figures, replace(texts, rows={**texts.rows, **lines})


def _layout_of(stamp: Stamp, pack: Pack | None) -> Layout:
    """Return the layout of the form a stamp speaks of; Unreadable where it is none that is still accepted."""
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
    return make_layout(pack, stamp["tier"], period, tuple(stamp.get("modules", "").split()))


def _pack_of(stamp: Mapping[str, str]) -> Pack:
    folder = pack_named_in_file(stamp.get("pack", ""))
    pack = load_pack(folder)[0] if folder is not None else None
    if pack is None:
        raise Unreadable("other_pack")
    return pack


def _made_of(
    stamp: Mapping[str, str], prefilled: Mapping[tuple[str, Measure], str], cells: Cells, layout: Layout
) -> dict[str, Part]:
    """Return what the form's totals are made of, as far as its figures bear it out."""
    parts = parts_in(stamp)
    if not parts:
        return {}
    from workbook.reading.made_of import standing

    return standing(parts, prefilled, cells, layout)


def _handed(stamp: Mapping[str, str], layout: Layout) -> dict[tuple[str, Measure], str]:
    """Return the figures the form was handed out with."""
    handed: dict[tuple[str, Measure], str] = {}
    for key, value in stamp.items():
        if key.startswith(CARRIED):
            code, _, measure = key[len(CARRIED) :].partition(" ")
            if measure in MEASURES and code in layout.indicators:
                handed[code, measure] = value
    return handed


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
