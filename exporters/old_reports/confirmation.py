"""The table in which an office confirms what each figure of an old report is, and what comes back from it.

A blank decision accepts the proposal as the table shows it. Else the office picks an indicator's name, types its code,
`CODE.prior` for last year's figure, `CODE.opening` for the year's opening, or says that it is no figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from exporters.consolidated.listing import Column, Listing, Row, write_list
from exporters.consolidated.styles import Styles
from exporters.old_reports.import_report import Place, Proposal, template_lines
from exporters.old_reports.vocabulary import Vocabulary
from workbook.files import replacing
from workbook.messages import say
from workbook.model import Defect, Pack
from workbook.reading.grid import Grid, open_book
from workbook.reading.kind import Unreadable, kind_of
from workbook.reading.safety import judged
from workbook.sheets import open_book as new_book

_KEYS = ("number", "paragraph", "sentence", "raw", "code", "name", "sure", "because", "others", "decision")
_WIDTHS = (7, 7, 60, 10, 24, 24, 8, 34, 40, 26)
_MEASURES = {"prior": "prev", "opening": "opening", "value": "current"}
_SUFFIXES = {"prev": ".prior", "opening": ".opening"}
_DECISION = re.compile(r"([A-Z][A-Z0-9_]*)(?:\.(prior|opening|value))?")
_CONTEXT = 50  # characters of a sentence shown on either side of a figure


@dataclass(frozen=True, slots=True)
class Decided:
    """What a place is after confirmation: bound to a code for a basis, or to nothing."""

    number: int
    raw: str
    code: str
    basis: str


def write_confirmation(proposal: Proposal, pack: Pack, path: Path) -> None:
    """Write the table: figures, numbers that are none by their looks, the indicators to pick from. OSError."""
    figures = [p for p in proposal.places if not p.reading.pattern]
    others = [p for p in proposal.places if p.reading.pattern]
    with replacing(path) as temporary, new_book(temporary) as book:
        styles = Styles(book)
        for title, places, note in (
            (say("draft.sheet"), figures, say("draft.note")),
            (say("draft.sheet_others"), others, say("draft.note_others")),
        ):
            listing = Listing(title, proposal.report, _columns(), (note,))
            write_list(book, styles, listing, (_row(proposal, p, pack) for p in places))
            _offer(book.get_worksheet_by_name(title), len(places), len(pack.indicators))
        _write_indicators(book, styles, pack)


def _columns() -> tuple[Column, ...]:
    looks = {"sure": "centre", "number": "centre", "paragraph": "centre"}
    return tuple(
        Column(f"draft_{key}", width, looks.get(key, "label")) for key, width in zip(_KEYS, _WIDTHS, strict=True)
    )


def _row(proposal: Proposal, place: Place, pack: Pack) -> Row:
    reading = place.reading
    code = reading.code + _SUFFIXES.get(reading.basis, "")
    values = (
        place.number,
        proposal.paragraphs[place.paragraph].number,
        _sentence(proposal, place),
        reading.number.raw,
        code,
        pack.indicators[reading.code].name if reading.code else "",
        f"{reading.confidence:.0%}" if reading.code else "",
        _because(place),
        "\n".join(
            say("draft.other", code=c.code + _SUFFIXES.get(c.basis, ""), name=pack.indicators[c.code].name)
            for c in reading.others
        ),
        "",
    )
    return Row(values, "plain" if reading.code or reading.pattern else "marked")


def _because(place: Place) -> str:
    reading = place.reading
    if reading.pattern:
        return say(f"draft.no_{reading.pattern}")
    if place.kept:
        return place.kept
    if not reading.code:
        return say("draft.unsure")
    bases = {"prev": say("draft.prior"), "opening": say("draft.opening"), "target": say("draft.target")}
    told = [say("draft.words", words="、".join(reading.words))]
    if reading.number.word:
        told.append(say("draft.measure", word=reading.number.word))
    return "；".join([*told, *([bases[reading.basis]] if reading.basis in bases else [])])


def _sentence(proposal: Proposal, place: Place) -> str:
    """Return the sentence of a figure with the figure between brackets."""
    paragraph = proposal.paragraphs[place.paragraph]
    text = paragraph.cells[place.cell] if place.cell >= 0 else paragraph.text
    start = place.start
    end = start + len(place.reading.number.raw)
    first = max(0, start - _CONTEXT, *(text.rfind(mark, 0, start) + 1 for mark in "。！？"))
    last = min([len(text), end + _CONTEXT, *(p + 1 for mark in "。！？" if (p := text.find(mark, end)) >= 0)])
    marked = f"{text[first:start]}【{text[start:end]}】{text[end:last]}"
    return marked if place.cell < 0 else f"{' | '.join(paragraph.cells[: place.cell])} | {marked}"


def _offer(sheet: object, rows: int, indicators: int) -> None:
    """Offer the names of indicators in the column of decisions; a code may be typed just as well."""
    first, column = 4, len(_KEYS)
    source = f"='{say('draft.sheet_indicators')}'!$B$5:$B${indicators + 5}"
    check = {"validate": "list", "source": source, "show_error": False, "ignore_blank": True}
    if rows:
        sheet.data_validation(first, column, first + rows - 1, column, check)  # type: ignore[attr-defined]


def _write_indicators(book: object, styles: Styles, pack: Pack) -> None:
    keys = (("name", 30), ("code", 28), ("unit", 10), ("definition", 70))
    columns = tuple(Column(f"draft_{key}", width) for key, width in keys)
    listing = Listing(say("draft.sheet_indicators"), pack.title, columns, (say("draft.note_indicators"),))
    rows = [(i.name, i.code, i.measure_word, i.definition) for i in pack.indicators.values()]
    write_list(book, styles, listing, [(say("draft.none"), "", "", ""), *rows])


def read_confirmation(path: Path, pack: Pack) -> tuple[tuple[Decided, ...], tuple[Defect, ...]]:
    """Return what an office decided about every number, and which decisions cannot be understood."""
    try:
        data = path.read_bytes()
        kind = kind_of(data)
        if kind not in ("workbook", "ods", "xls", "xlsb"):
            raise Unreadable(kind)
        sheets = open_book(judged(data, kind)[0], kind)
    except (Unreadable, OSError):
        return (), (Defect(path.name, 0, say("draft.no_table"), say("draft.no_table_remedy")),)
    decided: dict[int, Decided] = {}
    defects: list[Defect] = []
    for sheet in sheets:
        for line, row in _rows(sheet.grid):
            found = _decision(row, pack)
            if found is None:
                problem = say("draft.decision", sheet=sheet.name, line=line, said=row["decision"])
                defects.append(Defect(path.name, line, problem, say("draft.decision_remedy")))
            elif found.number in decided:
                problem = say("draft.twice", sheet=sheet.name, line=line, number=found.number)
                defects.append(Defect(path.name, line, problem, say("draft.twice_remedy")))
            else:
                decided[found.number] = found
    if not decided and not defects:
        defects.append(Defect(path.name, 0, say("draft.no_table"), say("draft.no_table_remedy")))
    return tuple(decided.values()), tuple(defects)


def _rows(grid: Grid) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the numbered rows of a sheet by the keys of their headings, wherever the columns stand."""
    wanted = {say(f"book.draft_{key}"): key for key in _KEYS}
    places: dict[str, int] = {}
    for line, cells in enumerate(grid, 1):
        texts = ["" if c is None else str(c).strip() for c in cells]
        if not places:
            heads = {wanted[t]: n for n, t in enumerate(texts) if t in wanted}
            places = heads if {"number", "raw", "code", "decision"} <= heads.keys() else {}
            continue
        row = {key: texts[n] if n < len(texts) else "" for key, n in places.items()}
        number = row["number"].removesuffix(".0")
        if number.isascii() and number.isdigit():
            yield line, row | {"number": number}


def _decision(row: Mapping[str, str], pack: Pack) -> Decided | None:
    """Return what a row says, None if it says nothing we know."""
    number, raw, said = int(row["number"]), row["raw"], "".join(row["decision"].split())
    if said == say("draft.none"):
        return Decided(number, raw, "", "")
    named = {item.name: code for code, item in pack.indicators.items()}
    said = named.get(said, said) or row["code"]
    if not said:
        return Decided(number, raw, "", "")
    found = _DECISION.fullmatch(said)
    if found is None or found[1] not in pack.indicators:
        return None
    return Decided(number, raw, found[1], _MEASURES[found[2] or "value"])


def apply_confirmation(proposal: Proposal, decided: tuple[Decided, ...], pack: Pack) -> tuple[str, tuple[Defect, ...]]:
    """Return the template as decided, and which decisions are of another report than this one."""
    places = {p.number: p for p in proposal.places}
    bound: dict[int, tuple[str, str]] = {}
    defects: list[Defect] = []
    for decision in decided:
        place = places.get(decision.number)
        if place is None or not _same(place.reading.number.raw, decision.raw):
            problem = say("draft.other_report", number=decision.number, raw=decision.raw)
            defects.append(Defect(proposal.report, 0, problem, say("draft.other_report_remedy")))
        elif decision.code:
            bound[decision.number] = (decision.code, decision.basis)
    lines = template_lines(proposal.paragraphs, proposal.places, bound, Vocabulary(pack))
    return "\n".join(lines) + "\n", tuple(defects)


def _same(written: str, shown: str) -> bool:
    """Return whether two numbers read the same: a spreadsheet may have made 05 or 93.20 of one typed anew."""
    try:
        return written == shown or float(written.replace(",", "")) == float(shown)
    except ValueError:
        return False
