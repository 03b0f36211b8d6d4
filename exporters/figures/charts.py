"""The charts of a Word file: the numbers they draw, and the workbook behind each that a click in Word opens."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from exporters.figures.document import MAIN, Document
from exporters.narrative.writer import Point
from exporters.package import RELATION, tree
from exporters.word.drawing import CHART

_C = f"{{{CHART}}}"
Key = tuple[str, str]  # series and category


@dataclass(frozen=True)
class Chart:
    """One chart: its part, the part of its workbook, and the elements that hold its numbers."""

    part: str
    book: str  # "" where it has none
    root: Any
    values: Mapping[Key, Any]


def charts_of(document: Document) -> list[Chart]:
    """Return the charts of a file in the order they stand in it."""
    targets = _targets(document, MAIN)
    found = []
    for element in document.roots[MAIN].iter(f"{_C}chart"):
        content = document.part(targets.get(element.get(RELATION, ""), ""))
        if content is None:
            continue
        name = targets[element.get(RELATION)]
        try:
            root = tree(content)
        except etree.XMLSyntaxError:
            continue  # not a chart of ours: what we wrote is looked for among the others
        book = next((t for t in _targets(document, name).values() if t.endswith(".xlsx")), "")
        found.append(Chart(name, book, root, dict(_values(root))))
    return found


def matched(points: Sequence[Point], charts: Sequence[Chart]) -> Iterator[tuple[Point, Chart | None]]:
    """Yield every point with the chart that draws it: the one that has most of the names of its own."""
    by_chart: dict[int, list[Point]] = {}
    for point in points:
        by_chart.setdefault(point.chart, []).append(point)
    left = list(charts)
    for group in by_chart.values():
        common = [sum((p.series, p.category) in chart.values for p in group) for chart in left]
        best = max(range(len(left)), key=lambda n: (common[n], -n), default=-1)
        chart = left.pop(best) if best >= 0 and common[best] else None
        yield from ((point, chart) for point in group)


def drawn(point: Point, chart: Chart) -> float | None:
    """Return the number a chart draws for a point, None where it draws none."""
    element = chart.values.get((point.series, point.category))
    return None if element is None else number(element.text or "")


def number(text: str) -> float | None:
    """Return a text as a number, None for a dash."""
    try:
        return float(text)
    except ValueError:
        return None


def with_numbers(book: bytes, values: Mapping[Key, float]) -> bytes:
    """Return the workbook behind a chart with some of its numbers changed: series across, categories down."""
    from openpyxl import load_workbook

    opened = load_workbook(io.BytesIO(book))
    sheet = opened.worksheets[0]
    columns = {str(cell.value): at for at, cell in enumerate(sheet[1], start=1)}
    rows = {str(row[0].value): at for at, row in enumerate(sheet.iter_rows(min_row=2), start=2)}
    for (series, category), value in values.items():
        if series in columns and category in rows:
            sheet.cell(rows[category], columns[series]).value = value
    buffer = io.BytesIO()
    opened.save(buffer)
    return buffer.getvalue()


def _values(root: Any) -> Iterator[tuple[Key, Any]]:
    for series in root.iter(f"{_C}ser"):
        name = series.findtext(f"{_C}tx//{_C}v") or ""
        categories = {pt.get("idx"): pt.findtext(f"{_C}v") or "" for pt in series.iterfind(f"{_C}cat//{_C}pt")}
        for point in series.iterfind(f"{_C}val//{_C}pt"):
            if (value := point.find(f"{_C}v")) is not None:
                yield (name, categories.get(point.get("idx"), "")), value


def _targets(document: Document, part: str) -> dict[str, str]:
    """Return the parts that a part names, by the names it gives them."""
    folder, name = posixpath.split(part)
    content = document.part(f"{folder}/_rels/{name}.rels")
    if content is None:
        return {}
    return {
        r.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, r.get("Target", "")))[1:] for r in tree(content)
    }
