"""Things that stand on the page beside the text: text boxes and charts, as DrawingML."""

EMU_PER_TWIP = 635
EMU_PER_MM = 36_000

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
"""What every part with text or drawings declares."""

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"


def text_box(
    content: str,
    *,
    number: int,
    size: tuple[int, int],
    place: tuple[int, int] | None = None,
    downwards: bool = False,
) -> str:
    """Give a run with a box without lines around block `content`; lengths in twips.

    It stands at `place` on the paper, or, without one, on the bottom of the type area: floating tables and
    frames do not stay there in LibreOffice 7.4. With `downwards` its text is turned to the right. A placed box
    wraps text, of which there is none beside it: LibreOffice forgets the place of one that does not.
    """
    width, height = (length * EMU_PER_TWIP for length in size)
    if place is None:
        across = '<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
        down = '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        wrap = "<wp:wrapNone/>"
    else:
        x, y = (length * EMU_PER_TWIP for length in place)
        across = f'<wp:positionH relativeFrom="page"><wp:posOffset>{x}</wp:posOffset></wp:positionH>'
        down = f'<wp:positionV relativeFrom="page"><wp:posOffset>{y}</wp:posOffset></wp:positionV>'
        wrap = '<wp:wrapSquare wrapText="bothSides"/>'
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0" '
        'distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">'
        f'<wp:simplePos x="0" y="0"/>{across}{down}<wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:effectExtent l="0" t="0" r="0" b="0"/>{wrap}<wp:docPr id="{number}" name="box{number}"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{_SHAPE}"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        f'<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>"
        f'<wps:bodyPr{" vert=" + chr(34) + "vert" + chr(34) if downwards else ""} lIns="0" tIns="0" rIns="0" '
        'bIns="0" anchor="b"/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>'
        "</mc:AlternateContent></w:r>"
    )


def chart_frame(relation: str, *, number: int, size_mm: tuple[float, float]) -> str:
    """Give a run with the chart behind a relationship id, set in the line like a large letter."""
    width, height = (round(length * EMU_PER_MM) for length in size_mm)
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="chart{number}"/><wp:cNvGraphicFramePr/><a:graphic>'
        f'<a:graphicData uri="{CHART}"><c:chart xmlns:c="{CHART}" r:id="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )
