"""What stands in each unit's form: figures carried over, parameters handed down, computed results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from workbook.computed import definition
from workbook.expression.evaluate import Evaluator
from workbook.figures import computed_figures, plain
from workbook.layout import Layout, cover_subfields, make_layout
from workbook.messages import say
from workbook.model import Part, Round, State, Unit
from workbook.period import parse_period
from workbook.reading.values import length
from workbook.values import Earlier, Key, Table, columns_of

Figure = float | int | str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is not layout.

    `entries` are typed or carried figures (a number or a state's word); `carried` names those that came from earlier
    rounds or the office; `computed` holds right cached results. A form for the tier above is `prefilled` with totals
    and knows the `parts` they are made of; `passed_up` are computed figures that the totals beside them don't give,
    None where there is none. `notes` stand below the guide.
    """

    unit: Unit
    entries: Mapping[Key, Figure]
    carried: frozenset[Key]
    computed: Mapping[Key, Figure] = field(default_factory=dict)
    texts: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    cover: Mapping[str, str] = field(default_factory=dict)
    prefilled: Mapping[Key, Figure] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)
    passed_up: Mapping[str, Fraction | None] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def handed(self) -> dict[Key, Figure]:
        """The figures the form comes with, in the order of its entries."""
        return {key: value for key, value in self.entries.items() if key in self.carried}


def state_word(state: int) -> str:
    """Return the word that stands in a cell of this state, "" for blank."""
    words = {State.NOT_APPLICABLE: "word.not_applicable", State.NOT_COUNTED: "word.not_counted"}
    return say(words[State(state)]) if State(state) in words else ""


def layouts_of(round_: Round) -> dict[str, Layout]:
    """Return the layout for every tier that has units in the round."""
    period = parse_period(round_.period)
    tiers = dict.fromkeys(u.tier for u in round_.units)
    return {t: make_layout(round_.pack, t, period, round_.modules) for t in tiers}


def blank_contents(round_: Round, earlier: Earlier) -> dict[str, Content]:
    """Return the content of every unit's blank form: what earlier rounds and parameters provide."""
    layouts = layouts_of(round_)
    contents = {}
    for unit in round_.units:
        layout = layouts[unit.tier]
        entries = _carried(layout, earlier.get(unit.code, {}))
        entries |= _parameters(layout, round_)
        office = {b.text.code: office_rows(round_) for b in layout.blocks.values() if b.text.place == "office"}
        contents[unit.code] = Content(unit, entries, frozenset(entries), texts=office, cover=_cover(round_, unit))
    return with_computed(round_, contents)


def _carried(layout: Layout, stored: Mapping[Key, tuple[State, int]]) -> dict[Key, Figure]:
    """Return what earlier rounds hold for the cells of this form; unknown earlier values stay open."""
    entries: dict[Key, Figure] = {}
    for (code, measure), (state, scaled) in stored.items():
        item = layout.indicators.get(code)
        if item is None or measure not in layout.measures(item):
            continue
        if (code, measure) in layout.computed:
            continue  # its cell holds a formula over parts that are carried
        entries[code, measure] = plain(scaled, item.decimals) if state.known else state_word(state)
    return entries


def _parameters(layout: Layout, round_: Round) -> dict[Key, Figure]:
    entries: dict[Key, Figure] = {}
    for parameter in round_.parameters:
        item = layout.indicators.get(parameter.code)
        if item is not None and not item.computed:
            try:
                entries[item.code, "value"] = _number(Decimal(parameter.value))
            except InvalidOperation:
                continue  # a parameter in words stands in its table only
    return entries


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def office_rows(round_: Round) -> list[list[str]]:
    """Return the table of parameters that the office hands down."""
    return [[p.name, p.code, p.value, p.basis] for p in round_.parameters]


def _cover(round_: Round, unit: Unit) -> dict[str, str]:
    known = {
        "unit_code": unit.code,
        "unit_name": unit.name,
        "tier": round_.pack.tier(unit.tier).name,
        "umbrella": say("word.yes" if unit.umbrella else "word.no"),
        "period": parse_period(round_.period).title,
    }
    return {s.name: known.get(s.name, "") for s in cover_subfields(round_.pack)}


def with_computed(round_: Round, contents: Mapping[str, Content]) -> dict[str, Content]:
    """Return the contents with the results the form's own formulas would show."""
    units = [c.unit for c in contents.values()]
    indicators = round_.pack.indicators
    records = (
        (c.unit.code, code, measure, *_stored(value, indicators[code].decimals))
        for c in contents.values()
        for (code, measure), value in c.entries.items()
    )
    texts = {code for c in contents.values() for code in c.texts} | set(round_.pack.texts)
    table = Table(
        [u.code for u in units],
        columns_of((u.code for u in units), records),
        tiers=[u.tier for u in units],
        umbrella=[u.umbrella for u in units],
        period=round_.period,
        rows={t: [filled_rows(c.texts.get(t, ())) for c in contents.values()] for t in texts},
    ).made_of(c.parts for c in contents.values())
    passed_up = _passed_up(Evaluator(table, indicators))
    layouts = layouts_of(round_)
    computed: dict[str, dict[Key, Figure]] = {u.code: {} for u in units}
    tiers = {u.code: u.tier for u in units}
    for (code, measure), column in computed_figures(table, indicators).items():
        rows = zip(table.units, *(part.tolist() for part in column), strict=True)
        for unit, state, scaled, undefined in rows:
            layout = layouts[tiers[unit]]
            if code in layout.indicators and measure in layout.measures(layout.indicators[code]):
                shown: Figure = plain(scaled, indicators[code].decimals) if State(state).known else ""
                computed[unit][code, measure] = say("word.dash") if undefined else shown
    return {
        code: replace(c, computed=computed[code], passed_up=passed_up.get(row, {}))
        for row, (code, c) in enumerate(contents.items())
    }


def _passed_up(evaluator: Evaluator) -> dict[int, dict[str, Fraction | None]]:
    """Return the computed figures that parts make other than the cells give, by row."""
    found: dict[int, dict[str, Fraction | None]] = {}
    for code, rows in evaluator.table.parts.items():
        tree = definition(evaluator.indicators[code], "value", evaluator.indicators)
        if tree is None:
            continue
        cells = evaluator.number(tree)
        for row, part in rows.items():
            if part.value != (cells.exact(row) if cells.known[row] else None):
                found.setdefault(row, {})[code] = part.value
    return found


def filled_rows(rows: Iterable[Sequence[str]]) -> int:
    """Return how many items have something in them."""
    return sum(any(length(v) for v in row) for row in rows)


def _stored(value: Figure, decimals: int) -> tuple[int, int]:
    if isinstance(value, str):
        words = {state_word(s): s for s in (State.NOT_APPLICABLE, State.NOT_COUNTED)}
        return words.get(value, State.UNREADABLE), 0
    scaled = round(value * 10**decimals)
    return (State.NUMBER if scaled else State.ZERO), scaled
