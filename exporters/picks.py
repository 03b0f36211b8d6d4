"""选材.csv: what the office chose to print. Huibao adds new candidates and never touches what a person typed."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.collection import Collection
from workbook.files import replacing
from workbook.messages import say
from workbook.model import Defect
from workbook.round import PICKS_FILE
from workbook.tables import Row, read_table, write_table

COLUMNS = tuple(
    say(f"picks.{k}")
    for k in ("used", "order", "unit", "unit_name", "text", "text_name", "number", "title", "body", "edited")
)


@dataclass(frozen=True, slots=True)
class Pick:
    """One candidate and what the office decided about it."""

    used: bool
    order: int
    unit: str
    text: str
    number: int
    title: str
    body: str
    edited: str


def load_picks(collection: Collection) -> list[Pick]:
    """Return the office's choices, in the order of its file; none where it has not chosen yet."""
    rows, _ = _read(collection)
    return [_pick(row) for row in rows if row[COLUMNS[4]] in collection.round.pack.texts]


def _pick(row: Row) -> Pick:
    used, order, unit, _, text, _, number, title, body, edited = (row[c] for c in COLUMNS)
    return Pick(
        used in (say("word.yes"), "y", "1"),
        int(order) if order.isdigit() else 0,
        unit,
        text,
        int(number) if number.isdigit() else 0,
        title,
        body,
        edited,
    )


def _read(collection: Collection) -> tuple[list[Row], list[Defect]]:
    path = collection.round.path / PICKS_FILE
    return read_table(path, COLUMNS) if path.is_file() else ([], [])


def update_picks(collection: Collection) -> tuple[int, tuple[Defect, ...]]:
    """Add candidates that are not yet listed; return how many, and what is wrong with the file.

    What stands in the file stays as it is; a file that cannot be read whole is not touched.
    """
    path = collection.round.path / PICKS_FILE
    rows, defects = _read(collection)
    if defects:
        return 0, tuple(defects)
    known = {(r[COLUMNS[2]], r[COLUMNS[4]], r[COLUMNS[6]]) for r in rows}
    fresh = [c for c in _candidates(collection) if (c[2], c[4], c[6]) not in known]
    if fresh:
        kept = [[r[c] for c in COLUMNS] for r in rows]
        with replacing(path) as temporary:
            write_table(temporary, COLUMNS, [*kept, *fresh])
    return len(fresh), ()


def _candidates(collection: Collection) -> list[list[str]]:
    """Return every item an editor must choose before it is printed."""
    found = []
    for code, text in collection.round.pack.texts.items():
        if not text.editor or text.kind not in ("list", "table") or text.sensitive == "restricted":
            continue
        for unit, submission in collection.submissions.items():
            for number, row in enumerate(submission.texts.get(code, ()), 1):
                words = [v for s, v in zip(text.subfields, row.values, strict=True) if s.limit]
                title, body = (words[0], words[1]) if len(words) > 1 else ("", words[0])
                name = submission.unit.name
                found.append(["", "", unit, name, code, text.name, str(number), title, body, ""])
    return found
