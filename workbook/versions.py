"""What a unit changed from one version of its form to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbook.computed import definition
from workbook.model import Cell, Indicator, Measure, State, Submission, TextRow


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure or item of text that differs between two versions, as it stood then and now, "" for blank."""

    unit: str
    earlier: str  # files
    later: str
    code: str  # indicator or text input
    measure: Measure | None  # None for a text
    number: int  # of the item in its list, 0 for a figure
    then: str
    now: str
    sheet: str
    cell: str


def differences(versions: Sequence[Submission], indicators: Mapping[str, Indicator]) -> Iterator[Difference]:
    """Yield what changed from each version of a unit's form to the next, in the order of the form.

    Computed cells follow from the others and are left out.
    """
    for earlier, later in pairwise(versions):
        yield from _figures(earlier, later, indicators)
        yield from _texts(earlier, later)


def _figures(earlier: Submission, later: Submission, indicators: Mapping[str, Indicator]) -> Iterator[Difference]:
    for (code, measure), now in later.cells.items():
        then = earlier.cells.get((code, measure))
        if then is None or _same(then, now) or definition(indicators[code], measure, indicators) is not None:
            continue
        place = (now.sheet, now.address)
        yield Difference(later.unit.code, earlier.file, later.file, code, measure, 0, then.raw, now.raw, *place)


def _same(then: Cell, now: Cell) -> bool:
    """Return whether two cells mean the same: one number or state, or one text that is no number."""
    if State.UNREADABLE in (then.state, now.state):
        return then.state == now.state and then.raw == now.raw
    return (then.state, then.scaled) == (now.state, now.scaled)


def _texts(earlier: Submission, later: Submission) -> Iterator[Difference]:
    for code in dict.fromkeys((*later.texts, *earlier.texts)):
        before, after = (_items(s.texts.get(code, ())) for s in (earlier, later))
        for number in sorted({*before, *after}):
            was, is_ = (_words(items.get(number, ())) for items in (before, after))
            if was != is_:
                row = next(iter(after.get(number, ())), None)
                place = (row.sheet, row.cells[0]) if row and row.cells else ("", "")
                yield Difference(later.unit.code, earlier.file, later.file, code, None, number, was, is_, *place)


def _items(rows: Iterable[TextRow]) -> dict[int, list[TextRow]]:
    """Return the items by number; in a form with rows put in, two may have one."""
    items: dict[int, list[TextRow]] = {}
    for row in rows:
        items.setdefault(row.number, []).append(row)
    return items


def _words(rows: Iterable[TextRow]) -> str:
    return "\n".join("；".join(filter(None, row.values)) for row in rows)
