"""Files as they come in: blank forms, packages made by hand, a round that takes them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

from helpers import NOTHING, a_round, party_building, plan

from workbook.collect import collect
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.model import Receipt, Unit
from workbook.round import IN

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
            target.writestr(name, content)
    return buffer.getvalue()


def taken(tmp_path: Path, files: dict[str, bytes]) -> dict[str, Receipt]:
    """Return the receipts of a round of one unit, its books balanced and 收件 as it was."""
    pack = party_building()
    lenient = replace(
        pack,
        rules={},
        indicators={c: replace(i, required=False) for c, i in pack.indicators.items()},
        texts={c: replace(t, required=False) for c, t in pack.texts.items()},
    )
    round_ = replace(a_round(tmp_path, [UNIT], "2020H1"), pack=lenient)
    for name, content in files.items():
        path = tmp_path / IN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    collection, _ = collect(round_)
    assert collection is not None
    assert collection.balance.balanced
    assert collection.balance.received == len(collection.receipts)
    assert sorted(p for p in tmp_path.rglob("*") if p.is_file()) == sorted(tmp_path / IN / n for n in files)
    return {r.file: r for r in collection.receipts}
