"""A table whose head repeats on every page and whose rows stay whole: three rules, or a grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from exporters.word.page import twips
from exporters.word.pieces import Inline, InlineWriter, Piece

Align = Literal["left", "center", "right"]
Row = Sequence[Sequence[Inline]]

_MOST_COLUMNS_IN_LARGE_TYPE = 7
_ROW_HEIGHT = 454


@dataclass(frozen=True)
class Table:
    """A finished table: style ids of the table, its head and its text, and the inline XML of its cells."""

    style: str
    head_style: str
    text_style: str
    widths: Sequence[int]
    align: Sequence[Align]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    keep_next: bool = False

    def xml(self) -> str:
        """Give the w:tbl element, all cells centred in height."""
        cells = [
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
            for width in self.widths
        ]
        head_cell = f'<w:pStyle w:val="{self.head_style}"/></w:pPr>'
        rows = [_row([f"{cell}{head_cell}{text}" for cell, text in zip(cells, self.head, strict=True)], _REPEATED)]
        openings = self._openings(cells)
        rows += [_row([f"{o}{text}" for o, text in zip(openings, row, strict=True)]) for row in self.rows]
        if self.keep_next and self.rows:
            kept = zip(self._openings(cells, "<w:keepNext/>"), self.rows[-1], strict=True)
            rows[-1] = _row([f"{opening}{text}" for opening, text in kept])
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self.style}"/><w:tblW w:w="{sum(self.widths)}" w:type="dxa"/>'
            '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1"/></w:tblPr>'
            "<w:tblGrid>"
            + "".join(f'<w:gridCol w:w="{width}"/>' for width in self.widths)
            + f"</w:tblGrid>{''.join(rows)}</w:tbl>"
        )

    def _openings(self, cells: Sequence[str], keep: str = "") -> list[str]:
        """Give how the cells of a row begin, up to their text."""
        return [
            f'{cell}<w:pStyle w:val="{self.text_style}"/>{keep}<w:jc w:val="{side}"/></w:pPr>'
            for cell, side in zip(cells, self.align, strict=True)
        ]


def table(
    writer: InlineWriter,
    styles: Mapping[str, str],
    header: Sequence[str],
    rows: Sequence[Row],
    columns: Sequence[tuple[float, Align]],
    *,
    ruled: bool,
) -> Table:
    """Give the table: 小四 up to seven columns, 五号 beyond; `columns` are widths in mm and sides.

    Raises ValueError when header, columns and rows do not have the same number of columns.
    """
    if not columns or {len(header), *map(len, rows)} != {len(columns)}:
        raise ValueError(f"header and every row of the table must have {len(columns)} columns")
    small = "" if len(columns) <= _MOST_COLUMNS_IN_LARGE_TYPE else "Small"
    write = writer.write
    return Table(
        styles["RuledTable" if ruled else "ThreeLineTable"],
        styles[f"TableHead{small}"],
        styles[f"TableText{small}"],
        [twips(width) for width, _ in columns],
        [side for _, side in columns],
        [write([Piece(text)]) for text in header],
        [[write(cell) for cell in row] for row in rows],
    )


_WHOLE = f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{_ROW_HEIGHT}" w:hRule="atLeast"/>'
_REPEATED = "<w:tblHeader/>"


def _row(cells: Sequence[str], repeated: str = "") -> str:
    return f"{_WHOLE}{repeated}</w:trPr>{'</w:p></w:tc>'.join(cells)}</w:p></w:tc></w:tr>"
