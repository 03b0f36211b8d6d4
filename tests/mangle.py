"""What people do to a filled form before it comes back: every deed alone, and those that occur together.

Each is done in a real LibreOffice, by what its docstring says; that line stands in docs/reference/damaged-forms.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desk import Desk

BASE, THEORY, INSPECTION, ARMS = "基本情况", "思想理论武装", "巡视巡察整改", "党管武装"
FIGURES = (BASE, THEORY, INSPECTION, ARMS)
TEXTS, NOTES, COVER, STAMP = "文字材料", "变动说明", "封面", "huibao"


@dataclass(frozen=True)
class Forms:
    """Files the deeds take sheets from: the form itself, another unit's, the same unit's of last year."""

    own: Path
    other: Path
    last: Path


Deed = Callable[[Desk, Forms], None]


def open_up(desk: Desk) -> None:
    for sheet in (*FIGURES, TEXTS, NOTES, COVER):
        if sheet in desk.sheets():
            desk.unprotect(sheet)


def row_of(desk: Desk, sheet: str, text: str, column: str = "A") -> int:
    """Return the first row in which a text stands, from 1."""
    cells = desk.read(sheet, f"{column}1:{column}200")
    return next(n for n, (value,) in enumerate(cells, 1) if value == text)


def head_of(desk: Desk, sheet: str) -> int:
    return row_of(desk, sheet, "代码")


def rows_inserted(desk: Desk, _: Forms) -> None:
    """插入空行"""
    for sheet in FIGURES:
        desk.insert_rows(sheet, 7, 2)
        desk.insert_rows(sheet, 1)


def row_added(desk: Desk, _: Forms) -> None:
    """自己加一行指标，填名称和数"""
    desk.insert_rows(BASE, 7)
    desk.put(BASE, "C7", "流动党员数")
    desk.put(BASE, "E7", 77)


def row_deleted(desk: Desk, _: Forms) -> None:
    """删去两行指标"""
    desk.delete_rows(THEORY, 8, 2)


def rows_hidden(desk: Desk, _: Forms) -> None:
    """隐藏几行"""
    desk.hide_rows(THEORY, 6, 9)


def columns_hidden(desk: Desk, _: Forms) -> None:
    """隐藏几列"""
    desk.hide_columns(THEORY, "F1:G1")


def sorted_whole(desk: Desk, _: Forms) -> None:
    """整行排序"""
    desk.sort(BASE, "A5:L14", 4)


def sorted_visible(desk: Desk, _: Forms) -> None:
    """只对看得见的几列排序"""
    desk.sort(BASE, "B5:I14", 4)


def column_inserted(desk: Desk, _: Forms) -> None:
    """表中插入一列"""
    desk.insert_columns(BASE, "E")
    desk.insert_columns(THEORY, "F")


def first_column_inserted(desk: Desk, _: Forms) -> None:
    """最左边插入一列"""
    for sheet in (BASE, TEXTS, COVER):
        desk.insert_columns(sheet, "A")


def own_column(desk: Desk, _: Forms) -> None:
    """自己加一列，填数"""
    desk.insert_columns(BASE, "F")
    desk.put(BASE, "F4", "其中：农村")
    desk.put(BASE, "F6", 3)


def prior_column_deleted(desk: Desk, _: Forms) -> None:
    """删去“上年同期”列"""
    desk.delete_columns(THEORY, "F")


def explanations_deleted(desk: Desk, _: Forms) -> None:
    """删去“同比增减”“怎么填”两列"""
    desk.delete_columns(THEORY, "H", 2)


def renamed(desk: Desk, _: Forms) -> None:
    """工作表改名"""
    for sheet, new in ((BASE, "1.基本"), (THEORY, "Sheet3"), (TEXTS, "材料"), (COVER, "首页")):
        desk.rename(sheet, new)


def reordered(desk: Desk, _: Forms) -> None:
    """工作表换先后"""
    desk.move_sheet(ARMS, 1)
    desk.move_sheet(TEXTS, 0)


def copied(desk: Desk, _: Forms) -> None:
    """复制工作表留底"""
    desk.copy_sheet(BASE, "基本情况 (2)", 3)
    desk.copy_sheet(TEXTS, "文字材料 (2)", 0)


def copied_and_changed(desk: Desk, _: Forms) -> None:
    """复制工作表后改了其中一份"""
    copied(desk, _)
    desk.put("基本情况 (2)", "E6", 9999)
    desk.put("文字材料 (2)", f"D{row_of(desk, TEXTS, 'TXT_OPENING.1')}", "另写的一段")


def row_copied(desk: Desk, _: Forms) -> None:
    """复制一行指标，数不同"""
    desk.insert_rows(BASE, 9)
    desk.copy(BASE, "A6:L6", BASE, "A9")
    desk.put(BASE, "E9", 9999)


def codes_deleted(desk: Desk, _: Forms) -> None:
    """删去隐藏的代码列"""
    for sheet in FIGURES:
        desk.delete_columns(sheet, "A")


def names_overwritten(desk: Desk, _: Forms) -> None:
    """改动指标名称"""
    desk.put(BASE, "C6", "党组织（个）")
    desk.put(BASE, "C7", None)


def name_of_another(desk: Desk, _: Forms) -> None:
    """指标名称改成另一指标的"""
    (name,) = desk.get(BASE, ["C8"])
    desk.put(BASE, "C7", str(name))


def heading_deleted(desk: Desk, _: Forms) -> None:
    """删去表头行"""
    for sheet in FIGURES:
        desk.delete_rows(sheet, 4)


def heading_cleared(desk: Desk, _: Forms) -> None:
    """清空“上年同期”表头"""
    desk.put(BASE, "F4", None)


def heading_relabelled(desk: Desk, _: Forms) -> None:
    """改写表头文字"""
    desk.put(BASE, "E4", "今年数")


def heading_moved(desk: Desk, _: Forms) -> None:
    """表头挪到最上面"""
    desk.insert_rows(BASE, 1)
    desk.cut(BASE, "A5:I5", "A1")


def merged_down(desk: Desk, _: Forms) -> None:
    """上下两格合并"""
    desk.merge(BASE, "E6:E7")


def merged_across(desk: Desk, _: Forms) -> None:
    """左右两格合并"""
    desk.merge(BASE, "E7:F7")


def merged_labels(desk: Desk, _: Forms) -> None:
    """合并名称格"""
    desk.merge(BASE, "C7:C8")


def unformatted(desk: Desk, _: Forms) -> None:
    """撤销保护、清除格式"""
    for sheet in (BASE, TEXTS):
        desk.clear_formats(sheet, "A1:L200")


def typed_as_text(desk: Desk, _: Forms) -> None:
    """数字粘贴成文本"""
    for row, (value,) in enumerate(desk.read(BASE, "E5:E14"), 5):
        if isinstance(value, float):
            desk.put(BASE, f"E{row}", str(int(value)))


def typed_wide(desk: Desk, _: Forms) -> None:
    """数字写成全角"""
    for row, (value,) in enumerate(desk.read(BASE, "E5:E14"), 5):
        if isinstance(value, float):
            desk.put(BASE, f"E{row}", str(int(value)).translate({48 + n: 0xFF10 + n for n in range(10)}))


def formula_pasted(desk: Desk, _: Forms) -> None:
    """公式盖住填数的格"""
    for row, (value,) in enumerate(desk.read(BASE, "E5:E6"), 5):
        desk.put_formula(BASE, f"E{row}", f"={int(value or 0)}+0")


def grey_filled(desk: Desk, _: Forms) -> None:
    """在灰格里填数"""
    desk.put(INSPECTION, "F5", 88)


def list_row_inserted(desk: Desk, _: Forms) -> None:
    """清单中间插入一行再填"""
    row = row_of(desk, TEXTS, "TXT_PROBLEMS.2")
    desk.insert_rows(TEXTS, row)
    desk.put(TEXTS, f"D{row}", "插入的问题")
    desk.put(TEXTS, f"E{row}", "插入一行写的内容")


def list_continued(desk: Desk, _: Forms) -> None:
    """清单填满后接着往下填"""
    row = row_of(desk, TEXTS, "TXT_PROBLEMS.6") + 1
    desk.put(TEXTS, f"D{row}", "写在栏外的问题")


def list_sorted(desk: Desk, _: Forms) -> None:
    """清单整行排序"""
    row = row_of(desk, TEXTS, "TXT_PLANS.1")
    desk.sort(TEXTS, f"A{row}:N{row + 5}", 3)


def list_heading_deleted(desk: Desk, _: Forms) -> None:
    """删去一个清单的表头行"""
    desk.delete_rows(TEXTS, row_of(desk, TEXTS, "TXT_PROBLEMS#"))


def list_headings_deleted(desk: Desk, _: Forms) -> None:
    """删去全部清单的表头行"""
    for code in ("OPENING", "PROBLEMS", "PLANS", "DOCS_ISSUED"):
        desk.delete_rows(TEXTS, row_of(desk, TEXTS, f"TXT_{code}#"))


def list_codes_deleted(desk: Desk, _: Forms) -> None:
    """删去文字材料隐藏的代码列"""
    desk.delete_columns(TEXTS, "A")


def list_columns_inserted(desk: Desk, _: Forms) -> None:
    """文字材料插入一列"""
    desk.insert_columns(TEXTS, "E")


def list_merged(desk: Desk, _: Forms) -> None:
    """合并清单的两格"""
    row = row_of(desk, TEXTS, "TXT_PROBLEMS.1")
    desk.merge(TEXTS, f"E{row}:E{row + 1}")


def texts_deleted(desk: Desk, _: Forms) -> None:
    """删去“文字材料”"""
    desk.delete_sheet(TEXTS)


def figures_deleted(desk: Desk, _: Forms) -> None:
    """删去一张数字表"""
    desk.delete_sheet(ARMS)


def cover_codes_deleted(desk: Desk, _: Forms) -> None:
    """删去封面隐藏的代码列"""
    desk.delete_columns(COVER, "A")


def sheet_added(desk: Desk, _: Forms) -> None:
    """另加一张自己的表"""
    desk.copy_sheet(COVER, "台账", 0)
    for _column in "ABC":
        desk.unprotect("台账")
        desk.delete_columns("台账", "A")
    desk.put("台账", "A1", "会议台账")
    desk.put("台账", "B2", 15)


def stamp_deleted(desk: Desk, _: Forms) -> None:
    """删去隐藏表 huibao"""
    desk.delete_sheet(STAMP)


def stamp_renamed(desk: Desk, _: Forms) -> None:
    """隐藏表 huibao 改名"""
    desk.rename(STAMP, "huibao_2")


def into_another_book(desk: Desk, forms: Forms) -> None:
    """看得见的表复制到另一个工作簿"""
    desk.new()
    desk.take_sheets(forms.own, [COVER, *FIGURES, TEXTS, NOTES])


def into_another_book_without_cover(desk: Desk, forms: Forms) -> None:
    """只把数字表和文字表复制到另一个工作簿"""
    desk.new()
    desk.take_sheets(forms.own, [*FIGURES, TEXTS, NOTES])


def two_forms(desk: Desk, forms: Forms) -> None:
    """把别的单位的报表整份并进来"""
    desk.take_sheets(forms.other, [COVER, *FIGURES, STAMP])


def sheet_of_another(desk: Desk, forms: Forms) -> None:
    """用别的单位的表换掉一张"""
    desk.delete_sheet(BASE)
    desk.take_sheets(forms.other, [BASE])


def sheet_of_last_year(desk: Desk, forms: Forms) -> None:
    """用去年的表换掉一张"""
    desk.delete_sheet(THEORY)
    desk.take_sheets(forms.last, [THEORY])


ALONE: tuple[Deed, ...] = (
    *(rows_inserted, row_added, row_deleted, rows_hidden, columns_hidden, sorted_whole, sorted_visible),
    *(column_inserted, first_column_inserted, own_column, prior_column_deleted, explanations_deleted),
    *(renamed, reordered, copied, copied_and_changed, row_copied, codes_deleted, names_overwritten, name_of_another),
    *(heading_deleted, heading_cleared, heading_relabelled, heading_moved, merged_down, merged_across, merged_labels),
    *(
        unformatted,
        typed_as_text,
        typed_wide,
        formula_pasted,
        grey_filled,
        list_row_inserted,
        list_continued,
        list_sorted,
        list_heading_deleted,
    ),
    *(list_headings_deleted, list_codes_deleted, list_columns_inserted, list_merged, texts_deleted, figures_deleted),
    *(cover_codes_deleted, sheet_added, stamp_deleted, stamp_renamed, into_another_book),
    *(into_another_book_without_cover, two_forms, sheet_of_another, sheet_of_last_year),
)
PAIRS: tuple[tuple[Deed, Deed], ...] = (
    (rows_inserted, renamed),
    (rows_inserted, column_inserted),
    (codes_deleted, rows_inserted),
    (codes_deleted, heading_deleted),
    (codes_deleted, sorted_whole),
    (codes_deleted, renamed),
    (heading_deleted, column_inserted),
    (merged_down, heading_deleted),
    (copied, renamed),
    (copied_and_changed, reordered),
    (unformatted, column_inserted),
    (into_another_book, codes_deleted),
    (into_another_book, row_deleted),
    (stamp_deleted, renamed),
    (list_row_inserted, list_codes_deleted),
    (list_codes_deleted, list_columns_inserted),
    (sorted_whole, merged_labels),
    (row_deleted, row_added),
)
AGAIN = (rows_inserted, codes_deleted, merged_down, heading_deleted, list_codes_deleted, copied_and_changed, renamed)
