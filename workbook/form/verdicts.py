"""What the pipeline says of a form's content: the right cached results for the formulas that live in the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workbook.check_code import check_code, coded_parts
from workbook.checks.builtin import as_in_form, figure_findings
from workbook.checks.check import check
from workbook.checks.rules import Judge
from workbook.form.checks import Check, rules_of
from workbook.form.content import Content, layouts_of
from workbook.form.parts import Item
from workbook.layout import Layout, address
from workbook.model import Cell, Finding, Measure, Round, Submission, TextRow, Unit
from workbook.reading.submission import reasons_of
from workbook.reading.values import length, read_figure, show

OUTCOMES = {1: 1.0, 0: 0.0, -1: 0.5, 2: 2.0}


Place = tuple[str, Measure]  # code and measure of a cell
Key = tuple[str, str, str]  # check, sheet, cell; of an item: check, code, number; of a rule: its id alone


@dataclass(frozen=True)
class Verdicts:
    """Outcomes of one form's checks: rules by id, what failed by key; and the check code of the content."""

    rules: Mapping[str, float]
    findings: Mapping[Key, Finding]
    code: str

    def outcome(self, check: Check, sheet: str, cell: str) -> float:
        """Return 1 pass, 0 fail, 0.5 undecided or 2 broken."""
        if check.verdict:
            return self.rules.get(check.id, 0.5)
        return 0.0 if self.finding(check, sheet, cell) else 1.0

    def finding(self, check: Check, sheet: str, cell: str) -> Finding | None:
        """Return the pipeline's finding behind a failing check."""
        return self.findings.get(key_of(check, sheet, cell))

    def failing(self, rows_of: Mapping[Key, Sequence[int]]) -> set[int]:
        """Return the rows of the checks that did not come out well; `rows_of` tells where each key's checks stand."""
        wrong = [*self.findings, *((id_, "", "") for id_, outcome in self.rules.items() if outcome in (0, 2))]
        return {row for key in wrong for row in rows_of.get(key, ())}

    def is_explained(self, check: Check, sheet: str, cell: str) -> bool:
        """Return whether a written reason stands for the check."""
        finding = self.finding(check, sheet, cell)
        return finding is not None and bool(finding.reason)


def key_of(check: Check, sheet: str, cell: str) -> Key:
    """Return the key of a check that points at a cell as handed out."""
    if check.verdict:
        return check.id, "", ""
    if isinstance(check.where, Item):
        return check.id, check.where.code, str(check.where.number)
    return check.id, sheet, cell


def _key(finding: Finding, rules: Mapping[str, float]) -> Key:
    if finding.rule in rules:
        return finding.rule, "", ""
    if "number" in finding.values:
        return finding.rule, finding.indicator, finding.values["number"]
    return finding.rule, finding.sheet, finding.cell


def verdicts_of(round_: Round, contents: Mapping[str, Content]) -> dict[str, Verdicts]:
    """Return the verdicts on every content, as if its form had just been handed in."""
    layouts = layouts_of(round_)
    tiers = dict.fromkeys(c.unit.tier for c in contents.values())
    parts = {tier: coded_parts(layouts[tier]) for tier in tiers}
    places = {tier: _places(layouts[tier]) for tier in tiers}
    blank = {tier: _blank_findings(round_, layouts[tier]) for tier in tiers}
    forms = {n: _filled(round_, layouts[c.unit.tier], places[c.unit.tier], c) for n, c in contents.items()}
    checked = check(round_.pack, forms, {}, period=round_.period, modules=round_.modules, switches=round_.switches)
    judge = Judge(checked.table, round_.pack.indicators)
    kinds = {(c.unit.tier, c.unit.umbrella): c.unit for c in contents.values()}
    rules_by_kind = {kind: rules_of(round_, layouts[kind[0]], unit) for kind, unit in kinds.items()}
    arrays = {r.id: judge.verdicts(r) for r in {r.id: r for rules in rules_by_kind.values() for r in rules}.values()}
    found = {}
    for place, (name, content) in enumerate(contents.items()):
        rules = rules_by_kind[content.unit.tier, content.unit.umbrella]
        outcomes = {r.id: OUTCOMES[int(arrays[r.id][place])] for r in rules}
        tier, cells = content.unit.tier, forms[name].cells
        findings = {_key(f, outcomes): as_in_form(f) for f in checked.findings[name]}
        findings |= {_key(f, outcomes): f for key, f in blank[tier].items() if key not in cells}
        found[name] = Verdicts(outcomes, findings, check_code(forms[name], layouts[tier], parts[tier]))
    return found


def _blank_findings(round_: Round, layout: Layout) -> dict[Place, Finding]:
    """Return what is wrong with each cell as long as nothing stands in it: the same in every form of a tier."""
    nobody = as_submission(round_, layout, Content(Unit("", "", layout.tier), {}, frozenset()))
    keys = {(cell.sheet, cell.address): key for key, cell in nobody.cells.items()}
    return {keys[found.sheet, found.cell]: found for found in figure_findings("", nobody, layout)}


def as_submission(round_: Round, layout: Layout, content: Content) -> Submission:
    """Return the content as a submission: what reading the freshly written form would give."""
    cells: dict[Place, Cell] = {}
    for (code, measure), (sheet, place) in _places(layout).items():
        value = content.computed.get((code, measure), content.entries.get((code, measure), ""))
        cells[code, measure] = read_figure(value, layout.indicators[code].decimals, sheet, place)
    return _submission(round_, layout, content, cells)


def _places(layout: Layout) -> dict[Place, tuple[str, str]]:
    """Return sheet and cell of every figure."""
    return {
        (code, measure): (section.sheet, address(row, layout.column(measure)))
        for section in layout.sections
        for code, row in section.rows.items()
        for measure in layout.measures(layout.indicators[code])
    }


def _filled(round_: Round, layout: Layout, places: Mapping[Place, tuple[str, str]], content: Content) -> Submission:
    """Return the content as a submission without the cells that are filled in and blank still."""
    typed = {key: value for key, value in content.entries.items() if value != ""}
    values = {**typed, **content.computed}
    cells = {
        key: read_figure(value, layout.indicators[key[0]].decimals, *places[key])
        for key, value in values.items()
        if key in places
    }
    return _submission(round_, layout, content, cells)


def _submission(round_: Round, layout: Layout, content: Content, cells: Mapping[Place, Cell]) -> Submission:
    texts = {}
    for code, block in layout.blocks.items():
        rows = [tuple(v.strip() for v in row) for row in content.texts.get(code, ())]
        texts[code] = tuple(
            TextRow(row, block.sheet, tuple(address(block.first_row + i, c) for c in block.columns), i + 1)
            for i, row in enumerate(rows)
            if any(length(v) for v in row)
        )
    return Submission(
        file="",
        sha256="",
        pack=round_.pack.id,
        pack_hash=round_.pack.hash,
        form_version=round_.pack.form_version,
        unit=content.unit,
        period=round_.period,
        modules=round_.modules,
        received=datetime.min,
        cells=cells,
        texts=texts,
        reasons=reasons_of(layout, texts),
        handed={key: show(value) for key, value in content.handed.items()},
        prefilled={key: show(value) for key, value in content.prefilled.items()},
        parts=content.parts,
    )
