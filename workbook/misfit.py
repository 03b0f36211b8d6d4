"""Is a form one of this round's? Why not, if it is of another period, tier or unit."""

from __future__ import annotations

from collections.abc import Mapping

from workbook.model import Outline, Round, Unit
from workbook.period import parse_period
from workbook.units import begun


def misfit(round_: Round, units: Mapping[str, Unit], form: Outline) -> tuple[str, dict[str, str]]:
    """Return why a form is none of this round's, "" when it is, and what the receipt's words are filled with.

    `units` are the round's, by code.
    """
    told = {"period": parse_period(form.period).title, "name": form.unit.name}
    unit = units.get(form.unit.code)
    if form.period != round_.period:
        return "other_period", told
    if unit is None:
        resting = next((u for u in round_.others if u.code == form.unit.code), None)
        if resting is None:
            return "unknown_unit", told
        closed = begun(resting, parse_period(round_.period))
        return ("closed" if closed else "not_yet"), told | {"since": resting.since, "until": resting.until}
    return ("" if unit.tier == form.unit.tier else "other_tier"), told
