"""Report periods: 2020H1, 2020, 2020Q3, 2020-06; and which period they are compared with."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from workbook.messages import say
from workbook.model import Kind

_FORMS: tuple[tuple[Kind, str], ...] = (
    ("year", r"(\d{4})"),
    ("half", r"(\d{4})H([12])"),
    ("quarter", r"(\d{4})Q([1-4])"),
    ("month", r"(\d{4})-(0[1-9]|1[0-2])"),
)
_MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A report period. Figures run from the start of the year to its end (年初至期末)."""

    year: int
    kind: Kind
    index: int = 1

    def __str__(self) -> str:
        """Return the period as it is written on the command line and in file names."""
        mark = {"year": "", "half": f"H{self.index}", "quarter": f"Q{self.index}"}
        return f"{self.year}{mark.get(self.kind, f'-{self.index:02}')}"

    @property
    def title(self) -> str:
        """Chinese name with the year, as in headings."""
        return f"{self.year}{say('period.year')}{'' if self.kind == 'year' else self.word}"

    @property
    def word(self) -> str:
        """Chinese name without the year, as in running text."""
        if self.kind in ("quarter", "month"):
            return say(f"period.{self.kind}", n=self.index)
        return say("period.whole" if self.kind == "year" else f"period.half{self.index}")

    @property
    def end_word(self) -> str:
        """Chinese name of the period's last moment, as stocks are dated in running text."""
        if self.kind in ("quarter", "month"):
            return say(f"period.end_{self.kind}", n=self.index)
        return say("period.end_year" if self.kind == "year" else f"period.end_half{self.index}")

    @property
    def rest_word(self) -> str:
        """Chinese name of the time that is planned for: the rest of the year, or the next one."""
        if self.end.month < 12:
            return say("period.half2" if self.end.month == 6 else "period.rest")
        return f"{self.year + 1}{say('period.year')}"

    @property
    def end(self) -> date:
        """Last day of the period."""
        month = self.index * _MONTHS[self.kind]
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def prior(self) -> Period:
        """Same kind of period one year earlier (上年同期)."""
        return Period(self.year - 1, self.kind, self.index)

    @property
    def opening(self) -> Period:
        """Annual period that closed before this year began (上年末)."""
        return Period(self.year - 1, "year")

    @property
    def half(self) -> Period | None:
        """First half of the same year for an annual period, else None (上半年)."""
        return Period(self.year, "half") if self.kind == "year" else None


@lru_cache(64)
def parse_period(text: str) -> Period:
    """Return the period written as `text`; ValueError with a Chinese sentence if it is none."""
    for kind, pattern in _FORMS:
        if match := re.fullmatch(pattern, text.strip()):
            numbers = [int(n) for n in match.groups()]
            return Period(numbers[0], kind, numbers[1] if len(numbers) > 1 else 1)
    raise ValueError(say("cli.bad_period", text=text))
