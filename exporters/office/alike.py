"""Which short Chinese texts say about the same? Only a proposal: people merge, or do not."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NEAR = 0.07  # of 1: from here on two problems are worth being read side by side; tried on the demo's
_COMMON = 0.3  # share of texts above which a pair of characters tells nothing apart
_ENOUGH = 20  # texts below which no pair of characters is common


def groups(texts: Sequence[str], near: float = NEAR) -> list[int]:
    """Return the number of the group each text belongs to, counted from 0 by first text; most texts stand alone.

    Texts are compared by the pairs of neighbouring characters they share, rare pairs counting more (cosine of tf-idf).
    A group is the first text that is in none yet with all later ones near to it: nothing is near by way of a third.
    """
    n = len(texts)
    texts_of, weight_of = _index(texts)
    found = [-1] * n
    numbers = 0
    for first in range(n):
        if found[first] >= 0:
            continue
        likeness = np.zeros(n)
        for pair in _pairs(texts[first]):
            if pair in texts_of:
                likeness[texts_of[pair]] += weight_of[pair][texts_of[pair] == first].sum() * weight_of[pair]
        for other in np.flatnonzero(likeness >= near):
            if other > first and found[other] < 0:
                found[other] = numbers
        found[first] = numbers
        numbers += 1
    return found


def _pairs(text: str) -> set[str]:
    kept = "".join(c if c.isalnum() else " " for c in text)
    return {kept[i : i + 2] for i in range(len(kept) - 1) if " " not in kept[i : i + 2]}


def _index(texts: Sequence[str]) -> tuple[dict[str, NDArray[np.intp]], dict[str, NDArray[np.float64]]]:
    """Return, by pair of characters, the texts it stands in and what it weighs in each; common pairs are left out."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for pair in sorted(_pairs(text)):
            places[pair].append(number)
    n = len(texts)
    most = n if n < _ENOUGH else _COMMON * n
    kept = {p: np.array(where) for p, where in places.items() if len(where) <= most}
    rare = {p: math.log(1 + n / len(where)) for p, where in kept.items()}
    lengths = np.zeros(n)
    for pair, where in kept.items():
        lengths[where] += rare[pair] ** 2
    lengths = np.sqrt(np.maximum(lengths, 1e-12))
    return kept, {p: rare[p] / lengths[where] for p, where in kept.items()}
