"""Receiving: every file gets its receipt, the latest valid version counts, the books balance."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from helpers import NOTHING, a_round, collected, party_building, plan, submission

from exporters.demo.run import DemoRound
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.model import Unit
from workbook.receive import take_in
from workbook.round import IN

UNITS = [Unit("X1", "甲县", "county"), Unit("X2", "乙县", "county")]
GOOD: dict[str, object] = {"BASE_MEMBERS": 100, "BASE_INSERVICE": 90}
BAD: dict[str, object] = {"BASE_MEMBERS": 100, "BASE_INSERVICE": 110}


def versions(*forms: tuple[str, dict[str, object]]) -> dict[str, str]:
    """Return what becomes of versions of one unit received one after another, errors other than R001 forgiven."""
    round_ = a_round(Path("nowhere"), UNITS)
    read = []
    for number, (name, values) in enumerate(forms):
        s = submission(values, unit="X1")
        moment = datetime(2021, 1, 1) + timedelta(hours=number)
        read.append(replace(s, file=name, sha256=name, received=moment, unit=UNITS[0]))
    optional = {c: replace(i, required=False) for c, i in party_building().indicators.items()}
    texts = {c: replace(t, required=False) for c, t in party_building().texts.items()}
    rules = {"R001": party_building().rules["R001"]}
    pack = replace(party_building(), indicators=optional, texts=texts, rules=rules)
    collection = collected(replace(round_, pack=pack), *read)
    states = {r.file: r.state for r in collection.receipts}
    return states | {"X1": collection.states["X1"]}


def test_a_valid_later_version_supersedes_the_earlier() -> None:
    assert versions(("v1", GOOD), ("v2", GOOD)) == {"v1": "superseded", "v2": "used", "X1": "accepted"}


def test_an_invalid_later_version_never_displaces_a_valid_one() -> None:
    assert versions(("v1", GOOD), ("v2", BAD)) == {"v1": "used", "v2": "rejected", "X1": "accepted"}


def test_a_corrected_version_is_used_and_the_first_stays_rejected() -> None:
    assert versions(("v1", BAD), ("v2", GOOD)) == {"v1": "rejected", "v2": "used", "X1": "accepted"}


def test_a_unit_with_only_rejected_files_is_returned() -> None:
    assert versions(("v1", BAD)) == {"v1": "rejected", "X1": "returned"}


def test_foreign_files_get_receipts_and_never_stop_a_run(tmp_path: Path) -> None:
    round_ = a_round(tmp_path, UNITS, "2020H1")
    folder = tmp_path / IN / "子文件夹"
    folder.mkdir(parents=True)
    content = blank_contents(round_, NOTHING)
    good = folder / "随便什么名字.xlsx"
    write_form(good, round_, plan(round_, UNITS[0]), content["X1"])
    shutil.copyfile(good, tmp_path / IN / "同一份.xlsx")
    elsewhere = a_round(tmp_path, [Unit("Z9", "外县", "county")], "2020H1")
    write_form(folder / "外县.xlsx", elsewhere, plan(elsewhere, UNITS[0]), blank_contents(elsewhere, NOTHING)["Z9"])
    last_year = replace(round_, period="2019H1")
    write_form(folder / "去年.xlsx", last_year, plan(last_year, UNITS[0]), content["X2"])
    (folder / "空.xlsx").write_bytes(b"")
    (folder / "乙县扫描.pdf").write_bytes(b"%PDF-1.4")
    (folder / "~$打开着.xlsx").write_bytes(b"lock")
    (folder / ("很长的名字" * 10 + ".docx")).write_bytes(b"PK\x03\x04")
    incoming = take_in(round_)
    assert len(incoming.forms) == 1
    states = sorted((r.state, r.unit) for r in incoming.receipts)
    assert states == [
        ("attached", "X2"),
        ("duplicate", "X1"),
        ("rejected", "X2"),
        ("rejected", "Z9"),
        ("unrecognised", ""),
        ("unrecognised", ""),
        ("unrecognised", ""),
    ]
    assert all(r.note and (r.remedy or r.state == "duplicate") for r in incoming.receipts)


def test_the_demo_has_every_mishap_and_balances(demo: dict[str, DemoRound]) -> None:
    for entry in demo.values():
        assert entry.collection.balance.balanced
    told = demo["2020H1"].collection
    assert told.balance.units == {"accepted": 27, "returned": 3, "missing": 5}
    assert told.balance.files == {
        "used": 27,
        "rejected": 4,
        "superseded": 1,
        "duplicate": 0,
        "attached": 1,
        "unrecognised": 1,
    }
    late = [r.unit for r in told.receipts if "迟报" in r.note]
    assert late == ["Q03"]
    for period in ("2019H1", "2019", "2020"):
        assert demo[period].collection.balance.units["accepted"] == 35


def test_demo_findings_are_only_those_the_story_tells(demo: dict[str, DemoRound]) -> None:
    for period in ("2019H1", "2019"):
        assert demo[period].collection.findings == ()
    units = {f.unit for _, f in demo["2020H1"].collection.findings}
    assert units == {"S09", "S13", "X04", "Q02"}
    explained = [f for _, f in demo["2020H1"].collection.findings if f.reason]
    assert [f.rule for f in explained] == ["R107"]


@pytest.mark.parametrize("file", ["round.toml", "units.csv"])
def test_a_broken_settings_file_is_told_with_its_line(
    file: str, tmp_path: Path, demo_folder: Path, demo: object
) -> None:
    from workbook.round import load_round

    target = tmp_path / "round"
    target.mkdir()
    for name in ("round.toml", "units.csv"):
        shutil.copyfile(demo_folder / "2020H1" / name, target / name)
    text = (target / file).read_text(encoding="utf-8-sig")
    broken = (
        text.replace("period = ", "period ") if file == "round.toml" else text.replace("X02,云坪县,县", "X01,云坪县,乡")
    )
    (target / file).write_text(broken, encoding="utf-8")
    round_, defects = load_round(target)
    assert round_ is None
    assert [(d.file, d.line > 1) for d in defects] == [(file, True)]
    assert os.path.isdir(target)
