"""How the blanks of a template read in Word: what they show, what they are called, what may stand in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from workbook.blank import MEASURES, SPELLING, Blank, blank_of
from workbook.messages import catalogue, say
from workbook.model import Genre, Indicator, Pack

_WITH_WORD = ("value", "prior", "opening", "half", "prior_reported", "mean", "over", "more", "near", "about")
_IN_PERCENT = ("share", "part")
_CALL = re.compile(r"(\w+)\(")
_QUOTED = re.compile(r"[\"'](\w+)[\"']")
_JOINED = re.compile(r"join\(([\w.]+)\)|([\w.]+)\s*\|\s*length")
_FIRST_HAN = "\u4e00"
_TYPED = re.compile(r"""([^@.|{}"'“”‘’()+=\[\],~]+)(?:@([^.|{}]+))?(?:\.([^|{}]+))?(\|\s*bare)?""")


@dataclass(frozen=True)
class Wording:
    """The words for the blanks of one genre of a pack."""

    pack: Pack
    genre: Genre

    @cached_property
    def codes(self) -> dict[str, str]:
        """Codes of indicators and texts by what they are called."""
        known = [(i.name, i.code) for i in self.pack.indicators.values()]
        known += [(t.name, t.code) for t in self.pack.texts.values()]
        return dict(known) | {say("view.item", name=name, code=code): code for name, code in known}

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """What a figure's blank may be bound to, as (shown, code): the genre's own indicators, or all there are."""
        allowed = [i for i in self.pack.indicators.values() if i.sensitive not in self.genre.withheld]
        own = [i for i in allowed if self.genre.id in i.genres] or allowed
        return [(say("view.item", name=i.name, code=i.code), i.code) for i in own]

    @cached_property
    def text_choices(self) -> list[tuple[str, str]]:
        """What a text's blank may be bound to in this genre."""
        allowed = [t for t in self.pack.texts.values() if t.sensitive not in self.genre.withheld]
        own = [t for t in allowed if self.genre.id in t.genres] or allowed
        return [(say("view.item", name=t.name, code=t.code), t.code) for t in own]

    def shown(self, source: str) -> str:
        """Return what stands for a {{…}}: X for a figure, a name in 〔〕 for anything else."""
        blank = self.blank(source)
        if blank is None or blank.code not in self.pack.indicators:
            return f"〔{self.called(source)}〕"
        return say(f"shown.{blank.measure}") if blank.measure in catalogue()["shown"] else "X"

    def word(self, blank: Blank) -> str:
        """Return what the report prints behind the digits of a blank by itself, "" where nothing or its own words."""
        item = self.pack.indicators.get(blank.code)
        if item is None or blank.bare:
            return ""
        if blank.measure in _IN_PERCENT or (item.percent and blank.measure in _WITH_WORD):
            return "%"
        if blank.measure == "met":
            return say("report.units_word")
        return item.measure_word if blank.measure in _WITH_WORD else ""

    def called(self, source: str) -> str:
        """Return what a {{…}} is called, in words where there are any."""
        blank = self.blank(source)
        if blank is not None:
            return self.name(blank)
        inner = source[2:-2].strip()
        labels, call, joined = catalogue()["label"], _CALL.match(inner), _JOINED.fullmatch(inner)
        if inner in labels:
            return say(f"label.{inner}")
        if joined and (several := joined[1] or joined[2]) in labels:
            name = say(f"label.{several}")
            return name if joined[1] else say("view.how_many", name=name)
        name = next(filter(None, map(self._name_of, _QUOTED.findall(inner))), "")
        if call and name:
            return say(f"label.{call[1]}", name=name) if call[1] in labels else name
        return inner

    def name(self, blank: Blank) -> str:
        """Return a blank's name with its scope and measure in words."""
        name = self._name_of(blank.code) or blank.code
        scope = say("view.scope", scope=self._scope(blank.scope)) if blank.scope else ""
        known = blank.measure in MEASURES and blank.measure in catalogue()["measure"]
        return name + scope + (say(f"measure.{blank.measure}") if known else blank.measure)

    def blank(self, source: str) -> Blank | None:
        """Return the blank a {{…}} is, None for another expression."""
        found = SPELLING.fullmatch(source)
        return blank_of(found) if found else None

    def typed(self, source: str) -> tuple[str, str]:
        """Return a {{…}} as somebody typed it with the code for the name, and the name if nothing is called so."""
        if SPELLING.fullmatch(source):
            return source, ""
        found = _TYPED.fullmatch(source[2:-2].strip())
        if not found or max(found[1]) < _FIRST_HAN:
            return source, ""
        code = self.codes.get(found[1].strip(), "")
        measures = {say(f"measure.{m}"): m for m in catalogue()["measure"] if m in MEASURES}
        measure = (found[3] or "").strip()
        blank = Blank(code, (found[2] or "").strip(), measures.get(measure, measure) or "value", bool(found[4]))
        return (str(blank), "") if code else (source, found[1].strip())

    def near(self, name: str) -> Iterator[str]:
        """Yield names like one that nothing has."""
        import difflib

        yield from difflib.get_close_matches(name, [*self.codes, *self.codes.values()], n=2, cutoff=0.4)

    def item(self, blank: Blank | None) -> Indicator | None:
        """Return the indicator of a blank, None for texts and what is unknown."""
        return self.pack.indicators.get(blank.code) if blank else None

    def _name_of(self, code: str) -> str:
        known = self.pack.indicators.get(code) or self.pack.texts.get(code)
        return known.name if known else ""

    def _scope(self, scope: str) -> str:
        return next((t.name for t in self.pack.tiers if t.code == scope), scope)
