"""An official document after GB/T 9704-2012, written block by block from top to bottom.

Clause numbers are those of the standard; how each is met in Word, and what bites, is in `styles`, `page`,
`numbering` and `around`.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from exporters.word import around
from exporters.word.blocks import Paragraph
from exporters.word.chart import Kind as ChartKind
from exporters.word.chart import Series, chart_parts
from exporters.word.drawing import chart_frame
from exporters.word.flow import Flow
from exporters.word.layout import STANDARD, Layout
from exporters.word.numbering import LEVELS
from exporters.word.package import Part, core_part, package, text_part
from exporters.word.page import twips
from exporters.word.pieces import Inline, InlineWriter, Piece
from exporters.word.style_document import StyleDocument, default_style
from exporters.word.styles import heading_style
from exporters.word.table import Align, Row, table
from workbook.files import replacing

_LEADS = {1: "Lead1", 2: "Lead2"}
_ROUNDING = twips(0.2)
_CHART_MM = (150.0, 75.0)


class OfficialDocument:
    """An A4 report: red head, title, addressee, four numbered levels, tables, charts, signature, annexes, 版记.

    The same calls with the same arguments give the same file, byte for byte.
    """

    def __init__(
        self,
        title: str,
        created: datetime,
        *,
        remarks: str = "",
        layout: Layout = STANDARD,
        style: StyleDocument | None = None,
    ) -> None:
        """Begin a portrait document; `title`, `created` and `remarks` become its core properties.

        `style` is an office's own style document, whose faces and grid then count; without one the standard's
        styles are used.
        """
        self._core = core_part(title, created, remarks)
        self._layout = layout
        self._style = style or default_style(layout)
        self._ids = self._style.ids
        self._writer = InlineWriter()
        self._flow = Flow(self._style)
        self._charts: list[list[Part]] = []
        self._lists = 1
        self._levels_used = False

    def red_head(self, text: str) -> None:
        r"""Add 发文机关标志, such as 中共澜州市委组织部文件, red and centred (7.2.4); "\n" begins a line."""
        if self._layout.head:
            self._flow.add(around.red_head(self._writer, self._ids, text))

    def number(self, text: str) -> None:
        """Add 发文字号, such as 澜组发〔2020〕5号, over the red line (7.2.5, 7.2.7)."""
        if self._layout.head:
            self._add("Number", text)

    def title(self, text: str) -> None:
        r"""Add the title, 2号小标宋 centred (7.3.1); "\n" in it breaks the line where sense allows.

        A title after headings opens a new part, whose headings count from 一、 again.
        """
        self._count_anew()
        self._flow.add_title(Paragraph(self._ids["DocumentTitle"], self._write(text)))

    def subtitle(self, text: str) -> None:
        """Add a line under the title, 楷体 3号 centred, such as （2020年上半年）."""
        self._flow.add_title(Paragraph(self._ids["DocumentSubtitle"], self._write(text)))

    def addressee(self, text: str) -> None:
        """Add the receiving bodies, flush left after one blank line (7.3.2); a missing colon is added."""
        self._add("Addressee", text if text.endswith("：") else f"{text}：")

    def heading(self, level: int, pieces: Sequence[Inline]) -> None:
        """Add a heading of level 1 to 4, numbered 一、/（一）/1./（1） by Word itself (7.3.3)."""
        self._flow.add(self._numbered(heading_style(level), level, self._writer.write(pieces)))

    def run_in(self, level: int, lead_pieces: Sequence[Inline], body_pieces: Sequence[Inline]) -> None:
        """Add a paragraph that opens with its own numbered heading sentence, then runs on (7.3.3)."""
        lead = self._writer.write(lead_pieces, self._ids[_LEADS[level]] if level in _LEADS else "")
        self._flow.add(self._numbered("RunIn", level, lead + self._writer.write(body_pieces)))

    def body(self, pieces: Sequence[Inline]) -> None:
        """Add a paragraph of text, 3号仿宋, two characters in (7.3.3)."""
        self._flow.add(Paragraph(self._ids["Body"], self._writer.write(pieces)))

    def table_title(self, text: str, key: str = "") -> None:
        """Add the title of the table that follows, 表1　…, kept on its page; a `Reference` names it by `key`."""
        label = self._writer.captions.caption("table", key)
        self._flow.add(Paragraph(self._ids["TableTitle"], label + self._write(f"　{text}")))

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Row],
        widths_mm: Sequence[float],
        align: Sequence[Align],
        *,
        ruled: bool = False,
    ) -> None:
        """Add a table of three rules, or `ruled` like a form; its head repeats and no row is split across pages.

        Raises ValueError when the columns do not agree or are wider than the type area together.
        """
        if twips(sum(widths_mm)) > self._flow.text_width + _ROUNDING:
            raise ValueError(f"the table is {sum(widths_mm):g} mm wide, more than the type area")
        if len(widths_mm) != len(align):
            raise ValueError(f"the table has {len(widths_mm)} widths, but {len(align)} alignments")
        columns = list(zip(widths_mm, align, strict=True))
        self._flow.add_table(table(self._writer, self._ids, header, rows, columns, ruled=ruled))

    def note(self, text: str) -> None:
        """Add a small note under a table, kept on the page of its last row."""
        self._flow.keep_last()
        self._add("TableNote", text)

    def chart(self, kind: ChartKind, categories: Sequence[str], series: Series, *, unit: str = "") -> None:
        """Add a chart that can be edited in Word: "bar" columns, "line"s, or the "share"s of one series.

        None in a series is no value. Raises ValueError when series and categories do not agree.
        """
        number = len(self._charts) + 1
        parts = chart_parts(number, kind, categories, series, unit)
        self._charts.append(parts)
        frame = chart_frame(parts[0].id, number=number, size_mm=_CHART_MM)
        self._flow.add(Paragraph(self._ids["Figure"], frame))

    def figure_title(self, text: str, key: str = "") -> None:
        """Add the title under a figure, 图1　…, kept on its page; a `Reference` names it by `key`."""
        label = self._writer.captions.caption("figure", key)
        self._flow.add(Paragraph(self._ids["FigureTitle"], label + self._write(f"　{text}")))

    def page_break(self) -> None:
        """Begin the next block on a new page."""
        self._flow.break_page()

    def annex_note(self, titles: Sequence[str]) -> None:
        """Add 附件说明 after the text, before the signature (7.3.4)."""
        if self._layout.annex_note:
            for paragraph in around.annex_note(self._writer, self._ids, titles):
                self._flow.add(paragraph)

    def signature(self, office: str, date: str) -> None:
        """Add office and date (7.3.5), as for a sealed document if the layout says so.

        They stay on the page of the text's end: no page may hold a signature alone (7.3.5.4).
        """
        self._flow.keep_last()
        for paragraph in around.signature(self._writer, self._ids, office, date, sealed=self._layout.seal):
            self._flow.add(paragraph)

    def annex(self, title: str, number: int | None = None, *, landscape: bool = False) -> None:
        """Begin an annex on a new page (7.4): 附件1, or 附件 without a number; its title on the third line.

        Its headings count from 一、 again. `landscape` turns the page, for wide tables.
        """
        if landscape or self._flow.landscape:
            self._flow.begin_section(self._style.landscape if landscape else self._style.portrait)
        else:
            self._flow.break_page()
        self._count_anew()
        self._flow.add(around.annex_mark(self._writer, self._ids, number or 0))
        self._flow.add_title(Paragraph(self._ids["AnnexTitle"], self._write(title)))

    def imprint(self, copies: str, office: str, date: str) -> None:
        """Add 版记 on the bottom of the last page (7.3.6), nothing after it; `copies` may be empty.

        That the last page should be an even one is left to the printer: reports are read on screen first.
        """
        if self._layout.imprint:
            if self._flow.landscape:
                self._flow.begin_section(self._style.portrait)
            width = self._flow.text_width
            self._flow.add(around.imprint(self._writer, self._ids, copies, office, date, width))

    def landscape_section(self) -> None:
        """Begin a new page set sideways, for wide tables (7.4): 225 x 156 mm of type area."""
        self._flow.begin_section(self._style.landscape)

    def portrait_section(self) -> None:
        """Begin a new upright page: 156 x 225 mm of type area."""
        self._flow.begin_section(self._style.portrait)

    def text(self) -> Part:
        """Give the finished text; UnknownReference when it mentions a table or figure that has no title."""
        return text_part(self._writer.captions.resolve(self._flow.xml()))

    def to_bytes(self, text: Part | None = None, beside: Sequence[Part] = ()) -> bytes:
        """Give the finished file, with parts of other people `beside` the text; `text` saves making it again."""
        parts = [self._style.numbering_for(self._lists), *chain.from_iterable(self._charts), self._core, *beside]
        return package(self._style.base, self._style.parts, text or self.text(), parts)

    def save(self, path: Path) -> None:
        """Write the document to `path` in one step; a file already there is replaced."""
        data = self.to_bytes()
        with replacing(path) as temporary:
            temporary.write_bytes(data)

    def _write(self, text: str) -> str:
        return self._writer.write([Piece(text)])

    def _add(self, style: str, text: str) -> None:
        self._flow.add(Paragraph(self._ids[style], self._write(text)))

    def _count_anew(self) -> None:
        if self._levels_used:
            self._lists += 1
            self._levels_used = False

    def _numbered(self, style: str, level: int, inline: str) -> Paragraph:
        """Give a numbered paragraph; in the first list a heading's style numbers it already."""
        if level not in LEVELS:
            raise ValueError(f"an official document has levels 1 to 4, not {level}")
        self._levels_used = True
        if self._lists == 1 and style != "RunIn":
            return Paragraph(self._ids[style], inline)
        return Paragraph(self._ids[style], inline, level=level, numbering=self._style.list_id(self._lists - 1))
