"""封存: what a form held when it was sealed, as rows of its stamp, and what was changed since.

A seal keeps what the office has to compare: figures that are typed or carried, and a fingerprint of every item of
text. Computed figures follow from these.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from workbook.check_code import check_code, coded_parts
from workbook.expression.tree import Ref
from workbook.layout import ITEM_MARK, Layout, make_layout
from workbook.model import MEASURES, Measure, Pack, Seal, Submission, TextRow
from workbook.period import parse_period

# Keys of the stamp; a part follows as "CODE measure" or as the item's code in its sheet.
SEALED = "sealed"
_MOMENT, _CODE, _PART = SEALED, f"{SEALED}_code", f"{SEALED} "
_GROUPED = re.compile(r"\d{4} \d{4}", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_MOST_PARTS = 20_000  # rows of the stamp are anybody's text; a form has at most a few thousand parts
_LONGEST = 40  # characters of what was sealed: a number or a state's word

SealState = Literal["sealed", "changed", "unsealed"]


@dataclass(frozen=True, slots=True)
class Change:
    """A part that reads otherwise than when it was sealed: a figure, an item of text, or ("", None, 0) the check code.

    Of a figure and the code `then` and `now` are what is read, of a text its fingerprint; "" where nothing stood.
    """

    code: str
    measure: Measure | None
    number: int  # of the item, 0 for a figure
    then: str
    now: str


def make_seal(submission: Submission, pack: Pack, moment: datetime) -> Seal:
    """Return the seal of a form as it reads now."""
    layout = _layout(submission, pack)
    figures = {key: value for key, value in _figures(submission, layout).items() if value}
    return Seal(moment, check_code(submission, layout), figures, _texts(submission))


def _layout(submission: Submission, pack: Pack) -> Layout:
    """Return the layout a form was handed out with."""
    return make_layout(pack, submission.unit.tier, parse_period(submission.period), submission.modules)


def _figures(submission: Submission, layout: Layout) -> dict[tuple[str, Measure], str]:
    """Return what typed and carried figures read, in form order, "" where nothing stands."""
    keys = [(part.code, part.measure) for part in coded_parts(layout) if isinstance(part, Ref)]
    return {key: submission.cells[key].raw for key in keys if key in submission.cells}


def _texts(submission: Submission) -> dict[tuple[str, int], str]:
    """Return the fingerprint of every item that is filled; of two with one number, of both together."""
    items: dict[tuple[str, int], list[TextRow]] = {}
    for code, rows in submission.texts.items():
        for row in rows:
            items.setdefault((code, row.number), []).append(row)
    return {key: _fingerprint(rows) for key, rows in items.items()}


def _fingerprint(rows: Iterable[TextRow]) -> str:
    """Return what stands for an item's words; blanks and line breaks are no words."""
    words = "\n".join("\t".join("".join(value.split()) for value in row.values) for row in rows)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def seal_rows(seal: Seal) -> dict[str, str]:
    """Return a seal as rows of the stamp."""
    figures = {f"{_PART}{code} {measure}": value for (code, measure), value in seal.figures.items()}
    texts = {f"{_PART}{code}{ITEM_MARK}{number}": mark for (code, number), mark in seal.texts.items()}
    return {_MOMENT: seal.moment.isoformat(timespec="seconds"), _CODE: seal.code} | figures | texts


def seal_of(stamp: Mapping[str, str]) -> Seal | None:
    """Return the seal in a stamp; None where there is none or it has no time and code. Rows that make no sense go."""
    code = stamp.get(_CODE, "")
    try:
        moment = datetime.fromisoformat(stamp.get(_MOMENT, "")).replace(tzinfo=None)
    except ValueError:
        return None
    if not _GROUPED.fullmatch(code):
        return None
    figures: dict[tuple[str, Measure], str] = {}
    texts: dict[tuple[str, int], str] = {}
    parts = ((key[len(_PART) :], value) for key, value in stamp.items() if key.startswith(_PART))
    for part, value in islice(parts, _MOST_PARTS):
        figure, _, column = part.partition(" ")
        text, _, number = part.rpartition(ITEM_MARK)
        measure = next((m for m in MEASURES if m == column), None)
        if measure is not None and len(value) <= _LONGEST:
            figures[figure, measure] = value
        elif _NUMBER.fullmatch(number):
            texts[text, int(number)] = value[:_LONGEST]
    return Seal(moment, code, figures, texts)


def changed_since(submission: Submission, pack: Pack) -> list[Change]:
    """Return what was changed after sealing, figures in form order, then texts; nothing for a form without seal.

    What the pack does not know, by now or at all, is left out. Where every part is as it was but the check code is
    not, somebody altered the stamp: unit, period or the seal itself.
    """
    then = submission.seal
    if then is None:
        return []
    layout = _layout(submission, pack)
    figures, texts = _figures(submission, layout), _texts(submission)
    changes = [Change(c, m, 0, then.figures.get((c, m), ""), now) for (c, m), now in figures.items()]
    items = sorted(key for key in {**then.texts, **texts} if key[0] in pack.texts)
    changes += [Change(c, None, n, then.texts.get((c, n), ""), texts.get((c, n), "")) for c, n in items]
    changes = [change for change in changes if change.then != change.now]
    if changes or submission.form_version != pack.form_version:
        return changes  # of another version the code has other weights by now
    code = check_code(submission, layout)
    return [] if code == then.code else [Change("", None, 0, then.code, code)]


def seal_state(submission: Submission, pack: Pack) -> SealState:
    """Return whether a form is sealed, and still as it was then."""
    if submission.seal is None:
        return "unsealed"
    return "changed" if changed_since(submission, pack) else "sealed"
