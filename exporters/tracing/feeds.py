"""From a unit's cell to what it feeds: the indicators computed from it, the scopes it counts in, figures of reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from exporters.figures.document import NotAReport, open_document
from exporters.tracing.asked import NotTraced, codes_of, figure_of, figures_in, unit_named
from exporters.tracing.basis import (
    Figure,
    alias,
    in_words,
    names_of,
    roots,
    units_behind,
)
from exporters.tracing.lines import Line, Lines
from workbook.collection import Collection
from workbook.computed import definition, stored_refs
from workbook.expression.tree import Ref, operands
from workbook.messages import say
from workbook.model import Unit
from workbook.round import RESULTS

_CELL = re.compile(r"(.+)[!！]\$?([A-Za-z]{1,3})\$?([0-9]+)")


@dataclass(frozen=True, slots=True)
class Through:
    """An indicator computed from the cell; `direct` when the cell itself stands in its formula."""

    code: str
    name: str
    formula: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Fed:
    """A figure of a report that rests on the cell."""

    report: Path
    tag: str
    name: str
    said: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Feeds:
    """The answer: what changes if a unit corrects a cell."""

    unit: Unit
    ref: Ref
    name: str
    line: Line | None  # what stands there now, None where nothing does
    counts: bool  # whether this cell is what is counted, now that it says something
    through: tuple[Through, ...]
    scopes: tuple[tuple[str, str], ...]  # code and name
    figures: tuple[Fed, ...]
    reports: int  # looked through
    notes: tuple[str, ...]
    restricted: bool


def feeds_of(collection: Collection, unit_text: str, what: str) -> Feeds:
    """Return what a unit's figure feeds; `what` is a code, a name, or sheet!cell on its form. NotTraced if nothing."""
    unit = unit_named(unit_text, collection)
    ref = _ref_of(what, unit, collection)
    names, item = names_of(collection), collection.round.pack.indicators[ref.code]
    if item.code not in collection.collected[unit.tier]:
        raise NotTraced(say("traced.not_reported", unit=unit.name, name=item.name))
    computed = definition(item, ref.measure, collection.round.pack.indicators) is not None
    if computed:
        formula = in_words(item, names)
        raise NotTraced(say("traced.computed_cell", name=item.name, formula=formula))
    line = _line(collection, unit, ref)
    carried = line is not None and line.place is not None and bool(line.place.earlier)
    counted = unit in collection.counted
    figures, reports, notes = ((), 0, []) if carried else _figures(collection, unit, ref, names)
    return Feeds(
        unit=unit,
        ref=ref,
        name=item.name + (say("view.scope", scope=say(f"form.head_{ref.measure}")) if ref.measure != "value" else ""),
        line=line,
        counts=not carried,
        through=() if carried else tuple(_through(collection, unit, ref, names)),
        scopes=tuple(
            (s, names.get(s, s)) for s in dict.fromkeys(collection.scopes_of(unit) if counted else [unit.code])
        ),
        figures=tuple(figures),
        reports=reports,
        notes=(*_told(collection, unit, line, carried=carried, counted=counted), *notes),
        restricted=item.sensitive == "restricted",
    )


def _ref_of(what: str, unit: Unit, collection: Collection) -> Ref:
    """Return the figure that is meant."""
    pack = collection.round.pack
    if place := _CELL.fullmatch(what.strip()):
        return _in_cell(place[1].strip("'\""), f"{place[2].upper()}{place[3]}", unit, collection)
    name = what.strip().removeprefix("hb:").partition("@")[0]
    codes = [code for code in codes_of(name, pack) if code in pack.indicators]
    if not codes:
        raise NotTraced(say("traced.no_name_fed", name=what))
    if len(codes) > 1:
        raise NotTraced(say("traced.one_name", name=what, codes="、".join(codes)))
    return Ref(codes[0])


def _in_cell(sheet: str, cell: str, unit: Unit, collection: Collection) -> Ref:
    form = collection.submissions.get(unit.code)
    if form is None:
        raise NotTraced(say("traced.no_form", unit=unit.name))
    for (code, measure), found in form.cells.items():
        if (found.sheet, found.address) == (sheet, cell):
            return Ref(code, measure)
    raise NotTraced(say("traced.no_cell", unit=unit.name, place=f"{sheet}!{cell}"))


def _line(collection: Collection, unit: Unit, ref: Ref) -> Line | None:
    found = Lines(collection).of(ref, [unit], frozenset([unit.code]), collection.engine, lambda _: "")
    return found[0] if found else None


def _told(collection: Collection, unit: Unit, line: Line | None, *, carried: bool, counted: bool) -> Iterator[str]:
    """Yield what is to be said before anything changes: the cell does not count, or for itself alone."""
    if line is None:
        absent = Lines(collection).absent([unit])
        yield say("traced.not_yet", why=absent[0].why if absent else "")
    if carried and line is not None and line.place is not None:
        yield say("traced.not_read", period=line.place.earlier)
    if unit.umbrella and not counted:
        yield say("traced.umbrella")
    elif not counted:
        yield say("traced.under_umbrella")


def _through(collection: Collection, unit: Unit, ref: Ref, names: dict[str, str]) -> Iterator[Through]:
    """Yield the indicators of the unit's form that are computed from a figure, those next to it first."""
    indicators = collection.round.pack.indicators
    found = []
    for item in collection.collected[unit.tier].values():
        tree = definition(item, "value", indicators)
        if tree is None or ref not in stored_refs(Ref(item.code), indicators):
            continue
        found.append(Through(item.code, item.name, in_words(item, names), ref in operands(tree)))
    yield from sorted(found, key=lambda t: not t.direct)


def _figures(collection: Collection, unit: Unit, ref: Ref, names: dict[str, str]) -> tuple[list[Fed], int, list[str]]:
    """Return the figures of all reports in 成果 that a cell feeds, how many reports there are, which cannot be read."""
    folder = collection.round.path / RESULTS
    found: list[Fed] = []
    notes: list[str] = []
    rests: dict[Figure, bool] = {}
    paths = [p for p in sorted(folder.rglob("*.docx")) if not p.name.startswith("~$")]
    for path in paths:
        try:
            document = open_document(path)
        except (NotAReport, OSError) as error:
            notes.append(say("traced.unreadable_report", file=path.relative_to(folder), why=error))
            continue
        for at in figures_in(document):
            figure = figure_of(at.tag)
            if figure not in rests:
                rests[figure] = rests_on(figure, unit, ref, collection)
            if rests[figure]:
                found.append(Fed(path.relative_to(folder), at.tag, alias(at.tag, names), at.said, at.sentence))
    return found, len(paths) - len(notes), notes


def rests_on(figure: Figure, unit: Unit, ref: Ref, collection: Collection) -> bool:
    """Return whether a figure of a report rests on a unit's figure: on the indicator, and on this unit."""
    pack, asked = collection.round.pack, collection.collected[unit.tier]
    if figure.code not in asked and figure.measure != "part":  # others of its scope may report what it does not
        return False
    behind = [r for r in roots(figure, pack, collection.period) if r.code in asked]
    if not any(ref in stored_refs(root, pack.indicators) for root in behind):
        return False
    return unit in units_behind(figure, collection)
