"""A figure as it stands in the report against what the data say: who changed it, and whether it is still true."""

from __future__ import annotations

from typing import Literal, NamedTuple

from exporters.figures.locate import Place
from exporters.figures.loose import OBJECT
from exporters.figures.manifest import Figure
from exporters.figures.now import Now
from exporters.prose.said import Said, direction, joins_before, joins_behind, said_at
from workbook.blank import parts_of

Kind = Literal[
    "agrees",  # as the data say
    "rewritten",  # by hand, and still true
    "changed",  # by hand, and not what the data say
    "stale",  # the data have changed
    "wording",  # a word about the figure is not true: 余, 增长, 前三位, 全部
    "lost",  # true, but no control holds it any more
    "missing",  # not in the report any more
    "moved",  # stands in another figure's words
    "copied",  # stands there once more
    "doubled",  # stands there once more and says something else
    "typed",  # a number that belongs to no figure
    "unknown",  # not compared: the data at hand do not have it
]
MUST = frozenset(("changed", "stale", "wording", "moved", "doubled", "typed"))
"""What must be looked at before the report goes out."""

_NEAR = 4  # characters around a number that say something about it
_OF_WORDS = ("dir", "dir_reported", "top", "full")  # measures that are claims


class Reading(NamedTuple):
    """What a figure says now: the kind of it, how far its number reaches, whether a person has changed it."""

    kind: Kind
    start: int
    end: int
    touched: bool


def compare(figure: Figure, place: Place, now: Now | None) -> Reading:
    """Return whether what stands at a place is what the data say; None for a figure they do not tell any more."""
    if _as_written(figure, place) and now is not None and now.text == figure.text:
        return Reading("agrees", place.start, place.end, touched=False)
    counts = figure.exact or (now is not None and now.exact is not None)
    said = _number(figure, place) if counts else None
    if said is None:
        touched = place.text.strip() != figure.text.strip()
        return Reading(_of_words(figure, place, now), place.start, place.end, touched)
    was = written_as(figure)
    touched = was is None or not said.says(was)
    kind = _of_number(place, (was, said), now, touched=touched)
    return Reading(kind, min(said.start, place.start), max(said.end, place.end), touched)


def _as_written(figure: Figure, place: Place) -> bool:
    """Return whether figure and words around it are as they were; False where that is not clear at a glance."""
    if place.text != figure.text:
        return False
    if not figure.exact:  # of words, those beside them change nothing
        return True
    text, after = place.paragraph.text, figure.after[:_NEAR]
    before = figure.before.rpartition(OBJECT)[2][-_NEAR:] if figure.cell < 0 else ""
    first, last = place.start - len(before), place.end + len(after)
    return (
        text.endswith(before, 0, place.start)
        and text.startswith(after, place.end)
        and (len(before) == _NEAR or not joins_before(text, first))
        and (len(after) == _NEAR or not joins_behind(text, last))
    )


def _number(figure: Figure, place: Place) -> Said | None:
    return said_at(place.paragraph.text, place.start, place.end, figure.word)


def _of_number(place: Place, both: tuple[Said | None, Said], now: Now | None, *, touched: bool) -> Kind:
    was, said = both
    if now is not None and now.exact is not None:
        same_words = was is not None and (said.scale, said.about) == (was.scale, was.about)
        as_told = same_words and place.text == now.text and _extent(place) == (said.start, said.end)
        if as_told or said.holds(now.exact):
            return "rewritten" if touched and place.text != now.text else "agrees"
    if said.about or (was is not None and was.about):
        return "wording"
    return "changed" if touched else "stale"


def _extent(place: Place) -> tuple[int, int]:
    """Return the stretch without blanks at its ends."""
    text = place.text
    return place.end - len(text.lstrip()), place.start + len(text.rstrip())


def written_as(figure: Figure) -> Said | None:
    """Return what the figure said when it was written."""
    before = "" if figure.cell >= 0 else figure.before
    text = f"{before}{figure.text}{figure.after}"
    return said_at(text, len(before), len(before) + len(figure.text), figure.word)


def _of_words(figure: Figure, place: Place, now: Now | None) -> Kind:
    text, measure = place.text.strip(), parts_of(figure.tag)[2]
    claim = measure in _OF_WORDS
    if now is None:
        return "wording" if claim else "stale"
    if text == now.text:
        return "agrees"
    if claim and direction(now.text):
        return "rewritten" if direction(text) == direction(now.text) else "wording"
    if text == figure.text:
        return "wording" if claim else "stale"
    return "changed"
