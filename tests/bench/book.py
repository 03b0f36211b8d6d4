"""How long 汇总表 takes with as many units as a province has: written, and opened by LibreOffice.

The units are those of the demo city over and over, so their figures hang together and few rules complain.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from desk import Desk
from helpers import a_round, all_modules, collected, party_building, submission

from bench.measure import Section, told
from exporters.consolidated.book import Beside, write_book
from exporters.demo.figures import city_figures
from exporters.demo.texts import load_texts
from exporters.office.desk import open_desk
from workbook.collection import Collection
from workbook.history import earlier_periods
from workbook.layout import make_layout
from workbook.model import Submission, Unit
from workbook.period import parse_period
from workbook.round import read_units

PACK, PERIOD, PATIENCE = party_building(), "2020H1", 900
MOST = 3000  # more units than a province has
TIME = {"value": "{}", "prior": "prev({})", "opening": "opening({})", "half": "half({})"}


def forms(many: int) -> Iterator[Submission]:
    """Yield forms of as many units, all the units of the demo city but the umbrella over and over."""
    source, period = PACK.root / "demo", parse_period(PERIOD)
    city = [u for u in read_units(source / "units.csv", PACK)[0] if not u.umbrella]
    texts = load_texts(PACK, source)
    typed = city_figures(PACK, source, city, texts.rows_of)
    periods = {"value": period, **earlier_periods(period)}
    layouts = {t.code: make_layout(PACK, t.code, period, all_modules(PACK)) for t in PACK.tiers}
    filled: dict[str, tuple[dict[str, object], dict[str, list[list[str]]]]] = {}
    for unit in city:
        values: dict[str, object] = {}
        for item in layouts[unit.tier].indicators.values():
            for measure in layouts[unit.tier].measures(item):
                values[TIME[measure].format(item.code)] = typed(periods[measure])[unit.code].get(item.code)
        written = texts.texts_of(unit.code, period)
        filled[unit.code] = values, {c: i for c, i in written.items() if c in layouts[unit.tier].blocks}
    for number in range(many):
        like = city[number % len(city)]
        values, items = filled[like.code]
        yield submission(values, unit=f"{like.code}{number:05}", tier=like.tier, period=PERIOD, texts=items)  # type: ignore[arg-type]


def gathered(many: int, folder: Path) -> Collection:
    sent = list(forms(many))
    units = [Unit(s.unit.code, f"第{n}单位", s.unit.tier) for n, s in enumerate(sent)]
    return collected(a_round(folder, units, PERIOD, return_on_error=False), *sent)


def _measured(many: int, folder: Path) -> tuple[float, float, float, int]:
    """Return seconds to gather, to write, to open in LibreOffice, and the bytes of the book."""
    path = folder / f"book{many}.xlsx"
    start = perf_counter()
    collection = gathered(many, folder)
    assert len(collection.submissions) == many
    gathering, start = perf_counter() - start, perf_counter()
    write_book(path, collection, frozenset(), Beside(desk=open_desk(collection)))
    writing = perf_counter() - start
    with Desk(PATIENCE) as desk:
        start = perf_counter()
        desk.open(path)
        opening = perf_counter() - start
        assert desk.sheets()
    return gathering, writing, opening, path.stat().st_size


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure the book of a few hundred and of a few thousand units, all accepted."""
    rows: list[tuple[str, ...]] = []
    for units in (n for n in sizes if n <= MOST):
        with tempfile.TemporaryDirectory() as folder:
            gathering, writing, opening, size = _measured(units, Path(folder))
        kept = f"{size / 2**20:.1f} MB"
        rows.append((str(units), told(gathering), told(writing), kept, told(opening), f"{opening / writing:.2f}"))
    said = (
        "On the clock, one process: forms that are read already are judged and added up, 汇总表 is written, and "
        "LibreOffice opens it as kept, nothing recalculated. The units are those of the demo city over and over."
    )
    heads = ("units", "gathered", "written", "size", "opened", "opened ÷ written")
    return [Section("汇总表", said, heads, rows)]
