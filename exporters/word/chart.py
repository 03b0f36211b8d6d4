"""Charts that stay charts in Word: columns, lines or shares, made to be read in black and white."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from xml.sax import saxutils

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from exporters.word.drawing import CHART
from exporters.word.package import Part, relations_xml
from exporters.word.pieces import clean_text

Kind = Literal["bar", "line", "share"]
Series = Sequence[tuple[str, Sequence[float | None]]]

_MOST_LABELS, _MOST_LABELLED_LINES = 24, 2  # more would run into one another
_CREATED = datetime(2020, 1, 1)
_SLICES = ("BFBFBF", "F2F2F2", "A6A6A6", "D9D9D9", "8C8C8C", "FFFFFF")  # light: a label may stand on one
_INKS = ("404040", "BFBFBF", "7F7F7F", "E7E7E7", "000000", "A6A6A6")
_DASHES = ("solid", "sysDash", "lgDash", "sysDot", "dashDot", "lgDashDot")
_MARKERS = ("circle", "square", "triangle", "diamond", "x", "star")
_SHEET = "Sheet1"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def chart_parts(number: int, kind: Kind, categories: Sequence[str], series: Series, unit: str) -> list[Part]:
    """Give the chart, the workbook a click on it opens, and how the two relate.

    Raises ValueError when a series has not one value for each category, or shares have several series.
    """
    if not categories or not series or any(len(values) != len(categories) for _, values in series):
        raise ValueError(f"every series of the chart must have {len(categories)} values")
    if kind == "share" and len(series) > 1:
        raise ValueError("a chart of shares has one series")
    book = Part(f"word/embeddings/chart{number}.xlsx", _workbook(categories, series), _BOOK_TYPE, "package")
    chart = Part(
        f"word/charts/chart{number}.xml",
        _chart_xml(kind, categories, series, unit).encode(),
        _CHART_TYPE,
        "chart",
        f"chart{number}",
    )
    link = Part(book.name, b"", book.type, "package", "book")
    return [chart, Part(f"word/charts/_rels/chart{number}.xml.rels", relations_xml([link], "word/charts/")), book]


def _workbook(categories: Sequence[str], series: Series) -> bytes:
    """Give the numbers as a workbook: categories down, series across; the same bytes for the same numbers."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet(_SHEET)
    for row, category in enumerate(categories, start=1):
        sheet.write_string(row, 0, clean_text(category))
    for column, (name, values) in enumerate(series, start=1):
        sheet.write_string(0, column, clean_text(name))
        for row, value in enumerate(values, start=1):
            if value is not None:
                sheet.write_number(row, column, value)
    book.close()
    return buffer.getvalue()


def _chart_xml(kind: Kind, categories: Sequence[str], series: Series, unit: str) -> str:
    """Give the chart's XML, its numbers cached as they stand in the workbook."""
    labelled = len(categories) * len(series) <= _MOST_LABELS and (kind != "line" or len(series) <= _MOST_LABELLED_LINES)
    drawn = "".join(
        _series(kind, index, name, categories, values, labelled) for index, (name, values) in enumerate(series)
    )
    if kind == "share":
        plot = f'<c:pieChart><c:varyColors val="1"/>{drawn}<c:firstSliceAng val="0"/></c:pieChart>'
    elif kind == "line":
        plot = (
            f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{drawn}<c:marker val="1"/>'
            f"{_AXIS_IDS}</c:lineChart>{_axes(unit)}"
        )
    else:
        plot = (
            f'<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>{drawn}'
            f'<c:gapWidth val="{max(80, 500 // len(categories))}"/>{_AXIS_IDS}</c:barChart>{_axes(unit)}'
        )
    legend = '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' if len(series) > 1 else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<c:chartSpace xmlns:c="{CHART}" xmlns:a="{_DRAWING}" xmlns:r="{_RELATIONS}"><c:date1904 val="0"/>'
        '<c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/>'
        f"<c:plotArea><c:layout/>{plot}</c:plotArea>{legend}"
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_text(1050)}"
        '<c:externalData r:id="book"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


def _series(
    kind: Kind, index: int, name: str, categories: Sequence[str], values: Sequence[float | None], labelled: bool
) -> str:
    """Give one series: its look, its labels, and what it takes from the workbook."""
    column, last = xl_col_to_name(index + 1), len(categories) + 1
    points = "".join(f'<c:pt idx="{i}"><c:v>{_text_of(text)}</c:v></c:pt>' for i, text in enumerate(categories))
    numbers = "".join(f'<c:pt idx="{i}"><c:v>{v}</c:v></c:pt>' for i, v in enumerate(values) if v is not None)
    look = _line(index) if kind == "line" else _filled(_INKS[index % len(_INKS)])
    slices = "".join(
        f'<c:dPt><c:idx val="{i}"/><c:bubble3D val="0"/>{_filled(_SLICES[i % len(_SLICES)])}</c:dPt>'
        for i in range(len(categories))
    )
    return (
        f'<c:ser><c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>{_SHEET}!${column}$1</c:f>'
        f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{_text_of(name)}</c:v></c:pt></c:strCache>'
        "</c:strRef></c:tx>"
        + look
        + ('<c:invertIfNegative val="0"/>' if kind == "bar" else "")
        + (slices if kind == "share" else "")
        + _labels(kind, shown=labelled)
        + f"<c:cat><c:strRef><c:f>{_SHEET}!$A$2:$A${last}</c:f><c:strCache>"
        f'<c:ptCount val="{len(categories)}"/>{points}</c:strCache></c:strRef></c:cat>'
        f"<c:val><c:numRef><c:f>{_SHEET}!${column}$2:${column}${last}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(categories)}"/>{numbers}</c:numCache></c:numRef>'
        "</c:val>" + ('<c:smooth val="0"/>' if kind == "line" else "") + "</c:ser>"
    )


def _filled(ink: str) -> str:
    """Give a grey with a black edge, told apart from its neighbours without colour."""
    return f"<c:spPr>{_solid(ink)}<a:ln w={chr(34)}6350{chr(34)}>{_solid('000000')}</a:ln></c:spPr>"


def _line(index: int) -> str:
    """Give a black line with a dash and a marker of its own."""
    dash, marker = _DASHES[index % len(_DASHES)], _MARKERS[index % len(_MARKERS)]
    fill = _solid("FFFFFF" if index % 2 else "000000")
    return (
        f'<c:spPr><a:ln w="19050">{_solid("000000")}<a:prstDash val="{dash}"/></a:ln></c:spPr>'
        f'<c:marker><c:symbol val="{marker}"/><c:size val="6"/><c:spPr>{fill}<a:ln w="9525">{_solid("000000")}</a:ln>'
        "</c:spPr></c:marker>"
    )


def _labels(kind: Kind, *, shown: bool) -> str:
    """Give the labels of a series: values above columns and points, name and share beside slices."""
    if not shown:
        return ""
    share = kind == "share"
    form = '<c:numFmt formatCode="0.0%" sourceLinked="0"/>' if share else ""
    place = {"bar": "outEnd", "line": "t", "share": "bestFit"}[kind]
    flags = {"LegendKey": 0, "Val": int(not share), "CatName": int(share), "SerName": 0, "Percent": int(share)}
    shows = "".join(f'<c:show{name} val="{value}"/>' for name, value in flags.items())
    split = "<c:separator> </c:separator>" if share else ""
    return (
        f"<c:dLbls>{form}<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_text(1050 if share else 900)}"
        f'<c:dLblPos val="{place}"/>{shows}<c:showBubbleSize val="0"/>{split}</c:dLbls>'
    )


def _axes(unit: str) -> str:
    """Give both axes; the unit stands above the axis of values."""
    title = (
        "<c:title><c:tx><c:rich>"
        f'<a:bodyPr rot="0" vert="horz"/><a:p><a:pPr>{_font("defRPr", 900)}</a:pPr><a:r>{_font("rPr", 900)}'
        f"<a:t>{_text_of(unit)}</a:t></a:r></a:p></c:rich></c:tx>"
        '<c:layout><c:manualLayout><c:xMode val="edge"/><c:yMode val="edge"/><c:x val="0.01"/><c:y val="0.01"/>'
        '</c:manualLayout></c:layout><c:overlay val="0"/></c:title>'
        if unit
        else ""
    )
    black = f'<c:spPr><a:ln w="6350">{_solid("000000")}</a:ln></c:spPr>'
    grid = f'<c:majorGridlines><c:spPr><a:ln w="3175">{_solid("D9D9D9")}</a:ln></c:spPr></c:majorGridlines>'
    return (
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/>{black}<c:crossAx val="2"/><c:crosses val="autoZero"/>'
        '<c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="l"/>{grid}{title}<c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'{black}<c:crossAx val="1"/><c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>'
    )


_AXIS_IDS = '<c:axId val="1"/><c:axId val="2"/>'


def _text_of(words: str) -> str:
    return saxutils.escape(clean_text(words))


def _solid(ink: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{ink}"/></a:solidFill>'


def _font(element: str, size: int) -> str:
    """Give run properties in 宋体; `size` in hundredths of a point."""
    faces = "".join(f'<a:{script} typeface="宋体"/>' for script in ("latin", "ea", "cs"))
    return f'<a:{element} sz="{size}" b="0">{_solid("000000")}{faces}</a:{element}>'


def _text(size: int) -> str:
    return f'<c:txPr><a:bodyPr/><a:p><a:pPr>{_font("defRPr", size)}</a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
