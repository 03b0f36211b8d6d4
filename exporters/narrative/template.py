"""The template language: text a pack author can read, blanks bound to indicators, Jinja on lines of its own.

A blank is {{CODE}}, {{CODE@SCOPE}} or {{CODE@SCOPE.measure}} (workbook/blank.py); anything else in braces is Jinja in
its sandbox. A line's first characters say what it is, see MARKS; a line without them is body text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workbook.blank import SPELLING, blank_of

# fmt: off
LineKind = Literal[
    "head", "number", "title", "subtitle", "addressee", "h1", "h2", "h3", "h4", "body",
    "table_title", "bars", "lines", "shares", "widths", "row", "note",
    "annex", "wide_annex", "signature", "imprint",
]
# fmt: on
MARKS: tuple[tuple[str, LineKind], ...] = (
    ("##### ", "h4"),
    ("#### ", "h3"),
    ("### ", "h2"),
    ("## ", "h1"),
    ("# ", "title"),
    (">head ", "head"),
    (">number ", "number"),
    ("^ ", "subtitle"),
    ("@ ", "addressee"),
    ("=bars ", "bars"),
    ("=lines ", "lines"),
    ("=shares ", "shares"),
    ("= ", "table_title"),
    ("|=", "widths"),
    ("|", "row"),
    ("! ", "note"),
    ("+wide ", "wide_annex"),
    ("+ ", "annex"),
    ("~ ", "signature"),
    ("* ", "imprint"),
)
"""What a line begins with and what it is: headings, tables and charts with their rows, annexes, signature, imprint."""

CELL = "\ufdd8"  # between the cells of a table row
_KIND, _KIND_END = "\ufdd9", "\ufdda"  # around a line's kind, once it is known: what units write cannot pass for it
_BLANK, _BLANK_END = "\ufddd", "\ufdde"  # around the number of a blank, which is filled when the rest is rendered
_NOT_IN_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|(\|)")
_TO_FILL = re.compile(f"{_BLANK}([0-9]+){_BLANK_END}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rendered report: what it is and its text, figures still marked."""

    kind: LineKind
    text: str


class TemplateFault(ValueError):
    """The template itself is wrong: line and what Jinja says; `file` is its name where it is not the genre's text."""

    def __init__(self, line: int, why: str, file: str = "") -> None:
        super().__init__(why)
        self.line, self.file = line, file


def render(source: str, context: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the lines of the report; TemplateFault when the template cannot be used.

    `context` must offer `blank(code, scope, measure, bare)`; texts of units are values only, never part of the source.
    """
    template, blanks = _compiled(source)
    try:
        rendered = template.render(context)
    except TemplateError as error:
        raise TemplateFault(getattr(error, "lineno", 0) or 0, str(error)) from error
    fill = context.get("blank", str)
    for line in rendered.split("\n"):
        if text := line.strip():
            if _BLANK in text:
                text = _TO_FILL.sub(lambda m: fill(*blanks[int(m[1])]), text)
            kind, _, rest = text.removeprefix(_KIND).partition(_KIND_END)
            yield Line(kind, rest.strip()) if text.startswith(_KIND) else Line("body", text)  # type: ignore[arg-type]


def check_source(source: str) -> None:
    """Raise TemplateFault where the source of a template cannot be understood."""
    _compiled(source)


@lru_cache(maxsize=64)
def _compiled(source: str) -> tuple[Template, list[tuple[str, str, str, bool]]]:
    """Return the template, a blank in it being its number in the list of blanks."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, autoescape=False
    )
    blanks: list[tuple[str, str, str, bool]] = []

    def numbered(found: re.Match[str]) -> str:
        blank = blank_of(found)
        blanks.append((blank.code, blank.scope, blank.measure, blank.bare))
        return f"{_BLANK}{len(blanks) - 1}{_BLANK_END}"

    lines = [SPELLING.sub(numbered, _prepared(line)) for line in source.split("\n")]
    try:
        return environment.from_string("\n".join(lines)), blanks
    except TemplateError as error:
        raise TemplateFault(getattr(error, "lineno", 0) or 0, str(error)) from error


def call_of(found: re.Match[str]) -> str:
    """Return the Jinja by which a blank that SPELLING found is filled."""
    blank = blank_of(found)
    return f'{{{{ blank("{blank.code}", "{blank.scope}", "{blank.measure}", {blank.bare}) }}}}'


def _prepared(line: str) -> str:
    """Return a line of the source with its kind and its cells marked before any text of units comes in."""
    found = classify(line.strip())
    if found.kind == "body":
        return line
    text = found.text
    if found.kind in ("row", "widths"):
        text = _NOT_IN_BRACES.sub(lambda m: CELL if m[1] else m[0], text.removesuffix("|"))
    return f"{_KIND}{found.kind}{_KIND_END}{text}"


def classify(line: str) -> Line:
    """Return what a line of a template is by its first characters."""
    for start, kind in MARKS:
        if line.startswith(start):
            return Line(kind, line[len(start) :].strip())
    return Line("body", line)
