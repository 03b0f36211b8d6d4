"""The office's desk: what was typed into its workbooks, taken up before they are written anew and kept afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from exporters.office.candidates import Candidate, Words, candidates, choosable
from exporters.office.memory import Entry, Memory, fingerprint, recall, remember
from exporters.office.old_picks import move_old_picks, read_old_picks
from exporters.office.picks import Pick, make_picks, untouched
from exporters.office.typed import Typed, TypedRow, read_typed
from workbook.collection import Collection
from workbook.layout import sheet_name
from workbook.messages import say
from workbook.model import Round
from workbook.reading.kind import Unreadable
from workbook.round import RESULTS

_KEPT = 10  # copies of a workbook that people had saved
Notes = Mapping[str, Mapping[str, str]]  # sheet -> unit or indicator -> what a person noted beside it


@dataclass(frozen=True, slots=True)
class Desk:
    """What the office decided and noted; `saved` are workbooks a person saved since they were written.

    `told` are sentences for whoever runs the consolidation.
    """

    picks: tuple[Pick, ...]
    notes: Mapping[str, Notes]  # by name of the workbook
    saved: tuple[Path, ...]
    told: tuple[str, ...]
    seen: frozenset[str]


def books_of(round_: Round) -> list[Path]:
    """Return where the workbooks are that people type into: the shareable one, which has the choices, comes first."""
    folder = round_.path / RESULTS
    return [folder / say("folder.consolidated"), folder / say("folder.office_copy")]


def open_desk(collection: Collection) -> Desk:
    """Return the desk of a round as people left it; nothing is written. OSError from the disk."""
    round_ = collection.round
    known = recall(round_)
    memory = known or Memory(entries=read_old_picks(collection))
    items = list(candidates(collection))
    touched = tuple(p for p in books_of(round_) if p.exists() and fingerprint(p) != memory.books.get(p.name))
    saved = () if memory.writing else touched  # what a killed run wrote nobody saved
    told: list[str] = []
    entries, notes, seen = {e.key: e for e in memory.entries}, dict(memory.notes), memory.seen
    for path in touched:
        found = read_typed(path, _sheets(round_))
        if isinstance(found, Unreadable):
            told.append(say("desk.unreadable", book=path.name))
            continue
        told += [say("desk.lost", book=path.name, sheet=name) for name in found.lost]
        notes[path.name] = _notes(notes.get(path.name, {}), found.notes)
        if found.items:
            entries = _entries(collection, items, entries, found)
            seen = frozenset(found.items)
    picks = make_picks(collection, items, list(entries.values()), seen)
    if known is None and memory.entries:
        told.append(say("desk.old_picks"))
    told += _hints(picks)
    return Desk(picks, notes, saved, tuple(told), seen or frozenset(p.key for p in picks))


def _sheets(round_: Round) -> frozenset[str]:
    """Return the sheets that have columns for people to type in."""
    fixed = {say("book.picks_sheet"), say("book.tiers_sheet"), say("book.receipts_sheet"), say("book.prior_sheet")}
    return frozenset(fixed | {sheet_name(title) for title in round_.pack.sections})


def _notes(before: Notes, found: Notes) -> dict[str, Mapping[str, str]]:
    """Return notes as they stand now: of rows that a workbook shows what stands there, of others what was known."""
    merged = {s: {**before.get(s, {}), **found.get(s, {})} for s in (*before, *found)}
    return {s: {k: v for k, v in notes.items() if v} for s, notes in merged.items()}


def _entries(
    collection: Collection, items: Sequence[Candidate], entries: Mapping[str, Entry], found: Typed
) -> dict[str, Entry]:
    """Return the decisions as they stand in a workbook; what it does not show stays as it was known."""
    texts = choosable(collection.round.pack)
    there = {c.key: c for c in items}
    taken = dict(entries)
    for key, row in found.items.items():
        known, text = entries.get(key), texts.get(key.split("|")[1])
        if text is None:
            continue
        typed = (dict(known.typed) if known else untouched(text)) | dict(row.typed)
        shown = Words(row.section, row.title, row.body, row.rest)
        if (candidate := there.get(key)) is not None:
            typed, shown = _written_over(typed, row, candidate.words), candidate.words
        # a hint that stands there still is not seen to yet: the decision is one about the words of before
        about = known.words if known is not None and row.hint else shown
        taken.pop(key, None)
        if typed != untouched(text):
            taken[key] = Entry(key, about, typed)
    return taken


def _written_over(typed: dict[str, str], row: TypedRow, words: Words) -> dict[str, str]:
    """Return what was typed with what was typed over the unit's own words: it is meant as wording, whatever column."""
    for field, shown, own in (("title", row.title, words.title), ("wording", row.body, words.body)):
        if shown and not typed[field] and "".join(shown.split()) != "".join(own.split()):
            typed = typed | {field: shown}
    return typed


def _hints(picks: Sequence[Pick]) -> list[str]:
    """Return what has become of items that were decided about, in words."""
    told = []
    for hint, key in (("changed", "desk.changed"), ("gone", "desk.gone")):
        mine = [p for p in picks if p.hint == hint and p.decided]
        if mine:
            names = "、".join(f"{p.unit.name}《{p.words.title or p.text.name}》" for p in mine[:3])
            told.append(say(key, n=len(mine), names=names))
    return told


def keep_copies(desk: Desk) -> list[str]:
    """Keep what people had saved before it is written over; return in words where. OSError from the disk.

    Notes and choices go into the new workbook, but sheets and comments of their own do not.
    """
    told = []
    for path in desk.saved:
        folder = path.parent / say("folder.kept")
        folder.mkdir(parents=True, exist_ok=True)
        saved = datetime.fromtimestamp(path.stat().st_mtime)
        copy = folder / f"{path.stem} {saved:%Y-%m-%d %H%M%S}{path.suffix}"
        shutil.copy2(path, copy)
        told.append(say("desk.kept", book=path.name, copy=f"{folder.name}/{copy.name}"))
        for old in sorted(folder.glob(f"{path.stem} *{path.suffix}"))[:-_KEPT]:
            old.unlink()
    return told


def begin_writing(collection: Collection, desk: Desk) -> None:
    """Remember what is about to be written, should the run be killed; OSError from the disk."""
    _remember(collection, desk, writing=True)


def close_desk(collection: Collection, desk: Desk) -> None:
    """Remember what the workbooks hold that were just written; OSError from the disk."""
    _remember(collection, desk, writing=False)
    move_old_picks(collection.round)


def _remember(collection: Collection, desk: Desk, *, writing: bool) -> None:
    books = {p.name: fingerprint(p) for p in books_of(collection.round) if p.exists()}
    entries = tuple(p.entry for p in desk.picks if p.decided or p.hint == "changed")
    remember(collection.round, Memory(books, entries, desk.notes, desk.seen, writing))


def set_picks(collection: Collection, desk: Desk, typed: Mapping[str, Mapping[str, str]]) -> Desk:
    """Return a desk with decisions by key, as if a person had typed them."""
    items = [c for p in desk.picks if (c := p.candidate) is not None]
    entries = [Entry(c.key, c.words, untouched(c.text) | dict(typed[c.key])) for c in items if c.key in typed]
    return replace(desk, picks=make_picks(collection, items, entries, desk.seen))
