"""The numbers of a round worked out again, plainly, from the filled files: shares no code with the product."""

from __future__ import annotations

import ast
import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import openpyxl

TIERS = {"X": "county", "Q": "district", "S": "organ"}
SCOPES = {
    "all": ("county", "district", "organ"),
    "县区": ("county", "district"),
    "市直": ("organ",),
    "county": ("county",),
    "district": ("district",),
    "organ": ("organ",),
}
CATALOG = Path(__file__).parent.parent / "templates" / "party-building" / "indicators.csv"
COLUMNS = {"本期数": "value", "上年同期": "prior", "上半年": "half", "上年末": "opening"}


@cache
def catalog() -> dict[str, dict[str, str]]:
    with CATALOG.open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@cache
def filled(path: Path) -> dict[tuple[str, str], object]:
    """Return (code, column) -> what stands in the cell, of one filled form: read once, what is hidden in it never."""
    found: dict[tuple[str, str], object] = {}
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    for sheet in (s for s in book.worksheets if s.sheet_state == "visible"):
        heads: dict[int, str] = {}
        for row in sheet.iter_rows(values_only=True):
            if row and row[0] == "代码":
                heads = {i: COLUMNS[str(v)] for i, v in enumerate(row) if str(v) in COLUMNS}
            elif row and row[0] in catalog():
                found |= {(str(row[0]), m): row[i] for i, m in heads.items() if i < len(row)}
    return found


@dataclass
class Plain:
    """One round: unit -> its filled form."""

    forms: dict[str, dict[tuple[str, str], object]]

    def value(self, unit: str, code: str, when: str = "value") -> Fraction | None:
        """Return a unit's figure; computed ones from their parts."""
        row = catalog()[code]
        source = row["calc"] or (f"({row['numerator']}) / ({row['denominator']})" if row["denominator"] else "")
        if source and "rows(" not in source:
            value = self.expression(unit, source, when)
            return value * 100 if value is not None and row["dimension"] == "percent" else value
        cell = self.forms[unit].get((code, when))
        return Fraction(str(cell)) if isinstance(cell, int | float) and not isinstance(cell, bool) else None

    def expression(self, unit: str, source: str, when: str) -> Fraction | None:
        def at(node: ast.expr) -> Fraction | None:
            if isinstance(node, ast.Name):
                return self.value(unit, node.id, when)
            if isinstance(node, ast.Call):
                return self.value(unit, node.args[0].id, "prior") if when == "value" else None
            assert isinstance(node, ast.BinOp)
            a, b = at(node.left), at(node.right)
            if a is None or b is None or (isinstance(node.op, ast.Div) and b == 0):
                return None
            return {ast.Add: a + b, ast.Sub: a - b, ast.Div: a / b if b else None}[type(node.op)]

        return at(ast.parse(source, mode="eval").body)

    def units(self, scope: str, code: str) -> list[str]:
        tiers = [t for t in SCOPES[scope] if t in catalog()[code]["tiers"].split(";")]
        return [u for u in self.forms if TIERS[u[0]] in tiers and u != "S00"]

    def parts(self, unit: str, code: str, when: str) -> tuple[Fraction, Fraction] | None:
        """Return what a unit adds above and below the line, None if it does not count."""
        row = catalog()[code]
        if row["aggregation"].startswith("ratio"):
            above = self.expression(unit, row["numerator"], when)
            below = self.expression(unit, row["denominator"], when)
        elif row["aggregation"].startswith("mean_weighted"):
            below = self.value(unit, row["aggregation"].split(":")[1], when)
            value = self.value(unit, code, when)
            above = value * below if value is not None and below is not None else None
        else:
            above, below = self.value(unit, code, when), Fraction(1)
        return (above, below) if above is not None and below is not None else None

    def total(self, code: str, scope: str = "all", when: str = "value", *, both: bool = False) -> Fraction | None:
        """Return the total over units that have it (both years, if asked)."""
        row = catalog()[code]
        counted = [p for u in self.counted(code, scope, both=both) if (p := self.parts(u, code, when))]
        if not counted or row["aggregation"] == "none":
            return None
        if row["aggregation"] == "min":
            return min(a for a, _ in counted)
        above, below = sum(a for a, _ in counted), sum(b for _, b in counted)
        if row["aggregation"] == "sum":
            return Fraction(above)
        if not below:
            return None
        return above / below * (100 if row["dimension"] == "percent" and row["aggregation"][0] == "r" else 1)

    def counted(self, code: str, scope: str, *, both: bool = False) -> list[str]:
        units = [u for u in self.units(scope, code) if self.parts(u, code, "value")]
        return [u for u in units if self.parts(u, code, "prior")] if both else units


def rounded(value: Fraction, places: int) -> str:
    """Return a number as printed: halves away from zero, trailing zeros cut."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = str(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    return text.rstrip("0").rstrip(".") if "." in text else text
