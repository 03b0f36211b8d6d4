"""What a trace and its reverse say: sentences for the screen and the page, one object for other programs."""

from __future__ import annotations

from typing import Any

from exporters.consolidated.status import time_of
from exporters.tracing.feeds import Feeds
from exporters.tracing.lines import Line
from exporters.tracing.trace import Part, Trace, exact
from workbook.messages import say


def head_lines(trace: Trace) -> list[str]:
    """Return what a figure is, over whom, how it comes about, and whether a report says otherwise."""
    lines = [say("traced.head", name=trace.name, told=trace.told)]
    if trace.said:
        lines.append(say("traced.said", said=trace.said, sentence=trace.sentence))
    if trace.differs:
        lines.append(say("traced.differs", said=trace.said, told=trace.told))
    lines.append(say("traced.coverage", units=trace.units, n=trace.n))
    if trace.definition:
        lines.append(say("traced.definition", text=trace.definition))
    return [*lines, *trace.how]


def part_title(part: Part) -> str:
    """Return what a part is and what it comes to, set in as deep as it lies."""
    total = say("traced.comes_to", total=part.total) if part.total else ""
    formula = say("traced.computed_as", formula=part.formula) if part.formula else ""
    return "　" * part.depth + part.name + total + formula


def feeds_lines(feeds: Feeds) -> list[str]:
    """Return what stands in a cell, what is computed from it, where it counts and how many figures it feeds."""
    line, place = feeds.line, feeds.line.place if feeds.line else None
    if line is None or place is None:
        lines = [say("traced.cell_none", unit=feeds.unit.name, name=feeds.name)]
    else:
        where = {"sheet": place.sheet, "cell": place.cell, "file": place.file, "mark": place.sha256[:12]}
        lines = [say("traced.cell", unit=feeds.unit.name, name=feeds.name, shown=line.shown, **where)]
        lines += line.notes
    if feeds.through:
        lines.append(say("traced.through", n=len(feeds.through), names="、".join(t.name for t in feeds.through)))
    if feeds.counts:
        lines.append(say("traced.scopes", names="、".join(name for _, name in feeds.scopes)))
        reports = {f.report for f in feeds.figures}
        key = "traced.fed" if reports else "traced.fed_none"
        lines.append(say(key, n=len(feeds.figures), files=len(reports), reports=feeds.reports))
    return lines


def trace_json(trace: Trace, period: str) -> dict[str, Any]:
    """Return a trace as one object, files with their whole sha256."""
    figure = trace.figure
    return {
        "figure": figure.tag,
        "code": figure.code,
        "scope": figure.scope,
        "measure": figure.measure,
        "name": trace.name,
        "scope_name": trace.scope,
        "period": period,
        "told": trace.told,
        "value": exact(trace.value),
        "said": trace.said,
        "sentence": trace.sentence,
        "differs": trace.differs,
        "n": trace.n,
        "units": trace.units,
        "definition": trace.definition,
        "how": list(trace.how),
        "restricted": trace.restricted,
        "parts": [_part_json(p) for p in trace.parts],
        "absent": [{"unit": a.unit.code, "name": a.unit.name, "why": a.why} for a in trace.absent],
        "notes": list(trace.notes),
    }


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "code": part.code,
        "time": part.time,
        "name": part.name,
        "depth": part.depth,
        "formula": part.formula,
        "total": part.total,
        "lines": [_line_json(line) for line in part.lines],
    }


def _line_json(line: Line) -> dict[str, Any]:
    place = line.place
    return {
        "unit": line.unit.code,
        "name": line.unit.name,
        "value": exact(line.value),
        "shown": line.shown,
        "counts": line.counts,
        "raw": place.raw if place else "",
        "file": place.file if place else "",
        "sha256": place.sha256 if place else "",
        "sheet": place.sheet if place else "",
        "cell": place.cell if place else "",
        "carried_from": place.earlier if place else "",
        "received": time_of(line.received) if line.received else "",
        "receipt": line.receipt,
        "notes": list(line.notes),
    }


def feeds_json(feeds: Feeds, period: str) -> dict[str, Any]:
    """Return what a cell feeds as one object."""
    return {
        "unit": feeds.unit.code,
        "unit_name": feeds.unit.name,
        "code": feeds.ref.code,
        "time": feeds.ref.measure,
        "name": feeds.name,
        "period": period,
        "cell": _line_json(feeds.line) if feeds.line else None,
        "counts": feeds.counts,
        "restricted": feeds.restricted,
        "through": [{"code": t.code, "name": t.name, "formula": t.formula, "direct": t.direct} for t in feeds.through],
        "scopes": [{"scope": scope, "name": name} for scope, name in feeds.scopes],
        "figures": [
            {"report": f.report.as_posix(), "tag": f.tag, "name": f.name, "said": f.said, "sentence": f.sentence}
            for f in feeds.figures
        ],
        "notes": list(feeds.notes),
    }
