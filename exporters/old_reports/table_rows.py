"""Figures in a table: a row says in its first cells what is counted, the heads of columns say when."""

from __future__ import annotations

from collections.abc import Sequence

from exporters.old_reports.language import language
from exporters.old_reports.lines import is_number
from exporters.old_reports.old_report import Paragraph
from exporters.old_reports.propose import Reading, read_paragraph
from exporters.old_reports.vocabulary import Vocabulary


def read_row(
    paragraphs: Sequence[Paragraph], index: int, vocabulary: Vocabulary, above: str
) -> list[tuple[int, int, Reading]]:
    """Return every number of a table row: cell, place in it, what it is."""
    row = paragraphs[index]
    heads = _heads(paragraphs, index)
    measured = language().measure
    unit = next((c.strip() for c in row.cells if measured.fullmatch(c.strip())), "")
    label = "".join(c.strip() for c in row.cells if not is_number(c) and c.strip() != unit)
    found: list[tuple[int, int, Reading]] = []
    taken: set[tuple[str, str]] = set()
    for n, cell in enumerate(row.cells):
        if not is_number(cell):
            readings = read_paragraph(cell, vocabulary, above) if len(cell) > len(unit) else []
            found += [(n, r.number.start, r) for r in readings]
            continue
        reading = _read(cell, label, heads[n] if n < len(heads) else "", unit, vocabulary, above)
        if reading is not None:
            if (reading.code, reading.basis) in taken:
                reading = reading.unbound()
            taken.add((reading.code, reading.basis))
            found.append((n, len(cell) - len(cell.lstrip()), reading))
    return found


def _read(cell: str, label: str, head: str, unit: str, vocabulary: Vocabulary, above: str) -> Reading | None:
    """Return what a cell with a number is, read as the sentence "label number unit"."""
    said = language().said
    if not label:
        return None
    prior = "" if said["prior"].search(head.strip()) is None else head.strip()
    text = f"{label}{prior}"
    bare = cell.strip()
    sentence = f"{text}{bare}{'' if _has_word(bare) else unit}"
    reading = next((r for r in read_paragraph(sentence, vocabulary, above) if r.number.start == len(text)), None)
    if reading is None:
        return None
    return reading.moved(0, len(bare))


def _has_word(cell: str) -> bool:
    return language().measure.search(cell) is not None


def _heads(paragraphs: Sequence[Paragraph], index: int) -> tuple[str, ...]:
    """Return the first row of the table a row stands in."""
    while index and paragraphs[index - 1].level == "row":
        index -= 1
    return paragraphs[index].cells
