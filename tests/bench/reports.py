"""How long does it take to write a report, beside docxtpl and Jinja alone on a template of the same text?"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from docxtpl import DocxTemplate
from genres import facts_of, full_texts, full_values
from jinja2.sandbox import SandboxedEnvironment

from bench.book import gathered
from bench.files import PACK
from bench.measure import Section, medians, told
from exporters.narrative.report import document_of, of_facts
from exporters.reports import reports_of_round

BODY = "word/document.xml"
FIGURE = re.compile(r"(<w:sdtContent><w:r>(?:<w:rPr>.*?</w:rPr>)?<w:t[^>]*>)([^<]*)(</w:t>)")


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure one report beside docxtpl and bare Jinja with zip on a template of the same text, then all of a round."""
    values, texts, genre = full_values("county_half"), full_texts("county_half"), PACK.genres["county_half"]
    facts = facts_of("county_half", values, texts)

    def ours() -> bytes:
        return document_of(of_facts(facts, genre)).to_bytes()  # type: ignore[arg-type]

    template, figures = as_template(ours())

    def docxtpl() -> None:
        document = DocxTemplate(io.BytesIO(template))
        document.render(figures, autoescape=True)
        document.save(io.BytesIO())

    parts = {name: data for name, data in parts_of(template) if name != BODY}
    body = SandboxedEnvironment(autoescape=True).from_string(dict(parts_of(template))[BODY].decode())

    def bare() -> None:
        with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(BODY, body.render(figures))
            for name, data in parts.items():
                package.writestr(name, data)

    took = medians({"huibao": ours, "docxtpl": docxtpl, "Jinja and zip": bare})
    rows = [
        (name, told(span), f"{1 / span:.0f} a second", f"{span / took['huibao']:.2f}") for name, span in took.items()
    ]
    said = (
        f"Processor time, median, in turn: one `county_half` of {len(figures)} figures, from facts to the bytes of a "
        "Word file. The others fill a template that is our own finished report with a name for every figure: they "
        "decide no clause and choose no word. Whole rounds on the clock, all cores, from the collection on."
    )
    rows += [_all(size) for size in sizes]
    return [Section("Reports", said, ("writer", "one report", "", "÷ huibao"), rows)]


def _all(many: int) -> tuple[str, ...]:
    """Measure the reports of all units of a round, the units of the demo city over and over."""
    with tempfile.TemporaryDirectory() as folder:
        collection = gathered(many, Path(folder))
        start = perf_counter()
        written = reports_of_round(collection, [g for g in PACK.genres.values() if g.tiers])
        took, number = perf_counter() - start, len(written.paths)
    return f"huibao, {number} reports of {many} units", told(took), f"{number / took:.0f} a second", ""


def parts_of(package: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return [(name, opened.read(name)) for name in opened.namelist()]


def as_template(package: bytes) -> tuple[bytes, dict[str, str]]:
    """Return a finished report as a template with a name for every figure, and what each name is filled with."""
    figures: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        name = f"f{len(figures)}"
        figures[name] = found[2]
        return f"{found[1]}{{{{ {name} }}}}{found[3]}"

    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts_of(package):
            text = FIGURE.sub(named, data.decode()) if name == BODY else data
            target.writestr(name, text)
    return written.getvalue(), figures
