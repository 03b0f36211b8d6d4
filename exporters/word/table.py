"""A ruled table whose head repeats on every page and whose rows stay whole."""

from collections.abc import Sequence
from typing import Literal

from exporters.word.page import twips
from exporters.word.pieces import InlineWriter, Piece

Align = Literal["left", "center", "right"]
Row = Sequence[Sequence[Piece]]

_MOST_COLUMNS_IN_LARGE_TYPE = 7
_ROW_HEIGHT = 454


def table_xml(
    writer: InlineWriter,
    header: Sequence[str],
    rows: Sequence[Row],
    widths_mm: Sequence[float],
    align: Sequence[Align],
) -> str:
    """Give the w:tbl: 小四 up to seven columns, 五号 beyond, all cells centred in height.

    Raises ValueError when header, widths, alignments and rows do not have the same number of columns.
    """
    columns = len(header)
    if not columns or {len(widths_mm), len(align), *map(len, rows)} != {columns}:
        raise ValueError(f"every row, width and alignment of the table must have {columns} columns")
    widths = [twips(width) for width in widths_mm]
    small = "" if columns <= _MOST_COLUMNS_IN_LARGE_TYPE else "Small"
    head = [
        f'<w:p><w:pPr><w:pStyle w:val="TableHead{small}"/></w:pPr>{writer.write([Piece(text)])}</w:p>'
        for text in header
    ]
    body = "".join(
        _row([_cell(writer, cell, side, small) for cell, side in zip(row, align, strict=True)], widths) for row in rows
    )
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
        + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        + f"</w:tblGrid>{_row(head, widths, repeated=True)}{body}</w:tbl>"
    )


def _cell(writer: InlineWriter, pieces: Sequence[Piece], side: Align, small: str) -> str:
    properties = f'<w:pStyle w:val="TableText{small}"/><w:jc w:val="{side}"/>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{writer.write(pieces)}</w:p>"


def _row(cells: Sequence[str], widths: Sequence[int], *, repeated: bool = False) -> str:
    properties = f'<w:cantSplit/><w:trHeight w:val="{_ROW_HEIGHT}" w:hRule="atLeast"/>'
    if repeated:
        properties += "<w:tblHeader/>"
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{cell}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{written}</w:tr>"
