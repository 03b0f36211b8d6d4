"""What a unit's own report may speak of: its figures, its texts, who it is and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from exporters.narrative.counts import joined
from exporters.narrative.facts import OfUnit
from exporters.narrative.figures import Figures, percent_digits
from exporters.narrative.texts import Texts, day, nth
from exporters.prose.marks import mark, missing, plain
from workbook.blank import tag
from workbook.computed import formula
from workbook.expression.tree import texts as texts_in
from workbook.messages import say
from workbook.period import Period
from workbook.totals import standard_of


@dataclass
class Own:
    """The names a template of a unit's report can use; every method returns plain values or marked text."""

    facts: OfUnit
    figures: Figures
    texts: Texts
    signed: date

    def context(self) -> dict[str, Any]:
        """Return everything the template sees."""
        return {
            "blank": self.blank,
            "unit": plain(self.facts.unit.name),
            "tier": self.facts.unit.tier,
            "signed": told_day(self.signed),
            **when(self.facts.period),
            **asked_of(self.figures),
            "cuts": self.cuts,
            "rows": self.texts.rows,
            "ordered": self.texts.ordered,
            "books": self.texts.books,
            "quoted": self.texts.quoted,
            "listed": self.texts.listed,
            "count": self.texts.count,
            "joined": self.texts.joined,
            "column": self.texts.column,
            "claims": self.texts.claims,
            "date_of": day,
            "nth": nth,
            "asked": lambda code: code in self.facts.asked,
        }

    def blank(self, code: str, scope: str, measure: str, bare: bool) -> str:
        """Return what a blank is filled with: a text, or a figure."""
        if code in self.facts.pack.texts:
            return self.texts.text(code)
        if measure == "words" and (text := self._list_behind(code)):
            return self.as_printed(code, text)
        return self.figures.figure(code, scope, measure, bare)

    def as_printed(self, code: str, text: str) -> str:
        """Return how many items of a list the report prints; as the indicator's figure where that says the same."""
        if self.figures.value(code) == len(self.texts.rows(text)):
            return self.figures.figure(code, measure="words")
        return self.texts.count(text)

    def _list_behind(self, code: str) -> str:
        """Return the text input whose items an indicator counts, "" for any other."""
        tree = formula(self.facts.pack.indicators[code])
        return next(iter(texts_in(tree)), "") if tree is not None else ""

    def cuts(self, items: Sequence[tuple[str, str]]) -> str:
        """Return what fell, what rose and what stayed, 分别 only over members that moved the same way.

        Each item is (code, name); the figure is a rate in percent whose positive values mean less.
        """
        moved: dict[str, list[tuple[str, str]]] = {"fell": [], "rose": [], "same": []}
        for code, name in items:
            value = self.figures.value(code)
            if value is None:
                self.figures.figure(code)  # notes why
                continue
            shown = mark(tag(code, self.facts.scope, "size"), percent_digits(abs(value))) + "%"
            moved["fell" if value > 0 else "rose" if value < 0 else "same"].append((name, shown))
        told = []
        for way, members in moved.items():
            if members:
                names, changes = ("、".join(m[i] for m in members) for i in (0, 1))
                many = say("report.each") if len(members) > 1 else ""
                told.append(say(f"report.cut_{way}", names=names, each=many, changes=changes))
        return "，".join(told) if told else self.figures.figure(items[0][0])


def asked_of(figures: Figures) -> dict[str, Callable[..., Any]]:
    """Return what a template may ask about figures without printing them."""
    item, period = figures.item, figures.facts.period

    def known(*codes: str) -> bool:
        """Return whether every one of the figures is known."""
        return all(figures.value(code) is not None for code in codes)

    def some(*codes: str) -> bool:
        """Return whether any of the figures is more than zero."""
        return any((figures.value(code) or 0) > 0 for code in codes)

    def full(part: str, whole: str) -> bool:
        """Return whether a part is exactly the whole, and the whole is not nothing: the evidence for 全部."""
        value = figures.value(part)
        return value is not None and value > 0 and value == figures.value(whole)

    def all_of(part: str, whole: str) -> str:
        """Return 全部, marked: true as long as the part is the whole."""
        figures.wholes[name := tag(part, figures.facts.scope, "full")] = whole
        return mark(name, say("word.all")) if full(part, whole) else missing(name)

    def standard(code: str) -> str:
        """Return the standard in force as a bare number or indicator name, "" where there is none."""
        bound = standard_of(item(code), period).lstrip("<>=")
        known_items = figures.facts.pack.indicators
        if bound in known_items:
            return known_items[bound].name
        return mark(tag(code, figures.facts.scope, "standard"), bound) if bound else ""

    return {
        "fig": figures.figure,
        "cell": figures.cell,
        "has": figures.has,
        "row": figures.row,
        "name": lambda code: item(code).name,
        "word": lambda code: item(code).measure_word,
        "known": known,
        "some": some,
        "full": full,
        "all_of": all_of,
        "standard": standard,
        "ref": lambda key: mark(f"ref:{key}", "?"),
        "join": joined,
    }


def when(period: Period) -> dict[str, Any]:
    """Return the words of a period."""
    return {
        "period": period.word,
        "period_end": period.end_word,
        "period_title": period.title,
        "kind": period.kind,
        "year": period.year,
        "next_year": period.year + 1,
        "past": say("period.past"),
        "rest": period.rest_word,
    }


def told_day(day_: date) -> str:
    """Return a date as it stands under a document: 2020年7月5日."""
    return say("report.day", y=day_.year, m=day_.month, d=day_.day)
