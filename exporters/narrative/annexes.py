"""What the annexes of a merged report list: totals by tier, units' figures, reasons, targets, lists, data quality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from exporters.narrative.counts import LEDGER, Count
from exporters.narrative.elsewhere import MOST_ROWS, MOST_UNITS, items_elsewhere, units_elsewhere
from exporters.narrative.figures import Figures
from exporters.office.candidates import choosable, fields_of
from exporters.office.picks import Pick
from exporters.prose import lists
from exporters.prose.marks import missing, plain, words
from workbook.blank import tag
from workbook.checks.check import RANK
from workbook.collection import ALL, Collection
from workbook.layout import sheet_name
from workbook.messages import say
from workbook.model import Indicator, State, Submission, TextInput, TextRow, Unit
from workbook.values import among

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

        Each has group, heads, rows of cells, and widths in mm as a template's |= line has them. Of a group with more
        units than anybody reads in Word there is one sentence, which says where its units are.
        """
        tables = []
        for group in self.collection.round.pack.groups:
            units = self.collection.scope_units(group)
            asked = {code for tier in {unit.tier for unit in units} for code in self.collection.collected[tier]}
            codes = [code for code in self.items_of(section) if code in asked]
            if codes and len(units) > MOST_UNITS:
                what = say("report.unit_tables", group=group, section=section)
                heads = [units_elsewhere(what, len(units), group, [sheet_name(section)])]
                tables.append({"group": group, "heads": heads, "rows": [], "widths": ""})
                continue
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
        for row in self._items(text)[1]:
            item = self.figures.facts.pack.indicators.get(row.get("code", ""))
            if item is None or item.sensitive in self.figures.forbidden:
                continue
            told = {"indicator": item.name, "now": "", "before": "", "change": ""}
            unit = row["of"]
            if self.figures.has(item.code, unit):
                told["now"] = self.figures.cell(item.code, unit) + item.measure_word
            found.append({**row, **told})
        return self._short(text, len(found), found)

    def targets(self, text: str) -> list[Row]:
        """Return the plans that set a figure as their target, beside what the figure is now."""
        found = []
        for row in self._items(text)[1]:
            item = self.figures.facts.pack.indicators.get(row.get("target_code", ""))
            if item is None or not row.get("target_value") or item.sensitive in self.figures.forbidden:
                continue
            now = self.figures.cell(item.code, row["of"])
            if self.figures.has(item.code, row["of"]):
                now += item.measure_word
            found.append({**row, "indicator": item.name, "now": now, "target": row["target_value"] + item.measure_word})
        return self._short(text, len(found), found)

    def list_of(self, code: str) -> list[Row]:
        """Return every item of a text input with its unit's name (`unit`) and code (`of`).

        What the office chooses from is there as it chose it. Of more items than anybody reads in Word there is one row,
        a sentence that says where they are.
        """
        return self._short(code, *self._items(code))

    def _short(self, code: str, many: int, rows: Iterable[Row]) -> list[Row]:
        if many <= MOST_ROWS:
            return [*rows]
        told = items_elsewhere(self.figures.facts.pack.texts[code].name, code, many)
        return [dict.fromkeys(next(iter(rows)), "") | {"unit": told}]

    def _items(self, code: str) -> tuple[int, Iterator[Row]]:
        """Return how many items of a text input are listed, and each, told when it is looked at."""
        text = self.figures.facts.pack.texts[code]
        if text.sensitive in self.figures.forbidden:
            return 0, iter(())
        if code in choosable(self.collection.round.pack):
            picks = self._chosen(code)
            return len(picks), (self._as_chosen(text, pick) for pick in picks)
        found = [(s, row) for s in self._counted() for row in s.texts.get(code, ())]
        return len(found), (_row(text, s.unit, row) for s, row in found)

    def chosen_of(self, code: str) -> list[Row]:
        """Return the items of a text input that the office chose, in its order and words; `edited` is the body."""
        text = self.figures.facts.pack.texts[code]
        return [self._as_chosen(text, pick) for pick in self._chosen(code)]

    def _chosen(self, code: str) -> list[Pick]:
        return [pick for pick in self.chosen(code) if pick.candidate is not None]

    def _as_chosen(self, text: TextInput, pick: Pick) -> Row:
        assert pick.candidate is not None
        title, body = fields_of(text)
        told = {title: pick.typed["title"], body: pick.typed["wording"]}
        own = {name: words(lists.balanced(plain(said))) for name, said in told.items() if name and said}
        wording = pick.typed["wording"] or pick.words.body
        row = _row(text, pick.unit, pick.candidate.row)
        return {**row, **own, "edited": words(lists.balanced(plain(wording)))}

    def _counted(self) -> Iterator[Submission]:
        for unit in self.collection.counted:
            if unit.code in self.collection.submissions:
                yield self.collection.submissions[unit.code]

    def quality(self) -> list[Row]:
        """Return a row per unit: state of its form, files sent, findings by severity, figures not told."""
        c, keys = self.collection, ("state", "sent", *RANK, "blank")
        if len(c.round.units) > MOST_UNITS:
            sheets = [say("book.receipts_sheet"), say("book.findings_sheet"), say("book.trace_sheet")]
            told = units_elsewhere(say("report.quality"), len(c.round.units), ALL, sheets)
            return [{"unit": told, **dict.fromkeys(keys, "")}]
        used = [(r.unit, f) for r, f in c.findings if r.state == "used"]
        failed: Mapping[tuple[str, str], int] = Counter((u, f.severity) for u, f in used if f.outcome == "fail")
        sent, blank = Counter(r.unit for r in c.receipts), self._blank()
        return [
            {
                "unit": words(plain(unit.name)),
                "state": say(f"state.{c.states[unit.code]}"),
                "sent": _counted(unit, sent[unit.code], "sent"),
                **{key: _counted(unit, failed.get((unit.code, key), 0), key) for key in RANK},
                "blank": _counted(unit, blank.get(unit.code, 0), "blank")
                if unit.code in c.submissions
                else missing(tag(LEDGER, unit.code, "blank")),
            }
            for unit in c.round.units
        ]

    def _blank(self) -> Mapping[str, int]:
        """Return how many figures the accepted form of each unit leaves untold, where there are any."""
        cells, codes = self.collection.cells, self.collection.round.pack.indicators
        values = among(codes, {(code, "value") for code in codes})[cells.key]
        many = np.bincount(cells.owner[values & (cells.state > State.ZERO)], minlength=len(self.collection.forms))
        return {unit: n for unit, n in zip(self.collection.forms, many.tolist(), strict=True) if n}


def _counted(unit: Unit, number: int, measure: str) -> str:
    return str(Count(number, tag(LEDGER, unit.code, measure)))


def _row(text: TextInput, unit: Unit, row: TextRow) -> Row:
    """Return a unit's item of a text input, running text marked as the unit's own words."""
    free = {s.name for s in text.subfields if s.kind == "text"}
    values = {s.name: plain(v) for s, v in zip(text.subfields, row.values, strict=True)}
    told = {k: words(lists.balanced(v)) if k in free else v for k, v in values.items()}
    return {"of": unit.code, "unit": words(plain(unit.name)), **told}
