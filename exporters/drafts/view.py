"""A template's text → a Word file in which staff edit it: real headings and tables, X where figures will stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from exporters.drafts.controls import Controls
from exporters.drafts.lines import ViewLine, ViewRow, ViewTable, view_of
from exporters.drafts.origin import Origin, text_hash
from exporters.drafts.wording import Wording
from exporters.package import tree
from exporters.word.drafts import added_styles
from exporters.word.layout import Layout
from exporters.word.package import core_part, package, text_part
from exporters.word.page import twips
from exporters.word.style_document import StyleDocument, StyleFault, default_style, load_style
from workbook.messages import say
from workbook.model import Genre, Pack

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
_TEXT_WIDTH = 156
_CREATED = datetime(2020, 1, 1, tzinfo=UTC)  # the same text gives the same file


def edited(text: str, pack: Pack, genre: Genre, *, place: str = "") -> bytes:
    """Return the Word view of a genre's template; `place` is the folder of a pack that does not come with Huibao."""
    style = _style(pack.root / genre.style)
    styles = next(part for part in style.parts if part.relation == "styles")
    added, ids = added_styles(_known(styles.content))
    writer = _Writer(Controls(Wording(pack, genre), ids), ids, style.list_id(0))
    body = writer.body(view_of(text)) + style.portrait.xml
    origin = Origin(genre.id, pack.id, place, text_hash(text), text)
    widened = replace(styles, content=styles.content.replace(b"</w:styles>", f"{added}</w:styles>".encode()))
    shared = [widened if part is styles else part for part in style.parts]
    core = core_part(say("view.title", genre=genre.name), _CREATED)
    return package(b"", (), text_part(body), [*shared, style.numbering_for(1), core, *origin.parts()])


def _style(path: Path) -> StyleDocument:
    """Return the genre's own styles, the standard's where it has none that can be used."""
    try:
        return load_style(path) if path.is_file() else default_style(Layout())
    except StyleFault:
        return default_style(Layout())


class _Writer:
    """Writes a view's lines and tables as blocks of the document."""

    def __init__(self, controls: Controls, ids: Mapping[str, str], numbering: int) -> None:
        self.controls, self.ids, self.numbering = controls, ids, numbering

    def body(self, view: list[ViewLine | ViewTable]) -> str:
        """Return all blocks; an empty one follows a table where Word wants a paragraph."""
        out = []
        for here, after in zip(view, [*view[1:], None], strict=True):
            if isinstance(here, ViewLine):
                out.append(self.paragraph(here))
            else:
                out.append(self.table(here))
                out.append(self._paragraph("separator", "") if not isinstance(after, ViewLine) else "")
        return "".join(out)

    def paragraph(self, line: ViewLine) -> str:
        """Return a line as a paragraph in the style that says what it is."""
        if line.kind == "directive":
            return self._paragraph("directive", self.controls.run(line.text))
        if line.kind in ("row", "widths"):
            return self._paragraph("row", self.controls.line(line.text))
        if line.kind in _LEVELS:
            lead, _, rest = line.text.partition("。")
            if lead and rest.strip():
                level = _LEVELS[line.kind]
                number = f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="{self.numbering}"/></w:numPr>'
                return self._paragraph(f"run_in{level}", self.controls.line(line.text, lead=True), number)
        text, key = line.parts
        return self._paragraph(line.kind, self.controls.line(text, key=key))

    def table(self, table: ViewTable) -> str:
        """Return a table with a grey row for every directive and for the widths."""
        columns = table.columns
        widths = _widths(table)
        head = next((n for n, row in enumerate(table.rows) if row.kind == "row"), -1)
        rows = "".join(self._row(row, widths, head=n == head) for n, row in enumerate(table.rows))
        grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
        rules = "".join(
            f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
            for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        assert len(widths) == columns
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{rules}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )

    def _row(self, row: ViewRow, widths: list[int], *, head: bool) -> str:
        cells = []
        for n, cell in enumerate(row.cells):
            last = n == len(row.cells) - 1
            span = len(widths) - n if last else 1
            style = {"row": "cell"}.get(row.kind, row.kind)
            text = self.controls.run(cell) if row.kind != "row" else self.controls.line(cell)
            centre = '<w:jc w:val="center"/>' if head else ""
            wide = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
            shade = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' if row.kind != "row" else ""
            cells.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{sum(widths[n : n + span])}" w:type="dxa"/>{wide}{shade}'
                f'<w:vAlign w:val="center"/></w:tcPr>{self._paragraph(style, text, centre)}</w:tc>'
            )
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"

    def _paragraph(self, kind: str, inline: str, properties: str = "") -> str:
        return f'<w:p><w:pPr><w:pStyle w:val="{self.ids[kind]}"/>{properties}</w:pPr>{inline}</w:p>'


def _widths(table: ViewTable) -> list[int]:
    """Return the widths of the columns in twips, as the table says or all alike, never wider than the page."""
    asked = next((row.cells for row in table.rows if row.kind == "widths"), ())
    millimetres = [float(cell[:-1]) or 1.0 for cell in asked]
    if len(millimetres) != table.columns:
        millimetres = [_TEXT_WIDTH / table.columns] * table.columns
    shrunk = min(1.0, _TEXT_WIDTH / sum(millimetres))
    return [max(1, twips(width * shrunk)) for width in millimetres]


def _known(styles: bytes) -> dict[str, str]:
    """Return the ids of a document's styles by name."""
    return {s.find(f"{_W}name").get(f"{_W}val"): s.get(f"{_W}styleId") for s in tree(styles).iter(f"{_W}style")}
