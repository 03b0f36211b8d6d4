"""其中: only a part that is not larger than its whole, in one sentence with it, may be told so."""

from __future__ import annotations

import re
from collections.abc import Callable

from exporters.prose.marks import Mask, missing

_SENTENCE = re.compile("[^。；！？\n]+")
_OF_WHICH = "其中"

Larger = Callable[[str, str], bool]


def parts_within(text: str, larger: Larger) -> tuple[str, list[str]]:
    """Give `text` with every part that is larger than its whole marked missing, and the tags of those parts.

    `larger(part, whole)` tells of two figures by their tags. The whole is the last figure before 其中 that can be
    compared with the part, in the same sentence.
    """
    if _OF_WHICH not in text:
        return text, []
    mask, wrong = Mask(), list[str]()
    hidden = mask.hide_figures(text)
    written = list(hidden)
    for sentence in _SENTENCE.finditer(hidden):
        before, found, _ = sentence[0].partition(_OF_WHICH)
        wholes = [tag for c in before if (tag := mask.tag(c))]
        for at in range(sentence.start() + len(before), sentence.end() if found else 0):
            part = mask.tag(hidden[at])
            if part and any(larger(part, whole) for whole in wholes[-1:]):
                wrong.append(part)
                written[at] = missing(part)
    return (mask.show("".join(written)), wrong) if wrong else (text, [])
