"""What a form that holds totals was filled with, what those are made of, and what was put in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from workbook.layout import Layout
from workbook.messages import say
from workbook.model import MEASURES, Cell, Measure, Part, Repair
from workbook.reading.values import altered

PREFILLED, PART = "prefilled ", "part "  # keys of the stamp, before "CODE measure" and a code
_FRACTION = r"-?\d{1,200}(?:/[1-9]\d{0,199})?"
_PART = re.compile(rf"({_FRACTION}) ({_FRACTION}) (\d{{1,7}}) (\d{{1,7}})", re.ASCII)
Cells = Mapping[tuple[str, Measure], Cell]


def written(part: Part) -> str:
    """Return a part as it stands in the stamp, "" where it is too long for it."""
    text = f"{part.above} {part.below} {part.n} {part.units}"
    return text if _PART.fullmatch(text) else ""


def read_part(text: str) -> Part | None:
    """Return the part written as `text`, None where it is none."""
    found = _PART.fullmatch(text)
    return Part(Fraction(found[1]), Fraction(found[2]), int(found[3]), int(found[4])) if found else None


def prefilled_in(stamp: Mapping[str, str], layout: Layout) -> dict[tuple[str, Measure], str]:
    """Return the totals a form was filled with before its office saw it, as text."""
    found: dict[tuple[str, Measure], str] = {}
    for key, value in stamp.items():
        code, _, measure = key.removeprefix(PREFILLED).partition(" ")
        if key.startswith(PREFILLED) and measure in MEASURES and code in layout.indicators:
            found[code, measure] = value
    return found


def parts_in(stamp: Mapping[str, str]) -> dict[str, Part]:
    """Return the parts in a stamp by code, as their sender has them."""
    read = {k.removeprefix(PART): read_part(v) for k, v in stamp.items() if k.startswith(PART)}
    return {code: part for code, part in read.items() if part is not None}


def corrections(filled: Mapping[tuple[str, Measure], str], cells: Cells, layout: Layout) -> tuple[Repair, ...]:
    """Return what an office put in place of the totals its form was filled with; what it put there counts."""
    found = []
    for (code, measure), text in filled.items():
        cell = cells.get((code, measure))
        if cell is not None and altered(text, cell):
            name = layout.indicators[code].name + ("" if measure == "value" else say(f"form.head_{measure}"))
            nothing = say("word.missing")
            message = say("repair.corrected", name=name, total=text or nothing, raw=cell.raw or nothing)
            found.append(Repair("corrected", cell.sheet, cell.address, code, message))
    return tuple(found)
