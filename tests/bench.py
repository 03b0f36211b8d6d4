"""How long the work takes: prints one small table, asserts nothing.

Times differ between machines; the ratios, taken within one run, are what to compare. Run it by `make bench`.
"""

from __future__ import annotations

import io
import random
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd
from desk import Desk
from docxtpl import DocxTemplate
from genres import facts_of, full_texts, full_values
from helpers import NOTHING, a_round, all_modules, party_building, plan, submission
from jinja2.sandbox import SandboxedEnvironment

from exporters.console import few_pauses
from exporters.figures.data import ByData
from exporters.figures.document import open_document
from exporters.figures.manifest import manifest_of
from exporters.figures.now import Teller
from exporters.figures.reconcile import reconcile
from exporters.figures.written import content_of, whole_of
from exporters.narrative.figures import Figures
from exporters.narrative.measures import HOW
from exporters.narrative.report import document_of, of_facts
from workbook.checks.check import check
from workbook.checks.rules import Judge, active_rules
from workbook.computed import stored_refs
from workbook.expression.parse import parse
from workbook.expression.tree import texts
from workbook.figures import figures_frame
from workbook.form.book import write_form
from workbook.form.content import blank_contents
from workbook.form.verdicts import verdicts_of
from workbook.layout import make_layout
from workbook.model import Rule, State, Submission, Unit
from workbook.period import parse_period
from workbook.reading.submission import read_submission
from workbook.values import Table

PACK = party_building()
PERIOD = "2020"
UNITS, ALONE, FORMS, TIMES, REPORTS = 3000, 30, 300, 5, 1000
MISSING = (State.NOT_APPLICABLE, State.NOT_COUNTED, State.BLANK, State.UNREADABLE)
TIME = {"value": "{}", "prior": "prev({})", "opening": "opening({})", "half": "half({})"}
Row = tuple[str, str, str]
BODY = "word/document.xml"
FIGURE = re.compile(r"(<w:sdtContent><w:r>(?:<w:rPr>.*?</w:rPr>)?<w:t[^>]*>)([^<]*)(</w:t>)")


def seconds(work: Callable[[], object]) -> float:
    """Return the median of a few runs; one run before them fills the caches."""
    work()
    spans = []
    for _ in range(TIMES):
        start = perf_counter()
        work()
        spans.append(perf_counter() - start)
    return median(spans)


def random_figures(rules: Iterable[Rule], units: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Return every stored figure the rules rest on for every unit: numbers, one in twenty missing."""
    stored = {ref for rule in rules for ref in stored_refs(parse(rule.expression), PACK.indicators)}
    records: list[tuple[str, str, str, int, int]] = []
    for ref in sorted(stored, key=lambda r: (r.code, r.measure)):
        scaled = rng.choice([0, 1, 2, 3, 5, 10, 40, 100, 600, 12000], len(units))
        missing = rng.random(len(units)) < 0.05
        states = np.where(scaled == 0, State.ZERO, State.NUMBER)
        states[missing] = rng.choice(MISSING, missing.sum())
        scaled[missing] = 0
        codes, measures = [ref.code] * len(units), [ref.measure] * len(units)
        records += zip(units, codes, measures, states.tolist(), scaled.tolist(), strict=True)
    return figures_frame(records)


def table_of(figures: pd.DataFrame, units: list[str], rules: Iterable[Rule]) -> Table:
    named = {t for rule in rules for t in texts(parse(rule.expression))}
    rows = {t: [2] * len(units) for t in named}
    return Table(units, figures, tiers=["county"] * len(units), umbrella=[False] * len(units), period=PERIOD, rows=rows)


def judge_all(tables: Iterable[Table], rules: Iterable[Rule]) -> None:
    for table in tables:
        judge = Judge(table, PACK.indicators)
        for rule in rules:
            judge.verdicts(rule)


def rules_measured() -> list[Row]:
    """Measure the rules over all units at once, and over a few units one by one."""
    rules = list(active_rules(PACK, parse_period(PERIOD), all_modules(PACK)).values())
    units = [f"U{i}" for i in range(UNITS)]
    figures = random_figures(rules, units, np.random.default_rng(2020))
    together = table_of(figures, units, rules)
    alone = [table_of(figures[figures["unit"] == u], [u], rules) for u in units[:ALONE]]
    at_once = seconds(lambda: judge_all([together], rules))
    one_by_one = seconds(lambda: judge_all(alone, rules))
    each, each_alone = at_once / (len(rules) * UNITS), one_by_one / (len(rules) * ALONE)
    return [
        (f"{len(rules)} rules × {UNITS} units at once", f"{at_once:.3f} s", f"{each * 1e6:.2f} µs per rule and unit"),
        (f"{len(rules)} rules × {ALONE} units one by one", f"{one_by_one:.3f} s", f"{each_alone * 1e6:.1f} µs"),
        ("one by one : at once, per unit", f"{each_alone / each:.0f} : 1", ""),
    ]


def synthetic(number: int) -> Submission:
    """Return a county's form with plausible numbers, one in twenty missing."""
    rng = random.Random(number)
    layout = make_layout(PACK, "county", parse_period(PERIOD), all_modules(PACK))
    values: dict[str, int | str] = {}
    for section in layout.sections:
        for code in section.rows:
            for measure in layout.measures(layout.indicators[code]):
                number_ = rng.choice([1, 2, 3, 5, 10, 11, 40, 100, 600])
                missing = rng.random() < 0.05
                values[TIME[measure].format(code)] = rng.choice(["不适用", "未统计", ""]) if missing else number_
    return submission(values, unit=f"U{number}", texts=dict.fromkeys(layout.blocks, 1))


def checking_measured() -> list[Row]:
    """Measure the whole check, findings worded and all."""
    forms = {f"U{i}": synthetic(i) for i in range(FORMS)}
    modules = all_modules(PACK)
    found = check(PACK, forms, NOTHING, period=PERIOD, modules=modules).findings
    took = seconds(lambda: check(PACK, forms, NOTHING, period=PERIOD, modules=modules))
    findings = sum(map(len, found.values())) / FORMS
    return [(f"checking {FORMS} forms", f"{took / FORMS * 1e3:.1f} ms per form", f"{findings:.0f} findings per form")]


def form_measured(folder: Path) -> list[Row]:
    """Measure one county's form: written, read, recalculated by LibreOffice."""
    unit = Unit("X1", "甲县", "county")
    round_ = a_round(folder, [unit], PERIOD)
    content, planned = blank_contents(round_, NOTHING)[unit.code], plan(round_, unit)
    verdicts = verdicts_of(round_, {unit.code: content})[unit.code]
    path = folder / "form.xlsx"
    planning = seconds(lambda: plan(round_, unit))
    writing = seconds(lambda: write_form(path, round_, planned, content, verdicts))
    reading = seconds(lambda: read_submission(path, PACK))
    with Desk() as desk:
        desk.open(path)
        recalculating = seconds(desk.recalculate)
    return [
        ("planning the forms of one kind", f"{planning * 1e3:.0f} ms", "once per kind"),
        ("writing one form", f"{writing * 1e3:.0f} ms", f"{path.stat().st_size / 1024:.0f} KB"),
        ("reading one form", f"{reading * 1e3:.0f} ms", ""),
        ("read : write", f"1 : {writing / reading:.1f}", ""),
        ("recalculating one form in LibreOffice", f"{recalculating * 1e3:.0f} ms", "every formula"),
    ]


def report_measured(folder: Path) -> list[Row]:
    """Measure `county_half` from facts to bytes, beside docxtpl and bare Jinja with zip on a template of the same text.

    The template is our own finished report, every figure made a {{ }} of its own: no clause is decided, no word chosen.
    """
    values, texts, genre = full_values("county_half"), full_texts("county_half"), PACK.genres["county_half"]
    facts = facts_of("county_half", values, texts)

    def ours() -> bytes:
        return document_of(of_facts(facts, genre)).to_bytes()  # type: ignore[arg-type]

    template, figures = as_template(ours())
    path = folder / "template.docx"
    path.write_bytes(template)

    def docxtpl() -> None:
        document = DocxTemplate(path)
        document.render(figures, autoescape=True)
        document.save(io.BytesIO())

    parts = {name: data for name, data in parts_of(template) if name != BODY}
    body = SandboxedEnvironment(autoescape=True).from_string(dict(parts_of(template))[BODY].decode())

    def bare() -> None:
        with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(BODY, body.render(figures))
            for name, data in parts.items():
                package.writestr(name, data)

    took, theirs, least = seconds(ours), seconds(docxtpl), seconds(bare)
    return [
        ("one county_half, facts to bytes", f"{took * 1e3:.1f} ms", f"{1 / took:.0f} a second, {len(figures)} figures"),
        ("docxtpl, the same text", f"{theirs * 1e3:.1f} ms", f"{1 / theirs:.0f} a second"),
        ("bare Jinja and zip, the same text", f"{least * 1e3:.1f} ms", f"{1 / least:.0f} a second"),
        ("docxtpl : ours : bare", f"{theirs / took:.1f} : 1 : {least / took:.1f}", ""),
    ]


def reconciling_measured(folder: Path) -> list[Row]:
    """Measure a county's report of seven pages, a tenth of its figures changed: opened, reconciled, refreshed."""
    values, texts, genre = full_values("county_half"), full_texts("county_half"), PACK.genres["county_half"]
    facts = facts_of("county_half", values, texts)
    report = of_facts(facts, genre)  # type: ignore[arg-type]
    writing = seconds(lambda: content_of(of_facts(facts, genre)))  # type: ignore[arg-type]
    content, chance = content_of(report), random.Random(1)
    body = dict(parts_of(content))[BODY].decode()
    typed = FIGURE.sub(lambda m: m[1] + (m[2] if chance.random() > 0.1 else "98765") + m[3], body)
    paths = [folder / f"{n}.docx" for n in range(REPORTS)]
    for path in paths:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, data in parts_of(content):
                package.writestr(name, typed if name == BODY else data)

    def held(path: Path) -> int:
        document = open_document(path)
        manifest = manifest_of(document)
        assert manifest is not None
        figures = Figures(facts, frozenset(genre.withheld), HOW)  # type: ignore[arg-type]
        known = ByData(Teller(figures, lambda: whole_of(report)), report.names, report.origin, same_data=True)
        return len(reconcile(manifest, document, known).must)

    took = seconds(lambda: held(paths[0]))
    start = perf_counter()
    found = sum(held(path) for path in paths)
    many = perf_counter() - start
    number = len(FIGURE.findall(body))
    return [
        (
            "reconciling one county_half",
            f"{took * 1e3:.1f} ms",
            f"{number} figures, {found // REPORTS} of them changed",
        ),
        (f"reconciling {REPORTS} in one run", f"{many:.1f} s", f"{many / REPORTS * 1e3:.1f} ms each"),
        ("writing with the manifest : reconciling", f"{writing / took:.1f} : 1", ""),
    ]


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


def main() -> None:
    few_pauses()  # as the command line does
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reports = (*report_measured(folder), *reconciling_measured(folder))
        for rows in (rules_measured(), checking_measured(), reports, form_measured(folder)):
            for what, result, note in rows:
                print(f"{what:40}{result:>18}   {note}".rstrip())


if __name__ == "__main__":
    main()
