"""Reports as text alone, and how well reading them by their words does: for a test, and for the table in the manual."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from in_word import W, WordFile

from exporters.figures.by_text import ByText, Matched, by_text
from exporters.figures.data import Data
from exporters.figures.document import Document, read_document
from exporters.figures.now import parts_of

SAME = {  # measures that print the same number
    **dict.fromkeys(("size", "over", "more", "near", "about", "words"), "value"),
    "prior_reported": "prior",
}
Tag = str


def stripped(data: bytes) -> bytes:
    """Return a report as if its text had been pasted into a new file: no control, bookmark or manifest."""
    word = WordFile(data)
    for control in list(word.root.iter(f"{W}sdt")):
        for element in list(control.find(f"{W}sdtContent")):
            control.addprevious(element)
        control.getparent().remove(control)
    for name in ("bookmarkStart", "bookmarkEnd"):
        for mark in list(word.root.iter(f"{W}{name}")):
            mark.getparent().remove(mark)
    word.parts = {name: part for name, part in word.parts.items() if not name.startswith("customXml/")}
    for name, element in (("word/_rels/document.xml.rels", "Relationship"), ("[Content_Types].xml", "Override")):
        word.parts[name] = re.sub(rb"<%s [^>]*customXml[^>]*/>" % element.encode(), b"", word.parts[name])
    return word.saved()


def misprinted(data: bytes, how_many: int, seed: str) -> tuple[bytes, list[tuple[int, int]]]:
    """Return a report with some figures of its running text changed, and where: paragraph and place in it."""
    chance, word = random.Random(seed), WordFile(data)
    controls = [c for c in word.controls() if re.fullmatch(r"\d+(\.\d+)?", _text(c))]
    controls = [c for c in controls if next(c.iterancestors(f"{W}tc"), None) is None] or controls
    chosen = chance.sample(controls, min(how_many, len(controls)))
    for control in chosen:
        texts = list(control.iter(f"{W}t"))
        texts[0].text = _other(_text(control), chance)
        for text in texts[1:]:
            text.text = ""
    content = word.saved()
    names = {(c.find(f"{W}sdtPr/{W}id").get(f"{W}val")) for c in chosen}
    places = [
        (n, hold.start)
        for n, paragraph in enumerate(read_document(content).paragraphs)
        for hold in paragraph.holds
        if hold.control and hold.element.find(f"{W}sdtPr/{W}id").get(f"{W}val") in names
    ]
    return content, places


def _text(control: Any) -> str:
    return "".join(t.text or "" for t in control.iter(f"{W}t"))


def _other(text: str, chance: random.Random) -> str:
    """Return a number as a slip of the hand leaves it: one digit else, one more, two exchanged."""
    at = chance.randrange(len(text))
    while not text[at].isdigit():
        at = chance.randrange(len(text))
    digit = str((int(text[at]) + chance.randrange(1, 10)) % 10)
    changed = chance.choice([text[:at] + digit + text[at + 1 :], text + chance.choice("123456789")])
    return changed if float(changed) != float(text) else text + "1"


@dataclass(frozen=True)
class Given:
    """A report as it was written, with what it is held against."""

    genre: str
    content: bytes
    unit: str
    data: Data


def read(content: bytes, given: Given, folder: Path) -> ByText:
    path = folder / "report.docx"
    path.write_bytes(content)
    return by_text(path, read_document(content), given.data, given.unit, folder)


def bound_rightly(number: Matched, document: Document, written: Document) -> bool:
    """Return whether a number is bound to the tag that stands in the report as it was written."""
    wanted = {_known(tag) for tag in tags_at(number, document, written)}
    return _known(number.tag) in wanted


def tags_at(number: Matched, document: Document, written: Document) -> list[Tag]:
    place = number.place
    if place is None:
        return []
    at = next(n for n, p in enumerate(document.paragraphs) if p is place.paragraph)
    holds = written.paragraphs[at].holds
    return [h.name for h in holds if h.control and h.start < place.end and place.start < h.end]


def _known(tag: Tag) -> tuple[str, str, str]:
    code, scope, measure = parts_of(tag)
    return code, scope, SAME.get(measure, measure)


def measured(reports: Iterable[Given], folder: Path) -> Counter[str]:
    """Return how the numbers of untouched reports were read."""
    told = Counter[str]()
    for given in reports:
        result = read(stripped(given.content), given, folder)
        written = read_document(given.content)
        bound = [n for n in result.numbers if n.tag]
        told["reports"] += 1
        told["numbers"] += len(result.numbers)
        told["bound"] += len(bound)
        told["right"] += sum(bound_rightly(n, result.document, written) for n in bound)
        told["doubted"] += sum(n.verdict == "differs" for n in bound)
        told["sure"] += sum(n.must for n in bound)
    return told


def detected(reports: Iterable[Given], folder: Path, *, each: int) -> Counter[str]:
    """Return how many of the changed figures were found."""
    told = Counter[str]()
    for number, given in enumerate(reports):
        content, places = misprinted(given.content, each, f"{given.genre}{number}")
        result = read(stripped(content), given, folder)
        at = {id(p): n for n, p in enumerate(result.document.paragraphs)}
        found = {(at[id(n.place.paragraph)], n.place.start): n for n in result.numbers if n.place}
        for place in places:
            told["changed"] += 1
            hit = found.get(place)
            told["bound"] += bool(hit and hit.tag)
            told["doubted"] += bool(hit and hit.verdict == "differs")
            told["sure"] += bool(hit and hit.must)
            told["taken for right"] += bool(hit and hit.verdict == "agrees")
    return told
