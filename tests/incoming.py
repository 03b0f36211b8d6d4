"""Files as they come in: blank forms, packages made by hand, a round that takes them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

from helpers import NOTHING, a_round, party_building, plan

from workbook.collect import collect
from workbook.form.book import write_form
from workbook.form.content import Figure, blank_contents
from workbook.model import Receipt, Round, Unit
from workbook.round import IN, MEMORY

UNIT = Unit("X01", "青禾县", "county")


def form(folder: Path, unit: Unit = UNIT) -> Path:
    round_ = a_round(folder, [unit], "2020H1")
    path = folder / f"{unit.code}_{unit.name}.xlsx"
    write_form(path, round_, plan(round_, unit), blank_contents(round_, NOTHING)[unit.code])
    return path


def package(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            part = zipfile.ZipInfo(name)  # of a fixed date: the same parts give the same bytes
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, content)
    return buffer.getvalue()


def lenient(folder: Path) -> Round:
    """Return a round of one unit from which nothing is required, so that a blank form is a good one."""
    pack = party_building()
    asked = replace(
        pack,
        rules={c: r for c, r in pack.rules.items() if c == "R001"},
        indicators={c: replace(i, required=False) for c, i in pack.indicators.items()},
        texts={c: replace(t, required=False) for c, t in pack.texts.items()},
    )
    return replace(a_round(folder, [UNIT], "2020H1"), pack=asked)


def filled(folder: Path, **figures: Figure) -> bytes:
    """Return a form of the unit with these figures, as its clerk sends it."""
    round_ = a_round(folder, [UNIT], "2020H1")
    blank = blank_contents(round_, NOTHING)[UNIT.code]
    entries = {**blank.entries, **{(code, "value"): v for code, v in figures.items()}}
    path = folder / "filled.xlsx"
    write_form(path, round_, plan(round_, UNIT), replace(blank, entries=entries))
    data = path.read_bytes()
    path.unlink()
    return data


def taken(tmp_path: Path, files: dict[str, bytes]) -> dict[str, Receipt]:
    """Return the receipts of a round of one unit, its books balanced and 收件 as it was."""
    round_ = lenient(tmp_path)
    for name, content in files.items():
        path = tmp_path / IN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    collection, _ = collect(round_)
    assert collection is not None
    assert collection.balance.balanced
    assert collection.balance.received == len(collection.receipts)
    written = (p for p in tmp_path.rglob("*") if p.is_file() and MEMORY not in p.parts)
    assert sorted(written) == sorted(tmp_path / IN / n for n in files)
    return {r.file: r for r in collection.receipts}
