"""Reports held against their data, as many as there are: each opened, reconciled, and told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporters.desk import judge_files
from exporters.figures.by_book import ByBook, by_book
from exporters.figures.data import ByData, Data, NotTheData
from exporters.figures.document import Document, NotAReport, open_document
from exporters.figures.manifest import Manifest, Tampered, manifest_of
from exporters.figures.offers import Offer, Offers
from exporters.figures.reconcile import AsWritten, Reconciled, Verdict, reconcile
from exporters.figures.words import verdict_json
from exporters.figures.workbook_figures import Workbook, read_workbook
from exporters.narrative.report import names_of_pack
from workbook.collect import collect
from workbook.messages import say
from workbook.model import Pack
from workbook.pack import load_pack, pack_named_in_file
from workbook.round import load_round

_SETTINGS = "round.toml"
_WORKBOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class Held:
    """One report and what was found in it; `against` says which data it was held against."""

    path: Path
    document: Document
    manifest: Manifest
    result: Reconciled
    known: ByData | None  # None where it was held against itself, or against a workbook
    names: Mapping[str, str]
    offers: Mapping[int, Offer]  # by place in the verdicts
    against: str

    @property
    def found(self) -> list[tuple[Verdict, Offer | None]]:
        """What was found, with an indicator offered for a number that is no figure."""
        told = ("agrees", "unknown")
        return [(v, self.offers.get(n)) for n, v in enumerate(self.result.verdicts) if v.kind not in told]

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "report": str(self.path),
            "against": self.against,
            "figures": len(self.manifest.figures),
            "agree": sum(v.kind == "agrees" for v in self.result.verdicts),
            "unknown": sum(v.kind == "unknown" for v in self.result.verdicts),
            "found": [verdict_json(v, self.names, offer) for v, offer in self.found],
        }


class Reports:
    """Opens reports and holds them against data that are read once for all of them."""

    def __init__(self, data: Path | None) -> None:
        """Hold against a round's folder or a unit's form; without `data` against the round a report lies in."""
        self._given = data
        self._data: dict[Path, Data] = {}
        self._offers: dict[str, Offers] = {}
        self._books: dict[tuple[Path, str], Workbook | None] = {}
        self._packs: dict[tuple[str, Path | None], Pack | None] = {}

    def hold(self, path: Path) -> Held:
        """Return what is found in a report; NotAReport or NotTheData with a sentence where it can't be held."""
        document, manifest = open_report(path)
        source = self.source(path)
        pack = self.pack(manifest, path)
        if source is not None and (book := self.book(source, pack)) is not None:
            by = by_book(book, manifest, names_of_pack(pack) if pack is not None else {})
            return _by_book(path, document, manifest, by)
        known = self.data(source).known(manifest) if source is not None else None
        result = reconcile(manifest, document, known or AsWritten())
        offers = {}
        if known is not None and any(v.loose for v in result.verdicts):
            pack = known.teller.figures.facts.pack
            among = self._offers.setdefault(pack.hash, Offers(pack))
            found = {n: among.offer(v.loose, known.teller) for n, v in enumerate(result.verdicts) if v.loose}
            offers = {n: offer for n, offer in found.items() if offer is not None}
        names = known.names if known else names_of_pack(pack) if pack is not None else {}
        return Held(path, document, manifest, result, known, names, offers, _against(source, known))

    def source(self, path: Path) -> Path | None:
        """Return where the data of a report are."""
        return self._given or round_above(path)

    def data(self, source: Path) -> Data:
        """Return the data of a round or a form; NotTheData with a sentence where it is none."""
        if source not in self._data:
            self._data[source] = _round_data(source) if source.is_dir() else _form_data(source)
        return self._data[source]

    def book(self, source: Path, pack: Pack | None) -> Workbook | None:
        """Return a consolidated workbook, None for what is none; NotAReport where it cannot be opened."""
        key = (source, pack.hash if pack is not None else "")
        if key not in self._books:
            is_workbook = source.is_file() and source.suffix.lower() in _WORKBOOKS
            self._books[key] = read_workbook(source, pack) if is_workbook else None
        return self._books[key]

    def pack(self, manifest: Manifest, path: Path) -> Pack | None:
        """Return the pack of a report, where it is known here: that of the round it lies in, or one by its name."""
        folder = round_above(path)
        key = (manifest.pack, folder)
        if key not in self._packs:
            round_ = load_round(folder)[0] if folder is not None else None
            found = pack_named_in_file(manifest.pack)
            of_round = round_ is not None and round_.pack.id == manifest.pack
            self._packs[key] = round_.pack if round_ and of_round else load_pack(found)[0] if found else None
        return self._packs[key]


def open_report(path: Path) -> tuple[Document, Manifest]:
    """Return a report and its manifest; NotAReport with a sentence where it has none that can be trusted."""
    document = open_document(path)
    try:
        manifest = manifest_of(document)
    except Tampered as error:
        raise NotAReport(say("figures.tampered", file=path.name)) from error
    if manifest is None:
        raise NotAReport(say("figures.no_manifest", file=path.name))
    return document, manifest


def round_above(path: Path) -> Path | None:
    """Return the round whose folder a report lies in."""
    return next((folder for folder in path.resolve().parents if (folder / _SETTINGS).is_file()), None)


def _round_data(folder: Path) -> Data:
    round_, defects = load_round(folder)
    collection, more = collect(round_) if round_ is not None else (None, ())
    if collection is None:
        problems = "；".join(d.problem for d in (*defects, *more))
        raise NotTheData(say("figures.bad_round", folder=folder, why=problems))
    return Data(collection)


def _form_data(path: Path) -> Data:
    forms, unusable = judge_files([path])
    if not forms:
        raise NotTheData("".join(unusable))
    return Data(form=forms[0].submission, form_pack=forms[0].pack)


def _by_book(path: Path, document: Document, manifest: Manifest, by: ByBook) -> Held:
    result = by.judged(reconcile(manifest, document, by))
    against = say("across.against_book", source=by.book.name)
    return Held(path, document, manifest, result, None, by.names, {}, against)


def _against(source: Path | None, known: ByData | None) -> str:
    if source is None or known is None:
        return say("figures.against_itself")
    return say("figures.against_same" if known.same_data else "figures.against_newer", source=source)


def each(paths: Sequence[Path], reports: Reports) -> Iterator[tuple[Path, Held | str]]:
    """Yield every report with what was found in it, or why it could not be held."""
    for path in paths:
        try:
            yield path, reports.hold(path)
        except (NotAReport, NotTheData) as problem:
            yield path, str(problem)
