"""What was found in a report, in words: for the screen, for a comment at the place, for JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from exporters.figures.locate import Place
from exporters.figures.offers import Offer
from exporters.figures.reconcile import Verdict
from exporters.narrative.writer import alias_of
from workbook.blank import parts_of
from workbook.messages import say

_MOST_WORDS = 36
_STOPS = re.compile("[。；！？\n]")


def title_of(tag: str, names: Mapping[str, str]) -> str:
    """Return what a figure is called: 党员总数（全市）同比; the tag itself where the pack is not known."""
    return alias_of(tag, names) if parts_of(tag)[0] in names else tag


def where(verdict: Verdict) -> str:
    """Return the sentence a figure stands in, as much of it as tells where it is; of a chart its number and names."""
    point, place = verdict.point, verdict.place
    if point is not None:
        return say("figures.in_chart", chart=point.chart, series=point.series, category=point.category)
    figure = verdict.figure
    if figure is not None and figure.cell >= 0 and figure.before and place is not None and place.paragraph.in_cell:
        return say("figures.in_row", row=figure.before)
    return sentence_at(place) if place is not None else ""


def sentence_at(place: Place | None) -> str:
    """Return the sentence a figure stands in, as much of it as tells where it is."""
    return sentence_in(place.paragraph.text, place.start, place.end) if place is not None else ""


def sentence_in(text: str, start: int, end: int) -> str:
    """Return the sentence of a text that a stretch stands in, as much of it as tells where it is."""
    before = _STOPS.split(text[:start])[-1][-_MOST_WORDS:]
    after = _STOPS.split(text[end:])[0][: _MOST_WORDS - min(len(before), _MOST_WORDS // 2)]
    return f"{before}{text[start:end]}{after}"


def found_words(verdict: Verdict, names: Mapping[str, str], offer: Offer | None = None) -> str:
    """Return what was found and what to do, as a comment says it."""
    told = say(f"found.{verdict.kind}", said=verdict.said, now=verdict.now or say("figures.untold"))
    if offer is not None:
        told += say("figures.offer", name=offer.name, now=offer.now)
    if not verdict.tag:
        return told
    title = title_of(verdict.tag, names) + (say("figures.aside", where=where(verdict)) if verdict.point else "")
    return say("figures.about", title=title, told=told)


def found_row(verdict: Verdict, names: Mapping[str, str], offer: Offer | None) -> tuple[str, str, str, str, str]:
    """Return what was found as a row of a table: what, of which figure, what stands there, what the data say, where."""
    title = title_of(verdict.tag, names) if verdict.tag else ""
    if offer:
        title = say("figures.perhaps", name=offer.name)
    now = offer.now if offer else verdict.now
    return say(f"figures.{verdict.kind}"), title, verdict.said, now, where(verdict)


def verdict_json(verdict: Verdict, names: Mapping[str, str], offer: Offer | None = None) -> dict[str, Any]:
    """Return a verdict as a JSON object."""
    return {
        "kind": verdict.kind,
        "must": verdict.must,
        "tag": verdict.tag,
        "title": title_of(verdict.tag, names) if verdict.tag else "",
        "said": verdict.said,
        "now": verdict.now,
        "found_by": verdict.place.by if verdict.place else "",
        "sentence": where(verdict),
        "offer": {"tag": offer.tag, "name": offer.name, "now": offer.now} if offer else None,
    }
