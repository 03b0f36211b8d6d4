"""Counts and names that no indicator gives: of the ledger, of what units wrote. Marked like figures where printed."""

from __future__ import annotations

from collections.abc import Iterable

from exporters.prose.marks import mark
from workbook.blank import tag
from workbook.messages import say

LEDGER = "units"
"""What stands in the place of an indicator's code in the tag of a count of units: no indicator is in small letters."""


class Count(int):
    """A number of units or items: a template compares it as a number and prints it as the figure `tag`."""

    tag: str

    def __new__(cls, number: int, tag: str) -> Count:
        """Return the number with its tag."""
        made = super().__new__(cls, number)
        made.tag = tag
        return made

    def __str__(self) -> str:
        """Return it marked."""
        return mark(self.tag, str(int(self)))


class Names(list[str]):
    """Names of units: a template goes through them, or prints them together as one figure; `n` is how many."""

    def __init__(self, names: Iterable[str], measures: tuple[str, str], scope: str) -> None:
        """`measures` are what their number is marked as, and what they are."""
        super().__init__(names)
        self.n, self._tag = Count(len(self), tag(LEDGER, scope, measures[0])), tag(LEDGER, scope, measures[1])

    def __str__(self) -> str:
        """Return them one after another, marked."""
        return mark(self._tag, say("word.list_mark").join(self)) if self else ""


def joined(names: Iterable[str]) -> str:
    """Return names one after another; those of units as a figure."""
    return str(names) if isinstance(names, Names) else say("word.list_mark").join(names)
