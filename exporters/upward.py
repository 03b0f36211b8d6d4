"""成果/上报表.xlsx: this office's own form for the tier above, filled with the totals of its collection."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from exporters.returned.anew import filled_over
from workbook.collection import Collection, mask_of
from workbook.computed import definition
from workbook.expression.functions import round_half_up
from workbook.figures import plain
from workbook.files import replacing
from workbook.form.book import write_form
from workbook.form.content import Content, Figure, blank_contents, layouts_of, state_word, with_computed
from workbook.form.plan import Plan
from workbook.form.verdicts import as_submission
from workbook.layout import Layout, below
from workbook.messages import say
from workbook.model import Indicator, Measure, Part, Round, State, Submission, Unit
from workbook.reading.kind import Unreadable
from workbook.reading.made_of import standing
from workbook.reading.prefilled import corrections, written
from workbook.reading.submission import read_submission
from workbook.reading.values import show
from workbook.round import MEMORY, RESULTS
from workbook.values import Key

_WHEN = "docProps/core.xml"
_HANDED = "handed-up"  # digests of what was put into 收件 of the round above


def write_upward(collection: Collection) -> list[Path]:
    """Write the form and return its path; nothing without a tier above, or where another file has its name.

    What the office typed into the last one, texts and corrected figures, is in the new one too.
    """
    round_ = round_above(collection.round)
    path = upward_path(collection.round)
    if round_ is None or _foreign(path, round_):
        return []
    content = filled_content(collection, round_, _last(path, round_))
    with replacing(path) as temporary:
        write_form(temporary, round_, Plan(round_, content.unit, content), content)
    return [path]


def upward_lines(collection: Collection) -> list[str]:
    """Return what there is to say of the form, in words: figures the office corrected; why there is no form."""
    round_ = round_above(collection.round)
    if round_ is None:
        tiers = {u.tier for u in collection.round.units}
        above = any(tiers & set(t.of) for t in collection.round.pack.tiers)
        return [say("upward.none")] if above else []
    path = upward_path(collection.round)
    if _foreign(path, round_):
        return [say("upward.foreign", path=path)]
    last = _last(path, round_)
    return [_kept(r.message, r.sheet, r.cell) for r in last.repairs] if last else []


def round_above(round_: Round) -> Round | None:
    """Return this round as the office above sees it: this office is its unit, and nothing is switched or handed down.

    None where round.toml names no tier above.
    """
    if round_.upward is None:
        return None
    units = (round_.upward,)
    return replace(round_, office=round_.above, deadline=None, switches=(), parameters=(), units=units, previous=None)


def upward_path(round_: Round) -> Path:
    """Return where the form stands."""
    return round_.path / RESULTS / say("folder.upward")


def hand_up(round_: Round, target: Path) -> Literal["put", "same", "left"]:
    """Put the form where the round above receives it; OSError from the disk.

    What was put there before is replaced. Anything else under that name is somebody's, and is left alone.
    """
    content = upward_path(round_).read_bytes()
    memory = round_.path / MEMORY / _HANDED
    put = memory.read_text(encoding="ascii").split() if memory.is_file() else []
    ours = hashlib.sha256(content).hexdigest()
    if target.is_symlink() or target.exists():
        lying = _digest(target) if target.is_file() and not target.is_symlink() else ""
        if lying == ours:
            return "same"
        if lying not in put:
            return "left"
        if _parts(target) == _parts(upward_path(round_)):
            return "same"
    with replacing(memory) as temporary:  # before it lies there: a run that is killed in between knows it for its own
        temporary.write_text("\n".join(dict.fromkeys([*put, ours])))
    with replacing(target) as temporary:
        temporary.write_bytes(content)
    return "put"


def _parts(path: Path) -> dict[str, bytes]:
    """Return what a form consists of, but when it was written."""
    with zipfile.ZipFile(path) as form:
        return {name: form.read(name) for name in form.namelist() if name != _WHEN}


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _last(path: Path, round_: Round) -> Submission | None:
    """Return the form of the last run with what the office did to it; None where there is none that can be read."""
    try:
        form = read_submission(path, round_.pack) if path.is_file() else None
    except Unreadable:
        return None
    ours = form is not None and (form.unit.code, form.unit.tier) == (round_.units[0].code, round_.units[0].tier)
    return form if form is not None and ours and form.period == round_.period else None


def _foreign(path: Path, round_: Round) -> bool:
    """Return whether something else lies where the form goes: it is left alone."""
    return path.is_file() and _last(path, round_) is None


def filled_content(collection: Collection, round_: Round, last: Submission | None) -> Content:
    """Return the content of the form: totals, what they are made of, and what the office typed into the `last` one."""
    (unit,) = round_.units
    layout = layouts_of(round_)[unit.tier]
    blank = blank_contents(round_, {})[unit.code]
    totals = {c: lower for c in layout.indicators if c in layout.totals and (lower := _lower(collection, unit, c))}
    parts = {c: _part(collection, layout.indicators[c], lower) for c, lower in totals.items()}
    prefilled: dict[Key, Figure] = {}
    for code, lower in totals.items():
        item = layout.indicators[code]
        for measure in layout.measures(item):
            if definition(item, measure, layout.pack.indicators) is None:
                figure = _figure(collection, item, lower, measure)
                prefilled |= {(code, measure): figure} if figure != "" else {}
    content = replace(blank, entries={**blank.entries, **prefilled}, prefilled=prefilled)
    content = filled_over(round_, content, last) if last is not None else content
    content = replace(content, notes=[*_coverage(collection, layout, parts, totals), say("upward.rewritten")])
    return _settled(round_, layout, content, parts)


def _settled(round_: Round, layout: Layout, content: Content, parts: Mapping[str, Part]) -> Content:
    """Return the content with the parts that stand as whoever reads the form will find, and computed cells."""
    cells = as_submission(round_, layout, replace(content, computed={})).cells
    shown = {key: show(value) for key, value in content.prefilled.items()}
    told = [_kept(r.message, r.sheet, r.cell) for r in corrections(shown, cells, layout)]
    standing_parts = standing({c: p for c, p in parts.items() if written(p)}, shown, cells, layout)
    content = replace(content, parts=standing_parts, notes=[*content.notes, *told])
    return with_computed(round_, {content.unit.code: content})[content.unit.code]


def _kept(message: str, sheet: str, cell: str) -> str:
    return say("upward.kept", name=message, sheet=sheet, cell=cell)


def _lower(collection: Collection, office: Unit, code: str) -> tuple[Unit, ...]:
    """Return the units whose figures of an indicator make up this office's."""
    tiers = below(collection.round.pack, office.tier)
    return tuple(u for u in collection.counted if u.tier in tiers and code in collection.collected[u.tier])


def _part(collection: Collection, item: Indicator, lower: tuple[Unit, ...], measure: Measure = "value") -> Part:
    engine = collection.engine
    inside = mask_of(engine, lower)
    absent = int((engine.table.figures(item.code, measure)[1][inside] == State.NOT_APPLICABLE).sum())
    return engine.part(item, inside & engine.known(item, measure), measure, len(lower) - absent)


def _figure(collection: Collection, item: Indicator, lower: tuple[Unit, ...], measure: Measure) -> Figure:
    """Return a total as it stands in its cell; "" where nobody knows it, the word where it exists for nobody."""
    part = _part(collection, item, lower, measure)
    if part.value is not None:
        return plain(int(round_half_up(part.value * 10**item.decimals, 0)), item.decimals)
    return "" if part.n or part.units else state_word(State.NOT_APPLICABLE)


def _coverage(
    collection: Collection, layout: Layout, parts: Mapping[str, Part], totals: Mapping[str, tuple[Unit, ...]]
) -> Iterator[str]:
    """Yield how many of the units are in the totals, which are not, where still fewer are, where years differ in it."""
    lower = dict.fromkeys(u for units in totals.values() for u in units)
    missing = [u for u in lower if u.code not in collection.submissions]
    yield say("upward.covers", n=len(lower) - len(missing), units=len(lower))
    if missing:
        yield say("upward.without", names="、".join(u.name for u in missing))
    fewer = [
        say("upward.fewer_one", name=layout.indicators[code].name, n=part.n, units=part.units)
        for code, part in parts.items()
        if part.n + sum(u in missing for u in totals[code]) < part.units
    ]
    if fewer:
        yield say("upward.fewer", items="、".join(fewer))
    uneven = [layout.indicators[c].name for c, units in totals.items() if _uneven(collection, layout, c, units)]
    if uneven:
        yield say("upward.uneven", items="、".join(uneven))


def _uneven(collection: Collection, layout: Layout, code: str, lower: tuple[Unit, ...]) -> bool:
    """Return whether this year's total and last year's are over different units."""
    item, engine = layout.indicators[code], collection.engine
    if "prior" not in layout.measures(item):
        return False
    now, before = (mask_of(engine, lower) & engine.known(item, m) for m in ("value", "prior"))
    return bool(before.any() and (now != before).any())
