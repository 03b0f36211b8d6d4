"""What clerks do to a filled form, done in a real LibreOffice: list, cover and code are right afterwards.

After every deed the saved file is read by the pipeline, and both must say the same, in the same words, about the same
cells; where nothing of the content changed, the check code is still the one of the untouched form.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from desk import Desk, DeskError
from live import Shown, agreed, read, shown

from workbook.model import Submission

SHEET, TEXTS, NOTES = "思想理论武装", "文字材料", "变动说明"
Deed = Callable[[Desk], None]


@pytest.fixture(scope="module")
def form(demo_folder: Path, demo: object) -> Path:
    """Return a form of the demo as its unit filled it, without errors."""
    return next((demo_folder / "2020H1" / "收件").glob("X01_*.xlsx"))


@pytest.fixture
def before(form: Path, desk: Desk) -> Shown:
    desk.open(form)
    desk.recalculate()
    submission = read(form)
    return shown(desk, submission.unit, submission.period)


def after(desk: Desk, folder: Path) -> tuple[Shown, Submission]:
    desk.recalculate()
    return agreed(desk, folder / "after.xlsx")


def cell_of(form: Path, code: str, measure: str = "value") -> tuple[str, str]:
    cell = read(form).cells[code, measure]  # type: ignore[index]
    return cell.sheet, cell.address


def insert_rows(desk: Desk) -> None:
    for sheet in (SHEET, TEXTS, NOTES):
        desk.unprotect(sheet)
        desk.insert_rows(sheet, 6, 2)
        desk.insert_rows(sheet, 1)


def insert_columns(desk: Desk) -> None:
    for sheet in (SHEET, TEXTS):
        desk.unprotect(sheet)
        desk.insert_columns(sheet, "E", 1)


def rename(desk: Desk) -> None:
    desk.rename(SHEET, "理论 学习'20")
    desk.rename(TEXTS, "材料")
    desk.rename("封面", "首页")


def move_sheets(desk: Desk) -> None:
    desk.copy_sheet(SHEET, "备份", 2)


def kill_formats(desk: Desk) -> None:
    desk.unprotect(SHEET)
    desk.clear_formats(SHEET, "A1:L60")


def nothing(_: Desk) -> None:
    pass


@pytest.mark.parametrize("deed", [insert_rows, insert_columns, rename, move_sheets, kill_formats, nothing])
def test_a_form_whose_content_is_untouched_keeps_its_code(
    deed: Deed, before: Shown, desk: Desk, tmp_path: Path
) -> None:
    assert before.cover.startswith("错误 0")
    deed(desk)
    form, _ = after(desk, tmp_path)
    assert form.cover_code == before.cover_code
    assert {f[:3] for f in form.findings} == {f[:3] for f in before.findings}


def test_a_form_saved_again_and_again_says_the_same(before: Shown, desk: Desk, tmp_path: Path) -> None:
    for number in range(2):
        path = tmp_path / f"again{number}.xlsx"
        desk.save_as(path)
        desk.open(path)
        kept = shown(desk, read(path).unit, read(path).period)
        assert kept == before, "the saved results are right as they are"
        form, _ = after(desk, tmp_path)
        assert form == before


def test_a_changed_figure_changes_the_code_and_back_again(
    before: Shown, form: Path, desk: Desk, tmp_path: Path
) -> None:
    sheet, cell = cell_of(form, "THE_CENTER_SESSIONS")
    (old,) = desk.get(sheet, [cell])
    desk.put(sheet, cell, float(old) + 1)
    changed, _ = after(desk, tmp_path)
    assert changed.code != before.code
    desk.put(sheet, cell, float(old))
    assert after(desk, tmp_path)[0].code == before.code


def test_pasted_words_and_numbers_are_judged_like_typed_ones(
    form: Path, before: Shown, desk: Desk, tmp_path: Path
) -> None:
    sheet, cell = cell_of(form, "THE_CENTER_SESSIONS")
    row = int(cell[1:])
    desk.paste_over(sheet, f"E{row}:E{row}", [["约三十"]])
    pasted, _ = after(desk, tmp_path)
    assert ("非数字", f"{sheet} {cell}") in {(f[0], f[3]) for f in pasted.findings}
    assert pasted.cover_code == "改正全部错误后显示"
    desk.paste_values(sheet, f"F{row}:F{row}", cell)
    after(desk, tmp_path)


def test_a_cell_cut_and_moved_takes_no_formula_along(form: Path, before: Shown, desk: Desk, tmp_path: Path) -> None:
    sheet, cell = cell_of(form, "THE_CENTER_SESSIONS")
    below = f"E{int(cell[1:]) + 1}"
    desk.unprotect(sheet)
    desk.cut(sheet, cell, below)
    moved, submission = after(desk, tmp_path)
    assert ("必填", f"{sheet} {cell}") in {(f[0], f[3]) for f in moved.findings}
    assert submission.cells["THE_CENTER_SESSIONS", "value"].raw == ""


def test_texts_cut_and_moved_are_counted_where_they_are(before: Shown, desk: Desk, tmp_path: Path) -> None:
    rows = desk.read(TEXTS, "A1:E400")
    row = next(n for n, r in enumerate(rows, 1) if r[0] == "TXT_PROBLEMS.1")
    desk.unprotect(TEXTS)
    desk.cut(TEXTS, f"D{row}:F{row}", f"D{row + 5}")
    desk.put(TEXTS, f"E{row + 4}", "字" * 121)
    moved, submission = after(desk, tmp_path)
    assert submission.texts["TXT_PROBLEMS"][-1].number == 6
    assert "字数" in {f[0] for f in moved.findings}


def test_deleted_rows_are_told_and_what_they_held_is_missing(
    form: Path, before: Shown, desk: Desk, tmp_path: Path
) -> None:
    sheet, cell = cell_of(form, "THE_CENTER_SESSIONS")
    desk.unprotect(sheet)
    desk.delete_rows(sheet, int(cell[1:]), 2)
    lost, _ = after(desk, tmp_path)
    assert ("缺行", f"工作表“{sheet}”少了 2 行指标") in {f[:2] for f in lost.findings}


def test_a_deleted_sheet_is_told(before: Shown, desk: Desk, tmp_path: Path) -> None:
    desk.delete_sheet(SHEET)
    lost, _ = after(desk, tmp_path)
    assert "缺行" in {f[0] for f in lost.findings}


def test_a_deleted_sheet_of_texts_leaves_its_rules_undecided(before: Shown, desk: Desk, tmp_path: Path) -> None:
    desk.delete_sheet(TEXTS)
    lost, _ = after(desk, tmp_path)
    assert "必写" in {f[0] for f in lost.findings}
    assert lost.verdicts["R123"] == 0.5


def test_what_is_locked_stays_locked(form: Path, desk: Desk) -> None:
    desk.open(form)
    with pytest.raises(DeskError):
        desk.put(SHEET, "A5", "BASE_MEMBERS")
    with pytest.raises(DeskError):
        desk.insert_rows(SHEET, 6)


def test_an_altered_carried_figure_is_told(form: Path, before: Shown, desk: Desk, tmp_path: Path) -> None:
    submission = read(form)
    code, measure = next(
        key for key, value in submission.handed.items() if key[1] == "prior" and value not in ("", "0")
    )
    cell = submission.cells[code, measure]
    desk.unprotect(cell.sheet)
    desk.put(cell.sheet, cell.address, 1)
    told, _ = after(desk, tmp_path)
    assert ("带出数", f"{cell.sheet} {cell.address}") in {(f[0], f[3]) for f in told.findings}
