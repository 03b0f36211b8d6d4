"""What staff do to a report in Word, with what reconciling must find: the table of the documentation, and tests."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from in_word import W, WordFile, delete, insert, made

from workbook.messages import say

Edit = Callable[[WordFile], None]

BIG = "hb:BASE_MEMBERS@all.value"  # 135170名 in running text
RATE = "hb:POL_MEETINGS_TOTAL@all"  # 同比增长1.3%


@dataclass(frozen=True)
class Case:
    """One kind of edit: what it is called, what is done, which kinds of findings it must give and how many."""

    name: str
    edit: Edit
    found: dict[str, int]


def figure(word: WordFile, tag: str, nth: int = 0) -> Any:
    """Return a figure's control."""
    return [s for s in word.controls() if s.find(f"{W}sdtPr/{W}tag").get(f"{W}val") == tag][nth]


def text_of(control: Any) -> Any:
    return next(control.iter(f"{W}t"))


def mark_of(control: Any) -> Any:
    """Return the bookmark that stands before a control."""
    return control.getprevious()


def type_over(tag: str, words: str, nth: int = 0) -> Edit:
    def edit(word: WordFile) -> None:
        text_of(figure(word, tag, nth)).text = words

    return edit


def after(tag: str, was: str, words: str) -> Edit:
    """Change what stands right behind a figure."""

    def edit(word: WordFile) -> None:
        control = figure(word, tag)
        run = next(r for r in control.itersiblings(f"{W}r"))
        text = run.find(f"{W}t")
        assert text.text.startswith(was), text.text
        text.text = words + text.text[len(was) :]

    return edit


def unwrap(word: WordFile, tag: str, *, bookmark: bool) -> Any:
    """Take a control away and leave its text, as "remove content control" does."""
    control = figure(word, tag)
    run = next(control.iter(f"{W}r"))
    if bookmark:
        start = mark_of(control)
        end = next(e for e in control.itersiblings(f"{W}bookmarkEnd"))
        start.getparent().remove(start)
        end.getparent().remove(end)
    control.addprevious(run)
    control.getparent().remove(control)
    return run


def unwrapped(tag: str, *, bookmark: bool = False, words: str = "") -> Edit:
    def edit(word: WordFile) -> None:
        run = unwrap(word, tag, bookmark=bookmark)
        if words:
            run.find(f"{W}t").text = words

    return edit


def paragraph_of(word: WordFile, tag: str) -> Any:
    return next(figure(word, tag).iterancestors(f"{W}p"))


def tracked(word: WordFile) -> None:
    run = next(figure(word, BIG).iter(f"{W}r"))
    delete(run)
    insert(run.getparent(), "135171")


def tracked_back(word: WordFile) -> None:
    run = next(figure(word, BIG).iter(f"{W}r"))
    delete(run)
    insert(run.getparent(), "135170")


def copied(word: WordFile, words: str = "") -> None:
    """Copy a sentence with one figure: Word leaves bookmarks where they were."""
    control = copy.deepcopy(figure(word, BIG))
    control.find(f"{W}sdtPr/{W}id").set(f"{W}val", "987654")
    if words:
        text_of(control).text = words
    paragraph = made("<w:p><w:r><w:t>全市党员</w:t></w:r></w:p>")
    paragraph.append(control)
    paragraph.append(made("<w:r><w:t>名。</w:t></w:r>"))
    paragraph_of(word, BIG).addnext(paragraph)


def moved(word: WordFile) -> None:
    paragraph = paragraph_of(word, BIG)
    later = [p for p in word.body if p.tag == f"{W}p"]
    later[-3].addnext(paragraph)


def emptied(word: WordFile) -> None:
    control = figure(word, BIG)
    control.find(f"{W}sdtPr").append(made("<w:showingPlcHdr/>"))
    text_of(control).text = "单击或点击此处输入文字。"


def cut_out(word: WordFile) -> None:
    control = figure(word, BIG)
    control.getparent().remove(control)


def in_front(tag: str, words: str) -> Edit:
    """Type words right before a figure."""

    def edit(word: WordFile) -> None:
        mark_of(figure(word, tag)).addprevious(made(f"<w:r><w:t>{words}</w:t></w:r>"))

    return edit


def behind(tag: str, words: str) -> Edit:
    """Type words right behind a figure, outside its control."""

    def edit(word: WordFile) -> None:
        end = next(e for e in figure(word, tag).itersiblings(f"{W}bookmarkEnd"))
        end.addnext(made(f"<w:r><w:t>{words}</w:t></w:r>"))

    return edit


def sentence(words: str) -> Edit:
    def edit(word: WordFile) -> None:
        paragraph_of(word, BIG).append(made(f"<w:r><w:t>{words}</w:t></w:r>"))

    return edit


def in_text_box(word: WordFile) -> None:
    """Move a sentence into a text box, and change its figure."""
    paragraph = paragraph_of(word, BIG)
    text_of(figure(word, BIG)).text = "135171"
    box = made(
        "<w:p><w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox><w:txbxContent/></v:textbox>"
        "</v:shape></w:pict></w:r></w:p>"
    )
    paragraph.addprevious(box)
    next(box.iter(f"{W}txbxContent")).append(paragraph)


def swapped(word: WordFile) -> None:
    """Exchange two figures with their controls and bookmarks, as dragging does."""
    one, other = figure(word, "hb:BASE_PARTY_ORGS@all.value"), figure(word, BIG)
    places = []
    for control in (one, other):
        start, end = mark_of(control), control.getnext()
        place = made("<w:r/>")
        start.addprevious(place)
        places.append((place, [start, control, end]))
    for (place, _), (_, elements) in zip(places, reversed(places), strict=True):
        for element in elements:
            place.addprevious(element)


def nothing(word: WordFile) -> None:
    """Save it again."""


def polished(word: WordFile) -> None:
    """Reword what stands around figures, in bold and in another face."""
    word.type("全市有基层党组织", "全市已有各类基层党组织")
    for run in paragraph_of(word, BIG).iter(f"{W}r"):
        if run.find(f"{W}rPr") is None:
            run.insert(0, made("<w:rPr><w:b/></w:rPr>"))


def in_table(words: str) -> Edit:
    return type_over("hb:BASE_MEMBERS@all.value", words, 1)


def footnote(word: WordFile) -> None:
    word.parts["word/footnotes.xml"] = (
        f'<w:footnotes xmlns:w="{W[1:-1]}"><w:footnote w:id="2"><w:p><w:r><w:t>另有党员88名未计入。</w:t></w:r></w:p>'
        "</w:footnote></w:footnotes>"
    ).encode()


def ranked(word: WordFile) -> None:
    """Put another number into a list of leading units."""
    control = next(s for s in word.controls() if s.find(f"{W}sdtPr/{W}tag").get(f"{W}val", "").endswith("@县区.top"))
    text = text_of(control)
    text.text = re.sub(r"[0-9.]+", "12.3", text.text, count=1)


def shares(word: WordFile) -> None:
    type_over("hb:BASE_MEMBERS@县区.share", "96")(word)


CASES = (
    Case("打开后原样保存", nothing, {}),
    Case("Word 把一段文字拆成许多小段", WordFile.split, {}),
    Case("改写数字前后的文字，改字体、加粗", polished, {}),
    Case("整段移到别处", moved, {}),
    Case("改数字", type_over(BIG, "135171"), {"changed": 1}),
    Case("改成错的约数（13.6万）", type_over(BIG, "13.6万"), {"changed": 1}),
    Case("改写成相符的约数（13.52万）", type_over(BIG, "13.52万"), {"rewritten": 1}),
    Case("加千分位（135,170）", type_over(BIG, "135,170"), {}),
    Case("改成全角数字（１３５１７０）", type_over(BIG, "１３５１７０"), {}),
    Case("改成汉字数字", type_over(BIG, "十三万五千一百七十"), {}),
    Case("改成错的汉字数字", type_over(BIG, "十三万五千一百七十一"), {"changed": 1}),
    Case("修订状态下改数字", tracked, {"changed": 1}),
    Case("修订状态下删了重打，数没变", tracked_back, {}),
    Case("在数字后面紧接着添一位", behind(BIG, "0"), {"changed": 1}),
    Case("在数字前面紧接着添一位", in_front(BIG, "1"), {"changed": 1}),
    Case("在数字后面添“万”", behind(BIG, "万"), {"changed": 1}),
    Case("改成“13万余”，属实", type_over(BIG, "13万余"), {"rewritten": 1}),
    Case("改成“14万余”，不属实", type_over(BIG, "14万余"), {"wording": 1}),
    Case("改成“近14万”，属实", type_over(BIG, "近14万"), {"rewritten": 1}),
    Case("改成“近20万”，不属实", type_over(BIG, "近20万"), {"wording": 1}),
    Case("增长改成上升", type_over(f"{RATE}.dir", "上升"), {"rewritten": 1}),
    Case("增长改成下降", type_over(f"{RATE}.dir", "下降"), {"wording": 1}),
    Case("改增幅", type_over(f"{RATE}.yoy", "1.8"), {"changed": 1}),
    Case("增幅少写一位小数，属实", type_over(f"{RATE}.yoy", "1"), {"rewritten": 1}),
    Case("改前三位名单里的数", ranked, {"changed": 1}),
    Case("改表格里的数", in_table("135171"), {"changed": 1}),
    Case("改附件表格里的数", type_over(BIG, "135171", 2), {"changed": 1}),
    Case("占比少写一位小数，各自属实，合起来不是 100%", shares, {"rewritten": 1, "wording": 1}),
    Case("移进文本框，并改数字", in_text_box, {"changed": 1}),
    Case("删去控件，文字留下", unwrapped(BIG), {"lost": 1}),
    Case("删去控件，并改数字", unwrapped(BIG, words="135171"), {"changed": 1}),
    Case("控件、书签都删去，文字留下", unwrapped(BIG, bookmark=True), {"lost": 1}),
    Case("控件、书签都删去，并改数字", unwrapped(BIG, bookmark=True, words="135171"), {"changed": 1}),
    Case("删去数字", cut_out, {"missing": 1}),
    Case("清空数字的控件", emptied, {"missing": 1}),
    Case("复制一处", copied, {"copied": 1}),
    Case("复制一处，并改复制的数", lambda word: copied(word, "135171"), {"doubled": 1}),
    Case("两个数字对调位置", swapped, {"moved": 2}),
    Case("手工写一个数", sentence("另有流动党员88名。"), {"typed": 1}),
    Case("手工写日期、文号、序号", sentence("据2020年7月1日第3号文件。"), {}),
    Case("在脚注里手工写一个数", footnote, {"typed": 1}),
)

LIBREOFFICE: dict[str, tuple[list[tuple[object, ...]], dict[str, int]]] = {
    "打开后另存": ([], {}),
    "改数字": ([("type_over", "135170", "135171", 0)], {"changed": 1}),
    "在数字后面紧接着添一位": ([("type_behind", "135170", "0", 0)], {"changed": 1}),
    "改表格里的数": ([("type_over", "135170", "135171", 1)], {"changed": 1}),
    "修订状态下改数字": ([("track", True), ("type_over", "135170", "135171", 0)], {"changed": 1}),
    "增长改成下降": ([("type_over", "增长", "下降", 0)], {"wording": 1}),
    "改写数字旁边的文字": ([("type_over", "全市有基层党组织", "全市共有各类基层党组织", 0)], {}),
    "加粗": ([("set_bold", "135170", 0)], {}),
    "手工写一个数": ([("type_over", "上半年末，全市", "另有流动党员88名。上半年末，全市", 0)], {"typed": 1}),
    "删去数字": ([("type_over", "135170", "", 0)], {"missing": 1}),
    "删去有两个数的一段": ([("delete_paragraph", "从党员分布看", 0)], {"missing": 2}),
}
"""What is done in a real LibreOffice over UNO, beside losing every control, which it does on saving."""

BY_DATA = {
    "value": ("数字", "stale"),
    "yoy": ("增幅", "stale"),
    "dir": ("增长、下降、持平", "wording"),
    "top": ("前三位", "wording"),
    "full": ("全部", "wording"),
}
"""Figures of a report that nobody touched, by measure: what they are, and what is found when the data have changed."""

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "edited-reports.md"
_HEAD = """<!-- 由 docs/edited_reports.py 生成，请勿手改 · generated, do not edit -->

# 改过的报告，核对查出什么

`huibao reconcile` 在演示城市的汇总报告上，每种改法各做一次，查出的与这里列的一处不多、一处不少。
有没有数据可比，都一样查得出。“—”是没有要说的。
"""


def page() -> str:
    """Return the page of the documentation that lists every kind of edit with what is found."""
    word = [f"| {case.name} | {_told(case.found)} |" for case in CASES]
    office = [f"| {name} | {_told(found)} |" for name, (_, found) in LIBREOFFICE.items()]
    data = [f"| {name} | {say(f'figures.{kind}')} |" for name, kind in BY_DATA.values()]
    return "\n".join(
        [
            _HEAD,
            "## 在 Word 里改",
            "",
            "| 改法 | 查出 |",
            "| --- | --- |",
            *word,
            "",
            "## 在 LibreOffice 里改",
            "",
            f"它另存时丢掉全部控件；数字靠书签和清单仍都找得到，各记一条“{say('figures.lost')}”，下面不再列。",
            "",
            "| 改法 | 查出 |",
            "| --- | --- |",
            *office,
            "",
            "## 报告没改，数据变了",
            "",
            "| 哪种数 | 查出 |",
            "| --- | --- |",
            *data,
            "",
        ]
    )


def _told(found: dict[str, int]) -> str:
    return "，".join(f"{say(f'figures.{kind}')} {n} 处" for kind, n in found.items()) or "—"
