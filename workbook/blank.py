"""A blank of a report template and the tag of the figure it becomes: two spellings of one thing.

In a template {{CODE}}, {{CODE@SCOPE}}, {{CODE@SCOPE.measure}}, with |bare for a figure without its measure word; in a
Word report the content control tag hb:CODE@SCOPE.measure. Where a template is edited in Word, the control that stands
for a blank is tagged with the blank's own spelling, one that stands for another expression with hb:=expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SPELLING = re.compile(r"\{\{\s*([A-Z][A-Z0-9_]*)(?:@([\w\-]+))?(?:\.([a-z_]+))?\s*(\|\s*bare\s*)?\}\}")

MEASURES = (
    *("value", "prior", "opening", "half", "yoy", "yoy_reported", "prior_reported", "since_opening"),
    *("share", "part", "mean", "met", "top", "n", "units"),
    *("over", "more", "near", "about", "words"),
)
"""What a blank may ask of an indicator: the figure now and earlier, changes; its place among others; in round words."""

PREFIX = "hb:"


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank: `scope` is empty for the report's own scope; `bare` leaves the measure word to the template."""

    code: str
    scope: str = ""
    measure: str = "value"
    bare: bool = False

    def __str__(self) -> str:
        """Return the shortest spelling in a template."""
        scope = f"@{self.scope}" if self.scope else ""
        measure = f".{self.measure}" if self.measure != "value" else ""
        return f"{{{{{self.code}{scope}{measure}{'|bare' if self.bare else ''}}}}}"


def blank_of(found: re.Match[str]) -> Blank:
    """Return the blank that SPELLING found."""
    code, scope, measure, bare = found.groups()
    return Blank(code, scope or "", measure or "value", bool(bare))


def blanks_in(text: str) -> list[Blank]:
    """Return every blank of a text in order."""
    return [blank_of(found) for found in SPELLING.finditer(text)]


def tag(code: str, scope: str, measure: str) -> str:
    """Return the tag of a figure in a report; `scope` is all, a tier, a comparison group or a unit code."""
    return f"{PREFIX}{code}@{scope}.{measure}"


@lru_cache(maxsize=1 << 14)
def parts_of(tag: str) -> tuple[str, str, str]:
    """Return code, scope and measure of a figure's tag."""
    code, _, rest = tag.removeprefix(PREFIX).partition("@")
    scope, _, measure = rest.partition(".")
    return code, scope, measure


def held_as(source: str) -> str:
    """Return the tag by which a {{…}} of a template is held in its Word view."""
    return f"{PREFIX}{'' if SPELLING.fullmatch(source) else '='}{source[2:-2]}"


def source_of(tag: str) -> str:
    """Return the {{…}} that a tag of a Word view holds, "" if it is none of ours."""
    return f"{{{{{tag.removeprefix(PREFIX).removeprefix('=')}}}}}" if tag.startswith(PREFIX) else ""
