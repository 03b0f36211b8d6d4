"""Two of the demo's units, their forms filled so that they pass, without the whole city around them."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from helpers import NOTHING, a_round, party_building, plan

from exporters.demo.figures import city_figures
from exporters.demo.run import _filled
from exporters.demo.texts import load_texts
from workbook.form.book import form_name, write_form
from workbook.form.content import Content, blank_contents, with_computed
from workbook.model import Parameter, Round, Unit
from workbook.round import IN, read_units, write_round
from workbook.tables import read_text

PERIOD = "2020H1"


def a_small_round(folder: Path) -> Round:
    """Return a round of X01 and X04 with the demo's parameters."""
    story = _story()
    parameters = tuple(Parameter(*(str(p[k]) for k in ("name", "code", "value", "basis"))) for p in story["parameter"])
    units = [u for u in _units() if u.code in ("X01", "X04")]
    return a_round(folder, units, PERIOD, parameters=parameters, deadline=None)


def filled(round_: Round) -> list[Path]:
    """Write the filled forms of a round into its folder."""
    paths = []
    for unit, content in zip(round_.units, _contents(round_), strict=True):
        paths.append(round_.path / form_name(unit, PERIOD))
        write_form(paths[-1], round_, plan(round_, unit), content)
    return paths


def received(folder: Path, forms: Sequence[Path]) -> Round:
    """Return the round on the disk, both forms in 收件."""
    round_ = a_small_round(folder)
    folder.mkdir(parents=True)
    write_round(round_)
    lines = ["单位代码,单位名称,层级", *(f"{u.code},{u.name},{u.tier}" for u in round_.units)]
    (folder / "units.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    (folder / IN).mkdir(exist_ok=True)
    for path in forms:
        os.utime(shutil.copy(path, folder / IN / path.name), (1.59e9, 1.59e9))
    return round_


def _contents(round_: Round) -> list[Content]:
    pack = party_building()
    source = pack.root / "demo"
    texts = load_texts(pack, source)
    typed = city_figures(pack, source, _units(), texts.rows_of, seed=int(_story()["seed"]))
    blank = blank_contents(round_, NOTHING)
    ready = {u.code: _filled(round_, u, blank[u.code], _story(), (texts, typed)) for u in round_.units}
    return [replace(c, unit=u) for c, u in zip(with_computed(round_, ready).values(), round_.units, strict=True)]


@cache
def _story() -> dict[str, object]:
    return tomllib.loads(read_text(party_building().root / "demo" / "demo.toml"))


@cache
def _units() -> tuple[Unit, ...]:
    return tuple(read_units(party_building().root / "demo" / "units.csv", party_building())[0])
