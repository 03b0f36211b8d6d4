"""The data a report is held against: a round, the one it came from or a newer one, or a unit's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from exporters.figures.manifest import Figure, Manifest
from exporters.figures.now import Now, Piece, Teller
from exporters.figures.written import whole_of
from exporters.narrative.facts import OfRound, OfUnit
from exporters.narrative.figures import Figures
from exporters.narrative.measures import HOW
from exporters.narrative.report import Report, facts_in_round, facts_of_form, names_of, of_facts, of_round, origin_of
from exporters.office.desk import open_desk
from exporters.office.picks import Pick
from workbook.blank import parts_of
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import Genre, Pack, Submission


class NotTheData(Exception):
    """The data are none this report could be held against; the message is a sentence for the user."""


@dataclass
class Data:
    """A round, or one unit's form with its pack; reports of thousands of units are held against one of it."""

    collection: Collection | None = None
    form: Submission | None = None
    form_pack: Pack | None = None
    _picks: tuple[Pick, ...] | None = field(default=None)

    @property
    def pack(self) -> Pack:
        """The pack of the data."""
        if self.collection is not None:
            return self.collection.round.pack
        assert self.form_pack is not None
        return self.form_pack

    def known(self, manifest: Manifest) -> ByData:
        """Return what the data say of a report's figures; NotTheData where they are those of another report."""
        genre = self.pack.genres.get(manifest.genre)
        if self.pack.id != manifest.pack or genre is None:
            raise NotTheData(say("figures.other_pack", pack=manifest.pack, genre=manifest.genre))
        facts, origin = self.facts(manifest.unit)
        if str(facts.period) != manifest.period:
            raise NotTheData(say("figures.other_period", report=manifest.period, data=facts.period))
        figures = Figures(facts, frozenset(genre.withheld), HOW)
        figures = Figures(facts, frozenset(genre.withheld), HOW)
        teller = Teller(figures, lambda: self._whole(facts, genre))
        return ByData(teller, names_of(facts), origin, same_data=origin == manifest.origin)

    def anew(self, manifest: Manifest) -> Report:
        """Return the report as it would be written from this data."""
        return self._report(self.facts(manifest.unit)[0], self.pack.genres[manifest.genre])

    def facts(self, unit: str) -> tuple[OfRound | OfUnit, str]:
        """Return what is known of a unit, or of the whole round for "", and what tells the data from other data."""
        if not unit:
            if self.collection is None:
                raise NotTheData(say("figures.needs_round"))
            return OfRound(self.collection), origin_of(self.collection.submissions.values())
        if self.collection is None:
            form = self.form
            assert form is not None
            if form.unit.code != unit:
                raise NotTheData(say("figures.other_unit", report=unit, data=form.unit.name))
            return facts_of_form(form, self.pack), origin_of([form])
        if unit not in self.collection.submissions:
            raise NotTheData(say("figures.no_form", unit=unit))
        return facts_in_round(self.collection, unit), origin_of([self.collection.submissions[unit]])

    def _whole(self, facts: OfRound | OfUnit, genre: Genre) -> Iterable[Piece]:
        return whole_of(self._report(facts, genre))

    def _report(self, facts: OfRound | OfUnit, genre: Genre) -> Report:
        if isinstance(facts, OfRound):
            picks = self._picks = self._picks or open_desk(facts.collection).picks
            return of_round(facts.collection, genre, picks)
        return of_facts(facts, genre, self.collection.round.layout if self.collection else None)


@dataclass
class ByData:
    """What the data say of a report's figures; `same_data` where they are the forms the report was written from."""

    teller: Teller
    names: Mapping[str, str]
    origin: str
    same_data: bool

    def now(self, figure: Figure) -> Now | None:
        """Return what a figure reads by the data, None where they do not tell it any more."""
        if figure.whole:
            part, whole = (self.teller.figures.value(c) for c in (parts_of(figure.tag)[0], figure.whole))
            return Now(say("word.all"), None) if part is not None and part == whole else None
        if figure.style == "fixed":
            return Now(figure.text, figure.value, figure.word)
        return self.teller.now(figure.tag, figure.style)
