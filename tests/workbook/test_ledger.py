"""The ledger: what came in stays in, in the order it came; the office decides, and everything can be told later."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from incoming import UNIT, filled, lenient

from workbook.collect import collect
from workbook.collection import Collection
from workbook.decisions import decide
from workbook.ledger import LEDGER, Ledger, history_of
from workbook.lock import Busy, at_work
from workbook.model import DecisionKind, Round
from workbook.originals import original
from workbook.round import IN, MEMORY

ROOT = Path(__file__).parents[2]
START = datetime(2020, 7, 1, 9)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return two good versions and one with an error: more on duty than there are."""
    folder = tmp_path_factory.mktemp("forms")
    return {
        "good": filled(folder, BASE_MEMBERS=100, BASE_INSERVICE=90),
        "better": filled(folder, BASE_MEMBERS=101, BASE_INSERVICE=90),
        "bad": filled(folder, BASE_MEMBERS=100, BASE_INSERVICE=110),
    }


class Desk:
    """A round whose 收件 changes from run to run."""

    def __init__(self, round_: Round, forms: dict[str, bytes]) -> None:
        self.round, self.forms, self.now = round_, forms, START

    def put(self, name: str, form: str, hours: int = 1) -> None:
        """Drop a form; every next one is saved an hour later unless told otherwise."""
        path = self.round.path / IN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.forms[form])
        self.now += timedelta(hours=hours)
        os.utime(path, (self.now.timestamp(), self.now.timestamp()))

    def take_out(self, name: str) -> None:
        (self.round.path / IN / name).unlink()

    def run(self) -> Collection:
        collection, defects = collect(self.round)
        assert defects == ()
        assert collection is not None
        assert collection.balance.balanced
        assert collection.balance.received == len(collection.receipts)
        return collection

    def states(self) -> dict[str, str]:
        """Return what became of every file, by name; one that was written over by its mark."""
        return {r.file.replace("先前收到的内容 ", ""): r.state for r in self.run().receipts}

    def mark(self, form: str) -> str:
        from hashlib import sha256

        return sha256(self.forms[form]).hexdigest()[:6]

    def decide(self, kind: DecisionKind, rule: str = "") -> str:
        decision, file, defects = decide(self.round, UNIT.code, kind, rule, "电话核实过，确实如此")
        assert defects == ()
        assert decision is not None
        return file


@pytest.fixture
def desk(tmp_path: Path, forms: dict[str, bytes]) -> Iterator[Desk]:
    return Desk(lenient(tmp_path), forms)


def test_a_good_form_written_over_by_a_bad_one_stays_in_use(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    assert desk.states() == {"a.xlsx": "used"}
    desk.put("a.xlsx", "bad")
    assert desk.states() == {"a.xlsx": "rejected", f"a.xlsx（{desk.mark('good')}）": "used"}
    assert desk.run().states[UNIT.code] == "accepted"


def test_a_good_form_written_over_by_a_better_one_is_superseded(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    desk.run()
    desk.put("a.xlsx", "better")
    assert desk.states() == {"a.xlsx": "used", f"a.xlsx（{desk.mark('good')}）": "superseded"}


def test_the_order_is_when_files_came_in_not_what_their_clocks_say(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    desk.run()
    desk.put("b.xlsx", "better", hours=-1000)
    assert desk.states() == {"a.xlsx": "superseded", "b.xlsx": "used"}
    os.utime(desk.round.path / IN / "a.xlsx")
    assert desk.states() == {"a.xlsx": "superseded", "b.xlsx": "used"}


def test_files_that_come_in_together_count_by_when_they_were_saved(desk: Desk) -> None:
    desk.put("b.xlsx", "better")
    desk.put("a.xlsx", "good")
    assert desk.states() == {"a.xlsx": "used", "b.xlsx": "superseded"}


def test_a_form_put_back_in_place_of_a_later_one_counts_again(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    desk.run()
    desk.put("a.xlsx", "better")
    desk.run()
    desk.put("a.xlsx", "good")
    assert desk.states() == {"a.xlsx": "used", f"a.xlsx（{desk.mark('better')}）": "superseded"}


def test_a_file_that_was_taken_out_does_not_count_and_is_told(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    desk.run()
    desk.put("b.xlsx", "better")
    desk.run()
    desk.take_out("b.xlsx")
    collection = desk.run()
    assert {r.file: r.state for r in collection.receipts} == {"a.xlsx": "used"}
    assert collection.taken_out == ("b.xlsx",)


def test_a_renamed_file_is_the_same_file(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    desk.run()
    (desk.round.path / IN / "a.xlsx").rename(desk.round.path / IN / "c.xlsx")
    collection = desk.run()
    assert {r.file: r.state for r in collection.receipts} == {"c.xlsx": "used"}
    assert collection.taken_out == ()


def test_every_original_is_kept_byte_for_byte(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    receipt = desk.run().receipts[0]
    desk.put("a.xlsx", "bad")
    desk.run()
    desk.take_out("a.xlsx")
    assert original(desk.round, receipt.sha256) == desk.forms["good"]


def test_a_returned_form_the_office_accepts_is_used_until_a_good_one_comes(desk: Desk) -> None:
    desk.put("a.xlsx", "bad")
    assert desk.states() == {"a.xlsx": "rejected"}
    assert desk.decide("accept") == "a.xlsx"
    collection = desk.run()
    assert [(r.state, r.note.split("：")[0]) for r in collection.receipts] == [
        ("used", "仍有 1 处必须改正，经本室决定采用")
    ]
    desk.put("b.xlsx", "good")
    assert desk.states() == {"a.xlsx": "superseded", "b.xlsx": "used"}


def test_a_form_in_use_that_the_office_returns_is_returned_with_its_reason(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    desk.run()
    assert desk.decide("return") == "a.xlsx"
    collection = desk.run()
    assert collection.states[UNIT.code] == "returned"
    assert "电话核实过" in collection.receipts[0].note
    desk.decide("accept")
    assert desk.states() == {"a.xlsx": "used"}


def test_a_waived_rule_no_longer_returns_the_form_and_says_why(desk: Desk) -> None:
    desk.put("a.xlsx", "bad")
    desk.run()
    desk.decide("waive", "R001")
    collection = desk.run()
    assert [(r.state, f.rule, f.reason) for r, f in collection.findings] == [
        ("used", "R001", "经本室决定免除：电话核实过，确实如此")
    ]


@pytest.mark.parametrize(
    ("kind", "rule", "why", "unit", "problem"),
    [
        ("accept", "", "电话核实过，确实如此", "X01", "X01 没有已退回的报表可以采用"),
        ("return", "", "电话核实过，确实如此", "X01", "X01 没有已采用的报表可以退回"),
        ("waive", "R999", "电话核实过，确实如此", "X01", "没有编号为“R999”的规则"),
        ("waive", "R001", "可以", "X01", "理由太短"),
        ("waive", "R001", "电话核实过，确实如此", "Z9", "本期名单里没有代码为“Z9”的单位"),
    ],
)
def test_a_decision_about_nothing_is_refused(
    desk: Desk, kind: DecisionKind, rule: str, why: str, unit: str, problem: str
) -> None:
    decision, _, defects = decide(desk.round, unit, kind, rule, why)
    assert decision is None
    assert [d.problem for d in defects] == [problem]
    assert all(d.remedy for d in defects)
    assert Ledger(desk.round.path).decisions() == ()


def test_the_history_tells_everything_in_order(desk: Desk) -> None:
    desk.put("a.xlsx", "bad")
    desk.run()
    desk.run()
    desk.decide("accept")
    desk.run()
    events, _ = history_of(desk.round.path)
    assert [(e.what, e.unit, e.file) for e in events] == [
        ("收到", "", "a.xlsx"),
        ("退回", "X01", "a.xlsx"),
        ("采用", "X01", ""),
        ("采用", "X01", "a.xlsx"),
    ]
    assert all(e.who and e.at for e in events)


def test_what_changed_between_two_versions_is_listed(desk: Desk) -> None:
    desk.put("a.xlsx", "good")
    desk.put("b.xlsx", "better")
    changes = desk.run().differences
    assert [(c.code, c.measure, c.then, c.now, c.earlier, c.later) for c in changes] == [
        ("BASE_MEMBERS", "value", "100", "101", "a.xlsx", "b.xlsx")
    ]


@pytest.mark.parametrize("damage", [b"this is no ledger" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_ledger_is_told_and_left_alone(desk: Desk, damage: bytes) -> None:
    desk.put("a.xlsx", "good")
    desk.run()
    path = desk.round.path / MEMORY / LEDGER
    path.write_bytes(damage)
    collection, defects = collect(desk.round)
    assert collection is None
    assert [d.problem for d in defects] == [f"收件登记 {MEMORY}/{LEDGER} 已损坏，读不出来"]
    assert path.read_bytes() == damage
    path.rename(path.with_suffix(".old"))
    assert desk.states() == {"a.xlsx": "used"}


HOLDER = """
import sys, time, pathlib
from workbook.lock import at_work
with at_work(pathlib.Path(sys.argv[1])):
    print("here", flush=True)
    time.sleep(600)
"""


def test_two_at_once_one_works_and_the_other_is_told_who(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "here\n"
        with pytest.raises(Busy) as caught, at_work(tmp_path):
            pytest.fail("the round is held")
        assert "@" in caught.value.who
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with at_work(tmp_path):  # a killed run holds nothing
        pass


def test_a_killed_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import sys, os, signal, pathlib\nfrom workbook.ledger import Ledger\n"
        "with Ledger(pathlib.Path(sys.argv[1]))._open() as db:\n"
        "    db.execute(\"INSERT INTO runs (begun, who, version) VALUES ('', '', '')\")\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    Ledger(tmp_path).history()
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    with sqlite3.connect(tmp_path / MEMORY / LEDGER) as db:
        assert db.execute("SELECT COUNT(*) FROM runs").fetchone() == (0,)
