"""A template's text ↔ the lines and tables of its Word view; no character is lost on the way there and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from exporters.narrative.template import MARKS, LineKind

TokenKind = Literal["words", "value", "directive", "comment"]
RowKind = Literal["row", "widths", "directive"]
Kind = LineKind | Literal["directive"]

_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NOT_IN_BRACES = re.compile(rf"(?:{_BRACES.pattern})|(\|)", re.DOTALL)
_KINDS: dict[str, TokenKind] = {"{{": "value", "{%": "directive", "{#": "comment"}
_MARK_OF: dict[str, str] = {kind: mark for mark, kind in MARKS}
_HALVES, _BREAK = " | ", "\n"
_IN_HALVES = ("signature", "imprint")  # what stands before and after their bar has a line of its own in Word
_CAPTIONS = ("table_title", "bars", "lines", "shares")
_KEY = re.compile(r" *#[^#]*$")
_OPENS = re.compile(r"\{%-?\s*(?:for|if|macro|call|filter)\b")
_CLOSES = re.compile(r"\{%-?\s*end")
_WIDTH = re.compile(r"(\d+(?:\.\d+)?)([lcr])")
SIDES = {"l": "左", "c": "中", "r": "右"}


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of a line: words as they are, or one pair of braces with what is in it."""

    kind: TokenKind
    source: str


@dataclass(frozen=True, slots=True)
class ViewLine:
    """One line of a template as a paragraph: what it is, and its text without the mark it begins with."""

    kind: Kind
    text: str

    @property
    def parts(self) -> tuple[str, str]:
        """Its text, and the key at the end of a caption, by which the report refers to it: grey, and without blanks."""
        key = _KEY.search(self.text) if self.kind in _CAPTIONS else None
        return (self.text[: key.start()], key[0]) if key else (self.text, "")


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One line of a table: cells, widths of the columns, or a directive across all columns."""

    kind: RowKind
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewTable:
    """Rows that stand together, with the directives between them."""

    rows: tuple[ViewRow, ...]

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return max(len(row.cells) for row in self.rows)


def tokens(text: str) -> list[Token]:
    """Return a text as words and braces; put together they are the text again."""
    found, position = [], 0
    for braces in _BRACES.finditer(text):
        if braces.start() > position:
            found.append(Token("words", text[position : braces.start()]))
        found.append(Token(_KINDS[braces[0][:2]], braces[0]))
        position = braces.end()
    return [*found, Token("words", text[position:])] if position < len(text) else found


def braces_in(text: str) -> list[Token]:
    """Return every pair of braces of a text in order, comments not."""
    return [t for t in tokens(text) if t.kind in ("value", "directive")]


def view_of(text: str) -> list[ViewLine | ViewTable]:
    """Return the paragraphs and tables a template is shown as."""
    lines, within = text.split("\n"), _within_braces(text)
    single = [ViewLine("directive", line) if n in within else _line(line) for n, line in enumerate(lines)]
    view: list[ViewLine | ViewTable] = []
    at = 0
    while at < len(single):
        group = single[at : _end_of_table(single, at)]
        rows = [_row(line) for line in group]
        if group and all(row is not None for row in rows):
            view.append(ViewTable(tuple(row for row in rows if row is not None)))
            at += len(group)
        else:
            view += group or [single[at]]
            at += len(group) or 1
    return view


def text_of(view: Sequence[ViewLine | ViewTable]) -> str:
    """Return the template that paragraphs and tables stand for."""
    return "\n".join(_lines_of(view))


def _lines_of(view: Sequence[ViewLine | ViewTable]) -> Iterator[str]:
    for part in view:
        if isinstance(part, ViewTable):
            yield from map(row_text, part.rows)
        else:
            yield line_text(part)


def line_text(line: ViewLine) -> str:
    """Return a line of a template with its mark; one that says nothing is blank."""
    if line.kind in ("directive", "row", "widths", "body") or not line.text.strip():
        return line.text
    text = line.text
    if line.kind in _IN_HALVES:
        text = _HALVES.join(text.split(_BREAK))
    return _MARK_OF[line.kind] + text


def row_text(row: ViewRow) -> str:
    """Return a table's line in a template."""
    if row.kind == "directive":
        return row.cells[0]
    if row.kind == "widths":
        sides = {word: side for side, word in SIDES.items()}
        return "|= " + " ".join(cell[:-1] + sides.get(cell[-1:], cell[-1:]) for cell in row.cells)
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in row.cells)


def _line(line: str) -> ViewLine:
    """Return a line as a paragraph; one that would not come back the same is shown with all its marks."""
    if line.strip() and not any(t.source.strip() for t in tokens(line) if t.kind in ("words", "value")):
        return ViewLine("directive", line)
    mark = next((m for m, _ in MARKS if line.startswith(m)), "")
    kind: Kind = dict(MARKS).get(mark, "body")
    text = line if kind in ("body", "row", "widths") else line[len(mark) :]
    if kind in _IN_HALVES and text.count(_HALVES) == 1:
        text = text.replace(_HALVES, _BREAK)
    marked_inside = kind == "body" and any(line.strip().startswith(m) for m, _ in MARKS)
    shown = ViewLine(kind, text)
    return ViewLine("directive", line) if marked_inside or line_text(shown) != line else shown


def _row(line: ViewLine) -> ViewRow | None:
    """Return a line as a row of a table, None if it would not come back the same."""
    if line.kind == "directive":
        return ViewRow("directive", (line.text,))
    if line.kind == "widths":
        found = [_WIDTH.fullmatch(part) for part in line.text[2:].split()]
        row = ViewRow("widths", tuple(f"{m[1]}{SIDES[m[2]]}" for m in found if m))
        same = bool(found) and all(found)
    else:
        row = ViewRow("row", tuple(cell.strip() for cell in cells_of(line.text[1:])))
        same = bool(row.cells)
    return row if same and row_text(row) == line.text else None


def cells_of(text: str) -> list[str]:
    """Return the cells of a row, split at bars that are not in braces."""
    cells, start = [], 0
    for bar in _NOT_IN_BRACES.finditer(text):
        if bar[1]:
            cells.append(text[start : bar.start()])
            start = bar.end()
    return [*cells, text[start:]] if text[start:].strip() else cells


def _end_of_table(lines: Sequence[ViewLine], start: int) -> int:
    """Return where the table ends that begins at a line: after its last row and the directives that close there."""
    if lines[start].kind not in ("row", "widths"):
        return start
    end, depth = start, 0
    for at in range(start, len(lines)):
        kind, text = lines[at].kind, lines[at].text
        if kind in ("row", "widths"):
            end = at + 1
        elif kind != "directive" or not text.strip().startswith("{%"):
            break
        else:
            depth += len(_OPENS.findall(text)) - len(_CLOSES.findall(text))
            if depth >= 0 and _CLOSES.search(text):
                end = at + 1
            elif depth < 0:
                break
    return end


def _within_braces(text: str) -> set[int]:
    """Return the numbers of the lines that a comment or directive of several lines runs through."""
    within: set[int] = set()
    for braces in _BRACES.finditer(text):
        first = text.count("\n", 0, braces.start())
        if "\n" in braces[0]:
            within.update(range(first, first + braces[0].count("\n") + 1))
    return within
