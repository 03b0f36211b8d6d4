"""What an installation needs, looked at one by one: file, mark of the web, settings, Python, script, policies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbook.messages import say
from xl_addin.install.findings import Finding
from xl_addin.install.machine import Machine
from xl_addin.install.policies import judge_policies
from xl_addin.install.settings import Refused, value_of


def examine(machine: Machine) -> list[Finding]:
    """Return what was found."""
    found = [*_add_in(machine)]
    interpreter = _settings(machine)
    found += interpreter if isinstance(interpreter, list) else _interpreter(machine, interpreter)
    if machine.from_store:
        found.append(Finding("bad", say("install.from_store", path=machine.interpreter)))
    found += _script(machine)
    if machine.places.system == "win32":
        found += judge_policies(machine.policies())
    return [*found, Finding("good", say("install.log_is", path=machine.places.log))]


def _add_in(machine: Machine) -> Iterator[Finding]:
    places = machine.places
    if not places.add_in.exists():
        yield Finding("bad", say("install.no_add_in", path=places.add_in))
        return
    try:
        same = machine.built() == places.add_in.read_bytes()
    except Refused as error:
        yield Finding("bad", str(error))
    else:
        if same:
            yield Finding("good", say("install.add_in_is", path=places.add_in))
        else:
            yield Finding("bad", say("install.add_in_old", path=places.add_in))
    if places.system == "win32" and places.mark.exists():
        blocked = machine.policies().get("BlockContentExecutionFromInternet")
        yield Finding("bad", say("install.marked_blocked") if blocked else say("install.marked"))


def _settings(machine: Machine) -> Path | list[Finding]:
    """Return the interpreter that the add-in will start, or what is wrong."""
    places = machine.places
    try:
        value = value_of(places.settings.read_bytes(), places.key, machine.encoding)
    except OSError:
        value = ""
    if not value:
        return [Finding("bad", say("install.no_settings", path=places.settings))]
    if not Path(value).exists():
        return [Finding("bad", say("install.no_interpreter", path=places.settings, interpreter=value))]
    return Path(value)


def _interpreter(machine: Machine, interpreter: Path) -> Iterator[Finding]:
    yield Finding("good", say("install.settings_is", path=machine.places.settings, interpreter=interpreter))
    if interpreter != machine.interpreter:
        yield Finding("note", say("install.other_interpreter", here=machine.interpreter))
    answer = machine.ask(interpreter)
    if not answer.in_time:
        yield Finding("note", say("install.slow", path=interpreter))
    elif answer.why:
        yield Finding("bad", say("install.macros_do_not_load", path=interpreter, why=answer.why))
    elif answer.xlwings != machine.xlwings:
        values = {"theirs": answer.xlwings, "ours": machine.xlwings}
        yield Finding("bad", say("install.other_version", path=interpreter, **values))
    else:
        yield Finding("good", say("install.macros_load", version=answer.xlwings))


def _script(machine: Machine) -> Iterator[Finding]:
    if machine.script is None or machine.places.scripts is None:
        return
    try:
        name, content = machine.script()
    except Refused as error:
        yield Finding("bad", str(error))
        return
    path = machine.places.scripts / name
    if path.exists() and path.read_bytes() == content:
        yield Finding("good", say("install.script_is", path=path))
    else:
        yield Finding("bad", say("install.no_script", path=path))
