"""Rounds of several tiers in one go: villages' forms go in, totals arrive in the county, exact to the last digit."""

from __future__ import annotations

import json
import os
import shutil
import signal
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from distributed import LocalCluster
from ladder import INDICATORS, VILLAGES, Ladder, ladder, office_round, own_form
from workers import two_workers

from exporters import climb as walk
from exporters.climb import Climbed, climb, tree_in
from exporters.crews import crew_of, whole_code
from exporters.tree import Step, tree_of
from huibao import cli
from workbook.collect import collect
from workbook.lots.crew import Crew
from workbook.model import Pack, Round, Unit
from workbook.reading.contained import contained
from workbook.round import IN, load_round

TOWNS = {"T1": ("V1", "V2"), "T2": ("V3",), "T3": ("V4",)}
CODES = [c for c in INDICATORS if c not in ("SESSIONS", "GOAL")]


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Ladder:
    """Return three towns and a county above them; villages have reported, nothing is consolidated."""
    root = tmp_path_factory.mktemp("offices")
    found = Ladder(ladder(root / "pack"), root)
    for town, villages in TOWNS.items():
        path = found.round(town, dict.fromkeys(villages, "village"), "town", "C1机关")
        found.report(path, {v: VILLAGES[v] for v in villages})
    found.round("C1", dict.fromkeys(TOWNS, "town"))
    return found


@pytest.fixture(scope="module")
def done(set_up: Ladder) -> Ladder:
    """Return the same, consolidated in one command."""
    run = consolidate(set_up.root, "C1", "T3", "T1", "T2")
    assert run.exit_code == 0, run.stderr
    assert "共 4 期，由下而上分 2 级汇总" in run.stderr
    assert "T2机关（T2）：应报 1，已采用 1，已退回 0，未报送 0，账目平衡。上报表已放进C1机关（C1）的收件" in run.stderr
    assert run.stderr.count("单位：应报") == 1
    assert "单位：应报 3 = 已采用 3" in run.stderr
    return set_up


@pytest.fixture
def copy(done: Ladder, tmp_path: Path) -> Ladder:
    """Return a copy of them that a test may spoil."""
    for name in ("C1", *TOWNS):
        shutil.copytree(done.root / name, tmp_path / name)
    return Ladder(done.pack, tmp_path)


def consolidate(root: Path, *names: str, options: Iterable[str] = ()) -> Result:
    return CliRunner().invoke(cli, ["consolidate", *(str(root / n) for n in names), *options], standalone_mode=False)


def code(run: Result) -> int:
    assert run.exception is None, run.exception
    return int(run.return_value)  # type: ignore[attr-defined]


def loaded(path: Path) -> Round:
    round_, defects = load_round(path)
    assert round_ is not None, defects
    return round_


def totals(path: Path) -> Mapping[str, Fraction | None]:
    collection, defects = collect(loaded(path))
    assert collection is not None, defects
    assert collection.balance.balanced
    return {c: collection.totals["all", c].value for c in CODES}


def received(path: Path) -> dict[str, tuple[bytes, int]]:
    """Return what lies in 收件, with the time it was written."""
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in (path / IN).iterdir()}


def parts(path: Path) -> dict[str, bytes]:
    """Return what a workbook consists of, but when it was written."""
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}


def test_the_county_has_the_totals_of_the_villages_fraction_for_fraction(done: Ladder) -> None:
    flat = done.round("flat", dict.fromkeys(VILLAGES, "village"))
    done.report(flat, VILLAGES)
    assert totals(done.root / "C1") == totals(flat)
    assert sorted(received(done.root / "C1")) == [f"{t}_{t}级单位_2020H1.xlsx" for t in TOWNS]
    for town in TOWNS:
        assert (
            received(done.root / "C1")[f"{town}_{town}级单位_2020H1.xlsx"][0] == own_form(done.root / town).read_bytes()
        )


def test_a_run_over_the_same_forms_hands_nothing_up(copy: Ladder) -> None:
    before, right = received(copy.root / "C1"), totals(copy.root / "C1")
    run = consolidate(copy.root, "T2", "C1", "T1", "T3", options=["--json"])
    assert code(run) == 0
    assert run.stderr.count("已经是这份上报表") == 3
    assert received(copy.root / "C1") == before
    assert totals(copy.root / "C1") == right
    rounds = json.loads(run.stdout)
    assert [Path(r["round"]).name for r in rounds] == ["T1", "T2", "T3", "C1"]
    assert [Path(r["handed_up"]).name[:2] for r in rounds] == ["T1", "T2", "T3", ""]
    assert {r["balanced"] for r in rounds} == {True}


def test_a_village_that_corrects_itself_changes_its_town_and_the_county(copy: Ladder) -> None:
    before = received(copy.root / "C1")
    copy.report(copy.root / "T2", {"V3": {**VILLAGES["V3"], "PEOPLE": 78}})
    run = consolidate(copy.root, "C1", "T1", "T2", "T3")
    assert code(run) == 0
    after = received(copy.root / "C1")
    assert {name for name in after if after[name] != before[name]} == {"T2_T2级单位_2020H1.xlsx"}
    assert "文件：收到 4 = 采用 3 + 退回 0 + 已替换 1" in run.stderr
    assert totals(copy.root / "C1")["PEOPLE"] == 1200 + 431 + 78 + 2999


def test_a_form_that_somebody_put_there_is_left_alone_and_told(copy: Ladder) -> None:
    form = copy.root / "C1" / IN / "T2_T2级单位_2020H1.xlsx"
    own = own_form(copy.root / "T1").read_bytes() + b" "
    form.write_bytes(own)
    for _ in range(2):
        copy.report(copy.root / "T2", {"V3": {**VILLAGES["V3"], "PEOPLE": 79}})
        run = consolidate(copy.root, "T2", "C1")
        assert code(run) == 0
        assert form.read_bytes() == own
        assert f"收件里已有 {form}，不是汇总时放进去的，没有动它" in run.stderr
    form.unlink()
    form.symlink_to(own_form(copy.root / "T2"))
    consolidate(copy.root, "T2", "C1")
    assert form.is_symlink()
    form.unlink()
    consolidate(copy.root, "T2", "C1")
    assert totals(copy.root / "C1")["PEOPLE"] == 1200 + 431 + 79 + 2999


def test_what_cannot_be_done_below_stops_nothing_above(copy: Ladder) -> None:
    right = totals(copy.root / "C1")
    (copy.root / "T1" / "round.toml").write_text("pack =", encoding="utf-8")
    own_form(copy.root / "T3").write_bytes(own_form(copy.root / "T2").read_bytes())
    (copy.root / "T2" / ".huibao" / "ledger.sqlite").write_bytes(b"harm" * 999)
    run = consolidate(copy.root, "T1", "T2", "T3", "C1", "no-such-round", options=["--json"])
    assert code(run) == 2
    assert "T1：没有汇总。" in run.stderr
    assert "no-such-round：没有汇总。" in run.stderr
    assert "T2机关（T2）：没有汇总。" in run.stderr
    assert "不是本机关本期的上报表" in run.stderr
    assert run.stderr.count("没有新的上报表交给C1机关（C1）") == 2
    assert [("problem" in r) for r in json.loads(run.stdout)] == [True, True, True, False, False]
    assert totals(copy.root / "C1") == right


def test_books_that_do_not_balance_hand_nothing_up(copy: Ladder, monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(round_: Round, crew: Crew, *, far: bool) -> Any:
        collection, defects = collect(round_, crew, far=far)
        assert collection is not None
        lost = replace(collection.balance, received=9) if round_.path.name == "T2" else collection.balance
        return replace(collection, balance=lost), defects

    monkeypatch.setattr(walk, "collect", losing)
    before = received(copy.root / "C1")
    copy.report(copy.root / "T2", {"V3": {**VILLAGES["V3"], "PEOPLE": 80}})
    run = consolidate(copy.root, "T1", "T2", "T3", "C1")
    assert code(run) == 3
    assert received(copy.root / "C1") == before
    assert "账目不平" in run.stderr
    assert "没有新的上报表交给C1机关（C1）" in run.stderr


def test_a_form_that_excel_holds_open_above_is_told(copy: Ladder, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(round_: Round, target: Path) -> str:
        raise PermissionError(13, "held", str(target))

    monkeypatch.setattr(walk, "hand_up", held)
    run = consolidate(copy.root, "T2", "C1")
    assert code(run) == 2
    assert "T2机关（T2）：应报 1" in run.stderr
    assert "没有新的上报表交给C1机关（C1）" in run.stderr


def test_one_round_given_twice_is_one_round(copy: Ladder) -> None:
    once, twice = (consolidate(copy.root, *names, options=["--json"]) for names in (["T1"], ["T1", "C1/../T1"]))
    assert json.loads(once.stdout) == json.loads(twice.stdout)
    assert "handed_up" not in json.loads(once.stdout)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with two_workers() as started:
        yield started


def test_a_cluster_one_of_whose_workers_is_lost_gives_the_same(
    done: Ladder, copy: Ladder, cluster: LocalCluster, tmp_path: Path
) -> None:
    for path in [*(copy.root / "C1" / IN).iterdir(), *(own_form(copy.root / t) for t in TOWNS)]:
        path.unlink()
    tree, _ = tree_in([copy.root / name for name in ("C1", *TOWNS)])
    marker = tmp_path / "died"
    with crew_of(cluster.scheduler_address, whole_code) as crew:
        outcomes = list(climb(tree, dying(crew, marker), cluster=True))
    assert marker.exists()
    assert [o.code for o in outcomes] == [0, 0, 0, 0]
    assert outcomes[-1].top
    for name in received(done.root / "C1"):
        assert parts(copy.root / "C1" / IN / name) == parts(done.root / "C1" / IN / name)
    assert totals(copy.root / "C1") == totals(done.root / "C1")
    for town in TOWNS:
        assert totals(copy.root / town) == totals(done.root / town)
    again = consolidate(copy.root, "C1", *TOWNS, options=["--scheduler", cluster.scheduler_address])
    assert code(again) == 0
    assert again.stderr.count("已经是这份上报表") == 3


def dying(crew: Crew, marker: Path) -> Crew:
    """Return a crew one of whose workers dies when it has read a round and is about to write."""

    def working(work: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        return crew(_DiesOnce(work, marker), tasks)

    return working  # type: ignore[return-value]


class _DiesOnce:
    """Work in the midst of which the first process that takes it is killed."""

    def __init__(self, work: Callable[[Any], Any], marker: Path) -> None:
        self.work, self.marker = work, marker

    def __call__(self, task: Any) -> Any:
        try:
            self.marker.touch(exist_ok=False)
        except FileExistsError:
            return self.work(task)
        from exporters import climb as there

        there.write_results = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        return self.work(task)


def test_a_round_over_which_workers_die_is_done_from_here(copy: Ladder) -> None:
    tree, _ = tree_in([copy.root / name for name in TOWNS])

    def mortal(work: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        from workbook.reading.kind import Unreadable

        for task in tasks:
            if work is not walk.apart:
                yield from contained(work, [task])
            else:
                yield task, Unreadable("crashed") if task.path.name == "T2" else work(task)

    outcomes: list[Climbed] = list(climb(tree, mortal, cluster=True))  # type: ignore[arg-type]
    assert [Path(o.summary["round"]).name for o in outcomes] == ["T1", "T3", "T2"]
    assert {o.code for o in outcomes} == {0}


# The tree alone, no files.


@pytest.fixture(scope="module")
def pack(set_up: Ladder) -> Pack:
    return set_up.pack


def a_round(pack: Pack, name: str, units: str, upward: str = "", above: str = "", office: str | None = None) -> Round:
    """Return a round of a folder; `units` and `upward` as code:tier."""
    listed = [Unit(c, f"{c}名", t) for c, t in (u.split(":") for u in units.split())]
    code, _, tier = upward.partition(":")
    own = Unit(code, f"{code}名", tier) if upward else None
    return replace(office_round(pack, Path(name), listed, own), above=above, office=name if office is None else office)


def order(*rounds: Round) -> list[list[str]]:
    tree, defects = tree_of(rounds)
    assert tree is not None, defects
    assert tree_of(rounds[::-1]) == (tree, ())
    return [[step.path.name for step in level] for level in tree.levels]


def faults(*rounds: Round) -> str:
    tree, defects = tree_of(rounds)
    assert tree is None
    return "\n".join(f"{d.problem} {d.remedy}" for d in defects)


def test_lower_rounds_come_first_however_they_are_given(pack: Pack) -> None:
    towns = [a_round(pack, t, "V1:village", f"{t}:town", "C") for t in ("T1", "T2")]
    county = a_round(pack, "C", "T1:town T2:town", "C:county", "S")
    other = a_round(pack, "D", "T9:town", "D:county", "S")
    city = a_round(pack, "S", "C:county D:county")
    assert order(city, towns[1], county, other, towns[0]) == [["D", "T1", "T2"], ["C"], ["S"]]
    assert order(city, *towns) == [["S", "T1", "T2"]]


def test_a_step_knows_where_its_form_goes(pack: Pack) -> None:
    tree, _ = tree_of([a_round(pack, "T1", "V1:village", "T1:town", "C"), a_round(pack, "C", "T1:town")])
    assert tree is not None
    assert tree.levels[0] == (Step(Path("T1"), "T1（T1）", "C（C）", Path("C") / IN / "T1_T1名_2020H1.xlsx"),)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"period": "2020"}, "another period"),
        ({"units": (Unit("T1", "T1名", "county"),)}, "the code of another tier"),
        ({"units": (Unit("T2", "T2名", "town"),)}, "not in the list"),
    ],
)
def test_a_form_goes_up_only_where_it_is_expected(pack: Pack, change: Mapping[str, Any], why: str) -> None:
    lower, upper = a_round(pack, "T1", "V1:village", "T1:town", "C"), a_round(pack, "C", "T1:town")
    assert order(lower, upper) == [["T1"], ["C"]]
    assert order(lower, replace(upper, **change)) == [["C", "T1"]], why
    assert order(lower, replace(upper, pack=replace(pack, id="other"))) == [["C", "T1"]]


def test_offices_of_other_names_are_not_the_one_above_and_that_is_told(pack: Pack) -> None:
    lower, upper = a_round(pack, "T1", "V1:village", "T1:town", "甲县"), a_round(pack, "C", "T1:town", office="乙县")
    tree, _ = tree_of([lower, upper])
    assert tree is not None
    assert len(tree.levels) == 1
    assert "“甲县”" in tree.notes[0]
    assert "乙县（C）" in tree.notes[0]
    unnamed = replace(lower, above="")
    assert order(unnamed, upper) == [["T1"], ["C"]]
    assert order(replace(unnamed, upward=Unit("T1", "别的镇", "town")), upper) == [["C", "T1"]]


def test_the_name_of_the_office_above_tells_two_counties_with_the_same_codes_apart(pack: Pack) -> None:
    towns = [a_round(pack, f"T1 of {c}", "V1:village", "T1:town", c) for c in "CD"]
    tree, _ = tree_of([*towns, *(a_round(pack, c, "T1:town") for c in "CD")])
    assert tree is not None
    assert [s.above for s in tree.levels[0]] == ["C（C）", "D（D）"]
    assert tree.notes == ()


def test_two_rounds_above_or_two_below_or_a_ring_is_told_before_anything_is_done(pack: Pack) -> None:
    town, county = a_round(pack, "T1", "V1:village", "T1:town", "C"), a_round(pack, "C", "T1:town")
    again = replace(county, path=Path("C 副本"))
    said = faults(town, county, again)
    assert "T1（T1）的上报表不知道交给谁：C（C）、C（C 副本）的单位名单里都有它" in said
    assert "还没有汇总任何一期" in said
    said = faults(town, replace(town, path=Path("T1 副本")), county)
    assert "T1（T1）、T1（T1 副本）都是C（C）名单里的同一个单位" in said
    a, b = a_round(pack, "A", "B:town", "A:county", "B"), a_round(pack, "B", "A:county", "B:town", "A")
    assert "互为上下级" in faults(a, b, town)
    assert "A（A） → A（A）" in faults(a_round(pack, "A", "A:town", "A:town", "A"), b)


def test_nothing_is_done_where_it_is_not_clear_what_is_above(copy: Ladder) -> None:
    shutil.copytree(copy.root / "C1", copy.root / "C1 副本")
    before = (copy.root / "T1" / ".huibao" / "ledger.sqlite").read_bytes()
    run = consolidate(copy.root, "T1", "C1", "C1 副本")
    assert "C1机关（C1）、C1机关（C1 副本）" in str(run.exception.message)  # type: ignore[union-attr]
    assert (copy.root / "T1" / ".huibao" / "ledger.sqlite").read_bytes() == before
