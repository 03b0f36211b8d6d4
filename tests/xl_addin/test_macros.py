"""Every button, pressed in a real LibreOffice on real forms: the macros themselves, with the public API of xlwings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import xlwings as xw
from bench.memory import below, pss
from edits import type_over
from in_word import changed
from office import running_office
from person import Person
from sealing import a_small_round, filled, received

import xl_addin.macros
from exporters.desk import check_files
from workbook.model import Round
from workbook.reading.submission import read_submission
from workbook.round import IN, RESULTS
from workbook.seal import seal_state
from xl_addin.buttons import BUTTONS
from xl_addin.libreoffice.engine import attach
from xl_addin.own_folder import log_file
from xl_addin.settings import Settings

RESULT, KEPT, REASONS = "审核结果", "huibao_marks", "变动说明"
FUND, DEVELOPED = "ORG_COLL_FUND", "ORG_DEVELOPED"


@pytest.fixture(scope="module")
def app() -> Iterator[xw.App]:
    with running_office() as context:
        yield attach(context)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the person's own folder, where the buttons keep what they remember."""
    folder = tmp_path / "张三"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def person(app: xw.App, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    yield Person(app, monkeypatch)
    for book in list(app.books):
        book.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Round, list[Path]]:
    """Return a round of two units, and their forms, which pass."""
    round_ = a_small_round(tmp_path_factory.mktemp("made"))
    return round_, filled(round_)


@pytest.fixture
def form(made: tuple[Round, list[Path]], tmp_path: Path) -> Path:
    return Path(shutil.copy(made[1][0], tmp_path / "青禾县的表.xlsx"))


@pytest.fixture
def round_(made: tuple[Round, list[Path]], tmp_path: Path) -> Round:
    """Return the round on the disk, both forms in 收件."""
    return received(tmp_path / "一期" / "2020H1", made[1])


def cell(book: xw.Book, path: Path, code: str) -> xw.Range:
    """Return the cell of an indicator in an open form."""
    found = read_submission(path).cells[code, "value"]
    return book.sheets[found.sheet].range(found.address)


def listed(book: xw.Book) -> list[list[object]]:
    """Return the rows of the list by their columns."""
    rows = book.sheets[RESULT].used_range.options(ndim=2, empty="").value
    head = next(n for n, row in enumerate(rows) if row[0] == "序号")
    return [row[:7] for row in rows[head + 1 :]]


def test_every_button_has_a_macro_that_says_what_it_does() -> None:
    for button in BUTTONS:
        assert getattr(xl_addin.macros, button.id).__doc__, button.id


def test_a_form_that_passes_is_told_so_and_stays_as_it_is(person: Person, form: Path) -> None:
    before = form.read_bytes()
    book = person.app.books.open(form)
    sheets = book.sheet_names
    assert person.press("check_form", book).startswith("审核通过")
    assert book.sheet_names == sheets
    assert form.read_bytes() == before


def test_what_is_wrong_is_coloured_noted_and_listed_with_a_link(person: Person, form: Path) -> None:
    book = person.app.books.open(form)
    at = cell(book, form, FUND)
    at.value = -3
    assert "审核没有通过。必须改正 2 处" in person.press("check_form", book)
    assert at.color == (0xF7, 0xB5, 0xB0)
    assert at.note.text.startswith("【必须改正】扶持村集体经济资金为 -3")
    first = listed(book)[0]
    assert first[:3] == ["1", "必须改正", "低于下限"]
    assert first[3] == f"{at.sheet.name} {at.get_address(False, False)}"
    assert book.sheets.active.name == RESULT


def test_the_button_says_what_the_command_line_says_of_the_saved_file(person: Person, form: Path) -> None:
    book = person.app.books.open(form)
    cell(book, form, FUND).value = -3
    cell(book, form, DEVELOPED).value = "约二百"
    person.press("check_form", book)
    shown = [(row[1], row[3], row[4], row[5]) for row in listed(book)]
    person.press("clear_marks", book)
    book.save()
    (result,), _, _ = check_files([form])
    words = {"error": "必须改正", "confirm": "须说明", "warning": "提示"}
    told = [
        (words[f["severity"]], f"{f['sheet']} {f['cell']}", f["message"], f["remedy"])
        for f in result["findings"]
        if not f["trial"]
    ]
    assert sorted(shown) == sorted(told)
    assert len(told) > 2


def test_pressing_twice_marks_once_and_clearing_restores_colour_and_note(person: Person, form: Path) -> None:
    book = person.app.books.open(form)
    at = cell(book, form, FUND)
    was, own = at.color, "去年的数见附件"
    book.sheets[at.sheet.name].api.unprotect("")
    at.add_note(own)
    at.value = -3
    first = person.press("check_form", book)
    assert at.note.text.endswith(own)
    assert person.press("check_form", book) == first
    assert at.note.text.count("【必须改正】") == 1
    assert book.sheet_names.count(RESULT) == 1
    assert "已去掉 2 格的标记" in person.press("clear_marks", book)
    assert (at.color, at.note.text) == (was, own)
    assert {RESULT, KEPT}.isdisjoint(book.sheet_names)
    assert "没有审核时加的标记" in person.press("clear_marks", book)


def test_protection_is_on_again_after_marking(person: Person, form: Path) -> None:
    book = person.app.books.open(form)
    at = cell(book, form, FUND)
    at.value = -3
    person.press("check_form", book)
    assert at.sheet.api.isProtected()


def test_a_sheet_locked_with_a_password_is_not_marked_but_listed(person: Person, form: Path) -> None:
    book = person.app.books.open(form)
    at = cell(book, form, FUND)
    was = at.color
    at.value = -3
    at.sheet.api.unprotect("")
    at.sheet.api.protect("secret")
    person.press("check_form", book)
    assert at.color == was
    assert len(listed(book)) == 2
    assert any("设了密码保护" in str(row[0]) for row in book.sheets[RESULT].used_range.options(ndim=2).value)


def test_reasons_are_asked_for_until_they_are_long_enough_and_written_down(person: Person, form: Path) -> None:
    book = person.app.books.open(form)
    cell(book, form, DEVELOPED).value = 199
    reason = "按县委计划增加了发展名额。"
    told = person.press("check_form", book, ("须说明", True), ("发展党员", "太短"), ("发展党员", reason))
    assert "不少于 8 个字" in person.told[0]
    assert told.startswith("审核通过")
    rows = book.sheets[REASONS].used_range.options(ndim=2, empty="").value
    assert next(row for row in rows if reason in row)
    assert [row[6] for row in listed(book) if row[6]] == [reason]


def test_a_question_that_is_closed_ends_the_asking(person: Person, form: Path) -> None:
    book = person.app.books.open(form)
    cell(book, form, DEVELOPED).value = 199
    assert "还有须说明的" in person.press("check_form", book, ("须说明", True), ("发展党员", None))
    assert "还有须说明的" in person.press("check_form", book, ("须说明", False))


def test_a_sealed_copy_goes_beside_the_form_under_the_standard_name(person: Person, form: Path) -> None:
    book, before = person.app.books.open(form), form.read_bytes()
    at = cell(book, form, FUND)
    value, at.value = at.value, -3
    assert "还不能封存" in person.press("seal_form", book)
    at.value = value
    told = person.press("seal_form", book)
    target = form.parent / "X01_青禾县_2020H1_已封存.xlsx"
    assert str(target) in told
    read = read_submission(target)
    (result,), _, _ = check_files([target])
    assert result["verdict"] == "pass"
    assert read.seal is not None
    assert RESULT not in openpyxl.load_workbook(target).sheetnames
    assert form.read_bytes() == before
    assert person.press("seal_form", book, ("替换", False)) == ""
    assert str(target) in person.press("seal_form", book, ("替换", True))


def test_what_is_sealed_says_so(person: Person, form: Path, made: tuple[Round, list[Path]]) -> None:
    person.press("seal_form", person.app.books.open(form))
    target = form.parent / "X01_青禾县_2020H1_已封存.xlsx"
    assert seal_state(read_submission(target), made[0].pack) == "sealed"
    assert "已经封存" in person.press("seal_form", person.app.books.open(target))


@pytest.mark.parametrize("button", [b.id for b in BUTTONS if b.on_workbook and b.id != "clear_marks"])
def test_on_a_workbook_that_is_no_form_there_is_one_sentence(button: str, person: Person) -> None:
    told = person.press(button, person.app.books.add())
    assert len(person.told) == 1
    assert told.endswith("。")
    assert "日志" not in told


def test_a_form_of_a_version_no_longer_accepted_is_refused_with_what_to_do(person: Person, form: Path) -> None:
    book = openpyxl.load_workbook(form)
    for row in book["huibao"].iter_rows(min_col=1, max_col=2):
        if row[0].value == "form_version":
            row[1].value = "0"
    book.save(form)
    assert "版" in person.press("check_form", person.app.books.open(form))


def test_a_form_opened_to_be_read_only_is_checked_all_the_same(person: Person, form: Path) -> None:
    form.chmod(0o444)
    book = person.app.books.open(form, read_only=True)
    assert person.press("check_form", book).startswith("审核通过")


def test_a_new_round_is_set_up_after_the_one_of_the_last_time(person: Person, round_: Round) -> None:
    Settings().worked_on(round_.path)
    book = person.app.books.add()
    person.press("consolidate", book, ("哪一期", str(round_.path)), ("打开文字报告", False))
    told = person.press(
        "new_round",
        book,
        *(("接着哪一期", "接着 "), ("报告期", "as given"), ("本室名称", "as given"), ("截止日期", "2021-01-10")),
    )
    out = round_.path.parent / "2020" / "下发"
    assert "2 份" in told or "2" in told
    assert (
        sorted(p.name for p in out.iterdir()) == ["X01_青禾县_2020.xlsx", "X04_松岭县_2020.xlsx"]
        or len(list(out.iterdir())) == 2
    )
    assert person.shown == [out]
    assert Settings().rounds[0] == out.parent


def test_consolidating_opens_the_workbook_and_offers_the_report(person: Person, round_: Round) -> None:
    book = person.app.books.add()
    person.press("consolidate", book, ("哪一期", round_.path), ("打开文字报告", True))
    results = round_.path / RESULTS
    assert Path(person.app.books.active.fullname).parent == results
    assert [p.suffix for p in person.shown] == [".docx"]
    assert person.app.status_bar is False
    again = person.app.books.active
    question = [("哪一期", str(round_.path)), ("正打开着", True), ("打开文字报告", False)]
    person.press("consolidate", again, *question)
    assert person.told == []


def test_reports_are_written_of_a_form_and_of_a_round(person: Person, form: Path, round_: Round) -> None:
    person.press("report", person.app.books.open(form), ("打开看", True))
    assert [p.suffix for p in person.shown] == [".docx"]
    assert person.shown[0].parent == form.parent
    book = person.app.books.add()
    person.press("report", book, ("哪一期", round_.path), ("哪一种", "县委"), ("打开看", True))
    assert person.shown[0].is_dir() or person.shown[0].suffix == ".docx"


def test_an_edited_report_is_held_against_its_data(person: Person, round_: Round) -> None:
    book = person.app.books.add()
    person.press("report", book, ("哪一期", round_.path), ("哪一种", "县委"), ("打开看", False))
    report = next((round_.path / RESULTS).rglob("X01_*.docx"))
    told = person.press("reconcile", book, ("要核对的", [report]))
    assert "1" in told
    assert person.app.books.active.name == book.name
    report.write_bytes(changed(report.read_bytes(), type_over("hb:POL_TOPICS@X01.value", "98765")))
    person.press("reconcile", book, ("要核对的", [report]))
    sheet = person.app.books.active.sheets[0]
    assert sheet.name == "核对结果"
    assert any("98765" in [str(v) for v in row] for row in sheet.used_range.options(ndim=2, empty="").value)
    assert len(list(report.parent.glob(f"{report.stem}*.docx"))) == 2


def test_a_total_is_traced_to_its_units_and_a_cell_to_what_it_feeds(person: Person, round_: Round) -> None:
    book = person.app.books.add()
    person.press("consolidate", book, ("哪一期", round_.path), ("打开文字报告", False))
    results = person.app.books.active
    sheet = results.sheets["分级汇总"]
    rows = sheet.used_range.options(ndim=2, empty="").value
    at = next((r, c) for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1) if v == "党员总数")
    total = next(c for c, v in enumerate(rows[at[0] - 1], 1) if isinstance(v, float) and v > 100)
    sheet.activate()
    sheet.range((at[0], total)).select()
    told = person.press("trace", results, ("哪一期", str(round_.path)))
    assert "党员总数" in told
    assert Path(person.app.books.active.fullname).name == "溯源.xlsx"
    path = next((round_.path / IN).glob("X01*"))
    form = person.app.books.open(path)
    at = cell(form, path, "BASE_MEMBERS")
    at.sheet.activate()
    at.select()
    assert "青禾县" in person.press("trace", form, ("哪一期", str(round_.path)))


def test_settings_remember_the_latest_rounds_first_and_forget_them(person: Person, round_: Round) -> None:
    book = person.app.books.add()
    person.press("settings", book, ("记住的各期工作", "加一期"), ("哪一期", round_.path))
    assert Settings().rounds == [round_.path]
    person.press("settings", book, ("记住的各期工作", "打开程序自己的文件夹"))
    assert person.shown == [log_file().parent.parent]
    person.press("settings", book, ("记住的各期工作", "全部忘掉"))
    assert Settings().rounds == []


def test_help_names_every_button_and_about_tells_versions_and_where_the_log_is(person: Person) -> None:
    book = person.app.books.add()
    told = person.press("help", book)
    assert all(f"{b.label}：" in told for b in BUTTONS)
    assert str(log_file()) in person.press("about", book)


def test_an_unforeseen_trouble_is_one_sentence_and_its_traceback_goes_to_the_log(
    person: Person, form: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr("exporters.desk.judge_form", broken)
    told = person.press("check_form", person.app.books.open(form))
    assert str(log_file()) in told
    assert "a bug of ours" in log_file().read_text(encoding="utf-8")
    assert person.app.status_bar is False


def test_a_question_that_is_closed_leaves_everything_as_it_is(person: Person, round_: Round) -> None:
    book = person.app.books.add()
    before = sorted(round_.path.rglob("*"))
    for button, question in (("consolidate", "哪一期"), ("report", "哪一期"), ("new_round", "接着哪一期")):
        assert person.press(button, book, (question, None)) == ""
    assert person.press("reconcile", book, ("要核对的", [])) == ""
    assert sorted(round_.path.rglob("*")) == before


def test_many_forms_opened_checked_and_closed_leave_nothing_behind(person: Person, form: Path) -> None:
    sizes = []
    for _ in range(22):
        book = person.app.books.open(form)
        cell(book, form, FUND).value = -3
        assert "没有通过" in person.press("check_form", book)
        book.close()
        sizes.append(_memory())
    assert len(person.app.books) == 0
    assert sizes[0] > 0
    assert sizes[-1] - sizes[11] < 30  # an open form is 75; ten closed ones leave the office's own 6


def _memory() -> int:
    """Return how many MB the processes hold that this very one started: other tests have their offices meanwhile."""
    return sum(unmapped for _, unmapped in map(pss, below(os.getpid()))) // 1_000_000
