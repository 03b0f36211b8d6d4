"""The ledger: what came in and when, what became of it, what the office decided. Nothing is ever taken out of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from workbook.arrivals import Arrival
from workbook.lock import myself
from workbook.messages import say
from workbook.model import Decision, Defect, Receipt
from workbook.round import MEMORY

LEDGER = "ledger.sqlite"
_FORMAT = 1  # of the tables
_TABLES = """
CREATE TABLE runs (run INTEGER PRIMARY KEY, begun TEXT NOT NULL, who TEXT NOT NULL, version TEXT NOT NULL);
CREATE TABLE arrivals (number INTEGER PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, received TEXT NOT NULL,
                       first INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE TABLE fates (run INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, unit TEXT NOT NULL,
                    state TEXT NOT NULL, judged INTEGER NOT NULL, note TEXT NOT NULL);
CREATE TABLE decisions (number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, unit TEXT NOT NULL,
                        kind TEXT NOT NULL, sha256 TEXT NOT NULL, rule TEXT NOT NULL, why TEXT NOT NULL);
CREATE INDEX arrivals_by_path ON arrivals (path, sha256);
CREATE INDEX fates_by_path ON fates (path, sha256);
"""
# A fate is written down when it is another than before; the last one written is the one in force.
_FATES = "SELECT * FROM fates WHERE rowid IN (SELECT MAX(rowid) FROM fates GROUP BY path, sha256)"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a round's history, as people read it."""

    at: str
    who: str
    what: str
    unit: str
    file: str
    detail: str
    sha256: str


def damaged() -> Defect:
    """Return what there is to say and to do when the ledger cannot be read."""
    name = f"{MEMORY}/{LEDGER}"
    return Defect(name, 0, say("register.damaged", file=name), say("register.damaged_remedy"))


class Ledger:
    """A round's ledger. Every method: sqlite3.DatabaseError when the file is damaged, OSError from the disk."""

    def __init__(self, round_path: Path) -> None:
        self.path = round_path / MEMORY / LEDGER

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield the ledger in one transaction: a killed run leaves all of it or nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as db:
                db.execute("PRAGMA synchronous = FULL")
                db.execute("BEGIN IMMEDIATE")
                if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                    for statement in _TABLES.split(";"):
                        db.execute(statement)
                    db.execute(f"PRAGMA user_version = {_FORMAT}")
                yield db
                db.execute("COMMIT")  # closing without it takes all back
        except sqlite3.OperationalError as error:  # the disk, not the file
            raise OSError(error.sqlite_errorcode, str(error), str(self.path)) from None

    def register(self, arrivals: Sequence[Arrival]) -> tuple[Arrival, ...]:
        """Write down what lies in 收件 now; return it with when it was first seen, in the order it came in.

        What lay there before under the same name and was a form is returned too: writing over a file does not unsend
        it. A file that went and came back has come in anew.
        """
        with self._open() as db:
            begun = (datetime.now().isoformat(), myself(), version("huibao"))
            run = db.execute("INSERT INTO runs (begun, who, version) VALUES (?, ?, ?)", begun).lastrowid
            rows = db.execute("SELECT path, sha256, number, received, first FROM arrivals WHERE last = ? - 1", (run,))
            before = {(path, digest): rest for path, digest, *rest in rows}
            known, again = [], []
            for came in arrivals:
                if same := before.get((came.key, came.digest)):
                    again.append((run, same[0]))
                    received = datetime.fromisoformat(same[1])
                    known.append(Arrival(came.key, received, came.digest, came.problem, same[2]))
                else:
                    row = (came.key, came.digest, came.received.isoformat(), run, run)
                    db.execute("INSERT INTO arrivals (path, sha256, received, first, last) VALUES (?, ?, ?, ?, ?)", row)
                    known.append(replace(came, order=run or 0))
            db.executemany("UPDATE arrivals SET last = ? WHERE number = ?", again)
            known += _written_over(db, arrivals)
        return tuple(sorted(known, key=lambda a: (a.order, a.received, a.key)))

    def taken_out(self) -> tuple[str, ...]:
        """Return the paths of what came in and lies nowhere in 收件 any more, nor anything else under its name."""
        with self._open() as db:
            rows = db.execute(
                "SELECT DISTINCT path FROM arrivals, (SELECT MAX(run) AS run FROM runs) AS now WHERE last < run"
                " AND path NOT IN (SELECT path FROM arrivals WHERE last = run)"
                " AND sha256 NOT IN (SELECT sha256 FROM arrivals WHERE last = run) ORDER BY path"
            ).fetchall()
        return tuple(path for (path,) in rows)

    def record(self, receipts: Iterable[Receipt]) -> None:
        """Write down what became of every file, where that is something else than before."""
        with self._open() as db:
            before = {(path, digest): rest for _, path, digest, *rest in db.execute(_FATES)}
            run = db.execute("SELECT MAX(run) FROM runs").fetchone()[0]
            for r in receipts:
                fate = [r.unit, r.state, int(r.judged), r.note]
                if before.get((r.file, r.sha256)) != fate:
                    db.execute("INSERT INTO fates VALUES (?, ?, ?, ?, ?, ?, ?)", (run, r.file, r.sha256, *fate))

    def forms_of(self, unit: str) -> tuple[tuple[str, str, str], ...]:
        """Return (path, sha256, state) of a unit's forms as the last run left them, the latest to come in first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT f.path, f.sha256, f.state FROM fates AS f JOIN arrivals AS a ON a.sha256 = f.sha256"
                " WHERE f.unit = ? AND f.rowid IN (SELECT MAX(rowid) FROM fates WHERE judged GROUP BY sha256)"
                " GROUP BY f.sha256 ORDER BY MAX(a.first) DESC, MAX(a.received) DESC, f.path DESC",
                (unit,),
            ).fetchall()
        return tuple((path, digest, state) for path, digest, state in rows)

    def decide(self, decision: Decision) -> None:
        """Write a decision down."""
        with self._open() as db:
            row = [getattr(decision, k) for k in ("who", "unit", "kind", "sha256", "rule", "why")]
            columns = "(at, who, unit, kind, sha256, rule, why)"
            db.execute(f"INSERT INTO decisions {columns} VALUES (?, ?, ?, ?, ?, ?, ?)", [decision.at.isoformat(), *row])

    def decisions(self) -> tuple[Decision, ...]:
        """Return every decision, in the order they were made."""
        with self._open() as db:
            rows = db.execute("SELECT unit, kind, sha256, rule, why, who, at FROM decisions ORDER BY number").fetchall()
        return tuple(
            Decision(unit, kind, digest, rule, why, who, datetime.fromisoformat(at))
            for unit, kind, digest, rule, why, who, at in rows
        )

    def history(self) -> tuple[Event, ...]:
        """Return everything that happened, oldest first."""
        with self._open() as db:
            runs = {run: (begun, who) for run, begun, who in db.execute("SELECT run, begun, who FROM runs")}
            came = db.execute("SELECT first, path, sha256, received FROM arrivals ORDER BY number").fetchall()
            fates = db.execute("SELECT run, path, sha256, unit, state, note FROM fates ORDER BY rowid").fetchall()
        events = [
            Event(*runs[first], say("register.came"), "", path, say("register.saved_at", time=received), digest)
            for first, path, digest, received in came
        ]
        events += [
            Event(*runs[run], say(f"file.{state}"), unit, path, note, digest)
            for run, path, digest, unit, state, note in fates
        ]
        events += [
            Event(d.at.isoformat(), d.who, say(f"decision.{d.kind}", rule=d.rule), d.unit, "", d.why, d.sha256)
            for d in self.decisions()
        ]
        events.sort(key=lambda e: e.at)
        return tuple(replace(e, at=e.at[:19].replace("T", " ")) for e in events)


def history_of(round_path: Path) -> tuple[tuple[Event, ...], tuple[Defect, ...]]:
    """Return everything that happened in a round, oldest first, or what stops it; OSError from the disk."""
    try:
        return Ledger(round_path).history(), ()
    except sqlite3.DatabaseError:
        return (), (damaged(),)


def _written_over(db: sqlite3.Connection, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Return the forms that were written over by something that lies under their name now."""
    paths, digests = {a.key for a in arrivals}, {a.digest for a in arrivals}
    rows = db.execute(
        f"SELECT a.path, a.sha256, MAX(a.received), MAX(a.first) FROM arrivals AS a JOIN ({_FATES}) AS f"
        " ON f.path = a.path AND f.sha256 = a.sha256 WHERE f.judged GROUP BY a.path, a.sha256"
    ).fetchall()
    over = [row for row in rows if row[0] in paths and row[1] not in digests]
    return [
        Arrival(say("register.earlier", path=path, mark=digest[:6]), datetime.fromisoformat(time), digest, order=first)
        for path, digest, time, first in over
    ]
