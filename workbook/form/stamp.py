"""The blank forms of one kind: built once as the form of nobody, then stamped with what each unit has of its own."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, unescape

from workbook.check_code import passed_on
from workbook.expression.tree import Ref
from workbook.form.book import PROPERTY, compose, fill_stamp, title_of
from workbook.form.content import Content, Figure, blank_contents, office_rows
from workbook.form.cover import fill_cover
from workbook.form.listing import LINES, fill_list
from workbook.form.live import Judged, Line, fill_rules
from workbook.form.overprint import Overprint, Printed
from workbook.form.pieces import Packed, Pieces, archive
from workbook.form.plan import Plan
from workbook.form.sections import fill_section, fill_status, footer
from workbook.form.styles import Styles
from workbook.form.verdicts import Verdicts, verdicts_of
from workbook.layout import RULES_SHEET, STAMP_SHEET, Section
from workbook.messages import say
from workbook.model import Round, Unit
from workbook.values import Key

_LONGEST = 80  # characters of a name; far longer ones do not fit in footers and properties
_SHEET = "xl/worksheets/sheet{}.xml"
_STRING = re.compile(r"<si><t[^>]*>(.*?)</t></si>", re.DOTALL)
_TITLE = re.compile(r"(?P<title><dc:title>.*?</dc:title>)")
_PROPERTY = re.compile(
    rf'name="{re.escape(PROPERTY)}(?P<name>unit|unit_name)">(?P<value><vt:lpwstr>.*?</vt:lpwstr>)', re.DOTALL
)


def fits(round_: Round, content: Content) -> bool:
    """Return whether a form can be stamped: it differs from that of nobody in who it is and what it comes with.

    Forms that hold totals or that somebody filled in are built one by one, as are those of units with names that a
    workbook spells in a way of its own.
    """
    more = content.prefilled or content.parts or content.passed_up or content.notes
    blank = all(rows == office_rows(round_) for rows in content.texts.values())
    name = content.unit.name
    usual = name.isprintable() and name == name.strip() and len(name) <= _LONGEST and "_x" not in name
    return usual and blank and not more and content.carried == content.entries.keys()


class Stamp:
    """Makes the blank forms of a kind: a tier in a round, umbrella or not."""

    def __init__(self, round_: Round, plan: Plan) -> None:
        """Build the form of nobody, by the plan of its kind."""
        nobody = Unit("", "", plan.unit.tier, plan.unit.umbrella)
        alone = replace(round_, units=(nobody,))
        self.round, self.plan = round_, plan
        self.blank = blank_contents(alone, {})[""]
        self.judged = Judged(plan, self.blank, verdicts_of(alone, {"": self.blank})[""])
        self._values: dict[Key, Figure] = {**self.blank.entries, **self.blank.computed}
        printed = BytesIO()
        self.styles = compose(printed, round_, self.judged)
        with zipfile.ZipFile(printed) as book:
            self._take_apart(printed.getvalue(), book)

    def _take_apart(self, whole: bytes, book: zipfile.ZipFile) -> None:
        strings: dict[str, int] = {}
        for place, found in enumerate(_STRING.finditer(book.read("xl/sharedStrings.xml").decode())):
            strings.setdefault(unescape(found[1]), place)
        sheets = [sheet.get_name() for sheet in self.styles.book.worksheets()]
        names = {name: _SHEET.format(number) for number, name in enumerate(sheets, 1)}
        self._sheets = {sheet: Printed(name, book.read(name).decode(), strings) for sheet, name in names.items()}
        self._title = _cut("docProps/core.xml", book, _TITLE, lambda found: "title", "title")
        self._properties = _cut("docProps/custom.xml", book, _PROPERTY, lambda found: found["name"], "value")
        self._whole = {i.filename: _as_it_is(whole, i) for i in book.infolist()}

    def verdicts_of(self, contents: Mapping[str, Content]) -> dict[str, Verdicts]:
        """Return the verdicts on every content of this kind; what holds nothing of its own is not judged again."""
        own = {name: content for name, content in contents.items() if not self._like_nobodys(content)}
        judged = verdicts_of(self.round, own) if own else {}
        return {name: judged.get(name) or self._passed_on(content.unit) for name, content in contents.items()}

    def _like_nobodys(self, content: Content) -> bool:
        return fits(self.round, content) and not self._differing(content)

    def _passed_on(self, unit: Unit) -> Verdicts:
        same = self.judged.verdicts
        return replace(same, code=passed_on(same.code, self.round.period, self.blank.unit.code, unit.code))

    def form(self, content: Content, verdicts: Verdicts) -> bytes:
        """Return the form of one unit, whose content `fits`."""
        same = verdicts.findings is self.judged.verdicts.findings
        judged = self.judged.passed_on(content, verdicts) if same else Judged(self.plan, content, verdicts)
        parts = {part.name: part for part in self._parts(content, judged)}
        return archive([parts.get(name, part) for name, part in self._whole.items()])

    def _parts(self, content: Content, judged: Judged) -> Iterator[Packed]:
        """Yield the parts that are not the same in all forms."""
        layout, unit, styles = self.plan.layout, content.unit, self.styles
        fills: dict[str, Callable[[Any], None]] = {
            say("form.cover_sheet"): lambda s: fill_cover(s, styles, self.round, judged),
            say("form.live_sheet"): lambda s: fill_list(s, styles, judged, self._other_lines(judged)),
            STAMP_SHEET: lambda s: fill_stamp(s, self.round, content),
        }
        cells, checks = self._differing(content), self._differently_judged(judged)
        fills[RULES_SHEET] = lambda s: fill_rules(s, judged, cells, checks)
        coloured = self._coloured(checks)
        for section in layout.sections:
            here = [[ref for ref in some if ref.code in section.rows] for some in (cells, coloured)]
            fills[section.sheet] = partial(_fill_section, styles, section, judged, here)
        for block in layout.blocks.values():
            fills[block.sheet] = lambda s: s.set_footer(footer(unit))
        for name, fill in fills.items():
            sheet = Overprint(self._sheets[name])
            fill(sheet)
            yield sheet.packed()
        yield self._title.packed({"title": f"<dc:title>{escape(title_of(unit, layout))}</dc:title>"})
        named = {"unit": unit.code, "unit_name": unit.name}
        yield self._properties.packed({k: f"<vt:lpwstr>{escape(v)}</vt:lpwstr>" for k, v in named.items()})

    def _differing(self, content: Content) -> list[Ref]:
        """Return the cells that hold something else than in the form of nobody, or hold it otherwise."""
        values: dict[Key, Figure] = {**content.entries, **content.computed}
        keys = {key for key, _ in values.items() ^ self._values.items()} | (content.carried ^ self.blank.carried)
        return [Ref(code, measure) for code, measure in sorted(keys)]

    def _differently_judged(self, judged: Judged) -> list[int]:
        """Return the rows of the checks that come out otherwise than in the form of nobody."""
        ours, theirs = judged.lines, self.judged.lines
        rows = {row for row in ours.keys() | theirs.keys() if _differ(ours.get(row), theirs.get(row))}
        rules = {id_ for id_, _ in judged.verdicts.rules.items() ^ self.judged.verdicts.rules.items()}
        return sorted(rows.union(*(self.plan.rows_of[id_, "", ""] for id_ in rules)))

    def _other_lines(self, judged: Judged) -> list[int]:
        """Return the lines of the list that say something else than in the form of nobody."""
        ours, theirs = ([*j.ordered[:LINES], *[None] * LINES][:LINES] for j in (judged, self.judged))
        return [number for number in range(LINES) if _differ(ours[number], theirs[number])]

    def _coloured(self, checks: list[int]) -> list[Ref]:
        """Return the cells that checks colour."""
        parts = (self.plan.checks[row - 1].check for row in checks)
        return list(dict.fromkeys(p for check in parts for p in (check.where, *check.values) if isinstance(p, Ref)))


def _differ(one: Line | None, other: Line | None) -> bool:
    return one is not other and one != other


def _fill_section(styles: Styles, section: Section, judged: Judged, cells: list[list[Ref]], sheet: Any) -> None:
    other, coloured = cells
    fill_section(sheet, styles, section, judged, other)
    fill_status(sheet, section, judged, coloured)


def _cut(
    name: str, book: zipfile.ZipFile, pattern: re.Pattern[str], key: Callable[[re.Match[str]], str], place: str
) -> Pieces:
    """Return a small part, cut where units differ."""
    text, end = book.read(name).decode(), 0
    pieces: list[tuple[str | None, str]] = []
    for found in pattern.finditer(text):
        pieces += [(None, text[end : found.start(place)]), (key(found), found[place])]
        end = found.end(place)
    return Pieces(name, [*pieces, (None, text[end:])])


def _as_it_is(whole: bytes, part: zipfile.ZipInfo) -> Packed:
    """Return a part of a zip file without inflating it."""
    start = part.header_offset + 30 + len(part.filename.encode())  # XlsxWriter's local headers have nothing extra
    return Packed(part.filename, whole[start : start + part.compress_size], part.CRC, part.file_size)
