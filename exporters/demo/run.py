"""The demo: a fictional city's rounds one after another, mishaps included, through the same functions as any office."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from exporters.demo.figures import city_figures
from exporters.demo.mishaps import Mishaps, slipped, strangers
from exporters.demo.texts import Texts, load_texts
from exporters.narrative.told import Dropped
from exporters.office.desk import Desk, open_desk, set_picks
from exporters.office.typed import FIELDS
from exporters.reports import left_out_of_round, reports_of_round, write_left_out
from exporters.results import Results, write_results
from exporters.rounds import NewRound, create_round, write_books, write_forms
from workbook.collect import collect
from workbook.collection import Collection
from workbook.form.book import form_name
from workbook.form.content import Content, Figure, blank_contents, layouts_of, with_computed
from workbook.history import by_unit, earlier_periods, stored_figures
from workbook.messages import say
from workbook.model import Pack, Parameter, Round, Unit
from workbook.period import Period, parse_period
from workbook.round import IN, load_round, read_units, write_round
from workbook.tables import read_table, read_text
from workbook.values import Key

Typed = Callable[[Period], Mapping[str, Mapping[str, Figure]]]

_AFTERWARDS = timedelta(days=3)  # when the office consolidates; those who are late have come in by then


@dataclass(frozen=True)
class DemoRound:
    """One round of the demo, consolidated at the time `now`; `told` names the round to speak about at the end."""

    collection: Collection
    now: datetime
    results: Results
    told: str

    @property
    def outputs(self) -> tuple[Path, ...]:
        """Where everything lies that was written."""
        return self.results.outputs

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """What was left out of all reports."""
        return self.results.dropped


def run_demo(pack: Pack, folder: Path, tell: Callable[[str], None]) -> list[DemoRound]:
    """Run every round of the pack's demo city under `folder`; `tell` gets a sentence per step."""
    source = pack.root / "demo"
    story = tomllib.loads(read_text(source / "demo.toml"))
    units, _ = read_units(source / "units.csv", pack)
    texts = load_texts(pack, source)
    typed: Typed = city_figures(pack, source, units, texts.rows_of, seed=int(story["seed"]))
    results: list[DemoRound] = []
    previous: Path | None = None
    for entry in story["round"]:
        path = folder / str(entry["period"])
        round_ = _new_round(pack, path, previous, story, entry)
        tell(say("demo.forms", period=parse_period(round_.period).title, n=len(round_.units)))
        mishaps = Mishaps.of(story) if round_.period == story["told"] else Mishaps()
        _fill(round_, story, texts, typed, mishaps)
        strangers(round_, mishaps, folder)
        tell(say("demo.consolidate", period=parse_period(round_.period).title))
        collection, defects = collect(round_)
        if collection is None:
            raise RuntimeError(str(defects))
        desk = _chosen(collection, source / "picks.csv")
        assert round_.deadline is not None
        now = round_.deadline + _AFTERWARDS
        done = write_results(collection, now, desk)
        written = reports_of_round(collection, [g for g in pack.genres.values() if g.tiers])
        if done.defects or written.defects:
            raise RuntimeError(str((*done.defects, *written.defects)))
        tell(say("demo.reports", period=parse_period(round_.period).title, n=len(written.paths)))
        units_left_out = write_left_out(written, left_out_of_round(path), collection.period.title)
        outputs = (*done.outputs, *written.paths, units_left_out)
        done = replace(done, outputs=outputs, dropped=(*done.dropped, *written.dropped))
        results.append(DemoRound(collection, now, done, str(story["told"])))
        previous = path
    return results


def _new_round(
    pack: Pack, path: Path, previous: Path | None, story: Mapping[str, Any], entry: Mapping[str, Any]
) -> Round:
    """Set the round up as `huibao new` does and write its forms."""
    units = pack.root / "demo" / "units.csv"
    told = NewRound(path, pack, str(entry["period"]), units, previous, str(story["office"]), entry["deadline"])
    defects = create_round(told)
    round_, faults = load_round(path)
    if defects or round_ is None:
        raise RuntimeError(str(defects or faults))
    handed_down = tuple(Parameter(*(str(p[k]) for k in ("name", "code", "value", "basis"))) for p in story["parameter"])
    round_ = replace(round_, parameters=handed_down)
    write_round(round_)
    _, defects = write_forms(round_)
    if defects:
        raise RuntimeError(str(defects))
    return round_


def _fill(round_: Round, story: Mapping[str, Any], texts: Texts, typed: Typed, mishaps: Mishaps) -> None:
    """Write into 收件 what the units send back, each at its own time before the deadline."""
    blank = blank_contents(round_, by_unit(stored_figures(round_)[0], [u.code for u in round_.units]))
    filled = {u.code: _filled(round_, u, blank[u.code], story, (texts, typed)) for u in round_.units}
    sent: dict[Path, Content] = {}
    times: dict[Path, datetime] = {}
    assert round_.deadline is not None
    for place, unit in enumerate(round_.units):
        if unit.code in mishaps.absent:
            continue
        arrival = round_.deadline - timedelta(hours=6 + 37 * (place % 7), minutes=11 * place)
        if unit.code in mishaps.late:
            arrival = round_.deadline + timedelta(days=2, hours=-3)
        versions = [True, False] if unit.code in (*mishaps.corrected, *mishaps.repaired) else [False]
        for number, first in enumerate(versions):
            name = form_name(unit, round_.period)
            if number:
                name = name.replace(".xlsx", say("demo.second") + ".xlsx")
            path = round_.path / IN / name
            sent[path] = slipped(filled[unit.code], mishaps, first=first)
            times[path] = arrival + timedelta(hours=4 * number)
    by_key = with_computed(round_, {str(p): replace(c, unit=replace(c.unit, code=str(p))) for p, c in sent.items()})
    ready = {p: replace(by_key[str(p)], unit=c.unit) for p, c in sent.items()}
    write_books(round_, ready)
    for path, moment in times.items():
        os.utime(path, (moment.timestamp(), moment.timestamp()))


def _filled(
    round_: Round, unit: Unit, blank: Content, story: Mapping[str, Any], source: tuple[Texts, Typed]
) -> Content:
    """Return one unit's form as its clerk fills it: figures now, and earlier ones where none are carried over."""
    texts, typed = source
    period = parse_period(round_.period)
    layout = layouts_of(round_)[unit.tier]
    entries: dict[Key, Figure] = dict(blank.entries)
    periods = {"value": period, **earlier_periods(period)}
    for item in layout.indicators.values():
        for measure in layout.measures(item):
            key = (item.code, measure)
            value = typed(periods[measure])[unit.code].get(item.code)
            if key not in entries and value is not None:
                entries[key] = value
    cover = {**blank.cover, **story["cover"]}
    if round_.deadline is not None:
        cover["submitted_at"] = (round_.deadline - timedelta(days=2)).date().isoformat()
    return replace(blank, entries=entries, texts={**blank.texts, **texts.texts_of(unit.code, period)}, cover=cover)


def _chosen(collection: Collection, source: Path) -> Desk:
    """Return the desk with what the city's office chooses, as its editor would type it into 汇总表."""
    heads = [say(f"oldpicks.{k}") for k in ("unit", "text")] + [say("picks.source")]
    columns = [*heads, *(say(f"picks.{name}") for name in FIELDS)]
    rows, defects = read_table(source, columns)
    assert not defects, defects
    desk = open_desk(collection)
    wanted = {tuple(r[h] for h in heads): {name: r[say(f"picks.{name}")] for name in FIELDS} for r in rows}
    typed = {p.key: wanted.get((p.unit.code, p.text.code, p.words.title)) for p in desk.picks}
    return set_picks(collection, desk, {key: told for key, told in typed.items() if told is not None})
