"""Install, look after and remove the add-in in Excel for Windows and macOS, each told line by line."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbook.files import replacing
from workbook.messages import say
from xl_addin.install.findings import Finding
from xl_addin.install.machine import Machine, this_machine
from xl_addin.install.record import Record, read_record, write_record
from xl_addin.install.settings import Refused, entry, with_entry, without


def install(machine: Machine | None = None) -> list[str]:
    """Put the add-in in place; return what was done and what was so already. Refused before anything is written."""
    machine = machine or this_machine()
    if machine.from_store:
        raise Refused(say("install.from_store", path=machine.interpreter))
    places = machine.places
    line = entry(places.system, places.key, str(machine.interpreter), machine.encoding)
    content = machine.built()
    script = machine.script() if machine.script else None
    answer = machine.ask(machine.interpreter)
    if answer.why:
        raise Refused(say("install.macros_do_not_load", path=machine.interpreter, why=answer.why))
    record = read_record(places.record)
    try:
        told = _place_add_in(machine, record, content)
        told += _place_settings(machine, record, line)
        if script:
            told.append(_place_script(machine, record, *script))
    finally:
        write_record(places.record, record)
    if not answer.in_time:
        told.append(Finding("note", say("install.slow", path=machine.interpreter)).line)
    return [*told, say("install.next")]


def _place_add_in(machine: Machine, record: Record, content: bytes) -> list[str]:
    path = machine.places.add_in
    if _content(path) == content:
        told = [say("install.add_in_there", path=path)]
    else:
        running = machine.excel.let_go()
        try:
            record.write(path, content)
        except PermissionError:
            raise Refused(say("install.in_use", path=path)) from None
        told = [say("install.add_in_written", path=path)]
        if running:
            told.append(say("install.loaded") if machine.excel.take_up(path) else say("install.restart"))
    if machine.places.system == "win32" and machine.places.mark.exists():
        machine.places.mark.unlink()
        told.append(say("install.mark_taken_off"))
    return told


def _place_settings(machine: Machine, record: Record, line: bytes) -> list[str]:
    path = machine.places.settings
    before = _content(path)
    after = with_entry(before or b"", machine.places.key, line)
    values = {"path": path, "interpreter": machine.interpreter}
    if before == after:
        return [say("install.settings_there", **values)]
    record.folder(path.parent)
    with replacing(path) as temporary:
        temporary.write_bytes(after)
    return [say("install.settings_written", **values)]


def _place_script(machine: Machine, record: Record, name: str, content: bytes) -> str:
    folder = machine.places.scripts or machine.places.own
    _take_scripts(machine, record, but=folder / name)
    if _content(folder / name) == content:
        return say("install.script_there", path=folder / name)
    record.write(folder / name, content)
    return say("install.script_written", path=folder / name)


def _take_scripts(machine: Machine, record: Record, but: Path | None = None) -> list[str]:
    """Take away the scripts we wrote, of this version of xlwings and older ones."""
    told = []
    for name in [*record.files]:
        path = Path(name)
        if path.parent != machine.places.scripts or path == but:
            continue
        if record.made(path):
            path.unlink()
            told.append(say("install.removed", path=path))
        elif path.exists():
            told.append(say("install.kept_changed", path=path))
        del record.files[name]
    return told


def remove(machine: Machine | None = None) -> list[str]:
    """Take away all that installing made; return what went, or that there was nothing."""
    machine = machine or this_machine()
    places = machine.places
    record = read_record(places.record)
    told = []
    if places.add_in.exists():
        machine.excel.let_go()
        try:
            places.add_in.unlink()
        except PermissionError:
            raise Refused(say("install.in_use", path=places.add_in)) from None
        told.append(say("install.removed", path=places.add_in))
    told += _remove_settings(machine)
    told += _take_scripts(machine, record)
    if places.log.is_dir():
        shutil.rmtree(places.log)
        told.append(say("install.removed", path=places.log))
    for path in (places.record, places.remembered):
        path.unlink(missing_ok=True)
    record.drop_folders()
    if places.own.is_dir():
        if left := sorted(p.name for p in places.own.iterdir()):
            if told:
                told.append(say("install.kept", path=places.own, left="、".join(left)))
        else:
            places.own.rmdir()
    return told or [say("install.nothing_there")]


def _remove_settings(machine: Machine) -> list[str]:
    path = machine.places.settings
    before = _content(path)
    after = without(before or b"", machine.places.key)
    if before is None or before == after:
        return []
    if after.strip():
        with replacing(path) as temporary:
            temporary.write_bytes(after)
        return [say("install.settings_cut", path=path, key=machine.places.key)]
    path.unlink()
    return [say("install.removed", path=path)]


def doctor(machine: Machine | None = None) -> list[str]:
    """Look at everything an installation needs; return a line on each, what is wrong with what to do."""
    from xl_addin.install.examine import examine

    return [finding.line for finding in examine(machine or this_machine())]


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
