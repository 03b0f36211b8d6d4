"""A report → its file, with the manifest of its figures in it: read back as reconciling will read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from exporters.figures.document import MAIN, Document, Hold, Paragraph, read_document, read_part, rows_of
from exporters.figures.loose import loose_numbers, masked
from exporters.figures.manifest import Figure, Manifest, part_of
from exporters.figures.now import Piece, Teller, pieces_in, shape_of
from exporters.figures.parts import with_parts
from exporters.figures.surroundings import controls, surroundings
from exporters.narrative.report import Report, laid_out
from exporters.narrative.writer import Point
from exporters.prose.polish import led
from exporters.word.package import archive
from workbook.files import replacing

_NUMBER = re.compile(r"_(\d+)$")


def write_report(report: Report, path: Path) -> None:
    """Lay the report out and write it to `path` in one step."""
    data = content_of(report)
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def content_of(report: Report) -> bytes:
    """Return the finished file of a report."""
    if report.content is not None:
        document = read_document(report.content)
        return archive(with_parts(document.parts, part_of(make_manifest(report, document))))
    laid, points = laid_out(report)
    text = laid.text()
    root, paragraphs = read_part(MAIN, text.content)
    document = Document({}, {MAIN: root}, tuple(paragraphs))
    return laid.to_bytes(text, part_of(make_manifest(report, document, points)))


def teller_of(report: Report) -> Teller:
    """Return what tells a report's figures again."""
    return Teller(report.figures, lambda: whole_of(report))


def whole_of(report: Report) -> Iterable[Piece]:
    """Return every figure of a report."""
    if report.content is None:
        return pieces_in(report.lines)
    document = read_document(report.content)
    return [(hold.name, p.text[hold.start : hold.end]) for p in document.paragraphs for hold in controls(p)]


def make_manifest(report: Report, document: Document, points: Sequence[Point] = ()) -> Manifest:
    """Return the manifest of a report as it is laid out."""
    teller, facts = teller_of(report), report.figures.facts
    rows = rows_of(document)
    figures: list[Figure] = []
    loose: list[str] = []
    for paragraph in document.paragraphs:
        held = list(controls(paragraph))
        figures += _figures(paragraph, held, teller, rows.get(paragraph.element), report.figures.wholes)
        text = masked(paragraph.text, [*((h.start, h.end) for h in held), *paragraph.fields])
        loose += [number.written(text) for number in loose_numbers(paragraph, text)]
    return Manifest(
        genre=report.genre.id,
        unit=report.unit.code if report.unit else "",
        period=str(facts.period),
        pack=facts.pack.id,
        pack_hash=facts.pack.hash,
        origin=report.origin,
        made=report.created.isoformat(),
        figures=tuple(figures),
        points=tuple(points),
        loose=tuple(loose),
    )


def _figures(
    paragraph: Paragraph,
    held: Sequence[Hold],
    teller: Teller,
    row: tuple[str, int] | None,
    wholes: Mapping[str, str],
) -> list[Figure]:
    numbers = {h.start: _NUMBER.search(h.name) for h in paragraph.holds if not h.control}
    hidden = surroundings(paragraph.text, [(h.start, h.end) for h in held])
    found = []
    for hold, (before, after) in zip(held, hidden, strict=True):
        text = paragraph.text[hold.start : hold.end]
        number = numbers.get(hold.start)
        style = teller.style_of(hold.name, text, in_cell=row is not None)
        now = teller.now(hold.name, style)
        found.append(
            Figure(
                number=int(number[1]) if number else 0,
                tag=hold.name,
                text=text,
                style=style,
                exact=str(now.exact) if now and now.exact is not None else "",
                word=now.word if now else "",
                before=row[0] if row else before,
                after=after,
                cell=row[1] if row else -1,
                whole=wholes.get(hold.name, ""),
            )
        )
    return _told_together(paragraph.text, held, found, teller)


def _told_together(text: str, held: Sequence[Hold], figures: list[Figure], teller: Teller) -> list[Figure]:
    """Return the figures with the words that were told with them, where the text has exactly these."""
    for at, figure in enumerate(figures):
        if figure.glue is not None or figure.style not in ("prose", "cell"):
            continue
        shape = shape_of(teller.phrase(figure.tag, in_cell=figure.style == "cell"))
        if not shape.figures or shape.figures[0] != (figure.tag, figure.text):
            continue
        here = held[at].start
        lead = led(text[:here], shape.lead)
        if not text.startswith(shape.text, here) or (shape.lead and not lead):
            continue
        for n, glue in enumerate(shape.glue):
            figures[at + n] = figures[at + n]._replace(glue=glue, head=n == 0, lead="" if n else lead)
    return figures
