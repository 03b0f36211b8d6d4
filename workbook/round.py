"""A round's folder: round.toml and units.csv in, everything else placed by name."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from workbook.messages import say
from workbook.model import Defect, Pack, Parameter, Round, Switch, Unit
from workbook.pack import find_pack, load_pack
from workbook.period import parse_period
from workbook.tables import read_table, read_text
from workbook.units import UNIT_CODE, codes_in, life_defects, reports

ROUND_FILE, UNITS_FILE, FIGURES, TARGETS = "round.toml", "units.csv", "figures.parquet", "targets.parquet"
MEMORY = ".huibao"  # what a round remembers: its ledger and every original
OUT, IN, RESULTS, PICKS_FILE = (say(f"folder.{k}") for k in ("out", "incoming", "results", "picks"))
UNIT_COLUMNS = tuple(
    say(f"units.{k}") for k in ("code", "name", "tier", "umbrella", "changed", "since", "until", "before", "contact")
)
PackLoader = Callable[[Path], tuple[Pack | None, tuple[Defect, ...]]]


def load_round(path: Path, load: PackLoader = load_pack) -> tuple[Round | None, tuple[Defect, ...]]:
    """Return the round in folder `path`, or None and what stops it; many rounds of one pack share how it is loaded."""
    try:
        head = tomllib.loads(read_text(path / ROUND_FILE))
    except FileNotFoundError:
        return None, (_defect(ROUND_FILE, 0, "no_round", folder=path),)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        return None, (_defect(ROUND_FILE, int(line[1]) if line else 0, "bad_round"),)
    folder = find_pack(str(head.get("pack", "")))
    if folder is None:
        return None, (_defect(ROUND_FILE, 0, "no_pack", name=head.get("pack", "")),)
    pack, defects = load(folder)
    if pack is None or defects:
        return None, defects
    try:
        return _round(path, head, pack)
    except ValueError as error:
        return None, (Defect(ROUND_FILE, 0, str(error), say("round.value_remedy")),)


def _defect(file: str, line: int, key: str, **values: object) -> Defect:
    return Defect(file, line, say(f"round.{key}", **values), say(f"round.{key}_remedy", **values))


def _round(path: Path, head: Mapping[str, Any], pack: Pack) -> tuple[Round | None, tuple[Defect, ...]]:
    known = tuple(m.code for m in pack.modules)
    modules = tuple(str(m) for m in head.get("modules", known))
    defects = [_defect(ROUND_FILE, 0, "module", name=m, known=" ".join(known)) for m in modules if m not in known]
    switches = []
    for entry in head.get("rule", []):
        switch = Switch(str(entry.get("id", "")), str(entry.get("to", "")), str(entry.get("reason", "")))
        if switch.rule not in pack.rules or not switch.reason.strip() or switch.to not in _SWITCHES:
            defects.append(_defect(ROUND_FILE, 0, "switch", rule=switch.rule))
        switches.append(switch)
    basis = str(head.get("umbrella", {}).get("basis", "units"))
    if basis not in ("units", "umbrella"):
        defects.append(_defect(ROUND_FILE, 0, "basis", value=basis))
    store = str(head.get("store", "")).rstrip("/")
    if store and (not _STORE.fullmatch(store) or _PASSWORD.search(store)):
        defects.append(_defect(ROUND_FILE, 0, "store", value=_PASSWORD.sub("://…", store)))
    period = parse_period(str(head.get("period", "")))
    listed, unit_defects = read_units(path / UNITS_FILE, pack)
    defects += unit_defects
    upward, upward_defects = _upward(head.get("upward"), pack)
    defects += upward_defects
    if listed and not unit_defects and not any(reports(u, period) for u in listed):
        defects.append(_defect(UNITS_FILE, 0, "nobody_reports", period=period))
    if defects:
        return None, tuple(defects)
    layout = head.get("layout", {})
    for name, value in layout.items():
        if not isinstance(value, LAYOUT.get(name, type(None))):
            defects.append(_defect(ROUND_FILE, 0, "layout", name=name, known=" ".join(LAYOUT)))
    if defects:
        return None, tuple(defects)
    previous = str(head.get("previous", ""))
    parameters = tuple(
        Parameter(*(str(e.get(k, "")) for k in ("name", "code", "value", "basis"))) for e in head.get("parameter", [])
    )
    return (
        Round(
            path=path,
            pack=pack,
            period=str(period),
            office=str(head.get("office", "")),
            deadline=_deadline(head.get("deadline")),
            previous=(path / previous).resolve() if previous else None,
            modules=modules,
            basis=basis,
            return_on_error=bool(head.get("return_on_error", True)),
            switches=tuple(switches),
            parameters=parameters,
            units=tuple(u for u in listed if reports(u, period)),
            others=tuple(u for u in listed if not reports(u, period)),
            upward=upward,
            above=str(head["upward"].get("office", "")) if upward else "",
            layout=layout,
            store=store,
        ),
        (),
    )


def _upward(head: Any, pack: Pack) -> tuple[Unit | None, list[Defect]]:
    """Return this office in the list of the tier above, None where it hands nothing on, and what is wrong there."""
    if head is None:
        return None, []
    code, name, tier = (str(head.get(k, "")) if isinstance(head, dict) else "" for k in ("code", "name", "tier"))
    above = {n: t.code for t in pack.tiers if t.of for n in (t.code, t.name)}
    if not UNIT_CODE.fullmatch(code) or not name or tier not in above:
        return None, [_defect(ROUND_FILE, 0, "upward", known="、".join(above) or say("word.dash"))]
    return Unit(code, name, above[tier]), []


LAYOUT: Mapping[str, type] = {
    "latin": str,
    "grid": str,
    "head": bool,
    "seal": bool,
    "annex_note": bool,
    "imprint": bool,
}
"""How an office may deviate from the usual layout of reports, see exporters/word/layout.py."""

_STORE = re.compile(r"[a-z][a-z0-9+.\-]*://[^\s/][^\s]*|(file|memory):///?[^\s/][^\s]*")
_PASSWORD = re.compile("://[^/]*:[^/]*@")
_SWITCHES = ("error", "confirm", "warning", "off", "in_force", "trial")


def _deadline(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time(23, 59, 59))
    return None


def read_units(path: Path, pack: Pack) -> tuple[tuple[Unit, ...], list[Defect]]:
    """Return all units of the list in its order, whenever they report, and what is wrong with the list."""
    rows, defects = read_table(path, UNIT_COLUMNS[:3])
    tiers = {name: t.code for t in pack.tiers for name in (t.code, t.name)}
    units: dict[str, Unit] = {}
    lines: dict[str, int] = {}
    for row in rows:
        code, name, tier = (row[c] for c in UNIT_COLUMNS[:3])
        if not UNIT_CODE.fullmatch(code):
            defects.append(_defect(path.name, row.line, "unit_code", code=code))
        elif code in units:
            defects.append(_defect(path.name, row.line, "unit_twice", code=code))
        elif tier not in tiers:
            defects.append(_defect(path.name, row.line, "unit_tier", tier=tier, known="、".join(tiers)))
        elif not name:
            defects.append(_defect(path.name, row.line, "unit_name", code=code))
        else:
            umbrella = row[UNIT_COLUMNS[3]] in (say("word.yes"), "y")
            changed, since, until, before, contact = (row[c] for c in UNIT_COLUMNS[4:])
            units[code] = Unit(code, name, tiers[tier], umbrella, changed, since, until, codes_in(before), contact)
            lines[code] = row.line
    defects += life_defects(path.name, lines, units)
    if not units and not defects:
        defects.append(_defect(path.name, 0, "no_units"))
    return tuple(units.values()), defects


def write_round(round_: Round) -> None:
    """Write round.toml with a comment on every setting, and the round's folders."""
    for name in (OUT, IN, RESULTS):
        (round_.path / name).mkdir(parents=True, exist_ok=True)
    previous = ""
    if round_.previous is not None:
        previous = Path(_relative(round_.previous, round_.path.resolve())).as_posix()
    lines = [
        say("round.head"),
        _line("pack", _pack_name(round_.pack)),
        _line("period", round_.period),
        _line("office", round_.office, "round.c_office"),
        f"deadline = {round_.deadline.isoformat()}" if round_.deadline else say("round.c_no_deadline"),
        _line("previous", previous, "round.c_previous"),
        *([_line("store", round_.store, "round.c_store")] if round_.store else []),
        f"modules = {json.dumps(list(round_.modules))}  # {_module_names(round_)}",
        f"return_on_error = {str(round_.return_on_error).lower()}  # {say('round.c_return')}",
        "",
        "[umbrella]",
        _line("basis", round_.basis, "round.c_basis"),
        "",
        say("round.c_rule"),
    ]
    for s in round_.switches:
        lines += ["", "[[rule]]", _line("id", s.rule), _line("to", s.to), _line("reason", s.reason)]
    lines += ["", say("round.c_parameter")]
    for p in round_.parameters:
        lines += ["", "[[parameter]]", _line("name", p.name), _line("code", p.code), _line("value", p.value)]
        lines.append(_line("basis", p.basis))
    lines += _layout_lines(round_)
    lines += _upward_lines(round_)
    (round_.path / ROUND_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _layout_lines(round_: Round) -> list[str]:
    lines = ["", say("round.c_layout")]
    if round_.layout:
        lines += ["", "[layout]", *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in round_.layout.items())]
    return lines


def _upward_lines(round_: Round) -> list[str]:
    """Return the lines on the tier above, none where the pack knows no such tier."""
    tiers = " ".join(t.code for t in round_.pack.tiers if t.of)
    if not tiers:
        return []
    lines = ["", say("round.c_upward", tiers=tiers)]
    if up := round_.upward:
        lines += ["", "[upward]", _line("code", up.code), _line("name", up.name), _line("tier", up.tier)]
        lines.append(_line("office", round_.above))
    return lines


def _line(key: str, value: str, comment: str = "") -> str:
    return f"{key} = {json.dumps(value, ensure_ascii=False)}" + (f"  # {say(comment)}" if comment else "")


def _module_names(round_: Round) -> str:
    return "、".join(f"{m.code} {m.name}" for m in round_.pack.modules)


def _pack_name(pack: Pack) -> str:
    return pack.root.name if find_pack(pack.root.name) == pack.root else str(pack.root)


def _relative(target: Path, start: Path) -> str:
    import os.path

    try:
        return os.path.relpath(target, start)
    except ValueError:  # another drive on Windows
        return str(target)
