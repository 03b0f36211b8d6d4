"""What the office types into 汇总表 is taken up, follows its items through late resubmissions, and is never lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import a_round, collected, party_building, submission
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.consolidated.book import Beside, write_consolidated
from exporters.narrative.report import of_round
from exporters.narrative.told import plain_text
from exporters.office.alike import groups
from exporters.office.desk import begin_writing, close_desk, keep_copies, open_desk
from exporters.office.picks import Pick
from workbook.collection import Collection
from workbook.model import Pack, Submission, Unit
from workbook.reading.values import clean
from workbook.round import PICKS_FILE, RESULTS

BOOK, OFFICE = "汇总表.xlsx", "汇总表（本室留存）.xlsx"
UNITS = [Unit("X1", "青禾县", "county"), Unit("X2", "云坪县", "county"), Unit("S1", "市教育局", "organ")]
LIST = ["责任清单按农时排定", "把责任清单贴到村口，办完一件销一件。"]
HALL = ["议事厅搬到田头", "每月在田头开一次议事会，当场答复。"]
FEW = ["党员底数不清", "外出务工党员流动快，底数不清，组织关系转接慢。", "基层组织与党员队伍"]
TOO = ["流动党员底数不清", "孵化器党员流动快，底数不清，组织关系转接不及时。", "基层组织与党员队伍"]
FAR = ["后备干部偏少", "村级后备干部年龄偏大。", "基层组织与党员队伍"]
Texts = dict[str, dict[str, list[list[str]]]]
TWO: Texts = {"X1": {"TXT_PRACTICE_POL": [LIST]}, "X2": {"TXT_PRACTICE_POL": [HALL]}}


@cache
def few_indicators() -> Pack:
    """Return the first pack with a section's indicators only: a workbook of it is written in no time."""
    pack = party_building()
    kept = {c: i for c, i in pack.indicators.items() if i.section == "基本情况" or i.sensitive == "restricted"}
    return replace(pack, indicators=dict(list(kept.items())[:12]), rules={}, headline=())


def city(path: Path, texts: Texts, pack: Pack | None = None) -> Collection:
    """Return a round in which these units wrote these texts, the others nothing."""
    pack = pack or few_indicators()
    units = [u for u in UNITS if u.code in texts]
    forms = [replace(_form(u, texts[u.code], pack), unit=u) for u in units]
    return collected(replace(a_round(path, UNITS, "2020H1", return_on_error=False), pack=pack), *forms)


def _form(unit: Unit, texts: dict[str, list[list[str]]], pack: Pack) -> Submission:
    return submission({}, unit=unit.code, tier=unit.tier, texts=_whole(texts), period="2020H1", pack=pack)


def _whole(texts: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
    width = {"TXT_PRACTICE_POL": 2, "TXT_PROBLEMS": 3, "TXT_DOCS_ISSUED": 5}
    return {code: [row + [""] * (width[code] - len(row)) for row in rows] for code, rows in texts.items()}


class Sheet:
    """A sheet with columns to type in, worked on as a person does: rows by what stands in them, columns by heading."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        rows = list(sheet.iter_rows(max_row=8))
        self.head = next(row for row in rows if any(c.value in ("采用", "本室备注") for c in row))

    def column(self, heading: str) -> int:
        return next(c.column for c in self.head if c.value == heading)

    def row(self, found: str) -> int:
        """Return the row in which a text stands in some cell, be it as what a link shows."""
        rows, linked = self.sheet.iter_rows(min_row=self.head[0].row + 1), f',"{found}")'
        return next(r[0].row for r in rows if any(c.value == found or str(c.value).endswith(linked) for c in r))

    def get(self, found: str, heading: str) -> object:
        return self.sheet.cell(self.row(found), self.column(heading)).value

    def put(self, found: str, heading: str, value: object) -> None:
        cell = self.sheet.cell(self.row(found), self.column(heading))
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # a text, whatever it begins with


def typed(folder: Path, work: Callable[[Sheet], None], sheet: str = "选材", book: str = BOOK) -> None:
    """Have a person work on one sheet and save the workbook."""
    path = folder / RESULTS / book
    opened = openpyxl.load_workbook(path)
    work(Sheet(opened[sheet]))
    opened.save(path)


def choices(folder: Path) -> Sheet:
    return Sheet(openpyxl.load_workbook(folder / RESULTS / BOOK)["选材"])


def run(folder: Path, texts: Texts) -> list[str]:
    """Write the workbooks as a consolidation does; return what it tells."""
    collection = city(folder, texts)
    desk = open_desk(collection)
    told = [*desk.told, *keep_copies(desk)]
    begin_writing(collection, desk)
    write_consolidated(collection, Beside(desk=desk))
    close_desk(collection, desk)
    return told


def report(folder: Path, texts: Texts) -> str:
    collection = city(folder, texts, party_building())
    picks = open_desk(collection).picks
    return plain_text(list(of_round(collection, collection.round.pack.genres["city_merge"], picks).lines))


def pick_of(folder: Path, texts: Texts, unit: str) -> Pick:
    (found,) = [p for p in open_desk(city(folder, texts)).picks if p.unit.code == unit]
    return found


def test_what_was_typed_is_printed_and_stands_there_after_the_next_run(tmp_path: Path) -> None:
    run(tmp_path, TWO)

    def work(sheet: Sheet) -> None:
        sheet.put("青禾县", "采用", "是")
        sheet.put("青禾县", "顺序", 1)
        sheet.put("青禾县", "改写后的文字", "清单上墙，逐件销号。")
        sheet.put("青禾县", "署名", "青禾县委")
        sheet.put("云坪县", "本室备注", "再核实一下")

    typed(tmp_path, work)
    assert "青禾县委清单上墙，逐件销号。" in report(tmp_path, TWO)
    for _ in range(2):
        run(tmp_path, TWO)
        sheet = choices(tmp_path)
        heads = ("采用", "顺序", "改写后的文字", "署名")
        assert [sheet.get("青禾县", h) for h in heads] == ["是", 1, "清单上墙，逐件销号。", "青禾县委"]
        assert sheet.get("云坪县", "本室备注") == "再核实一下"
    text = report(tmp_path, TWO)
    assert "责任清单贴到村口" not in text
    assert "议事会" not in text


def test_a_choice_follows_its_item_when_the_unit_changes_the_words(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "采用", "是"))
    later: Texts = {**TWO, "X1": {"TXT_PRACTICE_POL": [["新的一条", "别的做法。"], [LIST[0], "清单改成了台账。"]]}}
    told = run(tmp_path, later)
    assert any("1 条单位重报时改过" in line for line in told)
    sheet = choices(tmp_path)
    assert sheet.get("清单改成了台账。", "提示") == "原文已改"
    assert sheet.get("清单改成了台账。", "采用") == "是"
    assert LIST[1] in str(sheet.get("清单改成了台账。", "改动前的原文"))
    assert sheet.get("新的一条", "提示") == "新"
    assert sheet.get("新的一条", "采用") is None
    assert "清单改成了台账。" in report(tmp_path, later)


def test_the_hint_stays_until_a_person_takes_it_away(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "采用", "是"))
    later: Texts = {**TWO, "X1": {"TXT_PRACTICE_POL": [[LIST[0], "清单改成了台账。"]]}}
    for _ in range(3):
        run(tmp_path, later)
        assert choices(tmp_path).get("青禾县", "提示") == "原文已改"
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "提示", None))
    run(tmp_path, later)
    sheet = choices(tmp_path)
    assert (sheet.get("青禾县", "提示"), sheet.get("青禾县", "采用")) == (None, "是")
    assert sheet.get("青禾县", "改动前的原文") is None


def test_a_choice_whose_item_is_gone_is_shown_and_not_printed(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "采用", "是"))
    later: Texts = {"X2": TWO["X2"], "X1": {}}
    run(tmp_path, later)
    assert choices(tmp_path).get("青禾县", "提示") == "原文已撤"
    assert "责任清单" not in report(tmp_path, later)
    whole = city(tmp_path, later, party_building())
    dropped = of_round(whole, whole.round.pack.genres["city_merge"], open_desk(whole).picks).dropped
    assert any("责任清单按农时排定" in d.clause for d in dropped)
    run(tmp_path, TWO)
    assert pick_of(tmp_path, TWO, "X1").used  # it came back, and so did the choice


def test_words_typed_over_the_units_own_are_wording(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "内容", "清单贴在村口，一件一销。"))
    run(tmp_path, TWO)
    sheet = choices(tmp_path)
    assert sheet.get("青禾县", "内容") == LIST[1]
    assert sheet.get("青禾县", "改写后的文字") == "清单贴在村口，一件一销。"


def test_rows_may_be_sorted_copied_and_deleted(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "采用", "是"))
    run(tmp_path, TWO)

    def shuffle(sheet: Sheet) -> None:
        rows = [[c.value for c in row] for row in sheet.sheet.iter_rows(min_row=sheet.head[0].row + 1)]
        sheet.put("云坪县", "采用", "是")
        first = [c.value for c in sheet.sheet[sheet.row("云坪县")]]
        sheet.sheet.delete_rows(sheet.head[0].row + 1, len(rows))
        sheet.sheet.append(first)
        sheet.sheet.append([v if v != "是" else None for v in first])

    typed(tmp_path, shuffle)
    run(tmp_path, TWO)
    sheet = choices(tmp_path)
    assert [sheet.get(u, "采用") for u in ("青禾县", "云坪县")] == ["是", "是"]


def test_merged_problems_are_printed_once_with_the_units_behind_them(tmp_path: Path) -> None:
    texts: Texts = {u: {"TXT_PROBLEMS": [p]} for u, p in (("X1", FEW), ("S1", TOO), ("X2", FAR))}
    run(tmp_path, texts)
    sheet = choices(tmp_path)
    assert sheet.get("青禾县", "相近") == sheet.get("市教育局", "相近") == "第1组"
    assert sheet.get("云坪县", "相近") is None
    assert sheet.get("青禾县", "单位数") == 2

    def work(sheet: Sheet) -> None:
        for unit in ("青禾县", "市教育局"):
            sheet.put(unit, "归并", "甲")
        sheet.put("青禾县", "采用", "是")
        sheet.put("青禾县", "改写后的文字", "流动党员底数不清。")

    typed(tmp_path, work)
    assert "其中，2个单位反映，流动党员底数不清。" in report(tmp_path, texts)
    assert "孵化器" not in report(tmp_path, texts)


def test_a_list_without_an_editor_is_printed_but_for_what_the_office_leaves_out(tmp_path: Path) -> None:
    documents = [["关于学习的通知", "〔2020〕1号"], ["关于活动的方案", "〔2020〕2号"]]
    texts: Texts = {"X1": {"TXT_DOCS_ISSUED": documents}}
    run(tmp_path, texts)
    assert choices(tmp_path).get("关于学习的通知", "采用") == "是"
    typed(tmp_path, lambda sheet: sheet.put("关于学习的通知", "采用", "否"))
    run(tmp_path, texts)
    assert choices(tmp_path).get("关于学习的通知", "采用") == "否"
    text = report(tmp_path, texts)
    assert "关于学习的通知" not in text
    assert "关于活动的方案" in text


@pytest.mark.parametrize(("sheet", "row"), [("分级汇总", "党员总数"), ("基本情况", "青禾县"), ("报送情况", "云坪县")])
def test_a_note_typed_beside_a_figure_stays(tmp_path: Path, sheet: str, row: str) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda s: s.put(row, "本室备注", "=已电话核实"), sheet)
    for _ in range(2):
        run(tmp_path, TWO)
        assert Sheet(openpyxl.load_workbook(tmp_path / RESULTS / BOOK)[sheet]).get(row, "本室备注") == "=已电话核实"
    typed(tmp_path, lambda s: s.put(row, "本室备注", None), sheet)
    run(tmp_path, TWO)
    assert Sheet(openpyxl.load_workbook(tmp_path / RESULTS / BOOK)[sheet]).get(row, "本室备注") is None


def test_a_note_in_the_office_copy_stays_in_the_office_copy(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda s: s.put("党员总数", "本室备注", "只供本室"), "分级汇总", OFFICE)
    run(tmp_path, TWO)
    books = {name: openpyxl.load_workbook(tmp_path / RESULTS / name)["分级汇总"] for name in (BOOK, OFFICE)}
    assert Sheet(books[OFFICE]).get("党员总数", "本室备注") == "只供本室"
    assert Sheet(books[BOOK]).get("党员总数", "本室备注") is None


def test_a_workbook_that_cannot_be_read_costs_nobody_a_choice(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "采用", "是"))
    run(tmp_path, TWO)
    broken = b"PK\x03\x04 not a workbook any more"
    (tmp_path / RESULTS / BOOK).write_bytes(broken)
    told = run(tmp_path, TWO)
    assert any("读不出来" in line for line in told)
    assert choices(tmp_path).get("青禾县", "采用") == "是"
    assert [p.read_bytes() for p in (tmp_path / RESULTS / "旧表").glob("汇总表 *")].count(broken) == 1
    (tmp_path / RESULTS / BOOK).unlink()
    run(tmp_path, TWO)
    assert choices(tmp_path).get("青禾县", "采用") == "是"


def test_a_sheet_without_its_hidden_column_is_told_and_costs_nobody_a_choice(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "采用", "是"))
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.sheet.delete_cols(sheet.column("标识")))
    assert any("“选材”" in line and "标识" in line for line in run(tmp_path, TWO))
    assert choices(tmp_path).get("青禾县", "采用") == "是"


def test_what_people_saved_is_kept_before_it_is_written_over(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    assert not (tmp_path / RESULTS / "旧表").exists()
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "采用", "是"))
    saved = (tmp_path / RESULTS / BOOK).read_bytes()
    told = run(tmp_path, TWO)
    (copy,) = (tmp_path / RESULTS / "旧表").iterdir()
    assert copy.read_bytes() == saved
    assert any(copy.name in line for line in told)
    run(tmp_path, TWO)
    assert list((tmp_path / RESULTS / "旧表").iterdir()) == [copy]  # nobody saved anything since


def test_a_run_killed_before_it_remembers_loses_nothing(tmp_path: Path) -> None:
    run(tmp_path, TWO)
    typed(tmp_path, lambda sheet: sheet.put("青禾县", "采用", "是"))
    memory = (tmp_path / ".huibao" / "desk.json").read_bytes()
    run(tmp_path, TWO)
    (tmp_path / ".huibao" / "desk.json").write_bytes(memory)  # as if power had failed after the workbook was written
    run(tmp_path, TWO)
    assert choices(tmp_path).get("青禾县", "采用") == "是"
    (tmp_path / ".huibao" / "desk.json").write_text("{", encoding="utf-8")
    run(tmp_path, TWO)
    assert choices(tmp_path).get("青禾县", "采用") == "是"


def test_choices_of_the_old_file_are_taken_up_once(tmp_path: Path) -> None:
    old = "采用,顺序,单位代码,单位名称,文字项代码,文字项,序号,标题,内容,改写后的文字\n"
    line = "是,2,X1,青禾县,TXT_PRACTICE_POL,政治建设典型做法,1,责任清单按农时排定,……,改过的话。\n"
    (tmp_path / PICKS_FILE).write_text(old + line, encoding="utf-8-sig")
    assert any("选材.csv" in t for t in run(tmp_path, TWO))
    sheet = choices(tmp_path)
    assert [sheet.get("青禾县", h) for h in ("采用", "顺序", "改写后的文字")] == ["是", 2, "改过的话。"]
    assert not (tmp_path / PICKS_FILE).exists()
    assert (tmp_path / RESULTS / "旧表" / PICKS_FILE).is_file()
    assert not any("选材.csv" in t for t in run(tmp_path, TWO))


def test_an_old_file_that_cannot_be_read_is_left_where_it_is(tmp_path: Path) -> None:
    (tmp_path / PICKS_FILE).write_text("采用,单位代码\n是,X1\n", encoding="utf-8-sig")
    run(tmp_path, TWO)
    assert (tmp_path / PICKS_FILE).is_file()


def test_restricted_texts_cannot_be_chosen(tmp_path: Path) -> None:
    texts: Texts = {"X1": {"TXT_PRACTICE_POL": [LIST]}}
    picks = open_desk(city(tmp_path, texts)).picks
    assert {p.text.sensitive for p in picks} == {"none"}


@given(words=st.lists(st.text(min_size=1, max_size=60).map(clean), min_size=4, max_size=4))
@settings(max_examples=6, deadline=None)
def test_any_words_typed_come_back_as_typed(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("round")
    one: Texts = {"X1": TWO["X1"]}
    run(folder, one)
    heads = dict(zip(("改写后的标题", "改写后的文字", "署名", "本室备注"), words, strict=True))

    def work(sheet: Sheet) -> None:
        for head, word in heads.items():
            sheet.put("青禾县", head, word)

    typed(folder, work)
    run(folder, one)
    sheet = choices(folder)
    assert {head: sheet.get("青禾县", head) or "" for head in heads} == heads


def test_like_texts_are_grouped_and_others_stand_alone() -> None:
    assert groups([f"{t[0]}，{t[1]}" for t in (FEW, FAR, TOO)]) == [0, 1, 0]
    assert groups([]) == []
    assert groups(["", "", "一"]) == [0, 1, 2]


@given(st.lists(st.text("党员底数不清流动组织", max_size=12), max_size=12))
def test_groups_are_numbered_by_their_first_text(texts: list[str]) -> None:
    found = groups(texts)
    assert len(found) == len(texts)
    assert list(dict.fromkeys(found)) == list(range(len(set(found))))
