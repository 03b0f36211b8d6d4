"""What a unit changed from one version of its form to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbook.computed import definition
from workbook.model import Indicator, Measure, Submission


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
        if then is None or (then.state, then.scaled) == (now.state, now.scaled) != (then.state, None):
            continue
        if then.raw != now.raw and definition(indicators[code], measure, indicators) is None:
            place = (now.sheet, now.address)
            yield Difference(later.unit.code, earlier.file, later.file, code, measure, 0, then.raw, now.raw, *place)


def _texts(earlier: Submission, later: Submission) -> Iterator[Difference]:
    for code in dict.fromkeys((*later.texts, *earlier.texts)):
        before, after = ({r.number: r for r in s.texts.get(code, ())} for s in (earlier, later))
        for number in sorted({*before, *after}):
            then, now = before.get(number), after.get(number)
            was, is_ = ("；".join(filter(None, r.values)) if r else "" for r in (then, now))
            if was != is_:
                sheet, cell = (now.sheet, now.cells[0]) if now and now.cells else ("", "")
                yield Difference(later.unit.code, earlier.file, later.file, code, None, number, was, is_, sheet, cell)
