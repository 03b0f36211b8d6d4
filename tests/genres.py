"""A unit's report from figures that are simply given: no form, no round, so that thousands can be told in a test."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache

from helpers import party_building, submission

from exporters.narrative.figures import Figures
from exporters.narrative.measures import HOW
from exporters.narrative.own import Own
from exporters.narrative.report import source_of
from exporters.narrative.template import Line
from exporters.narrative.texts import Texts
from exporters.narrative.told import Dropped, plain_text, tell
from workbook.computed import carries
from workbook.layout import collected
from workbook.model import Genre, Indicator, Measure, Pack, Submission, TextRow, Unit
from workbook.period import Period, parse_period
from workbook.totals import Total

PACK = party_building()
Texts_ = dict[str, list[list[str]]]
MODULES = tuple(m.code for m in PACK.modules)
UNITS = {
    "dept_half": Unit("S01", "市委宣传部", "organ"),
    "party_group_year": Unit("S02", "市教育局", "organ"),
    "county_half": Unit("X01", "青禾县", "county"),
    "district_speech": Unit("Q01", "城南区", "district"),
    "organs_report": Unit("S00", "市直机关工委", "organ", umbrella=True),
}
PERIODS = {"dept_half": "2020H1", "county_half": "2020H1", "district_speech": "2020H1"}
OWN = tuple(UNITS)


@dataclass
class Given:
    """Facts that are given: a value per indicator and time; what is not there is missing."""

    unit: Unit
    submission: Submission
    values: Mapping[tuple[str, Measure], Fraction]
    period: Period
    pack: Pack = PACK
    not_comparable: frozenset[str] = field(default_factory=frozenset)

    @property
    def scope(self) -> str:
        return self.unit.code

    @property
    def asked(self) -> Mapping[str, Indicator]:
        return _asked(self.unit.tier, self.period.year)

    def names(self) -> Mapping[str, str]:
        return {self.unit.code: self.unit.name}

    def total(self, code: str, scope: str) -> Total | None:
        if code not in self.asked:
            return None
        now, before = self.then(code, scope, "value"), self.then(code, scope, "prior")
        both = now is not None and before is not None
        return Total(now, int(now is not None), 1, now if both else None, before if both else None, int(both))

    def then(self, code: str, scope: str, measure: Measure) -> Fraction | None:
        return self.values.get((code, measure)) if carries(self.pack.indicators[code], measure) else None

    def absence(self, code: str, scope: str) -> str:
        return "report.blank" if code in self.asked else "report.not_collected"


@cache
def _blank_form(genre: str) -> Submission:
    unit = UNITS[genre]
    return replace(submission({}, tier=unit.tier, period=PERIODS.get(genre, "2020")), unit=unit)


def _rows(items: Sequence[Sequence[str]]) -> tuple[TextRow, ...]:
    return tuple(TextRow(tuple(values), "", (), n) for n, values in enumerate(items, 1))


@cache
def _asked(tier: str, year: int) -> Mapping[str, Indicator]:
    return collected(PACK, tier, year, MODULES)


def full_values(genre: str, value: int = 7) -> dict[tuple[str, Measure], Fraction]:
    """Return a value for every figure of the genre's unit, last year's one less; percentages below 100."""
    values: dict[tuple[str, Measure], Fraction] = {}
    for place, code in enumerate(PACK.indicators):
        number = Fraction(value + 210 - place)  # what comes later in the catalog may be a part of what came before
        values |= {
            (code, "value"): number,
            (code, "prior"): number - 1,
            (code, "opening"): number - 2,
            (code, "half"): number - 3,
        }
    for code in ("PLN_PROBLEM_ITEMS", "PLN_POINT_ITEMS"):
        values[code, "value"] = Fraction(3)
    return values


def full_texts(genre: str, rows: int = 3) -> Texts_:
    """Return every text input filled with so many items, in words a report can print."""
    filled: Texts_ = {}
    tier = UNITS[genre].tier
    for code, text in PACK.texts.items():
        if text.place == "cover" or tier not in text.tiers:
            continue
        count = min(rows, text.max_items)
        filled[code] = [[_word(text.code, s.name, s.kind, n) for s in text.subfields] for n in range(count)]
    return filled


def _word(code: str, name: str, kind: str, n: int) -> str:
    if kind == "section":
        return PACK.sections[1 + n % 4]
    if kind == "level":
        return PACK.levels[n % len(PACK.levels)]
    if kind == "date":
        return "2020-05-20"
    if kind in ("integer", "number"):
        return str(n + 1)
    if kind == "code":
        return "THE_XXQG_REG_RATE" if n else "IDE_ACCOUNT_RANK"
    if kind == "enum":
        return "规范性文件"
    return {"body": "把清单贴到村口，群众看得见。办完一件销一件。", "detail": "少数支部学习走形式，针对性不强。"}.get(
        name, f"{'甲乙丙丁戊己'[n % 6]}项工作"
    )


def told(
    genre: str, values: Mapping[tuple[str, Measure], Fraction], texts: Texts_ | None = None, period: str = ""
) -> tuple[str, list[Dropped], list[str]]:
    """Return the report as plain text, what was dropped, and the tags of the figures it tells in order."""
    lines, dropped = lines_of(genre, values, texts, period)
    tags = [t for line in lines for t in re.findall("\ufdd0(hb:[^\ufdd1]*)\ufdd1(?!—)", line.text)]
    return plain_text(lines), dropped, tags


def lines_of(
    genre: str, values: Mapping[tuple[str, Measure], Fraction], texts: Texts_ | None = None, period: str = ""
) -> tuple[list[Line], list[Dropped]]:
    """Return the lines of the report, figures marked, and what was dropped."""
    record: Genre = PACK.genres[genre]
    facts = facts_of(genre, values, texts, period)
    withheld = frozenset(record.withheld)
    figures, words = Figures(facts, withheld, HOW), Texts(PACK, facts.submission, withheld)
    own = Own(facts, figures, words, date(2020, 7, 5))  # type: ignore[arg-type]
    return tell(source_of(PACK, record), own.context(), figures, words.lost)


def facts_of(
    genre: str, values: Mapping[tuple[str, Measure], Fraction], texts: Texts_ | None = None, period: str = ""
) -> Given:
    """Return what is given of the genre's unit."""
    form = replace(_blank_form(genre), texts={code: _rows(items) for code, items in (texts or {}).items()})
    return Given(UNITS[genre], form, values, parse_period(period or PERIODS.get(genre, "2020")))
