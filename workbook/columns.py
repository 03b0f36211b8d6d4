"""Cells of a sheet by the column, as XML: a column of one look and kind is a single pass over its values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple, cast

from xlsxwriter.utility import _utf16_truncate, xl_col_to_name

_MARKUP = re.compile("[&<>]")
_ROW = "\0"  # stands for a row's number: no XML may hold it
_LONGEST = 32_767  # UTF-16 units of a text in a cell; a character is two at most
_WHOLE = 10**15  # below it an integer is written with all its digits


class Formula(NamedTuple):
    """A formula with its "=", and what it comes to."""

    text: str
    value: str | float


class Bare(NamedTuple):
    """The look of the texts of a column whose empty cells are left out: half of a large sheet may be empty."""

    look: Any


class Mixed(NamedTuple):
    """The look of most cells of a column, and by place what others hold instead, with the look of each."""

    look: Any
    others: Mapping[int, tuple[Content, Any]]


Content = str | float | Formula | None  # of a cell; "" and None leave it empty


class Letters(dict[int, str]):
    """What each column is called."""

    def __missing__(self, column: int) -> str:
        name: str = xl_col_to_name(column)
        self[column] = name
        return name


class Looks(dict[Any, int]):
    """The number of each format in its book, which XlsxWriter works out for every cell."""

    def __missing__(self, look: Any) -> int:
        number: int = look._get_xf_index()
        self[look] = number
        return number


class Texts(dict[str, int]):
    """The texts of a book, numbered as they come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


LETTERS = Letters()


def _plain(formulas: Sequence[Formula], start: str) -> list[str]:
    """Return the cells of formulas that come to texts, nothing where a character of one has to be escaped."""
    texts, values = zip(*formulas, strict=True)
    if set(map(type, values)) != {str} or "" in values or _MARKUP.search("".join((*texts, *values))):
        return []
    return [f'{start} t="str"><f>{text[1:]}</f><v>{value}</v></c>' for text, value in formulas]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Columns:
    """Writes the cells of one sheet; texts are numbered in the table of its book."""

    def __init__(self, table: Any, looks: Looks) -> None:
        self._table, self._looks = table, looks
        self._begun: dict[tuple[str, Any], tuple[str, str]] = {}

    def rows(self, row: int, column: int, contents: Sequence[Sequence[Content]], looks: Sequence[Any]) -> Iterator[str]:
        """Yield the cells of each row, the first of which is `row`; a look is as PlainSheet.write_columns takes it."""
        places = enumerate(zip(contents, looks, strict=True), column)
        parts = [self._column(LETTERS[place], cells, look) for place, (cells, look) in places]
        self._table.unique_count = len(self._table.string_table)
        for number, cells in enumerate(zip(*parts, strict=True), row + 1):
            yield "".join(cells).replace(_ROW, str(number))

    def _column(self, letter: str, contents: Sequence[Content], look: Any) -> list[str]:
        """Return the cells of a column; _ROW is the row's number."""
        if isinstance(look, list):
            starts = {own: self._start(letter, own) for own in dict.fromkeys(look)}
            return [
                f"{starts[own][0]}><v>{content}</v></c>"
                if type(content) is int and -_WHOLE < content < _WHOLE
                else self._cell(content, *starts[own])
                for content, own in zip(contents, look, strict=True)
            ]
        if isinstance(look, Mixed):
            cells = self._column(letter, contents, look.look)
            for place, (content, own) in look.others.items():
                cells[place] = self._cell(content, *self._start(letter, own))
            return cells
        start, empty = self._start(letter, look)
        if contents.count("") == len(contents):
            return [empty] * len(contents)
        kinds = set(map(type, contents))
        if kinds == {int} and max(map(abs, cast(Sequence[int], contents))) < _WHOLE:
            return [f"{start}><v>{content}</v></c>" for content in contents]
        if kinds == {float} and all(map(isfinite, cast(Sequence[float], contents))):
            return [f"{start}><v>{content:.16G}</v></c>" for content in contents]
        if kinds == {Formula} and (plain := _plain(cast(Sequence[Formula], contents), start)):
            return plain
        if kinds != {str} or 2 * max(map(len, contents)) > _LONGEST:  # type: ignore[arg-type]
            return [self._cell(content, start, empty) for content in contents]
        texts, start = self._table.string_table, f'{start} t="s"><v>'
        self._table.count += len(contents) - contents.count("")
        return [f"{start}{texts[text]}</v></c>" if text else empty for text in contents]

    def _cell(self, content: Content, start: str, empty: str) -> str:
        if content is None or content == "":
            return empty
        if isinstance(content, str):
            text = content if 2 * len(content) <= _LONGEST else _utf16_truncate(content, _LONGEST)
            self._table.count += 1
            return f'{start} t="s"><v>{self._table.string_table[text]}</v></c>'
        if isinstance(content, Formula):
            mark = ' t="str"' if content.value and isinstance(content.value, str) else ""
            formula, value = _escaped(content.text[1:]), _escaped(str(content.value))
            return f"{start}{mark}><f>{formula}</f><v>{value}</v></c>"
        if isfinite(content):
            return f"{start}><v>{content:.16G}</v></c>"
        raise ValueError(content)

    def _start(self, letter: str, look: Any) -> tuple[str, str]:
        """Return how a cell begins that has something in it, and an empty one."""
        if (letter, look) not in self._begun:
            bare = isinstance(look, Bare)
            start = f'<c r="{letter}{_ROW}" s="{self._looks[look.look if bare else look]}"'
            self._begun[letter, look] = start, "" if bare else f"{start}/>"
        return self._begun[letter, look]
