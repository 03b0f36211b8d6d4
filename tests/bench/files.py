"""A round of as many filled county forms as wanted, the same ones every time: `python -m bench.files FOLDER NUMBER`.

Figures are those of the demo's counties drawn anew for every unit, so that they hang together as real ones do; one
form in six has a slip of its clerk's in it. Forms are kept in .cache/bench for the next run.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from random import Random

from helpers import NOTHING, party_building

import exporters.demo
import workbook.form
from bench.stamped import Form, Place, Value
from exporters.cores import on_all_cores
from exporters.demo.figures import city_figures
from exporters.demo.run import _filled
from exporters.demo.texts import Texts, load_texts
from exporters.rounds import NewRound, create_round, write_books
from workbook.form.book import form_name
from workbook.form.content import Content, blank_contents, layouts_of, with_computed
from workbook.layout import address
from workbook.model import Parameter, Round, Unit
from workbook.round import IN, UNIT_COLUMNS, load_round, read_units, write_round
from workbook.tables import read_text, write_table
from workbook.values import Key

PACK, PERIOD, TIER = party_building(), "2020", "county"
SOURCE = PACK.root / "demo"
CACHE = Path(__file__).parents[2] / ".cache" / "bench"
BATCH = 10  # draws of all the demo's counties
SYLLABLES = (
    "青云松白柳丰安永宁临清江石龙凤金玉长高东锦康",
    "禾坪岭湖湾塘溪山泉川原阳桥沙洲源峰林城关坝庄",
    "兴盛和顺昌明德义仁信文武安平康宁福寿春秋南北",
)
SLIPS = (("tenfold", 0.08), ("words", 0.03), ("unit", 0.03), ("blank", 0.03))


@dataclass(frozen=True)
class Filled:
    """A unit's form as it is meant to be read: what stands in it, and which of the demo's counties it is like."""

    unit: Unit
    like: Unit
    content: Content


def unit_of(number: int) -> Unit:
    """Return a county by its number, below 10,000."""
    size = len(SYLLABLES[0])
    name = "".join(s[number // size**n % size] for n, s in enumerate(SYLLABLES))
    return Unit(f"C{number:04}", f"{name}县", TIER)


@cache
def demo() -> tuple[Mapping[str, object], tuple[Unit, ...], Texts]:
    """Return the demo's story, its counties and what they write."""
    units = [u for u in read_units(SOURCE / "units.csv", PACK)[0] if u.tier == TIER and not u.umbrella]
    return tomllib.loads(read_text(SOURCE / "demo.toml")), tuple(units), load_texts(PACK, SOURCE)


def filled(round_: Round, numbers: Sequence[int]) -> Iterator[Filled]:
    """Yield what units fill in; `numbers` is some draws of all counties, from a multiple of their number on."""
    story, counties, texts = demo()
    here = replace(round_, units=counties)
    blank, contents = blank_contents(here, NOTHING), {}
    for number in numbers:
        like = counties[number % len(counties)]
        if like == counties[0]:
            typed = city_figures(PACK, SOURCE, counties, texts.rows_of, seed=number)
        unit, content = unit_of(number), _filled(here, like, blank[like.code], story, (texts, typed))
        contents[unit.code] = _slipped(_named(replace(content, unit=unit), like), Random(f"slip {number}"))
    for number, content in zip(numbers, with_computed(round_, contents).values(), strict=True):
        yield Filled(content.unit, counties[number % len(counties)], content)


def _named(content: Content, like: Unit) -> Content:
    """Return the content with the unit's own name on its cover and in what it writes."""
    old, new = names_of(like), names_of(content.unit)
    prose = prose_of(content)

    def said(value: str) -> str:
        before = stem(content.unit) if value in prose else ""
        return new[0] if value == old[0] else before + value.replace(old[1], new[1])

    texts = {code: [[said(v) for v in row] for row in rows] for code, rows in content.texts.items()}
    return replace(content, texts=texts, cover={k: said(v) for k, v in content.cover.items()})


def names_of(unit: Unit) -> tuple[str, str]:
    return unit.code, stem(unit)


def stem(unit: Unit) -> str:
    return unit.name.removesuffix("县")


def prose_of(content: Content) -> frozenset[str]:
    """Return what is written in free words, with room for three more: every unit writes it in its own way."""
    prose = set()
    for code, rows in content.texts.items():
        fields = PACK.texts[code].subfields
        for row in rows:
            for field, value in zip(fields, row, strict=True):
                room = not field.limit or len(value) + 3 <= field.limit
                if field.kind == "text" and len(value) > 5 and room and PACK.texts[code].place != "office":
                    prose.add(value)
    return frozenset(prose)


def _slipped(content: Content, chance: Random) -> Content:
    """Return the content with the slip of a clerk, if there is one."""
    draw, entries = chance.random(), dict(content.entries)
    known = sorted(
        k for k, v in entries.items() if k[1] == "value" and isinstance(v, int) and v and k not in content.carried
    )
    for slip, share in SLIPS:
        if 0 <= draw < share:
            key = chance.choice(known)
            told = int(entries.pop(key))
            if slip != "blank":
                unit = PACK.indicators[key[0]].measure_word
                entries[key] = {"tenfold": told * 10, "words": f"约{told}左右", "unit": f"{told}{unit}"}[slip]
        draw -= share
    return replace(content, entries=entries)


@cache
def stencils(round_path: Path) -> dict[str, Form]:
    """Return a form per county of the demo, to be filled for others; `round_path` is the round they are of."""
    round_, _ = load_round(round_path)
    assert round_ is not None
    _, counties, _ = demo()
    folder = round_path / "stencils"
    paths = {u.code: folder / form_name(u, PERIOD) for u in counties}
    prose = {u.code: prose_of(c) for u, c in _as_demo(round_).items()}
    cells = frozenset(places(round_).values())
    return {u.code: Form(paths[u.code].read_bytes(), cells, names_of(u), prose[u.code]) for u in counties}


def _as_demo(round_: Round) -> dict[Unit, Content]:
    story, counties, texts = demo()
    here = replace(round_, units=counties)
    typed = city_figures(PACK, SOURCE, counties, texts.rows_of)
    blank = blank_contents(here, NOTHING)
    ready = {u.code: _filled(here, u, blank[u.code], story, (texts, typed)) for u in counties}
    return dict(zip(counties, with_computed(here, ready).values(), strict=True))


def places(round_: Round) -> dict[Key, Place]:
    """Return where every figure stands on a form."""
    layout = layouts_of(replace(round_, units=(unit_of(0),)))[TIER]
    return {
        (code, measure): (section.sheet, address(row, layout.column(measure)))
        for section in layout.sections
        for code, row in section.rows.items()
        for measure in layout.measures(layout.indicators[code])
    }


def _make(round_path: Path, numbers: Sequence[int]) -> None:
    """Write the forms of a few units into the folder `forms` of the round, each sent at a time of its own."""
    round_, _ = load_round(round_path)
    assert round_ is not None
    assert round_.deadline is not None
    at, stencil_of = places(round_), stencils(round_path)
    for form, number in zip(filled(round_, numbers), numbers, strict=True):
        path = round_path / "forms" / form_name(form.unit, PERIOD)
        path.write_bytes(stamped(form, at, stencil_of[form.like.code]))
        sent = round_.deadline.timestamp() - 3600 * (1 + number % 240)
        os.utime(path, (sent, sent))


def stamped(form: Filled, at: Mapping[Key, Place], stencil: Form) -> bytes:
    """Return the file of a filled form."""
    figures = {**form.content.computed, **form.content.entries}
    values: dict[Place, Value] = {at[key]: value for key, value in figures.items()}
    return stencil.filled(values, names_of(form.unit), stem(form.unit))


def change_one(folder: Path, more: int) -> None:
    """Put another version in the place of the first unit's form: a figure or two are larger by `more`."""
    home = CACHE / _key()
    round_, _ = load_round(home)
    assert round_ is not None
    form = next(filled(round_, range(len(demo()[1]))))
    entries = dict(form.content.entries)
    for key in (("BASE_MEMBERS", "value"), ("BASE_BRANCHES", "value")):
        if isinstance(entries.get(key), int):
            entries[key] += more  # type: ignore[operator, index]
    package = stamped(
        replace(form, content=replace(form.content, entries=entries)), places(round_), stencils(home)[form.like.code]
    )
    path = folder / IN / form_name(form.unit, PERIOD)
    sent = path.stat().st_mtime + 60 * more
    path.unlink()  # it may be a link to a kept form
    path.write_bytes(package)
    os.utime(path, (sent, sent))


def forms(many: int) -> list[Path]:
    """Return as many filled forms, written now where an earlier run left none."""
    home = CACHE / _key()
    if not (home / "round.toml").exists():
        new_round(home, 1)
        round_, _ = load_round(home)
        assert round_ is not None
        write_books(round_, {home / "stencils" / form_name(u, PERIOD): c for u, c in _as_demo(round_).items()})
    (home / "forms").mkdir(exist_ok=True)
    paths = [home / "forms" / form_name(unit_of(n), PERIOD) for n in range(many)]
    there, (_, counties, _) = set((home / "forms").iterdir()), demo()
    step = BATCH * len(counties)
    starts = [n for n in range(0, many, step) if not there.issuperset(paths[n : n + step])]
    batches = [range(n, min(n + step, 10_000)) for n in starts]
    on_all_cores(partial(_make, home), batches, sum(map(len, batches)))
    return paths


def _key() -> str:
    """Return what the forms depend on: the pack and the code that writes them."""
    written = [*Path(workbook.form.__file__).parent.glob("*.py"), *Path(exporters.demo.__file__).parent.glob("*.py")]
    ours = [Path(__file__), Path(__file__).with_name("stamped.py")]
    told = b"".join(p.read_bytes() for p in sorted([*written, *ours]))
    return f"{PACK.hash}-{hashlib.sha256(told).hexdigest()[:12]}"


def new_round(folder: Path, many: int) -> Round:
    """Set up a round of as many counties by the product's own functions."""
    folder.mkdir(parents=True, exist_ok=True)
    story = demo()[0]
    entry = next(r for r in story["round"] if r["period"] == PERIOD)  # type: ignore[attr-defined]
    listed = folder / "units.csv"
    name = PACK.tier(TIER).name
    rows = ([u.code, u.name, name, *[""] * (len(UNIT_COLUMNS) - 3)] for u in map(unit_of, range(many)))
    write_table(listed, UNIT_COLUMNS, rows)
    defects = create_round(NewRound(folder, PACK, PERIOD, listed, None, str(story["office"]), entry["deadline"]))
    round_, faults = load_round(folder)
    assert round_ is not None, (defects, faults)
    told = tuple(Parameter(*(str(p[k]) for k in ("name", "code", "value", "basis"))) for p in story["parameter"])  # type: ignore[attr-defined]
    round_ = replace(round_, parameters=told)
    write_round(round_)
    return round_


def make_round(folder: Path, many: int) -> Round:
    """Make a round in which every unit has sent its form; the forms are links to those kept, never write to them."""
    round_ = new_round(folder, many)
    (folder / IN).mkdir(exist_ok=True)
    for path in forms(many):
        os.link(path, folder / IN / path.name)
    return round_


if __name__ == "__main__":
    target, number = Path(sys.argv[1]), int(sys.argv[2])
    make_round(target, number)
    print(f"{number} forms in {target / IN}")
