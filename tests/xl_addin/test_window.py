"""The whole way in a real window: clicks and keys of a person, real forms, a real round, and nothing left behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import story
from PIL import Image
from sealing import PERIOD, a_small_round, filled, received
from window import Window

from exporters.desk import check_files
from workbook.reading.submission import read_submission
from workbook.round import RESULTS
from xl_addin.buttons import BUTTONS

MARKED = (0xF7, 0xB5, 0xB0)  # the colour of what must be corrected
PRESSED: set[str] = set()  # of all tests here


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with X01's form in it, and a round with both forms in 收件."""
    folder = tmp_path_factory.mktemp("place")
    forms = filled(a_small_round(folder))
    received(folder / "一期" / PERIOD, forms)
    return folder


@pytest.fixture(scope="module")
def window(place: Path) -> Iterator[Window]:
    with Window(next(place.glob("X01_*.xlsx"))) as window:
        story.ready(window, place / "一期" / PERIOD)
        yield window


def colours(picture: Path) -> dict[tuple[int, ...], int]:
    """Return how many pixels of a picture have each colour."""
    with Image.open(picture) as image:
        counted = image.convert("RGB").getcolors(image.width * image.height) or []
    return {tuple(colour): n for n, colour in counted}


def test_a_unit_types_a_wrong_figure_mends_it_and_seals_its_form(window: Window, place: Path, tmp_path: Path) -> None:
    checked, mended, sealed = story.unit(window, lambda name: window.screenshot(tmp_path / f"{name}.png"))
    assert "必须改正 1 处" in checked
    assert mended.startswith("审核通过")
    target = place / f"X01_青禾县_{PERIOD}_已封存.xlsx"
    assert str(target) in sealed
    (result,), _, _ = check_files([target])
    assert result["verdict"] == "pass"
    assert read_submission(target).seal is not None
    assert colours(tmp_path / "addin-marked.png").get(MARKED, 0) > 500
    assert colours(tmp_path / "addin-sealed.png").get(MARKED, 0) == 0
    PRESSED.update(("check_form", "seal_form"))


def test_the_office_consolidates_and_gets_workbook_and_report(window: Window, place: Path, tmp_path: Path) -> None:
    asked, told = story.office(window, lambda name: window.screenshot(tmp_path / f"{name}.png"))
    assert "哪一期工作" in asked
    assert "账目平衡" in told
    results = place / "一期" / PERIOD / RESULTS
    assert (results / "汇总表.xlsx").is_file()
    assert (results / "全市汇总报告.docx").is_file()
    PRESSED.add("consolidate")


@pytest.mark.parametrize(
    ("button", "says", "answer"),
    [
        ("clear_marks", "没有审核时加的标记", "OK"),
        ("help", "审核本表", "OK"),
        ("about", "xlwings", "OK"),
        ("settings", "记住的各期工作", "取消"),
        ("new_round", "接着哪一期", "取消"),
        ("report", "现在打开看吗", "No"),
        ("trace", "哪一期工作", "取消"),
    ],
)
def test_every_other_button_answers_in_the_window(button: str, says: str, answer: str, window: Window) -> None:
    assert says in story.said(window, button)
    story.done(window, answer)
    window.alone()
    PRESSED.add(button)


def test_a_report_is_chosen_in_the_programs_own_dialog_and_held_against_itself(window: Window, place: Path) -> None:
    shutil.copy(next(place.glob("X01_*.docx")), place / "r.docx")  # beside the form, where the dialog opens
    before = window.windows()
    window.click("reconcile")
    window.wait(lambda: len(window.windows()) > len(before))
    window.type_name(next(w for w in window.windows() if w not in before), "r.docx")
    assert "核对了 1 份报告" in window.wait_for_dialog(story.PATIENCE)
    story.done(window)
    PRESSED.add("reconcile")


def test_a_double_click_starts_one_run_and_two_in_a_row_work(window: Window) -> None:
    window.double_click("about")
    window.wait_for_dialog()
    assert len(window.runs()) == 1
    story.done(window)
    assert window.runs() == []
    for _ in range(2):
        assert "xlwings" in story.said(window, "about")
        story.done(window)


def test_every_button_was_clicked() -> None:
    assert {b.id for b in BUTTONS} == PRESSED


def test_nothing_is_left_behind(window: Window) -> None:
    window.quit()
    window.wait_until_ended()
    assert window.processes() == []
    assert window.locks() == []
    shutil.rmtree(window.home / ".huibao")
