"""What a merged report may speak of beside figures: who reported, chosen practices, problems, plans, standings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exporters.narrative.annexes import Annexes
from exporters.narrative.counts import LEDGER, Count, Names
from exporters.narrative.elsewhere import MOST_UNITS, units_elsewhere
from exporters.narrative.figures import Figures
from exporters.narrative.own import asked_of, told_day, when
from exporters.narrative.template import CELL
from exporters.office.picks import Pick, behind, companies
from exporters.prose import lists
from exporters.prose.marks import mark, plain, words
from workbook.blank import tag
from workbook.collection import ALL, Collection
from workbook.messages import say
from workbook.model import Indicator, Unit

_NAMED = 3  # units a merged item is put down to by name


def _count(number: int, measure: str, scope: str = ALL) -> Count:
    return Count(number, tag(LEDGER, scope, measure))


def sentence(text: str) -> str:
    """Return a unit's words as sentences no pass looks into."""
    return words(lists.sentence(lists.balanced(plain(text))))


def worded(pick: Pick) -> str:
    """Return what is printed of an item: the office's wording, else the unit's own."""
    return pick.typed["wording"] or pick.words.body


def titled(pick: Pick) -> str:
    """Return the title of an item as it is printed."""
    return pick.typed["title"] or pick.words.title


class Merge:
    """The names a template of a merged report can use; every method returns plain values."""

    def __init__(self, collection: Collection, figures: Figures, picks: Sequence[Pick]) -> None:
        self.collection, self.figures = collection, figures
        self._picks = picks
        self._companies: dict[str, Mapping[str, Sequence[Pick]]] = {}  # by text input
        self._used: dict[str, list[Pick]] = {}  # by text input, in their order
        for pick in picks:
            if pick.used:
                self._used.setdefault(pick.text.code, []).append(pick)
        self.unpicked: list[str] = []

    def context(self) -> dict[str, Any]:
        """Return everything the template sees."""
        c = self.collection
        deadline = c.round.deadline
        return {
            "blank": self.figures.figure,
            **when(c.period),
            **asked_of(self.figures),
            "unit_cell": self.unit_cell,
            "office": c.round.office,
            "deadline": told_day(deadline) if deadline else "",
            "signed": told_day(max(c.period.end, deadline.date()) if deadline else c.period.end),
            "units": self.ledger(),
            "groups": list(c.round.pack.groups),
            "tiers": c.round.pack.tiers,
            "tier_names": [t.name for t in c.round.pack.tiers],
            "tier_cells": lambda code: [self.figures.cell(code, t.code) for t in c.round.pack.tiers],
            "shares_of": self.shares_of,
            "sections": list(c.round.pack.sections),
            "practices": self.practices,
            "problems": self.problems,
            "plans": self.plans,
            "standing": self.standing,
            "cells": CELL.join,
            "short_of": self.short_of,
            "negative": self.negative,
            "collected": lambda code: code in c.indicators,
            **Annexes(c, self.figures, self._picked).context(),
        }

    def shares_of(self, code: str) -> str:
        """Return the share of every comparison group that has one in words, such as 县区占81.2%、市直占18.8%."""
        told = []
        for group in self.collection.round.pack.groups:
            total = self.collection.totals.get((group, code))
            if total is not None and total.value:
                told.append(say("report.share", name=group, share=self.figures.figure(code, group, "share")))
        return "、".join(told) if len(told) > 1 else self.figures.drop(code, "", "share", "report.no_share")

    def unit_cell(self, code: str, unit: str) -> str:
        """Return one unit's figure for a table."""
        return self.figures.cell(code, unit)

    def ledger(self) -> dict[str, Any]:
        """Return the counts and names of the receipt ledger, umbrellas counted like any unit that must report."""
        c = self.collection
        late = c.round.deadline
        used = {r.unit: r for r in c.receipts if r.state == "used"}
        tried: dict[str, int] = {}
        for r in c.receipts:
            if r.state in ("used", "superseded", "rejected"):
                tried[r.unit] = tried.get(r.unit, 0) + 1
        units, tiers, groups = c.round.units, c.round.pack.tiers, c.round.pack.groups
        return {
            "expected": _count(len(units), "expected"),
            "tiers": [
                (t.name, _count(sum(u.tier == t.code and not u.umbrella for u in units), "expected", t.code))
                for t in tiers
            ],
            "umbrellas": self._names(("umbrellas", "umbrellas_names"), lambda u: u.umbrella),
            "accepted": _count(c.balance.units["accepted"], "accepted"),
            "counted": _count(sum(u.code in c.submissions for u in c.counted), "counted"),
            "groups": [
                (
                    g,
                    _count(sum(u.code in c.submissions for u in c.scope_units(g)), "counted", g),
                    _count(len(c.scope_units(g)), "expected", g),
                )
                for g in groups
            ],
            "missing": self._names(("missing", "missing_names"), lambda u: c.states[u.code] == "missing"),
            "returned": self._names(("returned", "returned_names"), lambda u: c.states[u.code] == "returned"),
            "late": self._names(
                ("late", "late_names"), lambda u: u.code in used and late is not None and used[u.code].received > late
            ),
            "changed": self._names(("changed", "changed_names"), lambda u: u.code in c.changed),
            "gone": Names((plain(u.name) for u in c.gone), ("gone", "gone_names"), ALL),
            "resubmitted": self._names(
                ("resubmitted", "resubmitted_names"), lambda u: u.code in used and tried.get(u.code, 0) > 1
            ),
        }

    def _names(self, measures: tuple[str, str], wanted: Callable[[Unit], bool]) -> Names:
        return Names((plain(u.name) for u in self.collection.round.units if wanted(u)), measures, ALL)

    def _picked(self, text: str, section: str = "") -> list[Pick]:
        """Return the office's choices among a text input: its own order first, else as its units are listed.

        Of items that it merged the first stands for all. Where the pack asks for it, units take turns.
        """
        rotate = "rotate" in self.collection.round.pack.texts[text].order
        turn: dict[str, int] = {}
        keyed = []
        for n, p in enumerate(self._used.get(text, ())):
            turn[p.unit.code] = turn.get(p.unit.code, 0) + 1
            keyed.append(((p.order or 10**6, turn[p.unit.code] if rotate else 0, n), p))
        leading: dict[str, Pick] = {}
        for _, p in sorted(keyed, key=lambda k: k[0]):
            leading.setdefault(p.group or p.key, p)
        found = [p for p in leading.values() if p.words.section in ("", section or p.words.section)]
        if not found:
            self.unpicked.append(self.collection.round.pack.texts[text].name + (f"（{section}）" if section else ""))
        return found

    def _company(self, pick: Pick) -> Sequence[Pick]:
        """Return the items a person merged one with, itself among them."""
        text = pick.text.code
        if text not in self._companies:
            self._companies[text] = companies([p for p in self._picks if p.text.code == text])
        return self._companies[text][pick.key]

    def _credit(self, pick: Pick) -> str:
        """Return whom an item is put down to: as the office says, else the units behind it, its own first."""
        names = dict.fromkeys(plain(p.unit.name) for p in (pick, *self._company(pick)))
        return plain(pick.typed["credit"]) or lists.names(list(names), "", _NAMED)

    def practices(self, text: str, most: int = 3) -> list[dict[str, str]]:
        """Return the chosen practices of one text input with whom they are put down to, at most `most`."""
        return [
            {"unit": self._credit(p), "title": plain(titled(p)), "body": sentence(worded(p))}
            for p in self._picked(text)[:most]
        ]

    def problems(self, text: str) -> list[dict[str, Any]]:
        """Return, per section raised, how many units raise it and what the office chose; most units first.

        Each of `chosen` has its `words` and the number of `units` behind it: more than one where several were merged.
        """
        raised: dict[str, set[str]] = {}
        names = [s.name for s in self.collection.round.pack.texts[text].subfields]
        counted = {u.code for u in self.collection.counted}
        for unit, submission in self.collection.submissions.items():
            for row in submission.texts.get(text, ()):
                section = row.values[names.index("section")]
                if section in self.collection.round.pack.sections and unit in counted:
                    raised.setdefault(section, set()).add(unit)
        order = self.collection.round.pack.sections
        found = []
        for section in sorted(raised, key=lambda s: (-len(raised[s]), order.index(s))):
            chosen = [
                {
                    "words": sentence(worded(p)),
                    "units": Count(behind(self._company(p), counted), tag(text, section, f"behind_{n}")),
                }
                for n, p in enumerate(self._picked(text, section)[:2], 1)
            ]
            if chosen:
                raising = Count(len(raised[section]), tag(text, section, "raised"))
                found.append({"section": section, "units": raising, "chosen": chosen})
        return found

    def plans(self, text: str, most: int = 2) -> list[dict[str, Any]]:
        """Return the chosen plans by section in catalog order."""
        found = []
        names = [s.name for s in self.collection.round.pack.texts[text].subfields]
        used = {
            row.values[names.index("section")]
            for s in self.collection.submissions.values()
            for row in s.texts.get(text, ())
        }
        for section in (s for s in self.collection.round.pack.sections if s in used):
            chosen = [sentence(worded(p)) for p in self._picked(text, section)[:most]]
            if chosen:
                found.append({"section": section, "chosen": chosen})
        return found

    def standing(self, codes: Sequence[str], group: str) -> list[dict[str, Any]]:
        """Return a table row per unit of a comparison group: each rate with its rank where it may be ranked.

        Of more units than anybody reads in Word there is one row, a sentence that says where they are.
        """
        c = self.collection
        if (units := len(c.scope_units(group))) > MOST_UNITS:
            told = units_elsewhere(say("report.standing", group=group), units, group, [say("book.standing_sheet")])
            return [{"unit": told, "cells": [""] * len(codes)}]
        codes = [code for code in codes if self.figures.item(code).sensitive not in self.figures.forbidden]
        ranks = {(code, u): rank for code in codes for rank, u in c.ranking(code, group)}
        return [
            {
                "unit": plain(u.name),
                "cells": [self._standing_cell(code, u.code, ranks.get((code, u.code))) for code in codes],
            }
            for u in c.scope_units(group)
        ]

    def _standing_cell(self, code: str, unit: str, rank: int | None) -> str:
        shown = self.unit_cell(code, unit)
        if rank is None:
            return shown
        return say("report.ranked", value=shown, rank=mark(tag(code, unit, "rank"), str(rank)))

    def short_of(self, code: str) -> int:
        """Return how many units are below the standard in force, 0 where there is none."""
        item: Indicator | None = self.collection.indicators.get(code)
        if item is None or item.sensitive in self.figures.forbidden:
            return 0
        met = self.collection.met(code, ALL)
        return Count(met[1] - met[0] if met else 0, tag(code, ALL, "short"))

    def negative(self, code: str) -> int:
        """Return how many units have a value below 0, such as a cut that turned into a rise."""
        below = self.collection.held(code, "<0", self.collection.scope_units(ALL))
        return Count(sum(below.values()), tag(code, ALL, "negative"))
