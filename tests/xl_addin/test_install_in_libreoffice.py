"""The buttons put into LibreOffice and taken out, with a profile and a home that nobody else uses."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from desk import interpreter

from workbook.messages import say
from xl_addin.libreoffice import install as installing
from xl_addin.libreoffice.extension.build import IDENTIFIER
from xl_addin.libreoffice.install import NotInstalled, doctor, install, remove
from xl_addin.libreoffice.settings import conf_file, forget_interpreter, set_interpreter
from xl_addin.libreoffice.settings import interpreter as configured
from xl_addin.own_folder import log_file

OTHER = '"PYTHONPATH","C:\\报表"\n"SHOW CONSOLE","False"'  # xlwings' own, without an end of the line


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "张三"
    folder.mkdir()
    return folder


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """Return where this LibreOffice keeps its extensions; root's go where everybody's would, in our folder too."""
    own = [f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    if os.geteuid() != 0:
        return own
    return [*own, f"-env:UNO_SHARED_PACKAGES_CACHE={(tmp_path / 'shared').as_uri()}", "--shared"]


def script(path: Path, *lines: str) -> str:
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def listed(home: Path, options: list[str]) -> str:
    command = ["unopkg", "list", *options]
    return subprocess.run(
        command, env=os.environ | {"HOME": str(home)}, capture_output=True, text=True, check=True
    ).stdout


def test_the_buttons_go_in_again_and_out_without_a_trace(home: Path, options: list[str]) -> None:
    conf = conf_file(home)
    for _ in range(2):  # the second time it is replaced
        told = install(home=home, options=options, python=interpreter())
        assert told == [
            say("libreoffice.installed"),
            say("libreoffice.interpreter", path=interpreter(), conf=conf),
        ]
    assert listed(home, options).count(f"Identifier: {IDENTIFIER}") == 1
    assert configured(home) == interpreter()
    log_file(home).parent.mkdir()
    log_file(home).write_text("what went wrong", encoding="utf-8")
    assert remove(home=home, options=options) == [
        say("libreoffice.removed"),
        say("libreoffice.forgotten", conf=conf),
    ]
    assert IDENTIFIER not in listed(home, options)
    assert not (home / ".huibao").exists()
    assert remove(home=home, options=options) == [say("libreoffice.absent")]


def test_the_buttons_go_in_from_an_activated_environment(
    home: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.setenv("PATH", f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}")
    assert say("libreoffice.installed") in install(home=home, options=options, python=interpreter())


def test_doctor_says_what_is_there_and_what_is_not(home: Path, options: list[str], tmp_path: Path) -> None:
    told, well = doctor(home=home, options=options)
    assert not well
    assert told == [say("libreoffice.no_extension"), say("libreoffice.no_python", conf=conf_file(home))]
    install(home=home, options=options, python=interpreter())
    set_interpreter(home, script(tmp_path / "python", "exit 0"))
    there = say("libreoffice.extension", version=version("huibao"))
    told, well = doctor(home=home, options=options)
    assert (told, well) == ([there, say("libreoffice.python", path=tmp_path / "python")], True)
    broken = script(tmp_path / "broken", "echo No module named xlwings >&2", "exit 1")
    set_interpreter(home, broken)
    told, well = doctor(home=home, options=options)
    assert (told[1], well) == (say("libreoffice.bad_python", path=broken, what="No module named xlwings"), False)


def test_doctor_sees_a_python_that_is_gone(home: Path, options: list[str]) -> None:
    set_interpreter(home, "/no/such/python")
    told, well = doctor(home=home, options=options)
    assert not well
    assert "/no/such/python" in told[1]


def test_root_is_told_to_be_somebody_else(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(NotInstalled, match="root"):
        install(home=home)
    assert not (home / ".huibao").exists()


def test_without_libreoffice_nothing_is_done(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for verb in (install, remove):
        with pytest.raises(NotInstalled, match="unopkg"):
            verb(home=home)
    assert doctor(home=home) == ([say("libreoffice.no_office")], False)
    assert not (home / ".huibao").exists()


def test_a_python_that_cannot_talk_to_libreoffice_is_told_which_one_can(
    home: Path, options: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deaf = script(tmp_path / "deaf", "exit 1")
    monkeypatch.setattr(installing, "SYSTEM_PYTHON", script(tmp_path / "system", "echo 3.99"))
    with pytest.raises(NotInstalled, match=r"3\.99"):
        install(home=home, options=options, python=deaf)
    monkeypatch.setattr(installing, "SYSTEM_PYTHON", deaf)
    with pytest.raises(NotInstalled, match="python3-uno"):
        install(home=home, options=options, python=deaf)
    assert not (home / ".huibao").exists()


def test_what_unopkg_says_is_told_and_nothing_is_changed(
    home: Path, options: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script(tmp_path / "unopkg", "echo the lock file says no >&2", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(NotInstalled, match="the lock file says no"):
        install(home=home, options=options, python=interpreter())
    assert not (home / ".huibao").exists()


def test_lines_of_others_stay(home: Path) -> None:
    conf = conf_file(home)
    conf.parent.mkdir()
    conf.write_text(OTHER, encoding="utf-8")
    assert configured(home) == ""
    for path in ("/opt/旧 python", '/opt/"new"/python'):
        set_interpreter(home, path)
        assert configured(home) == path
        assert conf.read_text(encoding="utf-8").endswith(f"\n{OTHER}")
        assert conf.read_text(encoding="utf-8").count("INTERPRETER_LINUX") == 1
    assert forget_interpreter(home)
    assert conf.read_text(encoding="utf-8") == OTHER
    assert not forget_interpreter(home)
