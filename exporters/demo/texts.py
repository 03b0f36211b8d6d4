"""What the units of the fictional city write: `demo/texts-*.csv` → items of each text input in a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook.model import Pack, Subfield
from workbook.period import Period
from workbook.tables import Row, read_table

Items = list[list[str]]

COLUMNS = ("unit", "text", "periods")


def load_texts(pack: Pack, folder: Path) -> Texts:
    """Return what all units write; ValueError tells what cannot be read, or a text the pack does not have."""
    lines: dict[str, list[Row]] = {}
    for path in sorted(folder.glob("texts-*.csv")):
        rows, defects = read_table(path, COLUMNS)
        if defects:
            raise ValueError(f"{path}: {defects[0].problem}")
        for row in rows:
            if row["text"] not in pack.texts:
                raise ValueError(f"{path}:{row.line}: {row['text']}")
            lines.setdefault(row["unit"], []).append(row)
    return Texts(pack, lines)


@dataclass(frozen=True, slots=True)
class Texts:
    """The lines of all units.

    A line holds for the periods it names, or for all. {Y}, {Y0} and {Y1} stand for the report year, the year before
    and the year after.
    """

    pack: Pack
    lines: Mapping[str, Sequence[Row]]

    def texts_of(self, unit: str, period: Period) -> dict[str, Items]:
        """Return text code → items, a value per subfield, as the unit writes them in a period."""
        found: dict[str, Items] = {}
        for row in self.lines.get(unit, ()):
            text = self.pack.texts[row["text"]]
            item = _item(row, text.subfields, period)
            items = found.setdefault(text.code, [])
            if _reported(row["periods"], item, text.subfields, period) and len(items) < text.max_items:
                items.append(item)
        return found

    def rows_of(self, unit: str, period: Period) -> dict[str, int]:
        """Return text code → how many items the unit writes in a period."""
        return {code: len(items) for code, items in self.texts_of(unit, period).items()}


def _item(row: Row, subfields: tuple[Subfield, ...], period: Period) -> list[str]:
    years = {"{Y}": period.year, "{Y0}": period.year - 1, "{Y1}": period.year + 1}
    item = []
    for number in range(1, len(subfields) + 1):
        value = row[str(number)]
        for mark, year in years.items():
            value = value.replace(mark, str(year))
        item.append(value)
    return item


def _reported(periods: str, item: list[str], subfields: tuple[Subfield, ...], period: Period) -> bool:
    """Return whether the line holds for the period; before the year is out, what is dated later is not yet there."""
    if periods and str(period) not in [p.strip() for p in periods.split(";")]:
        return False
    dated = [v for s, v in zip(subfields, item, strict=True) if (s.name, s.kind) == ("date", "date")]
    return period.kind == "year" or all(value <= period.end.isoformat() for value in dated)
