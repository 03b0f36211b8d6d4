"""One way to write a list on a sheet: title, notes, heading, rows that show all their text, print set-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from exporters.consolidated.styles import Styles
from workbook.columns import Bare, Content, Formula
from workbook.form.styles import Styles as FormStyles
from workbook.form.styles import widths_of
from workbook.messages import say


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its decimals, or the word that stands for it; where there is a formula, what it comes to."""

    value: float | str
    decimals: int
    formula: str = ""  # with its "="


class Linked(NamedTuple):
    """A text that leads to `target` on a click, as HYPERLINK takes it; "" leads nowhere."""

    text: str
    target: str


Value = str | int | float | Figure | Linked | None
Kind = Literal["plain", "marked", "summary", "head", "part"]  # of a row
AT_ONCE = 1_000  # rows
_LONGEST = 255  # UTF-16 units of a text in a formula


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: key of its heading in a part of the catalogue, width, and how its values look.

    The empty cells of a `bare` one are left out: whoever writes the list sees to how they look.
    """

    key: str
    width: int
    look: str = "label"  # a style's name, or "state": green for accepted, red for the rest
    part: str = "book"
    bare: bool = False


class Block(NamedTuple):
    """Plain rows one below the other, given by column: a thousand at a time fit into a processor's cache."""

    columns: Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is more than a line: marked by colour, summing up, a heading, or a part that folds under it."""

    values: Sequence[Value]  # of a heading, its words alone
    kind: Kind = "plain"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list sheet is called, for which period, with which notes above and which columns.

    `folded` says whether parts start out of sight under their headings, `frozen` how many columns stay in sight.
    """

    title: str
    period: str
    columns: Sequence[Column]
    notes: Sequence[str] = ()
    folded: bool = False
    frozen: int = 3

    @property
    def first(self) -> int:
        """Where its first row stands, counted from 0."""
        return len(self.notes) + 3


def write_list(book: Any, styles: Styles, listing: Listing, rows: Iterable[Sequence[Value] | Row | Block]) -> Any:
    """Add a sheet with one list and return it."""
    sheet = book.add_worksheet(listing.title)
    columns, notes = listing.columns, listing.notes
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.write_string(0, 1, f"{listing.title}　{listing.period}", styles.title)
    sheet.set_row(0, 26)
    for number, note in enumerate(notes, 1):
        write_note(sheet, styles, number, (1, len(columns)), note, sum(c.width for c in columns))
    head, lines = listing.first - 1, 1
    for place, column in enumerate(columns, 1):
        heading = say(f"{column.part}.{column.key}")
        sheet.set_column(place, place, column.width)
        sheet.write_string(head, place, heading, styles.heading)
        lines = max(lines, FormStyles.lines(heading, column.width - 1))
    sheet.set_row(head, 7 + 15 * lines)
    row = head + 1
    for kind, block in _blocks(rows):
        _write_block(sheet, styles, row, listing, (kind, block))
        row += len(block[0])
    if row == head + 1:
        sheet.write_string(row, 1, say("book.nothing"), styles.note)
    else:
        sheet.autofilter(head, 1, row - 1, len(columns))
    sheet.outline_settings(symbols_below=False)  # a heading stands above its parts
    sheet.freeze_panes(head + 1, listing.frozen)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_footer(f"&L&A&C{say('form.page')}")
    return sheet


def write_note(sheet: Any, styles: Styles, row: int, columns: tuple[int, int], text: str, width: int) -> None:
    """Write a note across the columns from first to last, `width` wide in all, as high as its text."""
    first, last = columns
    sheet.merge_range(row, first, row, last, text, styles.note_wrapped)
    sheet.set_row(row, 1 + 14 * FormStyles.lines(text, width))


def write_typed(sheet: Any, styles: Styles, row: int, column: int, text: str) -> None:
    """Write what a person typed into a cell that is theirs: a cell without words is empty, as they left it."""
    if text:
        sheet.write_string(row, column, text, styles.typed)
    else:
        sheet.write_blank(row, column, None, styles.typed)


def linked(values: Sequence[Linked], leads: Any, plain: Any) -> tuple[Sequence[Content], Any]:
    """Return texts with their links as a column in the look `leads`, `plain` where there is no link.

    Formulas, since they stay with their rows when people sort.
    """
    texts, targets = zip(*values, strict=True)
    if "" not in targets and _simple(texts) and _simple(targets):
        return [Formula(f'=HYPERLINK("{target}","{text}")', text) for text, target in values], leads
    leading = [bool(target) and _fits(text) and _fits(target) for text, target in values]
    cells = [
        Formula(hyperlink(value.target, quoted(value.text)), value.text) if leads_on else value.text
        for value, leads_on in zip(values, leading, strict=True)
    ]
    return cells, [leads if leads_on else plain for leads_on in leading]


def _simple(texts: Sequence[str]) -> bool:
    """Return whether texts fit into formulas as they are."""
    return 2 * max(map(len, texts)) <= _LONGEST and '"' not in "".join(texts)


def _fits(text: str) -> bool:
    """Return whether a formula can hold a text; a character is two units at most."""
    return 2 * len(text) <= _LONGEST or len(text.encode("utf-16-le")) <= 2 * _LONGEST


def hyperlink(target: str, shown: str) -> str:
    """Return the formula of a link that shows what the formula `shown` comes to."""
    return f"=HYPERLINK({quoted(target)},{shown})"


def quoted(text: str) -> str:
    """Return a text as it stands in a formula: whatever it says, it stays text."""
    return '"' + text.replace('"', '""') + '"'


def _blocks(rows: Iterable[Sequence[Value] | Row | Block]) -> Iterator[tuple[Kind, Sequence[Sequence[Value]]]]:
    """Yield rows of one kind that follow each other, by column, as many at once as fit into a processor's cache."""
    for kind, alike in groupby(rows, key=_kind):
        if kind == "block":
            yield from (("plain", block.columns) for block in cast(Iterator[Block], alike))
        else:
            while lines := [row.values if isinstance(row, Row) else row for row in islice(alike, AT_ONCE)]:
                yield kind, list(zip(*lines, strict=True))


def _kind(row: Sequence[Value] | Row | Block) -> Kind | Literal["block"]:
    if isinstance(row, Row):
        return row.kind
    return "block" if isinstance(row, Block) else "plain"


def _write_block(
    sheet: Any, styles: Styles, first: int, listing: Listing, what: tuple[Kind, Sequence[Sequence[Value]]]
) -> None:
    """Write rows of one kind, by column."""
    kind, block = what
    if kind == "head":
        titles, others = [*map(str, block[0])], [[""] * len(block[0])] * (len(listing.columns) - 1)
        all_looks, high = [styles.section] * len(listing.columns), [20] * len(titles)
        sheet.write_columns(first, 1, [titles, *others], all_looks, high, {"collapsed": listing.folded})
        return
    columns = zip(listing.columns, block, strict=True)
    contents, looks, texts = zip(*(_cells(styles, column, values, kind) for column, values in columns), strict=True)
    fold = {"level": 1, "hidden": listing.folded} if kind == "part" else {}
    high = heights(texts, [column.width - 2 for column in listing.columns])
    sheet.write_columns(first, 1, contents, looks, high, fold)


def heights(columns: Sequence[Sequence[str]], widths: Sequence[int]) -> list[int]:
    """Return how high rows are that show all their texts, given by column with its width."""
    lines = np.ones(len(columns[0]), dtype=np.int64)
    for texts, width in zip(columns, widths, strict=True):
        if 2 * max(map(len, texts)) > width or "\n" in "".join(texts):
            lines = np.maximum(lines, _lines(texts, width))
    heights_: list[int] = np.minimum(400, 4 + 15 * lines).tolist()
    return heights_


def _lines(texts: Sequence[str], width: int) -> NDArray[np.int64]:
    """Return how many lines each text takes in a column."""
    lines = -(-widths_of(texts) // width)
    for place, text in enumerate(texts):
        if "\n" in text:
            lines[place] = FormStyles.lines(text, width)
    return lines


def _cells(
    styles: Styles, column: Column, values: Sequence[Value], kind: Kind
) -> tuple[Sequence[Content], Any, Sequence[str]]:
    """Return what the cells of a column hold, the look of all or of each, and the texts that they show."""
    look = _look(styles, column, kind)
    if look is not None and set(map(type, values)) == {str}:
        texts = cast(Sequence[str], values)
        return texts, Bare(look) if column.bare else look, texts
    if look is not None and set(map(type, values)) == {Linked}:
        links = cast(Sequence[Linked], values)
        return *linked(links, styles.leads, look), [link.text for link in links]
    contents, looks = zip(*(_content(styles, column, value, kind) for value in values), strict=True)
    shown = [v.text if type(v) is Linked else c for v, c in zip(values, contents, strict=True)]
    return contents, [*looks], [text if type(text) is str else "" for text in shown]


def _content(styles: Styles, column: Column, value: Value, kind: str) -> tuple[Content, Any]:
    """Return what a cell holds, and how it looks."""
    if column.look == "state":
        return str(value), styles.state(str(value))
    if isinstance(value, Figure):
        figures = column.look in ("number", "share")
        look = styles.figure(value.decimals, summary=kind == "summary") if figures else _look(styles, column, kind)
        return (Formula(value.formula, value.value) if value.formula else value.value), look
    if isinstance(value, Linked):
        (content,), look = linked([value], styles.leads, _look(styles, column, kind))
        return content, look[0] if isinstance(look, list) else look
    if isinstance(value, float) and column.look == "number" and kind not in ("marked", "summary"):
        return value, styles.custom("0.####")
    return value, _look(styles, column, kind)


def _look(styles: Styles, column: Column, kind: str) -> Any:
    """Return the format of a column's texts in a kind of rows, None where the text decides."""
    if column.look == "state":
        return None
    if kind == "marked":
        return styles.marked(column.look)
    return styles.summary(column.look) if kind == "summary" else getattr(styles, column.look)
