"""How well the words around a figure say that it is of an indicator."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from exporters.old_reports.surroundings import BESIDE, LEAD, Passage, meaningful
from exporters.old_reports.vocabulary import Cue, Part, Profile, Vocabulary

Basis = str  # current | prev | opening | target

_BY_NAME = 0.9  # a name that is wholly there, without a cue of the author's
_ENOUGH = 0.9  # weight of words beyond which more of them tell little more
_SILENT = 0.97
_LED = 0.8  # the clause before speaks of it
_ASIDE = 0.55  # words said, but none of them beside the figure
_HEADING = 0.6
_DENIED, _DENIED_BEFORE = 0.8, 0.85  # a word that must not be there stands farther off
_LOOKED_AT = 5  # characters next to the figure that carry a meaning
_LEFT_INSTEAD = 0.8  # what stands before explains a figure although something else stands behind it
_MUST = 0.35  # of the score goes where the words beside the figure are of something else


@dataclass(frozen=True, slots=True)
class Evidence:
    """A score from 0 to 1 and the words it rests on."""

    score: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a part of a cue was found and how near that is."""

    weight: float
    word: str
    position: int  # -1 for a figure spoken of before, -2 for the heading


class Reader:
    """Judges the figures of one passage."""

    def __init__(self, passage: Passage, vocabulary: Vocabulary) -> None:
        self.passage, self.vocabulary = passage, vocabulary
        self._judged: dict[tuple[int, str, frozenset[tuple[str, float]]], Evidence] = {}
        self._places = _places(passage.text, vocabulary.words)
        self._heading = {w for w in vocabulary.words if w in passage.heading}
        spoken = self._places.keys() | self._heading
        self.possible = {
            code: [c for c in p.cues if all(part.codes or not spoken.isdisjoint(part.words) for part in c.parts)]
            for code, p in vocabulary.profiles.items()
        }

    def judge(self, n: int, profile: Profile, before: Mapping[str, float]) -> Evidence:
        """Return the evidence that figure `n` is of an indicator; `before` are the codes of figures before it."""
        kin = frozenset((code, before[code]) for code in profile.kin if code in before)
        key = n, profile.item.code, kin
        if key not in self._judged:
            self._judged[key] = self._judge(n, profile, dict(kin))
        return self._judged[key]

    def _judge(self, n: int, profile: Profile, before: Mapping[str, float]) -> Evidence:
        fit = profile.fit(self.passage.figures[n].word)
        if not fit:
            return Evidence(0.0)
        weights = self.passage.weights(n)
        best = Evidence(0.0)
        for cue in self.possible[profile.item.code]:
            found = self._cue(n, cue, weights, before)
            if found is not None:
                covered = self._covered(n, profile, [h for h in found[1] if h.position >= 0])
                score = found[0] * fit * (1 - _MUST * (1 - covered))
                if score > best.score:
                    best = Evidence(score, tuple(dict.fromkeys(h.word for h in found[1])))
        named = self._named(profile, weights)
        if named > 0.75:
            score = _BY_NAME * named * fit * (1 - _MUST * (1 - self._covered(n, profile, [])))
            if score > best.score:
                best = Evidence(score, (profile.item.name,))
        return best

    def _cue(
        self, n: int, cue: Cue, weights: list[float], before: Mapping[str, float]
    ) -> tuple[float, list[Hit]] | None:
        aside = self._aside(n, cue)
        beside = self.passage.left(n)[0], self.passage.right(n)[1]
        if any(self._stands(word, beside, weights) for word in cue.without):
            return None
        hits: list[Hit] = []
        for part in cue.parts:
            hit = self._part(part, weights, before)
            if hit is None:
                return None
            hits.append(hit)
        shares = [h.weight for h in hits]
        quality = (sum(shares) / len(shares) + min(shares)) / 2
        mass = sum(self.vocabulary.weight(h.word) * h.weight * min(len(h.word), 4) ** 0.5 / 1.5 for h in hits)
        quality *= 1 - 0.3 * math.exp(-mass / _ENOUGH)
        nearest = max((h.weight for h in hits if h.position >= 0), default=0.0)
        if nearest < BESIDE:
            quality *= _SILENT if self.passage.silent(n) else _LED if nearest >= LEAD else _ASIDE
        return quality * aside, hits

    def _aside(self, n: int, cue: Cue) -> float:
        """Return what a cue is worth where a word that must not be there stands farther off."""
        passage, here = self.passage, self.passage.clause_of(self.passage.figures[n].start)
        if meaningful(passage.behind(n)):  # the noun behind it may have its verb at the end of the clause
            rest = passage.text[passage.right(n)[1] : passage.clauses[here].end]
            if any(word in rest for word in cue.without):
                return _DENIED
        if here and passage.is_lead(here - 1):
            lead = passage.text[passage.clauses[here - 1].start : passage.clauses[here - 1].end]
            return _DENIED_BEFORE if any(word in lead for word in cue.without) else 1.0
        return 1.0

    def _stands(self, word: str, beside: tuple[int, int], weights: list[float]) -> bool:
        """Return whether a word stands beside the figure."""
        start = self.passage.text.find(word, *beside)
        while start >= 0:
            if weights[start] >= BESIDE:
                return True
            start = self.passage.text.find(word, start + 1, beside[1])
        return False

    def _part(self, part: Part, weights: list[float], before: Mapping[str, float]) -> Hit | None:
        best: Hit | None = None
        for word in part.words:
            for start in self._places.get(word, ()):
                weight = (weights[start] + weights[start + len(word) - 1]) / 2
                if weight and (best is None or (weight, len(word)) > (best.weight, len(best.word))):
                    best = Hit(weight, word, start)
            if best is None and word in self._heading:
                best = Hit(_HEADING, word, -2)
        for code in part.codes:
            if before.get(code, 0.0) > (best.weight if best else 0.0):
                best = Hit(before[code], self.vocabulary.profiles[code].item.name, -1)
        return best

    def _covered(self, n: int, profile: Profile, hits: list[Hit]) -> float:
        """Return how much of what stands next to the figure is explained by what the indicator is called."""
        if self.passage.shared(n) or self.passage.figures[n].ordinal:
            return 1.0
        found = {p for h in hits for p in range(h.position, h.position + len(h.word))}
        passage = self.passage
        before = [p for p in range(*passage.left(n)) if passage.carries[p]][-_LOOKED_AT:]
        behind = [p for p in range(*passage.right(n)) if passage.carries[p]][:_LOOKED_AT]
        left = self._explained(before, before[-2:], profile, found)
        if not behind:
            return left
        right = self._explained(behind, behind[:2], profile, found)
        return max(right, _LEFT_INSTEAD * left) if before else right

    def _explained(self, said: list[int], beside: list[int], profile: Profile, found: Collection[int]) -> float:
        """Return how much of what is said is explained; what is next to the figure counts half of it."""
        if len(said) < 2:
            return 1.0
        text = self.passage.text
        known = {
            p
            for p in said
            if p in found
            or text[p] in profile.single
            or text[max(0, p - 1) : p + 1] in profile.pairs
            or text[p : p + 2] in profile.pairs
        }
        return (len(known) / len(said) + len(known.intersection(beside)) / len(beside)) / 2

    def _named(self, profile: Profile, weights: list[float]) -> float:
        """Return how much of an indicator's name is said near the figure."""
        text = self.passage.text
        total = sum(self.vocabulary.weight(pair) for pair in profile.name)
        if not total:
            return 0.0
        found = 0.0
        for pair in profile.name:
            start = text.find(pair)
            nearest = 0.0
            while start >= 0:
                nearest = max(nearest, weights[start])
                start = text.find(pair, start + 1)
            found += nearest * self.vocabulary.weight(pair)
        return found / total


def _places(text: str, words: frozenset[str]) -> dict[str, list[int]]:
    """Return where every word of the vocabulary stands in the text."""
    found: dict[str, list[int]] = {}
    for word in words:
        start = text.find(word)
        while start >= 0:
            found.setdefault(word, []).append(start)
            start = text.find(word, start + 1)
    return found
