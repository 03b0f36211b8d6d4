"""Which figure somebody asks about: by its tag, by an indicator's name, or by words of the sentence it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporters.figures.document import Document, Hold, Paragraph, rows_of
from exporters.tracing.basis import Figure, alias, names_of
from workbook.blank import PREFIX, parts_of
from workbook.collection import ALL, Collection
from workbook.messages import catalogue, say
from workbook.model import Pack, Unit

_TAG = re.compile(r"(?:hb:)?([A-Z][A-Z0-9_]*)(?:@([\w\-]+))?(?:\.([a-z_]+[0-9]*))?")
_COUNT = re.compile(r"(?:hb:)?[a-z][a-z_]*@[\w\-]+(?:\.[a-z_]+)?")  # of the receipts, not of what units report
_SENTENCE = re.compile(r"[。；;!?！？\n]")
_BESIDE = ("dir", "dir_reported", "n", "units", "yoy_n", "yoy_units", "met_n", "prior_n", "prior_units")
_MOST_SHOWN = 20


class NotTraced(Exception):
    """The question cannot be answered; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure somebody asks about, with what a report says of it; `said` and `sentence` are "" without one."""

    figure: Figure
    said: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One figure in a report: its tag, how it is told there, the sentence around it."""

    tag: str
    said: str
    sentence: str


def asked_for(text: str, collection: Collection, document: Document | None, unit: str) -> Asked:
    """Return the figure that `text` means; without a scope that of `unit`, if one is named.

    NotTraced where nothing is meant, or several figures.
    """
    text = text.strip()
    if _COUNT.fullmatch(text):
        raise NotTraced(say("traced.a_count", tag=text, round=collection.round.path))
    tagged, pack = _TAG.fullmatch(text), collection.round.pack
    codes = [tagged[1]] if tagged else codes_of(text, pack)
    if tagged and tagged[1] not in pack.indicators and tagged[1] not in pack.texts:
        raise NotTraced(say("traced.no_code", code=tagged[1], pack=pack.title))
    if not codes:
        if document is None:
            raise NotTraced(say("traced.no_name", name=text))
        return _in_words(text, collection, document)
    if len(codes) > 1:
        raise NotTraced(say("traced.one_name", name=text, codes="、".join(codes)))
    scope, measure = (tagged[2] or "", tagged[3] or "") if tagged else ("", "")
    return _of_code(codes[0], scope, measure, collection, document, unit)


def codes_of(name: str, pack: Pack) -> list[str]:
    """Return the indicators (or text inputs) with this code or Chinese name."""
    if name in pack.indicators or name in pack.texts:
        return [name]
    names = [(i.name, code) for code, i in pack.indicators.items()] + [(t.name, code) for code, t in pack.texts.items()]
    return [code for called, code in names if called == name]


def unit_named(text: str, collection: Collection) -> Unit:
    """Return the unit with this code or name; NotTraced where there is none."""
    units = collection.round.units
    found = collection.round.unit(text) or next((u for u in units if text in (u.code.lower(), u.name)), None)
    if found is None and len(near := [u for u in units if text and text in u.name]) == 1:
        found = near[0]
    if found is None:
        raise NotTraced(say("traced.no_unit", unit=text))
    return found


def _of_code(
    code: str, scope: str, measure: str, collection: Collection, document: Document | None, unit: str
) -> Asked:
    pack = collection.round.pack
    measure = measure or ("value" if code in pack.indicators else "rows")
    if measure not in catalogue()["measure"] and not measure.startswith("behind_"):
        raise NotTraced(say("traced.no_measure", measure=measure))
    printed = [f for f in figures_in(document) if f.tag.startswith(f"{PREFIX}{code}@")] if document else []
    if not scope and unit:
        scope = unit_named(unit, collection).code
    if not scope:
        scopes = dict.fromkeys(figure_of(f.tag).scope for f in printed if f.tag.endswith(f".{measure}"))
        if len(scopes) > 1 and ALL not in scopes:
            raise _several([f for f in printed if f.tag.endswith(f".{measure}")], collection)
        scope = ALL if ALL in scopes or not scopes else next(iter(scopes))
    counted = code in pack.texts and measure not in ("rows", "text")  # over a section, which is none of our scopes
    figure = Figure(code, scope if counted else _scope_code(scope, collection), measure)
    told = next((f for f in printed if f.tag == figure.tag), None)
    return Asked(figure, told.said, told.sentence) if told else Asked(figure)


def _scope_code(scope: str, collection: Collection) -> str:
    """Return the scope called so, in code or in words; NotTraced where nothing is."""
    pack = collection.round.pack
    known = {ALL: ALL, pack.whole: ALL} | {g: g for g in pack.groups}
    known |= {name: t.code for t in pack.tiers for name in (t.name, t.code)} if scope not in pack.groups else {}
    return known[scope] if scope in known else unit_named(scope, collection).code


def figure_of(tag: str) -> Figure:
    """Return the figure with this tag."""
    return Figure(*parts_of(tag))


def figures_in(document: Document) -> Iterator[Found]:
    """Yield every figure that stands in a report, in order, with the sentence around it."""
    rows = rows_of(document)
    for paragraph in document.paragraphs:
        for hold in paragraph.holds:
            if hold.control and hold.name.startswith(PREFIX):
                head, _ = rows.get(paragraph.element, ("", 0))
                yield _found(paragraph, hold, head)


def _found(paragraph: Paragraph, hold: Hold, head: str) -> Found:
    said = paragraph.text[hold.start : hold.end]
    if paragraph.in_cell:
        words = say("traced.in_table", head=head, text=paragraph.text) if head else paragraph.text
        return Found(hold.name, said, words)
    return Found(hold.name, said, _sentence(paragraph.text, hold.start, hold.end))


def _sentence(text: str, start: int, end: int) -> str:
    """Return the sentence around a stretch of text."""
    first = max((found.end() for found in _SENTENCE.finditer(text, 0, start)), default=0)
    last = _SENTENCE.search(text, end)
    return text[first : last.start() if last else len(text)].strip()


def _in_words(words: str, collection: Collection, document: Document) -> Asked:
    """Return the one figure that stands inside these words of a report."""
    rows = rows_of(document)
    wanted = "".join(words.split())
    found: list[Found] = []
    seen = False
    for paragraph in document.paragraphs:
        for start, end in _places(wanted, paragraph.text):
            seen = True
            inside = [h for h in paragraph.holds if h.control and start <= h.start < h.end <= end]
            found += [_found(paragraph, h, rows.get(paragraph.element, ("", 0))[0]) for h in inside]
    if not found:
        raise NotTraced(say("traced.no_figure_inside" if seen else "traced.no_such_words", words=words))
    return _only(found, collection)


def _places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where words stand in a text, whatever blanks either has."""
    at = [n for n, letter in enumerate(text) if not letter.isspace()]
    squeezed = "".join(text[n] for n in at)
    start = squeezed.find(wanted) if wanted else -1
    while start >= 0:
        yield at[start], at[start + len(wanted) - 1] + 1
        start = squeezed.find(wanted, start + 1)


def _only(found: Sequence[Found], collection: Collection) -> Asked:
    """Return the figure all these are; what only goes along with another, as its direction, is left out."""
    figures: Mapping[str, Figure] = {f.tag: figure_of(f.tag) for f in found}
    if not any(figure.code.isupper() for figure in figures.values()):
        raise NotTraced(say("traced.a_count", tag=next(iter(figures)), round=collection.round.path))
    led = {(f.code, f.scope) for f in figures.values() if f.measure not in _BESIDE}
    kept = [
        f
        for f in (f for f in found if figures[f.tag].code.isupper())
        if figures[f.tag].measure not in _BESIDE or (figures[f.tag].code, figures[f.tag].scope) not in led
    ]
    if len({f.tag for f in kept}) > 1:
        raise _several(kept, collection)
    return Asked(figures[kept[0].tag], kept[0].said, kept[0].sentence)


def _several(found: Sequence[Found], collection: Collection) -> NotTraced:
    names = names_of(collection)
    lines = dict.fromkeys(
        say("traced.candidate", tag=f.tag, name=alias(f.tag, names), said=f.said, sentence=f.sentence) for f in found
    )
    shown = list(lines)[:_MOST_SHOWN]
    more = [say("traced.more", n=len(lines) - len(shown))] if len(lines) > len(shown) else []
    return NotTraced("\n".join([say("traced.several", n=len(lines)), *shown, *more]))
