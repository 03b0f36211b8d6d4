"""What goes wrong in the demo's told round, as it does in life: silence, lateness, slips, foreign files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from exporters.word.official import OfficialDocument
from exporters.word.pieces import Piece
from workbook.form.book import form_name
from workbook.form.content import Content, Figure
from workbook.messages import say
from workbook.model import Round
from workbook.period import parse_period
from workbook.round import IN
from workbook.values import Key

# One empty A4 page, as a scanner's software would wrap a picture.
_SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Mishaps:
    """Unit codes by what happens to them, and the figures that slip."""

    silent: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    old_form: tuple[str, ...] = ()
    word: tuple[str, ...] = ()
    scan: tuple[str, ...] = ()
    slips: tuple[Mapping[str, Any], ...] = ()
    reasons: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, story: Mapping[str, Any]) -> Mishaps:
        """Return the mishaps the pack's story tells of."""
        lists = {key: tuple(codes) for key, codes in story["mishaps"].items()}
        return cls(**lists, slips=tuple(story.get("slip", [])), reasons=tuple(story.get("reason", [])))

    @property
    def absent(self) -> tuple[str, ...]:
        """Units whose form does not come in."""
        return (*self.silent, *self.old_form, *self.word, *self.scan)


def slipped(content: Content, mishaps: Mishaps, *, first: bool) -> Content:
    """Return the form with the slips this version has, and the reasons its unit gives."""
    entries: dict[Key, Figure] = dict(content.entries)
    for slip in mishaps.slips:
        if slip["unit"] != content.unit.code or (slip.get("first") and not first):
            continue
        value = entries.get((slip["code"], "value"), 0)
        number = value if isinstance(value, int | float) else 0
        entries[slip["code"], "value"] = slip.get("set", round(number * slip.get("multiply", 1)) + slip.get("add", 0))
    texts = dict(content.texts)
    for reason in mishaps.reasons:
        if reason["unit"] == content.unit.code:
            texts[str(reason["text"])] = [[reason["rule"], reason["code"], reason["reason"]]]
    return replace(content, entries=entries, texts=texts)


def strangers(round_: Round, mishaps: Mishaps, folder: Path) -> None:
    """Put into 收件 what is no form of this round: last year's form, a Word file, a scan."""
    assert round_.deadline is not None
    incoming = round_.path / IN
    arrival = round_.deadline - timedelta(days=1)
    for code in mishaps.old_form:
        unit = round_.unit(code)
        before = str(parse_period(round_.period).prior)
        if unit is not None:
            source = folder / before / IN / form_name(unit, before)
            _at(Path(shutil.copyfile(source, incoming / form_name(unit, round_.period))), arrival)
    for code in mishaps.word:
        unit = round_.unit(code)
        if unit is not None:
            title = say("demo.word_title", unit=unit.name, period=parse_period(round_.period).title)
            document = OfficialDocument(title, arrival)
            document.title(title)
            document.body([Piece(say("demo.word_body"))])
            path = incoming / f"{title}.docx"
            document.save(path)
            _at(path, arrival)
    for code in mishaps.scan:
        unit = round_.unit(code)
        if unit is not None:
            path = incoming / say("demo.scan_name", unit=unit.name)
            path.write_bytes(_SCAN)
            _at(path, arrival)


def _at(path: Path, moment: datetime) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))
