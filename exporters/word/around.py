"""What stands around the text: red head, list of annexes, signature, 版记. Clauses are the standard's."""

from collections.abc import Iterator, Mapping, Sequence

from exporters.word.blocks import Paragraph
from exporters.word.drawing import text_box
from exporters.word.page import CHARACTER, HALF_CHARACTER, PORTRAIT
from exporters.word.pieces import InlineWriter, Piece, is_wide
from exporters.word.styles import RED_HEAD, size

_ANNEX = "附件"
_COPIES = "抄送："
_PRINTED = "印发"
_END_MARKS = "。；，、;,. "
_BOX = 9_000_000  # id of the box of 版记, far from those of charts

_SMALL = 280  # a character of 4号, in which 版记 is set
_SMALL_LINE = 560
_RULE = 20
_OUTER, _INNER = 8, 6  # 0.35 and 0.26 mm, in eighths of a point


def width_of(text: str) -> int:
    """Give the width of a line of 3号 text in twips."""
    return sum(CHARACTER if is_wide(character) else HALF_CHARACTER for character in text)


def red_head(writer: InlineWriter, ids: Mapping[str, str], text: str) -> Paragraph:
    r"""Give 发文机关标志 (7.2.4), "\n" between its lines; what is too long for a line is set smaller until it fits."""
    inline = writer.write([Piece(text)])
    fitting = PORTRAIT.text_width / 20 * 0.98 / max(1, *map(len, text.split("\n")))
    if fitting < RED_HEAD:
        inline = inline.replace("<w:r>", f"<w:r><w:rPr>{size(2 * int(fitting))}</w:rPr>")
    return Paragraph(ids["RedHead"], inline)


def annex_note(writer: InlineWriter, ids: Mapping[str, str], titles: Sequence[str]) -> Iterator[Paragraph]:
    """Yield 附件说明 (7.3.4): two characters in, further lines under the first character of the name.

    A tab takes a name to its place, so that it is right whatever the width of a digit. A single annex has no
    number; no title has an end mark.
    """
    start, head = 2 * CHARACTER, 3 * CHARACTER
    label = max(width_of(f"{len(titles)}."), CHARACTER) if len(titles) > 1 else 0
    left = start + head + label
    for number, title in enumerate(titles, start=1):
        hanging = label + (head if number == 1 else 0)
        placing = f'<w:tabs><w:tab w:val="left" w:pos="{left}"/></w:tabs>' if label else ""
        placing += f'<w:ind w:left="{left}" w:hanging="{hanging}"/>'
        lead = f"{_ANNEX}：" if number == 1 else ""
        lead += f"{number}.\t" if label else ""
        inline = writer.write([Piece(f"{lead}{title.strip().rstrip(_END_MARKS)}")])
        yield Paragraph(ids["AnnexNote"], inline, placing=placing)


def annex_mark(writer: InlineWriter, ids: Mapping[str, str], number: int) -> Paragraph:
    """Give 附件 or 附件1, flush left on the first line of its page (7.4)."""
    return Paragraph(ids["AnnexMark"], writer.write([Piece(f"{_ANNEX}{number or ''}")]))


def signature(
    writer: InlineWriter, ids: Mapping[str, str], office: str, date: str, *, sealed: bool
) -> Iterator[Paragraph]:
    """Yield office and date.

    Sealed (7.3.5.1): the date ends four characters from the right, the office is centred on it, and above
    them is room for the seal, whose top is to be within a line of the text. Unsealed (7.3.5.2): one blank
    line; the office ends two characters from the right; the date begins two characters right of the office,
    or, being longer, ends two characters from the right and the office moves left.
    """
    if sealed:
        date_right = 4 * CHARACTER
        office_right = max(0, date_right + (width_of(date) - width_of(office)) // 2)
    else:
        office_right = 2 * CHARACTER
        date_right = office_right + width_of(office) - 2 * CHARACTER - width_of(date)
        if date_right < 2 * CHARACTER:
            office_right += 2 * CHARACTER - date_right
            date_right = 2 * CHARACTER
    style = ids["OfficeSealed" if sealed else "Office"]
    yield Paragraph(style, writer.write([Piece(office)]), placing=f'<w:ind w:right="{office_right}"/>')
    yield Paragraph(ids["IssueDate"], writer.write([Piece(date)]), placing=f'<w:ind w:right="{date_right}"/>')


def imprint(
    writer: InlineWriter, ids: Mapping[str, str], copies: str, office: str, date: str, text_width: int
) -> Paragraph:
    """Give 版记 (7.3.6), its last rule on the bottom of the type area.

    The box is anchored in a paragraph as tall as itself: where that does not fit under the text, both go to
    the next page, so that the box can never cover text.
    """
    lines = [_rule(ids, _OUTER)]
    height = 3 * _RULE
    if copies:
        text = f"{_COPIES}{copies.strip().rstrip(_END_MARKS)}。"
        hanging = len(_COPIES) * _SMALL
        room = text_width - 2 * _SMALL - hanging
        height += _SMALL_LINE * -(-(width_of(text[len(_COPIES) :]) * _SMALL // CHARACTER) // (room - _SMALL))
        placing = f'<w:ind w:left="{_SMALL + hanging}" w:right="{_SMALL}" w:hanging="{hanging}"/>'
        lines.append(Paragraph(ids["ImprintText"], writer.write([Piece(text)]), placing=placing))
        lines.append(_rule(ids, _INNER))
        height += _RULE
    placing = (
        f'<w:tabs><w:tab w:val="right" w:pos="{text_width - _SMALL}"/></w:tabs>'
        f'<w:ind w:left="{_SMALL}" w:right="{_SMALL}"/>'
    )
    printed = writer.write([Piece(f"{office}\t{date.removesuffix(_PRINTED)}{_PRINTED}")])
    lines.append(Paragraph(ids["ImprintText"], printed, placing=placing))
    lines.append(_rule(ids, _OUTER))
    height += _SMALL_LINE
    box = text_box("".join(line.xml() for line in lines), number=_BOX, size=(text_width, height))
    spacing = f'<w:spacing w:line="{height}" w:lineRule="exact"/>'
    return Paragraph(ids["ImprintLine"], box, placing=spacing)


def _rule(ids: Mapping[str, str], width: int) -> Paragraph:
    """Give a line of its own: on an indented paragraph it would be as short as its text."""
    border = f'<w:pBdr><w:top w:val="single" w:sz="{width}" w:space="0" w:color="000000"/></w:pBdr>'
    return Paragraph(ids["ImprintLine"], placing=border)
