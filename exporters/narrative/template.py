"""The template language: text a pack author can read, blanks bound to indicators, Jinja on lines of its own.

A blank is {{CODE}}, {{CODE@SCOPE}} or {{CODE@SCOPE.measure}}; anything else in braces is Jinja in its sandbox.
A line's first characters say what it is: `# ` title, `^ ` subtitle, `@ ` addressee, `## ` 一、, `### ` （一）,
`#### ` 1., `= ` table title, `|` table row, `! ` note under a table, `~ office | date` signature, else body text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

BLANK = re.compile(r"\{\{\s*([A-Z][A-Z0-9_]*)(?:@([\w\-]+))?(?:\.([a-z_]+))?\s*\}\}")

LineKind = Literal[
    "title", "subtitle", "addressee", "h1", "h2", "h3", "table_title", "row", "widths", "note", "signature", "body"
]
_MARKS: tuple[tuple[str, LineKind], ...] = (
    ("#### ", "h3"),
    ("### ", "h2"),
    ("## ", "h1"),
    ("# ", "title"),
    ("^ ", "subtitle"),
    ("@ ", "addressee"),
    ("= ", "table_title"),
    ("|=", "widths"),
    ("|", "row"),
    ("! ", "note"),
    ("~ ", "signature"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rendered report: what it is and its text, figures still marked."""

    kind: LineKind
    text: str


class TemplateFault(ValueError):
    """The template itself is wrong: line and what Jinja says."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def render(source: str, context: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the lines of the report; TemplateFault when the template cannot be used.

    `context` must offer `fig(code, scope, measure)`; texts of units are values only, never part of the source.
    """
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, autoescape=False
    )
    try:
        rendered = environment.from_string(BLANK.sub(_call, source)).render(**context)
    except TemplateError as error:
        raise TemplateFault(getattr(error, "lineno", 0) or 0, str(error)) from error
    for line in rendered.split("\n"):
        if line.strip():
            yield classify(line.strip())


def _call(found: re.Match[str]) -> str:
    code, scope, measure = found[1], found[2] or "all", found[3] or "value"
    return f'{{{{ fig("{code}", "{scope}", "{measure}") }}}}'


def classify(line: str) -> Line:
    """Return what a line is by its first characters."""
    for start, kind in _MARKS:
        if line.startswith(start):
            return Line(kind, line[len(start) :].strip())
    return Line("body", line)
