"""Which indicator each figure of a paragraph is of: all of them decided together, none bound on weak evidence.

Figures are taken from left to right, several readings of the paragraph are kept side by side (a beam), and the one
that explains most wins. An indicator is bound once in a paragraph, for this period, for last year and for its opening.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from exporters.old_reports.evidence import Basis, Evidence, Reader
from exporters.old_reports.not_figures import no_figures
from exporters.old_reports.numbers_in_text import Number, numbers_in
from exporters.old_reports.surroundings import Manner, Passage
from exporters.old_reports.vocabulary import Profile, Vocabulary

THRESHOLD = 0.72
_WRITTEN_OUT = 0.08  # more is asked of a number in words: they are oftener part of a phrase
MOST_FIGURES = 60  # of a paragraph that are read; one has ten
_READINGS = 24
_CHOICES = 6
_FAIR, _SAME_SECTION = 0.5, 0.03  # what is of the section of the figure before is likelier
_LEAST_TOLD = 0.3
_CLOSE = 0.025  # two indicators this near each other are a guess


@dataclass(frozen=True, slots=True)
class Candidate:
    """An indicator a figure could be of."""

    code: str
    basis: Basis
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one number: bound to an indicator, or to none."""

    number: Number
    code: str  # "" where it is not bound
    basis: Basis
    confidence: float
    words: tuple[str, ...]  # the evidence
    others: tuple[Candidate, ...]  # what else it could be, best first
    pattern: str  # why it is no figure by its surface, "" otherwise
    value: Decimal | None  # in the catalog's unit

    def unbound(self) -> Reading:
        """Return the reading without its indicator, which becomes the first of the others."""
        if not self.code:
            return self
        was = Candidate(self.code, self.basis, self.confidence, self.words)
        return replace(self, code="", basis="", others=(was, *self.others)[:3], value=None)

    def moved(self, start: int, length: int) -> Reading:
        """Return the reading with its number at another place, nothing beyond `length` characters behind it."""
        number = self.number
        after = start + min(number.after - number.start, length)
        kept = "" if after - start < number.after - number.start else number.word
        end = start + (number.end - number.start)
        return replace(self, number=replace(number, start=start, end=end, after=after, word=kept))


@dataclass(frozen=True, slots=True)
class _State:
    """One way to read the figures so far."""

    gain: float
    chosen: tuple[Candidate | None, ...]

    def before(self, passage: Passage) -> dict[str, float]:
        """Return the codes bound so far and how near they still are."""
        here = len(self.chosen)
        near: dict[str, float] = {}
        for n, candidate in enumerate(self.chosen):
            if candidate is not None:
                text = passage.text[passage.figures[n].after : passage.figures[here].start]
                weight = 0.96 * 0.97 ** (here - n - 1) * (0.6 if any(c in text for c in "。！？") else 1)
                near[candidate.code] = weight * (0.94 if "；" in text else 1)
        return near


def read_paragraph(text: str, vocabulary: Vocabulary, heading: str = "") -> list[Reading]:
    """Return what every number of a paragraph is."""
    numbers = numbers_in(text)
    told = no_figures(text, numbers)
    open_ = [n for n in numbers if n not in told]
    passage = Passage(text, open_[:MOST_FIGURES], heading)
    read = dict(zip(passage.figures, _decode(passage, vocabulary), strict=True))
    return [read.get(n) or Reading(n, "", "", 0.0, (), (), told.get(n, ""), None) for n in numbers]


def _decode(passage: Passage, vocabulary: Vocabulary) -> list[Reading]:
    reader = Reader(passage, vocabulary)
    states = [_State(0.0, ())]
    for n, figure in enumerate(passage.figures):
        least = THRESHOLD + (_WRITTEN_OUT if figure.written == "numeral" else 0)
        grown: dict[tuple[Candidate | None, ...], _State] = {}
        for state in states:
            grown[(*state.chosen, None)] = _State(state.gain, (*state.chosen, None))
            for candidate in _candidates(reader, n, state)[:_CHOICES]:
                if candidate.confidence >= least:
                    chosen = (*state.chosen, candidate)
                    grown[chosen] = _State(state.gain + candidate.confidence - least + 0.08, chosen)
        states = sorted(grown.values(), key=lambda s: -s.gain)[:_READINGS]
    best = states[0]
    return [_reading(reader, n, best) for n in range(len(passage.figures))]


def _reading(reader: Reader, n: int, best: _State) -> Reading:
    figure, candidate = reader.passage.figures[n], best.chosen[n]
    state = _State(0.0, best.chosen[:n])
    others = tuple(c for c in _candidates(reader, n, state) if candidate is None or c.code != candidate.code)
    if candidate is None:
        return Reading(figure, "", "", others[0].confidence if others else 0.0, (), others[:3], "", None)
    taken = {(c.code, c.basis) for c in best.chosen if c is not None}
    rivals = [c for c in others if (c.code, c.basis) not in taken and candidate.confidence - c.confidence < _CLOSE]
    sure = candidate.confidence * (0.9 if rivals else 1)
    if sure < THRESHOLD:
        return Reading(figure, "", "", sure, (), (candidate, *others)[:3], "", None)
    profile = reader.vocabulary.profiles[candidate.code]
    return Reading(
        figure, candidate.code, candidate.basis, sure, candidate.words, others[:3], "", _value(figure, profile)
    )


def _value(figure: Number, profile: Profile) -> Decimal | None:
    """Return the number in the catalog's unit: 78000元 is 7.8 万元."""
    return None if figure.full is None else figure.full / profile.unit


def _candidates(reader: Reader, n: int, state: _State) -> list[Candidate]:
    """Return the indicators figure `n` could be of, best first, given how those before it are read."""
    figure, manner = reader.passage.figures[n], reader.passage.manner(n)
    if manner.spread or ((manner.rose or manner.fell) and manner.compared and figure.word != "%"):
        return []  # several things at once, or only how much more or less there was
    before = state.before(reader.passage)
    taken = {(c.code, c.basis) for c in state.chosen if c is not None}
    last = next((reader.vocabulary.profiles[c.code].item.section for c in reversed(state.chosen) if c), "")
    found: list[Candidate] = []
    for profile in reader.vocabulary.profiles.values():
        basis = _basis(manner, profile)
        if not _may_be(figure, manner, profile) or (profile.item.code, basis) in taken:
            continue
        evidence = _weighed(reader.judge(n, profile, before), profile, goal=manner.goal)
        if last == profile.item.section and evidence.score > _FAIR:
            evidence = replace(evidence, score=evidence.score + _SAME_SECTION)
        if evidence.score > _LEAST_TOLD:
            found.append(Candidate(profile.item.code, basis, min(evidence.score, 0.99), evidence.words))
    return sorted(found, key=lambda c: -c.confidence)


def _weighed(evidence: Evidence, profile: Profile, *, goal: bool) -> Evidence:
    """Return evidence with regard to what was counted and what is only meant to be reached."""
    if profile.item.nature == "derived_list":
        return evidence
    if (profile.item.nature == "target") != goal:
        return replace(evidence, score=evidence.score * 0.55)
    return evidence


def _basis(manner: Manner, profile: Profile) -> Basis:
    if profile.item.nature == "target" and manner.goal:
        return "target"
    if manner.prior:
        return "prev"
    if manner.began:
        return "opening" if profile.item.nature == "stock" else "prev"
    return "current"


def _may_be(figure: Number, manner: Manner, profile: Profile) -> bool:
    """Return whether grammar allows it: a rank where an order is told, a decrease where something fell."""
    rank = profile.item.dimension == "rank"
    if rank != manner.ranked and (figure.ordinal or rank):
        return False
    if profile.change:
        return manner.fell
    return not ((manner.rose or manner.fell) and figure.word == "%")
