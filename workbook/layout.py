"""Where everything stands on a form. The one file that knows rows, columns and sheet names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from workbook.computed import carries, definition
from workbook.expression.excel import tidied
from workbook.expression.parse import parse
from workbook.expression.tree import Ref, TextRef, columns, walk
from workbook.messages import say
from workbook.model import MEASURES, Indicator, Measure, Pack, Subfield, TextInput, Unit
from workbook.period import Period
from workbook.same import Same

# Columns of a section sheet, 0-based. The code column is hidden; formulas find their operands through it.
CODE, NUMBER, NAME, WORD, VALUE, PRIOR, EARLIER, CHANGE, DEFINITION = range(9)
STATUS = 9  # hidden: what the checks say of the value, prior and earlier cell, one column each
HEAD_ROW = 3
FIRST_ROW = 4

# Columns of a sheet with text inputs.
FILLED, ITEM, FIELD = 1, 2, 3
FIELDS = 6
SPARE_ROWS = 200  # a list's column is summed this far below its block, should rows have been inserted
WIDE = FIELD + 1  # the widest text of a block stands here
OVERLONG, LENGTH = FIELD + FIELDS, FIELD + FIELDS + 1  # hidden: which subfield is too long, and how long it is
EXPLAINS = LENGTH + 2  # hidden: the rule or indicator that a written reason explains, if it is long enough

# Columns of the cover.
COVER_LABEL, COVER_VALUE = 1, 2

STAMP_SHEET = "huibao"
RULES_SHEET = "huibao_rules"  # hidden: the live checks of the form
MARKS_SHEET = "huibao_marks"  # hidden: what cells looked like before a button marked them
# Hidden, on every sheet with data: what the sheet is called now. It is worked out at every change, so it stands in a
# column that no other formula looks through.
SHEET_NAME = "$L$1"
HEADING_MARK = "#"  # code column of a block's heading row: TXT_PLANS#
ITEM_MARK = "."  # code column of an item's row: TXT_PLANS.3


@dataclass(frozen=True, slots=True)
class Section:
    """A sheet of indicators: code -> row (0-based)."""

    title: str
    sheet: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Block:
    """A text input on a sheet: title row, heading row, then one row per item; a column per subfield."""

    text: TextInput
    sheet: str
    title_row: int
    columns: tuple[int, ...]

    @property
    def heading_row(self) -> int:
        """Row with the subfield headings."""
        return self.title_row + 1

    @property
    def first_row(self) -> int:
        """Row of the first item."""
        return self.title_row + 2

    @property
    def joined(self) -> bool:
        """True when the single text takes two cells joined into one."""
        return len(self.text.subfields) == 1

    def column(self, subfield: str) -> int:
        """Return the column (0-based) of a subfield."""
        return next(c for s, c in zip(self.text.subfields, self.columns, strict=True) if s.name == subfield)

    @property
    def limited(self) -> tuple[Subfield, ...]:
        """Subfields whose length is limited."""
        return tuple(s for s in self.text.subfields if s.limit)

    @property
    def last_row(self) -> int:
        """Row of the last item."""
        return self.first_row + self.text.max_items - 1


@dataclass(frozen=True)
class Layout:
    """The form of one kind: a tier in a period with some modules on."""

    pack: Pack
    tier: str
    period: Period
    modules: tuple[str, ...]
    indicators: Mapping[str, Indicator]
    sections: tuple[Section, ...]
    blocks: Mapping[str, Block]
    openings: frozenset[str]  # indicators some rule compares with the end of last year
    totals: frozenset[str]  # indicators that stand here for units below

    @cached_property
    def sheets(self) -> Sequence[str]:
        """Sheets that hold data, in their order in the form."""
        return (*(s.sheet for s in self.sections), *dict.fromkeys(b.sheet for b in self.blocks.values()))

    def sheet_of(self, code: str) -> str:
        """Return the sheet an indicator stands on."""
        return next(s.sheet for s in self.sections if code in s.rows)

    @property
    def earlier(self) -> Measure:
        """What the third figure column holds: the half-year in an annual round, else the year's opening."""
        return "half" if self.period.kind == "year" else "opening"

    @cached_property
    def named(self) -> Mapping[str, str]:
        """Indicator name -> code: a clerk sees names, not codes, and may write either."""
        return {i.name: code for code, i in self.indicators.items()}

    def measures(self, indicator: Indicator) -> tuple[Measure, ...]:
        """Return the figure columns that have a cell for this indicator."""
        return self._measures[indicator.code] if indicator.code in self._measures else self._measures_of(indicator)

    @cached_property
    def _measures(self) -> Mapping[str, tuple[Measure, ...]]:
        return {code: self._measures_of(item) for code, item in self.indicators.items()}

    @cached_property
    def computed(self) -> frozenset[tuple[str, Measure]]:
        """Figures the form works out from others."""
        return frozenset(
            (code, m)
            for code, item in self.indicators.items()
            for m in MEASURES
            if definition(item, m, self.pack.indicators) is not None
        )

    def _measures_of(self, indicator: Indicator) -> tuple[Measure, ...]:
        measures: list[Measure] = ["value"]
        if carries(indicator, "prior"):
            measures.append("prior")
        if self.earlier == "half" and indicator.half:
            measures.append("half")
        if self.earlier == "opening" and indicator.code in self.openings:
            measures.append("opening")
        return tuple(measures)

    def column(self, measure: Measure) -> int:
        """Return the column (0-based) a measure stands in."""
        return {"value": VALUE, "prior": PRIOR}.get(measure, EARLIER)

    def adds_up(self, unit: Unit, code: str) -> bool:
        """Return whether the figure of an indicator is a total of other units; bounds do not bind it then."""
        return unit.umbrella or code in self.totals

    def find(self, ref: Ref | TextRef) -> str:
        """Return the Excel expression that finds an operand by its code, wherever its row has gone."""
        if isinstance(ref, TextRef):
            sheet = quote(self.blocks[ref.code].sheet)
            if ref.column:
                return self._find_sum(ref, sheet)
            return f'SUMIF({sheet}!$A:$A,"{ref.code}{ITEM_MARK}*",{sheet}!$B:$B)'
        sheet = quote(self.sheet_of(ref.code))
        column = letters(self.column(ref.measure))
        return f'INDEX({sheet}!${column}:${column},MATCH("{ref.code}",{sheet}!$A:$A,0))'

    def _find_sum(self, ref: TextRef, sheet: str) -> str:
        """Return the array expression that sums a list's column; an error where something is no plain number."""
        block = self.blocks[ref.code]
        column = letters(block.column(ref.column))
        last = block.last_row + SPARE_ROWS
        codes, cells = (f"INDEX({sheet}!${c}:${c},1):INDEX({sheet}!${c}:${c},{last})" for c in ("A", column))
        text = tidied(f'{cells}&""')
        plain = f'IF({text}="",0,IF(VALUE({text})&""={text},VALUE({text}),NA()))'
        mark = f"{ref.code}{ITEM_MARK}"
        return f'SUM(IF(LEFT({codes},{len(mark)})="{mark}",{plain},0))'


def summed_columns(pack: Pack) -> tuple[TextRef, ...]:
    """Return the columns of lists that the pack's rules and computed items sum."""
    conditions = tuple(r.expression for r in pack.rules.values())
    return _summed(conditions, tuple(i.calc for i in pack.indicators.values() if i.calc))


@lru_cache(maxsize=64)
def _summed(conditions: tuple[str, ...], numbers: tuple[str, ...]) -> tuple[TextRef, ...]:
    trees = [*(parse(e) for e in conditions), *(parse(e, "number") for e in numbers)]
    return tuple(dict.fromkeys(ref for tree in trees for ref in columns(tree)))


def collected(pack: Pack, tier: str, year: int, modules: tuple[str, ...]) -> dict[str, Indicator]:
    """Return the indicators a tier reports in a year with these modules on, in catalog order."""
    totals = totals_of(pack, tier)
    return {
        code: i
        for code, i in pack.indicators.items()
        if (tier in i.tiers or code in totals)
        and i.module in modules
        and (i.since is None or i.since <= year)
        and (i.until is None or year <= i.until)
    }


def below(pack: Pack, tier: str) -> tuple[str, ...]:
    """Return the tiers that a tier's units consolidate, however far down; none for one that reports itself."""
    found = list(pack.tier(tier).of)
    for lower in found:  # grows as it goes
        found += [t for t in pack.tier(lower).of if t not in found]
    return tuple(found)


def adds_up(pack: Pack, unit: Unit) -> bool:
    """Return whether a unit's form holds totals of other units: an umbrella's, or an office's of a tier above."""
    return unit.umbrella or bool(pack.tier(unit.tier).of)


def totals_of(pack: Pack, tier: str) -> frozenset[str]:
    """Return the indicators that a tier reports as totals of the tiers below it: all that can be added up."""
    lower = set(below(pack, tier))
    return frozenset(c for c, i in pack.indicators.items() if i.aggregation != "none" and lower & set(i.tiers))


@lru_cache(maxsize=64)
def _opening(expressions: tuple[str, ...]) -> frozenset[str]:
    nodes = (n for e in expressions for n in walk(parse(e)))
    return frozenset(n.code for n in nodes if isinstance(n, Ref) and n.measure == "opening")


def opening_codes(pack: Pack) -> frozenset[str]:
    """Return the indicators some rule compares with the end of last year."""
    return _opening(tuple(r.expression for r in pack.rules.values()))


def make_layout(pack: Pack, tier: str, period: Period, modules: tuple[str, ...]) -> Layout:
    """Return the layout of the form for one tier; the same input gives the same layout."""
    return _layout(Same(pack), tier, period, modules)


@lru_cache(maxsize=64)
def _layout(same: Same[Pack], tier: str, period: Period, modules: tuple[str, ...]) -> Layout:
    pack = same.it
    items = collected(pack, tier, period.year, modules)
    sections = []
    for title in pack.sections:
        codes = [c for c, i in items.items() if i.section == title]
        if codes:
            rows = {c: FIRST_ROW + n for n, c in enumerate(codes)}
            sections.append(Section(title, sheet_name(title), rows))
    blocks, openings = _blocks(pack, tier), opening_codes(pack)
    return Layout(pack, tier, period, modules, items, tuple(sections), blocks, openings, totals_of(pack, tier))


def _blocks(pack: Pack, tier: str) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    next_row: dict[str, int] = {}
    for text in pack.texts.values():
        if tier not in text.tiers or text.place == "cover":
            continue
        sheet = say("form.notes_sheet" if text.place in ("notes", "definitions") else "form.texts_sheet")
        row = next_row.get(sheet, FIRST_ROW - 1)
        block = Block(text, sheet, row, _columns(text.subfields))
        blocks[text.code] = block
        next_row[sheet] = block.last_row + 2
    return blocks


def _columns(subfields: tuple[Subfield, ...]) -> tuple[int, ...]:
    """Give a column to each subfield: a long text gets the wide one, the rest follow left to right around it.

    A subfield that stands alone starts at the first column; the form joins the two cells into one.
    """
    longest = max(range(len(subfields)), key=lambda i: subfields[i].limit or 0)
    if len(subfields) == 1:
        return tuple(range(FIELD, FIELD + len(subfields)))
    texts = [i for i, s in enumerate(subfields) if s.limit and i != longest]
    first = texts[0] if texts else next(i for i in range(len(subfields)) if i != longest)
    rest = iter(range(WIDE + 1, FIELD + FIELDS))
    return tuple(WIDE if i == longest else FIELD if i == first else next(rest) for i in range(len(subfields)))


def cover_subfields(pack: Pack) -> tuple[Subfield, ...]:
    """Return the lines of the cover."""
    cover = next((t for t in pack.texts.values() if t.place == "cover"), None)
    return cover.subfields if cover else ()


@lru_cache(maxsize=1024)
def letters(column: int) -> str:
    """Return the letters of a 0-based column: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def address(row: int, column: int) -> str:
    """Return the A1 address of a 0-based row and column."""
    return f"{letters(column)}{row + 1}"


def sheet_name(title: str) -> str:
    """Return `title` as Excel takes it for a sheet: 31 characters, no brackets, colons, stars or slashes."""
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip("'")[:31]


def quote(sheet: str) -> str:
    """Return the sheet name as it stands in a formula."""
    return "'" + sheet.replace("'", "''") + "'"
