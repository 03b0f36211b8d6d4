"""Last year as it was reported then: every unit that counted then, whether it still exists or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbook.computed import carries, stored_refs
from workbook.expression.tree import Ref
from workbook.history import Stored
from workbook.layout import collected
from workbook.model import Indicator, Round, State, Unit
from workbook.period import parse_period
from workbook.totals import Mask, Reported, Totals
from workbook.units import reports
from workbook.values import Flat, Table, keys_of, spread

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class LastYear:
    """The units of last year on the side of an umbrella that counts now, with the figures stored of them.

    `asked` has the indicators that each tier reported then; `stored` the codes some unit's figure is known of.
    """

    round: Round
    engine: Totals
    units: tuple[Unit, ...]
    asked: Mapping[str, Mapping[str, Indicator]]
    stored: frozenset[str]

    def total(self, code: str, tiers: frozenset[str]) -> Reported | None:
        """Return last year's total over the units of `tiers` as stored; None where the figure itself is not kept."""
        item = self.round.pack.indicators[code]
        needed = [Ref(c, "prior") for c in (code, item.weight) if c]
        parts = [ref for figure in needed for ref in stored_refs(figure, self.round.pack.indicators)]
        if not all(ref.code in self.stored for ref in parts):
            return None
        inside = self.engine.table.of_tiers(tier for tier in tiers if code in self.asked[tier])
        return reported(self.engine, item, inside, int(inside.sum()), stored=True)


def reported(engine: Totals, item: Indicator, inside: Mask, units: int, *, stored: bool) -> Reported | None:
    """Return the total of last year's figures that a table holds of some of `units`; None for items that have none."""
    if not carries(item, "prior"):
        return None
    known = inside & engine.known(item, "prior")
    absent = inside & (engine.table.figures(item.code, "prior")[1] == State.NOT_APPLICABLE)
    return Reported(engine.aggregate(item, known, "prior"), int(known.sum()), units - int(absent.sum()), stored)


def last_year(round_: Round, then: tuple[Unit, ...], stored: Stored) -> LastYear:
    """Return last year's units and their stored figures; `then` names who had to report, else today's list does.

    Both years stand on the same side of an umbrella. Where there was none then, its tier counts as not reported.
    """
    prior = parse_period(round_.period).prior
    listed = then or tuple(u for u in (*round_.units, *round_.others) if reports(u, prior))
    sides = {u.tier for u in round_.units if u.umbrella} if round_.basis == "umbrella" else set()
    units = [u for u in listed if u.umbrella == (u.tier in sides)]
    units += [u for u in round_.units if u.umbrella and u.tier in sides - {v.tier for v in units}]
    rows, keys = {u.code: row for row, u in enumerate(units)}, keys_of(round_.pack.indicators)
    priors = {code: key for key, (code, measure) in enumerate(keys) if measure == "prior"}
    flat = [_flat(stored["prior"], rows, priors)] if "prior" in stored else []
    table = Table(
        [*rows],
        spread(flat, keys, len(rows)),
        tiers=[u.tier for u in units],
        umbrella=[u.umbrella for u in units],
        period=str(prior),
        rows={},
    )
    asked = {t.code: collected(round_.pack, t.code, prior.year, round_.modules) for t in round_.pack.tiers}
    known = frozenset(keys[key][0] for part in flat for key in np.unique(part.key[part.state <= State.ZERO]).tolist())
    return LastYear(round_, Totals(table, round_.pack.indicators, frozenset()), tuple(units), asked, known)


def _flat(figures: pd.DataFrame, rows: Mapping[str, int], priors: Mapping[str, int]) -> Flat:
    """Return the figures of an earlier round that belong to those units and codes."""
    ours = figures[figures["unit"].isin(rows) & figures["code"].isin(priors)]
    owner, key = (np.array(ours[c].map(at), dtype=np.int64) for c, at in (("unit", rows), ("code", priors)))
    return Flat(owner, key, ours["state"].to_numpy(np.int8), ours["scaled"].to_numpy(np.int64))
