"""Whom to chase and what for: the right units, the right days, words that can be sent, nothing that may not be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from helpers import a_round, collected, party_building, submission
from openxml_audit import OpenXmlValidator

from exporters.chasing import Owed, chasing_json, due, notice, situation, who_owes, write_notice
from exporters.consolidated.book import Beside, write_book, write_consolidated
from exporters.demo.run import DemoRound
from workbook.collection import Collection
from workbook.model import Receipt, Submission, Unit
from workbook.round import RESULTS

UNITS = tuple(Unit(f"X{n}", name, "county", contact=f"电话{n}") for n, name in enumerate(["甲县", "乙县", "丙县"], 1))
DEADLINE = datetime(2021, 1, 10, 18)
AFTER = datetime(2021, 1, 13, 9)
GOOD = {"BASE_MEMBERS": 10}
BAD = {"BASE_MEMBERS": 10, "BASE_INSERVICE": 11}  # R001
UNEXPLAINED = {"BASE_VILLAGES": 5, "prev(BASE_VILLAGES)": 4}  # R106, must be explained
RESTRICTED, INTERNAL = "CAD_SUSPENDED", "DIS_DETAINED"


def round_of(path: Path = Path("nowhere"), **more: object) -> Collection:
    """Return a round in which nothing has come in; two rules, nothing required."""
    pack = party_building()
    simple = replace(
        pack,
        rules={r: pack.rules[r] for r in ("R001", "R106")},
        indicators={c: replace(i, required=False) for c, i in pack.indicators.items()},
        texts={c: replace(t, required=False) for c, t in pack.texts.items()},
    )
    return collected(replace(a_round(path, UNITS, **more), pack=simple))


def gathered(*forms: Submission, path: Path = Path("nowhere"), **more: object) -> Collection:
    return collected(round_of(path, **more).round, *forms)


def form(values: Mapping[str, object], unit: str = "X1", day: int = 5, **more: object) -> Submission:
    sent = submission(values, unit=unit, **more)  # type: ignore[arg-type]
    return replace(sent, file=f"{unit}_{day}.xlsx", received=datetime(2021, 1, day, 12))


def states(collection: Collection, now: datetime = AFTER) -> dict[str, str]:
    return {o.unit.name: o.state for o in who_owes(collection, now)}


def only(collection: Collection, unit: str = "X1") -> Owed:
    (owed,) = [o for o in who_owes(collection, AFTER) if o.unit.code == unit]
    return owed


def told(collection: Collection, unit: str = "X1", unsaid: frozenset[str] = frozenset()) -> str:
    return "\n".join(situation(only(collection, unit), unsaid))


def text(collection: Collection, now: datetime = AFTER) -> str:
    return "\n".join(notice(collection, who_owes(collection, now), now))


def test_who_sent_nothing_or_a_bad_form_is_chased_and_nobody_else() -> None:
    late = form(GOOD, "X1", day=12)
    assert states(gathered(late, form(BAD, "X2"))) == {"乙县": "returned", "丙县": "missing"}


def test_who_corrected_a_returned_form_is_not_chased() -> None:
    assert "甲县" not in states(gathered(form(BAD, day=5), form(GOOD, day=6)))


def test_a_returned_correction_is_chased_though_the_earlier_form_counts() -> None:
    owed = only(gathered(form(GOOD, day=5), form(BAD, day=6)))
    assert (owed.state, owed.in_use, owed.days_overdue) == ("correction", "X1_5.xlsx", None)
    assert situation(owed, frozenset())[0] == (
        "更正件“X1_6.xlsx”已退回，必须改正 1 处；目前采用先前报送的“X1_5.xlsx”。"
    )


def test_an_accepted_form_that_owes_a_reason_is_chased_until_it_is_written() -> None:
    owed = only(gathered(form(UNEXPLAINED)))
    assert (owed.state, owed.count("confirm"), owed.days_overdue) == ("open", 1, None)
    assert "甲县" not in states(gathered(form(UNEXPLAINED, reasons={"R106": "撤并一个行政村"})))


def test_errors_of_a_form_that_was_accepted_all_the_same_are_chased() -> None:
    collection = gathered(form(BAD), return_on_error=False)
    assert only(collection).state == "open"
    assert "“X1_5.xlsx”已采用，但还有必须改正 1 处。" in told(collection)


def test_findings_in_trial_are_not_owed() -> None:
    collection = gathered(form(UNEXPLAINED))
    trial = tuple((r, replace(f, trial=True)) for r, f in collection.findings)
    assert "甲县" not in states(replace(collection, findings=trial))


@pytest.mark.parametrize(
    ("now", "overdue", "words"),
    [
        (datetime(2021, 1, 7, 23), 0, "还有 3 天"),
        (datetime(2021, 1, 9, 19), 0, "还有 1 天"),
        (datetime(2021, 1, 10, 8), 0, "今天到期"),
        (datetime(2021, 1, 10, 23), 0, "今天到期"),
        (datetime(2021, 1, 11, 0), 1, "逾期 1 天"),
        (datetime(2021, 2, 10, 8), 31, "逾期 31 天"),
    ],
)
def test_days_are_those_of_the_calendar(now: datetime, overdue: int, words: str) -> None:
    owed = who_owes(round_of(), now)[0]
    assert (owed.days_overdue, due(owed.days)) == (overdue, words)
    assert f"2021年1月10日 18:00（{words}）" in text(round_of(), now)


def test_nothing_is_overdue_without_a_deadline() -> None:
    collection = round_of(deadline=None)
    assert [o.days_overdue for o in who_owes(collection, AFTER)] == [None] * 3
    assert "逾期" not in text(collection)
    assert "还没有报齐" in text(collection)


def test_a_file_that_is_no_form_is_named_with_what_it_is() -> None:
    scan = Receipt("甲县.pdf", "", "X1", "attached", datetime(2021, 1, 9, 8, 30), "扫描件，仅存档")
    collection = round_of()
    owed = only(replace(collection, receipts=(scan,)))
    assert (owed.state, owed.came) == ("missing", "2021-01-09 08:30")
    assert situation(owed, frozenset()) == ["收到的“甲县.pdf”不能采用：扫描件，仅存档。"]


def test_a_form_of_another_period_is_returned_without_a_marked_one() -> None:
    old = Receipt("甲县.xlsx", "", "X1", "rejected", datetime(2021, 1, 9), "这是2019年的报表，不是本期的")
    collection = round_of()
    owed = only(replace(collection, receipts=(old,), states={**collection.states, "X1": "returned"}))
    assert (owed.state, owed.marked) == ("returned", "")
    assert situation(owed, frozenset()) == ["“甲县.xlsx”已退回：这是2019年的报表，不是本期的。"]


def test_a_file_that_came_nobody_knows_when_has_no_time() -> None:
    locked = Receipt("甲县.xlsx", "", "X1", "unrecognised", datetime.min, "文件打不开")
    assert only(replace(round_of(), receipts=(locked,))).came == ""


def test_the_first_two_findings_are_told_errors_first_the_rest_counted() -> None:
    many = {**BAD, **UNEXPLAINED, "BASE_RETIRED_BRANCHES": -1}
    lines = told(gathered(form(many))).split("\n")
    assert lines[0] == "“X1_5.xlsx”已退回，必须改正 2 处，须说明 1 处。"
    assert all("基本情况 E" in line for line in lines[1:3])
    assert any("R001：在职党员 11 名，多于党员总数 10 名。" in line for line in lines[1:3])
    assert lines[3:] == ["其余 1 处见“审核意见”。", "发还的表：退回/X1_甲县.xlsx"]


def test_the_text_says_all_that_a_unit_must_know() -> None:
    assert text(gathered(form(GOOD, "X1"), form(BAD, "X2"))) == (
        "关于2020年党建工作报表报送情况的提醒\n\n"
        "2020年党建工作报表的报送截止时间是2021年1月10日 18:00（逾期 3 天）。\n"
        "截至2021年1月13日 09:00，应报 3 个单位，已采用 1 个。以下单位请抓紧办理；报表刚刚发出的，不必重发。\n\n"
        "【未报送】1 个单位\n"
        "请填写本期下发的空表，尽快报送。\n"
        "丙县：没有收到报表。\n\n"
        "【已退回】1 个单位\n"
        "请按发还的表第一页“审核意见”逐条改正，重新报送整份文件。\n"
        "乙县：“X2_5.xlsx”已退回，必须改正 1 处。\n"
        "（1）基本情况 E10，R001：在职党员 11 名，多于党员总数 10 名。\n"
        "发还的表：退回/X2_乙县.xlsx\n\n"
        "有不明白的，请联系市委党建办。\n\n"
        "市委党建办\n"
        "2021年1月13日"
    )


def test_those_that_sent_nothing_share_a_line() -> None:
    assert "甲县、乙县、丙县：没有收到报表。" in text(round_of())


def test_the_text_opens_in_an_old_notepad_and_goes_when_nobody_owes(tmp_path: Path) -> None:
    collection = round_of(tmp_path)
    (path,) = write_notice(collection, who_owes(collection, AFTER), AFTER)
    data = path.read_bytes()
    assert path == tmp_path / RESULTS / "催报.txt"
    assert data.startswith("\ufeff关于".encode())
    assert data.count(b"\r\n") == data.count(b"\n") > 5
    assert write_notice(collection, (), AFTER) == []
    assert list((tmp_path / RESULTS).iterdir()) == []


@pytest.mark.parametrize("code", [RESTRICTED, INTERNAL])
def test_what_is_not_for_everybody_is_counted_but_not_named_in_the_text(code: str) -> None:
    collection = gathered(form({code: -1}))
    name = party_building().indicators[code].name
    assert name in told(collection)
    assert name not in text(collection)
    assert "必须改正 1 处。\n这 1 处见“审核意见”。" in text(collection)


def words(path: Path, sheet: str) -> list[str]:
    return [str(c.value) for row in openpyxl.load_workbook(path)[sheet].iter_rows() for c in row if c.value is not None]


def test_the_sheet_stands_after_the_states_and_is_on_the_cover(tmp_path: Path) -> None:
    collection = gathered(form(BAD))
    path = tmp_path / "book.xlsx"
    write_book(path, collection, frozenset(), Beside(who_owes(collection, AFTER)), office_copy=True)
    assert OpenXmlValidator().validate(path).errors == []
    names = openpyxl.load_workbook(path).sheetnames
    assert names.index("催报") == names.index("报送情况") + 1
    assert "催报" in words(path, "说明")
    rows = list(openpyxl.load_workbook(path)["催报"].iter_rows(min_row=4, min_col=2, values_only=True))
    assert rows[0] == ("单位代码", "单位", "催报原因", "期限", "联系方式", "收到时间", "情况", "请单位做什么")
    assert rows[1][:6] == ("X1", "甲县", "已退回", "逾期 3 天", "电话1", "2021-01-05 12:00")
    assert rows[2][:6] == ("X2", "乙县", "未报送", "逾期 3 天", "电话2", None)


def test_there_is_no_sheet_when_nobody_owes(tmp_path: Path) -> None:
    collection = gathered(*(form(GOOD, u.code) for u in UNITS))
    assert who_owes(collection, AFTER) == ()
    write_book(tmp_path / "book.xlsx", collection, frozenset())
    assert "催报" not in openpyxl.load_workbook(tmp_path / "book.xlsx").sheetnames
    assert "催报" not in words(tmp_path / "book.xlsx", "说明")


def test_the_workbook_to_pass_on_names_no_restricted_item_and_no_telephone(tmp_path: Path) -> None:
    collection = gathered(form({RESTRICTED: -1}, texts={"TXT_INCIDENT_NOTE": [["长" * 400]]}), path=tmp_path)
    shareable, office = write_consolidated(collection, Beside(who_owes(collection, AFTER)))
    pack = party_building()
    for secret in (pack.indicators[RESTRICTED].name, pack.texts["TXT_INCIDENT_NOTE"].name, "电话1"):
        assert any(secret in w for w in words(office, "催报")), secret
        for sheet in ("催报", "审核情况"):
            assert not [w for w in words(shareable, sheet) if secret in w], (sheet, secret)
    assert any("必须改正 2 处" in w for w in words(shareable, "催报"))


def test_whoever_runs_huibao_gets_the_units_to_chase_as_data() -> None:
    collection = gathered(form(BAD), form(GOOD, "X2"))
    assert chasing_json(who_owes(collection, AFTER))[0] == {
        "unit": "X1",
        "name": "甲县",
        "state": "returned",
        "days_overdue": 3,
        "contact": "电话1",
        "file": "X1_5.xlsx",
        "received": "2021-01-05 12:00",
        "errors": 1,
        "confirms": 0,
    }


def test_the_demo_chases_who_did_not_report_and_who_was_returned(demo: dict[str, DemoRound]) -> None:
    entry = demo["2020H1"]
    owed = who_owes(entry.collection, entry.now)
    balance = entry.collection.balance.units
    assert sum(o.state == "missing" for o in owed) == balance["missing"] == 5
    assert sum(o.state == "returned" for o in owed) == balance["returned"] == 3
    folder = entry.collection.round.path / RESULTS
    assert folder / "催报.txt" in entry.outputs
    assert all((folder / o.marked).is_file() for o in owed if o.marked)
    assert not (demo["2020"].collection.round.path / RESULTS / "催报.txt").exists()
