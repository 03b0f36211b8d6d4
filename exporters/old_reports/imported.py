"""What an import leaves for the office: a template as proposed and a table to confirm, or the template as confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exporters.old_reports.confirmation import apply_confirmation, read_confirmation, write_confirmation
from exporters.old_reports.import_report import propose_template
from workbook.files import replacing
from workbook.messages import say
from workbook.model import Defect, Genre, Pack


@dataclass(frozen=True, slots=True)
class Imported:
    """Where the template lies; `table` is None once it has been confirmed. `bound` of `numbers` became blanks."""

    text: Path
    table: Path | None
    numbers: int
    bound: int


def import_report(
    report: Path, pack: Pack, genre: Genre | None, *, confirmed: Path | None = None, output: Path | None = None
) -> tuple[Imported | None, tuple[Defect, ...]]:
    """Write the proposed template and the table to confirm, or with a confirmed table the template as decided.

    Both go beside the report, or the template to `output`. Nothing is written where the report or the table cannot be
    used; what is odd in a usable one is told.
    """
    proposal, findings = propose_template(report, pack, genre)
    if not proposal.paragraphs:
        return None, findings
    text = output or report.with_name(say("folder.imported", stem=report.stem))
    figures = [place for place in proposal.places if not place.reading.pattern]
    if confirmed is None:
        table = text.with_name(say("folder.to_confirm", stem=report.stem))
        with replacing(table) as temporary:
            write_confirmation(proposal, pack, temporary)
        _write(text, "\n".join(proposal.lines) + "\n")
        return Imported(text, table, len(figures), sum(bool(p.reading.code) for p in figures)), findings
    decided, defects = read_confirmation(confirmed, pack)
    told, more = apply_confirmation(proposal, decided, pack)
    if defects or more:
        return None, (*defects, *more)
    _write(text, told)
    return Imported(text, None, len(figures), sum(bool(d.code) for d in decided)), findings


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
