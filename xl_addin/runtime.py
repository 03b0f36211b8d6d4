"""xlwings' own VBA, taken from the installed xlwings, changed so that a received workbook has no say in what runs."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from workbook.messages import say
from xl_addin.vba_project import Module, class_module, standard_module

# What is changed, how often it stands there, and why. A line that is not there as often means another xlwings than
# the ones we know: nothing is built then, rather than something whose safety nobody looked at.
_CHANGES = (
    # Settings are read from huibao.conf in the user's own folder.
    ('PROJECT_NAME As String = "myaddin"', 'PROJECT_NAME As String = "huibao"', 1),
    # They are not read from a sheet of the workbook in front, nor from a file beside it.
    ('If source = "" Or source = "sheet" Then', 'If source = "sheet" Then', 1),
    ('If source = "" Or source = "directory" Then', 'If source = "directory" Then', 1),
    # Without a setting, Windows would take a python.exe beside the workbook.
    (
        'interpreter = GetConfig("INTERPRETER", "python")',
        "HuibaoRibbon.TellNotInstalled\n        Exit Function",
        1,
    ),
    # Python does not look for modules beside the workbook, and is not told its path, which cmd.exe would read unquoted.
    ('AddExcelDir = GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "true")', 'AddExcelDir = "false"', 2),
    ('& ActiveFullName & ";" & ThisFullName &', '& ";" &', 2),
    # Code in sheets named *.py is not run.
    ('If Right$(sht.Name, 3) = ".py" Then', "If False Then", 2),
    # A Python that stays between two buttons would keep old modules, and need a DLL beside it.
    ('OPTIMIZED_CONNECTION = GetConfig("USE UDF SERVER", False)', "OPTIMIZED_CONNECTION = False", 1),
)
_DECLARED = re.compile(r"^( *)(?:Public |Private )?((?:Declare (?:PtrSafe )?)?(?:Function|Sub) (\w+))", re.MULTILINE)
_ENTRY = "Public Function RunPython(PythonCommand As String)\n"
_BY_BUTTONS_ONLY = (
    '    If TypeName(Application.Caller) = "Range" Or TypeName(Application.Caller) = "String" Then Exit Function\n'
)


class NoRuntime(Exception):
    """There is no xlwings here, or one that we do not know; the sentence says what to do."""


def runtime_modules() -> list[Module]:
    """Return xlwings' modules as the add-in has them; NoRuntime where that cannot be."""
    found = find_spec("xlwings")
    if found is None or found.origin is None:
        raise NoRuntime(say("addin.no_xlwings"))
    folder = Path(found.origin).parent
    try:
        dictionary = (folder / "addin" / "Dictionary.cls").read_text(encoding="ascii")
        runtime = (folder / "xlwings_custom_addin.bas").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise NoRuntime(say("addin.other_xlwings", what=folder)) from None
    return [
        class_module("Dictionary", _without_attributes(dictionary)),
        standard_module("xlwings", guarded(_without_attributes(runtime))),
    ]


def guarded(source: str) -> str:
    """Return the runtime with all changes made; NoRuntime when one of them finds no place."""
    for old, new, times in _CHANGES:
        if source.count(old) != times:
            raise NoRuntime(say("addin.other_xlwings", what=old))
        source = source.replace(old, new)
    source = _DECLARED.sub(_private, source)
    if source.count(_ENTRY) != 1:
        raise NoRuntime(say("addin.other_xlwings", what=_ENTRY.strip()))
    return source.replace(_ENTRY, _ENTRY + _BY_BUTTONS_ONLY)


def _private(declared: re.Match[str]) -> str:
    """Return a declaration nothing outside the module can call: formulas of any workbook can call public Functions."""
    indent, what, name = declared.groups()
    return f"{indent}{'Public' if name == 'RunPython' else 'Private'} {what}"


def _without_attributes(source: str) -> str:
    """Return what the editor shows of an exported module."""
    lines = source.splitlines(keepends=True)
    head = [n for n, line in enumerate(lines) if line.startswith("Attribute VB_")]
    return "".join(lines[head[-1] + 1 :]) if head else source
