"""Faces and styles of an official document (GB/T 9704-2012, 5.2.2 and 7.3), as WordprocessingML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import quoteattr

from exporters.word.layout import Layout
from exporters.word.page import LINE, twips


@dataclass(frozen=True)
class Face:
    """A typeface, the name to try when it is not installed, and how it is described in the font table."""

    name: str
    instead: str
    family: str
    pitch: str


FANG = Face("仿宋_GB2312", "仿宋", "modern", "fixed")
KAI = Face("楷体_GB2312", "楷体", "modern", "fixed")
HEI = Face("黑体", "SimHei", "modern", "fixed")
SONG = Face("宋体", "SimSun", "auto", "variable")
TITLE_SONG = Face("方正小标宋简体", "方正小标宋_GBK", "script", "fixed")

RED_HEAD = 52
"""Size of the red head in points; a longer name is set smaller, so that it keeps to one line."""

INDENT = '<w:ind w:left="0" w:firstLineChars="200" w:firstLine="630"/>'
"""Every paragraph begins two characters in; turnover lines go back to the margin (7.3.3)."""

_LINE_RULES = '<w:kinsoku/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
"""No mark begins a line, no gap between 汉字 and digits.

LibreOffice 7.4 inverts w:overflowPunct, so it is left out: one mark may hang past the margin.
"""


def rfonts(face: Face, latin: str | None = None) -> str:
    """Give the font element for `face`; digits and letters in `latin`, or in the face itself."""
    western = quoteattr(latin or face.name)
    return f'<w:rFonts w:hint="eastAsia" w:ascii={western} w:hAnsi={western} w:eastAsia="{face.name}" w:cs={western}/>'


def size(half_points: int) -> str:
    """Give the size elements: 44 is 2号, 32 is 3号, 28 is 4号, 24 is 小四, 21 is 五号."""
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def heading_style(level: int) -> str:
    """Give the id of the built-in heading style of a level (1 to 4)."""
    return f"Heading{level}"


@dataclass(frozen=True)
class Style:
    """One paragraph or character style; `paragraph` and `run` hold its property elements in schema order."""

    id: str
    name: str
    paragraph: str = ""
    run: str = ""
    follows: str = ""
    kind: Literal["paragraph", "character"] = "paragraph"
    built_in: bool = False

    def xml(self) -> str:
        """Give the w:style element."""
        based = '<w:basedOn w:val="Normal"/>' if self.kind == "paragraph" else '<w:basedOn w:val="DefaultText"/>'
        return (
            f'<w:style w:type="{self.kind}"{"" if self.built_in else _CUSTOM} w:styleId="{self.id}">'
            f'<w:name w:val="{self.name}"/>{based}'
            + (f'<w:next w:val="{self.follows}"/>' if self.follows else "")
            + "<w:qFormat/>"
            + (f"<w:pPr>{self.paragraph}</w:pPr>" if self.paragraph else "")
            + (f"<w:rPr>{self.run}</w:rPr>" if self.run else "")
            + "</w:style>"
        )


_CUSTOM = ' w:customStyle="1"'
_CENTRE = '<w:jc w:val="center"/>'
_RIGHT = '<w:jc w:val="right"/>'
_LEFT = '<w:jc w:val="left"/>'
_KEEP = "<w:keepNext/>"
_OFF_GRID = '<w:snapToGrid w:val="0"/>'
_NORMAL_SPACING = '<w:spacing w:val="0"/>'


def _spacing(before: int = 0, after: int = 0, *, line: int = LINE) -> str:
    """Give room before and after a paragraph and its exact line height; 0 leaves the line to the grid."""
    exact = f' w:line="{line}" w:lineRule="exact"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{exact}/>'


def _headings(latin: str | None) -> tuple[Style, ...]:
    """Give the four levels: 黑体, 楷体, 仿宋, 仿宋, all 3号 and not bold (7.3.3)."""
    return tuple(
        Style(
            heading_style(level),
            f"heading {level}",
            f'{_KEEP}<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="1"/></w:numPr>{INDENT}'
            f'<w:outlineLvl w:val="{level - 1}"/>',
            rfonts(face, latin),
            follows="Body",
            built_in=True,
        )
        for level, face in enumerate((HEI, KAI, FANG, FANG), start=1)
    )


def _head_styles() -> tuple[Style, ...]:
    """Give the red head, the document number over its red line, and the two titles (7.2, 7.3.1).

    The mark begins 35 mm below the top of the type area, the number two lines below it, the line 4 mm
    under the number, the title two lines below the line.
    """
    line = '<w:pBdr><w:bottom w:val="single" w:sz="8" w:space="11" w:color="FF0000"/></w:pBdr>'
    red = rfonts(TITLE_SONG) + '<w:color w:val="FF0000"/>' + _NORMAL_SPACING
    return (
        Style(
            "RedHead", "发文机关标志", _OFF_GRID + _spacing(twips(35), line=1040) + _CENTRE, red + size(2 * RED_HEAD)
        ),
        Style("Number", "发文字号", line + _OFF_GRID + _spacing(2 * LINE, 2 * LINE, line=320) + _CENTRE),
        Style(
            "DocumentTitle", "公文标题", _KEEP + _OFF_GRID + _spacing() + _CENTRE, rfonts(TITLE_SONG) + size(44), "Body"
        ),
    )


def _end_styles() -> tuple[Style, ...]:
    """Give what follows the text: list of annexes, signature, annexes, 版记 (7.3.4 to 7.3.6, 7.4)."""
    return (
        Style("AnnexNote", "附件说明", "<w:keepLines/>" + _spacing(LINE, line=0) + "<w:contextualSpacing/>" + _LEFT),
        Style("Office", "发文机关署名", _KEEP + _spacing(LINE, line=0) + _RIGHT),
        Style("OfficeSealed", "加盖印章署名", _KEEP + _spacing(2 * LINE, line=0) + _RIGHT),
        Style("IssueDate", "成文日期", _RIGHT),
        Style("AnnexMark", "附件标识", _KEEP + _LEFT, rfonts(HEI), "AnnexTitle"),
        Style(
            "AnnexTitle",
            "附件标题",
            _KEEP + _OFF_GRID + _spacing(LINE) + _CENTRE,
            rfonts(TITLE_SONG) + size(44),
            "Body",
        ),
        Style("ImprintText", "版记文字", _OFF_GRID + _spacing(line=560) + _LEFT, size(28)),
        Style("ImprintLine", "版记分隔线", _OFF_GRID + _spacing(line=20), size(2)),
    )


def _table_styles(latin: str | None) -> tuple[Style, ...]:
    """Give titles, heads, text and notes of tables and figures; Small is for tables of many columns."""
    head, text = _KEEP + _OFF_GRID + _CENTRE, _OFF_GRID + _LEFT
    return (
        Style("TableTitle", "表题", _KEEP + _spacing(120, line=0) + _CENTRE, rfonts(HEI, latin) + size(28)),
        Style("TableHead", "表头文字", head, rfonts(HEI, latin) + _NORMAL_SPACING + size(24)),
        Style("TableText", "表格文字", text, _NORMAL_SPACING + size(24)),
        Style("TableHeadSmall", "表头小字", head, rfonts(HEI, latin) + _NORMAL_SPACING + size(21)),
        Style("TableTextSmall", "表格小字", text, _NORMAL_SPACING + size(21)),
        Style("TableNote", "表注", _OFF_GRID + _spacing(60, 120, line=0) + _LEFT, size(21)),
        Style("Figure", "图", _KEEP + _OFF_GRID + _spacing(120, line=0) + _CENTRE),
        Style("FigureTitle", "图题", _spacing(0, 120, line=0) + _CENTRE, rfonts(HEI, latin) + size(28)),
        Style("Separator", "分隔", _OFF_GRID + _spacing(line=20), size(2)),
    )


def document_styles(latin: str | None) -> tuple[Style, ...]:
    """Give every style a report uses, in the order it meets them."""
    return (
        *_head_styles(),
        Style("DocumentSubtitle", "公文副标题", _KEEP + _CENTRE, rfonts(KAI, latin), "Body"),
        Style("Addressee", "主送机关", _LEFT, follows="Body"),
        Style("Body", "公文正文", INDENT),
        *_headings(latin),
        Style("RunIn", "段首标题段落", INDENT, follows="Body"),
        Style("Lead1", "段首标题字一级", run=rfonts(HEI, latin), kind="character"),
        Style("Lead2", "段首标题字二级", run=rfonts(KAI, latin), kind="character"),
        *_table_styles(latin),
        *_end_styles(),
        Style(
            "Footer", "footer", _OFF_GRID + _spacing(line=280), rfonts(SONG) + _NORMAL_SPACING + size(28), built_in=True
        ),
    )


TABLE_STYLES: Mapping[str, str] = {"RuledTable": "公文表格", "ThreeLineTable": "三线表"}
"""Ids and names of the two kinds of table."""


def styles_xml(layout: Layout) -> str:
    """Give the content of word/styles.xml."""
    latin = layout.latin
    pitch = '<w:spacing w:val="-5"/>' if layout.grid == "portable" else ""
    own = "".join(style.xml() for style in document_styles(latin))
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{rfonts(FANG, latin)}{pitch}<w:kern w:val="0"/>{size(32)}'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f'<w:pPr><w:widowControl w:val="0"/>{_LINE_RULES}<w:jc w:val="both"/></w:pPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultText">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="PlainTable"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
        f"{_tables()}"
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        f'<w:uiPriority w:val="99"/><w:semiHidden/></w:style>{own}'
    )


def _tables() -> str:
    """Give the ruled table, and the one with thick rules above and below and a thin one under its head."""
    ruled = "".join(_rule(edge, 4) for edge in ("top", "left", "bottom", "right", "insideH", "insideV"))
    thick = _rule("top", _THICK) + _rule("bottom", _THICK)
    thin = (
        f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{_rule("bottom", _THIN)}</w:tcBorders></w:tcPr>'
        "</w:tblStylePr>"
    )
    margins = "".join(
        f'<w:{edge} w:w="{width}" w:type="dxa"/>'
        for edge, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85))
    )
    return "".join(
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{id}"><w:name w:val="{TABLE_STYLES[id]}"/>'
        f'<w:basedOn w:val="PlainTable"/><w:tblPr><w:jc w:val="center"/><w:tblBorders>{rules}</w:tblBorders>'
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>{head}</w:style>"
        for id, rules, head in (("RuledTable", ruled, ""), ("ThreeLineTable", thick, thin))
    )


_THICK, _THIN = 12, 6  # eighths of a point


def _rule(edge: str, width: int) -> str:
    return f'<w:{edge} w:val="single" w:sz="{width}" w:space="0" w:color="000000"/>'


def font_table_xml() -> str:
    """Give the content of word/fontTable.xml: every face with its substitute, Chinese character set (86)."""
    return "".join(
        f'<w:font w:name="{face.name}"><w:altName w:val="{face.instead}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{face.family}"/><w:pitch w:val="{face.pitch}"/></w:font>'
        for face in (FANG, KAI, HEI, SONG, TITLE_SONG)
    )
