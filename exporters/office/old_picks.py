"""选材.csv, where the office chose before 汇总表 had a sheet for it: taken up once."""

from __future__ import annotations

import os

from exporters.office.candidates import candidates
from exporters.office.memory import Entry
from exporters.office.picks import says_yes, untouched
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import Round
from workbook.round import PICKS_FILE, RESULTS
from workbook.tables import Row, read_table

_KEY = tuple(say(f"oldpicks.{k}") for k in ("unit", "text", "number"))
_COLUMNS = (*_KEY, *(say(f"oldpicks.{k}") for k in ("used", "order", "edited")))


def read_old_picks(collection: Collection) -> tuple[Entry, ...]:
    """Return what the office chose in 选材.csv, of items that are still there; nothing where there is no such file."""
    rows = _rows(collection.round)
    by_item = {tuple(r[k] for k in _KEY): r for r in rows}
    found = []
    for item in candidates(collection) if by_item else ():
        row = by_item.get((item.unit.code, item.text.code, str(item.number)))
        if row is not None and (typed := _typed(row)):
            found.append(Entry(item.key, item.words, untouched(item.text) | typed))
    return tuple(found)


def _rows(round_: Round) -> list[Row]:
    """Return the lines of the file, none where it cannot be read whole."""
    path = round_.path / PICKS_FILE
    rows, defects = read_table(path, _COLUMNS) if path.is_file() else ([], [])
    return [] if defects else rows


def _typed(row: Row) -> dict[str, str]:
    used, order, wording = (row[say(f"oldpicks.{k}")] for k in ("used", "order", "edited"))
    told = {"used": say("word.yes") if says_yes(used) else "", "order": order, "wording": wording}
    return {k: v for k, v in told.items() if v}


def move_old_picks(round_: Round) -> None:
    """Put 选材.csv aside once its choices stand in the workbook, so that nobody goes on choosing in it."""
    path = round_.path / PICKS_FILE
    if _rows(round_):
        folder = round_.path / RESULTS / say("folder.kept")
        folder.mkdir(parents=True, exist_ok=True)
        os.replace(path, folder / PICKS_FILE)
