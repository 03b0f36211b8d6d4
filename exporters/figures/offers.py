"""Which indicator a number that somebody typed is likely of: read by the words around it, as old reports are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from exporters.figures.loose import Loose
from exporters.figures.now import Teller
from exporters.old_reports.propose import read_paragraph
from exporters.old_reports.vocabulary import Vocabulary
from workbook.blank import tag
from workbook.model import Pack

_LEAST = 0.5  # less sure than this is no help


@dataclass(frozen=True, slots=True)
class Offer:
    """The closest indicator: its tag in this report, its name, and what it reads now."""

    tag: str
    name: str
    now: str
    confidence: float


class Offers:
    """Offers indicators of one pack, whose words are gone through once they are asked for."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._pack)

    def offer(self, loose: Loose, teller: Teller) -> Offer | None:
        """Return the indicator a number could be of, None where nothing speaks for one that the report may print."""
        for reading in read_paragraph(loose.paragraph.text, self._vocabulary):
            if reading.number.start != loose.number.start:
                continue
            bound = [(reading.code, reading.confidence)] if reading.code else []
            for code, confidence in (*bound, *((c.code, c.confidence) for c in reading.others)):
                name = tag(code, teller.figures.facts.scope, "value")
                now = teller.now(name, "prose")
                if confidence >= _LEAST and now is not None:
                    return Offer(name, self._pack.indicators[code].name, now.text + now.word, confidence)
        return None
