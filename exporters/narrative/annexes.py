"""What the annexes of a merged report list: totals by tier, units' figures, reasons, targets, lists, data quality."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from exporters.narrative.counts import LEDGER, Count
from exporters.narrative.figures import Figures
from exporters.office.candidates import choosable, fields_of
from exporters.office.picks import Pick
from exporters.prose import lists
from exporters.prose.marks import missing, plain, words
from workbook.blank import tag
from workbook.checks.check import RANK
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import Indicator, Submission, TextInput, Unit

_MOST_COLUMNS = 9  # indicators beside the unit's name on a page set sideways
Row = dict[str, str]


class Annexes:
    """The names a merged report's template can use in its annexes; every method returns plain values."""

    def __init__(self, collection: Collection, figures: Figures, chosen: Callable[[str], Sequence[Pick]]) -> None:
        """`chosen` gives what the office picked of a text input, in its order."""
        self.collection, self.figures, self.chosen = collection, figures, chosen

    def context(self) -> dict[str, Any]:
        """Return what the template sees."""
        return {
            "items_of": self.items_of,
            "unit_tables": self.unit_tables,
            "notes_of": self.notes_of,
            "targets": self.targets,
            "list_of": self.list_of,
            "chosen_of": self.chosen_of,
            "quality": self.quality,
        }

    def items_of(self, section: str) -> list[str]:
        """Return the indicators of a section that the round collects and this report may print, in catalog order."""
        return [
            code
            for code, item in self.collection.indicators.items()
            if item.section == section and item.sensitive not in self.figures.forbidden
        ]

    def unit_tables(self, section: str) -> list[dict[str, Any]]:
        """Return the tables of a section: per comparison group, a few indicators wide, a row per unit.

        Each has group, heads, rows of cells, and widths in mm as a template's |= line has them.
        """
        tables = []
        for group in self.collection.round.pack.groups:
            units = self.collection.scope_units(group)
            asked = {code for unit in units for code in self.collection.collected[unit.tier]}
            codes = [code for code in self.items_of(section) if code in asked]
            number = -(-len(codes) // _MOST_COLUMNS)  # of tables, all about as wide
            for start in range(number):
                first, last = (len(codes) * at // number for at in (start, start + 1))
                part = [self.figures.item(code) for code in codes[first:last]]
                tables.append(self._unit_table(group, part, units))
        return tables

    def _unit_table(self, group: str, items: Sequence[Indicator], units: Sequence[Unit]) -> dict[str, Any]:
        wide = 60 if len(items) > 3 else 75
        rest = (225 - wide) // len(items)
        rows = []
        for unit in units:
            cells = [self.figures.cell(item.code, unit.code) for item in items]
            rows.append([words(plain(unit.name)), *cells])
        return {
            "group": group,
            "heads": [say("book.unit"), *(say("report.head", name=i.name, word=i.measure_word) for i in items)],
            "rows": rows,
            "widths": " ".join([f"{wide}l", *[f"{rest}r"] * len(items)]),
        }

    def notes_of(self, text: str) -> list[Row]:
        """Return the items of a text input on an indicator: its name, this year, last year, change, beside columns."""
        found = []
        for row in self.list_of(text):
            item = self.figures.facts.pack.indicators.get(row.get("code", ""))
            if item is None or item.sensitive in self.figures.forbidden:
                continue
            told = {"indicator": item.name, "now": "", "before": "", "change": ""}
            unit = row["of"]
            if self.figures.has(item.code, unit):
                told["now"] = self.figures.cell(item.code, unit) + item.measure_word
            found.append({**row, **told})
        return found

    def targets(self, text: str) -> list[Row]:
        """Return the plans that set a figure as their target, beside what the figure is now."""
        found = []
        for row in self.list_of(text):
            item = self.figures.facts.pack.indicators.get(row.get("target_code", ""))
            if item is None or not row.get("target_value") or item.sensitive in self.figures.forbidden:
                continue
            now = self.figures.cell(item.code, row["of"])
            if self.figures.has(item.code, row["of"]):
                now += item.measure_word
            found.append({**row, "indicator": item.name, "now": now, "target": row["target_value"] + item.measure_word})
        return found

    def list_of(self, code: str) -> list[Row]:
        """Return every item of a text input with its unit's name (`unit`) and code (`of`).

        What the office chooses from is there as it chose it.
        """
        text = self.figures.facts.pack.texts[code]
        if text.sensitive in self.figures.forbidden:
            return []
        if code in choosable(self.collection.round.pack):
            return self.chosen_of(code)
        return [row for s in self._counted() for row in _rows(text, s)]

    def chosen_of(self, code: str) -> list[Row]:
        """Return the items of a text input that the office chose, in its order and words; `edited` is the body."""
        text, found = self.figures.facts.pack.texts[code], []
        title, body = fields_of(text)
        for pick in self.chosen(code):
            if pick.candidate is None:
                continue
            rows = _rows(text, self.collection.submissions[pick.unit.code])
            row = rows[pick.candidate.number - 1]
            told = {title: pick.typed["title"], body: pick.typed["wording"]}
            own = {name: words(lists.balanced(plain(said))) for name, said in told.items() if name and said}
            wording = pick.typed["wording"] or pick.words.body
            found.append({**row, **own, "edited": words(lists.balanced(plain(wording)))})
        return found

    def _counted(self) -> Iterator[Submission]:
        for unit in self.collection.counted:
            if unit.code in self.collection.submissions:
                yield self.collection.submissions[unit.code]

    def quality(self) -> list[Row]:
        """Return a row per unit: state of its form, files sent, findings by severity, figures not told."""
        c = self.collection
        rows = []
        for unit in c.round.units:
            mine = [f for receipt, f in c.findings if receipt.unit == unit.code and receipt.state == "used"]
            sent = sum(r.unit == unit.code for r in c.receipts)
            failed = [f.severity for f in mine if f.outcome == "fail"]
            rows.append(
                {
                    "unit": words(plain(unit.name)),
                    "state": say(f"state.{c.states[unit.code]}"),
                    "sent": _counted(unit, sent, "sent"),
                    **{key: _counted(unit, sum(s == key for s in failed), key) for key in RANK},
                    "blank": self._blank(unit),
                }
            )
        return rows

    def _blank(self, unit: Unit) -> str:
        """Return how many figures an accepted form leaves untold."""
        if unit.code not in self.collection.submissions:
            return missing(tag(LEDGER, unit.code, "blank"))
        cells = self.collection.submissions[unit.code].cells
        number = sum(not cell.state.known for (_, measure), cell in cells.items() if measure == "value")
        return _counted(unit, number, "blank")


def _counted(unit: Unit, number: int, measure: str) -> str:
    return str(Count(number, tag(LEDGER, unit.code, measure)))


def _rows(text: TextInput, submission: Submission) -> list[Row]:
    """Return a submission's items of a text input, running text marked as the unit's own words."""
    free = {s.name for s in text.subfields if s.kind == "text"}
    rows = []
    for row in submission.texts.get(text.code, ()):
        values = {s.name: plain(v) for s, v in zip(text.subfields, row.values, strict=True)}
        told = {k: words(lists.balanced(v)) if k in free else v for k, v in values.items()}
        rows.append({"of": submission.unit.code, "unit": words(plain(submission.unit.name)), **told})
    return rows
