"""Macros written for Excel in LibreOffice: the app, its workbooks and their sheets, by xlwings' public API alone."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings
from office import running_office

from workbook.messages import say
from xl_addin.libreoffice.engine import NoOffice, attach, book_with, connect
from xl_addin.libreoffice.engine.bridge import failure, service, uno

FORM = "一 组织"


# The office and its workbooks


def test_the_app_says_which_engine_it_is(app: xlwings.App) -> None:
    assert app.engine.name == "libreoffice"
    assert xlwings.engines.active.name == "libreoffice"
    assert app.api.supportsService("com.sun.star.frame.Desktop")
    assert app.version.major == 16


def test_attaching_again_gives_the_same_app(app: xlwings.App) -> None:
    assert attach(app.impl.context) == app
    assert list(xlwings.apps) == [app]
    assert xlwings.apps.keys() == [app.pid]
    assert xlwings.apps[app.pid] == app
    assert [e.name for e in xlwings.engines].count("libreoffice") == 1


def test_an_office_is_never_started_from_here(app: xlwings.App) -> None:
    with pytest.raises(xlwings.XlwingsError, match=say("engine.not_started_here")):
        xlwings.App()


def test_without_a_workbook_one_sentence_says_so(app: xlwings.App) -> None:
    assert len(app.books) == 0
    assert app.selection is None
    with pytest.raises(xlwings.XlwingsError, match=say("engine.no_workbook")):
        _ = app.books.active


def test_the_active_workbook_is_the_one_activated_last(app: xlwings.App, book: xlwings.Book) -> None:
    other = app.books.add()
    assert app.books.active == other
    book.activate()
    assert app.books.active == book
    app.activate(steal_focus=True)
    assert [b.name for b in app.books] == [b.name for b in xlwings.books]
    assert len(app.books) == 2


def test_workbooks_are_found_by_name_and_number(app: xlwings.App, book: xlwings.Book) -> None:
    assert app.books[0] == app.books(book.name) == book
    assert book.name in app.books
    with pytest.raises(KeyError):
        app.books("不存在")


def test_a_workbook_is_found_by_its_runtime_uid(app: xlwings.App, book: xlwings.Book) -> None:
    found = book_with(app, book.api.RuntimeUID)
    assert found == book
    assert book_with(app, "0") is None
    assert found is not None
    found.set_mock_caller()
    assert xlwings.Book.caller() == book


def test_a_new_workbook_has_a_name_and_no_path(book: xlwings.Book) -> None:
    assert book.fullname == book.name != ""
    assert book.app == xlwings.apps.active


def test_saving_gives_a_path(book: xlwings.Book, tmp_path: Path) -> None:
    book.sheets["填报"]["A1"].value = 1
    book.save(tmp_path / "上报.xlsx")
    assert book.fullname == str(tmp_path / "上报.xlsx")
    assert book.name == "上报.xlsx"
    book.sheets["填报"]["A1"].value = 2
    book.save()
    assert openpyxl.load_workbook(tmp_path / "上报.xlsx")["填报"]["A1"].value == 2


def test_a_workbook_that_was_never_saved_goes_into_the_working_directory(
    book: xlwings.Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = book.name
    book.save()
    assert (tmp_path / f"{name}.xlsx").exists()


def test_a_format_excel_does_not_know_is_refused(book: xlwings.Book, tmp_path: Path) -> None:
    with pytest.raises(xlwings.XlwingsError, match=r"\.docx"):
        book.save(tmp_path / "a.docx")


def test_a_password_keeps_a_workbook_shut(app: xlwings.App, book: xlwings.Book, tmp_path: Path) -> None:
    book.save(tmp_path / "a.xlsx", password="秘密")
    book.close()
    again = app.books.open(tmp_path / "a.xlsx", password="秘密")
    assert again.sheet_names == ["填报", FORM]


def test_an_open_file_is_not_opened_twice(app: xlwings.App, book: xlwings.Book, tmp_path: Path) -> None:
    book.save(tmp_path / "a.xlsx")
    book.close()
    opened = app.books.open(tmp_path / "a.xlsx", read_only=True)
    assert opened.api.isReadonly()
    assert app.books.open(str(tmp_path / "a.xlsx")) == opened
    assert xlwings.Book(tmp_path / "a.xlsx") == opened
    assert len(app.books) == 1


def test_what_is_no_workbook_is_refused(app: xlwings.App, book: xlwings.Book, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    with pytest.raises(Exception, match=r"a\.docx|load"):
        app.books.open(tmp_path / "a.docx")
    assert len(app.books) == 1
    with pytest.raises(FileNotFoundError):
        app.books.open(tmp_path / "nowhere.xlsx")


def test_hidden_sheets_are_not_printed(book: xlwings.Book, tmp_path: Path) -> None:
    for sheet in book.sheets:
        sheet["A1"].value = sheet.name
    book.sheets[FORM].visible = False
    book.to_pdf(tmp_path / "a.pdf")
    book.sheets[FORM].visible = True
    book.to_pdf(tmp_path / "b.pdf", quality="minimum")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert [(tmp_path / f).read_bytes().count(b"/Type/Page/") for f in ("a.pdf", "b.pdf")] == [1, 2]


def test_twenty_rounds_of_open_use_close_leave_nothing_open(
    app: xlwings.App, book: xlwings.Book, tmp_path: Path
) -> None:
    book.save(tmp_path / "a.xlsx")
    book.close()
    for n in range(20):
        with app.books.open(tmp_path / "a.xlsx") as again:
            again.sheets[0]["A1"].value = n
            again.save()
    assert len(app.books) == 0
    assert not app.api.getComponents().createEnumeration().hasMoreElements()
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["填报"]["A1"].value == 19


def test_a_macro_written_for_excel_runs(book: xlwings.Book) -> None:
    form = book.sheets["填报"]
    form["A1"].value = [["代码", "数值"], ["A001", 12], ["A002", -3], ["A003", "X"]]
    book.set_mock_caller()
    macro()
    assert form["B2:B4"].color is None
    assert [form[f"B{row}"].color for row in (2, 3, 4)] == [None, (255, 199, 206), (255, 199, 206)]
    assert form["B3"].note.text == "A002：应为非负整数"
    assert book.sheets["结果"]["A1:B2"].value == [["问题数", 2], ["合计", 9]]
    assert book.names["问题"].refers_to == "=结果!$B$1"


def macro() -> None:
    """Mark what is wrong in the form in front, as a macro under Excel would."""
    book = xlwings.Book.caller()
    form = book.sheets["填报"]
    wrong = 0
    with book.app.properties(screen_updating=False, status_bar="正在审核…"):
        for row, (code, value) in enumerate(form["A2"].expand().value, 2):
            cell = form.range((row, 2))
            if not isinstance(value, float) or value < 0:
                wrong += 1
                cell.color = (255, 199, 206)
                cell.add_note(f"{code}：应为非负整数")
    result = book.sheets.add("结果", after=book.sheets[len(book.sheets) - 1])
    result["A1"].value = [["问题数", wrong], ["合计", "=SUM('填报'!B2:B4)"]]
    book.names.add("问题", "='结果'!$B$1")


# Reaching it


def test_nobody_at_the_other_end_is_said_in_time() -> None:
    with pytest.raises(NoOffice, match=say("engine.no_office", seconds=0.1)):
        connect("nobody", seconds=0.1)


def test_a_python_without_uno_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("xl_addin.libreoffice.engine.bridge.import_module", absent)
    before = list(sys.path)
    with pytest.raises(NoOffice, match="python3-uno"):
        uno.__wrapped__()
    assert sys.path == before


def gone(context: Any) -> bool:
    """Return whether an office that was told to leave has left within ten seconds."""
    for _ in range(100):
        try:
            service(context, "frame.Desktop")
        except failure():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("way", ["quit", "kill"])
def test_quitting_ends_the_office_and_what_is_open_in_it(
    app: xlwings.App, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(app.impl.engine.apps, "attached", None)  # the other one is back afterwards
    with running_office() as context:
        other = attach(context)
        other.books.add().sheets[0]["A1"].value = 1
        getattr(other, way)()
        assert len(xlwings.apps) == 0
        assert gone(context)


# What the app shows


def test_the_status_bar_keeps_its_text_until_it_is_given_back(app: xlwings.App, book: xlwings.Book) -> None:
    assert app.status_bar is False
    app.status_bar = "正在审核…"
    app.status_bar = "正在汇总…"
    assert app.status_bar == "正在汇总…"
    app.status_bar = False
    assert app.status_bar is False


def test_the_status_bar_outlives_its_window(app: xlwings.App, book: xlwings.Book) -> None:
    app.status_bar = "正在审核…"
    book.close()
    app.status_bar = False
    assert app.status_bar is False


class Toolkit:
    """Message boxes on which somebody presses a button at once."""

    def __init__(self, pressed: int) -> None:
        self.pressed = pressed
        self.shown: tuple[Any, ...] = ()

    def createMessageBox(self, _window: object, kind: Any, buttons: int, title: str, text: str) -> Toolkit:
        self.shown = (kind.value, buttons, title, text)
        return self

    def execute(self) -> int:
        return self.pressed

    def dispose(self) -> None:
        self.pressed = -1


@pytest.mark.parametrize(
    ("buttons", "mode", "pressed", "answer", "kind"),
    [
        ("ok", "info", 1, "ok", "INFOBOX"),
        ("ok", "critical", 0, "ok", "ERRORBOX"),
        ("ok_cancel", "info", 0, "cancel", "QUERYBOX"),
        ("yes_no", "info", 2, "yes", "QUERYBOX"),
        ("yes_no_cancel", "info", 3, "no", "QUERYBOX"),
    ],
)
@pytest.mark.usefixtures("book")
def test_an_alert_returns_the_button_that_was_pressed(
    app: xlwings.App,
    monkeypatch: pytest.MonkeyPatch,
    buttons: Any,
    mode: Any,
    pressed: int,
    answer: str,
    kind: str,
) -> None:
    toolkit = Toolkit(pressed)
    monkeypatch.setattr("xl_addin.libreoffice.engine.app.service", lambda *_: toolkit)
    assert app.alert("有 3 处问题", "汇报", buttons, mode) == answer
    assert toolkit.shown[0] == kind
    assert toolkit.shown[2:] == ("汇报", "有 3 处问题")


def test_a_real_alert_returns_also_where_nobody_sees_it(app: xlwings.App, book: xlwings.Book) -> None:
    assert app.alert("有 3 处问题") == "ok"


def test_an_alert_without_a_window_is_not_lost(app: xlwings.App) -> None:
    with pytest.raises(xlwings.XlwingsError, match="有 3 处问题"):
        app.alert("有 3 处问题")


def test_settings_of_the_app_stay_as_they_were_set(app: xlwings.App) -> None:
    with app.properties(screen_updating=False, display_alerts=False, enable_events=False, calculation="manual"):
        assert (app.screen_updating, app.display_alerts, app.enable_events) == (False, False, False)
    assert (app.screen_updating, app.display_alerts, app.calculation) == (True, True, "automatic")


def test_calculating_takes_everything_anew(app: xlwings.App, sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = "=RAND()"
    before = sheet["A1"].value
    app.calculate()
    assert sheet["A1"].value != before


def test_the_selection_is_what_is_selected(app: xlwings.App, book: xlwings.Book) -> None:
    book.sheets[FORM]["B2:C3"].select()
    assert app.selection == book.selection == book.sheets[FORM]["B2:C3"]
    assert book.sheets.active.name == FORM
    book.sheets["填报"]["D4"].select()
    assert app.selection.address == "$D$4"


# Sheets


def test_sheets_are_added_where_one_wants_them(book: xlwings.Book) -> None:
    book.sheets.add("末", after=FORM)
    book.sheets.add("首", before=1)
    assert book.sheet_names == ["首", "填报", FORM, "末"]
    assert book.sheets.active.name == "首"
    book.sheets.add()
    assert book.sheet_names == ["Sheet1", "首", "填报", FORM, "末"]
    assert [s.index for s in book.sheets] == [1, 2, 3, 4, 5]
    assert len(book.sheets) == 5


def test_sheets_are_found_by_name_and_number(book: xlwings.Book) -> None:
    assert book.sheets[0] == book.sheets("填报") == book.sheets(1)
    book.sheets[FORM].name = "Sheet"
    assert book.sheets["SHEET"].name == "Sheet"
    assert "Sheet" in book.sheets
    assert "没有" not in book.sheets
    with pytest.raises(xlwings.NoSuchObjectError, match="没有"):
        book.sheets("没有")
    with pytest.raises(IndexError):
        book.sheets(3)


def test_a_sheet_knows_its_workbook(book: xlwings.Book, sheet: xlwings.Sheet) -> None:
    assert sheet.book == book
    assert sheet.api.getName() == "填报"
    assert sheet.cells.shape == (1_048_576, 16_384)
    book.sheets[FORM].select()
    assert book.sheets.active.name == FORM


def test_a_sheet_is_hidden_and_deleted(book: xlwings.Book) -> None:
    book.sheets[FORM].visible = False
    assert not book.sheets[FORM].visible
    book.sheets[FORM].visible = True
    assert book.sheets[FORM].visible
    book.sheets[FORM].delete()
    assert book.sheet_names == ["填报"]


def test_a_sheet_is_cleared_in_parts_and_altogether(sheet: xlwings.Sheet) -> None:
    cell = sheet["B2"]
    cell.value, cell.color = 1, "#ffff00"
    cell.add_note("看")
    assert sheet.used_range.address == "$B$2"
    sheet.clear_contents()
    assert (cell.value, cell.color) == (None, (255, 255, 0))
    sheet.clear_formats()
    assert cell.color is None
    assert cell.note is not None
    cell.value = 1
    sheet.clear()
    assert (cell.value, cell.note) == (None, None)


def test_a_sheet_fits_its_columns_and_rows(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = "很长的一段文字" * 5
    width = sheet["A1"].column_width
    sheet.autofit("c")
    assert sheet["A1"].column_width > width
    sheet["A1"].row_height = 60
    sheet.autofit("r")
    assert sheet["A1"].row_height < 30
    sheet["A1"].autofit()
    sheet["A:A"].columns.autofit()
    sheet["1:1"].rows.autofit()
