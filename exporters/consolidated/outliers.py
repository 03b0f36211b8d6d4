"""离群值: figures far from their peers', folded by indicator. Hints for a second look, never findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from exporters.consolidated.listing import Column, Listing, Row, Value, write_list
from exporters.consolidated.styles import Styles
from workbook.checks.outliers import FAR, FEWEST, Outlier, outliers_of
from workbook.collection import SMALL, Collection
from workbook.computed import formula
from workbook.expression.functions import round_half_up
from workbook.expression.tree import mentioned
from workbook.messages import say

FOLDED = 5  # more indicators than this start folded: the headings alone then fit on a screen


def shown_outliers(collection: Collection, hidden: frozenset[str]) -> tuple[Outlier, ...]:
    """Return the outliers a workbook without the `hidden` indicators may show, in the order of the list."""
    indicators = collection.indicators
    trees = {code: formula(item) for code, item in indicators.items()}
    telling = {code for code, tree in trees.items() if tree is not None and hidden & set(mentioned(tree))}
    return tuple(o for o in outliers_of(collection) if o.code not in hidden | telling)


def count_line(outliers: Sequence[Outlier]) -> str:
    """Return how many outliers there are, in words that say what they are not."""
    return say("book.outliers", n=len(outliers))


def write_outliers(book: Any, styles: Styles, collection: Collection, outliers: Sequence[Outlier]) -> None:
    """Add 离群值: a heading per indicator, under it a line per unit that is far off."""
    columns = [
        *(Column("unit", 26), Column("group", 10, "centre"), Column("kind", 8, "centre"), Column("own", 12, "number")),
        *(Column("beside", 12, "number"), Column("far", 10, "number"), Column("hint", 60), Column("file", 34)),
        *(Column("sheet", 22), Column("cell", 8, "centre")),
    ]
    level = say("book.outliers_level", n=FEWEST, small=SMALL)
    notes = [count_line(outliers), level, say("book.outliers_change", far=FAR)]
    folded = len({o.code for o in outliers}) > FOLDED
    listing = Listing(say("book.outliers_sheet"), collection.period.title, columns, notes, folded=folded)
    write_list(book, styles, listing, _rows(collection, outliers))


def _rows(collection: Collection, outliers: Sequence[Outlier]) -> Iterator[Row]:
    names = {u.code: u.name for u in collection.round.units}
    for code, found in groupby(outliers, key=lambda o: o.code):
        item = collection.indicators[code]
        of_item = list(found)
        head = say("book.outliers_of", name=item.name, word=item.measure_word, n=len(of_item))
        yield Row([head], "head")
        for o in of_item:
            beside = Fraction(o.median) if o.prior is None else o.prior
            values = (_number(o.value, item.decimals), _number(beside, item.decimals), _number(Fraction(abs(o.z)), 1))
            name, file = names[o.unit], collection.submissions[o.unit].file
            yield Row([name, o.group, say(f"outlier.{o.kind}"), *values, o.message, file, o.sheet, o.cell], "part")


def _number(value: Fraction, decimals: int) -> Value:
    rounded = round_half_up(value, decimals)
    return int(rounded) if rounded.denominator == 1 else float(rounded)
