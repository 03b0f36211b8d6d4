"""What stands on the cover of a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook.layout import address, cover_subfields
from workbook.messages import say
from workbook.model import Pack, TextRow
from workbook.reading.grid import NOWHERE, Sheet, squeezed
from workbook.reading.notes import Notes
from workbook.reading.values import show


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover's lines by name, where each stands, and whether their names were still in the hidden column."""

    sheet: str
    lines: Mapping[str, str]
    cells: Mapping[str, str]
    coded: bool


def find_cover(sheets: Sequence[Sheet], pack: Pack, skipped: frozenset[str] = frozenset()) -> Cover | None:
    """Return the cover: by the names in the hidden column of a sheet, else by the labels; None if there is none."""
    subfields = cover_subfields(pack)
    codes = {s.name: s.name for s in subfields}
    labels = {squeezed(s.label): s.name for s in subfields}
    for coded, keys in ((True, codes), (False, labels)):
        for sheet in sheets:
            if sheet.name in skipped:
                continue
            rows, column = _lines(sheet, keys)
            if 2 * len(rows) > len(subfields):
                wanted = {name: label for label, name in labels.items()}
                return _cover(sheet, rows, column + int(coded), wanted, coded=coded)
    return None


def _lines(sheet: Sheet, keys: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """Return in which rows of the column with most of them the keys stand, by name, and that column."""
    found: Counter[int] = Counter()
    places: dict[int, dict[str, int]] = {}
    for number, row in enumerate(sheet.grid[:200]):
        for column, raw in enumerate(row):
            name = keys.get(squeezed(raw))
            if name is not None:
                found[column] += 1
                places.setdefault(column, {})[name] = number
    if not found:
        return {}, NOWHERE
    column = found.most_common(1)[0][0]
    return places[column], column


def _cover(sheet: Sheet, rows: Mapping[str, int], column: int, labels: Mapping[str, str], *, coded: bool) -> Cover:
    """Read the first cell with something of the unit's in it, right of each label if there is one.

    A label stands in `column` or further right.
    """
    ours = labels.keys() | set(labels.values())
    lines, cells = {}, {}
    for name, row in rows.items():
        width = range(len(sheet.grid[row]))
        label = next((c for c in width if squeezed(sheet.at(row, c)) == labels[name]), column)
        around = (c for c in (*width[label + 1 :], *width[:label]) if squeezed(sheet.at(row, c)) not in ours)
        value = next((c for c in around if show(sheet.at(row, c))), None)
        lines[name] = "" if value is None else show(sheet.at(row, value))
        cells[name] = address(row, label + 1 if value is None else value)
    return Cover(sheet.name, lines, cells, coded)


def read_cover(cover: Cover, pack: Pack) -> dict[str, tuple[TextRow, ...]]:
    """Return the cover as the text input it is, by code; lines that are not there are blank."""
    text = next(t for t in pack.texts.values() if t.place == "cover")
    names = [s.name for s in text.subfields]
    values, cells = (tuple(found.get(n, "") for n in names) for found in (cover.lines, cover.cells))
    return {text.code: (TextRow(values, cover.sheet, cells),)}


def tell_cover(cover: Cover | None, pack: Pack, notes: Notes) -> None:
    """Note a cover that was known by its labels alone, or not found."""
    text = next((t for t in pack.texts.values() if t.place == "cover"), None)
    if cover is None and text is not None:
        notes.repair("lost_block", say("form.cover_sheet"), "", text.code, name=text.name)
    elif cover is not None and not cover.coded:
        notes.repair("cover_labels", cover.sheet)
