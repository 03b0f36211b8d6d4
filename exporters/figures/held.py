"""Reports held against their data, as many as there are: each opened, reconciled, and told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporters.desk import judge_files
from exporters.figures.data import ByData, Data, NotTheData
from exporters.figures.document import Document, NotAReport, open_document
from exporters.figures.manifest import Manifest, Tampered, manifest_of
from exporters.figures.offers import Offer, Offers
from exporters.figures.reconcile import AsWritten, Reconciled, Verdict, reconcile
from exporters.figures.words import verdict_json
from exporters.narrative.report import names_of_pack
from workbook.collect import collect
from workbook.messages import say
from workbook.pack import find_pack, load_pack
from workbook.round import load_round

_SETTINGS = "round.toml"


@dataclass(frozen=True, slots=True)
class Held:
    """One report and what was found in it; `against` says which data it was held against."""

    path: Path
    document: Document
    manifest: Manifest
    result: Reconciled
    known: ByData | None  # None where it was held against itself
    names: Mapping[str, str]
    offers: Mapping[int, Offer]  # by place in the verdicts
    against: str

    @property
    def found(self) -> list[tuple[Verdict, Offer | None]]:
        """What was found, with an indicator offered for a number that is no figure."""
        return [(v, self.offers.get(n)) for n, v in enumerate(self.result.verdicts) if v.kind != "agrees"]

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "report": str(self.path),
            "against": self.against,
            "figures": len(self.manifest.figures),
            "agree": sum(v.kind == "agrees" for v in self.result.verdicts),
            "found": [verdict_json(v, self.names, offer) for v, offer in self.found],
        }


class Reports:
    """Opens reports and holds them against data that are read once for all of them."""

    def __init__(self, data: Path | None) -> None:
        """Hold against a round's folder or a unit's form; without `data` against the round a report lies in."""
        self._given = data
        self._data: dict[Path, Data] = {}
        self._offers: dict[str, Offers] = {}

    def hold(self, path: Path) -> Held:
        """Return what is found in a report; NotAReport or NotTheData with a sentence where it can't be held."""
        document, manifest = open_report(path)
        source = self.source(path)
        known = self.data(source).known(manifest) if source is not None else None
        result = reconcile(manifest, document, known or AsWritten())
        offers = {}
        if known is not None and any(v.loose for v in result.verdicts):
            pack = known.teller.figures.facts.pack
            among = self._offers.setdefault(pack.hash, Offers(pack))
            found = {n: among.offer(v.loose, known.teller) for n, v in enumerate(result.verdicts) if v.loose}
            offers = {n: offer for n, offer in found.items() if offer is not None}
        names = known.names if known else _names(manifest)
        return Held(path, document, manifest, result, known, names, offers, _against(source, known))

    def source(self, path: Path) -> Path | None:
        """Return where the data of a report are."""
        return self._given or round_above(path)

    def data(self, source: Path) -> Data:
        """Return the data of a round or a form; NotTheData with a sentence where it is none."""
        if source not in self._data:
            self._data[source] = _round_data(source) if source.is_dir() else _form_data(source)
        return self._data[source]


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


def _names(manifest: Manifest) -> Mapping[str, str]:
    """Return what indicators are called, where their pack is known here."""
    folder = find_pack(manifest.pack)
    pack = load_pack(folder)[0] if folder is not None else None
    return names_of_pack(pack) if pack is not None else {}


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
