"""A genre, and a unit's form or a whole round → Word reports, and what had to be left out of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from exporters.consolidated.status import decision_lines, shown_switches
from exporters.narrative.counts import LEDGER
from exporters.narrative.facts import Facts, OfRound, OfUnit
from exporters.narrative.figures import Figures
from exporters.narrative.measures import HOW
from exporters.narrative.merge import Merge
from exporters.narrative.own import Own
from exporters.narrative.template import Line, TemplateFault, check_source
from exporters.narrative.texts import Texts
from exporters.narrative.told import Dropped, tell
from exporters.narrative.word_template import fill
from exporters.narrative.writer import Point, Writer
from exporters.office.picks import Pick, says_yes
from exporters.word.layout import Layout
from exporters.word.official import OfficialDocument
from exporters.word.style_document import StyleDocument, load_style
from workbook.checks.check import check
from workbook.checks.table import defined_otherwise
from workbook.collection import Collection
from workbook.expression.evaluate import Evaluator
from workbook.form.book import switch_line
from workbook.layout import collected
from workbook.messages import say
from workbook.model import Defect, Genre, Pack, Submission, Unit
from workbook.period import parse_period
from workbook.tables import read_text


@dataclass(frozen=True, slots=True)
class Report:
    """One report in words, ready to be laid out; `unit` is None for one over a whole round."""

    genre: Genre
    unit: Unit | None
    lines: tuple[Line, ...]
    dropped: tuple[Dropped, ...]
    names: Mapping[str, str]  # what indicators, texts and scopes are called
    period: str  # in words
    created: date
    layout: Mapping[str, Any]  # how it deviates from the usual layout, as Layout has it
    style: Path | None  # the genre's style document
    figures: Figures  # that told it
    origin: str  # what tells the data from other data: see `origin_of`
    remarks: str = ""
    content: bytes | None = None  # the finished file, where the genre's template is itself a Word file


def genres_of(pack: Pack, unit: Unit, period: str) -> tuple[Genre, ...]:
    """Return the genres a unit writes in a period."""
    kind = parse_period(period).kind
    return tuple(
        g for g in pack.genres.values() if unit.tier in g.tiers and unit.umbrella == g.umbrella and kind in g.periods
    )


def of_round(collection: Collection, genre: Genre, picks: Sequence[Pick] = ()) -> Report:
    """Return the report over a whole round with what the office chose; TemplateFault where its text cannot be used."""
    facts = OfRound(collection)
    figures = Figures(facts, frozenset(genre.withheld), HOW)
    merge = Merge(collection, figures, picks)
    names = names_of(facts)
    lines, dropped, content = _tell(facts.pack, genre, merge.context(), figures, {}, names)
    dropped += _not_printed(picks, merge.unpicked)
    return Report(
        genre,
        None,
        tuple(lines),
        tuple(dropped),
        names,
        collection.period.title,
        collection.period.end,
        {**genre.layout, **collection.round.layout},
        _style_of(facts.pack, genre),
        figures,
        origin_of(collection.submissions.values()),
        _remarks(collection),
        content,
    )


def _not_printed(picks: Sequence[Pick], unpicked: Sequence[str]) -> list[Dropped]:
    """Return for which text inputs nothing was chosen, and what was chosen but is there no more."""
    where = say("book.picks_sheet")
    nothing = [Dropped(where, name, say("report.not_picked")) for name in dict.fromkeys(unpicked)]
    gone = [p for p in picks if p.hint == "gone" and says_yes(p.typed["used"])]
    names = [f"{p.unit.name} {p.text.name} {p.typed['title'] or p.words.title}".rstrip() for p in gone]
    return nothing + [Dropped(where, name, say("report.gone")) for name in names]


def of_units(collection: Collection, genre: Genre) -> Iterator[Report]:
    """Yield the report of every unit with an accepted form that writes this genre, in the order of the list."""
    for code, submission in collection.submissions.items():
        if genre in genres_of(collection.round.pack, submission.unit, collection.round.period):
            yield of_facts(facts_in_round(collection, code), genre, collection.round.layout)


def facts_in_round(collection: Collection, code: str) -> OfUnit:
    """Return what a round knows of one unit with an accepted form."""
    engine, submission = collection.engine, collection.submissions[code]
    unit = submission.unit
    asked = collection.collected[unit.tier]
    barred = frozenset(c for u, c in engine.not_comparable if u == code)
    place = engine.table.units.index(code)
    return OfUnit(collection.round.pack, collection.period, unit, submission, asked, engine.evaluator, place, barred)


def of_form(submission: Submission, pack: Pack, genre: Genre) -> Report:
    """Return the report of one unit from its form alone; TemplateFault where the genre's text cannot be used."""
    return of_facts(facts_of_form(submission, pack), genre)


def facts_of_form(submission: Submission, pack: Pack) -> OfUnit:
    """Return what a form alone knows of its unit."""
    checked = check(pack, {"": submission}, {}, period=submission.period, modules=submission.modules)
    period, unit = parse_period(submission.period), submission.unit
    asked = collected(pack, unit.tier, period.year, submission.modules)
    barred = frozenset(defined_otherwise(pack, submission))
    evaluator = Evaluator(checked.table, pack.indicators)
    return OfUnit(pack, period, unit, submission, asked, evaluator, 0, barred)


def of_facts(facts: OfUnit, genre: Genre, layout: Mapping[str, Any] | None = None) -> Report:
    """Return the report of what is known of one unit; TemplateFault where the genre's text cannot be used."""
    withheld = frozenset(genre.withheld)
    figures = Figures(facts, withheld, HOW)
    texts = Texts(facts.pack, facts.submission, withheld)
    signed = max(facts.period.end, facts.submission.received.date())
    own = Own(facts, figures, texts, signed)
    names = names_of(facts)
    lines, dropped, content = _tell(facts.pack, genre, own.context(), figures, texts.lost, names)
    return Report(
        genre,
        facts.unit,
        tuple(lines),
        tuple(dropped),
        names,
        facts.period.title,
        signed,
        {**genre.layout, **(layout or {})},
        _style_of(facts.pack, genre),
        figures,
        origin_of([facts.submission]),
        content=content,
    )


def _tell(
    pack: Pack,
    genre: Genre,
    context: Mapping[str, Any],
    figures: Figures,
    lost: Mapping[str, str],
    names: Mapping[str, str],
) -> tuple[list[Line], list[Dropped], bytes | None]:
    """Return the lines of a report and what was left out; the finished file where its template is a Word file."""
    word = pack.root / genre.word_template
    if word.is_file() and not (pack.root / genre.template).is_file():
        content, dropped = fill(word, context, figures, lost, names)
        return [], dropped, content
    return *tell(source_of(pack, genre), context, figures, lost), None


def origin_of(submissions: Iterable[Submission]) -> str:
    """Return a short digest of the forms that data rest on: the same forms, the same digest."""
    forms = sorted(f"{s.unit.code} {s.sha256}" for s in submissions)
    return sha256("\n".join(forms).encode()).hexdigest()[:16]


def document_of(report: Report) -> OfficialDocument:
    """Return the report laid out."""
    return laid_out(report)[0]


def laid_out(report: Report) -> tuple[OfficialDocument, list[Point]]:
    """Return the report laid out, and what its charts draw."""
    created = datetime.combine(report.created, time(), UTC)
    title = f"{report.unit.name}　{report.genre.name}" if report.unit else report.genre.name
    layout = Layout(**report.layout)
    style = _style(report.style) if report.style is not None else None
    document = OfficialDocument(title, created, remarks=report.remarks, layout=layout, style=style)
    writer = Writer(document, report.names, report.figures)
    writer.write(report.lines)
    return document, writer.points


@lru_cache(maxsize=16)
def _style(path: Path) -> StyleDocument:
    return load_style(path)


def place_of(report: Report, results: Path) -> Path:
    """Return where a report of a round belongs under a folder of results: units' reports in a folder per genre."""
    if report.unit is None:
        return results / f"{report.genre.output}.docx"
    return results / say("folder.reports") / report.genre.output / f"{report.unit.code}_{report.unit.name}.docx"


def fault_of(genre: Genre, fault: TemplateFault) -> Defect:
    """Return what is wrong in a genre's text, and what to do."""
    file = f"{genre.folder}/{fault.file}" if fault.file else genre.template
    return Defect(file, fault.line, say("report.bad_template", why=fault), say("report.bad_template_remedy"))


def template_faults(pack: Pack) -> tuple[Defect, ...]:
    """Return what is wrong in how the genres' texts are written, before any figure is looked at."""
    faults = []
    for genre in pack.genres.values():
        try:
            if (pack.root / genre.template).is_file():
                check_source(source_of(pack, genre))
        except TemplateFault as fault:
            faults.append(fault_of(genre, fault))
    return tuple(faults)


def source_of(pack: Pack, genre: Genre) -> str:
    """Return the text of a genre."""
    return read_text(pack.root / genre.template)


def _style_of(pack: Pack, genre: Genre) -> Path | None:
    path = pack.root / genre.style
    return path if path.is_file() else None


def _remarks(collection: Collection) -> str:
    """Return what the round switched and the office decided, for the file's properties: the text has no place."""
    restricted = frozenset(c for c, i in collection.indicators.items() if i.sensitive == "restricted")
    switched = [switch_line(s) for s in shown_switches(collection, restricted)]
    return "；".join([*switched, *decision_lines(collection, restricted)])


def names_of(facts: Facts) -> dict[str, str]:
    """Return what indicators, texts and scopes are called in a report of some facts."""
    return {**names_of_pack(facts.pack), **facts.names()}


def names_of_pack(pack: Pack) -> dict[str, str]:
    """Return what indicators and texts are called."""
    names = {code: item.name for code, item in pack.indicators.items()}
    return names | {code: text.name for code, text in pack.texts.items()} | {LEDGER: say("report.ledger")}
