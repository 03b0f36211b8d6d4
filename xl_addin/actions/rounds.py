"""The round the office works on: which one, what came in, a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from exporters.console import defects_text
from exporters.rounds import NewRound
from workbook.collect import collect
from workbook.collection import Collection
from workbook.messages import say
from workbook.model import Defect, Pack, Round
from workbook.pack import load_pack, packs_folder
from workbook.period import parse_period
from workbook.round import ROUND_FILE, load_round
from xl_addin.front import Front, Left, Refused

_HALF_YEAR = 7  # from this month on the first half is over


def choose_round(front: Front, question: str) -> Path:
    """Return the folder of a round: the one the workbook in front lies in, one of the last times, or another."""
    offered = offered_rounds(front)
    chosen = front.program.choose(question, [*map(str, offered), say("macro.other_folder")]) if offered else 0
    if chosen is None:
        raise Left
    if chosen == len(offered):
        return choose_other(front)
    front.settings.worked_on(offered[chosen])
    return offered[chosen]


def choose_other(front: Front) -> Path:
    """Return a round's folder that is looked for, and remember it."""
    folder = _checked(front.program.folder(say("macro.which_round"), _beside(front)))
    front.settings.worked_on(folder)
    return folder


def offered_rounds(front: Front) -> list[Path]:
    """Return the rounds that come to mind, the likeliest first."""
    inside = [folder for folder in front.path.parents if (folder / ROUND_FILE).is_file()] if front.path else []
    return list(dict.fromkeys([*inside, *front.settings.rounds]))


def opened(folder: Path) -> Round:
    """Return a round; Refused where its settings are wrong."""
    round_, defects = load_round(folder)
    if round_ is None:
        raise Refused(defects_text(defects))
    return round_


def collected(front: Front, round_: Round) -> Collection:
    """Return everything that came in, judged and merged; Refused where it cannot be."""
    front.says(say("progress.collect"))
    collection, defects = collect(round_)
    if collection is None:
        raise Refused(defects_text(defects))
    return collection


def refuse(defects: Sequence[Defect]) -> None:
    """Raise Refused with what is wrong, if anything is."""
    if defects:
        raise Refused(defects_text(defects))


def ask_new_round(front: Front) -> NewRound:
    """Return what the person says of a new round."""
    previous = _previous(front)
    pack = previous.pack if previous else _pack(front)
    period = _asked(front, say("macro.ask_period"), next_period(previous.period if previous else "", date.today()))
    try:
        parse_period(period)
    except ValueError as error:
        raise Refused(str(error)) from None
    units = None if previous else _units(front)
    above = previous.path.parent if previous else front.program.folder(say("macro.ask_above"), _beside(front))
    if above is None:
        raise Left
    office = _asked(front, say("macro.ask_office"), previous.office if previous else "")
    return NewRound(above / period, pack, period, units, previous.path if previous else None, office, _deadline(front))


def next_period(previous: str, today: date) -> str:
    """Return the half-year that is due: the one behind that of the previous round, else by the calendar."""
    if not previous:
        return f"{today.year}H1" if today.month <= _HALF_YEAR else str(today.year)
    period = parse_period(previous)
    return str(period.year) if (period.kind, period.index) == ("half", 1) else f"{period.year + 1}H1"


def _previous(front: Front) -> Round | None:
    rounds = offered_rounds(front)
    options = [say("macro.after_round", folder=path) for path in rounds]
    options += [say("macro.after_other"), say("macro.after_none")]
    chosen = front.program.choose(say("macro.ask_previous"), options)
    if chosen is None:
        raise Left
    if chosen == len(options) - 1:
        return None
    folder = rounds[chosen] if chosen < len(rounds) else front.program.folder(say("macro.ask_previous"), _beside(front))
    return opened(_checked(folder))


def _checked(folder: Path | None) -> Path:
    """Return a folder that is a round's."""
    if folder is None:
        raise Left
    if not (folder / ROUND_FILE).is_file():
        raise Refused(say("macro.no_round", folder=folder))
    return folder


def _pack(front: Front) -> Pack:
    folders = sorted(path.parent for path in packs_folder().glob("*/pack.toml"))
    packs = [pack for pack, _ in map(load_pack, folders) if pack is not None]
    chosen = front.program.choose(say("macro.ask_pack"), [pack.title for pack in packs]) if len(packs) > 1 else 0
    if chosen is None:
        raise Left
    return packs[chosen]


def _units(front: Front) -> Path | None:
    """Return the list of units; None where there is none yet: one to fill in is written then."""
    if not front.program.agree(say("macro.have_units")):
        return None
    kinds = [(say("macro.lists"), "*.csv")]
    chosen = front.program.files(say("macro.ask_units"), _beside(front), kinds)
    if not chosen:
        raise Left
    return chosen[0]


def _deadline(front: Front) -> datetime | None:
    text = front.program.ask(say("macro.ask_deadline"))
    if text is None:
        raise Left
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(say("macro.bad_deadline", text=text)) from None


def _asked(front: Front, question: str, given: str) -> str:
    answer = front.program.ask(question, given)
    if not answer:
        raise Left
    return answer


def _beside(front: Front) -> Path | None:
    return front.path.parent if front.path else None
