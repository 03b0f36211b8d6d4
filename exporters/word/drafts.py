"""Styles of a template that is edited in Word: their names say what a line is, whatever ids a program gives them."""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from exporters.word.styles import FANG, HEI, INDENT, KAI, TITLE_SONG, Face, rfonts, size

_GREY = '<w:color w:val="7F7F7F"/>'
_PALE = '<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>'
_CENTRE, _RIGHT, _LEFT = (f'<w:jc w:val="{side}"/>' for side in ("center", "right", "left"))
_CLOSE = '<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0"/>'

NAME_OF: Mapping[str, str] = {
    "head": "发文机关标志",
    "number": "发文字号",
    "title": "公文标题",
    "subtitle": "公文副标题",
    "addressee": "主送机关",
    "h1": "heading 1",
    "h2": "heading 2",
    "h3": "heading 3",
    "h4": "heading 4",
    "run_in1": "段首标题一级",
    "run_in2": "段首标题二级",
    "run_in3": "段首标题三级",
    "run_in4": "段首标题四级",
    "body": "公文正文",
    "table_title": "表题",
    "bars": "柱形图题",
    "lines": "折线图题",
    "shares": "占比图题",
    "row": "模板表格行",
    "note": "表注",
    "annex": "附件标题",
    "wide_annex": "横排附件标题",
    "signature": "落款",
    "imprint": "版记",
    "directive": "模板指令",
    "widths": "模板列宽",
    "cell": "表格文字",
    "separator": "分隔",
    "lead": "段首标题字",
    "blank": "模板空格",
    "code": "模板代码",
}
"""Style names of a template's lines, of cells, and of the characters in a line."""

CHARACTERS = ("lead", "blank", "code")


def _caption(face: Face = HEI) -> tuple[str, str]:
    return f'<w:keepNext/><w:spacing w:before="120"/>{_CENTRE}', rfonts(face) + size(28)


_LOOKS: Mapping[str, tuple[str, str]] = {
    "head": (_CENTRE, rfonts(TITLE_SONG) + '<w:color w:val="FF0000"/>' + size(52)),
    "number": (_CENTRE, ""),
    "title": (_CENTRE, rfonts(TITLE_SONG) + size(44)),
    "subtitle": (_CENTRE, rfonts(KAI)),
    "addressee": (_LEFT, ""),
    **{f"run_in{level}": (INDENT, "") for level in (1, 2, 3, 4)},
    "body": (INDENT, ""),
    "table_title": _caption(),
    "bars": _caption(),
    "lines": _caption(),
    "shares": _caption(),
    "row": (_CLOSE + _LEFT, size(21)),
    "note": (_CLOSE + _LEFT, size(21)),
    "annex": (_CENTRE, rfonts(TITLE_SONG) + size(44)),
    "wide_annex": (_CENTRE, rfonts(TITLE_SONG) + size(44)),
    "signature": (f'<w:spacing w:before="579"/><w:ind w:right="630"/>{_RIGHT}', ""),
    "imprint": (_LEFT, size(28)),
    "directive": (_CLOSE + _LEFT, rfonts(FANG) + _GREY + size(18)),
    "widths": (_CLOSE + _CENTRE, rfonts(FANG) + _GREY + size(18)),
    "cell": (_CLOSE + _LEFT, size(24)),
    "separator": ('<w:snapToGrid w:val="0"/><w:spacing w:line="20" w:lineRule="exact"/>', size(2)),
    "lead": ("", rfonts(KAI)),
    "blank": ("", _PALE.format(fill="DDEBF7")),
    "code": ("", _GREY + size(18)),
}
_FOLLOWED_BY_TEXT = (
    "title",
    "subtitle",
    "addressee",
    "annex",
    "wide_annex",
    "run_in1",
    "run_in2",
    "run_in3",
    "run_in4",
)


def added_styles(known: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the styles that are not `known` yet as XML, and the ids of all of them by kind."""
    ids = {kind: known.get(name, f"Draft{kind.title().replace('_', '')}") for kind, name in NAME_OF.items()}
    added = "".join(_style(kind, ids) for kind, name in NAME_OF.items() if name not in known)
    return added, ids


def _style(kind: str, ids: Mapping[str, str]) -> str:
    paragraph, run = _LOOKS[kind]
    what = "character" if kind in CHARACTERS else "paragraph"
    follows = f'<w:next w:val="{ids["body"]}"/>' if kind in _FOLLOWED_BY_TEXT else ""
    return (
        f'<w:style w:type="{what}" w:customStyle="1" w:styleId="{ids[kind]}"><w:name w:val={quoteattr(NAME_OF[kind])}/>'
        f"{follows}<w:qFormat/>"
        + (f"<w:pPr>{paragraph}</w:pPr>" if paragraph else "")
        + (f"<w:rPr>{run}</w:rPr>" if run else "")
        + "</w:style>"
    )
