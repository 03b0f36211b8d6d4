"""What the pipeline says of a form's content: the right cached results for the formulas that live in the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workbook.checks.check import check
from workbook.checks.rules import Judge
from workbook.figures import figures_frame
from workbook.form.checks import Check, rules_of
from workbook.form.content import Content, layouts_of
from workbook.layout import Layout, address
from workbook.model import Cell, Measure, Round, Submission, TextRow
from workbook.reading.submission import reasons_of
from workbook.reading.values import read_figure

OUTCOMES = {1: 1.0, 0: 0.0, -1: 0.5, 2: 2.0}


@dataclass(frozen=True)
class Verdicts:
    """Outcomes of one form's checks: `rules` by id, `failing` and `explained` by (check, sheet, cell or code)."""

    rules: Mapping[str, float]
    failing: frozenset[tuple[str, str, str]]
    explained: frozenset[tuple[str, str, str]]

    def outcome(self, check: Check, sheet: str, cell: str) -> float:
        """Return 1 pass, 0 fail, 0.5 undecided or 2 broken."""
        if check.verdict:
            return self.rules.get(check.id, 0.5)
        return 0.0 if self._key(check, sheet, cell) in self.failing else 1.0

    def is_explained(self, check: Check, sheet: str, cell: str) -> bool:
        """Return whether a written reason stands for the check."""
        key = (check.id, "", "") if check.verdict else self._key(check, sheet, cell)
        return key in self.explained

    def _key(self, check: Check, sheet: str, cell: str) -> tuple[str, str, str]:
        return check.id, sheet, check.where.code if check.id == "TEXT-REQUIRED" else cell


def verdicts_of(round_: Round, contents: Mapping[str, Content]) -> dict[str, Verdicts]:
    """Return the verdicts on every content, as if its form had just been handed in."""
    layouts = layouts_of(round_)
    forms = {code: _submission(round_, layouts[c.unit.tier], c) for code, c in contents.items()}
    nothing = figures_frame([]).assign(definition="")
    checked = check(round_.pack, forms, nothing, period=round_.period, modules=round_.modules)
    judge = Judge(checked.table, round_.pack.indicators)
    kinds = {(c.unit.tier, c.unit.umbrella): c.unit for c in contents.values()}
    rules_by_kind = {kind: rules_of(layouts[kind[0]], unit) for kind, unit in kinds.items()}
    arrays = {r.id: judge.verdicts(r) for r in {r.id: r for rules in rules_by_kind.values() for r in rules}.values()}
    found = {}
    for place, (code, content) in enumerate(contents.items()):
        rules = rules_by_kind[content.unit.tier, content.unit.umbrella]
        keys = [
            ((f.rule, f.sheet, f.indicator if f.rule == "TEXT-REQUIRED" else f.cell), f.reason)
            for f in checked.findings[code]
        ]
        explained = {k for k, reason in keys if reason} | {(k[0], "", "") for k, reason in keys if reason}
        outcomes = {r.id: OUTCOMES[int(arrays[r.id][place])] for r in rules}
        found[code] = Verdicts(outcomes, frozenset(k for k, _ in keys), frozenset(explained))
    return found


def _submission(round_: Round, layout: Layout, content: Content) -> Submission:
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
        first = min(block.columns)
        texts[code] = tuple(
            TextRow(row, block.sheet, address(block.first_row + i, first)) for i, row in enumerate(rows) if any(row)
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
    )
