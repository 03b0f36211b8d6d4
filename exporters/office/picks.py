"""Every item the office may choose with what it decided: decisions follow an item whose words its unit has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Literal

from exporters.office.alike import groups
from exporters.office.candidates import Candidate, Words
from exporters.office.memory import Entry
from exporters.office.typed import FIELDS
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import TextInput, Unit

Hint = Literal["", "new", "changed", "gone"]
_SAME = 0.5  # how much of two texts must agree for one to be the other rewritten
_TOGETHER = "cluster"  # how the `merge` of a text input begins whose items are proposed to be merged


@dataclass(frozen=True, slots=True)
class Pick:
    """An item and what a person decided about it.

    `hint` says what a person should know: seen for the first time, its words changed since the decision, or gone from
    its unit's form (`candidate` is None). `before` are the words that were decided about, where they are others now.
    `together` numbers items that are proposed to be merged, 0 for none.
    """

    key: str
    unit: Unit
    text: TextInput
    words: Words
    candidate: Candidate | None
    typed: Mapping[str, str] = field(default_factory=dict)
    hint: Hint = ""
    before: Words | None = None
    together: int = 0

    @property
    def used(self) -> bool:
        """True when it is to be printed and can be."""
        return self.candidate is not None and says_yes(self.typed["used"])

    @property
    def order(self) -> int:
        """Its place among the items of its text input, 0 where nobody said."""
        said = self.typed["order"].strip()
        return int(said) if said.isdecimal() else 0

    @property
    def group(self) -> str:
        """The mark of the items it is merged with, "" for none."""
        return self.typed["group"].strip()

    @property
    def decided(self) -> bool:
        """True when a person typed anything about it."""
        return dict(self.typed) != untouched(self.text)

    @property
    def entry(self) -> Entry:
        """What is to be remembered of it."""
        return Entry(self.key, self.before or self.words, self.typed)


@lru_cache(maxsize=64)
def says_yes(word: str) -> bool:
    """Return whether a person says yes, in the ways people do."""
    return word.strip().lower() in (say("word.yes"), "y", "yes", "1", "√", "✓")


def untouched(text: TextInput) -> dict[str, str]:
    """Return what stands in the columns of an item before anybody typed: what needs no editor is printed as it is."""
    return _untouched(editor=bool(text.editor))


@cache
def _untouched(*, editor: bool) -> dict[str, str]:
    """Return one and the same for all items: there are a hundred thousand, of which most stay as they are."""
    return dict.fromkeys(FIELDS, "") | {"used": "" if editor else say("word.yes")}


def make_picks(
    collection: Collection, items: Sequence[Candidate], entries: Sequence[Entry], seen: frozenset[str]
) -> tuple[Pick, ...]:
    """Return every item with its decision, in the order of the sheet; decisions on items that are gone stay.

    An item that is not `seen` is new; where nothing was ever seen, nothing is.
    """
    of: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        of[entry.unit, entry.text].append(entry)
    there: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in items:
        there[candidate.unit.code, candidate.text.code].append(candidate)
    picks: list[Pick] = []
    for at in dict.fromkeys((*there, *of)):
        mine, decided = there.get(at, []), of.get(at, [])
        found = _matched(mine, decided) if decided else {}
        picks += [_pick(candidate, found.get(candidate.key), seen) for candidate in mine]
        left = [e for e in decided if e not in found.values()]
        picks += [p for e in left if (p := _gone(collection, e)) is not None]
    return _ordered(collection, picks)


def _pick(candidate: Candidate, entry: Entry | None, seen: frozenset[str]) -> Pick:
    unit, text, words = candidate.unit, candidate.text, candidate.words
    if entry is None:
        hint: Hint = "new" if seen and candidate.key not in seen else ""
        return Pick(candidate.key, unit, text, words, candidate, untouched(text), hint)
    typed = untouched(text) | dict(entry.typed)
    if entry.words.fingerprint == words.fingerprint:
        return Pick(candidate.key, unit, text, words, candidate, typed)
    return Pick(candidate.key, unit, text, words, candidate, typed, "changed", entry.words)


def _gone(collection: Collection, entry: Entry) -> Pick | None:
    """Return a decision whose item is gone; None where nothing was typed, or nobody knows unit or text any more."""
    unit, text = collection.round.unit(entry.unit), collection.round.pack.texts.get(entry.text)
    if unit is None or text is None:
        return None
    pick = Pick(entry.key, unit, text, entry.words, None, untouched(text) | dict(entry.typed), "gone")
    return pick if pick.decided else None


def _matched(items: Sequence[Candidate], entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return the decision on each item of one unit by its key: the same words, the same title, or most like it."""
    found = {c.key: e for c in items for e in entries if e.key == c.key}
    rest = [c for c in items if c.key not in found]
    free = [e for e in entries if e not in found.values()]
    near = [(_nearness(c.words, e.words), c.key, e) for c in rest for e in free]
    for ratio, key, entry in sorted(near, key=lambda n: (-n[0], n[1], n[2].key)):
        if ratio >= _SAME and key not in found and entry in free:
            found[key] = entry
            free.remove(entry)
    return found


def _nearness(now: Words, before: Words) -> float:
    """Return from 0 to 1 how much of an item is the other; a title kept says it all."""
    if now.title and now.title == before.title:
        return 1.0
    return SequenceMatcher(None, now.title + now.body, before.title + before.body, autojunk=False).ratio()


def _ordered(collection: Collection, picks: Sequence[Pick]) -> tuple[Pick, ...]:
    """Return picks by text input, section, group of like ones (most units first), unit; what is gone last."""
    pack = collection.round.pack
    texts = {code: n for n, code in enumerate(pack.texts)}
    sections = {title: n for n, title in enumerate(pack.sections)}
    units = {u.code: n for n, u in enumerate(collection.round.units)}
    together = _together(picks)
    sizes: defaultdict[int, set[str]] = defaultdict(set)
    for pick in picks:
        sizes[together.get(pick.key, 0)].add(pick.unit.code)

    def place(pick: Pick) -> tuple[int, ...]:
        group = together.get(pick.key, 0)
        number = pick.candidate.number if pick.candidate else 0
        return (
            texts[pick.text.code],
            pick.candidate is None,
            sections.get(pick.words.section, len(sections)),
            -len(sizes[group]) if group else 0,
            group,
            units[pick.unit.code],
            number,
        )

    ordered = sorted(picks, key=place)
    return tuple(replace(p, together=together[p.key]) if p.key in together else p for p in ordered)


def _together(picks: Sequence[Pick]) -> dict[str, int]:
    """Return the number of the group of like items each belongs to, from 1, of those that are in one with others."""
    there: defaultdict[tuple[str, str], list[Pick]] = defaultdict(list)
    for pick in picks:
        if pick.candidate is not None and pick.text.merge.startswith(_TOGETHER):
            there[pick.text.code, pick.words.section].append(pick)
    found: dict[str, int] = {}
    last = 0
    for mine in there.values():
        like: defaultdict[int, list[str]] = defaultdict(list)
        for pick, number in zip(mine, groups([f"{p.words.title}，{p.words.body}" for p in mine]), strict=True):
            like[number].append(pick.key)
        for keys in like.values():
            if len(keys) > 1:
                last += 1
                found |= dict.fromkeys(keys, last)
    return found


def companies(picks: Sequence[Pick], *, proposed: bool = False) -> dict[str, list[Pick]]:
    """Return by key the items that stand together: merged by a person or, if asked, `proposed` to be; else each alone.

    An item that is gone from its unit's form stands with none.
    """
    mark = {p.key: _company(p, proposed=proposed) for p in picks if p.candidate is not None}
    members: defaultdict[tuple[str, ...], list[Pick]] = defaultdict(list)
    for pick in picks:
        if pick.key in mark:
            members[mark[pick.key]].append(pick)
    return {key: members[company] for key, company in mark.items()}


def behind(company: Sequence[Pick], counted: Set[str]) -> int:
    """Return how many of the counted units stand behind items."""
    return len({p.unit.code for p in company} & counted)


def _company(pick: Pick, *, proposed: bool) -> tuple[str, ...]:
    if pick.group:
        return (pick.text.code, "typed", pick.group)
    if pick.together and proposed:
        return (pick.text.code, "like", str(pick.together))
    return (pick.key,)
