"""规则运行: how every rule fared; what must be looked at stands on top; switches are told everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
from helpers import a_round, collected, party_building, submission

from exporters.consolidated.book import write_book
from exporters.consolidated.rules import rule_runs
from exporters.consolidated.status import run_lines
from exporters.results import Results, summary
from workbook.checks.rules import Tally
from workbook.collection import Collection
from workbook.model import Switch, Unit

NONE: frozenset[str] = frozenset()
GOOD = {"BASE_INSERVICE": 5, "BASE_MEMBERS": 9}
BAD = {"BASE_INSERVICE": 9, "BASE_MEMBERS": 5}  # breaks R001
PLAIN_FILL = "00000000"


def judged(rows: Sequence[Mapping[str, object]], folder: Path = Path("nowhere"), **more: object) -> Collection:
    """Return the collection of counties that report these values; `reasons` go with every form."""
    reasons = more.pop("reasons", None)
    units = [Unit(f"X{n}", f"第{n}县", "county") for n in range(len(rows))]
    forms = [submission(v, unit=u.code, reasons=reasons) for u, v in zip(units, rows, strict=True)]
    return collected(a_round(folder, units, **({"return_on_error": False} | more)), *forms)


def report(collection: Collection, folder: Path, hidden: frozenset[str] = NONE) -> dict[str, dict[str, object]]:
    """Return rule -> heading -> value of 规则运行, in the order of the sheet, with the fill of its first cell."""
    write_book(folder / "book.xlsx", collection, hidden)
    sheet = openpyxl.load_workbook(folder / "book.xlsx")["规则运行"]
    top = next(r for r in range(1, 20) if sheet.cell(r, 2).value == "规则")
    heads = [str(c.value) for c in sheet[top][1:]]
    rows = list(sheet.iter_rows(min_row=top + 1, min_col=2))
    found = {}
    for row in rows:
        values = [None if c.value == "" else c.value for c in row]
        found[str(values[0])] = dict(zip(heads, values, strict=True)) | {"fill": row[0].fill.fgColor.rgb}
    return found


def test_a_rule_has_its_counts_over_all_forms_read(tmp_path: Path) -> None:
    row = report(judged([GOOD, GOOD, BAD, {}]), tmp_path)["R001"]
    counts = ("通过", "不通过", "已说明", "未判断", "故障")
    assert [row[k] for k in counts] == [2, 1, 0, 1, 0]
    assert abs(float(str(row["不通过比例"])) - 100 / 3) < 1e-9


def test_a_rule_nobody_could_be_judged_by_has_no_share(tmp_path: Path) -> None:
    assert report(judged([{}, {}]), tmp_path)["R001"]["不通过比例"] is None


def test_written_reasons_are_counted_beside_the_failures(tmp_path: Path) -> None:
    doubled = {"BASE_MEMBERS": 500, "prev(BASE_MEMBERS)": 100}
    collection = judged([doubled, doubled], reasons={"R105": "两个支部整建制转入"})
    row = report(collection, tmp_path)["R105"]
    assert (row["不通过"], row["已说明"]) == (2, 2)


def test_a_rule_that_fails_on_more_than_three_in_ten_is_marked(tmp_path: Path) -> None:
    row = report(judged([GOOD] * 6 + [BAD] * 3), tmp_path)["R001"]
    assert row["备注"] == "不通过比例高，请核对规则是否合适"
    assert row["fill"] != PLAIN_FILL


def test_three_in_ten_and_few_forms_are_not_yet_noise(tmp_path: Path) -> None:
    for rows in ([GOOD] * 7 + [BAD] * 3, [GOOD] * 4 + [BAD] * 3, [GOOD] * 4 + [BAD] * 3 + [{}] * 5):
        row = report(judged(rows), tmp_path)["R001"]
        assert (row["备注"], row["fill"]) == (None, PLAIN_FILL)


def test_broken_rules_stand_first_then_noisy_ones_then_the_catalogue(tmp_path: Path) -> None:
    collection = judged([GOOD] * 9)
    counts = {"R004": Tally("R004", 9, 0, 0, 2), "R003": Tally("R003", 1, 8, 0, 0)}
    tallies = tuple(counts.get(t.rule, Tally(t.rule, 9, 0, 0, 0)) for t in collection.tallies)
    collection = replace(collection, tallies=tallies)
    rows = report(collection, tmp_path)
    order = [r for r in rows if r in party_building().rules]
    assert order[:4] == ["R004", "R003", "R001", "R002"]
    assert (rows["R004"]["故障"], rows["R004"]["备注"]) == (2, "没能运行，请核对内容包里这条规则的算式")
    assert rows["R004"]["fill"] != PLAIN_FILL


def test_built_in_checks_stand_below_by_their_names(tmp_path: Path) -> None:
    rows = report(judged([GOOD | {"POL_TOPICS": "约三十"}, GOOD]), tmp_path)
    names = list(rows)
    assert (rows["非数字"]["程度"], rows["非数字"]["不通过"]) == ("必须改正", 1)
    assert names.index("非数字") > max(names.index(r) for r in party_building().rules if r in rows)
    assert "缺数说明" not in rows


SWITCHES = (
    Switch("R001", "warning", "口径调整，本期先提示"),
    Switch("R002", "trial", "试用一期"),
    Switch("R003", "off", "本期不收此项"),
)


def test_a_switched_rule_shows_what_is_in_force_and_why(tmp_path: Path) -> None:
    rows = report(judged([GOOD] * 2, switches=SWITCHES), tmp_path)
    assert (rows["R001"]["程度"], rows["R001"]["备注"]) == ("提示", "本期调整为“提示”，理由：口径调整，本期先提示")
    assert rows["R002"]["程度"] == "必须改正（试行）"
    assert (rows["R003"]["程度"], rows["R003"]["通过"]) == ("停用", None)
    assert rows["R003"]["备注"] == "本期调整为“停用”，理由：本期不收此项"


def test_every_output_says_which_switches_apply_in_chinese(tmp_path: Path) -> None:
    collection = judged([GOOD] * 2, switches=SWITCHES)
    line = "本期调整：规则 R003 改为“停用”，理由：本期不收此项"
    assert line in run_lines(collection)
    write_book(tmp_path / "book.xlsx", collection, NONE)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    for name in ("说明", "审核情况", "规则运行"):
        assert line in [c.value for row in book[name].iter_rows() for c in row], name
    told = summary(collection, Results(), [])["switches"]
    assert told[2] == {"rule": "R003", "to": "off", "reason": "本期不收此项"}


def test_rules_on_restricted_items_and_their_switches_stay_in_the_office(tmp_path: Path) -> None:
    pack = party_building()
    hidden = frozenset(c for c, i in pack.indicators.items() if i.sensitive == "restricted")
    switch = Switch("R033", "off", "留置人数本期不比")
    collection = judged([GOOD] * 2, switches=(switch,))
    assert hidden & set(pack.rules["R033"].expression.split())
    assert "R033" in {r.rule.id for r in rule_runs(collection, NONE)}
    assert "R033" not in report(collection, tmp_path, hidden)
    shared = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert not [c.value for s in shared for row in s.iter_rows() for c in row if "留置" in str(c.value)]
