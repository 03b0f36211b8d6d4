"""Faces and styles of an official document (GB/T 9704-2012, 5.2.2 and 7.3), as WordprocessingML."""

from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import quoteattr

from exporters.word.page import LINE, Grid


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
_EXACT = f'<w:spacing w:line="{LINE}" w:lineRule="exact"/>'
_OFF_GRID = '<w:snapToGrid w:val="0"/>'
_NORMAL_SPACING = '<w:spacing w:val="0"/>'


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


def _document_styles(latin: str | None) -> tuple[Style, ...]:
    return (
        Style("DocumentTitle", "公文标题", _KEEP + _EXACT + _CENTRE, rfonts(TITLE_SONG) + size(44), "Body"),
        Style("DocumentSubtitle", "公文副标题", _KEEP + _CENTRE, rfonts(KAI, latin), "Body"),
        Style("Addressee", "主送机关", _LEFT, follows="Body"),
        Style("Body", "公文正文", INDENT),
        *_headings(latin),
        Style("RunIn", "段首标题段落", INDENT, follows="Body"),
        Style("Lead1", "段首标题字一级", run=rfonts(HEI, latin), kind="character"),
        Style("Lead2", "段首标题字二级", run=rfonts(KAI, latin), kind="character"),
        Style("Office", "发文机关署名", f'{_KEEP}<w:spacing w:before="{LINE}"/>{_RIGHT}'),
        Style("IssueDate", "成文日期", _RIGHT),
        Style("TableTitle", "表题", f'{_KEEP}<w:spacing w:before="120"/>{_CENTRE}', rfonts(HEI) + size(28)),
        Style("TableHead", "表头文字", _KEEP + _OFF_GRID + _CENTRE, rfonts(HEI) + _NORMAL_SPACING + size(24)),
        Style("TableText", "表格文字", _OFF_GRID + _LEFT, _NORMAL_SPACING + size(24)),
        Style(
            "TableHeadSmall",
            "表头小字",
            _KEEP + _OFF_GRID + _CENTRE,
            rfonts(HEI) + _NORMAL_SPACING + size(21),
        ),
        Style("TableTextSmall", "表格小字", _OFF_GRID + _LEFT, _NORMAL_SPACING + size(21)),
        Style("TableNote", "表注", f'{_OFF_GRID}<w:spacing w:before="60" w:after="120"/>{_LEFT}', size(21)),
        Style("Separator", "分隔", f'{_OFF_GRID}<w:spacing w:line="20" w:lineRule="exact"/>', size(2)),
        Style(
            "Footer",
            "footer",
            f'{_OFF_GRID}<w:spacing w:line="280" w:lineRule="exact"/>',
            rfonts(SONG) + _NORMAL_SPACING + size(28),
            built_in=True,
        ),
    )


def styles_xml(latin: str | None, grid: Grid) -> str:
    """Give the content of word/styles.xml; `latin` is the face of digits in running text, if not 仿宋."""
    pitch = '<w:spacing w:val="-5"/>' if grid == "portable" else ""
    own = "".join(style.xml() for style in _document_styles(latin))
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{rfonts(FANG, latin)}{pitch}<w:kern w:val="0"/>{size(32)}'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f'<w:pPr><w:widowControl w:val="0"/>{_LINE_RULES}<w:jc w:val="both"/></w:pPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultText">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        f"{_TABLE_STYLES}"
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        f'<w:uiPriority w:val="99"/><w:semiHidden/></w:style>{own}'
    )


_TABLE_STYLES = (
    '<w:style w:type="table" w:default="1" w:styleId="PlainTable"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
    '<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="公文表格"/>'
    '<w:basedOn w:val="PlainTable"/><w:tblPr><w:jc w:val="center"/><w:tblBorders>'
    + "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + '</w:tblBorders><w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
)


def font_table_xml() -> str:
    """Give the content of word/fontTable.xml: every face with its substitute, Chinese character set (86)."""
    return "".join(
        f'<w:font w:name="{face.name}"><w:altName w:val="{face.instead}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{face.family}"/><w:pitch w:val="{face.pitch}"/></w:font>'
        for face in (FANG, KAI, HEI, SONG, TITLE_SONG)
    )
