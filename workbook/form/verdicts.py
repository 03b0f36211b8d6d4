"""What the pipeline says of a form's content: the right cached results for the formulas that live in the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workbook.check_code import check_code
from workbook.checks.builtin import as_in_form
from workbook.checks.check import check
from workbook.checks.rules import Judge
from workbook.figures import figures_frame
from workbook.form.checks import Check, rules_of
from workbook.form.content import Content, layouts_of
from workbook.form.parts import Item
from workbook.layout import Layout, address
from workbook.model import Cell, Finding, Measure, Round, Submission, TextRow
from workbook.reading.submission import reasons_of
from workbook.reading.values import length, read_figure, show

OUTCOMES = {1: 1.0, 0: 0.0, -1: 0.5, 2: 2.0}


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
        if check.verdict:
            return self.findings.get((check.id, "", ""))
        if isinstance(check.where, Item):
            return self.findings.get((check.id, check.where.code, str(check.where.number)))
        return self.findings.get((check.id, sheet, cell))

    def is_explained(self, check: Check, sheet: str, cell: str) -> bool:
        """Return whether a written reason stands for the check."""
        finding = self.finding(check, sheet, cell)
        return finding is not None and bool(finding.reason)


def _key(finding: Finding, rules: Mapping[str, float]) -> Key:
    if finding.rule in rules:
        return finding.rule, "", ""
    if "number" in finding.values:
        return finding.rule, finding.indicator, finding.values["number"]
    return finding.rule, finding.sheet, finding.cell


def verdicts_of(round_: Round, contents: Mapping[str, Content]) -> dict[str, Verdicts]:
    """Return the verdicts on every content, as if its form had just been handed in."""
    layouts = layouts_of(round_)
    forms = {code: as_submission(round_, layouts[c.unit.tier], c) for code, c in contents.items()}
    nothing = figures_frame([]).assign(definition="")
    checked = check(round_.pack, forms, nothing, period=round_.period, modules=round_.modules, switches=round_.switches)
    judge = Judge(checked.table, round_.pack.indicators)
    kinds = {(c.unit.tier, c.unit.umbrella): c.unit for c in contents.values()}
    rules_by_kind = {kind: rules_of(round_, layouts[kind[0]], unit) for kind, unit in kinds.items()}
    arrays = {r.id: judge.verdicts(r) for r in {r.id: r for rules in rules_by_kind.values() for r in rules}.values()}
    found = {}
    for place, (name, content) in enumerate(contents.items()):
        rules = rules_by_kind[content.unit.tier, content.unit.umbrella]
        outcomes = {r.id: OUTCOMES[int(arrays[r.id][place])] for r in rules}
        findings = {_key(f, outcomes): as_in_form(f) for f in checked.findings[name]}
        found[name] = Verdicts(outcomes, findings, check_code(forms[name], layouts[content.unit.tier]))
    return found


def as_submission(round_: Round, layout: Layout, content: Content) -> Submission:
    """Return the content as a submission: what reading the freshly written form would give."""
    cells: dict[tuple[str, Measure], Cell] = {}
    for section in layout.sections:
        for code, row in section.rows.items():
            item = layout.indicators[code]
            for measure in layout.measures(item):
                value = content.computed.get((code, measure), content.entries.get((code, measure), ""))
                place = address(row, layout.column(measure))
                cells[code, measure] = read_figure(value, item.decimals, section.sheet, place)
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
    )
