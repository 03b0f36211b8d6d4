"""How are formulas said? In Excel's syntax both ways, whatever LibreOffice shows in its own cells."""

from __future__ import annotations

import re
from typing import Any

from xl_addin.libreoffice.engine.bridge import struct

_EXCEL = 1  # com.sun.star.sheet.AddressConvention.XL_A1; 2 is R1C1, which makes columns of cells without a word
_EXCEL_ENGLISH = 4  # com.sun.star.sheet.FormulaLanguage.XL_ENGLISH
_ALL = 0x7FFFFFFF  # com.sun.star.sheet.FormulaMapGroup.ALL_EXCEPT_SPECIAL
_GONE = 2 | 8 | 32  # com.sun.star.sheet.ReferenceFlags: column, row or sheet deleted
_ERROR = re.compile(r"#(?:N/A|[A-Z]+/?0?[!?])")
_LOST = "\ue000"  # no character that anybody writes
# LibreOffice takes TRUE for 1 and forgets the word; TRUE() stays. Texts and quoted sheets are passed by.
_WORDS = re.compile(r"""("[^"]*"|'[^']*')|(?<![\w.$!])(TRUE|FALSE)(?![\w.(!])""", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class Formulas:
    """Excel's formulas in a document."""

    def __init__(self, document: Any) -> None:
        self._parser = document.createInstance("com.sun.star.sheet.FormulaParser")
        self._parser.FormulaConvention = _EXCEL
        mapper = document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
        # Names of functions and the commas between arguments. The parser's own English has ; instead: it would take
        # SUM(A1,A2) without a word, say it again the same, and never count it.
        self._parser.OpCodeMap = mapper.getAvailableMappings(_EXCEL_ENGLISH, _ALL)

    def tokens(self, formula: str, at: Any) -> Any:
        """Return the tokens of a formula with its =, its relative references seen from the CellAddress `at`."""
        return self._parser.parseFormula(_WORDS.sub(_called, formula.removeprefix("=")), at)

    def said(self, tokens: Any, at: Any, error: str = "#REF!") -> str:
        """Return the formula of tokens, with its =; `error` where cells are gone or an error is written out."""
        said = str(self._parser.printFormula(tuple(map(_whole, tokens)), at))
        return "=" + said.replace(f'"{_LOST}"', error)

    def write(self, cell: Any, formula: str) -> None:
        """Write a formula into one cell."""
        cell.setTokens(self.tokens(formula, cell.getCellAddress()))

    def fill(self, cells: Any, formula: str, rows: int, columns: int) -> None:
        """Write a formula into every cell of a block, its relative references moving along as in Excel."""
        tokens = self.tokens(formula, cells.getCellByPosition(0, 0).getCellAddress())
        for r in range(rows):
            for c in range(columns):
                cells.getCellByPosition(c, r).setTokens(tokens)

    def read(self, cells: Any) -> tuple[tuple[str, ...], ...]:
        """Return the formulas of a block; of a cell without one its value as text."""
        texts, values = cells.getFormulaArray(), cells.getDataArray()
        return tuple(
            tuple(self._one(cells, r, c, text, values[r][c]) for c, text in enumerate(row))
            for r, row in enumerate(texts)
        )

    def _one(self, cells: Any, row: int, column: int, text: str, value: object) -> str:
        if text.startswith("="):
            cell = cells.getCellByPosition(column, row)
            tokens = cell.getTokens()
            if tokens:  # a text that only begins with = has none
                errors = set(_ERROR.findall(text))
                return self.said(tokens, cell.getCellAddress(), errors.pop() if len(errors) == 1 else "#REF!")
        return f"{value:.15g}" if isinstance(value, float) else str(value)


def _whole(token: Any) -> Any:
    """Return a token with a mark for an error, said as nothing, and for cells that are gone, said as other ones."""
    data = token.Data
    if token.OpCode == 0 and data is None:
        return struct("sheet.FormulaToken", 0, _LOST)
    parts = (data.Reference1, data.Reference2) if hasattr(data, "Reference1") else (data,)
    if any(getattr(part, "Flags", 0) & _GONE for part in parts):
        return struct("sheet.FormulaToken", 0, _LOST)  # operation 0 pushes a value
    return token


def typed(value: Any) -> Any:
    """Return what Excel makes of a text that is written as a formula without being one: 1.5 is a number then."""
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def corner() -> Any:
    """Return the cell from which formulas without a cell of their own are seen: A1 of the first sheet."""
    return struct("table.CellAddress", 0, 0, 0)


def _called(found: re.Match[str]) -> str:
    return found[1] or f"{found[2]}()"
