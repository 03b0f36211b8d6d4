"""An old report → its paragraphs, each with what it is: title, heading of which level, body, table row, signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from exporters.old_reports.language import language
from exporters.old_reports.word_file import Numbered, Raw, word_paragraphs
from workbook.messages import say
from workbook.model import Defect
from workbook.reading.kind import Unreadable, kind_of

Level = Literal["title", "subtitle", "addressee", "h1", "h2", "h3", "h4", "body", "table_title", "row", "signature"]
_HEADINGS: tuple[Level, ...] = ("h1", "h2", "h3", "h4")
_MOST_BYTES = 64 * 1024 * 1024
_MOST_TEXT = 1_000_000
_MOST_PARAGRAPHS = 20_000
_LONGEST_HEADING = 60  # characters; what is longer and has no full stop early is body text with a number before it
_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the report, its typed number taken away; `cells` of a table row, `date` of a signature."""

    number: int  # as it stands in the report, from 1
    level: Level
    text: str
    cells: tuple[str, ...] = ()
    date: str = ""


def read_report(path: Path) -> tuple[list[Paragraph], tuple[Defect, ...]]:
    """Return the paragraphs of a .docx or .txt, and why there are none where it cannot be read."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise Unreadable("huge")
        raw = _raw(path.read_bytes())
        if not raw:
            raise Unreadable("empty")
        if len(raw) > _MOST_PARAGRAPHS:
            raise Unreadable("huge")
    except Unreadable as why:
        return [], (_defect(path, why.reason),)
    except OSError:
        return [], (_defect(path, "gone"),)
    return _levelled(raw), ()


def _defect(path: Path, reason: str) -> Defect:
    known = {"xls": "old_word", "encrypted": "locked", "pdf": "picture", "image": "picture"}
    name = known.get(reason, reason if reason in ("gone", "empty", "huge", "doctype") else "damaged")
    return Defect(path.name, 0, say(f"draft.{name}"), say(f"draft.{name}_remedy"))


def _raw(data: bytes) -> list[Raw]:
    kind = kind_of(data)
    if kind == "word":
        return word_paragraphs(data)
    if kind != "other" or data[:2] == b"PK":
        raise Unreadable(kind)
    text = _decoded(data)
    if len(text) > _MOST_TEXT:
        raise Unreadable("huge")
    return [Raw(line.strip()) for line in text.splitlines() if line.strip()]


def _decoded(data: bytes) -> str:
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(ord(c) < 32 and c not in "\t\n\r\f\v" for c in text):
            return text
    raise Unreadable("other")


def _levelled(raw: Sequence[Raw]) -> list[Paragraph]:
    """Return the paragraphs with their levels: the head of the report first, then the rest, the signature last."""
    found = [_paragraph(n, r) for n, r in enumerate(raw, 1)]
    head = _head(raw, found)
    for n, level in head.items():
        found[n] = replace(found[n], level=level, text=raw[n].text)
    return _signed(_table_titles(raw, found))


def _paragraph(number: int, raw: Raw) -> Paragraph:
    if raw.cells:
        return Paragraph(number, "row", " ".join(raw.cells), raw.cells)
    layout = language().layout
    for level in _HEADINGS:
        typed = layout[level].match(raw.text)
        if typed is not None and typed.end() < len(raw.text):
            text = raw.text[typed.end() :]
            return Paragraph(number, level if _heads(text) else "body", text if _heads(text) else raw.text)
    automatic = _automatic(raw.numbered)
    if automatic is not None and _heads(raw.text):
        return Paragraph(number, automatic, raw.text)
    styled = raw.outline or _outline(raw.style)
    if 1 <= styled <= len(_HEADINGS) and _heads(raw.text):
        return Paragraph(number, _HEADINGS[styled - 1], raw.text)
    return Paragraph(number, "body", raw.text)


def _heads(text: str) -> bool:
    """Return whether a text behind a number is a heading, by itself or with its body behind the first full stop."""
    heading = text.partition("。")[0]
    return len(heading) <= _LONGEST_HEADING and "，" not in heading[30:]


def _automatic(numbered: Numbered | None) -> Level | None:
    """Return the level that Word's own number gives a paragraph."""
    if numbered is None or "%" not in numbered.around:
        return None
    bracketed = numbered.around.strip()[:1] in ("（", "(")
    if numbered.numeral.startswith(("chinese", "ideograph", "japaneseCounting", "taiwanese")):
        return "h2" if bracketed else "h1"
    return ("h4" if bracketed else "h3") if numbered.numeral.startswith("decimal") else None


def _outline(style: str) -> int:
    tail = style.removeprefix("heading").strip()
    return int(tail) if style.startswith("heading") and tail.isascii() and tail.isdigit() else 0


def _head(raw: Sequence[Raw], found: Sequence[Paragraph]) -> dict[int, Level]:
    """Return the lines before the text begins: title, subtitle, addressee."""
    layout = language().layout
    head: dict[int, Level] = {}
    for n, paragraph in enumerate(raw[:8]):
        styled = paragraph.style in ("title", "subtitle")
        if paragraph.cells or (found[n].level != "body" and not styled):
            break
        if layout["addressee"].fullmatch(paragraph.text):
            head[n] = "addressee"
            break
        if len(paragraph.text) > _LONGEST_TITLE or (layout["ended"].search(paragraph.text) and not styled):
            break
        if not head:
            head[n] = "title"
        elif (
            styled
            or paragraph.centred
            or layout["subtitle"].fullmatch(paragraph.text)
            or layout["date"].fullmatch(paragraph.text)
        ):
            head[n] = "subtitle"
        else:
            break
    return head


def _table_titles(raw: Sequence[Raw], found: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs with the short lines right above tables named as their titles."""
    for n in range(len(found) - 1):
        above, named = found[n], language().layout["table_title"].fullmatch(found[n].text)
        short = above.level == "body" and len(above.text) <= _LONGEST_TITLE
        if found[n + 1].level == "row" and short and (raw[n].centred or named):
            found[n] = replace(above, level="table_title")
    return found


def _signed(found: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs with office and date at the end joined into one."""
    layout = language().layout
    last = next((n for n in range(len(found) - 1, -1, -1) if found[n].level == "body"), None)
    if last is None or last < len(found) - 3 or not layout["date"].fullmatch(found[last].text):
        return found
    dated = found[last]
    before = found[last - 1] if last else None
    if before is not None and before.level == "body" and layout["office"].fullmatch(before.text):
        signed = replace(before, level="signature", date=dated.text.strip())
        return [*found[: last - 1], signed, *found[last + 1 :]]
    return [*found[:last], replace(dated, level="signature", text="", date=dated.text.strip()), *found[last + 1 :]]
