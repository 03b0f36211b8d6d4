"""Everything given to one `reconcile`: reports, workbooks, prints; each read, then all held against one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exporters.console import complain, table
from exporters.figures.across import Across, Source, across, book_source, report_source
from exporters.figures.by_text import SURE, ByText
from exporters.figures.document import NotAReport
from exporters.figures.held import Held, Reports
from exporters.figures.pdf_text import Print, print_of
from exporters.figures.workbook_figures import Workbook
from workbook.collection import ALL
from workbook.messages import say
from workbook.model import Pack

_PDF = ".pdf"
_MOST_ROWS = 60  # on the screen
_MOST_CELLS = 10  # sentences on what could not be read of one workbook


@dataclass(frozen=True)
class Several:
    """What stands beside the reports, and what all of them say of the same figures; None where there is only one."""

    books: tuple[tuple[Path, Workbook], ...] = ()
    prints: tuple[Print, ...] = ()
    across: Across | None = None
    unusable: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as parts of a JSON object."""
        books = [
            {"workbook": str(path), "period": b.period, "figures": len(b.cells), "unread": b.unread}
            for path, b in self.books
        ]
        return {
            "workbooks": books,
            "prints": [p.as_json() for p in self.prints],
            "across": self.across.as_json() if self.across else None,
        }


def several(held: Sequence[Held], beside: Sequence[Path], reports: Reports) -> Several:
    """Read what is given beside the reports, and compare all that is there."""
    found = Several()
    books: list[tuple[Path, Workbook]] = []
    prints: list[Print] = []
    pack = reports.pack(held[0].manifest, held[0].path) if held else None
    for path in beside:
        try:
            if path.suffix.lower() == _PDF:
                prints.append(print_of(path, held))
                continue
            book = reports.book(path, pack)
            if book is None:
                raise NotAReport(say("across.no_workbook", file=path.name))
            books.append((path, book))
        except NotAReport as problem:
            found.unusable.append(str(problem))
    name = _names([*(h.path for h in held), *beside])
    sources: list[Source] = [report_source(h, name(h.path)) for h in held]
    sources += [book_source(book, name(path)) for path, book in books]
    sources += [p.source for p in prints]
    names = {**_scopes(pack), **{code: title for h in held for code, title in h.names.items()}}
    compared = across(sources, names) if len(sources) > 1 else None
    return Several(tuple(books), tuple(prints), compared, found.unusable)


def _scopes(pack: Pack | None) -> dict[str, str]:
    """Return what the scopes of a pack are called: in several documents a figure says whose it is."""
    if pack is None:
        return {}
    return {t.code: t.name for t in pack.tiers} | {g: g for g in pack.groups} | {ALL: pack.whole}


def _names(paths: Sequence[Path]) -> Callable[[Path], str]:
    """Return how each document is called: by its name, with its folder where two have the same."""
    often = Counter(path.name for path in paths)
    return lambda path: path.name if often[path.name] == 1 else str(path)


def tell(found: Several) -> None:
    """Show what several documents say of the same figures."""
    for path, book in found.books:
        for sentence in book.unread[:_MOST_CELLS]:
            complain(say("across.of_book", file=path.name, told=sentence))
        if len(book.unread) > _MOST_CELLS:
            complain(say("across.of_book_more", file=path.name, n=len(book.unread) - _MOST_CELLS))
    for printed in found.prints:
        complain(printed.told())
    if found.across is not None:
        _tell_across(found.across)


def _tell_across(compared: Across) -> None:
    for sentence in compared.told:
        complain(sentence)
    rows = [
        ("" if n else difference.title, said.document, said.text, said.where)
        for difference in compared.differ
        for n, said in enumerate(difference.statements)
    ]
    if not rows:
        complain(say("across.same" if compared.compared else "across.nothing", n=compared.compared))
        return
    columns = [say(f"across.column_{c}") for c in ("figure", "document", "said", "where")]
    table(say("across.differ", n=len(compared.differ)), columns, rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        complain(say("across.more", n=len(rows) - _MOST_ROWS))


def tell_by_text(result: ByText) -> None:
    """Show what was found in a report that was read by its words."""
    complain(say("across.by_text_head", file=result.path, against=result.against, n=len(result.numbers)))
    for sentence in result.unread:
        complain(sentence)
    found = result.of("differs")
    rows = [(_how_sure(n.confidence), n.name, n.said, n.now, n.sentence) for n in found[:_MOST_ROWS]]
    if rows:
        table("", [say(f"across.column_{c}") for c in ("sure", "figure", "said", "now", "where")], rows)
    if len(found) > len(rows):
        complain(say("across.more", n=len(found) - len(rows)))
    numbers = {v: len(result.of(v)) for v in ("agrees", "differs", "unknown")}
    complain(say("across.by_text_count", **numbers, sure=sum(n.must for n in found), least=f"{SURE:.0%}"))


def told_by_text(result: ByText) -> list[tuple[Any, str]]:
    """Return a comment for each number that seems to differ."""
    return [
        (n.place, say("across.by_text_comment", name=n.name, said=n.said, now=n.now, sure=_how_sure(n.confidence)))
        for n in result.of("differs")
    ]


def _how_sure(confidence: float) -> str:
    return say("across.sure" if confidence >= SURE else "across.perhaps", share=f"{confidence:.0%}")
