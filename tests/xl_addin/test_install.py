"""Installing, looking after and removing the buttons, as on Windows and macOS, in a home folder of its own."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

import huibao
from exporters.console import Stop
from workbook.messages import say
from xl_addin.build import add_in
from xl_addin.install import office
from xl_addin.install.examine import examine
from xl_addin.install.excel import RunningExcel
from xl_addin.install.findings import is_bad
from xl_addin.install.interpreter import Answer, ask, is_from_store, with_console
from xl_addin.install.machine import Machine, apple_script
from xl_addin.install.places import Places, System, places
from xl_addin.install.policies import judge_policies, read_policies
from xl_addin.install.settings import Refused, entry, value_of, with_entry, without
from xl_addin.runtime import NoRuntime

ADD_IN = b"an add-in"
SCRIPT = b"on VbaHandler(ParameterString)"
XLWINGS = "0.37.8"


@dataclass
class FakeExcel:
    """An Excel that has the add-in open, or none at all."""

    running: bool = False
    willing: bool = True
    done: list[str] = field(default_factory=list)

    def let_go(self) -> bool:
        self.done.append("closed")
        return self.running

    def take_up(self, add_in: Path) -> bool:
        self.done.append(f"opened {add_in.name}")
        return self.willing


def places_in(system: System, home: Path) -> Places:
    environment = {"APPDATA": str(home / "AppData" / "Roaming")} if system == "win32" else {}
    return places(system, home, environment)


def machine(system: System, home: Path, interpreter: Path | None = None) -> Machine:
    python = interpreter or home / "AppData" / "Local" / "Huibao" / "python.exe"
    if interpreter is None and system == "darwin":
        python = Path(sys.executable)
    return Machine(
        places_in(system, home),
        python,
        "cp936" if system == "win32" else "ascii",
        FakeExcel(),
        build=lambda: ADD_IN,
        ask=lambda _: Answer(XLWINGS),
        policies=dict,
        script=(lambda: (f"xlwings-{XLWINGS}.applescript", SCRIPT)) if system == "darwin" else None,
        xlwings=XLWINGS,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the home of a user whose name is Chinese, with a Python in it and what other programs put there."""
    home = tmp_path / "张三"
    python = home / "AppData" / "Local" / "Huibao" / "python.exe"
    python.parent.mkdir(parents=True)
    python.touch()
    (home / "Library").mkdir()
    (home / "文档.txt").write_text("别人的", encoding="utf-8")
    return home


@pytest.fixture(params=["win32", "darwin"])
def here(request: pytest.FixtureRequest, home: Path) -> Machine:
    return machine(request.param, home)


def everything(home: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(home)): p.read_bytes() if p.is_file() else None for p in sorted(home.rglob("*"))}


def bad(lines: list[str]) -> list[str]:
    return [line for line in lines if is_bad(line)]


# Places


def test_places_are_those_that_excel_and_the_vba_look_at(tmp_path: Path) -> None:
    windows = places("win32", tmp_path, {"APPDATA": str(tmp_path / "Roaming")})
    assert windows.add_in == tmp_path / "Roaming/Microsoft/Excel/XLSTART/huibao.xlam"
    assert windows.settings == tmp_path / ".huibao/huibao.conf"
    assert windows.mark.name == "huibao.xlam:Zone.Identifier"
    assert places("win32", tmp_path, {}).add_in == tmp_path / "AppData/Roaming/Microsoft/Excel/XLSTART/huibao.xlam"
    mac = places("darwin", tmp_path, {})
    startup = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
    assert mac.add_in == tmp_path / startup / "huibao.xlam"
    assert mac.settings == tmp_path / "Library/Containers/com.microsoft.Excel/Data/huibao.conf"
    assert mac.scripts == tmp_path / "Library/Application Scripts/com.microsoft.Excel"
    assert windows.log == mac.log == tmp_path / ".huibao/log"


# Settings


def test_settings_are_in_the_code_page_that_vba_reads() -> None:
    line = entry("win32", "INTERPRETER_WIN", "C:\\Users\\张三\\python.exe", "cp936")
    assert line == '"INTERPRETER_WIN","C:\\Users\\张三\\python.exe"\r\n'.encode("cp936")
    assert value_of(line, "INTERPRETER_WIN", "cp936") == "C:\\Users\\张三\\python.exe"


def test_lines_of_others_stay_byte_for_byte_and_ours_comes_first() -> None:
    others = '"SHOW CONSOLE","True"\r\nsomething odd\r\n\r\n"名","值"\r\n'.encode("cp936")
    old = b'"interpreter_win","C:\\old"\r\n'
    line = entry("win32", "INTERPRETER_WIN", "C:\\new\\python.exe", "cp936")
    after = with_entry(others + old, "INTERPRETER_WIN", line)
    assert after == line + others  # VBA reads two items at a time: after an odd line it would miss ours
    assert with_entry(after, "INTERPRETER_WIN", line) == after
    assert without(after, "INTERPRETER_WIN") == others


def test_a_mark_of_utf8_goes_because_vba_would_take_it_for_part_of_the_key() -> None:
    line = entry("win32", "INTERPRETER_WIN", "C:\\python.exe", "cp936")
    assert with_entry(b"\xef\xbb\xbf" + line, "INTERPRETER_WIN", line) == line


@pytest.mark.parametrize(
    ("system", "path", "encoding", "said"),
    [
        ("win32", "C:\\Users\\𠮷野\\python.exe", "cp936", "𠮷"),
        ("win32", "C:\\Users\\Łukasz\\python.exe", "cp936", "Ł"),
        ("win32", "C:\\100%\\python.exe", "cp936", "%"),
        ("darwin", "/Users/张三/python3", "ascii", "张三"),
        ("darwin", "/Applications/My Apps/python3", "ascii", "空格"),
        ("darwin", "/opt/a;b/python3", "ascii", "符号"),
    ],
)
def test_a_path_that_cannot_be_written_or_run_is_refused_in_one_sentence(
    system: System, path: str, encoding: str, said: str
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        entry(system, "KEY", path, encoding)
    assert path in str(refused.value)


# Installing


def test_installing_writes_all_and_says_so_and_a_second_time_changes_nothing(here: Machine, home: Path) -> None:
    told = "\n".join(office.install(here))
    first = everything(home)
    assert here.places.add_in.read_bytes() == ADD_IN
    settings = here.places.settings.read_bytes()
    assert value_of(settings, here.places.key, here.encoding) == str(here.interpreter)
    assert (b"\r\n" in settings) == (here.places.system == "win32")
    assert all(str(p) in told for p in (here.places.add_in, here.places.settings))
    again = office.install(here)
    assert everything(home) == first
    assert [line for line in again if "没有改动" in line] == again[:-1]
    assert here.places.system == "win32" or len(again) == 4


def test_removing_leaves_no_trace(here: Machine, home: Path) -> None:
    before = everything(home)
    office.install(here)
    office.install(here)
    here.places.log.mkdir()
    (here.places.log / "审核本表.log").touch()
    told = office.remove(here)
    assert everything(home) == before
    assert all(any(str(p) in line for line in told) for p in (here.places.add_in, here.places.settings))
    assert office.remove(here) == [say("install.nothing_there")]
    assert everything(home) == before


def test_what_others_wrote_is_kept(here: Machine, home: Path) -> None:
    others = b'"SHOW CONSOLE","True"\r\n'
    here.places.settings.parent.mkdir(parents=True)
    here.places.settings.write_bytes(others)
    here.places.add_in.parent.mkdir(parents=True)
    here.places.add_in.with_name("PERSONAL.XLSB").touch()
    before = everything(home)
    office.install(here)
    assert here.places.settings.read_bytes().endswith(others)
    told = office.remove(here)
    assert everything(home) == before
    assert say("install.settings_cut", path=here.places.settings, key=here.places.key) in told


def test_other_things_in_our_folder_stay_and_are_named(here: Machine) -> None:
    office.install(here)
    (here.places.own / "settings.toml").touch()
    told = office.remove(here)
    assert say("install.kept", path=here.places.own, left="settings.toml") in told
    assert (here.places.own / "settings.toml").exists()


def test_an_empty_folder_that_was_there_before_stays(here: Machine, home: Path) -> None:
    here.places.add_in.parent.mkdir(parents=True)
    office.install(here)
    office.remove(here)
    assert here.places.add_in.parent.is_dir()


def test_an_add_in_without_a_record_goes_too(here: Machine) -> None:
    office.install(here)
    here.places.record.unlink()
    office.remove(here)
    assert not here.places.add_in.exists()
    assert not here.places.own.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": 1, "folders": []}', '{"files": {}}'])
def test_a_spoilt_record_stops_nothing(here: Machine, content: str) -> None:
    office.install(here)
    here.places.record.write_text(content, encoding="utf-8")
    office.install(here)
    office.remove(here)
    assert not here.places.add_in.exists()


def test_a_new_version_takes_the_place_of_the_old(here: Machine) -> None:
    office.install(here)
    newer = replace(here, build=lambda: b"newer")
    assert say("install.add_in_written", path=here.places.add_in) in office.install(newer)
    assert here.places.add_in.read_bytes() == b"newer"


# With Excel running


def test_a_running_excel_closes_the_add_in_and_opens_the_new_one(home: Path) -> None:
    excel = FakeExcel(running=True)
    here = replace(machine("win32", home), excel=excel)
    assert say("install.loaded") in office.install(here)
    assert excel.done == ["closed", "opened huibao.xlam"]
    excel.done.clear()
    office.install(here)  # nothing new: Excel is left alone
    assert excel.done == []


def test_where_excel_does_not_open_it_the_user_is_told_to_restart(home: Path) -> None:
    here = replace(machine("win32", home), excel=FakeExcel(running=True, willing=False))
    assert say("install.restart") in office.install(here)


def test_an_add_in_that_excel_holds_open_cannot_be_removed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine("win32", home)
    office.install(here)

    def held(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(Refused) as told:
        office.remove(here)
    assert str(told.value) == say("install.in_use", path=here.places.add_in)


def test_a_held_add_in_is_told_when_a_newer_one_should_take_its_place(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = machine("win32", home)
    office.install(here)
    move = os.replace

    def held(source: str, target: Path) -> None:
        if target == here.places.add_in:
            raise PermissionError
        move(source, target)

    monkeypatch.setattr("workbook.files.os.replace", held)
    with pytest.raises(Refused) as told:
        office.install(replace(here, build=lambda: b"newer"))
    assert str(told.value) == say("install.in_use", path=here.places.add_in)
    assert here.places.add_in.read_bytes() == ADD_IN
    assert [p.name for p in here.places.add_in.parent.iterdir()] == ["huibao.xlam"]


def test_a_running_excel_is_reached_through_xlwings(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    class Book:
        def close(self) -> None:
            done.append("closed")

    class Books(dict[str, Book]):
        def open(self, path: Path) -> None:
            done.append(f"opened {path}")

    class App:
        books = Books({"huibao.xlam": Book()})

    class Without:
        books = Books()

    stand_in = ModuleType("xlwings")
    stand_in.apps = [App(), Without()]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "xlwings", stand_in)
    assert RunningExcel("win32").let_go()
    assert RunningExcel("win32").take_up(Path("huibao.xlam"))
    assert done == ["closed", "opened huibao.xlam", "opened huibao.xlam"]
    assert not RunningExcel("darwin").take_up(Path("huibao.xlam"))
    stand_in.apps = []  # type: ignore[attr-defined]
    assert not RunningExcel("win32").let_go()


# Mark of the web


def test_the_mark_of_the_web_is_seen_and_taken_off(home: Path) -> None:
    here = machine("win32", home)
    office.install(here)
    here.places.mark.write_text("[ZoneTransfer]\nZoneId=3\n", encoding="ascii")
    assert bad(office.doctor(here)) == [say("install.bad", what=say("install.marked"))]
    strict = replace(here, policies=lambda: {"BlockContentExecutionFromInternet": 1})
    assert bad(office.doctor(strict)) == [say("install.bad", what=say("install.marked_blocked"))]
    assert say("install.mark_taken_off") in office.install(here)
    assert not here.places.mark.exists()
    assert bad(office.doctor(here)) == []


# The AppleScript


def test_only_scripts_that_we_wrote_are_taken_away(home: Path) -> None:
    here = machine("darwin", home)
    folder = here.places.scripts
    assert folder is not None
    folder.mkdir(parents=True)
    of_xlwings = folder / f"xlwings-{XLWINGS}.applescript"
    of_xlwings.write_bytes(SCRIPT)  # `xlwings addin install` was here before us
    office.install(here)
    office.remove(here)
    assert of_xlwings.exists()


def test_the_script_of_an_older_xlwings_goes_when_a_newer_comes(home: Path) -> None:
    here = machine("darwin", home)
    office.install(here)
    assert here.places.scripts is not None
    newer = replace(here, script=lambda: ("xlwings-0.40.0.applescript", b"newer"))
    office.install(newer)
    assert [p.name for p in here.places.scripts.iterdir()] == ["xlwings-0.40.0.applescript"]
    (here.places.scripts / "xlwings-0.40.0.applescript").write_bytes(b"changed by hand")
    told = office.remove(newer)
    assert any("改动过" in line for line in told)
    assert (here.places.scripts / "xlwings-0.40.0.applescript").exists()


def test_the_installed_xlwings_has_the_script_that_its_vba_asks_for() -> None:
    from importlib.metadata import version

    name, content = apple_script(version("xlwings"))
    assert name == f"xlwings-{version('xlwings')}.applescript"
    assert b"VbaHandler" in content
    with pytest.raises(Refused, match="applescript"):
        apple_script("0.0.0")


# What stands in the way


def test_nothing_is_written_when_something_stands_in_the_way(here: Machine, home: Path) -> None:
    before = everything(home)

    def no_runtime() -> bytes:
        raise NoRuntime("no xlwings")

    for broken in (
        replace(here, ask=lambda _: Answer(why="ModuleNotFoundError: No module named 'xlwings'")),
        replace(here, build=no_runtime),
        replace(here, from_store=True),
        replace(here, interpreter=Path("/nowhere/%TEMP%/python.exe")),
    ):
        with pytest.raises(Refused):
            office.install(broken)
        assert everything(home) == before


def test_a_slow_python_is_no_obstacle(here: Machine) -> None:
    slow = replace(here, ask=lambda _: Answer(in_time=False))
    assert any("两分钟" in line for line in office.install(slow))
    assert bad(office.doctor(slow)) == []


def test_a_python_is_asked_from_its_own_folder() -> None:
    python = Path(sys.executable)
    assert ask(python, "import os; print(os.getcwd())").xlwings == str(python.parent)
    assert ask(python, "import no_such_module").why == "ModuleNotFoundError: No module named 'no_such_module'"
    assert not ask(python, "import time; time.sleep(9)", patience=0.2).in_time
    assert ask(python.with_name("no-such-python")).why


def test_python_with_a_console_is_taken_and_one_from_the_store_is_known(tmp_path: Path) -> None:
    assert with_console(tmp_path / "pythonw.exe") == tmp_path / "pythonw.exe"
    (tmp_path / "python.exe").touch()
    assert with_console(tmp_path / "pythonw.exe") == tmp_path / "python.exe"
    assert with_console(tmp_path / "python.exe") == tmp_path / "python.exe"
    store = "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.11_3.11.9_x64__qbz5n2kfra8p0"
    assert is_from_store("C:\\Users\\a\\venv\\Scripts\\python.exe", store)
    assert not is_from_store("C:\\Users\\a\\python.exe", "C:\\Users\\a")


# The doctor


def test_a_sound_installation_has_no_problem(here: Machine) -> None:
    office.install(here)
    lines = office.doctor(here)
    assert bad(lines) == []
    assert all(line.startswith("正常") for line in lines)


def test_before_installing_the_doctor_says_what_is_missing_and_what_to_run(here: Machine) -> None:
    lines = bad(office.doctor(here))
    assert len(lines) == (3 if here.script else 2)
    assert all("huibao addin install" in line for line in lines)


def spoil_add_in(here: Machine) -> None:
    here.places.add_in.write_bytes(b"older")


def spoil_settings(here: Machine) -> None:
    here.places.settings.write_bytes(b"")


def move_python(here: Machine) -> None:
    gone = entry(here.places.system, here.places.key, "/gone/python", here.encoding)
    here.places.settings.write_bytes(gone)


def same(here: Machine) -> None:
    del here


@pytest.mark.parametrize(
    ("spoil", "change", "said"),
    [
        (spoil_add_in, {}, "不一致"),
        (spoil_settings, {}, "没有写明"),
        (move_python, {}, "已经不在"),
        (same, {"ask": lambda _: Answer("0.30.0")}, "0.30.0"),
        (same, {"ask": lambda _: Answer(why="ImportError: DLL load failed")}, "DLL load failed"),
        (same, {"from_store": True}, "微软商店"),
    ],
)
def test_each_fault_is_one_line_with_what_to_do(
    here: Machine, spoil: Callable[[Machine], None], change: dict[str, object], said: str
) -> None:
    office.install(here)
    spoil(here)
    [line] = bad([f.line for f in examine(replace(here, **change))])  # type: ignore[arg-type]
    assert said in line
    assert line.endswith("。")
    assert re.search("huibao addin install|请改用", line)


def test_another_python_than_the_one_set_is_worth_knowing(here: Machine) -> None:
    office.install(here)
    other = replace(here, interpreter=Path("/elsewhere/python"))
    lines = office.doctor(other)
    assert bad(lines) == []
    assert any(line.startswith("留意") and "/elsewhere/python" in line for line in lines)


# Policies


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({}, "good"),
        ({"VBAWarnings": 1}, "good"),
        ({"VBAWarnings": 2}, "good"),
        ({"VBAWarnings": 3}, "note"),  # the startup folder is trusted
        ({"VBAWarnings": 4}, "note"),
        ({"AllLocationsDisabled": 1}, "note"),
        ({"AllLocationsDisabled": 1, "VBAWarnings": 3}, "bad"),
        ({"AllLocationsDisabled": 1, "VBAWarnings": 4}, "bad"),
        ({"RequireAddinSig": 1}, "bad"),
        ({"RequireAddinSig": 0}, "good"),
        ({"DisableAllAddins": 1}, "bad"),
        ({"VBAOff": 1}, "bad"),
        ({"BlockContentExecutionFromInternet": 1}, "good"),  # matters for a marked file only
    ],
)
def test_policies_are_judged_by_what_they_do_to_the_startup_folder(values: dict[str, int], level: str) -> None:
    assert [f.level for f in judge_policies(values)] == [level]


def test_several_policies_are_all_told() -> None:
    found = judge_policies({"VBAOff": 1, "RequireAddinSig": 1, "DisableAllAddins": 1})
    assert [f.level for f in found] == ["bad"] * 3


@pytest.mark.skipif(sys.platform == "win32", reason="there is a registry")
def test_without_a_registry_there_are_no_policies() -> None:
    assert read_policies() == {}


# The commands


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(huibao.cli, ["addin", *args], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value, done.output


def test_on_linux_the_buttons_of_libreoffice_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = ModuleType("xl_addin.libreoffice.install")
    for name in ("install", "doctor", "remove"):
        setattr(stand_in, name, lambda name=name: [f"{name} of LibreOffice。"])
    parent = ModuleType("xl_addin.libreoffice")
    parent.__path__ = []
    monkeypatch.setitem(sys.modules, "xl_addin.libreoffice", parent)
    monkeypatch.setitem(sys.modules, "xl_addin.libreoffice.install", stand_in)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("install", "doctor", "remove"):
        assert run(name) == (0, f"{name} of LibreOffice。\n")
    stand_in.doctor = lambda: [say("install.bad", what="没有装扩展。")]  # type: ignore[attr-defined]
    assert run("doctor")[0] == 1
    stand_in.doctor = lambda: (["没有装扩展。"], False)  # type: ignore[attr-defined]
    assert run("doctor") == (1, "没有装扩展。\n")

    class NotInstalled(Exception):
        pass

    def install() -> list[str]:
        raise NotInstalled("没有 LibreOffice。")

    stand_in.NotInstalled, stand_in.install = NotInstalled, install  # type: ignore[attr-defined]
    with pytest.raises(Stop, match="没有 LibreOffice。"):
        run("install")


def test_the_commands_tell_every_line_and_the_doctor_has_an_exit_code(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", here.places.system)
    monkeypatch.setattr(office, "this_machine", lambda: here)
    assert run("doctor")[0] == 1
    monkeypatch.setattr(office, "this_machine", lambda: replace(here, from_store=True))
    with pytest.raises(Stop, match="微软商店") as stopped:
        run("install")
    assert stopped.value.code == 2
    monkeypatch.setattr(office, "this_machine", lambda: here)
    code, said = run("install")
    assert code == 0
    assert str(here.places.add_in) in said
    assert run("doctor")[0] == 0
    assert run("remove")[0] == 0
    assert run("remove") == (0, say("install.nothing_there") + "\n")


def test_the_real_add_in_is_what_is_installed(home: Path) -> None:
    here = replace(machine("win32", home), build=add_in)
    office.install(here)
    assert here.places.add_in.read_bytes() == add_in()


def test_the_record_names_what_was_made(home: Path) -> None:
    here = machine("darwin", home)
    office.install(here)
    record = json.loads(here.places.record.read_text(encoding="utf-8"))
    assert [Path(p).name for p in record["files"]] == ["huibao.xlam", f"xlwings-{XLWINGS}.applescript"]
    assert str(here.places.add_in.parent) in record["folders"]
