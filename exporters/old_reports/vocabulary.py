"""By which words a report speaks of an indicator: its name, its definition, and what the pack's author wrote down.

A cue is a set of words that say together what is counted: `查处/查办 八项规定 !案例`. Words with / between stand for
each other; all parts must be there; after ! stand words that must not be next to the figure; a code stands for "the
figure of that indicator was spoken of just before".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from exporters.old_reports.language import language
from workbook.model import Indicator, Pack

_CODE = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
_COUNTED = re.compile(r"\W+")
_LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """Words of which one must stand in the text, and codes of which one may have stood before instead."""

    words: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """What says together that a figure is of an indicator."""

    parts: tuple[Part, ...]
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """An indicator as running text knows it."""

    item: Indicator
    cues: tuple[Cue, ...]
    name: tuple[str, ...]  # its name in pairs of characters
    pairs: frozenset[str]  # of its name, definition and words
    single: frozenset[str]  # of one character, among its words
    word: str  # measure word without its scale
    unit: int  # how many of it make one of the catalog's unit: 10,000 for 万元
    change: bool  # compares with last year by itself
    kin: frozenset[str]  # codes its cues follow

    def fit(self, word: str) -> float:
        """Return how well a measure word goes with the figures of this indicator, 0 to 1."""
        if not word:
            return 0.5 if self.item.dimension in ("rank", "score") else 0.35
        if word in (self.word, self.item.measure_word):
            return 1.0
        kinds = language().kinds.get(word, frozenset())
        if self.item.dimension in kinds:
            return 0.95
        if self.item.dimension == "money_per_unit" and "money" in kinds:
            return 0.96
        return max((language().fits.get(f"{self.item.dimension}:{kind}", 0.0) for kind in kinds), default=0.0)


class Vocabulary:
    """The profiles of a pack, and how much each word tells one indicator from the others."""

    def __init__(self, pack: Pack) -> None:
        alone = {code: _profile(item, pack.synonyms.get(code, ())) for code, item in pack.indicators.items()}
        self.profiles = {code: _with_kin(profile, alone) for code, profile in alone.items()}
        spoken = [" ".join((p.item.name, p.item.definition, *_words(p))) for p in self.profiles.values()]
        self._spoken = spoken
        self._weight: dict[str, float] = {}
        self.words = frozenset(w for p in self.profiles.values() for w in _words(p))

    def weight(self, word: str) -> float:
        """Return how telling a word is: 1 for one that a single indicator knows, near 0 for one they all know."""
        if word not in self._weight:
            known = sum(word in text for text in self._spoken) or 1
            total = max(len(self._spoken), 2)
            self._weight[word] = max(_LEAST, math.log(total / known) / math.log(total))
        return self._weight[word]


def _profile(item: Indicator, phrases: Iterable[str]) -> Profile:
    cues = tuple(cue for phrase in phrases if (cue := _cue(phrase)).parts)
    spoken = (item.name, item.definition, *(w for cue in cues for part in cue.parts for w in part.words))
    scale, word = _unit(item.measure_word)
    return Profile(
        item=item,
        cues=cues,
        name=tuple(dict.fromkeys(_pairs(item.name))),
        pairs=frozenset(pair for text in spoken for pair in _pairs(text)),
        single=frozenset(text for text in spoken if len(text) == 1),
        word=word,
        unit=scale,
        change="prev(" in item.numerator,
        kin=frozenset(code for cue in cues for part in cue.parts for code in part.codes),
    )


def _with_kin(profile: Profile, profiles: Mapping[str, Profile]) -> Profile:
    """Return a profile that also knows the one-character words of the indicators it follows."""
    known = profile.kin & profiles.keys()
    return replace(profile, kin=known, single=profile.single.union(*(profiles[code].single for code in known)))


def _cue(phrase: str) -> Cue:
    parts: list[Part] = []
    without: tuple[str, ...] = ()
    for written in phrase.split():
        names = tuple(w for w in written.lstrip("!").split("/") if w)
        if written.startswith("!"):
            without += names
        else:
            codes = tuple(n for n in names if _CODE.fullmatch(n))
            parts.append(Part(tuple(n for n in names if n not in codes), codes))
    return Cue(tuple(parts), without)


def _unit(measure_word: str) -> tuple[int, str]:
    scale = language().scales.get(measure_word[:1], 1) if len(measure_word) > 1 else 1
    return (scale, measure_word[1:]) if scale > 1 else (1, measure_word)


def _words(profile: Profile) -> list[str]:
    return [w for cue in profile.cues for part in cue.parts for w in part.words]


def _pairs(text: str) -> list[str]:
    return [text[n : n + 2] for n in range(len(text) - 1) if not _COUNTED.search(text[n : n + 2])]
