"""A form that cannot be marked, written anew with everything that was understood of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbook.computed import definition
from workbook.form.content import Content, Figure, blank_contents, layouts_of, with_computed
from workbook.layout import Layout
from workbook.model import Cell, Round, Submission
from workbook.reading.values import altered
from workbook.values import Earlier, Key

_MOST = 32_000  # characters; a cell takes no more


def whole(submission: Submission, layout: Layout) -> bool:
    """Return whether the form has a place for everything that is asked."""
    places = {key for key, cell in submission.cells.items() if cell.address}
    asked = {(code, m) for code, item in layout.indicators.items() for m in layout.measures(item)}
    return asked <= places and set(layout.blocks) <= set(submission.texts)


def understood(round_: Round, submission: Submission, earlier: Earlier) -> Content:
    """Return what a unit's form holds: what it is handed out with, and on top what the unit filled in.

    `earlier` are the figures of earlier rounds. Figures carried over stay as they are handed out.
    """
    unit = submission.unit
    blank = blank_contents(replace(round_, units=(unit,)), earlier)[unit.code]
    filled = filled_over(round_, blank, submission)
    return with_computed(round_, {unit.code: filled})[unit.code]


def filled_over(round_: Round, blank: Content, submission: Submission) -> Content:
    """Return a form's content with what a unit filled in on top, computed cells left as they are.

    Figures carried over, and totals the form was filled with and nobody altered, stay as `blank` has them.
    """
    layout = layouts_of(round_)[submission.unit.tier]
    entries: dict[Key, Figure] = dict(blank.entries)
    for key, cell in submission.cells.items():
        if _filled_in(key, layout) and key not in blank.carried and altered(submission.prefilled.get(key, ""), cell):
            entries.pop(key, None)
            if cell.raw:
                entries[key] = _figure(cell)
    texts = dict(blank.texts)
    for code, block in layout.blocks.items():
        if block.text.place != "office":
            texts[code] = [[v[:_MOST] for v in row.values] for row in submission.texts.get(code, ())]
    return replace(blank, entries=entries, texts=texts, cover=_cover(round_, submission, blank.cover))


def _filled_in(key: Key, layout: Layout) -> bool:
    code, measure = key
    item = layout.indicators.get(code)
    return (
        item is not None
        and measure in layout.measures(item)
        and definition(item, measure, layout.pack.indicators) is None
    )


def _figure(cell: Cell) -> Figure:
    """Return a cell as it was typed, with more decimals than it should have if need be."""
    if not cell.state.known:
        return cell.raw[:_MOST]
    number = float(cell.raw)
    return int(number) if number.is_integer() else number


def _cover(round_: Round, submission: Submission, blank: Mapping[str, str]) -> dict[str, str]:
    """Return the cover: what stands there from the start, else what the unit wrote."""
    cover = next((t for t in round_.pack.texts.values() if t.place == "cover"), None)
    rows = submission.texts.get(cover.code, ()) if cover is not None else ()
    written = dict(zip((s.name for s in cover.subfields), rows[0].values, strict=True)) if cover and rows else {}
    return {name: value or written.get(name, "")[:_MOST] for name, value in blank.items()}
