"""How long does it take to hold an edited report against its data?"""

from __future__ import annotations

import random
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from genres import facts_of, full_texts, full_values

from bench.files import PACK
from bench.measure import Section, medians, told
from bench.reports import BODY, FIGURE, parts_of
from exporters.figures.data import ByData
from exporters.figures.document import open_document
from exporters.figures.manifest import manifest_of
from exporters.figures.now import Teller
from exporters.figures.reconcile import reconcile
from exporters.figures.written import content_of, whole_of
from exporters.narrative.figures import Figures
from exporters.narrative.measures import HOW
from exporters.narrative.report import of_facts


def measured(sizes: Sequence[int]) -> list[Section]:
    """Measure a county's report of seven pages, a tenth of its figures changed: opened and reconciled."""
    with tempfile.TemporaryDirectory() as folder:
        return [_measured(Path(folder), sizes)]


def _measured(folder: Path, sizes: Sequence[int]) -> Section:
    values, texts, genre = full_values("county_half"), full_texts("county_half"), PACK.genres["county_half"]
    facts = facts_of("county_half", values, texts)
    report = of_facts(facts, genre)  # type: ignore[arg-type]
    content, chance = content_of(report), random.Random(1)
    body = dict(parts_of(content))[BODY].decode()
    typed = FIGURE.sub(lambda m: m[1] + (m[2] if chance.random() > 0.1 else "98765") + m[3], body)
    paths = [folder / f"{n}.docx" for n in range(max(sizes))]
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

    took = medians(
        {
            "one report opened and reconciled": lambda: held(paths[0]),
            "the same written, with its manifest": lambda: content_of(of_facts(facts, genre)),  # type: ignore[arg-type]
        }
    )
    rows = [(name, told(span)) for name, span in took.items()]
    for many in sizes:
        start = perf_counter()
        found = sum(held(path) for path in paths[:many])
        whole = perf_counter() - start
        rows.append((f"{many} in one run, on the clock", f"{told(whole)}, {whole / many * 1e3:.1f} ms each"))
    number, changed = len(FIGURE.findall(body)), found // max(sizes)
    said = (
        f"Processor time, median, in turn: a report of seven pages with {number} figures, {changed} of them "
        "changed. Nothing else is measured beside it."
    )
    return Section("Reconciling", said, ("what", "took"), rows)
