"""Two texts of a template → which blanks were lost, added, moved or bound to something else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from exporters.drafts.lines import Token, tokens
from exporters.drafts.wording import Wording
from workbook.messages import say

_STOPS = re.compile(r"(?<=[。；！？])")
_MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the blanks and directives of a template, each a sentence about one."""

    lost: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    rebound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """One pair of braces and where in its text it stands."""

    key: str
    line: str
    column: int  # where in the line


def changes(before: str, after: str, wording: Wording) -> Changes:
    """Return what changed between two texts, in which a blank that was bound anew is still spelled as it was."""
    old, new = (_places(text, wording) for text in (before, after))
    lost = Counter(p.key for p in old) - Counter(p.key for p in new)
    added = Counter(p.key for p in new) - Counter(p.key for p in old)
    stays = SequenceMatcher(None, [p.key for p in old], [p.key for p in new], autojunk=False).get_matching_blocks()
    old_stays = {i for block in stays for i in range(block.a, block.a + block.size)}
    new_stays = {i for block in stays for i in range(block.b, block.b + block.size)}
    told_lost, _ = _told(old, old_stays, lost, wording)
    told_added, moved = _told(new, new_stays, added, wording)
    return Changes(tuple(told_lost), tuple(told_added), tuple(moved))


def _told(
    places: Sequence[_Place], stays: set[int], wanted: Counter[str], wording: Wording
) -> tuple[list[str], list[str]]:
    """Return the sentences about the wanted ones, and about the others that do not stay where they were."""
    found, others, left = [], [], wanted.copy()
    for n, place in enumerate(places):
        if n not in stays:
            if left[place.key]:
                left[place.key] -= 1
                found.append(_sentence(place, wording))
            else:
                others.append(_sentence(place, wording))
    return found, others


def _places(text: str, wording: Wording) -> list[_Place]:
    """Return every pair of braces with its line and where in the line it begins, comments not."""
    places, at = [], 0
    for token in tokens(text):
        if token.kind in ("value", "directive"):
            start = text.rfind("\n", 0, at) + 1
            end = text.find("\n", at + len(token.source))
            places.append(_Place(_key(token, wording), text[start : end if end >= 0 else None], at - start))
        at += len(token.source)
    return places


def _key(token: Token, wording: Wording) -> str:
    """Return by what two spellings are one: with or without measure word it is the same blank."""
    blank = wording.blank(token.source)
    return f"{blank.code}@{blank.scope}.{blank.measure}" if blank else token.source


def _sentence(place: _Place, wording: Wording) -> str:
    """Return what is told of one: its name, and the sentence it stands in."""
    told, name, column = [], "", 0
    for token in tokens(place.line):
        shown = token.source if token.kind == "words" else ""
        if token.kind == "value":
            blank = wording.blank(token.source)
            shown = wording.shown(token.source) + (wording.word(blank) if blank else "")
        if column == place.column:
            name = wording.called(token.source) if token.kind == "value" else token.source
            shown = f"【{name}】"
        told.append(shown)
        column += len(token.source)
    sentence = next((s for s in _STOPS.split("".join(told)) if f"【{name}】" in s), "".join(told))
    at = max(0, sentence.find("【") - _MOST_WORDS // 2)
    return say("taken.where", name=name, sentence=sentence[at : at + _MOST_WORDS].strip())
