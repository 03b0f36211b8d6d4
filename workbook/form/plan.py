"""The live checks of one kind of form, compiled once and written for every unit of the kind."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbook.check_code import coded_parts
from workbook.checks.builtin import rule_name
from workbook.computed import definition
from workbook.expression.excel import Live, Operand
from workbook.expression.parse import parse
from workbook.expression.tree import Ref, TextRef, mentioned
from workbook.form.checks import (
    Check,
    Choice,
    Handed,
    Kind,
    Raw,
    Value,
    Word,
    explained_by,
    figure_checks,
    result_checks,
    rule_checks,
    rules_of,
    sheet_checks,
)
from workbook.form.content import Content, layouts_of
from workbook.form.parts import Item, Part, Sheet, in_form, parts_of
from workbook.form.passed_up import passed_up
from workbook.form.verdicts import Key, key_of
from workbook.layout import EXPLAINS, RULES_SHEET, adds_up, letters, quote
from workbook.messages import say
from workbook.model import Round, Unit

# Columns of the hidden sheet: operands on the left, checks on the right.
# SHEET is the row of the part's sheet, whose NAME is what it is called now.
RAW, NUMBER, ADDRESS, SHEET, HANDED, CODED = range(1, 7)
NAME = NUMBER
# Of a check: TARGET is the row of the part it points at, WORDING the row of its name and remedy, told once for all.
VERDICT, KEY, MESSAGE, VALUES, TARGET, WORDING = range(8, 14)
ID, REMEDY = 15, 16
RANKS = {"error": 0, "confirm": 1, "warning": 2}
EXPLAINED, TRIAL, BROKEN = 3, 4, 5
STEP = 100_000  # rank and row in one number, so that sorting by it puts what blocks first


def cell(column: int, row: int) -> str:
    """Return an absolute address on the hidden sheet."""
    return f"${letters(column)}${row + 1}"


def column(number: int) -> str:
    """Return a whole column of the hidden sheet, as other sheets name it."""
    return f"{quote(RULES_SHEET)}!${letters(number)}:${letters(number)}"


@dataclass(frozen=True, slots=True)
class Lookups:
    """The formulas that look a part up, by the column they stand in; "" where that column has none."""

    raw: str
    number: str
    address: str = ""
    coded: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A check with its formulas, the same for all units of a kind.

    Rules have a verdict of their own, which bounds ask for; built-in checks come straight to the key.
    """

    check: Check
    verdict: str
    key: str
    message: str
    values: str
    place: tuple[str, str]  # sheet and cell as handed out


class Plan:
    """The checks of one kind of form: a tier in a round, umbrella or not."""

    def __init__(self, round_: Round, unit: Unit, content: Content | None = None) -> None:
        """Compile the checks; `content` only for a form whose totals know more than stands in them."""
        self.unit, self.layout = unit, layouts_of(round_)[unit.tier]
        self._places: dict[Part, tuple[str, str]] = {}
        self.rows: dict[Part, int] = {part: 1 + i for i, part in enumerate(parts_of(self.layout))}
        self.operands = {part: self._operand(part) for part in self.rows}
        self.coded = {part: i for i, part in enumerate(coded_parts(self.layout))}
        self.live = Live(
            lambda part, zero: self.operands[in_form(part, self.layout)][zero],
            self.layout.pack.indicators,
            adds_up(self.layout.pack, unit),
            unit.tier,
            str(self.layout.period),
            passed_up(self.layout, content, lambda ref: self.operands[ref][0].raw) if content is not None else {},
        )
        self.rules = rules_of(round_, self.layout, unit)
        self.checks = [self._plan(check, row) for row, check in enumerate(self._checks(round_, unit), 1)]
        self.wordings = {wording: i for i, wording in enumerate(dict.fromkeys(map(wording_of, self.checks)), 1)}
        self.concerning = self._concerning()
        self.rows_of: dict[Key, list[int]] = {}
        for row, planned in enumerate(self.checks, 1):
            self.rows_of.setdefault(key_of(planned.check, *planned.place), []).append(row)
        self.lookups: dict[Part, Lookups] = {}  # filled by lookups_of
        self.computed: dict[Ref, str] = {}  # formulas of computed cells, filled as they are written
        self.changes: dict[str, str] = {}  # of changes on last year
        self._status: dict[Ref, str] = {}

    def _checks(self, round_: Round, unit: Unit) -> list[Check]:
        kind = Kind(self.layout, unit, self.operands, self.live)
        parameters = frozenset(p.code for p in round_.parameters)
        checks = [*figure_checks(kind, parameters), *sheet_checks(kind)]
        fired: dict[str, list[str]] = {}
        for row, rule in enumerate(self.rules, 1 + len(checks)):
            for code in mentioned(parse(rule.expression)):
                fired.setdefault(code, []).append(cell(VERDICT, row))
        return [*checks, *rule_checks(kind, self.rules), *result_checks(kind, fired)]

    def _operand(self, part: Part) -> tuple[Operand, Operand]:
        row = self.rows[part]
        exact = f"N({cell(NUMBER, row)})"
        decimals = self.layout.indicators[part.code].decimals if isinstance(part, Ref) else 0
        known, raw = f"ISNUMBER({cell(NUMBER, row)})", cell(RAW, row)
        na, nc = (f'{raw}="{say(f"word.{word}")}"' for word in ("not_applicable", "not_counted"))
        plain = Operand(
            value=f"ROUND({exact},{decimals})" if isinstance(part, Ref) else exact,
            known=known,
            readable=f'OR({known},{raw}="",{na},{nc})',
            raw=raw,
            exact=exact,
            handed=cell(HANDED, row),
        )
        fills = isinstance(part, Ref) and part.measure == "value"
        return plain, replace(plain, known=f'OR({known},{raw}="",{na})') if fills else plain

    def _plan(self, check: Check, row: int) -> Planned:
        key = cell(KEY, row)
        rank = rank_of(check)
        reasons = self._explained(check)
        ranked = f"IF({reasons}>0,{EXPLAINED},{rank})*{STEP}+{row}" if reasons else str(rank * STEP + row)
        broken = BROKEN * STEP + row
        failed = f'IF(ISNUMBER({key}),IF({key}<{broken},{{}},""),"")'
        pairs = [(self.name(v), Value(v)) for v in check.values]
        both = "&".join(f'"{"；" if i else ""}{n} "&{self._text(v)}' for i, (n, v) in enumerate(pairs))
        return Planned(
            check,
            verdict=f"={check.verdict}" if check.verdict else "",
            key=f"={self._key(check, row, ranked, broken)}",
            message="=" + failed.format(self._joined(check.words)),
            values="=" + failed.format(both) if pairs else "",
            place=self.place(check.where),
        )

    @staticmethod
    def _key(check: Check, row: int, ranked: str, broken: int) -> str:
        """Return what sorts a check into the list: rank and row where it fails or could not run, else ""."""
        if not check.verdict:
            return f'IFERROR(IF({check.fails},{ranked},""),{broken})'
        verdict = cell(VERDICT, row)
        return f'IF({verdict}=0,{ranked},IF({verdict}=2,{broken},""))'

    def place(self, part: Part) -> tuple[str, str]:
        """Return sheet and cell of a part in the form as handed out."""
        if part not in self._places:
            self._places[part] = self._place(part)
        return self._places[part]

    def _place(self, part: Part) -> tuple[str, str]:
        layout = self.layout
        match part:
            case Sheet(name=name):
                return name, ""
            case Item() | TextRef():
                block = layout.blocks[part.code]
                number = part.number if isinstance(part, Item) else 1
                return block.sheet, f"{letters(min(block.columns))}{block.first_row + number}"
        section = next(s for s in layout.sections if part.code in s.rows)
        return section.sheet, f"{letters(layout.column(part.measure))}{section.rows[part.code] + 1}"

    def name(self, part: Ref | TextRef) -> str:
        """Return what an operand is called beside its value."""
        if isinstance(part, TextRef):
            return self.layout.blocks[part.code].text.name
        time = "" if part.measure == "value" else say(f"form.head_{part.measure}")
        return self.layout.indicators[part.code].name + time

    def status(self, ref: Ref) -> str:
        """Return the formula that tells how bad the worst finding on a cell is: a rank, "" where there is none."""
        if ref not in self._status:
            keys = ",".join(f"{quote(RULES_SHEET)}!{cell(KEY, row)}" for row in self.concerning.get(ref, ()))
            self._status[ref] = f'=IF(COUNT({keys})=0,"",INT(MIN({keys})/{STEP}))' if keys else ""
        return self._status[ref]

    def _concerning(self) -> dict[Part, list[int]]:
        """Return the rows of the checks that concern each cell."""
        concerning: dict[Part, list[int]] = {}
        for row, planned in enumerate(self.checks, 1):
            for part in dict.fromkeys((planned.check.where, *planned.check.values)):
                concerning.setdefault(part, []).append(row)
        return concerning

    def _explained(self, check: Check) -> str:
        """Return the formula that counts written reasons for a confirm check, "" where none is asked for."""
        notes = next((b for b in self.layout.blocks.values() if b.text.place == "notes"), None)
        names = explained_by(check, self.layout)
        if notes is None or not names:
            return ""
        column = f"{quote(notes.sheet)}!${letters(EXPLAINS)}:${letters(EXPLAINS)}"
        return "(" + "+".join(f'COUNTIF({column},"{n}")' for n in names) + ")"

    def _joined(self, words: tuple[Word, ...]) -> str:
        return "&".join(self._text(w) for w in words)

    def _text(self, word: Word) -> str:
        match word:
            case str():
                return '"' + word.replace('"', '""') + '"'
            case Raw(part=part):
                return f'{cell(RAW, self.rows[part])}&""'
            case Handed(part=part):
                return f'{cell(HANDED, self.rows[part])}&""'
            case Choice(part=part, options=options):
                texts = ",".join(f'"{o}"' for o in options)
                return f"CHOOSE(MAX(1,{self.operands[part][0].value}),{texts})"
            case Value(part=TextRef() as text):
                return f'{cell(RAW, self.rows[text])}&""'
            case Value(part=Ref() as ref):
                return self._value(ref)
        raise TypeError(f"no word: {word}")

    def _value(self, ref: Ref) -> str:
        item = self.layout.indicators[ref.code]
        missing = say("word.missing")
        if definition(item, ref.measure, self.layout.pack.indicators) is None:
            return f'IF({self.operands[ref][0].known},{self.operands[ref][0].value}&"","{missing}")'
        known, number = self.live.known(ref, zero=False), self.live.number(ref, zero=False)
        return f'IF(AND({",".join(known)}),ROUND({number},{item.decimals})&"","{missing}")'


def wording_of(planned: Planned) -> tuple[str, str]:
    """Return what a check is called and what to do when it fails."""
    return rule_name(planned.check.id), planned.check.remedy


def rank_of(check: Check) -> int:
    """Return where a failing check stands in the list."""
    return TRIAL if check.trial else RANKS[check.severity]
