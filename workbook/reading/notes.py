"""What reading has to say about a mangled form: repairs and doubts, gathered as they come up."""

from __future__ import annotations

from workbook.messages import say
from workbook.model import Doubt, Repair


class Notes:
    """Repairs say what was understood and how; doubts what could not be told for certain."""

    def __init__(self) -> None:
        self.repairs: list[Repair] = []
        self.doubts: list[Doubt] = []

    def repair(self, kind: str, sheet: str = "", cell: str = "", indicator: str = "", **values: object) -> None:
        """Note what was understood, worded by the catalogue under repair.<kind>."""
        self.repairs.append(Repair(kind, sheet, cell, indicator, say(f"repair.{kind}", **values)))

    def doubt(self, kind: str, sheet: str, cell: str = "", indicator: str = "", **values: str) -> None:
        """Note what must be asked back, worded by the catalogue under check.<kind>."""
        self.doubts.append(Doubt(kind, sheet, cell, indicator, values))
