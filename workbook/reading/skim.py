"""Parts of a workbook that are plainly what programs write, looked through without a word about every element.

What is unusual is left to `xml.Sheets`, which takes ten times as long and comes to the same. Before anything is
concluded from rows or shared strings, one expression must fit all of them; then each `<` in them begins an element
that it knows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from string import ascii_uppercase, digits

from workbook.reading.extent import MOST_TEXT, Extent
from workbook.reading.kind import Unreadable
from workbook.reading.marks import Marks
from workbook.reading.xml import parse

_WORD = rb"[^<>&\x00-\x08\x0b-\x1f]*+"
_SAID = _WORD + rb"(?:&(?:amp|lt|gt|quot|apos|#10);" + _WORD + rb")*+"
_MORE = rb'(?:(?! r=) [A-Za-z0-9:]++="[^"<>&\x00-\x1f]*+")*+'  # where `r` stands twice, parsers may take either
_FORMULA, _FORMULA_WAS = re.compile(rb"<f" + _MORE + rb"(?: ?/>|>[^<]*+</f>)"), b"<f/>"  # whatever it says
_CELL = (
    rb'<c r="[A-Z]{1,3}+[1-9][0-9]{0,6}+"(?: s="[0-9]{1,9}+")?+'
    rb'(?:(?: t="[a-z]++")?+ ?/>| t="s"><v>[0-9]{1,9}+</v></c>'
    rb'|(?: t="(?:n|str|b|e|d)")?+>(?:' + _FORMULA_WAS + rb")?+(?:<v ?/>|<v>" + _SAID + rb"</v>)?+</c>)"
)
_ROWS = re.compile(rb'(?:<row r="[0-9]{1,7}+"' + _MORE + rb"(?: ?/>|>(?:" + _CELL + rb")*+</row>))*+")
_TEXT = rb'<t(?: xml:space="preserve")?+>' + _SAID + rb"</t>"
_RUN = rb"<r>(?:<rPr>(?:<[A-Za-z]++" + _MORE + rb" ?/>)*+</rPr>)?+" + _TEXT + rb"</r>"
_STRINGS = re.compile(rb"(?:<si>(?:" + _TEXT + rb"|(?:" + _RUN + rb")++)(?:<phoneticPr" + _MORE + rb" ?/>)?+</si>)*+")
# What must not stand around them: remarks and the like, and elements with text that counts, by whatever prefix.
_OTHER = re.compile(rb"<(?:[!?]|(?:[^\s<>/]*:)?(?:c|si)[\s/>])")

# What is taken out of what is proven.
_FORMULA_AT = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^<]*+<f')
_BLANK = re.compile(rb"<c [^<>/]*+(?:/>|></c>)")  # no formula any more, and no value
_FILLED_AT = re.compile(rb'<c r="([A-Z]+[0-9]+)"')
_NUMBERS = re.compile(rb'<c r="([A-Z]+)([0-9]+)"(?: s="([0-9]+)")?+(?: t="n")?+><v')
_SHARED = re.compile(rb' t="s"><v>([0-9]+)')
_ERRORS = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^<>]* t="e"><v>([^<]*)')
_BETWEEN = "</t></si><si><t>"
_TEXTS = re.compile('<t(?: xml:space="preserve")?>([^<]*)</t>')
_LETTERS, _DIGITS = ascii_uppercase.encode(), digits.encode()
_MOST_COMMON = 100_000  # bytes that are remembered of a sheet; a form's have 30,000
_TAG, _ENTITY = re.compile("<[^>]*>"), re.compile("&[^;]*;")


class _Unusual(Exception):
    """The part is not plainly written."""


class Skim:
    """Counts and notes what `xml.Sheets` does, of parts that are plainly written."""

    def __init__(self, extent: Extent, marks: Marks, percents: Collection[str], lengths: list[int]) -> None:
        self._extent, self._marks, self._percents, self._lengths = extent, marks, percents, lengths

    def part(self, content: bytes) -> bytes | None:
        """Return a part without its formulas and blank cells, looked through; None where it is unusual.

        Then nothing is counted or noted. It is unusual where it holds too much, too, since it matters what came
        first. Unreadable if its XML is broken.
        """
        before = vars(self._extent).copy()
        try:
            kept, unproven = self._look(content)
        except (_Unusual, Unreadable, LookupError, UnicodeDecodeError):
            vars(self._extent).update(before)
            return None
        parse(unproven)
        return kept

    def _look(self, content: bytes) -> tuple[bytes, bytes]:
        """Return a part without what nobody reads of it, and what of its XML is still to be judged."""
        rows, strings = content.find(b"<sheetData>"), content.find(b"<si>")
        for there, first, end, look in (
            (rows, rows + len(b"<sheetData>"), b"</sheetData>", self._rows),
            (strings, strings, b"</sst>", self._strings),
        ):
            last = content.rfind(end)
            if 0 <= there < last:
                before, after = content[:first], content[last:]
                unproven = self._around(before, after, len(end))
                return before + look(content[first:last]) + after, unproven
        return content, self._around(content)

    def _around(self, before: bytes, after: bytes = b"", tag: int = 0) -> bytes:
        """Count the elements outside of what is to be proven, if nothing stands there that matters.

        Return what of them is to be parsed; `tag` is as long as the one that `after` begins with. What many forms
        have in common behind it is parsed once for all, and an element stands for it.
        """
        margins = after.find(b"<pageMargins")
        common = after[tag:margins]
        known = _elements(common) if margins > tag and len(common) < _MOST_COMMON else 0
        if known:
            after = after[:tag] + b"<x/>" + after[margins:]
            self._extent.step(known - 1)
        declared = before.startswith(b"<?xml ")
        if _OTHER.search(before, declared) or _OTHER.search(after):
            raise _Unusual
        self._extent.step(sum(part.count(b"<") - part.count(b"</") for part in (before[declared:], after)))
        return before + after

    def _strings(self, content: bytes) -> bytes:
        _prove(content, _STRINGS)
        strings = content.decode()  # or it is broken
        elements = strings.count("<") - strings.count("</")
        self._extent.step(elements)
        texts = _texts(strings, elements)
        lengths = [len(_ENTITY.sub("x", text)) if "&" in text else len(text) for text in texts]
        self._extent.text(max(lengths), times=0)
        self._lengths += lengths
        return content

    def _rows(self, rows: bytes) -> bytes:
        if len(rows) > MOST_TEXT and max(map(len, rows.split(b"</c>"))) > MOST_TEXT:
            raise _Unusual
        if not rows.isascii():
            rows.decode()  # or it is broken
        rows = _FORMULA.sub(_FORMULA_WAS, rows)  # what is no formula where one may be is still none
        _prove(rows, _ROWS)
        self._extent.step(rows.count(b"<") - rows.count(b"</"))
        formulas = b" ".join(_FORMULA_AT.findall(rows)).decode().split()
        rows = _BLANK.sub(b"", rows.replace(_FORMULA_WAS, b""))
        filled = b" ".join(_FILLED_AT.findall(rows))
        low = max(map(int, set(filled.translate(None, _LETTERS).split())), default=1) - 1
        wide = max(map(_column, set(filled.translate(None, _DIGITS).split())), default=0)
        self._extent.content(low, wide)
        self._extent.text(1, times=sum(map(self._lengths.__getitem__, map(int, _SHARED.findall(rows)))))
        self._marks.add(self._found(rows, formulas))
        return rows

    def _found(self, rows: bytes, formulas: Sequence[str]) -> Marks:
        """Return what a parser will not say of the cells that are left."""
        found, name = Marks(), self._extent.name
        found.all_formulas(name, formulas)
        for letter, number, shown in _ERRORS.findall(rows) if b't="e"' in rows else ():
            if b"&" in shown:
                raise _Unusual
            found.error((name, int(number) - 1, _column(letter)), shown.decode())
        percents = {style.encode() for style in self._percents}
        styled = any(style == b"0" or b' s="%b"' % style in rows for style in percents)  # cells without one have 0
        for letter, number, style in _NUMBERS.findall(rows) if styled else ():
            if (style or b"0") in percents:
                found.percent((name, int(number) - 1, _column(letter)))
        return found


def _prove(content: bytes, plain: re.Pattern[bytes]) -> None:
    """Make sure that this is what is known, and XML that needs no parser to say so, but for its encoding."""
    if not plain.fullmatch(content):
        raise _Unusual


@lru_cache(maxsize=128)
def _elements(stretch: bytes) -> int:
    """Return how many elements are in a stretch of a part, 0 where it is not whole by itself or something matters."""
    try:
        parse(b"<x>%b</x>" % stretch)
    except Unreadable:
        return 0
    return 0 if _OTHER.search(stretch) else stretch.count(b"<") - stretch.count(b"</")


def _texts(strings: str, elements: int) -> list[str]:
    """Return the texts of shared strings, quickly where each of them is two elements and nothing else."""
    texts = strings.split(_BETWEEN)
    if elements == 2 * len(texts) and strings.startswith("<si><t>"):
        return strings.removeprefix("<si><t>").removesuffix("</t></si>").split(_BETWEEN)
    if "<r>" in strings:
        return _TAG.sub("", strings.replace("</si>", "\0")).split("\0")[:-1]
    return _TEXTS.findall(strings)


@lru_cache(maxsize=1024)
def _column(letters: bytes) -> int:
    """Return the column (0-based) with these letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
