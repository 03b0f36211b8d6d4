"""Units over time: who reports in a period, who came from whom, whose years cannot be compared.

Periods are ordered by their last day: 2020H1 comes before 2020, and a unit that stopped with it files no annual form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from workbook.messages import say
from workbook.model import Defect, Unit
from workbook.period import Period, parse_period

UNIT_CODE = re.compile(r"[A-Za-z0-9_-]{1,16}")
_BETWEEN = re.compile(r"[\s;；、,，]+")


def codes_in(text: str) -> tuple[str, ...]:
    """Return the unit codes in a cell, however they are set apart, each once."""
    return tuple(dict.fromkeys(code for code in _BETWEEN.split(text) if code))


def reports(unit: Unit, period: Period) -> bool:
    """Return whether a unit reports in a period."""
    return begun(unit, period) and not _ended(unit, period)


def begun(unit: Unit, period: Period) -> bool:
    """Return whether a unit's first period is no later than this one."""
    return not unit.since or parse_period(unit.since).end <= period.end


def _ended(unit: Unit, period: Period) -> bool:
    return bool(unit.until) and parse_period(unit.until).end < period.end


def changes(listed: Sequence[Unit], period: Period) -> dict[str, str]:
    """Return the units of a period that are not what they were a year before, by code, and why in words.

    New are those that did not report then. Merged or split are those that came from another unit in between: by their
    own first period, or by the last one of the unit they came from; where the list says neither, always.
    """
    by_code = {u.code: u for u in listed}
    words: dict[str, list[str]] = {}
    for unit in listed:
        new = not begun(unit, period.prior)
        parents = [b for b in unit.before if new or _joined(unit, by_code.get(b), period)]
        if unit.changed:
            words.setdefault(unit.code, []).append(unit.changed)
        if parents:
            names = "、".join(_name(by_code, code) for code in parents)
            words.setdefault(unit.code, []).append(say("change.came" if new else "change.took", names=names))
        elif new:
            words.setdefault(unit.code, []).append(say("change.new", since=unit.since))
        if reports(unit, period):
            for code in parents:
                words.setdefault(code, []).append(say("change.gave", name=unit.name))
    return {u.code: "；".join(words[u.code]) for u in listed if u.code in words and reports(u, period)}


def _joined(unit: Unit, parent: Unit | None, period: Period) -> bool:
    """Return whether a unit that goes on took over its predecessor within the last year, or nobody says when."""
    if parent is not None and parent.until:
        return _ended(parent, period) and not _ended(parent, period.prior)
    return not unit.since


def _name(by_code: Mapping[str, Unit], code: str) -> str:
    return by_code[code].name if code in by_code else code


def life_defects(file: str, lines: Mapping[str, int], units: Mapping[str, Unit]) -> Iterator[Defect]:
    """Yield what is wrong with first and last periods and predecessors; `lines` tells where each unit stands."""
    for code, unit in units.items():
        wrong = [text for text in (unit.since, unit.until) if text and not _is_period(text)]
        for text in wrong:
            yield _defect(file, lines[code], "period", text=text)
        if not wrong and unit.since and unit.until and not begun(unit, parse_period(unit.until)):
            yield _defect(file, lines[code], "backwards", since=unit.since, until=unit.until)
        for before in unit.before:
            if before == code:
                yield _defect(file, lines[code], "itself", code=code)
            elif not UNIT_CODE.fullmatch(before):
                yield _defect(file, lines[code], "predecessor", code=before)
            elif code in _ancestors(before, units):
                yield _defect(file, lines[code], "circle", code=code, before=before)


def _ancestors(code: str, units: Mapping[str, Unit]) -> set[str]:
    found: set[str] = set()
    waiting = [code]
    while waiting:
        unit = units.get(waiting.pop())
        fresh = set(unit.before) - found if unit else set()
        found |= fresh
        waiting += fresh
    return found


def _is_period(text: str) -> bool:
    try:
        parse_period(text)
    except ValueError:
        return False
    return True


def _defect(file: str, line: int, key: str, **values: str) -> Defect:
    return Defect(file, line, say(f"life.{key}", **values), say(f"life.{key}_remedy"))
