"""Small tables in, findings or totals out: what most tests speak through."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd

from exporters.office.desk import open_desk, set_picks
from exporters.office.picks import Pick
from workbook.checks.check import Checked, check
from workbook.collect import merge
from workbook.collection import Collection
from workbook.form.plan import Plan
from workbook.history import Stored, by_unit
from workbook.layout import address, make_layout
from workbook.lots.lot import lot_of
from workbook.lots.lots import Lots
from workbook.model import Cell, Finding, Form, Measure, Pack, Round, Submission, TextRow, Unit
from workbook.pack import load_pack, packs_folder
from workbook.period import parse_period
from workbook.reading.values import read_figure
from workbook.receive import Incoming, settle
from workbook.values import Earlier

NAMES = {"": "value", "prev": "prior", "opening": "opening", "half": "half"}
NOTHING: Earlier = {}
Value = int | float | str | None


@cache
def party_building() -> Pack:
    """Return the first pack, loaded once."""
    pack, defects = load_pack(packs_folder() / "party-building")
    assert pack is not None
    assert defects == ()
    return pack


def all_modules(pack: Pack) -> tuple[str, ...]:
    return tuple(m.code for m in pack.modules)


def submission(
    values: Mapping[str, Value],
    *,
    tier: str = "county",
    period: str = "2020",
    texts: Mapping[str, int | Sequence[Sequence[str]]] | None = None,
    unit: str = "U1",
    umbrella: bool = False,
    reasons: Mapping[str, str] | None = None,
    pack: Pack | None = None,
) -> Submission:
    """Return a submission from {"CODE": 3, "prev(CODE)": 2, …}; what is not named is blank.

    `texts` gives the number of items of a text input, or its items.
    """
    pack = pack or party_building()
    layout = make_layout(pack, tier, parse_period(period), all_modules(pack))
    cells: dict[tuple[str, Measure], Cell] = {}
    for section in layout.sections:
        for code, row in section.rows.items():
            item = layout.indicators[code]
            for measure in layout.measures(item):
                name = next(n for n, m in NAMES.items() if m == measure)
                value = values.get(f"{name}({code})" if name else code)
                place = address(row, layout.column(measure))
                cells[code, measure] = read_figure(value, item.decimals, section.sheet, place)
    rows = dict.fromkeys(layout.blocks, ())
    for code, given in (texts or {}).items():
        block = layout.blocks[code]
        items = [["字"] * len(block.text.subfields)] * given if isinstance(given, int) else given
        rows[code] = tuple(
            TextRow(tuple(v), block.sheet, tuple(address(block.first_row + i, c) for c in block.columns), i + 1)
            for i, v in enumerate(items)
        )
    return Submission(
        file=f"{unit}.xlsx",
        sha256=unit,
        pack=pack.id,
        pack_hash=pack.hash,
        form_version=pack.form_version,
        unit=Unit(unit, unit, tier, umbrella),
        period=period,
        modules=all_modules(pack),
        received=datetime(2020, 7, 1),
        cells=cells,
        texts=rows,
        reasons=dict(reasons or {}),
    )


def judged(*submissions: Submission) -> Checked:
    """Return the verdict on submissions of one period."""
    pack = party_building()
    return check(
        pack, {s.unit.code: s for s in submissions}, NOTHING, period=submissions[0].period, modules=all_modules(pack)
    )


def findings_of(values: Mapping[str, Value], rules: Iterable[str] = (), **more: object) -> list[Finding]:
    """Return the findings on one submission, only those of `rules` if any are named."""
    found = judged(submission(values, **more)).findings["U1"]
    wanted = set(rules)
    return [f for f in found if not wanted or f.rule in wanted]


def a_round(path: Path, units: Sequence[Unit], period: str = "2020", **more: object) -> Round:
    """Return a round of the first pack with all modules on."""
    pack = party_building()
    settings: dict[str, object] = {
        "office": "市委党建办",
        "deadline": datetime(2021, 1, 10, 18),
        "previous": None,
        "modules": all_modules(pack),
        "basis": "units",
        "return_on_error": True,
        "switches": (),
        "parameters": (),
    }
    return Round(path=path, pack=pack, period=period, units=tuple(units), **(settings | more))


def collected(round_: Round, *submissions: Submission, stored: Stored | None = None) -> Collection:
    """Return the collection of these submissions, as if they had come in as files."""
    by_digest = {s.sha256: s for s in submissions}
    if len(by_digest) < len(submissions):  # several of a unit: their files tell them apart
        by_digest = {s.file: s for s in submissions}
    earlier = by_unit(stored or {}, {s.unit.code for s in submissions})
    checked = check(
        round_.pack, by_digest, earlier, period=round_.period, modules=round_.modules, switches=round_.switches
    )
    forms = {s.file: Form(s.file, digest, s.unit, s.received) for digest, s in by_digest.items()}
    lots = Lots(round_.pack, [lot_of(by_digest, checked, round_.pack)])
    incoming = Incoming(forms, lots, (), received=len(forms))
    settled = settle(round_, incoming, {file: checked.findings[form.sha256] for file, form in forms.items()})
    return merge(round_, incoming, settled, stored or {})


def by_measure(rows: Iterable[Mapping[str, object]]) -> Stored:
    """Return figures of earlier rounds told one by one, `measure` among the rest."""
    measures: dict[Measure, list[dict[str, object]]] = {}
    for row in rows:
        rest = dict(row)
        measures.setdefault(rest.pop("measure"), []).append(rest)
    return {measure: pd.DataFrame(figures) for measure, figures in measures.items()}


def chosen(collection: Collection, wanted: Callable[[Pick], bool] = lambda p: True, **typed: str) -> tuple[Pick, ...]:
    """Return the picks of a round whose office chose every item that is `wanted`, with these words typed to it."""
    desk = open_desk(collection)
    decided = {p.key: {"used": "是", **typed} for p in desk.picks if wanted(p)}
    return set_picks(collection, desk, decided).picks


def plan(round_: Round, unit: Unit) -> Plan:
    """Return the plan of a unit's form."""
    return Plan(round_, unit)


def office(path: Path, to: str, folder: Path) -> Path:
    """Convert a file with a throw-away headless LibreOffice; the outside judge of what we write."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [
                "soffice",
                "--headless",
                "--norestore",
                f"-env:UserInstallation=file://{profile}",
                "--convert-to",
                to,
                "--outdir",
                str(folder),
                str(path),
            ],
            capture_output=True,
            timeout=180,
            check=False,
        )
    target = folder / f"{path.stem}.{to.split(':', maxsplit=1)[0]}"
    assert target.is_file(), done.stderr.decode(errors="replace")
    return target
