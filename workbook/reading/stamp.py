"""Which form it is: of which pack and version, for which unit and period, with which modules.

The hidden sheet says it. Where that is gone, the properties of the file do; where these are gone too, the cover and the
lines above the tables, if the round knows exactly one such unit and is of that period.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from workbook.layout import STAMP_SHEET, collected
from workbook.messages import say
from workbook.model import Pack, Round, Unit
from workbook.period import parse_period
from workbook.reading.cover import find_cover
from workbook.reading.grid import Sheet, squeezed
from workbook.reading.kind import DAMAGED, FileKind, Unreadable, unpacked
from workbook.reading.notes import Notes
from workbook.reading.values import show
from workbook.reading.xml import look

Stamp = Mapping[str, str]
CARRIED, SWITCHED = "carried ", "switch "  # keys of the stamp, before "CODE measure" and a rule's id

_MUST = {"pack", "unit", "period", "tier"}
_PROPERTIES, _OURS = "docProps/custom.xml", "huibao."
_MOST_BYTES = 1_000_000  # of the properties; ours take 2,000


def stamps_in(sheets: Sequence[Sheet]) -> dict[str, Stamp]:
    """Return the stamps by the sheets they stand on, the one under its own name first."""
    found: dict[str, Stamp] = {}
    for sheet in sorted(sheets, key=lambda s: s.name != STAMP_SHEET):
        if sheet.name == STAMP_SHEET or show(sheet.at(0, 0)) == "format":
            lines = {show(row[0]): show(row[1]) for row in sheet.grid if len(row) > 1 and show(row[0])}
            if lines.keys() >= _MUST:
                found[sheet.name] = lines
    return found


def stamp_of(sheets: Sequence[Sheet], data: bytes, kind: FileKind, round_: Round | None, notes: Notes) -> Stamp:
    """Return the stamp; Unreadable where it cannot be told what form this is, or where there are two."""
    stamps = stamps_in(sheets)
    units = {(s["unit"], s["period"]): s.get("unit_name", s["unit"]) for s in stamps.values()}
    if len(units) > 1:
        raise Unreadable("two_forms", names="、".join(dict.fromkeys(units.values())))
    for name, stamp in stamps.items():
        if name != STAMP_SHEET:
            notes.repair("stamp_renamed", name)
        return stamp
    properties = _properties(data) if kind == "workbook" else {}
    if properties.get("unit") and properties.get("period"):
        notes.repair("stamp_properties")
        return properties
    return _recognised(sheets, round_, notes)


def _properties(data: bytes) -> dict[str, str]:
    """Return what the file's own properties say of the form, {} where they say nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = unpacked(archive, archive.getinfo(_PROPERTIES), _MOST_BYTES)
        gathered = _Properties()
        look(content, gathered)
    except (*DAMAGED, Unreadable):
        return {}
    return gathered.found


class _Properties:
    """Gathers our properties as they pass."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._name = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "property":
            self._name = attributes.get("name", "")

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "property":
            self._name = ""

    def text(self, text: str) -> None:
        if self._name.startswith(_OURS):
            key = self._name.removeprefix(_OURS)
            self.found[key] = self.found.get(key, "") + text.strip()


def who_line(stamp: Stamp) -> str:
    """Return the line with unit and period above every table of a form; "" where the stamp does not say."""
    unit = stamp.get("unit_name", "")
    return say("form.who", unit=unit, period=parse_period(stamp["period"]).title) if unit else ""


def _recognised(sheets: Sequence[Sheet], round_: Round | None, notes: Notes) -> Stamp:
    """Return what the cover and the lines above the tables say, where they agree and the round knows the unit."""
    said = _said(sheets, round_.pack) if round_ is not None else set()
    if round_ is None or len(said) != 1:
        raise Unreadable("no_stamp")
    name, title = said.pop()
    period = parse_period(round_.period)
    units = [u for u in round_.units if squeezed(u.name) == name]
    if len(units) != 1 or squeezed(period.title) != title:
        raise Unreadable("no_stamp")
    asked = collected(round_.pack, units[0].tier, period.year, round_.modules)
    codes = {text for s in sheets for _, _, text in s.texts if text in round_.pack.indicators}
    if codes - asked.keys():  # of another tier
        raise Unreadable("no_stamp")
    notes.repair("stamp_cover", unit=units[0].name, period=period.title)
    return _stamp(units[0], round_)


def _said(sheets: Sequence[Sheet], pack: Pack) -> set[tuple[str, str]]:
    """Return unit and period, without blanks, as the cover and the sheets name them."""
    wanted = squeezed(say("form.who", unit="\1", period="\2"))
    pattern = re.compile(re.escape(wanted).replace("\1", "(.+)").replace("\2", "(.+)"))
    texts = (squeezed(raw) for sheet in sheets for row in sheet.grid[:20] for raw in row)
    said = {(match[1], match[2]) for text in texts if (match := pattern.fullmatch(text))}
    cover = find_cover(sheets, pack)
    if cover is not None and "unit_name" in cover.lines and "period" in cover.lines:
        said.add((squeezed(cover.lines["unit_name"]), squeezed(cover.lines["period"])))
    return said


def _stamp(unit: Unit, round_: Round) -> Stamp:
    return {
        "pack": round_.pack.id,
        "form_version": round_.pack.form_version,
        "unit": unit.code,
        "unit_name": unit.name,
        "tier": unit.tier,
        "umbrella": "y" if unit.umbrella else "n",
        "period": round_.period,
        "modules": " ".join(round_.modules),
    }
