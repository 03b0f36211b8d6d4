"""One cell where a figure goes, with all that is known of it → what it means, and how that was understood."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from workbook.layout import address
from workbook.messages import say
from workbook.model import Cell, Indicator, Repair, State
from workbook.reading.marks import Marks, Place
from workbook.reading.numbers import Understood, plain, read_number
from workbook.reading.unclear import Unclear
from workbook.reading.values import Raw, read_figure

Reading = tuple[Cell, tuple[Repair, ...]]


def read_cell(raw: Raw, item: Indicator, place: Place, marks: Marks) -> Reading:
    """Return what stands where a figure is filled in, with a repair for all that was not plainly typed.

    Error values, and what cannot be understood for sure, are unreadable; `raw` is then what the cell shows.
    """
    sheet, at = place[0], address(*place[1:])
    read = read_figure(raw, item.decimals, sheet, at)
    if marks.errors and place in marks.errors:
        return replace(read, state=State.UNREADABLE, scaled=None, raw=marks.errors[place], digits=0, typed=""), ()
    repairs: tuple[Repair, ...] = ()
    if marks.percents and place in marks.percents and read.state.known:
        read, repairs = _percent(read, item)
    elif read.state == State.UNREADABLE and isinstance(raw, str):
        read, repairs = _written(read, item)
    if at in marks.formulas.get(sheet, ()) and read.state != State.UNREADABLE:
        kind = "formula_blank" if read.state == State.BLANK else "formula"
        repairs = (*repairs, _repair(kind, item, read, meaning=read.raw))
    return read, repairs


def read_computed(raw: Raw, item: Indicator, place: Place, marks: Marks) -> Reading:
    """Return what a computed cell shows; an error value is nothing shown, since the result is worked out anew."""
    cell = read_figure(raw, item.decimals, place[0], address(*place[1:]))
    if marks.errors and place in marks.errors:
        cell = replace(cell, state=State.BLANK, scaled=None, raw="", digits=0)
        return cell, (_repair("computed_error", item, cell, shown=marks.errors[place]),)
    return cell, ()


def _percent(read: Cell, item: Indicator) -> Reading:
    """Return a number that is shown as percent: what is shown, where the item is one."""
    meaning = plain(Decimal(read.raw) * 100)
    shown = f"{meaning}%"
    if not item.percent:
        return replace(read, state=State.UNREADABLE, scaled=None, raw=shown, digits=0, typed=read.raw), ()
    cell = replace(read_figure(meaning, item.decimals, read.sheet, read.address), typed=read.raw)
    if not cell.state.known:
        return cell, ()
    return cell, (_repair("percent_format", item, cell, shown=shown, meaning=meaning),)


def _written(read: Cell, item: Indicator) -> Reading:
    """Return a text that is no plain number as what it means."""
    found = read_number(read.raw, item)
    if isinstance(found, Unclear):
        return read, ()
    cell = replace(read_figure(in_words(found), item.decimals, read.sheet, read.address), typed=read.raw)
    how = "、".join(say(f"understood.{name}") for name in dict.fromkeys(found.how))
    return cell, (_repair("written", item, cell, raw=read.raw, how=how, meaning=cell.raw),)


def in_words(found: Understood) -> str:
    """Return what a text means as it would be typed into the form."""
    if isinstance(found.meaning, Decimal):
        return plain(found.meaning)
    return say("word.not_applicable" if found.meaning == State.NOT_APPLICABLE else "word.not_counted")


def _repair(kind: str, item: Indicator, cell: Cell, **values: str) -> Repair:
    return Repair(kind, cell.sheet, cell.address, item.code, say(f"repair.{kind}", name=item.name, **values))
